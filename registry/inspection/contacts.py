"""How a person is reached: telephone numbers and mailboxes, those of people told from those of services."""

import re
from functools import lru_cache
from itertools import pairwise
from operator import or_

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberType

from registry.inspection.columns import Read, Table
from registry.inspection.identifiers import is_company_number
from registry.inspection.people import Names
from registry.inspection.signs import Signs, load_signs, words_of
from registry.inspection.vocabulary import Confidence, PersonalSign, Reason, ReasonCode, Suggestion

_NUMBER = re.compile(r"(?:\+|00)?\(?\d[\d\s.\-()/\u00a0\u202f]{6,22}\d")
_MADE_DECIMAL = re.compile(r"(?<=\d{9})\.0(?!\d)")
_SEPARATED = re.compile(r"[^\d]")
_MOBILE = frozenset({PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE})
_SPECIAL = frozenset({PhoneNumberType.TOLL_FREE, PhoneNumberType.PREMIUM_RATE, PhoneNumberType.SHARED_COST})
_MAILBOX = re.compile(r"(?:mailto:)?[\"<]?([A-Za-z0-9._%+'’-]{1,64})@([A-Za-z0-9.-]+\.[A-Za-z]{2,24})[\">]?")
_IN_TEXT = re.compile(
    r"[\w.+-]{1,64}@[\w-]+(?:\.[\w-]+)+"
    r"|(?<![\d+])(?:(?:\+|00)33[\s.]?(?:\(0\))?\s?|0)[1-79](?:[\s./-]?\d{2}){4}(?!\d)"
    r"|(?<!\d)0[67]\d{2}\s\d{3}\s\d{3}(?!\d)"
    r"|(?<!\d)[12]\s?\d{2}\s?(?:0[1-9]|1[0-2])\s?\d{2}\s?\d{3}\s?\d{3}(?:\s?\d{2})?(?!\d)"
)
_LANDLINE = re.compile(r"(?:(?:\+|00)33[\s.]?(?:\(0\))?\s?|0)[1-589]")
_NAMED = re.compile(
    r"\b(?:(?:Mme|Mlle|Mr|MM|Dr)\.?|M\.|Madame|Monsieur|Mademoiselle|Docteur|M(?=\s[A-ZÀ-Þ][\w’'-]{2}))\s+"
    r"(?:(?:et|ou)\s+(?:Mme|Madame)\s+)?(?!Le\b|La\b|Maire\b)[A-ZÀ-Þ][\w’'-]+"
)
"""A civility and a name, as texts cite people."""
_FEW = 20
"""Units: values. Under it, one text that leads to somebody is enough."""
_BARE_NUMBER = re.compile(r"0[1-9]\d{8}|0033[1-9]\d{8}")
"""What bare digits must be to be a number where no header says so: a spreadsheet may have lost the zero of others."""
_PREFIXES = 3
_WORD = re.compile(r"(?<![\w@.])[^\W\d_]{2,}(?![\w@])")
_WORDS_OF_A_TEXT, _WORDS_ABOUT_SOMEBODY = 3, 4
_SEVERAL = re.compile(r"[;,\n]| ou | et |\s/\s|/(?=\s*0[1-9])")


def suggest_phone(table: Table, column: Read, names: Names) -> Suggestion | None:
    """Whether a column holds people's telephone numbers, not references that look like some, nor switchboards."""
    sign = PersonalSign.PHONE
    headed = table.is_headed(column, sign)
    if table.is_denied(column, sign) or (not headed and _counts_up(column)):
        return None
    total = len(column.values)
    kinds = _kinds(column, headed=headed)
    if not headed and len(kinds) >= 0.5 * total:
        # Most are numbers for sure: those beside them that lost their zero are too.
        kinds = _kinds(column, headed=True)
    found = len(kinds)
    if found < max(1, table.threshold(column, sign) * total, min(2, total)):
        return None
    mobile = sum(kind in _MOBILE for kind in kinds)
    said = [Reason(ReasonCode.PHONE_VALID, {"found": found, "sampled": total})]
    if mobile:
        said.append(Reason(ReasonCode.PHONE_MOBILE, {"mobile": mobile}))
    if headed:
        said.append(Reason(ReasonCode.HEADER_SAYS))
    on_persons = names.any and not names.of_bodies and not column.says(table.signs.words["desk-header"])
    if mobile >= 0.3 * found or (on_persons and sum(kind in _SPECIAL for kind in kinds) <= found / 2):
        sure = Confidence.HIGH if headed or names.sure else Confidence.MEDIUM
    else:
        # Landlines that nobody is named for answer at a desk; bare digits may as well be those of a meter.
        sure = Confidence.LOW
        said.append(Reason(ReasonCode.PHONE_PLACES))
    return table.suggest(column, sign, sure, found, *said)


def _kinds(column: Read, *, headed: bool) -> list[int]:
    return [kind for value in column.values if (kind := _kind_of(value, headed=headed)) is not None]


def _counts_up(column: Read) -> bool:
    """Whether bare numbers follow one another as references do, or all begin alike, or are numbers of firms."""
    digits = [value for value in column.values if value.isascii() and value.isdigit()]
    if len(digits) < 0.8 * len(column.values):
        return False
    if len({value[:2] for value in digits}) < _PREFIXES:
        return True
    rising = sum(int(after) > int(before) for before, after in pairwise(digits))
    return rising > 0.8 * (len(digits) - 1) or sum(map(is_company_number, digits)) > 0.5 * len(digits)


@lru_cache(maxsize=20_000)
def _kind_of(value: str, *, headed: bool) -> int | None:
    """The kind of the telephone number a value holds, if it holds one and little else."""
    first = _SEVERAL.split(value, maxsplit=1)[0]
    found = _NUMBER.search(_MADE_DECIMAL.sub("", first))
    if found is None:
        return None
    digits = _SEPARATED.sub("", found[0])
    if sum(letter.isalnum() for letter in first) > 2 * len(digits) + 2:
        return None
    if not headed and first.strip().isdigit() and not _BARE_NUMBER.fullmatch(digits):
        return None
    try:
        number = phonenumbers.parse(found[0], "FR")
    except NumberParseException:
        return None
    return phonenumbers.number_type(number) if phonenumbers.is_valid_number(number) else None


def suggest_mailbox(table: Table, column: Read, names: Names) -> Suggestion | None:
    """Whether a column holds mailboxes of persons; those of services are counted apart."""
    kinds = [kind for value in column.values if (kind := _owner_of(value, table.signs)) is not None]
    if len(kinds) < max(1, 0.3 * len(column.values)):
        return None
    persons = kinds.count(True)
    if persons < max(table.threshold(column, PersonalSign.MAILBOX) * len(column.values), min(2, len(column.values))):
        return None
    said = [Reason(ReasonCode.MAILBOX_PERSONS, {"found": persons, "sampled": len(column.values)})]
    if services := len(kinds) - persons:
        said.append(Reason(ReasonCode.MAILBOX_SERVICES, {"services": services}))
    if table.is_headed(column, PersonalSign.MAILBOX):
        said.append(Reason(ReasonCode.HEADER_SAYS))
    sure = Confidence.HIGH if persons >= 0.5 * len(kinds) or names.sure else Confidence.MEDIUM
    return table.suggest(column, PersonalSign.MAILBOX, sure, persons, *said)


def _owner_of(value: str, signs: Signs) -> bool | None:
    """Whether a mailbox is a person's; nothing for what is no mailbox."""
    found = _MAILBOX.fullmatch(_SEVERAL.split(value.strip(), maxsplit=1)[0].strip())
    if found is None:
        return None
    tokens = words_of(re.sub(r"\d+", " ", found[1])).split()
    words = signs.words
    if set(tokens) & words["functional-mailbox"] or not tokens:
        return False
    if any("".join(tokens).startswith(word) for word in words["functional-mailbox"] if len(word) > 5):
        return False
    if set(tokens) & words["first-name"] or found[2].lower() in words["personal-provider"]:
        return True
    # `initial.name@` and `first.last@`: two words or more, none of which is that of a service.
    return len(tokens) > 1 and (len(tokens[0]) == 1 or min(map(len, tokens)) > 2)


def names_a_person(text: str) -> bool:
    """Whether a contact holds a mobile, a NIR or the mailbox of a person, and not that of a service."""
    return _leads_to_a_person(text, load_signs())


def leads_to_somebody(text: str) -> bool:
    """Whether a text holds a mailbox, a telephone number or a NIR."""
    return _IN_TEXT.search(text) is not None


def suggest_free_text(table: Table, column: Read) -> Suggestion | None:
    """Whether texts of several words name people, or hold numbers or mailboxes that lead to some."""
    texts = [value for value in column.values if len(_WORD.findall(value)) >= _WORDS_OF_A_TEXT]
    if len(texts) < 0.3 * len(column.values):
        return None
    leading = [_leads_to_a_person(text, table.signs) for text in texts]
    named = [len(_WORD.findall(text)) >= _WORDS_ABOUT_SOMEBODY and _NAMED.search(text) is not None for text in texts]
    found = sum(map(or_, leading, named))
    few = 1 if len(column.values) < _FEW else 2
    if found < max(few, table.threshold(column, PersonalSign.FREE_TEXT) * len(column.values)):
        return None
    counts = {"found": sum(leading), "sampled": len(column.values)}
    said = [Reason(ReasonCode.IN_TEXT, counts)] if any(leading) else []
    if any(named):
        said.append(Reason(ReasonCode.IN_TEXT_NAMES, {"found": sum(named), "sampled": len(column.values)}))
    return table.suggest(column, PersonalSign.FREE_TEXT, Confidence.MEDIUM, found, *said)


def _leads_to_a_person(text: str, signs: Signs) -> bool:
    """Whether a text holds a mobile, a NIR or the mailbox of a person: desks answer landlines and shared mailboxes."""
    return any(
        _owner_of(held.rstrip("."), signs) is True if "@" in held else _LANDLINE.match(held) is None
        for held in _IN_TEXT.findall(text)
    )
