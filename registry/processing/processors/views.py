"""What goes out about processors: the views that the templates receive."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from registry.contracts.rules import term_of
from registry.contracts.views import StateMark, state_mark
from registry.datasets.views import ConflictRow
from registry.kernel.words import _, mark
from registry.platform.lists import load_list
from registry.processing.processors.queries import ACTING, Engaged, Looked, ProcessorParty
from registry.processing.processors.rules import NO_TERMS, warnings_of
from registry.processing.processors.vocabulary import Article28Point, PointState

TERMS_LABELS: dict[str, str] = {
    "reviewed_on": mark("Contrat relu le"),
    "authorisation": mark("Autorisation des sous-traitants ultérieurs"),
    "authorised_on": mark("Autorisés le"),
    "authorisation_place": mark("Où se trouve l’autorisation"),
    "no_sub_processors": mark("Aucun sous-traitant ultérieur"),
    "notes": mark("Remarques"),
    "points": mark("Points de l’article 28 §3"),
    "sub_processors": mark("Sous-traitants ultérieurs"),
}
ROW_LABELS = {
    "processor_id": mark("Organisation"),
    "contract_id": mark("Contrat qui la lie"),
    "task": mark("Ce qu’elle fait de ces données"),
}
HIDDEN_BODY = mark("Une organisation que vos droits ne montrent pas")
HIDDEN_CONTRACT = mark("Un contrat annulé, ou que vos droits ne montrent pas")
_TONES = {PointState.PRESENT: "compliant", PointState.ABSENT: "non-compliant", PointState.TO_CHECK: "to-complete"}


@dataclass(frozen=True)
class PointView:
    """One point of art. 28 §3 in words: its letter, what it asks, where it stands, where in the contract."""

    letter: str
    label: str
    code: str
    tone: str
    state: str
    place: str


@dataclass(frozen=True)
class ProcessorView:
    """A processor of an activity, with what its contract comes to."""

    name: str
    task: str
    contract_id: int | None
    contract: str
    state: StateMark | None
    party_id: int | None
    settled: int
    below: Sequence[str]
    warnings: Sequence[str]


@dataclass(frozen=True)
class ProcessorsPanel:
    """The processors of an activity; `none` where it is said that there are none."""

    activity_id: int
    rows: Sequence[ProcessorView]
    none: bool
    may_record: bool


@dataclass(frozen=True)
class ProcessorLine:
    """A processor in the list of all of them."""

    party_id: int
    name: str
    contract_id: int
    contract: str
    state: StateMark
    ends_on: date | None
    settled: int
    below: int
    activities: int
    warnings: Sequence[str]


@dataclass(frozen=True)
class ProcessorsPage:
    """Every processor under a contract within the reader's rights, what calls for somebody first."""

    rows: Sequence[ProcessorLine]
    figures: Sequence[tuple[int, str, str, str]]


@dataclass(frozen=True)
class ProcessorPage:
    """One processor under one contract: its points, who works below it, which activities it serves."""

    id: int
    name: str
    organisation_id: int
    contract_id: int
    contract: str
    state: StateMark
    role: str
    points: Sequence[PointView]
    settled: int
    authorisation: str
    fields: Sequence[tuple[str, str]]
    sub_processors: Sequence[tuple[str, str, bool, str]]
    no_sub_processors: bool
    activities: Sequence[tuple[int, str]]
    warnings: Sequence[str]
    may_record: bool


@dataclass(frozen=True)
class TermsFormPage:
    """The form of the terms of a processor; `version` is the one the person had read when they began to type.

    `began` are the stamps of the lines of that version; `beside` is what somebody else saved meanwhile, where it
    differs.
    """

    id: int
    version: int
    began: str
    name: str
    contract: str
    values: Mapping[str, Any]
    errors: Mapping[str, str]
    labels: Mapping[str, str]
    points: Sequence[tuple[str, str, Mapping[str, Any]]]
    rows: Sequence[Mapping[str, Any]]
    choices: Mapping[str, Sequence[tuple[str, str]]]
    beside: Sequence[ConflictRow]


@dataclass(frozen=True)
class ActivityProcessorsPage:
    """The form of the processors of an activity: a row each, and empty ones to add.

    `began` are the stamps of the lines it was opened on, `standing` the processors of those; `beside` is what somebody
    else saved meanwhile, where it differs.
    """

    id: int
    version: int
    began: str
    standing: frozenset[str]
    name: str
    rows: Sequence[Mapping[str, Any]]
    errors: Mapping[str, str]
    labels: Mapping[str, str]
    bodies: Sequence[tuple[str, str]]
    contracts: Sequence[tuple[str, str]]
    beside: Sequence[ConflictRow]


def with_hidden(
    choices: Sequence[tuple[str, str]], held: Iterable[int | str | None], words: str
) -> list[tuple[str, str]]:
    """The choices of a list, with what a row holds though the reader may not see it: saved as it is, it is kept."""
    known = {number for number, _words in choices}
    return [*choices, *((one, words) for one in dict.fromkeys(str(one) for one in held if one) if one not in known)]


def processor_view(one: Engaged, looked: Looked | None, today: date) -> ProcessorView:
    """A processor of an activity in words."""
    terms = looked.terms if looked is not None else NO_TERMS
    bound = one.contract is not None and one.party is not None
    return ProcessorView(
        name=one.name or _(HIDDEN_BODY),
        task=one.row.task or "",
        contract_id=one.contract.id if one.contract is not None else None,
        contract=one.contract.object if one.contract is not None else "",
        state=state_mark(one.contract, today) if one.contract is not None else None,
        party_id=one.party.id if one.party is not None else None,
        settled=len(terms.standing(PointState.PRESENT)),
        # Who works below an organisation would tell which it is.
        below=[
            _below(row.name if one.name else _("un organisme que vos droits ne montrent pas"), row.country)
            for row in (looked.sub_processors if looked is not None else ())
        ],
        warnings=warnings_of(
            terms, has_contract=bound, ends_on=one.ends_on,
            acts_as_processor=one.party is not None and one.party.gdpr_role in ACTING, today=today,
        ),
    )  # fmt: skip


def _below(name: str, country: str | None) -> str:
    return f"{name} ({load_list('countries').label(country)})" if country else name


def processor_line(one: ProcessorParty, looked: Looked | None, today: date) -> ProcessorLine:
    """A processor in a list."""
    terms = looked.terms if looked is not None else NO_TERMS
    return ProcessorLine(
        party_id=one.party.id, name=one.name or _("Organisation hors de vos droits"), contract_id=one.contract.id,
        contract=one.contract.object, state=state_mark(one.contract, today),
        ends_on=term_of(one.contract).last_on(today),
        settled=len(terms.standing(PointState.PRESENT)), below=terms.sub_processors, activities=one.activities,
        warnings=warnings_about(one, looked, today),
    )  # fmt: skip


def warnings_about(one: ProcessorParty, looked: Looked | None, today: date) -> list[str]:
    """What calls for somebody in the terms of a party to a contract."""
    return warnings_of(
        looked.terms if looked is not None else NO_TERMS, has_contract=True,
        ends_on=term_of(one.contract).binds_until,
        acts_as_processor=one.party.gdpr_role in ACTING, today=today,
    )  # fmt: skip


def point_views(looked: Looked | None) -> list[PointView]:
    """The eight points in words, those nobody looked at included."""
    held = {one.point: one for one in looked.points} if looked is not None else {}
    views = []
    for point in Article28Point:
        row = held.get(point)
        state = row.state if row is not None else PointState.TO_CHECK
        place = (row.place or "") if row is not None else ""
        views.append(PointView(str(point), point.label, str(state), _TONES[state], state.label, place))
    return views


def sub_processor_rows(looked: Looked | None, *, named: bool) -> list[tuple[str, str, bool, str]]:
    """Who works below a processor: name, country, whether that is out of the European Economic Area, and its task.

    Below one that the reader may not see, nobody is `named`: that would tell which it is.
    """
    countries = load_list("countries")
    return [
        (
            row.name if named else _("Un organisme que vos droits ne montrent pas"),
            countries.label(row.country) if row.country else _("pays à dire"),
            bool(row.country) and not countries.flag(row.country or "", "eea"), row.task or "",
        )
        for row in (looked.sub_processors if looked is not None else ())
    ]  # fmt: skip
