"""Numbers that lead to a person: NIR, IBAN, Siren of sole traders, vehicle plates, IP addresses."""

import ipaddress
import re
from functools import partial

from stdnum import iban
from stdnum.fr import nir, siren, siret

from registry.inspection.columns import Read, Table
from registry.inspection.people import Names
from registry.inspection.signs import words_of
from registry.inspection.vocabulary import Confidence, PersonalSign, Reason, ReasonCode, Suggestion

_FILLERS = re.compile(r"[\s.\-_/\u00a0\u202f]+")
_NIR = re.compile(
    r"[1-478]\d{2}(?:0[1-9]|1[0-2]|[23]\d|4[0-2]|[5-9]\d)(?:0[1-9]|[1-9]\d|2[AB])\d{6}(?:\d{2})?", re.IGNORECASE
)
_NIR_BARE = re.compile(r"[12]\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[1-8]\d|9[0-9]|2[AB])\d{6}", re.IGNORECASE)
_NIR_DIGITS, _BARE_SHARE = 15, 0.9
_IBAN = re.compile(r"[A-Z]{2}\d{2}[A-Z0-9]{10,30}")
_TREASURY = "30001"
"""The bank of accounts of the Treasury, which keeps none of persons: the Banque de France."""
_PUT_TO_USE = frozenset({"mise en service", "date service", "en service"})
_SIV = re.compile(r"(?!SS|WW)[A-HJ-NP-TV-Z]{2}[\s.-]?(?!000)\d{3}[\s.-]?(?!SS)[A-HJ-NP-TV-Z]{2}")
_FNI = re.compile(r"[1-9]\d{0,3}[\s.-]?[A-HJ-NP-TV-Z]{2,3}[\s.-]?(?:0[1-9]|[1-8]\d|9[0-5]|2[AB]|97[1-6])")
_IP = re.compile(r"\[?([0-9a-fA-F:.]{3,45})\]?(?::\d{1,5})?(?:/\d{1,3})?")
_FIRST_OF_A_VERSION, _LAST_OF_A_VERSION = 19, 220
"""A version seldom begins above the one, nor holds a number above the other."""


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


def suggest_iban(table: Table, column: Read, names: Names) -> Suggestion | None:
    """Whether a column holds IBAN that may be of persons: not of the Treasury; of bodies, to check."""
    known = [bare for value in column.values if (bare := _iban_of(value)) is not None]
    found = sum(not bare.startswith(_TREASURY, 4) for bare in known)
    if not _enough(table, column, PersonalSign.IBAN, found):
        return None
    of_bodies = names.pays_a_body(column) or column.says(table.signs.words["body-header"])
    return table.suggest(
        column, PersonalSign.IBAN, Confidence.LOW if of_bodies else Confidence.HIGH, found,
        Reason(ReasonCode.IBAN_KEY, {"found": found, "sampled": len(column.values)}),
        Reason(ReasonCode.IBAN_HOLDER),
        *_said(table, column, PersonalSign.IBAN),
    )  # fmt: skip


def _iban_of(value: str) -> str | None:
    bare = _FILLERS.sub("", value).upper().removeprefix("IBAN:").removeprefix("IBAN")
    return bare if _IBAN.fullmatch(bare) is not None and iban.is_valid(bare) else None


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
    if names.any and not names.bodies:
        said += [Reason(ReasonCode.SIREN_NAMES), Reason(ReasonCode.SIREN_UNSURE)]
        return table.suggest(column, PersonalSign.SOLE_TRADER, Confidence.MEDIUM, found, *said)
    return None


def is_company_number(value: str) -> bool:
    """Whether a value is a Siren or a Siret whose key is right."""
    bare = _FILLERS.sub("", value)
    return bare.isascii() and bare.isdigit() and (siren.is_valid(bare) or siret.is_valid(bare))


def suggest_plate(table: Table, column: Read, names: Names) -> Suggestion | None:
    """Whether a column holds vehicle plates, of the form in use since 2009 or before; those of a fleet are to check."""
    found = column.count(_is_plate)
    if table.is_denied(column, PersonalSign.PLATE) or not _enough(table, column, PersonalSign.PLATE, found):
        return None
    headed = _said(table, column, PersonalSign.PLATE)
    sure = Confidence.HIGH if headed else Confidence.MEDIUM
    if not names.any and any(map(partial(_keeps_a_fleet, table), table.columns)):
        sure = Confidence.LOW
    return table.suggest(
        column, PersonalSign.PLATE, sure, found,
        Reason(ReasonCode.PLATE_FORM, {"found": found, "sampled": len(column.values)}),
        Reason(ReasonCode.PLATE_FLEET), *headed,
    )  # fmt: skip


def _keeps_a_fleet(table: Table, column: Read) -> bool:
    """Whether a header tells which service of the body has a vehicle, or its number in the fleet."""
    return column.says(table.signs.words["fleet-header"]) and not column.says(_PUT_TO_USE)


def _is_plate(value: str) -> bool:
    bare = value.strip().upper()
    return _SIV.fullmatch(bare) is not None or _FNI.fullmatch(bare) is not None


def suggest_ip(table: Table, column: Read, names: Names) -> Suggestion | None:
    """Whether a column holds IP addresses of people's connections, not of the network's own machines."""
    found = [address for value in column.values if (address := _ip_of(value)) is not None]
    if table.is_denied(column, PersonalSign.IP_ADDRESS) or not _enough(
        table, column, PersonalSign.IP_ADDRESS, len(found)
    ):
        return None
    headed = table.is_headed(column, PersonalSign.IP_ADDRESS)
    if not headed and sum(map(_is_no_version, found)) < 0.5 * len(found):
        return None
    private = sum(one.is_private for one in found)
    words = table.signs.words
    if private > 0.8 * len(found):
        on_seats = names.any or any(one.says(words["account-header"]) for one in table.columns)
        if not on_seats or column.says(words["system-header"]):
            return None
    said = [Reason(ReasonCode.IP_FORM, {"found": len(found), "sampled": len(column.values)})]
    if private:
        said.append(Reason(ReasonCode.IP_PRIVATE, {"private": private}))
    said += _said(table, column, PersonalSign.IP_ADDRESS)
    return table.suggest(column, PersonalSign.IP_ADDRESS, Confidence.HIGH, len(found), *said)


def _is_no_version(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    """Whether four numbers are no version of a program, which begins low."""
    return address.version == 6 or (address.packed[0] > _FIRST_OF_A_VERSION or max(address.packed) > _LAST_OF_A_VERSION)


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
