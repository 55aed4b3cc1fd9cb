"""The fields of a sheet that the law decides, for who answers for the law and does not keep the sheet."""

from collections.abc import Mapping
from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler
from litestar.status_codes import HTTP_200_OK, HTTP_409_CONFLICT, HTTP_422_UNPROCESSABLE_ENTITY

from registry.compliance.panels import OF_LAW
from registry.datasets.form_pages import form_choices
from registry.datasets.layout import FORM_FIELDS, LAW_FIELDS
from registry.datasets.listing.showing import field_words, find_names
from registry.datasets.models import Dataset
from registry.datasets.queries import get_dataset
from registry.datasets.reading import read_sheet_form
from registry.datasets.service import amend_dataset, require_live
from registry.datasets.views import LawPage
from registry.datasets.wording import field_label
from registry.kernel.errors import Stale
from registry.kernel.permissions import Permission
from registry.kernel.words import _
from registry.ledger.queries import get_version
from registry.web.forms import FormData, Rejected, read_number
from registry.web.visits import Visit, route

RECORD = Permission.DATASETS_LAW_RECORD
OF_LAW.update(LAW_FIELDS)


@route("GET", "/jeux/{dataset_id:int}/droit", RECORD)
def show_law(visit: Visit, dataset_id: int) -> Response[Any]:
    """The fields of law of a sheet, to fill without the right to change the others."""
    sheet = _sheet_of(visit, dataset_id)
    return _form(visit, sheet, {name: getattr(sheet, name) for name in LAW_FIELDS}, {}, "")


@route("POST", "/jeux/{dataset_id:int}/droit", RECORD)
def record_law(visit: Visit, dataset_id: int) -> Response[Any]:
    """Keeps the fields of law, unless somebody changed one of them since the form was shown."""
    sheet = _sheet_of(visit, dataset_id)
    data = visit.form_data()
    reason = data.first("reason").strip()
    only = FormData({name: data.all(name) for name in LAW_FIELDS if data.has(name)})
    read = read_sheet_form(only, change=True, today=visit.today)
    if isinstance(read, Rejected):
        return _form(visit, sheet, read.values, read.errors, reason, HTTP_422_UNPROCESSABLE_ENTITY)
    mine = {name: getattr(read.form, name) for name in LAW_FIELDS}
    if changed := _changed_since(visit, sheet, read_number(data.first("version")) or 0):
        return _form(visit, sheet, mine, changed, reason, HTTP_409_CONFLICT)
    try:
        # Another field changed meanwhile stands in nobody's way: the version is the present one.
        amend_dataset(visit.session, dataset_id, read.form, expected=sheet.version, reason=reason or None)
    except Stale:
        return _form(
            visit, sheet, mine, {"_": _("Ce jeu de données a été modifié entre-temps.")}, reason, HTTP_409_CONFLICT
        )
    return visit.go(f"/jeux/{dataset_id}", done="jeu-modifie")


def _sheet_of(visit: Visit, dataset_id: int) -> Dataset:
    sheet = get_dataset(visit.session, dataset_id)
    visit.visitor.require(RECORD, sheet.organisation_id)
    require_live(sheet)
    return sheet


def _changed_since(visit: Visit, sheet: Dataset, version: int) -> dict[str, str]:
    """The fields of law that somebody changed since a version, each with what it is now."""
    if version == sheet.version:
        return {}
    before = get_version(visit.session, "dataset", sheet.id, version) or {}
    names = find_names(visit.session)
    words = _("Quelqu’un a modifié ce champ entre-temps : il vaut maintenant « {value} ».")
    return {
        name: words.format(value=field_words(name, getattr(sheet, name), names) or _("vide"))
        for name in LAW_FIELDS
        if before.get(name) != getattr(sheet, name)
    }


def _form(
    visit: Visit, sheet: Dataset, values: Any, errors: Mapping[str, str], reason: str, status: int = HTTP_200_OK
) -> Response[Any]:
    page = LawPage(
        id=sheet.id,
        version=sheet.version,
        title=sheet.title,
        fields=[FORM_FIELDS[name] for name in LAW_FIELDS],
        labels={name: field_label(name) for name in LAW_FIELDS},
        values=values,
        errors=errors,
        choices=form_choices(visit.session, sheet.information_system_id),
        reason=reason,
    )
    return visit.page("datasets/law.html", page, status=status)


HANDLERS: tuple[HTTPRouteHandler, ...] = (show_law, record_law)
