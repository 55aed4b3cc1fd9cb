"""One role on one sheet, given from the list: in its cell, or on a page of its own without JavaScript."""

from typing import Any

from litestar import Response
from litestar.status_codes import HTTP_200_OK, HTTP_409_CONFLICT, HTTP_422_UNPROCESSABLE_ENTITY

from registry.datasets.layout import FormField
from registry.datasets.listing.showing import said_of
from registry.datasets.listing.views import CellPage, CellPart
from registry.datasets.models import Dataset
from registry.datasets.queries import get_dataset
from registry.datasets.service import require_live
from registry.kernel.errors import Conflict
from registry.kernel.permissions import Permission
from registry.kernel.words import _, mark
from registry.organisations.forms import AppointmentForm
from registry.organisations.models import Appointment
from registry.organisations.posts import leave_post
from registry.organisations.queries import choices_of, find_known_among, find_people, find_standing, is_person_of
from registry.organisations.service import appoint
from registry.organisations.vocabulary import AppointmentRole, AppointmentSubject
from registry.web.addresses import within_site
from registry.web.forms import read_number
from registry.web.scripts import asked_by_script
from registry.web.visits import Visit

APPOINT = Permission.ORGANISATIONS_APPOINTMENT_RECORD
_HINT = mark("À compter d’aujourd’hui ; qui tient ce rôle le quitte.")


def is_in_list(visit: Visit) -> bool:
    """Whether the list itself asks, for one of its cells."""
    return asked_by_script(visit.request)


def show_role(visit: Visit, dataset_id: int, role: AppointmentRole) -> Response[Any]:
    """The form of a role: who holds it today, and who may."""
    sheet = _sheet_of(visit, dataset_id)
    standing = _standing(visit, sheet, role)
    if is_in_list(visit) and visit.query("vu"):
        return _cell(visit, sheet, role, standing)
    return _form(visit, sheet, role, standing)


def give_role(visit: Visit, dataset_id: int, role: AppointmentRole) -> Response[Any]:
    """Gives the role from today, or leaves it vacant, unless somebody else changed it since the form was shown."""
    sheet = _sheet_of(visit, dataset_id)
    data, standing = visit.form_data(), _standing(visit, sheet, role)
    if not data.has(str(role)):
        return _form(visit, sheet, role, standing, error=_("Choisissez une personne de la liste."))
    said = data.first(str(role)).strip()
    chosen = read_number(said)
    held = standing.person_id if standing is not None else None
    if (read_number(data.first("version")) or 0) != (standing.id if standing is not None else 0):
        return _form(visit, sheet, role, standing, chosen=chosen, conflict=True)
    if said and chosen != held and not _may_hold(visit, chosen):
        return _form(visit, sheet, role, standing, error=_("Choisissez une personne de la liste."))
    try:
        _write(visit, sheet, role, standing, chosen)
    except Conflict as refusal:
        return _form(visit, sheet, role, standing, chosen=chosen, error=refusal.message)
    if is_in_list(visit):
        return _cell(visit, sheet, role, _standing(visit, sheet, role))
    return visit.go(within_site(data.first("retour") or f"/jeux/{dataset_id}"), done="jeu-modifie")


def _write(
    visit: Visit, sheet: Dataset, role: AppointmentRole, standing: Appointment | None, person_id: int | None
) -> None:
    reason = visit.form_data().first("reason").strip() or None
    if person_id is None:
        if standing is not None:
            leave_post(visit.session, standing, on=visit.today, reason=reason)
    elif standing is None or standing.person_id != person_id:
        form = AppointmentForm(
            person_id=person_id, role=role, subject_kind=AppointmentSubject.DATASET, subject_id=sheet.id,
            since=visit.today,
        )  # fmt: skip
        appoint(visit.session, sheet.organisation_id, form, reason=reason)


def _may_hold(visit: Visit, person_id: int | None) -> bool:
    return person_id is not None and is_person_of(visit.session, person_id, visit.visitor.reach(APPOINT))


def _sheet_of(visit: Visit, dataset_id: int) -> Dataset:
    sheet = get_dataset(visit.session, dataset_id)
    visit.visitor.require(APPOINT, sheet.organisation_id)
    require_live(sheet)
    return sheet


def _standing(visit: Visit, sheet: Dataset, role: AppointmentRole) -> Appointment | None:
    found = find_standing(visit.session, AppointmentSubject.DATASET, [sheet.id], role, visit.today)
    return found.get(sheet.id)


def _words(visit: Visit, standing: Appointment | None) -> str:
    if standing is None:
        return ""
    return said_of(find_known_among(visit.session, [standing.person_id]).get(standing.person_id))


def _cell(visit: Visit, sheet: Dataset, role: AppointmentRole, standing: Appointment | None) -> Response[Any]:
    part = CellPart(sheet.id, str(role), role.label, _words(visit, standing), sheet.title)
    return visit.page("datasets/_cell.html", part)


def _form(
    visit: Visit,
    sheet: Dataset,
    role: AppointmentRole,
    standing: Appointment | None,
    *,
    chosen: int | None = None,
    error: str = "",
    conflict: bool = False,
) -> Response[Any]:
    name, in_list = str(role), is_in_list(visit)
    people = choices_of(find_people(visit.session, visit.visitor.reach(APPOINT)))
    if standing is not None and str(standing.person_id) not in dict(people):
        # Of a body one does not read: saving the form must not take the role from them.
        people.append((str(standing.person_id), _words(visit, standing) or _("une personne hors de vos droits")))
    is_sent = visit.request.method == "POST"
    held = chosen if is_sent or standing is None else standing.person_id
    back = visit.form_data().first("retour") if is_sent else visit.query("retour")
    page = CellPage(
        id=sheet.id,
        version=standing.id if standing is not None else 0,
        title=sheet.title,
        field=FormField(name, "select", _HINT),
        label=role.label,
        values={name: str(held) if held is not None else ""},
        errors={name: error} if error else {},
        choices={name: people},
        theirs=_words(visit, standing) if conflict else None,
        reason=visit.form_data().first("reason") if is_sent else "",
        back="" if in_list else within_site(back or f"/jeux/{sheet.id}"),
    )
    if in_list:
        # htmx shows what succeeds only; what is refused is shown again in its cell, and nothing was kept.
        return visit.page("datasets/_cell_form.html", page, status=HTTP_200_OK)
    refused = HTTP_409_CONFLICT if conflict else HTTP_422_UNPROCESSABLE_ENTITY if error else HTTP_200_OK
    return visit.page("datasets/cell.html", page, status=refused)
