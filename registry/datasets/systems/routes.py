"""The pages of information systems: the list, one system with what lives in it, its form, setting aside."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler
from litestar.status_codes import HTTP_422_UNPROCESSABLE_ENTITY

from registry.accounts.queries import find_actor_names
from registry.datasets.history import system_history_views
from registry.datasets.models import InformationSystem
from registry.datasets.queries import find_datasets_in, find_systems, get_system
from registry.datasets.systems.forms import SystemChange, SystemForm
from registry.datasets.systems.service import amend_system, record_system, set_system_aside
from registry.datasets.systems.views import (
    ABSENCES,
    CHOICES,
    SYSTEM_LABELS,
    SystemFormPage,
    SystemHistoryPage,
    SystemPage,
    SystemsPage,
    system_line,
    system_views,
)
from registry.kernel.permissions import Permission
from registry.kernel.words import _, current_locale, mark
from registry.ledger.queries import find_versions
from registry.organisations.queries import find_organisations, get_organisation
from registry.platform.lists import load_list
from registry.web.forms import parse_values, read_number
from registry.web.saving import Unsaved, save
from registry.web.setting_aside import Aside, asking_why
from registry.web.visits import NOTICES, FormData, Rejected, Visit, route

READ, RECORD, ANNUL = (
    Permission.DATASETS_SHEET_READ,
    Permission.DATASETS_SHEET_RECORD,
    Permission.DATASETS_SHEET_ANNUL,
)
_TRUTHS = (
    "external_host", "open_export", "health_data", "definitive_archives", "archive_deposit", "deposit_contract",
)  # fmt: skip

NOTICES.update(
    {
        "systeme-enregistre": mark("Le système d’information est enregistré."),
        "systeme-annule": mark("Le système est annulé. Rien n’est effacé : vous pouvez le rétablir."),
        "systeme-retabli": mark("Le système est rétabli."),
    }
)


@route("GET", "/systemes", READ)
def show_systems(visit: Visit) -> Response[Any]:
    """The information systems within the visitor's rights."""
    annulled = visit.query("annules") == "true"
    names = {body.id: body.name for body in find_organisations(visit.session)}
    page = SystemsPage(
        rows=[
            system_line(row, names.get(row.organisation_id, ""))
            for row in find_systems(visit.session, annulled=annulled)
        ],
        annulled=annulled,
        may_record=visit.visitor.may(RECORD),
    )
    return visit.page("datasets/systems.html", page)


@route("GET", "/systemes/{system_id:int}", READ)
def show_system(visit: Visit, system_id: int) -> Response[Any]:
    """One system: what is known of it, and the datasets that live in it."""
    system = get_system(visit.session, system_id)
    visit.agrees.update({"systeme-annule": system.annulled, "systeme-retabli": not system.annulled})
    fields, unknown = system_views(system)
    page = SystemPage(
        id=system.id,
        name=system.name,
        annulled=system.annulled,
        organisation_id=system.organisation_id,
        organisation_name=get_organisation(visit.session, system.organisation_id).name,
        fields=fields,
        unknown=unknown,
        datasets=find_datasets_in(visit.session, system.id),
        panels=visit.panels_of("system", system.id),
        may_record=visit.visitor.may(RECORD, system.organisation_id),
        may_annul=visit.visitor.may(ANNUL, system.organisation_id),
    )
    return visit.page("datasets/system.html", page)


@route("GET", "/systemes/{system_id:int}/historique", READ)
def show_system_history(visit: Visit, system_id: int) -> Response[Any]:
    """Who changed what of a system, when and why, in words."""
    system = get_system(visit.session, system_id)
    versions = find_versions(visit.session, "information_system", system_id)
    actors = find_actor_names(visit.session, {version.actor for version in versions})
    page = SystemHistoryPage(system.id, system.name, system_history_views(versions, actors))
    return visit.page("datasets/system_history.html", page)


def _form_page(
    visit: Visit,
    system: InformationSystem | None,
    values: Mapping[str, Any],
    errors: Mapping[str, str] | None = None,
    *,
    version: int | None = None,
    status: int = 200,
) -> Response[Any]:
    reach = visit.visitor.reach(RECORD)
    locale = current_locale()
    page = SystemFormPage(
        id=system.id if system else None,
        version=version if version is not None else system.version if system else None,
        name=system.name if system else "",
        values=values,
        errors=errors or {},
        labels={name: _(label) for name, label in SYSTEM_LABELS.items()},
        organisations=[(str(body.id), body.name) for body in find_organisations(visit.session) if body.id in reach],
        choices={name: load_list(of).choices(locale) for name, of in CHOICES.items()}
        | {"declared_absent": [(name, _(label)) for name, label in ABSENCES.items()]},
    )
    return visit.page("datasets/system_form.html", page, status=status)


def _typed(data: FormData) -> dict[str, Any]:
    """What the form shows, as it was typed: an empty field is emptied."""
    values: dict[str, Any] = {}
    for name in SystemForm.model_fields:
        if not data.has(name):
            continue
        if name in {"certifications", "declared_absent"}:
            values[name] = [value for value in data.all(name) if value]
        elif name in _TRUTHS:
            values[name] = {"true": True, "false": False}.get(data.first(name))
        else:
            values[name] = data.first(name).strip() or ("" if name == "name" else None)
    return values


@route("GET", "/systemes/nouveau", RECORD)
def show_new_system(visit: Visit) -> Response[Any]:
    """An empty system."""
    return _form_page(visit, None, {"organisation_id": str(visit.visitor.organisation_id)})


@route("POST", "/systemes/nouveau", RECORD)
def record_new_system(visit: Visit) -> Response[Any]:
    """Records a system, or shows the form again with what was typed."""
    data = visit.form_data()
    owner = read_number(data.first("organisation_id"))
    read = parse_values(SystemForm, _typed(data), today=visit.today)
    errors: dict[str, str] = dict(read.errors) if isinstance(read, Rejected) else {}
    if owner is None or not visit.visitor.may(RECORD, owner):
        errors["organisation_id"] = _("Choisissez une organisation pour laquelle vous tenez le registre.")
    values = {**_typed(data), "organisation_id": data.first("organisation_id")}
    if isinstance(read, Rejected) or owner is None or errors:
        return _form_page(visit, None, values, errors, status=HTTP_422_UNPROCESSABLE_ENTITY)
    made = save(read, lambda form: record_system(visit.session, owner, form), conflict="name")
    if isinstance(made, Unsaved):
        return _form_page(visit, None, values, made.errors, status=made.status)
    return visit.go(f"/systemes/{made.id}", done="systeme-enregistre")


@route("GET", "/systemes/{system_id:int}/modifier", RECORD)
def show_amend_system(visit: Visit, system_id: int) -> Response[Any]:
    """The form of a system, as it stands."""
    system = get_system(visit.session, system_id)
    visit.visitor.require(RECORD, system.organisation_id)
    return _form_page(visit, system, SystemForm.model_validate(system).model_dump(mode="json"))


@route("POST", "/systemes/{system_id:int}/modifier", RECORD)
def change_system(visit: Visit, system_id: int) -> Response[Any]:
    """Saves the form; when somebody else saved meanwhile, says so and keeps what was typed."""
    system = get_system(visit.session, system_id)
    visit.visitor.require(RECORD, system.organisation_id)
    data = visit.form_data()
    typed, version = _typed(data), read_number(data.first("version")) or 0
    read = parse_values(SystemChange, typed, today=visit.today)
    made = save(
        read, lambda form: amend_system(visit.session, system_id, form, expected=version), conflict="name"
    )  # fmt: skip
    if isinstance(made, Unsaved):
        return _form_page(visit, system, typed, made.errors, version=made.version or version, status=made.status)
    return visit.go(f"/systemes/{system_id}", done="systeme-enregistre")


def _system_aside(visit: Visit, system_id: int) -> Aside:
    row, here = get_system(visit.session, system_id), f"/systemes/{system_id}"
    visit.visitor.require(ANNUL, row.organisation_id)
    return Aside(
        row, row.name, [(_("Systèmes d’information"), "/systemes"), (row.name, here)],
        heads=(_("Annuler le système"), _("Rétablir le système")),
        sentences=(
            _(
                "Rien n’est effacé : le système sort des listes, son histoire reste au registre, et il peut revenir. "
                "Les fiches qui disent y vivre le disent encore."
            ),
            _("Le système revient dans les listes, tel qu’il était."),
        ),
        back=here, act=partial(set_system_aside, visit.session, row.id),
    )  # fmt: skip


_ASIDE = asking_why(
    "/systemes/{system_id:int}/annuler", ANNUL, _system_aside, done=("systeme-annule", "systeme-retabli")
)

HANDLERS: tuple[HTTPRouteHandler, ...] = (
    show_systems, show_new_system, record_new_system, show_system, show_amend_system, change_system,
    *_ASIDE, show_system_history,
)  # fmt: skip
