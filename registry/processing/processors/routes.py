"""The pages of processors: all of them, one with its terms, the form of its terms, those of an activity."""

from collections.abc import Mapping, Sequence
from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler

from registry.contracts.views import state_mark
from registry.datasets.meanwhile import read_stamps
from registry.datasets.views import ConflictRow
from registry.kernel.errors import Forbidden
from registry.kernel.permissions import Permission
from registry.kernel.words import _, current_locale, mark
from registry.ledger.queries import get_version
from registry.organisations.queries import find_organisations
from registry.platform.lists import load_list
from registry.processing.models import ProcessingActivity
from registry.processing.processors.comparing import (
    PROCESSORS,
    processors_began,
    processors_together,
    terms_began,
    terms_together,
)
from registry.processing.processors.forms import ProcessorsForm, TermsForm
from registry.processing.processors.queries import (
    Looked,
    ProcessorParty,
    count_without_contract,
    find_activities_served,
    find_contract_choices,
    find_looked,
    find_processor_parties,
    find_processors,
    get_processor_party,
)
from registry.processing.processors.reading import typed_processors, typed_terms
from registry.processing.processors.service import record_terms, set_processors
from registry.processing.processors.views import (
    HIDDEN_BODY,
    HIDDEN_CONTRACT,
    ROW_LABELS,
    TERMS_LABELS,
    ActivityProcessorsPage,
    ProcessorPage,
    ProcessorsPage,
    TermsFormPage,
    point_views,
    processor_line,
    sub_processor_rows,
    warnings_about,
    with_hidden,
)
from registry.processing.processors.vocabulary import Article28Point, PointState, SubProcessorAuthorisation
from registry.processing.queries import get_activity
from registry.web.forms import parse_values, read_number
from registry.web.saving import Unsaved, save
from registry.web.templating import say_day
from registry.web.visits import NOTICES, Visit, route

READ, RECORD = Permission.PROCESSING_ACTIVITY_READ, Permission.PROCESSING_ACTIVITY_RECORD
_EMPTY_ROWS = 3
NOTICES.update(
    {
        "sous-traitants-enregistres": mark("Les sous-traitants de ce traitement sont enregistrés."),
        "clauses-enregistrees": mark("Les clauses sont enregistrées ; les traitements concernés sont relus."),
    }
)


@route("GET", "/sous-traitants", READ)
def show_processors(visit: Visit) -> Response[Any]:
    """Every processor under a contract, what calls for somebody first."""
    found = find_processor_parties(visit.session, visit.today)
    looked = find_looked(visit.session, (one.party.id for one in found))
    rows = [processor_line(one, looked.get(one.party.id), visit.today) for one in found]
    wanting = sum(bool(one.warnings) for one in rows)
    without = count_without_contract(visit.session)
    page = ProcessorsPage(
        rows=sorted(rows, key=lambda one: not one.warnings),
        figures=[
            (wanting, _("contrats à revoir"), "", "bad" if wanting else "good"),
            (without, _("sous-traitants de traitements sans contrat"), "", "bad" if without else "good"),
            (len(rows), _("sous-traitants sous contrat"), "", ""),
        ],
    )
    return visit.page("processing/processors.html", page)


@route("GET", "/sous-traitants/{party_id:int}", READ)
def show_processor(visit: Visit, party_id: int) -> Response[Any]:
    """One processor under one contract: the eight points, who works below it, which activities it serves."""
    one = get_processor_party(visit.session, party_id)
    looked = find_looked(visit.session, [party_id]).get(party_id)
    row, points = (looked.row if looked is not None else None), point_views(looked)
    told = (
        ("authorised_on", say_day(row.authorised_on) if row is not None and row.authorised_on else ""),
        ("authorisation_place", (row.authorisation_place or "") if row is not None else ""),
        ("reviewed_on", say_day(row.reviewed_on) if row is not None and row.reviewed_on else ""),
        ("notes", (row.notes or "") if row is not None else ""),
    )
    page = ProcessorPage(
        id=party_id,
        name=one.name or _("Organisation hors de vos droits"),
        organisation_id=one.party.party_id,
        contract_id=one.contract.id,
        contract=one.contract.object,
        state=state_mark(one.contract, visit.today),
        role=one.party.gdpr_role.label if one.party.gdpr_role else _("Rôle RGPD à dire"),
        points=points,
        settled=sum(view.code == PointState.PRESENT for view in points),
        authorisation=row.authorisation.label if row is not None and row.authorisation is not None else "",
        fields=[(_(TERMS_LABELS[name]), words) for name, words in told if words],
        sub_processors=sub_processor_rows(looked, named=bool(one.name)),
        no_sub_processors=row is not None and row.no_sub_processors,
        activities=find_activities_served(visit.session, one.contract.id, one.party.party_id),
        warnings=warnings_about(one, looked, visit.today),
        may_record=bool(one.name) and visit.visitor.may(RECORD, one.contract.organisation_id),
    )
    return visit.page("processing/processor.html", page)


def _terms_page(
    visit: Visit,
    one: ProcessorParty,
    values: Mapping[str, Any],
    errors: Mapping[str, str] | None = None,
    *,
    version: int,
    began: str,
    status: int = 200,
    beside: Sequence[ConflictRow] = (),
) -> Response[Any]:
    points = {str(point["point"]): point for point in values.get("points") or ()}
    page = TermsFormPage(
        id=one.party.id,
        version=version,
        began=began,
        name=one.name,
        contract=one.contract.object,
        values=values,
        errors={_place(path): message for path, message in (errors or {}).items()},
        labels={name: _(label) for name, label in TERMS_LABELS.items()},
        points=[(str(point), point.label, points.get(str(point), {})) for point in Article28Point],
        rows=[*(values.get("sub_processors") or ()), *({} for _row in range(_EMPTY_ROWS))],
        choices={
            "state": [(str(state), state.label) for state in PointState],
            "authorisation": [(str(each), each.label) for each in SubProcessorAuthorisation],
            "country": load_list("countries").choices(current_locale()),
        },
        beside=beside,
    )
    return visit.page("processing/terms_form.html", page, status=status)


def _place(path: str) -> str:
    """The field of the page an error stands at: `sub_processors.2.country` is `row-2-country`."""
    part, _dot, rest = path.partition(".")
    if not rest:
        return part or "_"
    if part == "points":
        number, _dot, name = rest.partition(".")
        return f"point-{list(Article28Point)[int(number)]}-{name}"
    return f"row-{rest.replace('.', '-')}"


def _values_of(looked: Looked | None) -> tuple[dict[str, Any], int]:
    if looked is None or looked.row is None:
        return {}, 0
    values = TermsForm.model_construct(
        **{name: getattr(looked.row, name) for name in TermsForm.model_fields if hasattr(looked.row, name)}
    ).model_dump(mode="json", exclude={"points", "sub_processors"})
    values["points"] = [
        {"point": str(row.point), "state": str(row.state), "place": row.place} for row in looked.points
    ]  # fmt: skip
    values["sub_processors"] = [
        {"name": row.name, "country": row.country, "task": row.task} for row in looked.sub_processors
    ]
    return values, looked.row.version


def _to_settle(visit: Visit, party_id: int) -> ProcessorParty:
    """A processor whose terms the visitor may write; not one they may not read, whose sub-processors would tell it."""
    one = get_processor_party(visit.session, party_id)
    visit.visitor.require(RECORD, one.contract.organisation_id)
    if not one.name:
        raise Forbidden(
            _("Vos droits ne montrent pas ce sous-traitant : ses clauses sont à tenir par qui le lit dans le registre.")
        )
    return one


@route("GET", "/sous-traitants/{party_id:int}/clauses", RECORD)
def show_terms(visit: Visit, party_id: int) -> Response[Any]:
    """The form of the terms of a processor, as they stand."""
    one = _to_settle(visit, party_id)
    values, version = _values_of(find_looked(visit.session, [party_id]).get(party_id))
    return _terms_page(visit, one, values, version=version, began=terms_began(values))


@route("POST", "/sous-traitants/{party_id:int}/clauses", RECORD)
def change_terms(visit: Visit, party_id: int) -> Response[Any]:
    """Saves the terms of a processor; somebody else's change meanwhile is shown beside, field by field."""
    one = _to_settle(visit, party_id)
    data = visit.form_data()
    typed, version, began = typed_terms(data), read_number(data.first("version")) or 0, data.first("began")
    read = parse_values(TermsForm, typed, today=visit.today)
    made = save(read, lambda form: record_terms(visit.session, party_id, form, expected=version))
    if isinstance(made, Unsaved) and made.version is not None:
        looked = find_looked(visit.session, [party_id]).get(party_id)
        theirs, current = _values_of(looked)
        begun = looked.row.id if looked is not None and looked.row is not None else 0
        base = get_version(visit.session, "processor_terms", begun, version)
        kept, beside = terms_together(made.given, theirs, base, began)
        return _terms_page(
            visit, one, kept, made.errors, version=current, began=terms_began(theirs), status=made.status, beside=beside
        )
    if isinstance(made, Unsaved):
        return _terms_page(visit, one, typed, made.errors, version=version, began=began, status=made.status)
    return visit.go(f"/sous-traitants/{party_id}", done="clauses-enregistrees")


def _activity_page(
    visit: Visit,
    activity: ProcessingActivity,
    rows: Sequence[Mapping[str, Any]],
    errors: Mapping[str, str] | None = None,
    *,
    began: str,
    version: int | None = None,
    status: int = 200,
    beside: Sequence[ConflictRow] = (),
) -> Response[Any]:
    bodies = [(str(body.id), body.name) for body in find_organisations(visit.session)]
    contracts = [
        (str(number), f"{words} — {_('jusqu’au')} {say_day(ends)}" if ends else words)
        for number, words, ends in find_contract_choices(visit.session, visit.today)
    ]
    page = ActivityProcessorsPage(
        id=activity.id,
        version=activity.version if version is None else version,
        name=activity.name,
        began=began,
        standing=frozenset(read_stamps(began, PROCESSORS)),
        rows=[*rows, *({} for _row in range(_EMPTY_ROWS))],
        errors={_place(path): message for path, message in (errors or {}).items()},
        labels={
            f"row-{number}-{name}": f"{_('Sous-traitant')} {number + 1}, {_(label)}"
            for number in range(len(rows) + _EMPTY_ROWS)
            for name, label in ROW_LABELS.items()
        },
        bodies=with_hidden(bodies, (row.get("processor_id") for row in rows), _(HIDDEN_BODY)),
        contracts=with_hidden(contracts, (row.get("contract_id") for row in rows), _(HIDDEN_CONTRACT)),
        beside=beside,
    )
    return visit.page("processing/activity_processors.html", page, status=status)


@route("GET", "/traitements/{activity_id:int}/sous-traitants", RECORD)
def show_activity_processors(visit: Visit, activity_id: int) -> Response[Any]:
    """The processors of an activity, to fill."""
    activity = get_activity(visit.session, activity_id)
    visit.visitor.require(RECORD, activity.organisation_id)
    rows = _standing(visit, activity_id)
    return _activity_page(visit, activity, rows, began=processors_began(rows))


def _standing(visit: Visit, activity_id: int) -> list[dict[str, Any]]:
    """The processors of an activity as its form shows them."""
    held = find_processors(visit.session, [activity_id]).get(activity_id, [])
    return [
        {"processor_id": one.row.processor_id, "contract_id": one.row.contract_id, "task": one.row.task}
        for one in held
    ]  # fmt: skip


@route("POST", "/traitements/{activity_id:int}/sous-traitants", RECORD)
def change_activity_processors(visit: Visit, activity_id: int) -> Response[Any]:
    """Saves the processors of an activity; a row that is emptied or removed leaves it."""
    activity = get_activity(visit.session, activity_id)
    visit.visitor.require(RECORD, activity.organisation_id)
    data = visit.form_data()
    rows, version, began = typed_processors(data), read_number(data.first("version")) or 0, data.first("began")
    read = parse_values(ProcessorsForm, {"processors": rows}, today=visit.today)
    made = save(read, lambda form: set_processors(visit.session, activity_id, form, expected=version))
    if isinstance(made, Unsaved) and made.version is not None:
        bodies = {body.id: body.name for body in find_organisations(visit.session)}
        contracts = {number: words for number, words, _ends in find_contract_choices(visit.session, visit.today)}
        theirs = _standing(visit, activity_id)
        kept, beside = processors_together(made.given["processors"], theirs, began, bodies, contracts)
        return _activity_page(
            visit, activity, kept, made.errors, version=made.version, began=processors_began(theirs),
            status=made.status, beside=beside,
        )  # fmt: skip
    if isinstance(made, Unsaved):
        return _activity_page(visit, activity, rows, made.errors, version=version, began=began, status=made.status)
    return visit.go(f"/traitements/{activity_id}", done="sous-traitants-enregistres")


HANDLERS: tuple[HTTPRouteHandler, ...] = (
    show_processors, show_processor, show_terms, change_terms, show_activity_processors, change_activity_processors,
)  # fmt: skip
