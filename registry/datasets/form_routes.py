"""The pages that change a sheet: its form, the conflict page, its fields, what it is made from, setting aside."""

import sys
from collections.abc import Mapping, Sequence
from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler
from litestar.status_codes import HTTP_409_CONFLICT, HTTP_422_UNPROCESSABLE_ENTITY
from sqlalchemy.orm import Session

from registry.compliance.vocabulary import Principle, Stake
from registry.datasets.forms import (
    PARTS,
    AnnulForm,
    DataServiceForm,
    DatasetChange,
    DatasetForm,
    DistributionForm,
    FieldForm,
)
from registry.datasets.layout import LOCKABLE, OF_A_SERVICE, SECTIONS
from registry.datasets.models import DataService, Dataset, DatasetField, Derivation
from registry.datasets.queries import (
    find_choosable,
    find_distributions,
    find_parts,
    find_system,
    find_systems,
    find_titles,
    get_dataset,
)
from registry.datasets.reading import (
    distribution_values,
    distributions_digest,
    field_values,
    read_sheet_form,
    service_values,
    services_digest,
)
from registry.datasets.service import amend_dataset, annul_dataset, record_dataset, restore_dataset
from registry.datasets.views import (
    AnnulPage,
    ConflictPage,
    ConflictRow,
    FieldsPage,
    FilesInConflict,
    FormPage,
    SourcesPage,
)
from registry.datasets.vocabulary import (
    AccessRights,
    FinalDisposition,
    Nature,
    Origin,
    PersonalData,
    PublicationGround,
    Sensitivity,
    StatisticalSecrecy,
    ThirdPartyRights,
)
from registry.datasets.wording import FIELD_LABELS, LISTS, field_label, field_of, label_of, say_value
from registry.kernel.errors import Invalid, Stale
from registry.kernel.permissions import Permission
from registry.kernel.words import _, current_locale
from registry.ledger.queries import get_version
from registry.organisations.queries import find_organisations
from registry.platform.lists import load_list
from registry.web.forms import parse_values, read_number
from registry.web.visits import Accepted, FormData, Rejected, Visit, route

RECORD, ANNUL = Permission.DATASETS_SHEET_RECORD, Permission.DATASETS_SHEET_ANNUL


def _choices(session: Session, held: int | None) -> dict[str, list[tuple[str, str]]]:
    enumerations: dict[str, Any] = {
        "access_rights": AccessRights,
        "nature": Nature,
        "origin": Origin,
        "personal_data": PersonalData,
        "publication_ground": PublicationGround,
        "sensitivity": Sensitivity,
        "statistical_secrecy": StatisticalSecrecy,
        "final_disposition": FinalDisposition,
        "third_party_rights": ThirdPartyRights,
        "stakes": Stake,
        "principles": Principle,
    }
    choices = {name: [(str(one), one.label) for one in members] for name, members in enumerations.items()}
    for name, list_name in LISTS.items():
        choices[name] = load_list(list_name).choices(current_locale())
    rhythms = load_list("frequencies")
    choices["frequency"].sort(key=lambda choice: rhythms.number(choice[0], "days") or sys.maxsize)
    systems = [(str(one.id), one.name) for one in find_systems(session)]
    if held is not None and str(held) not in dict(systems):
        # Annulled, or of a body one does not read: saving the form must not take the sheet out of it.
        known = find_system(session, held)
        systems.append((str(held), known.name if known else _("un système que vos droits ne montrent pas")))
    choices["information_system_id"] = systems
    choices["locked_fields"] = [(name, field_label(name)) for name in LOCKABLE]
    choices["declared_absent"] = [
        (name, field_label(name)) for name in ("licence", "frequency", "modified", "publisher_name", "issued",
                                               "publication_ground", "anonymisation_proof", "documentation",
                                               "reuser_warning", "retention_months", "retention_trigger",
                                               "last_use_review")
    ]  # fmt: skip
    return choices


def _form_page(
    visit: Visit,
    sheet: Dataset | None,
    values: Mapping[str, Any],
    distributions: list[Mapping[str, Any]],
    services: list[Mapping[str, Any]],
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
        choices=_choices(visit.session, sheet.information_system_id if sheet else None),
        sections=SECTIONS,
        field_labels={
            name: field_label(name) for name in (*DatasetForm.model_fields, "endpoint_url", "endpoint_description")
        },
        of_a_service=OF_A_SERVICE,
        services=services,
        services_seen=typed.first("services") if typed else services_digest(services),
        distributions=distributions,
        distributions_seen=typed.first("distributions") if typed else distributions_digest(distributions),
        reason=typed.first("reason") if typed else "",
    )
    return visit.page("datasets/form.html", page, status=status)


@route("GET", "/jeux/nouveau", RECORD)
def show_new(visit: Visit) -> Response[Any]:
    """An empty sheet."""
    values = {"organisation_id": visit.query("organisation") or str(visit.visitor.organisation_id)}
    return _form_page(visit, None, values, [], [])


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
        return _form_page(
            visit,
            None,
            values,
            distribution_values(data),
            service_values(data),
            said,
            status=HTTP_422_UNPROCESSABLE_ENTITY,
        )
    sheet = record_dataset(visit.session, owner, read.form)
    return visit.go(f"/jeux/{sheet.id}", done="jeu-cree")


@route("GET", "/jeux/{dataset_id:int}/modifier", RECORD)
def show_amend(visit: Visit, dataset_id: int) -> Response[Any]:
    """The form of a sheet, as it stands."""
    sheet = get_dataset(visit.session, dataset_id)
    visit.visitor.require(RECORD, sheet.organisation_id)
    values = DatasetForm.model_validate(
        {name: getattr(sheet, name) for name in DatasetForm.model_fields if name not in PARTS}
    ).model_dump(mode="json")
    return _form_page(visit, sheet, values, _distributions_of(visit, sheet), _services_of(visit, sheet))


def _services_of(visit: Visit, sheet: Dataset) -> list[Mapping[str, Any]]:
    return [
        DataServiceForm.model_validate(row).model_dump(mode="json")
        for row in find_parts(visit.session, DataService, sheet.id)
        if not row.annulled
    ]


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
            visit, sheet, read.values, distribution_values(data), service_values(data), read.errors,
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
        {name: getattr(sheet, name) for name in DatasetForm.model_fields if name not in PARTS}
    ).model_dump(mode="json")
    rows = []
    for name, value in mine.items():
        if name in {*PARTS, "identifier"}:
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
        sheet.id, sheet.version, sheet.title, rows, data.first("reason"), _files_in_conflict(visit, sheet, data),
        _services_in_conflict(visit, sheet, data),
    )  # fmt: skip
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


def _services_in_conflict(visit: Visit, sheet: Dataset, data: FormData) -> FilesInConflict | None:
    """The interfaces somebody typed, if they changed them and the sheet does not hold just those."""
    if not data.has("services"):
        return None
    seen, typed, kept = data.first("services"), service_values(data), _services_of(visit, sheet)
    mine, theirs = services_digest(typed), services_digest(kept)
    if mine in {seen, theirs}:
        return None
    return FilesInConflict(
        theirs=[_service_in_words(one) for one in kept],
        mine=[_service_in_words(one) for one in typed],
        typed=[
            (f"service-{number}-{field}", str(value or ""))
            for number, one in enumerate(typed)
            for field, value in one.items()
        ],
        both_changed=theirs != seen,
    )


def _service_in_words(one: Mapping[str, Any]) -> str:
    return " — ".join(part for part in (str(one.get("title") or ""), str(one.get("endpoint_url") or "")) if part)


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
    if isinstance(read, Rejected):
        return _fields_page(
            visit, sheet, typed, read.errors, version=version, status=HTTP_422_UNPROCESSABLE_ENTITY
        )  # fmt: skip
    try:
        amend_dataset(visit.session, dataset_id, read.form, expected=version)
    except Stale as refusal:
        return _fields_page(
            visit, sheet, typed, {"_": f"{refusal.message} {_('Vérifiez vos lignes, puis enregistrez de nouveau.')}"},
            status=HTTP_409_CONFLICT,
        )  # fmt: skip
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


HANDLERS: tuple[HTTPRouteHandler, ...] = (
    show_new, record, show_amend, amend, show_annul, annul, show_fields, amend_fields, show_sources, amend_sources,
)  # fmt: skip
