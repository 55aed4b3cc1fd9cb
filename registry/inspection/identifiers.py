"""Numbers that lead to a person: NIR, IBAN, Siren of sole traders, vehicle plates, IP addresses."""

import ipaddress
import re

from stdnum import iban
from stdnum.fr import nir, siren, siret

from registry.inspection.columns import Read, Table
from registry.inspection.people import Names
from registry.inspection.signs import says, words_of
from registry.inspection.vocabulary import Confidence, PersonalSign, Reason, ReasonCode, Suggestion

_FILLERS = re.compile(r"[\s.\-_/\u00a0\u202f]+")
_NIR = re.compile(
    r"[1-478]\d{2}(?:0[1-9]|1[0-2]|[23]\d|4[0-2]|[5-9]\d)(?:0[1-9]|[1-9]\d|2[AB])\d{6}(?:\d{2})?", re.IGNORECASE
)
_NIR_BARE = re.compile(r"[12]\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[1-8]\d|9[0-9]|2[AB])\d{6}", re.IGNORECASE)
_NIR_DIGITS, _BARE_SHARE = 15, 0.9
_IBAN = re.compile(r"[A-Z]{2}\d{2}[A-Z0-9]{10,30}")
_SIV = re.compile(r"(?!SS|WW)[A-HJ-NP-TV-Z]{2}[\s.-]?(?!000)\d{3}[\s.-]?(?!SS)[A-HJ-NP-TV-Z]{2}")
_FNI = re.compile(r"[1-9]\d{0,3}[\s.-]?[A-HJ-NP-TV-Z]{2,3}[\s.-]?(?:0[1-9]|[1-8]\d|9[0-5]|2[AB]|97[1-6])")
_IP = re.compile(r"\[?([0-9a-fA-F:.]{3,45})\]?(?::\d{1,5})?(?:/\d{1,3})?")
_LARGEST_OF_A_VERSION = 99
"""Four numbers of two digits are those of a version as well."""


def suggest_nir(table: Table, column: Read) -> Suggestion | None:
    """Whether a column holds NIR: with their key, in mainland and Corsican form, or all without it."""
    bare = [_FILLERS.sub("", value).upper().removeprefix("NIR:").removeprefix("NIR") for value in column.values]
    shaped = [value for value in bare if _NIR.fullmatch(value)]
    whole = [value for value in shaped if len(value) == _NIR_DIGITS and nir.is_valid(value)]
    headed = _said(table, column, PersonalSign.NIR)
    if _enough(table, column, PersonalSign.NIR, len(whole)):
        corsica = sum(value[5:7] in {"2A", "2B"} for value in whole)
        counts = {"found": len(whole), "sampled": len(column.values)}
        said = [Reason(ReasonCode.NIR_KEY, counts)]
        if corsica:
            said.append(Reason(ReasonCode.NIR_CORSICA, {"corsica": corsica}))
        return table.suggest(column, PersonalSign.NIR, Confidence.HIGH, len(whole), *said, *headed)
    without = sum(_NIR_BARE.fullmatch(value) is not None for value in bare)
    least = table.threshold(column, PersonalSign.NIR) if headed else _BARE_SHARE
    if without >= max(2, least * len(column.values)):
        reason = Reason(ReasonCode.NIR_NO_KEY, {"found": without, "sampled": len(column.values)})
        sure = Confidence.HIGH if headed else Confidence.MEDIUM
        return table.suggest(column, PersonalSign.NIR, sure, without, reason, *headed)
    return None


def suggest_iban(table: Table, column: Read) -> Suggestion | None:
    """Whether a column holds IBAN; whose they are, a file does not say."""
    found = column.count(_is_iban)
    if not _enough(table, column, PersonalSign.IBAN, found):
        return None
    return table.suggest(
        column, PersonalSign.IBAN, Confidence.HIGH, found,
        Reason(ReasonCode.IBAN_KEY, {"found": found, "sampled": len(column.values)}),
        Reason(ReasonCode.IBAN_HOLDER),
        *_said(table, column, PersonalSign.IBAN),
    )  # fmt: skip


def _is_iban(value: str) -> bool:
    bare = _FILLERS.sub("", value).upper().removeprefix("IBAN:").removeprefix("IBAN")
    return _IBAN.fullmatch(bare) is not None and iban.is_valid(bare)


def suggest_sole_trader(table: Table, column: Read, names: Names) -> Suggestion | None:
    """Whether a column holds numbers of sole traders, which are personal: as far as the other columns tell."""
    found = column.count(is_company_number)
    if not _enough(table, column, PersonalSign.SOLE_TRADER, found):
        return None
    said = [Reason(ReasonCode.SIREN_KEY, {"found": found, "sampled": len(column.values)})]
    forms = table.signs.words["sole-trader-form"]
    sole = max((one.count(lambda value: words_of(value) in forms) for one in table.columns), default=0)
    if sole >= max(2, 0.1 * len(column.values)):
        said.append(Reason(ReasonCode.SIREN_FORM, {"form": sole}))
        return table.suggest(column, PersonalSign.SOLE_TRADER, Confidence.HIGH, found, *said)
    if names.any and not _names_firms(table):
        said += [Reason(ReasonCode.SIREN_NAMES), Reason(ReasonCode.SIREN_UNSURE)]
        return table.suggest(column, PersonalSign.SOLE_TRADER, Confidence.MEDIUM, found, *said)
    return None


def is_company_number(value: str) -> bool:
    """Whether a value is a Siren or a Siret whose key is right."""
    bare = _FILLERS.sub("", value)
    return bare.isascii() and bare.isdigit() and (siren.is_valid(bare) or siret.is_valid(bare))


def _names_firms(table: Table) -> bool:
    """Whether a column names firms or bodies: by its words, or by a header that says so over words that do."""
    forms, places = table.signs.words["legal-form"], table.signs.words["place"]
    firm = frozenset({"raison sociale", "denomination", "entreprise", "societe", "association", "organisme"})
    for column in table.columns:
        named = column.count(lambda value: says(words_of(value), forms) or says(words_of(value), places))
        least = 0.2 if column.says(firm) else 0.5
        digits = column.count(lambda value: any(letter.isdigit() for letter in value))
        if column.values and named >= least * len(column.values) and digits < 0.3 * len(column.values):
            return True
    return False


def suggest_plate(table: Table, column: Read) -> Suggestion | None:
    """Whether a column holds vehicle plates, of the form in use since 2009 or of the one before."""
    found = column.count(_is_plate)
    if table.is_denied(column, PersonalSign.PLATE) or not _enough(table, column, PersonalSign.PLATE, found):
        return None
    headed = _said(table, column, PersonalSign.PLATE)
    return table.suggest(
        column, PersonalSign.PLATE, Confidence.HIGH if headed else Confidence.MEDIUM, found,
        Reason(ReasonCode.PLATE_FORM, {"found": found, "sampled": len(column.values)}),
        Reason(ReasonCode.PLATE_FLEET), *headed,
    )  # fmt: skip


def _is_plate(value: str) -> bool:
    bare = value.strip().upper()
    return _SIV.fullmatch(bare) is not None or _FNI.fullmatch(bare) is not None


def suggest_ip(table: Table, column: Read) -> Suggestion | None:
    """Whether a column holds IP addresses of people's connections, not of the network's own machines."""
    found = [address for value in column.values if (address := _ip_of(value)) is not None]
    if table.is_denied(column, PersonalSign.IP_ADDRESS) or not _enough(
        table, column, PersonalSign.IP_ADDRESS, len(found)
    ):
        return None
    large = sum(one.version == 6 or max(one.packed) > _LARGEST_OF_A_VERSION for one in found)
    if not table.is_headed(column, PersonalSign.IP_ADDRESS) and large < 0.3 * len(found):
        return None
    private = sum(one.is_private for one in found)
    machines = table.signs.words["system-header"]
    if private > 0.8 * len(found) and any(one.says(machines) for one in table.columns):
        return None
    said = [Reason(ReasonCode.IP_FORM, {"found": len(found), "sampled": len(column.values)})]
    if private:
        said.append(Reason(ReasonCode.IP_PRIVATE, {"private": private}))
    said += _said(table, column, PersonalSign.IP_ADDRESS)
    return table.suggest(column, PersonalSign.IP_ADDRESS, Confidence.HIGH, len(found), *said)


def _ip_of(value: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    found = _IP.fullmatch(value.strip())
    if found is None or not any(sign in found[1] for sign in ".:"):
        return None
    for text in (found[1], found[1].rpartition(":")[0]):
        try:
            return ipaddress.ip_address(text)
        except ValueError:
            continue
    return None


def _enough(table: Table, column: Read, sign: PersonalSign, found: int) -> bool:
    """Whether enough values bear a sign: the share that is asked, and two at least where there are two."""
    least = max(table.threshold(column, sign) * len(column.values), min(2, len(column.values)))
    return found >= max(1, least)


def _said(table: Table, column: Read, sign: PersonalSign) -> list[Reason]:
    return [Reason(ReasonCode.HEADER_SAYS)] if table.is_headed(column, sign) else []
