"""The JSON API of how long datasets are kept: what is due, what each one follows, the holds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler
from litestar.status_codes import HTTP_201_CREATED
from pydantic import Field

from registry.datasets.models import Dataset
from registry.datasets.queries import get_dataset
from registry.datasets.vocabulary import FinalDisposition
from registry.kernel.errors import Invalid
from registry.kernel.permissions import Permission
from registry.kernel.words import _, current_locale, mark
from registry.organisations.queries import get_legal_person
from registry.processing.retention.forms import HoldForm, LiftForm, RetentionForm
from registry.processing.retention.models import RetentionHold
from registry.processing.retention.queries import (
    Followed,
    as_retention,
    count_holds,
    find_bodies,
    find_followed,
    find_holds,
    find_holds_page,
    find_own_rules,
    find_retention,
    get_hold,
    rules_of,
)
from registry.processing.retention.rules import Origin, dates_of
from registry.processing.retention.service import lift_hold, place_hold, set_retention
from registry.processing.retention.vocabulary import Counting, EventKnown, HoldReason, RetentionState
from registry.processing.retention.wording import HOLD_LABELS, RETENTION_LABELS
from registry.web.calls import ApiCall, Number, PageQuestions
from registry.web.visits import Visit, route

READ, RECORD = Permission.PROCESSING_RETENTION_READ, Permission.PROCESSING_RETENTION_RECORD
_KEPT = {"rule_code": "BIBLIO", "retention_months": 6, "known": "dated", "event_on": "2024-06-30"}
_HELD = {"reason": "litigation", "explained": "Recours contre le permis", "held_by": "La direction juridique",
         "started_on": "2026-11-02", "review_on": "2027-05-02"}  # fmt: skip


def about(says: str, names: Mapping[str, str] = RETENTION_LABELS, **more: Any) -> ApiCall:
    """What the document tells of a call of this corner; `names` are the fields' names in French."""

    def label_of(name: str) -> str:
        return _(names[name]) if name in names else ""

    return ApiCall(**{"tag": mark("Conservation"), "says": says, "labels": label_of, **more})


@dataclass(frozen=True)
class KeptLineBody:
    """A dataset of which something is said: `until` is the last day it is kept, `due_since` the day after, once past.

    `rule_origin` says whether the rule is the product's list's, the body's own, or agreed by an archives service;
    `slip_id` is the slip of disposal it stands on.
    """

    dataset_id: int
    title: str
    organisation_id: int
    state: RetentionState
    active_until: date | None
    until: date | None
    due_since: date | None
    rule_code: str | None
    rule_origin: Origin | None
    final_disposition: FinalDisposition | None
    held: bool
    slip_id: int | None


@dataclass(frozen=True)
class KeptBody:
    """A page of datasets with how long they are kept, what is due longest first."""

    total: int
    datasets: list[KeptLineBody]
    next: str | None


@dataclass(frozen=True)
class DatasetRetentionBody:
    """How long a dataset is kept; `version` is that of its sheet.

    Units: months.
    Law: RGPD art. 5 §1 e; Code du patrimoine R212-13.
    """

    dataset_id: int
    version: int
    rule_code: str | None
    rule_origin: Origin | None
    own_reason: str | None
    retention_months: int | None
    intermediate_months: int | None
    retention_trigger: str | None
    final_disposition: FinalDisposition | None
    known: EventKnown | None
    event_on: date | None
    event_source: str | None
    counting: Counting
    state: RetentionState
    starts_on: date | None
    active_until: date | None
    until: date | None
    holds: list[int]


@dataclass(frozen=True)
class HoldBody:
    """A hold on a dataset; in force as long as `lifted_on` is empty."""

    id: int
    dataset_id: int
    organisation_id: int
    reason: HoldReason
    explained: str
    held_by: str
    started_on: date
    review_on: date | None
    lifted_on: date | None
    lifted_reason: str | None


@dataclass(frozen=True)
class HoldsBody:
    """A page of holds, the earliest placed first."""

    total: int
    holds: list[HoldBody]
    next: str | None


class KeptQuestions(PageQuestions):
    """What the list of what is kept is narrowed to."""

    organisation: list[Number] = Field(
        default_factory=list,
        description=mark("Le numéro d’une organisation ; d’une personne morale, ses services sont compris."),
    )
    state: list[RetentionState] = Field(default_factory=list, description=mark("Où en est la conservation."))


class HoldQuestions(PageQuestions):
    """Which holds are listed."""

    lifted: bool = Field(default=False, description=mark("true pour lire les gels levés, et eux seuls."))


def _line(one: Followed, on: date) -> KeptLineBody:
    since = one.dates.due_since
    return KeptLineBody(
        dataset_id=one.id, title=one.title, organisation_id=one.organisation_id, state=one.dates.state,
        active_until=one.dates.active_until, until=one.dates.until,
        due_since=since if since is not None and since <= on else None,
        rule_code=one.rule.code if one.rule is not None else None,
        rule_origin=one.rule.origin if one.rule is not None else None,
        final_disposition=one.fate, held=one.held, slip_id=one.slip_id,
    )  # fmt: skip


def _place(one: Followed) -> tuple[str, int]:
    return (one.dates.until or date.max).isoformat(), one.id


def _start(found: Sequence[Followed], after: tuple[str, int]) -> int:
    """Where the page after a place begins: after that dataset, or after its day where it is listed no more."""
    try:
        day = date.fromisoformat(after[0])
    except ValueError as error:
        raise Invalid(_("Ce repère de page n’est pas valable : repartez de la première page.")) from error
    seen = next((index + 1 for index, one in enumerate(found) if _place(one) == after), None)
    if seen is not None:
        return seen
    return next((index for index, one in enumerate(found) if (one.dates.until or date.max) >= day), len(found))


@route(
    "GET", "/api/v1/retention", READ,
    about=about(mark("Jusqu’à quand les jeux se gardent : ce qui est échu depuis le plus longtemps d’abord."),
                asks=KeptQuestions),
)  # fmt: skip
def list_kept(visit: Visit) -> Response[KeptBody]:
    """What is kept and until when, within the asker's rights."""
    asked = visit.asked(KeptQuestions)
    found = [
        one
        for one in find_followed(visit.session, find_bodies(visit.session), visit.today, current_locale())
        if (not asked.organisation or {one.organisation_id, one.body_id} & set(asked.organisation))
        and (not asked.state or one.dates.state in asked.state)
    ]
    after = asked.place(str, int)
    start = _start(found, (after[0], after[1])) if after is not None else 0
    rows = found[start : start + asked.limit]
    following = asked.following(_place(rows[-1]) if len(found) > start + asked.limit else None)
    return visit.answer(KeptBody(len(found), [_line(one, visit.today) for one in rows], following))


def _retention(visit: Visit, sheet: Dataset) -> DatasetRetentionBody:
    row = find_retention(visit.session, sheet.id)
    follows = row is not None and row.rule_code is not None
    own = find_own_rules(visit.session, get_legal_person(visit.session, sheet.organisation_id)) if follows else ()
    said = as_retention(sheet, row, rules_of(own, current_locale()))
    holds = [hold.id for hold in find_holds(visit.session, sheet.id) if hold.lifted_on is None]
    dates = dates_of(said, visit.today, held=bool(holds))
    return DatasetRetentionBody(
        dataset_id=sheet.id, version=sheet.version,
        rule_code=row.rule_code if row is not None else None,
        rule_origin=said.rule.origin if said.rule is not None else None,
        own_reason=row.own_reason if row is not None else None,
        retention_months=sheet.retention_months, intermediate_months=said.intermediate_months,
        retention_trigger=sheet.retention_trigger, final_disposition=said.fate, known=said.known,
        event_on=said.event_on, event_source=row.event_source if row is not None else None, counting=said.counting,
        state=dates.state, starts_on=dates.starts_on, active_until=dates.active_until, until=dates.until, holds=holds,
    )  # fmt: skip


@route(
    "GET", "/api/v1/datasets/{dataset_id:int}/retention", READ,
    about=about(mark("Combien de temps un jeu se garde, d’après quelle règle, et ce qui le gèle.")),
)  # fmt: skip
def read_retention(visit: Visit, dataset_id: int) -> Response[DatasetRetentionBody]:
    """How long a dataset is kept."""
    return visit.answer(_retention(visit, get_dataset(visit.session, dataset_id)))


@route(
    "PUT", "/api/v1/datasets/{dataset_id:int}/retention", RECORD, takes=RetentionForm,
    about=about(
        mark("Remplace ce qui est dit de la conservation d’un jeu ; avec une règle, ce qui manque est le sien."),
        versioned=True, example=_KEPT,
    ),
)  # fmt: skip
def replace_retention(visit: Visit, dataset_id: int) -> Response[DatasetRetentionBody]:
    """Says how long a dataset is kept; asks for If-Match, the ETag of this call or of the sheet."""
    expected, given = visit.expected_version(), visit.given(RetentionForm)
    visit.visitor.require(RECORD, get_dataset(visit.session, dataset_id).organisation_id)
    sheet = set_retention(visit.session, dataset_id, given, expected=expected, today=visit.today)
    return visit.answer(_retention(visit, sheet))


def _hold(row: RetentionHold) -> HoldBody:
    return HoldBody(**{name: getattr(row, name) for name in HoldBody.__dataclass_fields__})


@route(
    "GET", "/api/v1/retention-holds", READ,
    about=about(mark("Les gels en vigueur, ou ceux qui ont été levés."), HOLD_LABELS, asks=HoldQuestions),
)  # fmt: skip
def list_holds(visit: Visit) -> Response[HoldsBody]:
    """The holds within the asker's rights."""
    asked = visit.asked(HoldQuestions)
    after = asked.place(int)
    rows = find_holds_page(
        visit.session, lifted=asked.lifted, after=after[0] if after is not None else 0, limit=asked.limit + 1
    )
    more, rows = len(rows) > asked.limit, rows[: asked.limit]
    following = asked.following((rows[-1].id,) if more else None)
    total = count_holds(visit.session, lifted=asked.lifted)
    return visit.answer(HoldsBody(total, [_hold(row) for row in rows], following))


@route("GET", "/api/v1/retention-holds/{hold_id:int}", READ, about=about(mark("Un gel."), HOLD_LABELS))
def read_hold(visit: Visit, hold_id: int) -> Response[HoldBody]:
    """One hold."""
    return visit.answer(_hold(get_hold(visit.session, hold_id)))


@route(
    "POST", "/api/v1/datasets/{dataset_id:int}/retention-holds", RECORD, takes=HoldForm,
    about=about(
        mark("Gèle un jeu : rien de lui ne peut être éliminé tant que le gel n’est pas levé."), HOLD_LABELS,
        status=201, example=_HELD,
    ),
)  # fmt: skip
def create_hold(visit: Visit, dataset_id: int) -> Response[HoldBody]:
    """Puts a dataset on hold."""
    given = visit.given(HoldForm)
    visit.visitor.require(RECORD, get_dataset(visit.session, dataset_id).organisation_id)
    made = place_hold(visit.session, dataset_id, given)
    visit.headers["Location"] = f"/api/v1/retention-holds/{made.id}"
    return visit.answer(_hold(made), status=HTTP_201_CREATED)


@route(
    "POST", "/api/v1/retention-holds/{hold_id:int}/lifting", RECORD, takes=LiftForm,
    about=about(
        mark("Lève un gel, en disant pourquoi ; un gel levé le reste."), HOLD_LABELS,
        example={"lifted_reason": "Jugement définitif"},
    ),
)  # fmt: skip
def end_hold(visit: Visit, hold_id: int) -> Response[HoldBody]:
    """Lifts a hold, with the reason; lifting is all that ever happens to one: no version is asked."""
    given = visit.given(LiftForm)
    visit.visitor.require(RECORD, get_hold(visit.session, hold_id).organisation_id)
    return visit.answer(_hold(lift_hold(visit.session, hold_id, given, today=visit.today)))


HANDLERS: tuple[HTTPRouteHandler, ...] = (
    list_kept, read_retention, replace_retention, list_holds, read_hold, create_hold, end_hold,
)  # fmt: skip
