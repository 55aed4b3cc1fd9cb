"""The pages of protective measures: the list, the form, setting aside."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import partial
from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler
from litestar.status_codes import HTTP_422_UNPROCESSABLE_ENTITY

from registry.datasets.meanwhile import fields_together
from registry.datasets.views import ConflictRow
from registry.kernel.permissions import Permission
from registry.kernel.words import _, mark
from registry.ledger.queries import get_version
from registry.organisations.queries import find_organisations
from registry.organisations.vocabulary import AppointmentRole
from registry.processing.measures.forms import ProtectiveMeasureForm
from registry.processing.measures.models import ProtectiveMeasure
from registry.processing.measures.queries import MOST, MeasureFilter, count_measures, find_measures, get_measure
from registry.processing.measures.service import amend_measure, record_measure, set_measure_aside
from registry.processing.measures.views import (
    MEASURE_LABELS,
    MeasureFormPage,
    MeasuresPage,
    listed_line,
    say_euros,
    say_measure_value,
)
from registry.processing.measures.vocabulary import MeasureState, ProtectiveKind
from registry.processing.namesakes import activity_choices
from registry.processing.queries import find_choosable_activities, get_activity
from registry.web.forms import FormData, parse_values, read_number
from registry.web.saving import Unsaved, save
from registry.web.setting_aside import Aside, asking_why
from registry.web.visits import NOTICES, Rejected, Visit, route

READ, RECORD = Permission.PROCESSING_ACTIVITY_READ, Permission.PROCESSING_ACTIVITY_RECORD
NOTICES.update(
    {
        "mesure-enregistree": mark("La mesure est enregistrée."),
        "mesure-annulee": mark("La mesure est annulée. Rien n’est effacé : vous pouvez la rétablir."),
        "mesure-retablie": mark("La mesure est rétablie."),
    }
)
_TEXTS = frozenset({"name", "state"})


@route("GET", "/mesures", READ)
def show_measures(visit: Visit) -> Response[Any]:
    """The measures within the visitor's rights: what is still to be done by its day, then the rest."""
    said = set(visit.query_all("etat"))
    asked = MeasureFilter(
        states=frozenset(one for one in MeasureState if one in said),
        organisation_id=read_number(visit.query("organisation")),
        activity_id=read_number(visit.query("traitement")),
        late="late" in said,
        annulled=visit.query("annulees") == "true",
    )
    found = find_measures(visit.session, asked, today=visit.today)
    tally, reach = count_measures(visit.session, asked, today=visit.today), visit.visitor.reach(RECORD)
    page = MeasuresPage(
        rows=[listed_line(one, visit.today, may_record=one.row.organisation_id in reach) for one in found],
        figures=[
            (tally.late, _("en retard"), "/mesures?etat=late", "bad" if tally.late else "good"),
            (tally.open, _("à faire"), "/mesures?etat=planned&etat=under-way", ""),
            (tally.total, _("mesures"), "/mesures", ""),
        ],
        cost=say_euros(tally.cost) if tally.cost else "",
        facets=[
            {
                "name": "etat", "label": _("État"),
                "values": [
                    ("late", _("En retard"), asked.late),
                    *((str(one), one.label, one in asked.states) for one in MeasureState),
                ],
            }
        ],
        narrowed=bool(said or asked.organisation_id is not None or asked.activity_id is not None),
        annulled=asked.annulled,
        cut=len(found) == MOST,
        may_record=visit.visitor.may(RECORD),
    )  # fmt: skip
    return visit.page("processing/measures.html", page)


def typed_measure(data: FormData) -> dict[str, Any]:
    """A measure as it was typed; an amount may be written as people do, « 1 250,50 € »."""
    values: dict[str, Any] = {}
    for name in ProtectiveMeasureForm.model_fields:
        said = data.first(name).strip()
        if name == "cost":
            said = "".join(sign for sign in said if not sign.isspace()).removesuffix("€").replace(",", ".")
        values[name] = said or ("" if name in _TEXTS else None)
    return values


def _page(
    visit: Visit,
    measure: ProtectiveMeasure | None,
    values: Mapping[str, Any],
    errors: Mapping[str, str] | None = None,
    *,
    version: int | None = None,
    status: int = 200,
    beside: Sequence[ConflictRow] = (),
) -> Response[Any]:
    reach = visit.visitor.reach(RECORD)
    within = reach if measure is None else [measure.organisation_id]
    cost = values.get("cost")
    page = MeasureFormPage(
        id=measure.id if measure is not None else None,
        version=version if version is not None else measure.version if measure is not None else None,
        name=measure.name if measure is not None else "",
        annulled=measure.annulled if measure is not None else False,
        values={**values, "cost": str(cost).replace(".", ",") if isinstance(cost, Decimal) else cost},
        errors=errors or {},
        labels={name: _(label) for name, label in MEASURE_LABELS.items()},
        organisations=[(str(one.id), one.name) for one in find_organisations(visit.session) if one.id in reach],
        activities=activity_choices(visit.session, "", within),
        choices={
            "kind": [(str(one), one.label) for one in ProtectiveKind],
            "state": [(str(one), one.label) for one in MeasureState],
            "owner_role": [(str(one), one.label) for one in AppointmentRole],
        },
        beside=beside,
    )
    return visit.page("processing/measure_form.html", page, status=status)


@route("GET", "/mesures/nouvelle", RECORD)
def show_new_measure(visit: Visit) -> Response[Any]:
    """An empty measure; with `?traitement=`, for that activity."""
    number = read_number(visit.query("traitement"))
    owner = visit.visitor.organisation_id if number is None else get_activity(visit.session, number).organisation_id
    values = {"organisation_id": str(owner), "state": str(MeasureState.PLANNED), "activity_id": str(number or "")}
    return _page(visit, None, values)


@route("POST", "/mesures/nouvelle", RECORD)
def record_new_measure(visit: Visit) -> Response[Any]:
    """Records a measure, or shows the form again with what was typed."""
    data = visit.form_data()
    owner, typed = read_number(data.first("organisation_id")), typed_measure(data)
    values = {**typed, "organisation_id": data.first("organisation_id")}
    read = parse_values(ProtectiveMeasureForm, typed, today=visit.today)
    errors: dict[str, str] = dict(read.errors) if isinstance(read, Rejected) else {}
    if owner is None or not visit.visitor.may(RECORD, owner):
        errors["organisation_id"] = _("Choisissez une organisation pour laquelle vous tenez le registre.")
    if isinstance(read, Rejected) or owner is None or errors:
        return _page(visit, None, values, errors, status=HTTP_422_UNPROCESSABLE_ENTITY)
    made = save(read, lambda form: record_measure(visit.session, owner, form))
    if isinstance(made, Unsaved):
        return _page(visit, None, values, made.errors, status=made.status)
    return visit.go(_after(made), done="mesure-enregistree")


def _after(measure: ProtectiveMeasure) -> str:
    return "/mesures" if measure.activity_id is None else f"/traitements/{measure.activity_id}"


@route("GET", "/mesures/{measure_id:int}/modifier", RECORD)
def show_amend_measure(visit: Visit, measure_id: int) -> Response[Any]:
    """The form of a measure, as it stands."""
    measure = get_measure(visit.session, measure_id)
    visit.visitor.require(RECORD, measure.organisation_id)
    return _page(visit, measure, _values_of(measure))


def _values_of(measure: ProtectiveMeasure) -> dict[str, Any]:
    """A measure as its form shows it."""
    values = {name: getattr(measure, name) for name in ProtectiveMeasureForm.model_fields}
    return {**values, "activity_id": str(measure.activity_id or "")}


def _beside_the_other(
    visit: Visit, measure: ProtectiveMeasure, unsaved: Unsaved, read: int
) -> Response[Any]:  # fmt: skip
    """The form once more: what was given, with what somebody else saved since version `read`, field by field."""
    names = {
        str(number): name
        for number, name, _owner in find_choosable_activities(visit.session, "", [measure.organisation_id])
    }

    def say(name: str, value: Any) -> str:
        return names.get(str(value), "") if name == "activity_id" else say_measure_value(name, value)

    kept, beside = fields_together(
        {**unsaved.given, "activity_id": str(unsaved.given["activity_id"] or "")}, _values_of(measure),
        get_version(visit.session, "protective_measure", measure.id, read),
        label=lambda name: _(MEASURE_LABELS[name]), say=say,
    )  # fmt: skip
    return _page(
        visit, measure, kept, unsaved.errors, version=unsaved.version, status=unsaved.status, beside=beside
    )  # fmt: skip


@route("POST", "/mesures/{measure_id:int}/modifier", RECORD)
def change_measure(visit: Visit, measure_id: int) -> Response[Any]:
    """Saves the form; somebody else's change meanwhile is shown beside, field by field."""
    measure = get_measure(visit.session, measure_id)
    visit.visitor.require(RECORD, measure.organisation_id)
    data = visit.form_data()
    typed, version = typed_measure(data), read_number(data.first("version")) or 0
    read = parse_values(ProtectiveMeasureForm, typed, today=visit.today)
    made = save(read, lambda form: amend_measure(visit.session, measure_id, form, expected=version))
    if isinstance(made, Unsaved) and made.version is not None:
        return _beside_the_other(visit, measure, made, version)
    if isinstance(made, Unsaved):
        return _page(visit, measure, typed, made.errors, version=version, status=made.status)
    return visit.go(_after(measure), done="mesure-enregistree")


def _measure_aside(visit: Visit, measure_id: int) -> Aside:
    row = get_measure(visit.session, measure_id)
    visit.visitor.require(RECORD, row.organisation_id)
    return Aside(
        row, row.name, [(_("Mesures de protection"), "/mesures"), (row.name, f"/mesures/{row.id}/modifier")],
        heads=(_("Annuler la mesure"), _("Rétablir la mesure")),
        sentences=(
            _(
                "Rien n’est effacé. Une mesure à laquelle on renonce ne s’annule pas : dites plutôt qu’elle est "
                "abandonnée."
            ),
            _("La mesure revient dans les listes, telle qu’elle était."),
        ),
        back="/mesures", act=partial(set_measure_aside, visit.session, row.id),
    )  # fmt: skip


_ASIDE = asking_why(
    "/mesures/{measure_id:int}/annuler", RECORD, _measure_aside, done=("mesure-annulee", "mesure-retablie")
)

HANDLERS: tuple[HTTPRouteHandler, ...] = (
    show_measures, show_new_measure, record_new_measure, show_amend_measure, change_measure, *_ASIDE,
)  # fmt: skip
