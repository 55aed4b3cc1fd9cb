"""Decisions about an activity as pure functions of values: no clock, no session."""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from registry.kernel.words import _
from registry.platform.lists import load_list
from registry.processing.vocabulary import (
    ActivityStatus,
    Article9Condition,
    AutomatedDecision,
    LawfulBasis,
    PersonsRight,
    TransferSafeguard,
)

_ALWAYS = frozenset({PersonsRight.ACCESS, PersonsRight.RECTIFICATION, PersonsRight.RESTRICTION})
_BY_BASIS: Mapping[LawfulBasis, frozenset[PersonsRight]] = {
    LawfulBasis.CONSENT: frozenset({PersonsRight.ERASURE, PersonsRight.PORTABILITY, PersonsRight.WITHDRAWAL}),
    LawfulBasis.CONTRACT: frozenset({PersonsRight.ERASURE, PersonsRight.PORTABILITY}),
    LawfulBasis.LEGAL_OBLIGATION: frozenset(),
    LawfulBasis.VITAL_INTERESTS: frozenset({PersonsRight.ERASURE}),
    LawfulBasis.PUBLIC_TASK: frozenset({PersonsRight.OBJECTION}),
    LawfulBasis.LEGITIMATE_INTERESTS: frozenset({PersonsRight.ERASURE, PersonsRight.OBJECTION}),
}
_BY_EXPLICIT_CONSENT = frozenset({PersonsRight.ERASURE, PersonsRight.PORTABILITY, PersonsRight.WITHDRAWAL})
_NEVER_OF_A_PUBLIC_TASK = frozenset({PersonsRight.PORTABILITY})


@dataclass(frozen=True)
class RightStanding:
    """Whether a right applies to an activity; `reason` is why it departs from what the basis says, if it does."""

    right: PersonsRight
    applies: bool
    deduced: bool
    reason: str = ""


def rights_of(
    basis: LawfulBasis, automated: AutomatedDecision | None, conditions: Collection[str]
) -> frozenset[PersonsRight]:
    """The rights that a person has, from the basis of the processing and what lifts the ban on sensitive data.

    Law: GDPR art. 15, 16, 18; 17 §1 and §3 b (no erasure for a legal obligation or a public task); 20 §1 a
    (portability for consent and contract only); 21 §1 (objection for points e and f); 7 §3; 22 §3. Explicit consent
    (9 §2 a) counts as consent does for 7 §3, 17 §1 b and 20 §1 a, whatever the basis: withdrawn, it leaves nothing
    that allows the sensitive data. 20 §3 keeps portability out of a public task all the same.
    """
    human = {PersonsRight.HUMAN_REVIEW} if automated is AutomatedDecision.SOLE else set()
    consented = _BY_EXPLICIT_CONSENT if Article9Condition.EXPLICIT_CONSENT in conditions else frozenset()
    barred = _NEVER_OF_A_PUBLIC_TASK if basis is LawfulBasis.PUBLIC_TASK else frozenset()
    return (_ALWAYS | _BY_BASIS[basis] | human | consented) - barred


def standing_of_rights(
    basis: LawfulBasis | None,
    automated: AutomatedDecision | None,
    conditions: Collection[str],
    adjusted: Mapping[PersonsRight, tuple[bool, str]],
) -> list[RightStanding]:
    """Each right with whether it applies, as the law deduces it or as somebody adjusted it; none without a basis."""
    if basis is None:
        return [RightStanding(right, applies, applies, reason) for right, (applies, reason) in adjusted.items()]
    deduced = rights_of(basis, automated, conditions)
    return [
        RightStanding(right, *_settled(right in deduced, adjusted.get(right)))
        for right in PersonsRight
        if right is not PersonsRight.HUMAN_REVIEW or right in deduced or right in adjusted
    ]


def _settled(deduced: bool, adjusted: tuple[bool, str] | None) -> tuple[bool, bool, str]:
    if adjusted is None:
        return deduced, deduced, ""
    applies, reason = adjusted
    return applies, deduced, reason


_KINDS = "loi|décret|decret|ordonnance|arrêté|arrete|directive|règlement|reglement"
_NUMBERED = r"n[°ºo]\s*\d|du\s+\d|de\s+\d{4}|\d{2,4}[-/]\d"
_CITED = (
    r"(?i:\bart(?:icles?\b|\.)\s*(?:[LRDA]\.?\s*)?\d|\barticle\s+premier\b)",
    r"\b[LRD](?:\.\s?\d|\s?\d{1,4}-\d)",
    r"(?i:\bcode\b[^.;]{0,60}?\b[LRD]?\.?\s?\d)",
    r"\b(?:RGPD|CRPA|CGCT|CSI|CASF)\b[^.;]{0,30}?\d",
    rf"(?i:\b(?:{_KINDS})\b(?:\s+[\w’']+){{0,4}}?\s+(?:\((?:UE|CE)\)\s*)?(?:{_NUMBERED}))",
    r"(?i:\bloi\s+informatique et libert[ée]s)",
)
"""How a text is cited: an article with its number, or a law, a decree, an order with its number or its day."""
_TEXTS = re.compile("|".join(_CITED))


def cites_a_text(reason: str) -> bool:
    """Whether a reason names a text of law: that it is the right one, nobody but a jurist can tell."""
    return _TEXTS.search(reason) is not None


def keeps_rights_of_basis(standing: Iterable[RightStanding]) -> bool:
    """Whether each right that the basis gives is kept, or set aside by a text that is cited.

    Law: GDPR art. 15 to 22; a text of law may restrict them (art. 23).
    """
    return all(one.applies or not one.deduced or cites_a_text(one.reason) for one in standing)


def wrong_beginning(status: ActivityStatus, started_on: date | None, today: date) -> str:
    """What is wrong with a beginning still to come; nothing of what is planned, which has not begun."""
    if started_on is None or started_on <= today or status == ActivityStatus.DRAFT:
        return ""
    return _(
        "Ce traitement n’a pas encore commencé à cette date : dites son état « {planned} », ou corrigez le jour."
    ).format(planned=ActivityStatus.DRAFT.label)


def wrong_ending(status: ActivityStatus, ended_on: date | None, today: date) -> str:
    """What is wrong with an end: still to come for what is said to be over, or past for what is not."""
    if ended_on is None or ended_on == today or (ended_on < today) == (status == ActivityStatus.ENDED):
        return ""
    if status == ActivityStatus.ENDED:
        return _("Ce traitement n’est pas encore terminé aujourd’hui : changez son état ou le jour de la fin.")
    said = _("Ce traitement est terminé depuis cette date : dites son état « {ended} », ou corrigez le jour.")
    return said.format(ended=ActivityStatus.ENDED.label)


def is_adequate(country: str) -> bool:
    """Whether a decision of the Commission, or the Regulation itself, covers a country (GDPR art. 45)."""
    countries = load_list("countries")
    return countries.flag(country, "eea") or countries.flag(country, "adequate")


def is_partly_adequate(country: str) -> bool:
    """Whether the decision on a country covers some recipients only: that this one is of them is to be shown."""
    return bool(load_list("countries").words(country, "partial"))


def is_wholly_adequate(country: str) -> bool:
    """Whether data may go to a country as it goes within the Union, whoever receives it (GDPR art. 45 §1)."""
    return is_adequate(country) and not is_partly_adequate(country)


def safeguard_words(country: str, safeguard: TransferSafeguard | None) -> str:
    """What allows a transfer, in words: the safeguard that is said, or the decision that needs none."""
    if safeguard is not None:
        return safeguard.label
    beyond = not load_list("countries").flag(country, "eea")
    return _("pays adéquat (art. 45)") if beyond and is_wholly_adequate(country) else ""


def is_framed(country: str, safeguard: TransferSafeguard | None, document: str | None) -> bool:
    """Whether something allows data to go to a country: it is in the Area, a decision covers it, or a safeguard holds.

    Law: GDPR art. 44 to 49. A decision of adequacy on a whole country applies by itself (art. 45 §1), nobody has to
    invoke it; one for some recipients is to be invoked and shown to cover this one; without one, it allows nothing.
    """
    if is_wholly_adequate(country):
        return True
    if safeguard is not TransferSafeguard.ADEQUACY:
        return safeguard is not None
    return is_adequate(country) and bool(document)


def span_of_retention(months: Iterable[int | None]) -> tuple[int, int] | None:
    """The shortest and the longest of several retentions; nothing where none is known.

    Units: months.
    """
    known = [one for one in months if one is not None]
    return (min(known), max(known)) if known else None
