"""The pages of datasets: the list, the sheet, its form, the conflict page, its history, setting aside."""

import sys
from collections.abc import Mapping
from itertools import chain
from typing import Any
from urllib.parse import urlencode

from litestar import Response
from litestar.handlers import HTTPRouteHandler
from litestar.status_codes import HTTP_409_CONFLICT, HTTP_422_UNPROCESSABLE_ENTITY

from registry.accounts.queries import find_actor_names
from registry.compliance.queries import count_by_verdict
from registry.compliance.vocabulary import SubjectKind
from registry.datasets.forms import AnnulForm, DatasetForm, DistributionForm
from registry.datasets.history import history_views
from registry.datasets.models import Dataset
from registry.datasets.queries import (
    MOST_LETTERS,
    ORDERS,
    ORGANISATION,
    PAGE_SIZE,
    TITLE,
    UPDATE,
    DatasetFilter,
    count_datasets,
    find_datasets,
    find_distributions,
    find_distributions_of,
    get_dataset,
)
from registry.datasets.reading import distribution_values, distributions_digest, read_sheet_form
from registry.datasets.service import amend_dataset, annul_dataset, record_dataset, restore_dataset
from registry.datasets.views import (
    FIELD_LABELS,
    LISTS,
    AnnulPage,
    ColumnView,
    ConflictPage,
    ConflictRow,
    FacetView,
    FilesInConflict,
    FormPage,
    HistoryPage,
    ListPage,
    SheetPage,
    distribution_view,
    field_label,
    field_of,
    field_views,
    label_of,
    say_value,
)
from registry.datasets.vocabulary import AccessRights, Nature, Origin, PersonalData, PublicationGround, Stage
from registry.kernel.errors import Stale
from registry.kernel.paging import read_cursor, write_cursor
from registry.kernel.permissions import Permission
from registry.kernel.words import _, current_locale, mark
from registry.ledger.queries import find_versions, find_versions_of_rows, get_version
from registry.organisations.queries import find_appointments, find_known, find_organisations, get_organisation
from registry.organisations.vocabulary import AppointmentSubject
from registry.platform.lists import load_list
from registry.web.forms import read_number
from registry.web.visits import NOTICES, Accepted, FormData, Rejected, Visit, route

READ, RECORD, ANNUL = (
    Permission.DATASETS_SHEET_READ,
    Permission.DATASETS_SHEET_RECORD,
    Permission.DATASETS_SHEET_ANNUL,
)

NOTICES.update(
    {
        "jeu-cree": mark("La fiche est enregistrée."),
        "jeu-modifie": mark("Les modifications sont enregistrées."),
        "jeu-annule": mark("La fiche est annulée. Rien n’est effacé : vous pouvez la rétablir."),
        "jeu-retabli": mark("La fiche est rétablie."),
    }
)

_FACETS: tuple[tuple[str, str, Any], ...] = (
    ("donnees", mark("Données personnelles"), PersonalData),
    ("acces", mark("Niveau d’accès"), AccessRights),
    ("etape", mark("Étape"), Stage),
)


_COLUMNS = ((TITLE, mark("Titre")), (ORGANISATION, mark("Organisation")), (UPDATE, mark("Mise à jour")))


def _filter(visit: Visit) -> DatasetFilter:
    """The filter that stands in the address; a value nobody knows narrows nothing."""

    def chosen(name: str, members: Any) -> tuple[Any, ...]:
        known = {str(member) for member in members}
        return tuple(members(value) for value in visit.query_all(name) if value in known)

    number = read_number(visit.query("organisation"))
    within = frozenset[int]()
    if number is not None:
        within = frozenset(body.id for body in find_organisations(visit.session, below=number)) or frozenset({-1})
    return DatasetFilter(
        words=visit.query("q")[:MOST_LETTERS],
        organisation_ids=within,
        personal_data=chosen("donnees", PersonalData),
        access_rights=chosen("acces", AccessRights),
        stages=chosen("etape", Stage),
        annulled=visit.query("annulees") == "true",
    )


@route("GET", "/jeux", READ)
def show_list(visit: Visit) -> Response[Any]:
    """The list of datasets, narrowed by what stands in the address."""
    narrowed = _filter(visit)
    order = visit.query("tri") if visit.query("tri").removeprefix("-") in ORDERS else ""
    rows = find_datasets(visit.session, narrowed, order=order, after=read_cursor(visit.query("apres")))
    more = len(rows) > PAGE_SIZE
    rows = rows[:PAGE_SIZE]
    kept = [(name, value) for name, value in visit.request.query_params.multi_items() if name not in {"apres", "fait"}]
    following = urlencode([*kept, ("apres", write_cursor(rows[-1].cursor))]) if more else ""
    page = ListPage(
        rows=rows,
        verdicts=count_by_verdict(visit.session, visit.today, kind=SubjectKind.DATASET, ids=[row.id for row in rows]),
        total=count_datasets(visit.session, narrowed),
        words=narrowed.words,
        organisations=[(str(body.id), body.name) for body in find_organisations(visit.session)],
        organisation=visit.query("organisation"),
        facets=[
            FacetView(name, _(label), [(str(one), one.label, str(one) in visit.query_all(name)) for one in members])
            for name, label, members in _FACETS
        ],
        annulled=narrowed.annulled,
        order=order,
        columns=_columns(order, [(name, value) for name, value in kept if name != "tri" and value]),
        next_address=f"/jeux?{following}" if following else "",
        first_address=f"/jeux?{urlencode(kept)}" if visit.query("apres") else "",
        is_narrowed=bool([value for name, value in kept if value and name != "tri"]),
        may_record=visit.visitor.may(RECORD),
        may_import=visit.visitor.may(Permission.EXCHANGE_IMPORT_APPLY),
    )
    return visit.page("datasets/list.html", page)


def _columns(order: str, kept: list[tuple[str, str]]) -> list[ColumnView]:
    """The columns that sort: a second click on the same one turns it round."""
    current, downwards = order.removeprefix("-") or TITLE, order.startswith("-")
    columns = []
    for name, label in _COLUMNS:
        state = ("descending" if downwards else "ascending") if name == current else ""
        asked = f"-{name}" if state == "ascending" else name
        columns.append(ColumnView(_(label), f"/jeux?{urlencode([*kept, ('tri', asked)])}", state))
    return columns


@route("GET", "/jeux/{dataset_id:int}", READ)
def show_sheet(visit: Visit, dataset_id: int) -> Response[Any]:
    """The sheet of one dataset, with what every room knows of it."""
    sheet = get_dataset(visit.session, dataset_id)
    fields, unknown = field_views(sheet)
    contact = ""
    if sheet.contact_person_id is not None:
        # The contact may belong to another organisation, whose people the visitor does not see.
        known = find_known(visit.session, sheet.contact_person_id)
        contact = " — ".join(part for part in (known.name, known.email) if part) if known else ""
    page = SheetPage(
        id=sheet.id,
        version=sheet.version,
        title=sheet.title,
        annulled=sheet.annulled,
        organisation_id=sheet.organisation_id,
        organisation_name=get_organisation(visit.session, sheet.organisation_id).name,
        stage=sheet.stage,
        personal_data=sheet.personal_data,
        access_rights=sheet.access_rights,
        fields=fields,
        unknown=unknown,
        distributions=[distribution_view(row) for row in find_distributions(visit.session, sheet.id)],
        contact=contact,
        panels=visit.panels_of("dataset", sheet.id),
        may_record=visit.visitor.may(RECORD, sheet.organisation_id),
        may_annul=visit.visitor.may(ANNUL, sheet.organisation_id),
    )
    return visit.page("datasets/sheet.html", page)


@route("GET", "/jeux/{dataset_id:int}/historique", READ)
def show_history(visit: Visit, dataset_id: int) -> Response[Any]:
    """Who changed what, when and why, in words."""
    sheet = get_dataset(visit.session, dataset_id)
    session = visit.session
    versions = find_versions(session, "dataset", dataset_id)
    rows = find_distributions_of(session, [dataset_id]).get(dataset_id, [])
    files = find_versions_of_rows(session, "distribution", [row.id for row in rows])
    held = find_appointments(session, AppointmentSubject.DATASET, dataset_id, annulled=True)
    appointments = find_versions_of_rows(session, "appointment", [one.id for one in held])
    every = [*versions, *chain.from_iterable(files.values()), *chain.from_iterable(appointments.values())]
    actors = find_actor_names(session, {version.actor for version in every})
    people = {one.person_id: one.name for one in held if one.name}
    page = HistoryPage(sheet.id, sheet.title, history_views(versions, files, appointments, actors, people))
    return visit.page("datasets/history.html", page)


def _choices() -> dict[str, list[tuple[str, str]]]:
    enumerations: dict[str, Any] = {
        "access_rights": AccessRights,
        "nature": Nature,
        "origin": Origin,
        "personal_data": PersonalData,
        "publication_ground": PublicationGround,
    }
    choices = {name: [(str(one), one.label) for one in members] for name, members in enumerations.items()}
    for name, list_name in LISTS.items():
        choices[name] = load_list(list_name).choices(current_locale())
    rhythms = load_list("frequencies")
    choices["frequency"].sort(key=lambda choice: rhythms.number(choice[0], "days") or sys.maxsize)
    choices["format"] = load_list("file_types").choices(current_locale())
    choices["declared_absent"] = [
        (name, field_label(name)) for name in ("licence", "frequency", "modified", "publisher_name", "issued",
                                               "publication_ground", "anonymisation_proof", "documentation")
    ]  # fmt: skip
    return choices


def _form_page(
    visit: Visit,
    sheet: Dataset | None,
    values: Mapping[str, Any],
    distributions: list[Mapping[str, Any]],
    errors: Mapping[str, str] | None = None,
    status: int = 200,
    typed: FormData | None = None,
) -> Response[Any]:
    """The form; with what was `typed`, it still says on which version the person began to type."""
    reach = visit.visitor.reach(RECORD)
    version = sheet.version if sheet else None
    if typed is not None:
        version = read_number(typed.first("version"))
    bodies = [(str(body.id), body.name) for body in find_organisations(visit.session) if body.id in reach]
    said = {field_of(path): message for path, message in (errors or {}).items()}
    page = FormPage(
        id=sheet.id if sheet else None,
        version=version,
        title=sheet.title if sheet else "",
        values=values,
        errors=said,
        labels={name: label_of(name) for name in said},
        organisations=bodies,
        choices=_choices(),
        distributions=distributions,
        distributions_seen=typed.first("distributions") if typed else distributions_digest(distributions),
        reason=typed.first("reason") if typed else "",
    )
    return visit.page("datasets/form.html", page, status=status)


@route("GET", "/jeux/nouveau", RECORD)
def show_new(visit: Visit) -> Response[Any]:
    """An empty sheet."""
    values = {"organisation_id": visit.query("organisation") or str(visit.visitor.organisation_id)}
    return _form_page(visit, None, values, [])


@route("POST", "/jeux/nouveau", RECORD)
def record(visit: Visit) -> Response[Any]:
    """Records a new sheet, or shows the form again with what was typed."""
    data = visit.form_data()
    read = read_sheet_form(data, today=visit.today)
    organisation = data.first("organisation_id")
    errors: dict[str, str] = {}
    owner = read_number(organisation)
    if owner is None or not visit.visitor.may(RECORD, owner):
        errors["organisation_id"] = _("Choisissez une organisation pour laquelle vous tenez le registre.")
    if isinstance(read, Rejected) or owner is None or errors:
        values = dict(read.values) if isinstance(read, Rejected) else {name: data.first(name) for name in FIELD_LABELS}
        said = {**(dict(read.errors) if isinstance(read, Rejected) else {}), **errors}
        values["organisation_id"] = organisation
        return _form_page(visit, None, values, distribution_values(data), said, status=HTTP_422_UNPROCESSABLE_ENTITY)
    sheet = record_dataset(visit.session, owner, read.form)
    return visit.go(f"/jeux/{sheet.id}", done="jeu-cree")


@route("GET", "/jeux/{dataset_id:int}/modifier", RECORD)
def show_amend(visit: Visit, dataset_id: int) -> Response[Any]:
    """The form of a sheet, as it stands."""
    sheet = get_dataset(visit.session, dataset_id)
    visit.visitor.require(RECORD, sheet.organisation_id)
    values = DatasetForm.model_validate(
        {name: getattr(sheet, name) for name in DatasetForm.model_fields if name != "distributions"}
    ).model_dump(mode="json")
    return _form_page(visit, sheet, values, _distributions_of(visit, sheet))


def _distributions_of(visit: Visit, sheet: Dataset) -> list[Mapping[str, Any]]:
    """The distributions of a sheet, as its form shows them."""
    return [
        DistributionForm.model_validate(row, from_attributes=True).model_dump(mode="json")
        for row in find_distributions(visit.session, sheet.id)
    ]


@route("POST", "/jeux/{dataset_id:int}/modifier", RECORD)
def amend(visit: Visit, dataset_id: int) -> Response[Any]:
    """Saves the form; somebody else's change meanwhile is shown beside, field by field."""
    sheet = get_dataset(visit.session, dataset_id)
    visit.visitor.require(RECORD, sheet.organisation_id)
    data = visit.form_data()
    read = read_sheet_form(data, change=True, today=visit.today)
    if isinstance(read, Rejected):
        return _form_page(
            visit, sheet, read.values, distribution_values(data), read.errors,
            status=HTTP_422_UNPROCESSABLE_ENTITY, typed=data,
        )  # fmt: skip
    expected = read_number(data.first("version")) or 0
    try:
        amend_dataset(visit.session, dataset_id, read.form, expected=expected, reason=data.first("reason") or None)
    except Stale:
        return _conflict(visit, sheet, read, data, expected)
    return visit.go(f"/jeux/{dataset_id}", done="jeu-modifie")


def _conflict(visit: Visit, sheet: Dataset, read: Accepted[Any], data: FormData, expected: int) -> Response[Any]:
    base = get_version(visit.session, "dataset", sheet.id, expected)
    mine = read.form.model_dump(mode="json", include=read.form.model_fields_set)
    theirs = DatasetForm.model_validate(
        {name: getattr(sheet, name) for name in DatasetForm.model_fields if name != "distributions"}
    ).model_dump(mode="json")
    rows = []
    for name, value in mine.items():
        if name in {"distributions", "identifier"}:
            continue
        before = base.get(name) if base is not None else None
        if value == theirs.get(name):
            continue
        rows.append(
            ConflictRow(
                name=name,
                label=field_label(name),
                theirs=say_value(name, theirs.get(name)),
                mine=say_value(name, value),
                theirs_raw=_raw(theirs.get(name)),
                mine_raw=_raw(value),
                both_changed=before != theirs.get(name) and before != value,
                mine_first=before != value,
            )
        )
    page = ConflictPage(
        sheet.id, sheet.version, sheet.title, rows, data.first("reason"), _files_in_conflict(visit, sheet, data)
    )
    return visit.page("datasets/conflict.html", page, status=HTTP_409_CONFLICT)


def _files_in_conflict(visit: Visit, sheet: Dataset, data: FormData) -> FilesInConflict | None:
    """The distributions somebody typed, if they changed them and the sheet does not hold just those."""
    if not data.has("distributions"):
        return None
    seen, typed, kept = data.first("distributions"), distribution_values(data), _distributions_of(visit, sheet)
    mine, theirs = distributions_digest(typed), distributions_digest(kept)
    if mine in {seen, theirs}:
        return None
    return FilesInConflict(
        theirs=[_file_in_words(one) for one in kept],
        mine=[_file_in_words(one) for one in typed],
        typed=[
            (f"distribution-{number}-{field}", str(value or ""))
            for number, one in enumerate(typed)
            for field, value in one.items()
        ],
        both_changed=theirs != seen,
    )


def _file_in_words(one: Mapping[str, Any]) -> str:
    address = str(one.get("download_url") or one.get("access_url") or "")
    return " — ".join(part for part in (str(one.get("title") or ""), address) if part)


def _raw(value: Any) -> str:
    return "\n".join(value) if isinstance(value, list) else "" if value is None else str(value)


@route("GET", "/jeux/{dataset_id:int}/annuler", ANNUL)
def show_annul(visit: Visit, dataset_id: int) -> Response[Any]:
    """Asks why a sheet is set aside, or brought back."""
    sheet = get_dataset(visit.session, dataset_id)
    visit.visitor.require(ANNUL, sheet.organisation_id)
    return visit.page("datasets/annul.html", AnnulPage(sheet.id, sheet.version, sheet.title, sheet.annulled, ""))


@route("POST", "/jeux/{dataset_id:int}/annuler", ANNUL)
def annul(visit: Visit, dataset_id: int) -> Response[Any]:
    """Sets a sheet aside, or brings it back."""
    sheet = get_dataset(visit.session, dataset_id)
    visit.visitor.require(ANNUL, sheet.organisation_id)
    data = visit.form_data()
    read = visit.form(AnnulForm)
    if isinstance(read, Rejected):
        message = _("Dites en quelques mots pourquoi : ce motif reste au registre.")
        page = AnnulPage(sheet.id, sheet.version, sheet.title, sheet.annulled, message)
        return visit.page("datasets/annul.html", page, status=HTTP_422_UNPROCESSABLE_ENTITY)
    expected = read_number(data.first("version")) or 0
    act = restore_dataset if sheet.annulled else annul_dataset
    done = "jeu-retabli" if sheet.annulled else "jeu-annule"
    act(visit.session, dataset_id, expected=expected, reason=read.form.reason)
    return visit.go(f"/jeux/{dataset_id}", done=done)


HANDLERS: tuple[HTTPRouteHandler, ...] = (
    show_list, show_new, record, show_sheet, show_history, show_amend, amend, show_annul, annul,
)  # fmt: skip
