"""The JSON API of information systems: list, read, record, amend, with ETag and If-Match."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler
from litestar.status_codes import HTTP_201_CREATED
from pydantic import Field

from registry.compliance.vocabulary import SubjectKind
from registry.datasets.api import REASON, about, verdict_bodies
from registry.datasets.bodies import VerdictBody
from registry.datasets.models import InformationSystem
from registry.datasets.queries import count_systems, find_datasets_in, find_systems_page, get_system
from registry.datasets.systems.forms import SystemChange, SystemCreation
from registry.datasets.systems.service import amend_system, record_system, set_system_aside
from registry.datasets.systems.views import SYSTEM_LABELS
from registry.kernel.permissions import Permission
from registry.kernel.words import _, mark
from registry.web.calls import ApiCall, PageQuestions
from registry.web.setting_aside import setting_aside
from registry.web.visits import Visit, route

READ, RECORD, ANNUL = (
    Permission.DATASETS_SHEET_READ,
    Permission.DATASETS_SHEET_RECORD,
    Permission.DATASETS_SHEET_ANNUL,
)


@dataclass(frozen=True)
class SystemBody:
    """An information system, as the API gives it; `version` is its ETag, `dataset_ids` those that live in it."""

    id: int
    version: int
    organisation_id: int
    name: str
    description: str | None
    editor_name: str | None
    external_host: bool | None
    host_name: str | None
    host_country: str | None
    certifications: list[str]
    contract_reference: str | None
    backup_note: str | None
    backup_tested_on: date | None
    exit_tested_on: date | None
    open_export: bool | None
    dependency_assessed_on: date | None
    health_data: bool | None
    definitive_archives: bool | None
    archive_deposit: bool | None
    deposit_declared_on: date | None
    deposit_contract: bool | None
    declared_absent: list[str]
    annulled: bool
    dataset_ids: list[int]
    findings: list[VerdictBody]


@dataclass(frozen=True)
class SystemLineBody:
    """A system in a list."""

    id: int
    version: int
    organisation_id: int
    name: str
    host_name: str | None
    host_country: str | None


@dataclass(frozen=True)
class SystemsBody:
    """The systems within the asker's rights, by name."""

    total: int
    systems: list[SystemLineBody]
    next: str | None


_COLUMNS = tuple(name for name in SystemBody.__dataclass_fields__ if name not in {"dataset_ids", "findings"})


def _body(visit: Visit, system: InformationSystem) -> SystemBody:
    return SystemBody(
        **{name: getattr(system, name) for name in _COLUMNS},
        dataset_ids=[number for number, _title in find_datasets_in(visit.session, system.id)],
        findings=verdict_bodies(visit, SubjectKind.SYSTEM, system.id),
    )


TAG = mark("Systèmes")
EXAMPLE = {
    "organisation_id": 1, "name": "Gestion des abonnés de l’eau", "editor_name": "Éditeur du logiciel",
    "external_host": True, "host_name": "Hébergeur du service", "host_country": "FRA",
}  # fmt: skip


def label_of(name: str) -> str:
    """A field's name in the reader's language, or nothing."""
    return _(SYSTEM_LABELS[name]) if name in SYSTEM_LABELS else ""


def told(says: str, **more: Any) -> ApiCall:
    """What the document tells of a call about systems."""
    return about(says, tag=TAG, labels=label_of, **more)


class SystemQuestions(PageQuestions):
    """What the list of systems is narrowed to."""

    annulled: bool = Field(default=False, description=mark("true pour lire les fiches annulées, et elles seules."))


@route(
    "GET", "/api/v1/systems", READ,
    about=told(mark("Les systèmes d’information dans vos droits, par nom."), asks=SystemQuestions),
)  # fmt: skip
def list_systems(visit: Visit) -> Response[SystemsBody]:
    """The information systems within the asker's rights, by name."""
    asked = visit.asked(SystemQuestions)
    rows = find_systems_page(
        visit.session, annulled=asked.annulled, after=asked.place(str, int), limit=asked.limit + 1
    )  # fmt: skip
    more, rows = len(rows) > asked.limit, rows[: asked.limit]
    lines = [
        SystemLineBody(row.id, row.version, row.organisation_id, row.name, row.host_name, row.host_country)
        for row in rows
    ]
    following = asked.following((rows[-1].name_sort, rows[-1].id) if more else None)
    return visit.answer(SystemsBody(count_systems(visit.session, annulled=asked.annulled), lines, following))


@route(
    "POST", "/api/v1/systems", RECORD, takes=SystemCreation,
    about=told(mark("Enregistre un système d’information."), status=201, example=EXAMPLE),
)  # fmt: skip
def create_system(visit: Visit) -> Response[SystemBody]:
    """Records an information system; the answer says what the policies find."""
    given = visit.given(SystemCreation)
    visit.visitor.require(RECORD, given.organisation_id)
    system = record_system(visit.session, given.organisation_id, given.sheet())
    visit.settle()
    visit.session.refresh(system)
    visit.headers["Location"] = f"/api/v1/systems/{system.id}"
    return visit.answer(_body(visit, system), status=HTTP_201_CREATED)


@route(
    "GET", "/api/v1/systems/{system_id:int}", READ,
    about=told(mark("Un système d’information, avec les numéros des jeux qui y vivent.")),
)  # fmt: skip
def read_system(visit: Visit, system_id: int) -> Response[SystemBody]:
    """One information system, with the datasets that live in it and today's findings."""
    return visit.answer(_body(visit, get_system(visit.session, system_id)))


@route(
    "PATCH", "/api/v1/systems/{system_id:int}", RECORD, takes=SystemChange,
    about=told(
        mark("Change les champs donnés d’un système ; les autres restent."),
        versioned=True, example={"exit_tested_on": "2026-10-01", "open_export": True},
    ),
)  # fmt: skip
def change_system(visit: Visit, system_id: int) -> Response[SystemBody]:
    """Changes the fields given; asks for If-Match."""
    expected = visit.expected_version()
    given = visit.given(SystemChange)
    visit.visitor.require(RECORD, get_system(visit.session, system_id).organisation_id)
    system = amend_system(visit.session, system_id, given, expected=expected)
    visit.settle()
    return visit.answer(_body(visit, system))


_ASIDE = setting_aside(
    "/api/v1/systems/{system_id:int}", ANNUL, SystemBody, about=told, reason=REASON["reason"],
    named=("annul_system", "restore_system"),
    says=(
        mark("Met de côté un système enregistré par erreur, en disant pourquoi ; rien n’est supprimé."),
        mark("Rétablit un système annulé, en disant pourquoi."),
    ),
    get=get_system, act=set_system_aside, tell=_body,
)  # fmt: skip
HANDLERS: tuple[HTTPRouteHandler, ...] = (
    list_systems, create_system, read_system, change_system, *_ASIDE,
)  # fmt: skip
