"""The pages of what stands below an activity: one a kind of part, a block a row, all saved together."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler
from litestar.status_codes import HTTP_200_OK, HTTP_409_CONFLICT, HTTP_422_UNPROCESSABLE_ENTITY

from registry.datasets.models import DatasetField
from registry.datasets.queries import find_choosable, find_parts_of, find_systems, find_titles
from registry.kernel.errors import Conflict, Invalid, NotFound, Stale
from registry.kernel.words import _, current_locale
from registry.organisations.queries import find_organisations
from registry.platform.lists import load_list
from registry.processing.comparing import beside_the_other
from registry.processing.form_pages import RECORD
from registry.processing.forms import ActivityChange
from registry.processing.layout_parts import PART_LABELS, PART_PAGES, PartPage
from registry.processing.models import ProcessingActivity
from registry.processing.parts import PART_KINDS
from registry.processing.queries import find_standing, get_activity
from registry.processing.service import amend_activity
from registry.processing.views import PartRow, PartsPage
from registry.processing.vocabulary import OF_A_PART
from registry.web.forms import FormData, Rejected, parse_values, read_number
from registry.web.visits import Visit, route

_ROW = re.compile(r"row-(\d{1,6})-")
_EMPTY_ROWS = 2
"""Rows left empty at the end of the page: to add without a script."""
_LISTS = {"people_category": "people_categories", "data_category": "personal_categories", "country": "countries"}
_NEVER_CHOSEN = frozenset({"none"})
"""The code of a list that says there is nothing: a row that stands says something."""


def part_of(slug: str) -> PartPage:
    """The page of a kind of part, by its word in the address.

    Raises: NotFound.
    """
    if slug not in PART_PAGES:
        raise NotFound(_("Cette partie de la fiche n’existe pas."))
    return PART_PAGES[slug]


def typed_rows(data: FormData, part: PartPage) -> list[dict[str, Any]]:
    """The rows as they were typed, in the order of the page; one that is empty or to be removed is none."""
    numbers = sorted({int(found[1]) for name in data.names() if (found := _ROW.match(name))})
    rows = []
    for number in numbers:
        row: dict[str, Any] = {}
        for field in part.fields:
            name = f"row-{number}-{field.name}"
            if field.kind == "checks":
                row[field.name] = [one for one in data.all(name) if one]
            else:
                row[field.name] = data.first(name).strip() or None
        if not data.has(f"row-{number}-removed") and any(row.values()):
            rows.append(row)
    return rows


def rows_of(visit: Visit, activity: ProcessingActivity, part: PartPage) -> list[dict[str, Any]]:
    """The rows of a part as they stand."""
    kind = PART_KINDS[part.name]
    return [
        # As they stand, also what the form would refuse today.
        kind.form.model_construct(**{name: getattr(row, name) for name in kind.form.model_fields}).model_dump(
            mode="json"
        )
        for row in find_standing(visit.session, kind.model, activity.id)
    ]


def part_choices(visit: Visit, part: PartPage) -> dict[str, list[tuple[str, str]]]:
    """The choices of every closed field of a part."""
    choices: dict[str, list[tuple[str, str]]] = {"applies": [("true", _("oui")), ("false", _("non"))]}
    for field in part.fields:
        if field.name in _LISTS:
            known = load_list(_LISTS[field.name]).choices(current_locale())
            choices[field.name] = [(code, label) for code, label in known if code not in _NEVER_CHOSEN]
        elif field.name in OF_A_PART:
            choices[field.name] = [(str(one), one.label) for one in OF_A_PART[field.name]]
        elif field.name == "information_system_id":
            choices[field.name] = [(str(one.id), one.name) for one in find_systems(visit.session)]
        elif field.name == "principal_id":
            choices[field.name] = [(str(one.id), one.name) for one in find_organisations(visit.session)]
        elif field.name == "dataset_id":
            found = find_choosable(visit.session, visit.query("q"))
            choices[field.name] = [(str(number), f"{title} — {owner}") for number, title, owner in found]
    return choices


def _heading(row: Mapping[str, Any], choices: Mapping[str, Sequence[tuple[str, str]]]) -> str:
    """What a row that stands is called: what tells it from the others."""
    names = ("people_category", "data_category", "name", "country", "recipient", "right")
    said = [(name, str(row[name])) for name in names if row.get(name)]
    return ", ".join(dict(choices.get(name, ())).get(value, value) for name, value in said)


def _dataset_rows(
    visit: Visit, rows: Sequence[Mapping[str, Any]]
) -> tuple[dict[int, str], dict[int, list[tuple[str, str]]]]:
    """The title of each dataset of these rows, and its fields to choose among."""
    numbers = [number for row in rows if (number := read_number(str(row.get("dataset_id") or ""))) is not None]
    fields: dict[int, list[tuple[str, str]]] = {}
    if numbers:
        for one in find_parts_of(visit.session, DatasetField, numbers):
            if not one.annulled:
                fields.setdefault(one.dataset_id, []).append((one.name, one.label or one.name))
    return find_titles(visit.session, numbers) if numbers else {}, fields


def _rows_shown(
    visit: Visit,
    part: PartPage,
    rows: Sequence[Mapping[str, Any]],
    choices: Mapping[str, Sequence[tuple[str, str]]],
    notes: Mapping[int, str],
) -> list[PartRow]:
    titles, fields = _dataset_rows(visit, rows) if part.name == "datasets" else ({}, {})
    shown = []
    for place, row in enumerate(rows):
        number = read_number(str(row.get("dataset_id") or "")) or 0
        heading = _heading(row, choices)
        if part.name == "datasets":
            heading = titles.get(number) or _("Un jeu que vos droits ne montrent pas")
        # A field chosen once stays a choice, also when the dataset has it no more: it would be lost in silence.
        known = fields.get(number, [])
        gone = [(name, name) for name in row.get("fields") or () if name not in dict(known)]
        own = {"fields": [*known, *gone]}
        shown.append(PartRow(str(place), row, heading, stands=True, choices=own, note=notes.get(place, "")))
    return shown


def _page(
    visit: Visit,
    activity: ProcessingActivity,
    slug: str,
    rows: Sequence[Mapping[str, Any]],
    errors: Mapping[str, str] | None = None,
    *,
    version: int | None = None,
    notes: Mapping[int, str] | None = None,
    status: int = HTTP_200_OK,
) -> Response[Any]:
    part, said = part_of(slug), {_field_of(path): message for path, message in (errors or {}).items()}
    choices = part_choices(visit, part)
    shown = _rows_shown(visit, part, rows, choices, notes or {})
    empty = [PartRow(str(len(shown) + place), {}, "", stands=False, choices={}) for place in range(_EMPTY_ROWS)]
    page = PartsPage(
        id=activity.id,
        version=activity.version if version is None else version,
        name=activity.name,
        slug=slug,
        part=part,
        rows=[*shown, *empty],
        blank=PartRow("NUMERO", {}, "", stands=False, choices={}),
        labels={field.name: _(PART_LABELS.get(field.name, part.row)) for field in part.fields},
        choices=choices,
        errors=said,
        error_labels={name: _(PART_LABELS.get(name.rpartition("-")[2], part.row)) for name in said},
        words=visit.query("q"),
    )
    return visit.page("processing/parts.html", page, status=status)


def _field_of(path: str) -> str:
    """The field of the page an error stands at: `data.2.country` is `row-2-country`."""
    _part, _dot, rest = path.partition(".")
    return f"row-{rest.replace('.', '-')}" if rest else "_"


@route("GET", "/traitements/{activity_id:int}/parties/{part:str}", RECORD)
def show_part(visit: Visit, activity_id: int, part: str) -> Response[Any]:
    """One kind of part of an activity, to fill."""
    activity = get_activity(visit.session, activity_id)
    visit.visitor.require(RECORD, activity.organisation_id)
    return _page(visit, activity, part, rows_of(visit, activity, part_of(part)))


@route("POST", "/traitements/{activity_id:int}/parties/{part:str}", RECORD)
def change_part(visit: Visit, activity_id: int, part: str) -> Response[Any]:
    """Saves the rows; what is emptied or removed leaves the activity."""
    activity = get_activity(visit.session, activity_id)
    visit.visitor.require(RECORD, activity.organisation_id)
    data, page = visit.form_data(), part_of(part)
    typed, version = typed_rows(data, page), read_number(data.first("version")) or 0
    read = parse_values(ActivityChange, {page.name: typed}, today=visit.today)
    if isinstance(read, Rejected):
        return _page(
            visit, activity, part, typed, read.errors, version=version, status=HTTP_422_UNPROCESSABLE_ENTITY
        )  # fmt: skip
    try:
        amend_activity(visit.session, activity_id, read.form, expected=version)
    except Stale as refusal:
        mine = read.given()[page.name]
        rows, notes = beside_the_other(page, typed, mine, rows_of(visit, activity, page))
        ask = _("Ce que l’autre personne a est dit ligne par ligne : gardez, corrigez ou retirez, puis enregistrez.")
        message = f"{refusal.message} {ask}"
        return _page(visit, activity, part, rows, {"_": message}, notes=notes, status=HTTP_409_CONFLICT)
    except Invalid as refusal:
        errors = refusal.by_field
        return _page(visit, activity, part, typed, errors, version=version, status=HTTP_422_UNPROCESSABLE_ENTITY)
    except Conflict as refusal:
        return _page(visit, activity, part, typed, {"_": refusal.message}, status=HTTP_409_CONFLICT)
    return visit.go(f"/traitements/{activity_id}#{part}", done="traitement-modifie")


HANDLERS: tuple[HTTPRouteHandler, ...] = (show_part, change_part)
