"""One field of one sheet, changed from the list: in its cell, or on a page of its own without JavaScript."""

from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler
from litestar.status_codes import HTTP_200_OK, HTTP_409_CONFLICT, HTTP_422_UNPROCESSABLE_ENTITY

from registry.datasets.form_pages import form_choices
from registry.datasets.layout import FORM_FIELDS
from registry.datasets.listing.cell_roles import give_role, is_in_list, show_role
from registry.datasets.listing.columns import IN_PLACE, ROLES
from registry.datasets.listing.showing import field_words, find_names
from registry.datasets.listing.views import CellPage, CellPart
from registry.datasets.models import Dataset
from registry.datasets.queries import get_dataset
from registry.datasets.reading import read_sheet_form
from registry.datasets.service import amend_dataset
from registry.datasets.wording import field_label
from registry.kernel.errors import NotFound, Stale
from registry.kernel.permissions import Permission
from registry.kernel.words import _
from registry.ledger.queries import get_version
from registry.web.addresses import within_site
from registry.web.forms import FormData, Rejected, read_number
from registry.web.visits import Visit, route

RECORD = Permission.DATASETS_SHEET_RECORD


@route("GET", "/jeux/{dataset_id:int}/champ/{name:str}", RECORD)
def show_field(visit: Visit, dataset_id: int, name: str) -> Response[Any]:
    """The form of one field, or of one role; within the list, in its cell, and with `vu` the cell as it was."""
    if name in ROLES:
        return show_role(visit, dataset_id, ROLES[name])
    sheet = _sheet_of(visit, dataset_id, name)
    if is_in_list(visit) and visit.query("vu"):
        return _cell(visit, sheet, name)
    return _form(visit, sheet, name, _plain(sheet, name))


@route("POST", "/jeux/{dataset_id:int}/champ/{name:str}", RECORD)
def change_field(visit: Visit, dataset_id: int, name: str) -> Response[Any]:
    """Keeps the field, or gives the role, unless somebody changed it since the form was shown."""
    if name in ROLES:
        return give_role(visit, dataset_id, ROLES[name])
    sheet = _sheet_of(visit, dataset_id, name)
    data = visit.form_data()
    only = FormData({name: data.all(name)} if data.has(name) else {})
    read = read_sheet_form(only, change=True, today=visit.today)
    if isinstance(read, Rejected):
        said = {name: next(iter(read.errors.values()))}
        return _form(visit, sheet, name, read.values.get(name), errors=said, typed=data)
    expected = read_number(data.first("version")) or 0
    if expected != sheet.version and _differs(visit, sheet, name, expected):
        return _form(visit, sheet, name, getattr(read.form, name, None), typed=data, conflict=True)
    reason = data.first("reason").strip() or None
    try:
        # Another field changed meanwhile stands in nobody's way: the version is the present one.
        sheet = amend_dataset(visit.session, dataset_id, read.form, expected=sheet.version, reason=reason)
    except Stale:
        return _form(visit, sheet, name, getattr(read.form, name, None), typed=data, conflict=True)
    if is_in_list(visit):
        return _cell(visit, sheet, name)
    return visit.go(within_site(data.first("retour") or f"/jeux/{dataset_id}"), done="jeu-modifie")


def _sheet_of(visit: Visit, dataset_id: int, name: str) -> Dataset:
    if name not in IN_PLACE:
        raise NotFound(_("Ce champ ne se modifie pas à part : ouvrez la fiche."))
    sheet = get_dataset(visit.session, dataset_id)
    visit.visitor.require(RECORD, sheet.organisation_id)
    return sheet


def _differs(visit: Visit, sheet: Dataset, name: str, expected: int) -> bool:
    """Whether this very field changed since the version that the form showed."""
    before = get_version(visit.session, "dataset", sheet.id, expected)
    return before is None or before.get(name) != _plain(sheet, name)


def _plain(sheet: Dataset, name: str) -> Any:
    value = getattr(sheet, name)
    return value.isoformat() if hasattr(value, "isoformat") else value


def _cell(visit: Visit, sheet: Dataset, name: str) -> Response[Any]:
    words = field_words(name, getattr(sheet, name), find_names(visit.session))
    return visit.page("datasets/_cell.html", CellPart(sheet.id, name, field_label(name), words, sheet.title))


def _form(
    visit: Visit,
    sheet: Dataset,
    name: str,
    value: Any,
    *,
    errors: dict[str, str] | None = None,
    typed: FormData | None = None,
    conflict: bool = False,
) -> Response[Any]:
    in_list = is_in_list(visit)
    back = typed.first("retour") if typed else visit.query("retour")
    page = CellPage(
        id=sheet.id,
        version=sheet.version,
        title=sheet.title,
        field=FORM_FIELDS[name],
        label=field_label(name),
        values={name: value},
        errors=errors or {},
        choices=form_choices(visit.session, sheet.information_system_id),
        theirs=field_words(name, getattr(sheet, name), find_names(visit.session)) if conflict else None,
        reason=typed.first("reason") if typed else "",
        back="" if in_list else within_site(back or f"/jeux/{sheet.id}"),
    )
    if in_list:
        # htmx shows what succeeds only; a field refused is shown again in its cell, and nothing was kept.
        return visit.page("datasets/_cell_form.html", page, status=HTTP_200_OK)
    refused = HTTP_409_CONFLICT if conflict else HTTP_422_UNPROCESSABLE_ENTITY if errors else HTTP_200_OK
    return visit.page("datasets/cell.html", page, status=refused)


HANDLERS: tuple[HTTPRouteHandler, ...] = (show_field, change_field)
