"""How grave a risk is, what an assessment still lacks, when it is read again: pure functions of values."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol

from registry.kernel.dates import plus_days, plus_months
from registry.kernel.delays import Delay, deadline
from registry.kernel.words import mark
from registry.processing.assessments.vocabulary import (
    CnilAnswer,
    DpoOpinion,
    PeopleAsked,
    ReviewState,
    RevisionState,
    RiskBand,
    RiskKind,
    RiskLevel,
)

REVIEW_MONTHS = 36
"""Units: months. A landmark of the registry: the regulation sets no period (art. 35 §11)."""
SOON_DAYS = 90
CNIL_DELAY, EXTENDED_DELAY = "cnil-consultation", "cnil-consultation-extended"
"""The delay the CNIL answers a prior consultation in, without and with its extension: names of `delays.yaml`."""
TOLD_DELAY = "cnil-consultation-extension-told"
"""The delay in which the CNIL tells of an extension: a name of `delays.yaml`."""


class Weighed(Protocol):
    """A risk, with its four levels."""

    kind: RiskKind
    severity_before: RiskLevel | None
    likelihood_before: RiskLevel | None
    severity_after: RiskLevel | None
    likelihood_after: RiskLevel | None


def band(severity: RiskLevel | None, likelihood: RiskLevel | None) -> RiskBand | None:
    """What a severity and a likelihood make together; None while one of them is not weighed.

    High where both are important or maximal; significant where one is. The regulation draws no line: this one follows
    the map of the CNIL's method, whose upper right quarter is to be avoided or reduced whatever it costs.
    """
    if severity is None or likelihood is None:
        return None
    grave = (severity.rank >= RiskLevel.IMPORTANT.rank) + (likelihood.rank >= RiskLevel.IMPORTANT.rank)
    return (RiskBand.LOW, RiskBand.SIGNIFICANT, RiskBand.HIGH)[grave]


def residual(risks: Iterable[Weighed]) -> RiskBand | None:
    """The worst of what is left of the three risks after the measures; None while one of them is not weighed."""
    left = {risk.kind: band(risk.severity_after, risk.likelihood_after) for risk in risks}
    known = [one for one in left.values() if one is not None]
    if RiskBand.HIGH in known:
        return RiskBand.HIGH
    if len(known) < len(RiskKind):
        return None
    return max(known, key=list(RiskBand).index)


def is_cnil_extended(sent_on: date, extension_told_on: date | None, delays: Mapping[str, Delay]) -> bool:
    """Whether the CNIL's extension counts: it was told within a month of the request.

    Law: GDPR art. 36 §2, since 2018-05-25. Sending stands for receipt.
    """
    return extension_told_on is not None and sent_on <= extension_told_on <= deadline(sent_on, delays[TOLD_DELAY])


def cnil_answers_by(sent_on: date, extension_told_on: date | None, delays: Mapping[str, Delay]) -> date:
    """The last day of the CNIL's delay to answer a prior consultation.

    Law: GDPR art. 36 §2, since 2018-05-25: eight weeks of receipt, six more where it told of an extension in time.
    Sending stands for receipt, and a suspension is not counted.
    """
    extended = is_cnil_extended(sent_on, extension_told_on, delays)
    return deadline(sent_on, delays[EXTENDED_DELAY if extended else CNIL_DELAY])


@dataclass(frozen=True)
class Consulted:
    """What stands of the CNIL's consultation for a revision: its own, or else what was asked on one before it.

    `number` is that of the revision it was on. Where the revision has none of its own, `is_owed` says whether the risk
    it leaves asks for one. `stands` says whether what is known counts for it: its own does; that of an earlier one only
    while it is being written.
    """

    known: Any | None = None
    number: int | None = None
    is_own: bool = False
    is_owed: bool = False
    stands: bool = False

    @property
    def is_awaited(self) -> bool:
        """Whether the CNIL was asked and has not answered yet."""
        return self.stands and self.known is not None and self.known.answered_on is None

    @property
    def is_opposed(self) -> bool:
        """Whether the CNIL answered that the processing would infringe the Regulation."""
        return self.stands and self.known is not None and self.known.answer == CnilAnswer.OPPOSED

    @property
    def own(self) -> Any | None:
        """The consultation on the revision itself, which alone counts for it."""
        return self.known if self.is_own else None

    @property
    def earlier(self) -> int | None:
        """The number of the earlier revision it was on, where it was."""
        return None if self.is_own else self.number


def consulted_for(number: int, state: RevisionState, left: RiskBand | None, asked: Mapping[int, Any]) -> Consulted:
    """Which consultation of the CNIL counts for a revision, among those `asked` on each revision by its number.

    Whatever tells of it (page, form, API, document, facts) calls this. A new revision that leaves a high risk is to be
    consulted on, whatever was asked on the one before; while it is only being written, an answer still awaited stands.
    One that was refused asks for nothing.
    Law: GDPR art. 36 §1, since 2018-05-25.
    """
    if number in asked:
        return Consulted(asked[number], number, is_own=True, stands=True)
    before = max((one for one in asked if one < number), default=None)
    known = asked[before] if before is not None else None
    waits = not state.is_decided and known is not None and known.answered_on is None
    is_owed = left is RiskBand.HIGH and state is not RevisionState.REFUSED and not waits
    return Consulted(known, before, is_owed=is_owed, stands=not state.is_decided)


def proposed_review(decided_on: date) -> date:
    """The day an assessment decided on is to be read again at the latest, unless somebody says otherwise."""
    return plus_months(decided_on, REVIEW_MONTHS)


def review_state(review_on: date | None, today: date) -> ReviewState | None:
    """Whether a validated assessment is to be read again; None where no day was set."""
    if review_on is None:
        return None
    if review_on < today:
        return ReviewState.LATE
    return ReviewState.SOON if review_on <= plus_days(today, SOON_DAYS) else ReviewState.FRESH


@dataclass(frozen=True)
class Lack:
    """What a revision still lacks before the controller can answer: the step that gives it, and what, with its law."""

    step: str
    what: str
    law: str


_TEXTS: Mapping[str, Lack] = {
    "description": Lack("contexte", mark("la description du traitement"), mark("RGPD art. 35 §7 a)")),
    "necessity": Lack("principes", mark("la nécessité du traitement"), mark("RGPD art. 35 §7 b)")),
    "minimisation": Lack("principes", mark("la proportionnalité des données"), mark("RGPD art. 35 §7 b)")),
    "rights": Lack("principes", mark("l’exercice des droits"), mark("RGPD art. 35 §7 d)")),
}
_RISKS = Lack("risques", mark("la pesée des trois risques, avant et après mesures"), mark("RGPD art. 35 §7 c)"))
_MEASURES = Lack("mesures", mark("les mesures prévues"), mark("RGPD art. 35 §7 d)"))
_COVERAGE = Lack("contexte", mark("le traitement sur lequel elle porte"), mark("RGPD art. 35 §1"))
_DPO = Lack("avis", mark("l’avis du DPO"), mark("RGPD art. 35 §2"))
_PEOPLE = Lack(
    "avis", mark("l’avis des personnes concernées, ou pourquoi il n’est pas demandé"), mark("RGPD art. 35 §9")
)


class Told(Protocol):
    """What a revision says, as far as its completeness goes."""

    description: str | None
    necessity: str | None
    minimisation: str | None
    rights: str | None
    dpo_opinion: DpoOpinion | None
    people_asked: PeopleAsked | None
    people_views: str | None


def reasons_owed(left: RiskBand | None, opinion: DpoOpinion | None) -> list[str]:
    """Why a validation is to be reasoned: the risk stays high, the DPO advised against it; none where it need not.

    Law: GDPR art. 5 §2, art. 35 §2 and art. 36 §1, since 2018-05-25: the controller accounts for what it decides.
    """
    owed = [mark("le risque reste élevé après les mesures")] if left is RiskBand.HIGH else []
    return owed + ([mark("l’avis du DPO est défavorable")] if opinion is DpoOpinion.UNFAVOURABLE else [])


def find_lacks(told: Told, risks: Sequence[Weighed], measures: int, activities: int) -> list[Lack]:
    """What a revision still lacks before it can be submitted to the controller, in the order of its steps."""
    lacks = [] if activities else [_COVERAGE]
    lacks += [lack for name, lack in _TEXTS.items() if not getattr(told, name)]
    weighed = [
        risk
        for risk in risks
        if band(risk.severity_before, risk.likelihood_before) and band(risk.severity_after, risk.likelihood_after)
    ]
    if len(weighed) < len(RiskKind):
        lacks.append(_RISKS)
    if not measures:
        lacks.append(_MEASURES)
    if told.dpo_opinion is None:
        lacks.append(_DPO)
    if told.people_asked is None or not told.people_views:
        lacks.append(_PEOPLE)
    return lacks
