"""THE MAP: one row per room, from the lowest floor to the highest. The application is assembled from it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache, partial
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from litestar.handlers import HTTPRouteHandler
from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from registry.accounts import routes as accounts_routes
from registry.accounts.service import forget_ended_sessions
from registry.compliance import api as compliance_api
from registry.compliance import panels as compliance_panels
from registry.compliance import routes as compliance_routes
from registry.compliance.daily import evaluating
from registry.compliance.engine import Engine, Subject
from registry.compliance.policy_files import load_catalogue
from registry.compliance.service import EVALUATE_JOB, settle
from registry.compliance.vocabulary import SubjectKind
from registry.contracts import api as contracts_api
from registry.contracts import coverage_routes as contracts_coverage
from registry.contracts import panels as contracts_panels
from registry.contracts import routes as contracts_routes
from registry.contracts.queries import PROVED as CONTRACTS_PROVED
from registry.datasets import api as datasets_api
from registry.datasets import as_of_routes as datasets_as_of
from registry.datasets import beginning_api, together_api
from registry.datasets import draft_routes as datasets_drafts
from registry.datasets import form_routes as datasets_forms
from registry.datasets import law_routes as datasets_law
from registry.datasets import part_routes as datasets_parts
from registry.datasets import routes as datasets_routes
from registry.datasets.bulk import routes as datasets_bulk
from registry.datasets.bulk.jobs import bulk_jobs
from registry.datasets.detection import api as detection_api
from registry.datasets.detection import routes as detection_routes
from registry.datasets.draft_service import drop_old_drafts
from registry.datasets.evidence import DATASETS as DATASETS_PROVED
from registry.datasets.evidence import SYSTEMS as SYSTEMS_PROVED
from registry.datasets.facts import BOUND as BOUND_OF_DATASETS
from registry.datasets.facts import Instead
from registry.datasets.listing import cell_routes as datasets_cells
from registry.datasets.listing import routes as datasets_list
from registry.datasets.listing import view_routes as datasets_views
from registry.datasets.models import Dataset, InformationSystem
from registry.datasets.systems import api as systems_api
from registry.datasets.systems import routes as systems_routes
from registry.datasets.systems.facts import BOUND as BOUND_OF_SYSTEMS
from registry.datasets.systems.facts import bind_systems
from registry.desk import api as desk_api
from registry.desk import handover_routes as handovers_routes
from registry.desk import panels as desk_panels
from registry.desk import question_routes as questions_routes
from registry.desk import routes as desk_routes
from registry.documents import api as documents_api
from registry.documents import form_routes as documents_forms
from registry.documents import panels as documents_panels
from registry.documents import routes as documents_routes
from registry.documents.subjects import BODIES, Provable
from registry.documents.vocabulary import ProofSubject
from registry.erasures import api as erasures_api
from registry.erasures import routes as erasures_routes
from registry.erasures.jobs import ERASE_JOB, erasing
from registry.exchange import api as exchange_api
from registry.exchange import routes as exchange_routes
from registry.exchange.activities import api as record_imports_api
from registry.exchange.activities import import_routes as record_imports
from registry.exchange.activities import routes as record_files
from registry.exchange.exports import routes as exports_routes
from registry.exchange.jobs import import_jobs
from registry.exchange.tables import routes as tables_routes
from registry.kernel.permissions import Permission
from registry.kernel.words import _, mark
from registry.ledger.as_of import find_rows
from registry.organisations import api as organisations_api
from registry.organisations import panels as organisations_panels
from registry.organisations import routes as organisations_routes
from registry.organisations.facts import BOUND as BOUND_OF_ORGANISATIONS
from registry.organisations.facts import bind_organisations
from registry.organisations.models import Organisation
from registry.organisations.vocabulary import OrganisationKind
from registry.platform.answers import forget_answers
from registry.platform.assets import asset_root
from registry.platform.home import Home
from registry.platform.jobs import JobFunction
from registry.processing import api as processing_api
from registry.processing import dataset_routes as processing_datasets
from registry.processing import gathering as records
from registry.processing import panels as processing_panels
from registry.processing import part_routes as processing_parts
from registry.processing import past_routes as processing_past
from registry.processing import reviewing
from registry.processing import routes as processing_routes
from registry.processing.assessments import api as assessments_api
from registry.processing.assessments import gathering as assessments
from registry.processing.assessments import panels as assessments_panels
from registry.processing.assessments import routes as assessments_routes
from registry.processing.assessments import step_routes as assessments_steps
from registry.processing.assessments.facts import BOUND as BOUND_OF_ASSESSMENTS
from registry.processing.assessments.facts import bind_assessments
from registry.processing.breaches import api as breaches_api
from registry.processing.breaches import gathering as breaches
from registry.processing.breaches import panels as breaches_panels
from registry.processing.breaches import routes as breaches_routes
from registry.processing.breaches import touched_routes as breaches_touched
from registry.processing.breaches.facts import BOUND as BOUND_OF_BREACHES
from registry.processing.breaches.facts import bind_breaches, every_breach, is_breach_judged, names_of_breaches
from registry.processing.evidence import ACTIVITIES, ASSESSMENTS, BREACHES, REQUESTS
from registry.processing.facts import BOUND as BOUND_OF_ACTIVITIES
from registry.processing.facts import bind_activities, bind_datasets_processed
from registry.processing.joint import api as joint_api
from registry.processing.joint import panels as joint_panels
from registry.processing.joint import routes as joint_routes
from registry.processing.joint.facts import BOUND as BOUND_OF_JOINT
from registry.processing.joint.facts import bind_arrangements
from registry.processing.measures import api as measures_api
from registry.processing.measures import panels as measures_panels
from registry.processing.measures import routes as measures_routes
from registry.processing.models import ProcessingActivity
from registry.processing.oversight import routes as oversight_routes
from registry.processing.processors import api as processors_api
from registry.processing.processors import panels as processors_panels
from registry.processing.processors import routes as processors_routes
from registry.processing.processors.facts import BOUND as BOUND_OF_PROCESSORS
from registry.processing.processors.facts import bind_processors
from registry.processing.processors.queries import find_governed
from registry.processing.requests import api as requests_api
from registry.processing.requests import gathering as requests
from registry.processing.requests import routes as requests_routes
from registry.processing.requests.facts import BOUND as BOUND_OF_REQUESTS
from registry.processing.requests.facts import bind_requests, every_request, is_request_judged, names_of_requests
from registry.processing.retention import gathering as slips
from registry.processing.retention import list_routes as retention_lists
from registry.processing.retention import panels as retention_panels
from registry.processing.retention import routes as retention_routes
from registry.processing.retention import rule_routes as retention_rules
from registry.processing.retention import slip_routes as retention_slips
from registry.processing.retention.facts import BOUND as BOUND_OF_RETENTION
from registry.processing.retention.facts import bind_retention
from registry.reporting import api as reporting_api
from registry.reporting import gathering
from registry.reporting import routes as reporting_routes
from registry.reporting.jobs import issuing
from registry.reporting.sources import Source
from registry.reporting.visiting import ISSUE_JOB
from registry.search import api as search_api
from registry.search import routes as search_routes
from registry.search.queries import find_bearers
from registry.web import help_routes
from registry.web import routes as web_routes
from registry.web.visits import Panel


@dataclass(frozen=True)
class Room:
    """One room of the house: its folder, its name for people, and the part of the address it answers."""

    name: str
    title: str
    prefix: str = ""
    has_tables: bool = True

    @property
    def label(self) -> str:
        """The room's name in the reader's language."""
        return _(self.title)


ROOMS = (
    Room("platform", mark("La machine : réglages, base, fichiers, travaux"), "/travaux"),
    Room("web", mark("Les pages : gabarits, formulaires, sécurité"), "/statique", has_tables=False),
    Room("ledger", mark("Le registre des écritures")),
    Room("organisations", mark("Organisations et mandats"), "/organisations"),
    Room("accounts", mark("Comptes et connexion"), "/comptes"),
    Room("compliance", mark("Conformité"), "/conformite"),
    Room("documents", mark("Preuves et pièces"), "/preuves"),
    Room("inspection", mark("Recherche de données personnelles"), has_tables=False),
    Room("datasets", mark("Jeux de données"), "/jeux"),
    Room("contracts", mark("Contrats et conventions"), "/contrats"),
    Room("processing", mark("Registre des traitements"), "/traitements"),
    Room("exchange", mark("Imports"), "/imports"),
    Room("search", mark("Recherche"), "/recherche", has_tables=False),
    Room("reporting", mark("Documents émis"), "/documents"),
    Room("desk", mark("Mon bureau : ce que chacun doit, questions, passations"), "/bureau"),
    Room("erasures", mark("Personnes et effacements"), "/personnes"),
)


def import_models() -> None:
    """Makes every table known to the metadata: for migrations and their checks."""
    for room in ROOMS:
        if room.has_tables and find_spec(f"registry.{room.name}.models") is not None:
            import_module(f"registry.{room.name}.models")
            for corner in sorted(Path(__file__).parent.glob(f"{room.name}/*/models.py")):
                import_module(f"registry.{room.name}.{corner.parent.name}.models")


def _every_dataset(
    session: Session, organisation_ids: frozenset[int] | None, until: datetime | None = None
) -> Sequence[int]:
    if until is not None:
        return sorted(
            row.id
            for row in find_rows(session, Dataset, until=until)
            if _is_dataset_judged(row) and (organisation_ids is None or row.organisation_id in organisation_ids)
        )
    query = select(col(Dataset.id)).where(~col(Dataset.annulled)).order_by(col(Dataset.id))
    if organisation_ids is not None:
        query = query.where(col(Dataset.organisation_id).in_(organisation_ids))
    return session.execute(query).scalars().all()


def _every_standing(
    model: type[InformationSystem | ProcessingActivity],
    session: Session,
    organisation_ids: frozenset[int] | None,
    until: datetime | None = None,
) -> Sequence[int]:
    return sorted(
        row.id
        for row in find_rows(session, model, until=until)
        if not row.annulled and (organisation_ids is None or row.organisation_id in organisation_ids)
    )


def _is_standing(row: Any) -> bool:
    return not row.annulled


def _names_of(
    model: type[InformationSystem | ProcessingActivity], session: Session, ids: Sequence[int]
) -> Mapping[int, str]:
    rows = session.execute(select(col(model.id), col(model.name)).where(col(model.id).in_(list(ids))))
    return {row.id: row.name for row in rows}


_ADDRESSED = (OrganisationKind.INTERCOMMUNAL_AUTHORITY, OrganisationKind.COMMUNE)
"""The bodies the law addresses: services act for the body above them, and others are not ours to judge."""


def _is_dataset_judged(row: Any) -> bool:
    return not row.annulled


def _is_organisation_judged(row: Any) -> bool:
    return not row.annulled and row.kind in _ADDRESSED


def _every_organisation(
    session: Session, organisation_ids: frozenset[int] | None, until: datetime | None = None
) -> Sequence[int]:
    if until is not None:
        return sorted(
            row.id
            for row in find_rows(session, Organisation, until=until)
            if _is_organisation_judged(row) and (organisation_ids is None or row.id in organisation_ids)
        )
    query = (
        select(col(Organisation.id))
        .where(~col(Organisation.annulled), col(Organisation.kind).in_(_ADDRESSED))
        .order_by(col(Organisation.id))
    )
    if organisation_ids is not None:
        query = query.where(col(Organisation.id).in_(organisation_ids))
    return session.execute(query).scalars().all()


def _dataset_names(session: Session, ids: Sequence[int]) -> Mapping[int, str]:
    rows = session.execute(select(col(Dataset.id), col(Dataset.title)).where(col(Dataset.id).in_(list(ids))))
    return {row.id: row.title for row in rows}


def _organisation_names(session: Session, ids: Sequence[int]) -> Mapping[int, str]:
    rows = session.execute(
        select(col(Organisation.id), col(Organisation.name)).where(col(Organisation.id).in_(list(ids)))
    )
    return {row.id: row.name for row in rows}


def _datasets_below(session: Session, organisation_ids: set[int]) -> tuple[SubjectKind, set[int]]:
    """A dataset draws facts from the body the law addresses: when that changes, it is judged again.

    A commune's datasets draw nothing from the authority above it; a service's do, and change body when it moves.
    """
    below = session.execute(
        select(col(Organisation.id), col(Organisation.kind), col(Organisation.lineage)).where(
            col(Organisation.lineage).op("&&")(list(organisation_ids))
        )
    ).all()
    persons = {row.id for row in below if row.kind.is_legal_person}
    owners = [row.id for row in below if _draws_from(row.lineage, organisation_ids, persons)]
    rows = session.execute(
        select(col(Dataset.id)).where(~col(Dataset.annulled), col(Dataset.organisation_id).in_(owners))
    )
    return SubjectKind.DATASET, set(rows.scalars())


def _draws_from(lineage: Sequence[int], bodies: set[int], persons: set[int]) -> bool:
    """Whether one of these bodies stands between an organisation and its nearest legal person, either included."""
    for number in reversed(lineage):
        if number in bodies:
            return True
        if number in persons:
            return False
    return False


def _bind_datasets(
    session: Session,
    ids: Sequence[int],
    *,
    on: date,
    until: datetime | None,
    instead: Mapping[int, Instead] | None = None,
) -> dict[int, tuple[Any, dict[str, Any]]]:
    """The facts of datasets, with what the record of processing and its corners know of them."""
    bound = bind_datasets_processed(session, ids, on=on, until=until, instead=instead)
    bind_retention(session, bound, on=on, until=until)
    return bound


def _bind_activities(
    session: Session, ids: Sequence[int], *, on: date, until: datetime | None
) -> dict[int, tuple[Any, dict[str, Any]]]:
    """The facts of activities, with those its corners know."""
    bound = bind_activities(session, ids, on=on, until=until)
    rows = {number: row for number, (row, _facts) in bound.items()}
    corners = (
        bind_assessments(session, rows, until=until),
        bind_processors(session, rows, on=on, until=until),
        bind_arrangements(session, rows, until=until),
    )
    for facts_of in corners:
        for number, (_row, facts) in bound.items():
            facts.update(facts_of[number])
    return bound


PROVABLES: Mapping[ProofSubject, Provable] = {
    one.kind: one
    for one in (
        BODIES,
        DATASETS_PROVED,
        SYSTEMS_PROVED,
        CONTRACTS_PROVED,
        ACTIVITIES,
        ASSESSMENTS,
        BREACHES,
        REQUESTS,
    )
}
"""The records that evidence may be about, each as its own room hands it over."""


@lru_cache(maxsize=1)
def assemble_engine() -> Engine:
    """The engine with the policies of this version and the facts of every room."""
    return Engine(
        catalogue=load_catalogue(asset_root("policies")),
        subjects={
            SubjectKind.DATASET: Subject(
                SubjectKind.DATASET, _bind_datasets, _every_dataset, _dataset_names, _is_dataset_judged
            ),
            SubjectKind.ORGANISATION: Subject(
                SubjectKind.ORGANISATION,
                bind_organisations,
                _every_organisation,
                _organisation_names,
                _is_organisation_judged,
            ),
            SubjectKind.SYSTEM: Subject(
                SubjectKind.SYSTEM,
                bind_systems,
                partial(_every_standing, InformationSystem),
                partial(_names_of, InformationSystem),
                _is_standing,
            ),
            SubjectKind.ACTIVITY: Subject(
                SubjectKind.ACTIVITY,
                _bind_activities,
                partial(_every_standing, ProcessingActivity),
                partial(_names_of, ProcessingActivity),
                _is_standing,
            ),
            SubjectKind.BREACH: Subject(
                SubjectKind.BREACH, bind_breaches, every_breach, names_of_breaches, is_breach_judged
            ),
            SubjectKind.REQUEST: Subject(
                SubjectKind.REQUEST, bind_requests, every_request, names_of_requests, is_request_judged
            ),
        },
        dependents={SubjectKind.ORGANISATION: _datasets_below, "contract": find_governed},
    )


_RECORD = Permission.PROCESSING_ACTIVITY_READ
_SOURCES = (
    Source(
        "compliance", Permission.COMPLIANCE_FINDING_READ, gathering.get_keeper, gathering.gather,
        {"organisation": frozenset(kind for kinds in gathering.KINDS.values() for kind in kinds)},
    ),
    Source("record-of-processing", _RECORD, records.get_keeper, records.gather_full, records.OFFERED),
    Source(
        "record-of-processing-communicable", _RECORD, records.get_keeper, records.gather_communicable, records.OFFERED
    ),
    Source(
        "annual-review", Permission.PROCESSING_BREACH_READ, reviewing.get_keeper, reviewing.gather, reviewing.OFFERED
    ),
    Source("impact-assessment", _RECORD, assessments.get_keeper, assessments.gather),
    Source("breaches", Permission.PROCESSING_BREACH_READ, breaches.get_keeper, breaches.gather, breaches.OFFERED),
    Source("disposal-slip", Permission.PROCESSING_RETENTION_READ, slips.get_keeper, slips.gather),
    Source("requests", Permission.PROCESSING_REQUEST_READ, requests.get_keeper, requests.gather, requests.OFFERED),
)  # fmt: skip
"""Who gathers the content of which document, and what one must be allowed to read for it."""


def assemble(home: Path | None = None) -> dict[str, Any]:
    """What every session carries: the engine, what judges what changed, the documents, what evidence may be about.

    With the folder of a home, also what finds the datasets that bear some words in its index.
    """
    found = {} if home is None else {"bearers": partial(find_bearers, home=home)}
    return {
        "engine": assemble_engine(),
        "settling": settle,
        "sources": {source.report_id: source for source in _SOURCES},
        "provables": PROVABLES,
        **found,
    }


PANELS: tuple[Panel, ...] = (
    *compliance_panels.PANELS,
    *organisations_panels.PANELS,
    *documents_panels.PANELS,
    *contracts_panels.PANELS,
    *assessments_panels.PANELS,
    *processors_panels.PANELS,
    *joint_panels.PANELS,
    *measures_panels.PANELS,
    *breaches_panels.PANELS,
    *processing_panels.PANELS,
    *retention_panels.PANELS,
    *desk_panels.PANELS,
)

HANDLERS: tuple[HTTPRouteHandler, ...] = (
    *web_routes.HANDLERS,
    *help_routes.HANDLERS,
    *accounts_routes.HANDLERS,
    *organisations_routes.HANDLERS,
    *organisations_api.HANDLERS,
    *compliance_routes.HANDLERS,
    *compliance_api.HANDLERS,
    *documents_routes.HANDLERS,
    *documents_forms.HANDLERS,
    *documents_api.HANDLERS,
    *datasets_routes.HANDLERS,
    *datasets_list.HANDLERS,
    *datasets_views.HANDLERS,
    *datasets_cells.HANDLERS,
    *datasets_law.HANDLERS,
    *datasets_bulk.HANDLERS,
    *datasets_forms.HANDLERS,
    *datasets_parts.HANDLERS,
    *datasets_drafts.HANDLERS,
    *datasets_as_of.HANDLERS,
    *detection_routes.HANDLERS,
    *systems_routes.HANDLERS,
    *datasets_api.HANDLERS,
    *together_api.HANDLERS,
    *detection_api.HANDLERS,
    *beginning_api.HANDLERS,
    *systems_api.HANDLERS,
    *contracts_routes.HANDLERS,
    *contracts_coverage.HANDLERS,
    *contracts_api.HANDLERS,
    *oversight_routes.HANDLERS,
    *processing_routes.HANDLERS,
    *assessments_routes.HANDLERS,
    *assessments_steps.HANDLERS,
    *processing_parts.HANDLERS,
    *processing_past.HANDLERS,
    *processing_datasets.HANDLERS,
    *processing_api.HANDLERS,
    *assessments_api.HANDLERS,
    *processors_routes.HANDLERS,
    *processors_api.HANDLERS,
    *joint_routes.HANDLERS,
    *joint_api.HANDLERS,
    *measures_routes.HANDLERS,
    *measures_api.HANDLERS,
    *breaches_routes.HANDLERS,
    *breaches_touched.HANDLERS,
    *requests_routes.HANDLERS,
    *retention_routes.HANDLERS,
    *retention_lists.HANDLERS,
    *retention_rules.HANDLERS,
    *retention_slips.HANDLERS,
    *breaches_api.HANDLERS,
    *requests_api.HANDLERS,
    *exchange_routes.HANDLERS,
    *tables_routes.HANDLERS,
    *exports_routes.HANDLERS,
    *record_files.HANDLERS,
    *record_imports.HANDLERS,
    *record_imports_api.HANDLERS,
    *exchange_api.HANDLERS,
    *search_routes.HANDLERS,
    *search_api.HANDLERS,
    *reporting_routes.HANDLERS,
    *desk_routes.HANDLERS,
    *questions_routes.HANDLERS,
    *handovers_routes.HANDLERS,
    *desk_api.HANDLERS,
    *reporting_api.HANDLERS,
    *erasures_routes.HANDLERS,
    *erasures_api.HANDLERS,
)


def job_functions(home: Home, info: Mapping[str, Any]) -> dict[str, JobFunction]:
    """What the worker can do, by kind of job."""
    return {
        ISSUE_JOB: issuing(home, info),
        EVALUATE_JOB: evaluating(home.jobs, info),
        ERASE_JOB: erasing(home, info),
        **bulk_jobs(home, info),
        **import_jobs(home, info),
    }


DAILY_CHORES: tuple[Callable[[Session], object], ...] = (drop_old_drafts, forget_answers, forget_ended_sessions)
"""What each new day calls for besides judging everything."""


def bound_facts() -> frozenset[str]:
    """The names of the facts some room gives a value to."""
    return frozenset(
        (
            *BOUND_OF_DATASETS, *BOUND_OF_ORGANISATIONS, *BOUND_OF_SYSTEMS, *BOUND_OF_ACTIVITIES,
            *BOUND_OF_ASSESSMENTS, *BOUND_OF_PROCESSORS, *BOUND_OF_JOINT, *BOUND_OF_BREACHES, *BOUND_OF_REQUESTS,
            *BOUND_OF_RETENTION,
        )
    )  # fmt: skip
