"""The pages of the record of processing: the list, one activity, its form, its history, setting aside."""

from collections.abc import Mapping
from functools import partial
from typing import Any
from urllib.parse import urlencode

from litestar import Response
from litestar.handlers import HTTPRouteHandler
from litestar.status_codes import HTTP_409_CONFLICT, HTTP_422_UNPROCESSABLE_ENTITY
from sqlalchemy.orm import Session

from registry.datasets.queries import get_dataset
from registry.datasets.views import ConflictPage
from registry.kernel.issuing import COMMUNICABLE_RECORD
from registry.kernel.paging import read_cursor, write_cursor
from registry.kernel.permissions import Permission
from registry.kernel.words import _, mark
from registry.ledger.queries import get_version
from registry.organisations.queries import find_organisations
from registry.processing.activity_templates import (
    MEASURES,
    ActivityTemplate,
    find_activity_template,
    get_activity_template,
    load_activity_templates,
)
from registry.processing.comparing import sheet_differences
from registry.processing.form_pages import RECORD, say_suggested, show_form, typed_values, values_of
from registry.processing.forms import PARTS, ActivityChange, ActivityForm
from registry.processing.issuing import documents_to_issue
from registry.processing.models import (
    ActivityData,
    ActivityRecipient,
    ActivityRight,
    ActivityTransfer,
    ProcessingActivity,
)
from registry.processing.namesakes import tell_namesakes
from registry.processing.narrowing import DUE, UNREAD, FacetPart, bodies_facet, read_chosen, selection_of
from registry.processing.queries import (
    EMPTY,
    ActivityCounts,
    ActivityFilter,
    Below,
    SomePart,
    count_activities,
    count_values,
    find_activities,
    find_linked_datasets,
    find_linked_systems,
    find_namesakes,
    find_principals,
    find_standing,
    get_activity,
    get_with_below,
)
from registry.processing.service import amend_activity, attach_dataset, record_activity, set_activity_aside
from registry.processing.views import (
    ActivitiesPage,
    ActivityPage,
    ActivityTemplatesPage,
    activity_line,
    data_row,
    recipient_row,
    right_rows,
    sheet_parts,
    transfer_row,
)
from registry.processing.vocabulary import ActivityStatus, LawfulBasis, ProcessingRole
from registry.processing.wording import say_value
from registry.web.forms import parse_values, read_number
from registry.web.problems import RECORDS
from registry.web.saving import Unsaved, save
from registry.web.setting_aside import Aside, asking_why
from registry.web.visits import NOTICES, Rejected, Visit, route

READ, ANNUL = Permission.PROCESSING_ACTIVITY_READ, Permission.PROCESSING_ACTIVITY_ANNUL
SHOWN = 50
DOCUMENTS = (
    ("record-of-processing", mark("Registre complet")),
    (COMMUNICABLE_RECORD, mark("Édition communicable")),
)
REVIEW = (("annual-review", mark("Revue annuelle")),)
"""It counts breaches and requests: only who may read them all is led to it."""

RECORDS.add("traitements")
NOTICES.update(
    {
        "traitement-enregistre": mark("Le traitement est inscrit au registre."),
        "traitement-modifie": mark("Le traitement est modifié."),
        "traitement-annule": mark("Le traitement est annulé. Rien n’est effacé : vous pouvez le rétablir."),
        "traitement-retabli": mark("Le traitement est rétabli."),
    }
)


@route("GET", "/traitements", READ)
def show_activities(visit: Visit) -> Response[Any]:
    """The record of processing within the visitor's rights, by name."""
    query = visit.request.query_params.dict()
    chosen, selected = read_chosen(query, visit.today), selection_of(query)
    rows = find_activities(visit.session, chosen, after=read_cursor(visit.query("apres")), limit=SHOWN + 1)
    more, rows = len(rows) > SHOWN, rows[:SHOWN]
    names = {body.id: body.name for body in find_organisations(visit.session)}
    apart = tell_namesakes(visit.session, (row.id for row in rows))
    following = urlencode({"apres": write_cursor((rows[-1].name_sort, rows[-1].id))}) if more else ""
    page = ActivitiesPage(
        rows=[activity_line(row, names.get(row.organisation_id, ""), apart.get(row.id, "")) for row in rows],
        total=count_activities(visit.session, chosen),
        words=chosen.words,
        facets=_facets(chosen, count_values(visit.session, chosen), names),
        narrowed=chosen.is_narrow,
        annulled=chosen.annulled,
        may_record=visit.visitor.may(RECORD),
        documents=[
            *documents_to_issue(visit, READ, DOCUMENTS, chosen.organisation_ids),
            *documents_to_issue(visit, Permission.PROCESSING_BREACH_READ, REVIEW, chosen.organisation_ids),
        ],
        selected=selected,
        first_address=f"/traitements?{selected}" if visit.query("apres") else "",
        next_address="/traitements?" + "&".join(filter(None, (selected, following))) if following else "",
    )
    return visit.page("processing/list.html", page)


def _facets(chosen: ActivityFilter, counts: ActivityCounts, names: Mapping[int, str]) -> list[FacetPart]:
    bases = [(EMPTY, _("Non renseignée")), *((str(one), one.label) for one in LawfulBasis)]
    told = (
        ("base", _("Base légale"), bases, counts.bases, chosen.bases),
        ("etat", _("État"), [(str(one), one.label) for one in ActivityStatus], counts.statuses, chosen.statuses),
    )
    return [
        *(
            FacetPart(name, label, [
                (code, f"{words} ({held.get(code, 0)})", code in picked)
                for code, words in values if held.get(code) or code in picked
            ])
            for name, label, values, held, picked in told
        ),
        *([FacetPart(UNREAD, _("Relecture"), [(DUE, _("À relire depuis plus d’un an"), True)])]
          if chosen.unread_since else []),
        *bodies_facet(chosen.organisation_ids, names, counts.organisations),
    ]  # fmt: skip


@route("GET", "/traitements/{activity_id:int}", READ)
def show_activity(visit: Visit, activity_id: int) -> Response[Any]:
    """One activity: what the record tells of it, what it lacks, what the policies find; with `?au=`, on a day."""
    if day := visit.query("au"):
        return visit.go(f"/traitements/{activity_id}/etat?{urlencode({'le': day})}")
    activity, owner, below = get_with_below(visit.session, activity_id)
    visit.agrees.update({"traitement-annule": activity.annulled, "traitement-retabli": not activity.annulled})
    namesakes = find_namesakes(visit.session, activity)
    apart = tell_namesakes(visit.session, (one.id for one in namesakes))
    page = ActivityPage(
        id=activity.id,
        name=activity.name,
        annulled=activity.annulled,
        status=activity.status.label,
        role=activity.role.label,
        lawful_basis=say_value("lawful_basis", activity.lawful_basis),
        organisation_id=activity.organisation_id,
        organisation_name=owner,
        parts=sheet_parts(activity),
        **_below(visit.session, activity, below),
        is_processor=activity.role is ProcessingRole.PROCESSOR,
        no_recipient="recipients" in activity.declared_absent,
        no_transfer="transfers" in activity.declared_absent,
        template=_moved_template(activity),
        suggested=_suggested(activity),
        namesakes=[(one.id, apart.get(one.id) or _("n° {number}").format(number=one.id)) for one in namesakes],
        panels=visit.panels_of("activity", activity.id),
        may_record=visit.visitor.may(RECORD, activity.organisation_id),
        may_annul=visit.visitor.may(ANNUL, activity.organisation_id),
    )
    return visit.page("processing/sheet.html", page)


def _suggested(activity: ProcessingActivity) -> str:
    """The measures that its template suggests, while nobody said of any whether it is taken."""
    unsaid = not activity.security_measures and MEASURES not in activity.declared_absent
    return say_suggested(activity.template) if unsaid else ""


def _moved_template(activity: ProcessingActivity) -> tuple[str, str] | None:
    """The template an activity was copied from, number and name, if it says something else since."""
    template = find_activity_template(activity.template)
    if template is None or template.digest == activity.template_digest:
        return None
    return template.id, template.name()


def _below(session: Session, activity: ProcessingActivity, below: Below) -> dict[str, Any]:
    """What stands below an activity, in words."""

    def rows(model: type[SomePart], *, some: bool) -> list[SomePart]:
        return find_standing(session, model, activity.id) if some else []

    return {
        "data": [data_row(row) for row in rows(ActivityData, some=below.data)],
        "recipients": [recipient_row(row) for row in rows(ActivityRecipient, some=below.recipients)],
        "transfers": [transfer_row(row) for row in rows(ActivityTransfer, some=below.transfers)],
        "rights": right_rows(activity, rows(ActivityRight, some=below.rights)),
        "datasets": find_linked_datasets(session, activity.id) if below.datasets else [],
        "systems": find_linked_systems(session, activity.id) if below.systems else [],
        "principals": find_principals(session, activity.id) if below.principals else [],
    }


@route("GET", "/traitements/nouveau", RECORD)
def show_new_activity(visit: Visit) -> Response[Any]:
    """An empty activity; with `?jeu=`, for that dataset."""
    if visit.query("modele"):
        template = get_activity_template(visit.query("modele"))
        proposed = template.form().model_dump(mode="json", include=set(template.proposed))
        body = str(visit.visitor.organisation_id)
        return show_form(visit, None, {**proposed, "organisation_id": body, "template": template.id})
    number = read_number(visit.query("jeu"))
    owner = visit.visitor.organisation_id if number is None else get_dataset(visit.session, number).organisation_id
    return show_form(visit, None, {"organisation_id": str(owner), "dataset_id": number})


def _with_parts(form: ActivityForm, template: ActivityTemplate | None) -> ActivityForm:
    """What was typed, with the parts that its template proposes: the form shows none of them."""
    if template is None:
        return form
    proposed = template.form()
    return form.model_copy(update={name: getattr(proposed, name) for name in PARTS})


@route("GET", "/traitements/modeles", RECORD)
def show_activity_templates(visit: Visit) -> Response[Any]:
    """The templates of activities: what nearly every body processes."""
    return visit.page("processing/templates.html", ActivityTemplatesPage(load_activity_templates()))


@route("POST", "/traitements/nouveau", RECORD)
def record_new_activity(visit: Visit) -> Response[Any]:
    """Enters an activity in the record, or shows the form again with what was typed."""
    data = visit.form_data()
    typed, owner = typed_values(data), read_number(data.first("organisation_id"))
    read = parse_values(ActivityForm, typed, today=visit.today)
    errors: dict[str, str] = dict(read.errors) if isinstance(read, Rejected) else {}
    if owner is None or not visit.visitor.may(RECORD, owner):
        errors["organisation_id"] = _("Choisissez une organisation pour laquelle vous tenez le registre.")
    dataset_id = read_number(data.first("dataset_id"))
    values = {**typed, "organisation_id": data.first("organisation_id"), "dataset_id": dataset_id}
    template = find_activity_template(data.first("template"))
    values["template"] = template.id if template else None
    if isinstance(read, Rejected) or owner is None or errors:
        return show_form(visit, None, values, errors, status=HTTP_422_UNPROCESSABLE_ENTITY)

    def write(form: ActivityForm) -> ProcessingActivity:
        activity = record_activity(visit.session, owner, _with_parts(form, template), template=template)
        if dataset_id is not None:
            attach_dataset(visit.session, activity.id, dataset_id)
        return activity

    made = save(read, write, conflict="reference")
    if isinstance(made, Unsaved):
        return show_form(visit, None, values, made.errors, status=made.status)
    return visit.go(f"/traitements/{made.id}", done="traitement-enregistre")


@route("GET", "/traitements/{activity_id:int}/modifier", RECORD)
def show_amend_activity(visit: Visit, activity_id: int) -> Response[Any]:
    """The form of an activity, as it stands."""
    activity = get_activity(visit.session, activity_id)
    visit.visitor.require(RECORD, activity.organisation_id)
    return show_form(visit, activity, values_of(activity))


@route("POST", "/traitements/{activity_id:int}/modifier", RECORD)
def change_activity(visit: Visit, activity_id: int) -> Response[Any]:
    """Saves the form; somebody else's change meanwhile is shown beside, field by field."""
    activity = get_activity(visit.session, activity_id)
    visit.visitor.require(RECORD, activity.organisation_id)
    data = visit.form_data()
    typed, version, reason = typed_values(data), read_number(data.first("version")) or 0, data.first("reason").strip()
    # A choice between two versions sends the fields that differ: the others are shown as they stand.
    shown = {**values_of(activity), **typed}
    read = parse_values(ActivityChange, typed, today=visit.today)
    made = save(
        read, lambda form: amend_activity(visit.session, activity_id, form, expected=version, reason=reason or None)
    )  # fmt: skip
    if isinstance(made, Unsaved) and made.version is not None:
        return _conflict(visit, activity, made.given, expected=version, reason=reason)
    if isinstance(made, Unsaved):
        return show_form(visit, activity, shown, made.errors, version=version, reason=reason, status=made.status)
    return visit.go(f"/traitements/{activity_id}", done="traitement-modifie")


def _conflict(
    visit: Visit, activity: ProcessingActivity, given: Mapping[str, Any], *, expected: int, reason: str
) -> Response[Any]:
    base = get_version(visit.session, "processing_activity", activity.id, expected) or {}
    page = ConflictPage(
        id=activity.id,
        version=activity.version,
        title=activity.name,
        rows=sheet_differences(given, values_of(activity), base),
        reason=reason,
        carried=(),
    )
    return visit.page("processing/conflict.html", page, status=HTTP_409_CONFLICT)


def _activity_aside(visit: Visit, activity_id: int) -> Aside:
    row = get_activity(visit.session, activity_id)
    visit.visitor.require(ANNUL, row.organisation_id)
    here = f"/traitements/{row.id}"
    return Aside(
        row, row.name, [(_("Traitements"), "/traitements"), (row.name, here)],
        heads=(_("Annuler la fiche"), _("Rétablir la fiche")),
        sentences=(
            _(
                "Rien n’est effacé : la fiche sort du registre, son histoire reste, et elle peut revenir. Un "
                "traitement qui a pris fin ne s’annule pas : dites plutôt qu’il est terminé."
            ),
            _("Le traitement revient au registre, tel qu’il était."),
        ),
        back=here, act=partial(set_activity_aside, visit.session, row.id),
    )  # fmt: skip


_ASIDE = asking_why(
    "/traitements/{activity_id:int}/annuler", ANNUL, _activity_aside, done=("traitement-annule", "traitement-retabli")
)

HANDLERS: tuple[HTTPRouteHandler, ...] = (
    show_activities, show_activity_templates,
    show_new_activity, record_new_activity, show_activity, show_amend_activity, change_activity,
    *_ASIDE,
)  # fmt: skip
