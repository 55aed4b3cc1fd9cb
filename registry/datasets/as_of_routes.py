"""The pages of a sheet as it was: on a day, as known by another, and a field put back as it was then."""

from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler
from litestar.status_codes import HTTP_200_OK, HTTP_422_UNPROCESSABLE_ENTITY

from registry.compliance.panels import verdicts_then
from registry.compliance.vocabulary import SubjectKind
from registry.datasets.as_of import (
    RESTORABLE,
    SheetThen,
    changes_since,
    find_holders_then,
    numbers_of,
)
from registry.datasets.forms import DatasetChange
from registry.datasets.models import DataService, Dataset, DatasetField, Derivation, Distribution
from registry.datasets.moments import Asked, read_moment, sheet_then
from registry.datasets.queries import find_names, find_titles, get_dataset
from registry.datasets.service import amend_dataset
from registry.datasets.views import AsOfPage, column_view, distribution_view, field_views, service_view
from registry.datasets.wording import NUMBERED, field_label
from registry.kernel.errors import Invalid
from registry.kernel.permissions import Permission
from registry.kernel.words import _, mark
from registry.organisations.queries import find_known
from registry.organisations.vocabulary import AppointmentRole
from registry.web.forms import Rejected, parse_values, read_number
from registry.web.visits import NOTICES, Visit, route

READ, RECORD = Permission.DATASETS_SHEET_READ, Permission.DATASETS_SHEET_RECORD
NOTICES["champ-retabli"] = mark("Le champ est rétabli tel qu’il était. L’historique garde les deux valeurs.")


@route("GET", "/jeux/{dataset_id:int}/etat", READ)
def show_as_of(visit: Visit, dataset_id: int) -> Response[Any]:
    """The sheet as it was at a moment, with what changed since; or why nothing can be shown."""
    sheet = get_dataset(visit.session, dataset_id)
    le, connu = visit.query("le"), visit.query("connu")
    try:
        asked = read_moment(visit, le, connu, visit.query("a"))
        page = _page(visit, sheet, asked, sheet_then(visit, sheet, asked))
    except Invalid as refusal:
        page = AsOfPage(id=sheet.id, title=sheet.title, on=le, known_on=connu, today=visit.today, error=refusal.message)
    status = HTTP_422_UNPROCESSABLE_ENTITY if page.error else HTTP_200_OK
    return visit.page("datasets/as_of.html", page, status=status)


def _page(visit: Visit, sheet: Dataset, asked: Asked, then: SheetThen) -> AsOfPage:
    session, row = visit.session, then.row
    known = find_names(session, numbers_of([row, sheet], tuple(NUMBERED)))
    fields, _unknown = field_views(row)
    sources = find_titles(session, [one.source_id for one in then.parts[Derivation]])
    given = dict(asked.address)
    return AsOfPage(
        id=sheet.id,
        title=row.title,
        on=given.get("le", asked.on.isoformat()),
        known_on=given.get("connu", ""),
        today=visit.today,
        error="",
        moment=asked.words,
        known_day=asked.known_day,
        asked=asked.address,
        then=row.version,
        now=sheet.version,
        was_annulled=row.annulled,
        stage=row.stage,
        fields=[
            *fields,
            *((field_label(name), known[name].get(value) or _(NUMBERED[name])) for name in NUMBERED
              if (value := getattr(row, name)) is not None),
        ],
        files=[
            *(distribution_view(one) for one in then.parts[Distribution]),
            *(service_view(one) for one in then.parts[DataService]),
        ],
        columns=[column_view(one) for one in then.parts[DatasetField]],
        sources=[
            sources.get(one.source_id) or _("un jeu que vos droits ne montrent pas") for one in then.parts[Derivation]
        ],
        holders=_holders(visit, sheet.id, asked),
        verdicts=verdicts_then(visit.session, SubjectKind.DATASET, sheet.id, asked.on, asked.until),
        changes=changes_since(row, sheet, known),
        may_record=visit.visitor.may(RECORD, sheet.organisation_id) and not sheet.annulled,
    )  # fmt: skip


def _holders(visit: Visit, dataset_id: int, asked: Asked) -> list[tuple[str, str]]:
    held = find_holders_then(visit.session, dataset_id, asked.until, asked.on)
    people = {one.person_id: find_known(visit.session, one.person_id) for one in held}
    return [
        (AppointmentRole(one.role).label, (known.name if (known := people[one.person_id]) else None) or _("sans nom"))
        for one in held
    ]


@route("POST", "/jeux/{dataset_id:int}/retablir", RECORD)
def restore_field(visit: Visit, dataset_id: int) -> Response[Any]:
    """Puts one field back as it was at a moment: a change like another, with its reason."""
    sheet = get_dataset(visit.session, dataset_id)
    visit.visitor.require(RECORD, sheet.organisation_id)
    data = visit.form_data()
    name = data.first("field")
    if name not in RESTORABLE:
        raise Invalid(_("Ce champ ne se rétablit pas : modifiez-le dans la fiche."))
    asked = read_moment(visit, data.first("le"), data.first("connu"), data.first("a"))
    then = sheet_then(visit, sheet, asked)
    read = parse_values(DatasetChange, {name: getattr(then.row, name)}, today=visit.today)
    if isinstance(read, Rejected):
        message = next(iter(read.errors.values()))
        raise Invalid(_("Cette valeur ne peut plus être gardée. {reason}").format(reason=message))
    reason = _("Rétablit « {field} » comme {moment}").format(field=field_label(name), moment=asked.words)
    amend_dataset(
        visit.session, dataset_id, read.form, expected=read_number(data.first("version")) or 0, reason=reason
    )  # fmt: skip
    return visit.go(f"/jeux/{dataset_id}", done="champ-retabli")


HANDLERS: tuple[HTTPRouteHandler, ...] = (show_as_of, restore_field)
