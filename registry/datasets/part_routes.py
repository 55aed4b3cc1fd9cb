"""The pages of what stands below a sheet: its fields as a table to fill, and what it is made from."""

from collections.abc import Mapping, Sequence
from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler
from litestar.status_codes import HTTP_422_UNPROCESSABLE_ENTITY

from registry.datasets.forms import DatasetChange, FieldForm
from registry.datasets.models import Dataset, DatasetField, Derivation
from registry.datasets.queries import find_choosable, find_parts, find_titles, get_dataset
from registry.datasets.reading import field_values
from registry.datasets.service import amend_dataset
from registry.datasets.views import FieldsPage, SourcesPage
from registry.datasets.wording import field_of, label_of
from registry.kernel.errors import Invalid, Stale
from registry.kernel.permissions import Permission
from registry.kernel.words import current_locale
from registry.platform.lists import load_list
from registry.web.forms import Rejected, parse_values, read_number
from registry.web.saving import Unsaved, save
from registry.web.visits import Visit, route

RECORD = Permission.DATASETS_SHEET_RECORD

_LEAST_FIELD_ROWS = 5
"""Empty rows at the end of the page of fields: to add without a script."""


def _fields_page(
    visit: Visit,
    sheet: Dataset,
    rows: Sequence[Mapping[str, Any]],
    errors: Mapping[str, str] | None = None,
    *,
    version: int | None = None,
    status: int = 200,
) -> Response[Any]:
    locale = current_locale()
    said = {field_of(path): message for path, message in (errors or {}).items()}
    page = FieldsPage(
        id=sheet.id,
        version=sheet.version if version is None else version,
        title=sheet.title,
        rows=[*rows, *({} for _row in range(_LEAST_FIELD_ROWS))],
        types=load_list("field_types").choices(locale),
        categories=load_list("personal_categories").choices(locale),
        errors=said,
        labels={name: label_of(name) for name in said},
    )
    return visit.page("datasets/fields.html", page, status=status)


@route("GET", "/jeux/{dataset_id:int}/champs/modifier", RECORD)
def show_fields(visit: Visit, dataset_id: int) -> Response[Any]:
    """The fields of a dataset as a table to fill."""
    sheet = get_dataset(visit.session, dataset_id)
    visit.visitor.require(RECORD, sheet.organisation_id)
    rows = [
        FieldForm.model_validate(row).model_dump(mode="json")
        for row in find_parts(visit.session, DatasetField, sheet.id)
        if not row.annulled
    ]
    return _fields_page(visit, sheet, rows)


@route("POST", "/jeux/{dataset_id:int}/champs/modifier", RECORD)
def amend_fields(visit: Visit, dataset_id: int) -> Response[Any]:
    """Saves the fields; what is emptied leaves the sheet."""
    sheet = get_dataset(visit.session, dataset_id)
    visit.visitor.require(RECORD, sheet.organisation_id)
    data = visit.form_data()
    typed, version = field_values(data), read_number(data.first("version")) or 0
    read = parse_values(DatasetChange, {"fields": typed}, today=visit.today)
    made = save(read, lambda form: amend_dataset(visit.session, dataset_id, form, expected=version))
    if isinstance(made, Unsaved):
        return _fields_page(visit, sheet, typed, made.errors, version=made.version or version, status=made.status)
    return visit.go(f"/jeux/{dataset_id}#champs", done="jeu-modifie")


def _sources_page(
    visit: Visit, sheet: Dataset, errors: Mapping[str, str] | None = None, *, status: int = 200
) -> Response[Any]:
    kept = [row for row in find_parts(visit.session, Derivation, sheet.id) if not row.annulled]
    titles = find_titles(visit.session, [row.source_id for row in kept])
    page = SourcesPage(
        id=sheet.id,
        version=sheet.version,
        title=sheet.title,
        rows=[(row.source_id, titles.get(row.source_id, ""), row.method or "") for row in kept],
        choices=[
            (str(number), f"{title} — {owner}")
            for number, title, owner in find_choosable(visit.session, visit.query("q"))
            if number != sheet.id and number not in titles
        ],
        words=visit.query("q"),
        error=next(iter((errors or {}).values()), ""),
    )
    return visit.page("datasets/sources.html", page, status=status)


@route("GET", "/jeux/{dataset_id:int}/sources", RECORD)
def show_sources(visit: Visit, dataset_id: int) -> Response[Any]:
    """What a dataset is made from."""
    sheet = get_dataset(visit.session, dataset_id)
    visit.visitor.require(RECORD, sheet.organisation_id)
    return _sources_page(visit, sheet)


@route("POST", "/jeux/{dataset_id:int}/sources", RECORD)
def amend_sources(visit: Visit, dataset_id: int) -> Response[Any]:
    """Adds a source, or takes one away."""
    sheet = get_dataset(visit.session, dataset_id)
    visit.visitor.require(RECORD, sheet.organisation_id)
    data = visit.form_data()
    away = read_number(data.first("removed"))
    kept: list[dict[str, Any]] = [
        {"source_id": row.source_id, "method": data.first(f"method-{row.source_id}").strip() or None}
        for row in find_parts(visit.session, Derivation, sheet.id)
        if not row.annulled and row.source_id != away
    ]
    added = read_number(data.first("source_id"))
    if added is not None and away is None and added not in {one["source_id"] for one in kept}:
        kept.append({"source_id": added, "method": data.first("method").strip() or None})
    read = parse_values(DatasetChange, {"derivations": kept}, today=visit.today)
    if isinstance(read, Rejected):
        return _sources_page(visit, sheet, read.errors, status=HTTP_422_UNPROCESSABLE_ENTITY)
    try:
        amend_dataset(visit.session, dataset_id, read.form, expected=read_number(data.first("version")) or 0)
    except (Stale, Invalid) as refusal:
        return _sources_page(visit, sheet, {"_": refusal.message}, status=HTTP_422_UNPROCESSABLE_ENTITY)
    return visit.go(f"/jeux/{dataset_id}/sources", done="jeu-modifie")


HANDLERS: tuple[HTTPRouteHandler, ...] = (show_fields, amend_fields, show_sources, amend_sources)
