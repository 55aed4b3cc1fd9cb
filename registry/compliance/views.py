"""What goes out about findings and policies."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from registry.compliance.vocabulary import Force, Verdict
from registry.legal.views import OfficialTexts


@dataclass(frozen=True)
class MissingView:
    """A fact nobody recorded, and the page that fills it; no address where the reader may not record there."""

    label: str
    address: str
    ask: str = ""


@dataclass(frozen=True)
class FindingView:
    """What one policy says of one subject, in words.

    `missing` is needed in any case; of each of `either`, any one of the ways would do, and a way may need several.
    `unmet` is what of the requirement is known not to be met, each with what mends it. `before` is what it said until
    it read as it does, or nothing.
    """

    policy_id: str
    title: str
    force: str
    is_obligation: bool
    severity: str
    verdict: Verdict
    shape: str
    word: str
    article: str
    address: str | None
    evidence: str
    validation: str
    plain: str
    condition: str
    known: Sequence[tuple[str, str]]
    missing: Sequence[MissingView]
    either: Sequence[Sequence[Sequence[MissingView]]]
    unmet: Sequence[tuple[str, Sequence[MissingView]]]
    remedy: str
    owed_by: Sequence[str]
    told_by: Sequence[str]
    turning: str
    expired: str
    period: int | None
    since: date
    before: str
    deviation: "DeviationNote | None"
    ask_address: str


@dataclass(frozen=True)
class DeviationNote:
    """What is said beside a verdict of the deviation that bears on it; `law` is what that changes: nothing."""

    words: str
    address: str
    law: str


@dataclass(frozen=True)
class FindingsPanel:
    """The findings on one subject: what must be acted on first, the rest folded; practices counted apart.

    `awaiting` says why rules do not judge it now, if they do not. Counts are with those of `parts`, what of it is
    judged apart; `whole_address` is the list of all of them, where there are parts.
    """

    awaiting: str
    to_act_on: Sequence[FindingView]
    fine: Sequence[FindingView]
    counts: Mapping[Verdict, int]
    practices: Mapping[Verdict, int]
    parts: Sequence["PartsLine"] = ()
    whole_address: str = ""


@dataclass(frozen=True)
class PartsLine:
    """What one policy says alike of parts of a subject: of what kind, how many, and the list of them."""

    title: str
    kind: str
    shape: str
    word: str
    number: int
    address: str


@dataclass(frozen=True)
class PolicyLine:
    """One policy in the list, with how the register stands."""

    id: str
    title: str
    force: str
    is_obligation: bool
    severity: str
    text: str
    article: str
    subject: str
    counts: Mapping[Verdict, int]
    validation: str
    origin: str


@dataclass(frozen=True)
class Pack:
    """The policies of one pack: its code, its title, and each of them."""

    code: str
    title: str
    rows: Sequence[PolicyLine]


@dataclass(frozen=True)
class WaitingLine:
    """A policy in force that judges nobody yet, and why."""

    id: str
    title: str
    force: str
    severity: str
    article: str
    subject: str
    awaited: str


@dataclass(frozen=True)
class PoliciesPage:
    """Every policy in force: those that judge, pack by pack, with their counts within the visitor's rights, and those
    that wait, under the room each waits for. `unvalidated` is how many of those that judge no jurist has validated;
    `refusal` says why the policies that the body wrote are not followed as they stand, if they are not. `withdrawn` are
    the rules that were adopted here and judge no more: their number, their title, what became of them."""

    packs: Sequence[Pack]
    total: int
    unvalidated: int
    tabs: Sequence[tuple[str, str]]
    here: str
    refusal: str
    withdrawn: Sequence[tuple[str, str, str]]
    waiting: Sequence[tuple[str, Sequence[WaitingLine]]]
    figures: Sequence["Figure"]


@dataclass(frozen=True)
class Figure:
    """How many findings read alike, what they are, and the page that lists them."""

    number: int
    words: str
    address: str
    tone: str


@dataclass(frozen=True)
class SubjectLine:
    """One subject a policy speaks of; a policy that left the catalogue has no address."""

    name: str
    address: str
    organisation: str
    policy_id: str
    policy: str
    policy_address: str
    shape: str
    word: str
    period: int | None
    turning: str
    deviation: DeviationNote | None
    weight: str


FINDINGS = "/conformite/constats"
MINE, DIRECTED = "miennes", "services"
"""What stands for bodies in the address of a list of findings: those the visitor records for, those they direct."""
_PRACTICES = tuple(force for force in Force if force is not Force.OBLIGATION)


def findings_address(verdict: Verdict, *, binding: bool, organisation: int | str = "") -> str:
    """The list of the findings a figure counts: of one body without those below it, of `DIRECTED`, or of all."""
    forces = (Force.OBLIGATION,) if binding else _PRACTICES
    said = [("constat", verdict), *(("force", force) for force in forces)]
    return f"{FINDINGS}?{urlencode([*said, ('organisation', organisation)] if organisation else said)}"


@dataclass(frozen=True)
class VersionView:
    """One dated version of a policy; `to_decide` is the page where it is validated, for who may, or validated again."""

    status: str
    text: str
    article: str
    address: str | None
    note: str
    evidence: str
    validation: str
    effective_from: date
    days: str
    plain: str
    condition: str
    is_current: bool
    is_over: bool
    awaited: str
    official: OfficialTexts
    to_decide: str
    is_validated: bool


@dataclass(frozen=True)
class PolicyPage:
    """One policy: what it asks, on what law, and what it finds; `waits` where it judges nobody yet."""

    id: str
    title: str
    force: str
    severity: str
    stake: str
    principle: str
    remedy: str
    owed_by: Sequence[str]
    origin: str
    versions: Sequence[VersionView]
    waits: bool
    adoption: "AdoptionView | None"
    decided: Sequence[tuple[date, str, str, str]]
    try_address: str
    subjects: Sequence[SubjectLine]
    tabs: Sequence[tuple[str, str]]
    here: str
    first_address: str
    next_address: str


@dataclass(frozen=True)
class LostPolicyPage:
    """A rule that was adopted here and whose text reads no more: what became of it, and its text as it is kept."""

    id: str
    adoption: "AdoptionView | None"
    decided: Sequence[tuple[date, str, str, str]]
    text: str


@dataclass(frozen=True)
class AdoptionView:
    """How a rule that was adopted here stands: in a sentence, with what goes wrong if something does, the job that
    judges the register again while that goes on, its file, and where it is withdrawn by who may."""

    words: str
    problem: str
    job: str
    file: str
    withdraw: str


@dataclass(frozen=True)
class VerdictThen:
    """What a policy said of a subject at a moment."""

    policy_id: str
    title: str
    shape: str
    word: str
