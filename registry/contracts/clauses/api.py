"""The JSON API of amendments and clauses: what is in force on a day, and every change, with ETag and If-Match."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler
from litestar.status_codes import HTTP_201_CREATED
from pydantic import BaseModel, ConfigDict, Field

from registry.contracts.clauses.asking import Known, get_known
from registry.contracts.clauses.coverage import coverage_of
from registry.contracts.clauses.doubting import say_doubt
from registry.contracts.clauses.forms import (
    AmendmentChange,
    AmendmentForm,
    ClauseForm,
    PerformanceForm,
    StipulationForm,
)
from registry.contracts.clauses.lacking import Lacking, find_lacking, say_lack
from registry.contracts.clauses.models import Amendment, Clause, ClauseStipulation
from registry.contracts.clauses.queries import Written, get_amendment, get_clause, get_stipulation
from registry.contracts.clauses.rules import Span
from registry.contracts.clauses.service import (
    amend_amendment,
    amend_stipulation,
    record_amendment,
    record_clause,
    set_amendment_aside,
    set_stipulation_aside,
    stipulate,
    tell_performance,
)
from registry.contracts.clauses.showing import say_outside
from registry.contracts.clauses.standing import ClauseStanding, standing_on
from registry.contracts.clauses.views import AMENDMENT_LABELS, STIPULATION_LABELS
from registry.contracts.queries import get_contract
from registry.contracts.vocabulary import AmendmentProgress, ClauseAct, ClausePerformance, ClauseState, Doubt
from registry.kernel.permissions import Permission
from registry.kernel.words import _, mark
from registry.web.calls import ApiCall, Number
from registry.web.setting_aside import setting_aside
from registry.web.visits import Visit, route

READ, RECORD = Permission.CONTRACTS_CONTRACT_READ, Permission.CONTRACTS_CONTRACT_RECORD
TAG = mark("Contrats")
REASON = "Relevé deux fois"
_LABELS = {
    **AMENDMENT_LABELS,
    **STIPULATION_LABELS,
    "on": mark("Le jour dont on parle"),
    "signed_by": mark("Le jour de ce qui était signé"),
    "in_force": mark("Clauses en vigueur ce jour-là"),
    "missing": mark("Clauses qu’on cherche et qui n’y sont pas ce jour-là"),
    "clauses_read": mark("Vrai si quelqu’un a dit avoir relu tout le contrat"),
    "partial": mark("Vrai si la clause est en vigueur pour d’autres jeux"),
    "applies_from": mark("Le premier jour de ce qui est signé pour plus tard"),
    "words": mark("Où en est la clause, en mots"),
    "doubts": mark("Ce qui ne tient pas ensemble"),
    "amendments": mark("Avenants du contrat"),
    "state": mark("Où en est la clause"),
    "first": mark("Premier jour"),
    "last": mark("Dernier jour"),
    "sentence": mark("Ce qui ne tient pas ensemble, en une phrase"),
    "stipulations": mark("Les lignes dont il s’agit"),
    "annulled": mark("Vrai si la ligne est annulée"),
    "known_on": mark("Le jour de ce que le registre savait"),
    "nothing_known": mark("Que le registre ne savait rien des contrats de ce jeu, là où c’est le cas"),
    "contracts": mark("Les contrats qui visent ce jeu"),
    "holders": mark("Qui le tient"),
    "clashes": mark("Ce qui ne peut être suivi à la fois"),
    "clash": mark("Ce qui ne va pas ensemble"),
    "term": mark("Ce dont il s’agit dans la clause"),
    "binding": mark("Ce qui s’impose, là où le plus strict l’emporte"),
    "bare": mark("Jours où aucun contrat ne lie pour ce jeu"),
}


def label_of(name: str) -> str:
    """A field’s name in the reader’s language, or nothing."""
    return _(_LABELS[name]) if name in _LABELS else ""


def about(says: str, **more: Any) -> ApiCall:
    """What the document tells of a call of this corner."""
    return ApiCall(**{"tag": TAG, "says": says, "labels": label_of, **more})


@dataclass(frozen=True)
class AmendmentBody:
    """An amendment of a contract."""

    id: int
    version: int
    contract_id: int
    number: int
    object: str
    reference: str | None
    progress: AmendmentProgress | None
    signed_on: date | None
    effective_on: date | None
    published_on: date | None
    notes: str | None
    annulled: bool


@dataclass(frozen=True)
class StipulationBody:
    """What an act says of a clause; `amendment_id` is null where the contract itself says it."""

    id: int
    version: int
    clause_id: int
    amendment_id: int | None
    act: ClauseAct
    article: str | None
    text: str | None
    reasons: str | None
    terms: dict[str, Any]
    datasets: list[int]
    effective_on: date | None
    last_on: date | None
    survives: bool
    annulled: bool


@dataclass(frozen=True)
class ClauseBody:
    """A clause of a contract; `kind` is a code of the list of kinds."""

    id: int
    version: int
    contract_id: int
    kind: str
    label: str | None
    performance: ClausePerformance | None
    performance_on: date | None
    performance_note: str | None


@dataclass(frozen=True)
class InForceBody:
    """A clause in force on a day, in the words of the act that says it last; `first` and `last` are both in it."""

    clause: ClauseBody
    stipulation: StipulationBody
    state: ClauseState
    first: date
    last: date | None


@dataclass(frozen=True)
class MissingClauseBody:
    """A kind one looks for and that is not in force; `datasets` are those it is missing of, none being the contract.

    `partial` is whether it is in force for others; `applies_from` the first day of what is signed for later; `words`
    says it, as the pages do.
    """

    kind: str
    state: ClauseState
    datasets: list[int]
    partial: bool
    applies_from: date | None
    words: str


@dataclass(frozen=True)
class ClauseDoubtBody:
    """What does not hold together, in a sentence, with the stipulations meant."""

    doubt: Doubt
    sentence: str
    stipulations: list[int]
    first: date | None
    last: date | None


@dataclass(frozen=True)
class ContractOnDayBody:
    """The contract as it applies on a day, by what was signed by another, as the registry knew it on a third.

    Where `clauses_read` is false, what is not there is not known to be missing. `outside` says why nothing is missing
    on a day on which the contract binds nobody: it is not signed, has not begun, or has ended.
    """

    on: date
    signed_by: date
    known_on: date | None
    clauses_read: bool
    outside: str | None
    amendments: list[AmendmentBody]
    in_force: list[InForceBody]
    missing: list[MissingClauseBody]
    doubts: list[ClauseDoubtBody]


class DayQuestions(BaseModel):
    """Which day, and which dataset."""

    model_config = ConfigDict(extra="forbid")

    on: date | None = Field(default=None, description=mark("Le jour dont on parle ; aujourd’hui sinon."))
    signed_by: date | None = Field(
        default=None, description=mark("Compte tenu de ce qui était signé ce jour-là ; le même jour sinon.")
    )
    known_on: date | None = Field(
        default=None, description=mark("Tel que le registre le savait à la fin de ce jour ; tel qu’il le sait sinon.")
    )
    dataset_id: Number | None = Field(default=None, description=mark("Un jeu auquel le contrat se rattache."))


def _amendment(row: Amendment) -> AmendmentBody:
    return AmendmentBody(**{name: getattr(row, name) for name in AmendmentBody.__dataclass_fields__})


def _stipulation(row: ClauseStipulation) -> StipulationBody:
    return StipulationBody(**{name: getattr(row, name) for name in StipulationBody.__dataclass_fields__})


def _clause(row: Clause) -> ClauseBody:
    return ClauseBody(**{name: getattr(row, name) for name in ClauseBody.__dataclass_fields__})


def in_force_body(written: Written, span: Span, standing: ClauseStanding) -> InForceBody:
    """A clause in force, as the answer says it."""
    return InForceBody(
        _clause(written.clauses[span.stipulation.clause_id]),
        _stipulation(written.stipulations[span.stipulation.id]),
        standing.state, span.first, None if span.last == date.max else span.last,
    )  # fmt: skip


def missing_body(one: Lacking, titles: Mapping[int, str], *, was_read: bool) -> MissingClauseBody:
    """What is not in force, as the answer says it."""
    hidden = _("un jeu que vos droits ne montrent pas")
    words = say_lack(one, lambda number: titles.get(number) or hidden, was_read=was_read)
    return MissingClauseBody(one.kind, one.state, list(one.datasets), one.partial, one.applies_from, words)


@route(
    "GET", "/api/v1/contracts/{contract_id:int}/clauses", READ,
    about=about(mark("Le contrat tel qu’il s’applique un jour donné : clauses en vigueur, clauses absentes, doutes."),
                asks=DayQuestions),
)  # fmt: skip
def read_clauses(visit: Visit, contract_id: int) -> Response[ContractOnDayBody]:
    """The contract as it applies on a day; not found where the registry knew nothing of it on the day one names."""
    asked = visit.asked(DayQuestions)
    contract = get_contract(visit.session, contract_id)
    day = asked.on or visit.today
    known = get_known(visit.session, contract, asked.known_on, visit.premises.info["time_zone"])
    signed_by = asked.signed_by or day
    return visit.answer(contract_on_day(known, day, signed_by, known_on=asked.known_on, of=asked.dataset_id))


def contract_on_day(
    known: Known, day: date, signed_by: date, *, known_on: date | None = None, of: int | None = None
) -> ContractOnDayBody:
    """The contract as it applies on a day, by what was signed by another, for a dataset or for all."""
    written, about = known.written, list(known.titles) if of is None else [of]
    standing, spans = standing_on(written, day, signed_by=signed_by), written.spans(signed_by=signed_by)
    outside = say_outside(written.contract, day)
    return ContractOnDayBody(
        on=day, signed_by=signed_by, known_on=known_on, clauses_read=known.was_read,
        outside=outside or None,
        amendments=[_amendment(one) for one in written.amendments.values()],
        in_force=[
            in_force_body(written, span, standing[span.stipulation.clause_id])
            for span in spans
            if span.holds(day) and (of is None or not span.stipulation.datasets or of in span.stipulation.datasets)
        ],
        missing=[] if outside else [
            missing_body(one, known.titles, was_read=known.was_read)
            for one in find_lacking(coverage_of(written, known.looked_for, about, day, signed_by=signed_by))
        ],
        doubts=[
            ClauseDoubtBody(one.doubt, say_doubt(one, written), list(one.ids), one.first, one.last)
            for one in written.doubts(spans)
        ],
    )  # fmt: skip


@route(
    "POST", "/api/v1/contracts/{contract_id:int}/amendments", RECORD, takes=AmendmentForm,
    about=about(mark("Enregistre un avenant, dès qu’il est demandé."), status=201,
                example={"number": 1, "object": "Fourniture des données", "progress": "asked"}),
)  # fmt: skip
def create_amendment(visit: Visit, contract_id: int) -> Response[AmendmentBody]:
    """Records an amendment."""
    visit.visitor.require(RECORD, get_contract(visit.session, contract_id).organisation_id)
    made = record_amendment(visit.session, contract_id, visit.given(AmendmentForm))
    visit.headers["Location"] = f"/api/v1/amendments/{made.id}"
    return visit.answer(_amendment(made), status=HTTP_201_CREATED)


@route("GET", "/api/v1/amendments/{amendment_id:int}", READ, about=about(mark("Un avenant.")))
def read_amendment(visit: Visit, amendment_id: int) -> Response[AmendmentBody]:
    """One amendment."""
    return visit.answer(_amendment(get_amendment(visit.session, amendment_id)))


@route(
    "PATCH", "/api/v1/amendments/{amendment_id:int}", RECORD, takes=AmendmentChange,
    about=about(mark("Change les champs donnés d’un avenant : sa signature, par exemple."), versioned=True,
                example={"progress": None, "signed_on": "2026-03-02"}),
)  # fmt: skip
def correct_amendment(visit: Visit, amendment_id: int) -> Response[AmendmentBody]:
    """Changes the fields given; asks for If-Match."""
    expected, given = visit.expected_version(), visit.given(AmendmentChange)
    visit.visitor.require(RECORD, get_amendment(visit.session, amendment_id).organisation_id)
    return visit.answer(_amendment(amend_amendment(visit.session, amendment_id, given, expected=expected)))


_AMENDMENT_ASIDE = setting_aside(
    "/api/v1/amendments/{amendment_id:int}", RECORD, AmendmentBody, about=about, reason=REASON,
    named=("annul_amendment", "restore_amendment"),
    says=(
        mark("Met de côté un avenant relevé par erreur, avec ce qu’il dit des clauses."),
        mark("Rétablit un avenant annulé, en disant pourquoi."),
    ),
    get=get_amendment, act=set_amendment_aside, tell=lambda _visit, row: _amendment(row),
)  # fmt: skip


@route(
    "POST", "/api/v1/contracts/{contract_id:int}/clauses", RECORD, takes=ClauseForm,
    about=about(
        mark("Relève une clause du contrat, avec ce que le contrat ou un avenant en dit d’abord."), status=201,
        example={"kind": "schedule", "article": "art. 12", "terms": {"frequency": "QUARTERLY", "grace_days": 5}},
    ),
)  # fmt: skip
def create_clause(visit: Visit, contract_id: int) -> Response[StipulationBody]:
    """Records a clause."""
    visit.visitor.require(RECORD, get_contract(visit.session, contract_id).organisation_id)
    _clause_row, made = record_clause(visit.session, contract_id, visit.given(ClauseForm))
    visit.headers["Location"] = f"/api/v1/stipulations/{made.id}"
    return visit.answer(_stipulation(made), status=HTTP_201_CREATED)


@route("GET", "/api/v1/clauses/{clause_id:int}", READ, about=about(mark("Une clause, et comment elle est tenue.")))
def read_clause(visit: Visit, clause_id: int) -> Response[ClauseBody]:
    """One clause."""
    return visit.answer(_clause(get_clause(visit.session, clause_id)))


@route(
    "PATCH", "/api/v1/clauses/{clause_id:int}", RECORD, takes=PerformanceForm,
    about=about(mark("Note comment une clause est tenue."), versioned=True, example={"performance": "performed"}),
)  # fmt: skip
def note_performance(visit: Visit, clause_id: int) -> Response[ClauseBody]:
    """Notes how a clause is kept; asks for If-Match."""
    expected, given = visit.expected_version(), visit.given(PerformanceForm)
    visit.visitor.require(RECORD, get_clause(visit.session, clause_id).organisation_id)
    return visit.answer(_clause(tell_performance(visit.session, clause_id, given, expected=expected)))


@route(
    "POST", "/api/v1/clauses/{clause_id:int}/stipulations", RECORD, takes=StipulationForm,
    about=about(mark("Dit ce qu’un avenant fait d’une clause : l’ajouter de nouveau, la remplacer, la supprimer."),
                status=201, example={"amendment_id": 1, "act": "ends", "article": "art. 3"}),
)  # fmt: skip
def create_stipulation(visit: Visit, clause_id: int) -> Response[StipulationBody]:
    """Records what one more act says of a clause."""
    visit.visitor.require(RECORD, get_clause(visit.session, clause_id).organisation_id)
    made = stipulate(visit.session, clause_id, visit.given(StipulationForm))
    visit.headers["Location"] = f"/api/v1/stipulations/{made.id}"
    return visit.answer(_stipulation(made), status=HTTP_201_CREATED)


@route(
    "GET", "/api/v1/stipulations/{stipulation_id:int}", READ, about=about(mark("Ce qu’un acte dit d’une clause."))
)  # fmt: skip
def read_stipulation(visit: Visit, stipulation_id: int) -> Response[StipulationBody]:
    """What one act says of a clause."""
    return visit.answer(_stipulation(get_stipulation(visit.session, stipulation_id)))


@route(
    "PATCH", "/api/v1/stipulations/{stipulation_id:int}", RECORD, takes=StipulationForm,
    about=about(mark("Corrige ce qui a été relevé ; ce qu’un avenant change se dit par cet avenant."), versioned=True,
                example={"article": "art. 12.3"}),
)  # fmt: skip
def correct_stipulation(visit: Visit, stipulation_id: int) -> Response[StipulationBody]:
    """Changes the fields given; asks for If-Match."""
    expected, given = visit.expected_version(), visit.given(StipulationForm)
    visit.visitor.require(RECORD, get_stipulation(visit.session, stipulation_id).organisation_id)
    return visit.answer(_stipulation(amend_stipulation(visit.session, stipulation_id, given, expected=expected)))


_STIPULATION_ASIDE = setting_aside(
    "/api/v1/stipulations/{stipulation_id:int}", RECORD, StipulationBody, about=about, reason=REASON,
    named=("annul_stipulation", "restore_stipulation"),
    says=(
        mark("Met de côté ce qui a été relevé par erreur ; rien n’est supprimé."),
        mark("Rétablit ce qui a été annulé, en disant pourquoi."),
    ),
    get=get_stipulation, act=set_stipulation_aside, tell=lambda _visit, row: _stipulation(row),
)  # fmt: skip
HANDLERS: tuple[HTTPRouteHandler, ...] = (
    read_clauses, create_amendment, read_amendment, correct_amendment, *_AMENDMENT_ASIDE,
    create_clause, read_clause, note_performance, create_stipulation, read_stipulation, correct_stipulation,
    *_STIPULATION_ASIDE,
)  # fmt: skip
