"""The pages of datasets: the list, the sheet, its form, the conflict page, its history, setting aside."""

from dataclasses import replace
from typing import Any
from urllib.parse import quote

from litestar import Response
from litestar.handlers import HTTPRouteHandler

from registry.accounts.queries import find_actor_names
from registry.datasets.history import MORE_CHANGES, STANDING_IN, history_views, said_for_others
from registry.datasets.models import DataService, DatasetField, Derivation, Distribution
from registry.datasets.queries import (
    OTHER_PARTS,
    find_downstream,
    find_names,
    find_parts,
    find_standing_parts,
    find_system,
    find_titles,
    find_upstream,
    get_dataset,
    get_with_below,
    has_other_parts,
)
from registry.datasets.views import (
    HistoryPage,
    SheetPage,
    column_view,
    distribution_view,
    field_views,
    oddities_of,
    service_view,
    term_views,
)
from registry.datasets.wording import NUMBERED
from registry.kernel.permissions import Permission
from registry.kernel.words import mark
from registry.ledger.queries import find_versions, find_versions_of_rows
from registry.organisations.queries import find_appointments, find_known
from registry.organisations.vocabulary import AppointmentSubject
from registry.web.problems import RECORDS
from registry.web.visits import NOTICES, Visit, route

READ, RECORD, ANNUL = (
    Permission.DATASETS_SHEET_READ,
    Permission.DATASETS_SHEET_RECORD,
    Permission.DATASETS_SHEET_ANNUL,
)

RECORDS.add("jeux")
NOTICES.update(
    {
        "jeu-cree": mark("La fiche est enregistrée."),
        "jeu-modifie": mark("Les modifications sont enregistrées."),
        "jeu-annule": mark("La fiche est annulée. Rien n’est effacé : vous pouvez la rétablir."),
        "jeu-retabli": mark("La fiche est rétablie."),
    }
)


@route("GET", "/jeux/{dataset_id:int}", READ)
def show_sheet(visit: Visit, dataset_id: int) -> Response[Any]:
    """The sheet of one dataset, with what every room knows of it."""
    sheet, owner, below = get_with_below(visit.session, dataset_id)
    fields, unknown = field_views(sheet)
    contact = ""
    if sheet.contact_person_id is not None:
        # The contact may belong to another organisation, whose people the visitor does not see.
        known = find_known(visit.session, sheet.contact_person_id)
        contact = " — ".join(part for part in (known.name, known.email) if part) if known else ""
    parts = find_standing_parts(visit.session, sheet.id, below)
    methods = {row.source_id: row.method or "" for row in parts[Derivation]}
    upstream = find_upstream(visit.session, sheet.id) if methods else []
    system = find_system(visit.session, sheet.information_system_id) if sheet.information_system_id else None
    page = SheetPage(
        id=sheet.id,
        version=sheet.version,
        title=sheet.title,
        annulled=sheet.annulled,
        organisation_id=sheet.organisation_id,
        organisation_name=owner,
        stage=sheet.stage,
        personal_data=sheet.personal_data,
        access_rights=sheet.access_rights,
        oddities=oddities_of(sheet),
        fields=fields,
        unknown=unknown,
        distributions=[distribution_view(row) for row in parts[Distribution]],
        services=[service_view(row) for row in parts[DataService]],
        columns=[column_view(row) for row in parts[DatasetField]],
        upstream=[(one.dataset_id, one.title, methods.get(one.dataset_id, "")) for one in upstream if one.steps == 1],
        downstream=find_downstream(visit.session, sheet.id) if below.downstream else [],
        terms=term_views(sheet, upstream) if upstream else [],
        system=(system.id, system.name) if system else None,
        contact=contact,
        panels=visit.panels_of("dataset", sheet.id),
        may_record=visit.visitor.may(RECORD, sheet.organisation_id),
        may_record_law=visit.visitor.may(Permission.DATASETS_LAW_RECORD, sheet.organisation_id),
        may_annul=visit.visitor.may(ANNUL, sheet.organisation_id),
    )
    return visit.page("datasets/sheet.html", page)


@route("GET", "/jeux/{dataset_id:int}/historique", READ)
def show_history(visit: Visit, dataset_id: int) -> Response[Any]:
    """Who changed what, when and why, in words."""
    sheet = get_dataset(visit.session, dataset_id)
    session = visit.session
    versions = find_versions(session, "dataset", dataset_id)
    parts = {
        str(model.__tablename__): find_versions_of_rows(
            session, str(model.__tablename__), [row.id for row in find_parts(session, model, dataset_id)]
        )
        for model in (Distribution, *(OTHER_PARTS if has_other_parts(session, dataset_id) else ()))
    }
    sources = {one.snapshot["source_id"] for rows in parts.get("derivation", {}).values() for one in rows}
    titles = find_titles(session, sources) if sources else {}
    held = find_appointments(session, AppointmentSubject.DATASET, dataset_id, annulled=True)
    appointments = find_versions_of_rows(session, "appointment", [one.id for one in held])
    below = [version for rows in (*parts.values(), appointments) for history in rows.values() for version in history]
    more = [told for changes_of in MORE_CHANGES for told in changes_of(visit, dataset_id)]
    every = [*versions, *below, *(version for version, _said in more)]
    actors = find_actor_names(session, {one.actor for one in every})
    people = {one.person_id: one.name for one in held if one.name}
    changed = {name: {one.snapshot.get(name) for one in versions} for name in NUMBERED}
    changing = {name: {int(one) for one in said if one} for name, said in changed.items() if len(said) > 1}
    known = find_names(session, changing)
    views = history_views(versions, parts, appointments, actors, people, titles, known, more)
    acts = {one.recorded_at: one.actor for one in every}
    for standing_in in STANDING_IN:
        views = said_for_others(views, standing_in(visit, dataset_id, acts))
    shown = [replace(one, address=f"/jeux/{sheet.id}/etat?a={quote(one.at.isoformat())}") for one in views]
    return visit.page("datasets/history.html", HistoryPage(sheet.id, sheet.title, shown))


HANDLERS: tuple[HTTPRouteHandler, ...] = (show_sheet, show_history)
