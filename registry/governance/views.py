"""What goes out about bodies, meetings and actions: the views that the templates receive."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from registry.compliance.vocabulary import Verdict
from registry.datasets.views import ConflictRow
from registry.governance.models import GovernanceAction
from registry.governance.rules import is_late
from registry.governance.vocabulary import ActionState
from registry.kernel.words import _, mark

LABELS: Mapping[str, str] = {
    "organisation_id": mark("Organisation"),
    "name": mark("Nom de l’instance"),
    "scope": mark("Gouvernance"),
    "kind": mark("Nature de l’instance"),
    "purpose": mark("Ce dont elle s’occupe"),
    "rhythm_months": mark("Mois entre deux séances"),
    "members": mark("Membres"),
    "member_id": mark("Organisation membre"),
    "role": mark("Siège au titre de"),
    "body_id": mark("Instance"),
    "held_on": mark("Jour de la séance"),
    "agenda": mark("Ordre du jour"),
    "decisions": mark("Décisions"),
    "text": mark("Décision"),
    "policy_id": mark("Règle concernée"),
    "dataset_id": mark("Jeu de données concerné"),
    "title": mark("Action"),
    "owner_role": mark("Qui s’en charge (fonction)"),
    "stake": mark("Enjeu"),
    "principle": mark("Principe"),
    "state": mark("État"),
    "due_on": mark("Échéance"),
    "done_on": mark("Faite le"),
    "dropped_reason": mark("Pourquoi elle est abandonnée"),
    "progress": mark("Avancement"),
    "decision_id": mark("Décision appliquée"),
    "late": mark("En retard"),
    "audiences": mark("Pour qui"),
    "content": mark("Ce qu’on y apprend"),
    "hours": mark("Durée en heures"),
    "place": mark("Lieu"),
    "remote": mark("À distance"),
    "given_by": mark("Qui la donne"),
    "headcount": mark("Nombre de présents"),
    "people": mark("Personnes"),
    "person_id": mark("Personne"),
}
_TONES = {
    ActionState.PLANNED: Verdict.TO_COMPLETE, ActionState.UNDER_WAY: Verdict.TO_COMPLETE,
    ActionState.DONE: Verdict.COMPLIANT, ActionState.DROPPED: Verdict.NOT_APPLICABLE,
}  # fmt: skip


@dataclass(frozen=True)
class BodyLine:
    """A body in the list: its last meeting and the next one, and whether it meets less often than it should."""

    id: int
    name: str
    kind: str
    scope: str
    organisation: str
    last_on: date | None
    next_on: date | None
    overdue: bool


@dataclass(frozen=True)
class DecisionLine:
    """A decision, with what it touches and the actions that carry it out."""

    id: int
    text: str
    day: date
    body_id: int
    body: str
    meeting_id: int
    policy_id: str
    policy: str
    dataset_id: int | None
    dataset: str
    actions: int


@dataclass(frozen=True)
class GovernancePage:
    """Who meets and what was decided last; the figures open what they count."""

    bodies: Sequence[BodyLine]
    decisions: Sequence[DecisionLine]
    figures: Sequence[tuple[int, str, str, str]]
    annulled: bool
    may_record: bool


@dataclass(frozen=True)
class BodyPage:
    """One body: its members, its meetings, its decisions."""

    id: int
    name: str
    annulled: bool
    organisation_id: int
    organisation: str
    marks: Sequence[str]
    facts: Sequence[tuple[str, str]]
    members: Sequence[tuple[int, str, str, bool]]
    meetings: Sequence[tuple[int, date, bool, int]]
    decisions: Sequence[DecisionLine]
    may_record: bool


@dataclass(frozen=True)
class MeetingPage:
    """One meeting: its agenda, what was decided, its minutes."""

    id: int
    body_id: int
    body: str
    held_on: date
    annulled: bool
    agenda: str
    decisions: Sequence[DecisionLine]
    panels: Sequence[str]
    may_record: bool


@dataclass(frozen=True)
class BodyFormPage:
    """The form of a body; `version` is the one the person had read when they began to type.

    `beside` is what somebody else saved meanwhile, where it differs.
    """

    id: int | None
    version: int | None
    name: str
    values: Mapping[str, Any]
    errors: Mapping[str, str]
    beside: Sequence[ConflictRow]
    labels: Mapping[str, str]
    organisations: Sequence[tuple[str, str]]
    bodies: Sequence[tuple[str, str]]
    members: Sequence[Mapping[str, Any]]
    choices: Mapping[str, Sequence[tuple[str, str]]]


@dataclass(frozen=True)
class MeetingFormPage:
    """The form of a meeting, with a row a decision."""

    id: int | None
    version: int | None
    body_id: int
    body: str
    values: Mapping[str, Any]
    errors: Mapping[str, str]
    beside: Sequence[ConflictRow]
    labels: Mapping[str, str]
    decisions: Sequence[Mapping[str, Any]]
    policies: Sequence[tuple[str, str]]


@dataclass(frozen=True)
class ActionLine:
    """An action in the plan."""

    id: int
    title: str
    tone: str
    state: str
    organisation: str
    owner: str
    stake: str
    due_on: date | None
    open: bool
    progress: str
    decision_id: int | None
    policy_id: str
    may_record: bool


@dataclass(frozen=True)
class ActionsPage:
    """The plan: what is still to be done by its day, then the rest."""

    rows: Sequence[ActionLine]
    total: int
    figures: Sequence[tuple[int, str, str, str]]
    facets: Sequence[Mapping[str, Any]]
    narrowed: bool
    annulled: bool
    may_record: bool


@dataclass(frozen=True)
class ActionFormPage:
    """The form of an action."""

    id: int | None
    version: int | None
    title: str
    annulled: bool
    values: Mapping[str, Any]
    errors: Mapping[str, str]
    beside: Sequence[ConflictRow]
    labels: Mapping[str, str]
    organisations: Sequence[tuple[str, str]]
    choices: Mapping[str, Sequence[tuple[str, str]]]


def label_of(name: str) -> str:
    """A field’s name in the reader’s language, or nothing."""
    return _(LABELS[name]) if name in LABELS else ""


def labels() -> dict[str, str]:
    """Every field's name in the reader's language."""
    return {name: _(words) for name, words in LABELS.items()}


def action_line(row: GovernanceAction, organisation: str, today: date, *, may_record: bool) -> ActionLine:
    """An action in words."""
    late = is_late(row.state, row.due_on, today)
    return ActionLine(
        id=row.id, title=row.title, tone=str(Verdict.NON_COMPLIANT if late else _TONES[row.state]),
        state=_("En retard") if late else row.state.label, organisation=organisation,
        owner=row.owner_role.label if row.owner_role is not None else "",
        stake=" · ".join(one.label for one in (row.stake, row.principle) if one is not None), due_on=row.due_on,
        open=row.state.is_open, progress=row.dropped_reason or row.progress or "", decision_id=row.decision_id,
        policy_id=row.policy_id or "", may_record=may_record,
    )  # fmt: skip
