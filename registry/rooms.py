"""THE MAP: one row per room, from the lowest floor to the highest. The application is assembled from it."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import lru_cache, partial
from importlib import import_module
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from registry.accounts.service import forget_ended_sessions
from registry.compliance.citations import law_of
from registry.compliance.daily import evaluating
from registry.compliance.decisions.queries import REVISION
from registry.compliance.engine import Engine, Held, Subject
from registry.compliance.local_packs import KEPT, load_policies
from registry.compliance.queries import count_judged
from registry.compliance.service import EVALUATE_JOB, settle
from registry.compliance.simulations.jobs import simulating
from registry.compliance.simulations.vocabulary import SIMULATE_JOB
from registry.compliance.vocabulary import SubjectKind
from registry.contracts.clauses.queries import PROVED as AMENDMENTS_PROVED
from registry.contracts.clauses.queries import names_of_amendments
from registry.contracts.deliveries.expecting import expect_all
from registry.contracts.deliveries.facts import BOUND as BOUND_OF_DELIVERIES
from registry.contracts.deliveries.facts import bind_deliveries, deliveries_below, every_delivery
from registry.contracts.deliveries.queries import find_parts_of, names_of_deliveries
from registry.contracts.drafting import gathering as drafts
from registry.contracts.facts import ABOUT_DATASETS as CONTRACTS_ABOUT
from registry.contracts.facts import BOUND as BOUND_OF_CONTRACTS
from registry.contracts.facts import bind_amendments, bind_contracts, contracts_below, every_amendment, every_contract
from registry.contracts.models import ContractDataset
from registry.contracts.noting import gathering as contract_note
from registry.contracts.noting import summary as contracts_summary
from registry.contracts.queries import PROVED as CONTRACTS_PROVED
from registry.contracts.queries import names_of_contracts
from registry.contracts.reminders import gathering as formal_notice
from registry.contracts.upstream.facts import BOUND as BOUND_OF_UPSTREAM
from registry.contracts.upstream.facts import bind_upstream, datasets_made_from, datasets_of_contracts
from registry.dashboard import brief
from registry.dashboard.service import count_months
from registry.datasets.bulk.jobs import bulk_jobs
from registry.datasets.draft_service import drop_old_drafts
from registry.datasets.evidence import DATASETS as DATASETS_PROVED
from registry.datasets.evidence import SYSTEMS as SYSTEMS_PROVED
from registry.datasets.facts import BOUND as BOUND_OF_DATASETS
from registry.datasets.facts import Instead, datasets_below
from registry.datasets.models import Dataset, DatasetField, Derivation, InformationSystem
from registry.datasets.queries import find_titles
from registry.datasets.systems.facts import BOUND as BOUND_OF_SYSTEMS
from registry.datasets.systems.facts import bind_systems
from registry.documents.models import EvidenceLink
from registry.documents.service import READ_JOB
from registry.documents.subjects import BODIES, Provable
from registry.documents.vocabulary import ProofSubject
from registry.erasures.jobs import ERASE_JOB, erasing
from registry.exchange.jobs import import_jobs
from registry.governance import brief_document
from registry.governance.facts import BOUND as BOUND_OF_PEOPLE
from registry.governance.facts import bind_people, bodies_of
from registry.governance.queries import MEETINGS
from registry.kernel.issuing import COMMUNICABLE_RECORD
from registry.kernel.permissions import Permission
from registry.kernel.words import _, mark
from registry.ledger.as_of import asking_once, find_rows
from registry.ledger.service import OWED, PASSED_ON, PEOPLE, PERSONAL
from registry.lifecycle.facts import BOUND as BOUND_OF_LIFECYCLE
from registry.lifecycle.facts import bind_lifecycle
from registry.lifecycle.models import StageRequest
from registry.organisations.facts import BOUND as BOUND_OF_ORGANISATIONS
from registry.organisations.facts import bind_organisations
from registry.organisations.models import Organisation
from registry.organisations.queries import find_names_of
from registry.organisations.vocabulary import OrganisationKind
from registry.platform.answers import forget_answers
from registry.platform.assets import asset_root
from registry.platform.home import Home
from registry.platform.jobs import JobFunction
from registry.processing import gathering as records
from registry.processing import reviewing
from registry.processing.assessments import gathering as assessments
from registry.processing.assessments.facts import BOUND as BOUND_OF_ASSESSMENTS
from registry.processing.assessments.facts import bind_assessments
from registry.processing.breaches import gathering as breaches
from registry.processing.breaches.facts import BOUND as BOUND_OF_BREACHES
from registry.processing.breaches.facts import bind_breaches, every_breach, is_breach_judged, names_of_breaches
from registry.processing.evidence import ACTIVITIES, ASSESSMENTS, BREACHES, REQUESTS
from registry.processing.facts import BOUND as BOUND_OF_ACTIVITIES
from registry.processing.facts import bind_activities, bind_datasets_processed
from registry.processing.joint.facts import BOUND as BOUND_OF_JOINT
from registry.processing.joint.facts import bind_arrangements
from registry.processing.models import ActivityDataset, ProcessingActivity
from registry.processing.processors.facts import BOUND as BOUND_OF_PROCESSORS
from registry.processing.processors.facts import bind_processors
from registry.processing.processors.queries import find_governed
from registry.processing.requests import gathering as requests
from registry.processing.requests.facts import BOUND as BOUND_OF_REQUESTS
from registry.processing.requests.facts import bind_requests, every_request, is_request_judged, names_of_requests
from registry.processing.retention import gathering as slips
from registry.processing.retention.facts import BOUND as BOUND_OF_RETENTION
from registry.processing.retention.facts import bind_retention
from registry.processing.retention.models import DatasetRetention, DisposalArticle, RetentionHold
from registry.publication import (
    dataset_document,
    directory_document,
    document_sheets,
    high_value_document,
    obligations_document,
    protected_document,
)
from registry.publication.facts import BOUND as BOUND_OF_PUBLICATION
from registry.publication.facts import bind_publication
from registry.publication.models import PublicationChoice, ReuseTerms, SecretAnswer
from registry.publication.owed import bind_owed
from registry.reporting import gathering
from registry.reporting.facts import BOUND as BOUND_OF_DOCUMENTS
from registry.reporting.facts import bind_issued
from registry.reporting.jobs import finishing, issuing
from registry.reporting.sources import Source
from registry.reporting.visiting import FINISH_JOB, ISSUE_JOB
from registry.search.pieces.reading import ask_missing, reading
from registry.search.queries import find_bearers


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
    Room("legal", mark("Textes officiels et veille juridique"), "/droit"),
    Room("compliance", mark("Conformité"), "/conformite"),
    Room("documents", mark("Preuves et pièces"), "/preuves"),
    Room("inspection", mark("Recherche de données personnelles"), has_tables=False),
    Room("datasets", mark("Jeux de données"), "/jeux"),
    Room("contracts", mark("Contrats et conventions"), "/contrats"),
    Room("processing", mark("Registre des traitements"), "/traitements"),
    Room("lifecycle", mark("Cycle de vie : étapes, visas, éliminations"), "/visas"),
    Room("governance", mark("Gouvernance et formation"), "/gouvernance"),
    Room("publication", mark("Publication et occultation"), "/publication"),
    Room("exchange", mark("Imports"), "/imports"),
    Room("public", mark("Catalogue public : pages et flux, sans compte"), "/catalogue", has_tables=False),
    Room("search", mark("Recherche"), "/recherche"),
    Room("reporting", mark("Documents émis"), "/documents"),
    Room("desk", mark("Mon bureau : ce que chacun doit, questions, passations"), "/bureau"),
    Room("dashboard", mark("Pilotage : la page des directions"), "/pilotage"),
    Room("erasures", mark("Personnes et effacements"), "/personnes"),
)

COMING: tuple[Room, ...] = ()
"""Rooms that are not open yet, of which policies already await facts."""


def import_models() -> None:
    """Makes every table known to the metadata: for migrations and their checks."""
    here = Path(__file__).parent
    for room in (one for one in ROOMS if one.has_tables):
        for place in (*here.glob(f"{room.name}/models.py"), *sorted(here.glob(f"{room.name}/*/models.py"))):
            import_module(".".join(("registry", *place.relative_to(here).with_suffix("").parts)))


def _every_dataset(
    session: Session, organisation_ids: frozenset[int] | None, until: datetime | None = None
) -> Sequence[int]:
    if until is not None:
        return sorted(
            row.id
            for row in find_rows(session, Dataset, until=until)
            if _is_standing(row) and (organisation_ids is None or row.organisation_id in organisation_ids)
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


_OF_DATASETS = (
    DatasetField, ActivityDataset, DatasetRetention, RetentionHold, DisposalArticle, StageRequest, SecretAnswer,
    PublicationChoice, ReuseTerms, Derivation, ContractDataset,
)  # fmt: skip
_ABOUT_DATASETS = ((EvidenceLink, "subject_id"), *((model, "dataset_id") for model in _OF_DATASETS))
"""What facts of datasets are drawn from, of which many a dataset has none."""


def _bind_datasets(
    session: Session,
    ids: Sequence[int],
    *,
    on: date,
    until: datetime | None,
    instead: Mapping[int, Instead] | None = None,
) -> dict[int, tuple[Any, dict[str, Any]]]:
    """The facts of datasets, with what the record of processing and its corners know of them."""
    with asking_once(session, _ABOUT_DATASETS, ids) if until is None else nullcontext():
        bound = bind_datasets_processed(session, ids, on=on, until=until, instead=instead)
        bind_retention(session, bound, on=on, until=until)
        bind_publication(session, bound, on=on, until=until)
        bind_upstream(session, bound, on=on, until=until)
        # The last: a visa is held against all that is known.
        bind_lifecycle(session, bound, until=until)
    return bound


def _bind_organisations(
    session: Session, ids: Sequence[int], *, on: date, until: datetime | None
) -> dict[int, tuple[Any, dict[str, Any]]]:
    """The facts of organisations, with what the documents they issued, their people and their datasets say of them."""
    bound = bind_organisations(session, ids, on=on, until=until)
    bind_issued(session, bound, on=on, until=until)
    bind_people(session, bound, on=on, until=until)
    bind_owed(session, bound, until=until)
    return bound


def _bind_activities(
    session: Session, ids: Sequence[int], *, on: date, until: datetime | None
) -> dict[int, tuple[Any, dict[str, Any]]]:
    """The facts of activities, with those its corners know."""
    bound = bind_activities(session, ids, on=on, until=until)
    rows = {number: row for number, (row, _facts) in bound.items()}
    corners = (
        bind_assessments(session, rows, until=until),
        bind_processors(session, rows, until=until),
        bind_arrangements(session, rows, until=until),
    )
    for facts_of in corners:
        for number, (_row, facts) in bound.items():
            facts.update(facts_of[number])
    return bound


_PROVED = (
    BODIES, DATASETS_PROVED, SYSTEMS_PROVED, CONTRACTS_PROVED, AMENDMENTS_PROVED, ACTIVITIES, ASSESSMENTS, BREACHES,
    REQUESTS, MEETINGS,
)  # fmt: skip
PROVABLES: Mapping[ProofSubject, Provable] = {one.kind: one for one in _PROVED}
"""The records that evidence may be about, each as its own room hands it over."""


def assemble_engine(local: Path | None = None, home: Path | None = None) -> Engine:
    """The engine with the policies of this version and the facts of every room; and those a body wrote, if it did."""
    own = local is not None or (home is not None and (home / KEPT).exists())
    # Whoever has none of their own shares one engine: to read and compile our policies takes a second.
    return _assembled(local, home) if own else _assembled(None, None)


@lru_cache(maxsize=4)
def _assembled(local: Path | None, home: Path | None) -> Engine:
    return Engine(
        catalogue=load_policies(asset_root("policies"), local, home),
        subjects={
            SubjectKind.DATASET: Subject(
                SubjectKind.DATASET, _bind_datasets, _every_dataset, find_titles, _is_standing
            ),
            SubjectKind.ORGANISATION: Subject(
                SubjectKind.ORGANISATION,
                _bind_organisations,
                _every_organisation,
                find_names_of,
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
            SubjectKind.CONTRACT: Subject(
                SubjectKind.CONTRACT, bind_contracts, every_contract, names_of_contracts, _is_standing, find_parts_of
            ),
            SubjectKind.AMENDMENT: Subject(
                SubjectKind.AMENDMENT, bind_amendments, every_amendment, names_of_amendments, _is_standing
            ),
            SubjectKind.DELIVERY: Subject(
                SubjectKind.DELIVERY, bind_deliveries, every_delivery, names_of_deliveries, _is_standing
            ),
        },
        dependents=dict.fromkeys((PEOPLE, OWED), (bodies_of,))
        | {
            SubjectKind.ORGANISATION: (datasets_below, contracts_below, deliveries_below),
            "contract": (find_governed, datasets_of_contracts),
            PASSED_ON: (datasets_made_from,),
            PERSONAL: CONTRACTS_ABOUT,
        },
        rooms={room.name: room.title for room in (*ROOMS, *COMING)},
    )


_RECORD = Permission.PROCESSING_ACTIVITY_READ
_SOURCES = (
    Source(
        "compliance", Permission.COMPLIANCE_FINDING_READ, gathering.get_keeper, gathering.gather,
        {"organisation": frozenset(kind for kinds in gathering.KINDS.values() for kind in kinds)},
    ),
    Source("record-of-processing", _RECORD, records.get_keeper, records.gather_full, records.OFFERED),
    Source(COMMUNICABLE_RECORD, _RECORD, records.get_keeper, records.gather_communicable, records.OFFERED),
    Source(
        "annual-review", Permission.PROCESSING_BREACH_READ, reviewing.get_keeper, reviewing.gather, reviewing.OFFERED
    ),
    Source(
        "dataset-sheet", Permission.DATASETS_SHEET_READ, dataset_document.get_keeper, dataset_document.gather,
        records={dataset_document.SUBJECT: dataset_document.name_subject},
    ),
    Source(
        "open-data-obligations", Permission.COMPLIANCE_FINDING_READ, obligations_document.get_keeper,
        obligations_document.gather, obligations_document.OFFERED,
    ),
    Source(
        "high-value-gaps", Permission.DATASETS_SHEET_READ, document_sheets.get_keeper, high_value_document.gather,
        document_sheets.OFFERED,
    ),
    Source(
        "protected-data", Permission.DATASETS_SHEET_READ, document_sheets.get_keeper, protected_document.gather,
        document_sheets.OFFERED,
    ),
    Source(
        "public-information-directory", Permission.DATASETS_SHEET_READ, document_sheets.get_keeper,
        directory_document.gather, document_sheets.OFFERED,
    ),
    Source(
        "governance-brief", Permission.GOVERNANCE_PLAN_READ, brief_document.get_keeper, brief_document.gather,
        brief_document.OFFERED,
    ),
    Source(
        "directors-brief", Permission.COMPLIANCE_FINDING_READ, brief.get_keeper, brief.gather_full, brief.OFFERED
    ),
    Source(
        "directors-brief-plain", Permission.COMPLIANCE_FINDING_READ, brief.get_keeper, brief.gather_plain,
        brief.OFFERED,
    ),
    Source(
        "impact-assessment", _RECORD, assessments.get_keeper, assessments.gather,
        records={assessments.SUBJECT: assessments.name_subject},
    ),
    Source(
        "formal-notice", Permission.CONTRACTS_CONTRACT_READ, formal_notice.get_keeper, formal_notice.gather,
        records={formal_notice.SUBJECT: formal_notice.name_subject},
    ),
    Source("breaches", Permission.PROCESSING_BREACH_READ, breaches.get_keeper, breaches.gather, breaches.OFFERED),
    Source(
        "disposal-slip", Permission.PROCESSING_RETENTION_READ, slips.get_keeper, slips.gather,
        records={slips.SUBJECT: slips.name_subject},
    ),
    Source(
        "contract-note", Permission.CONTRACTS_CONTRACT_READ, contract_note.get_keeper, contract_note.gather,
        records={contract_note.SUBJECT: contract_note.name_subject},
    ),
    Source(
        "contracts-summary", Permission.CONTRACTS_CONTRACT_READ, contracts_summary.get_keeper, contracts_summary.gather,
        contracts_summary.OFFERED,
    ),
    Source("draft-amendment", Permission.CONTRACTS_CONTRACT_READ, drafts.get_keeper, drafts.gather,
           records={drafts.SUBJECT: drafts.name_subject}),
    Source("draft-amendment-note", Permission.CONTRACTS_CONTRACT_READ, drafts.get_keeper, drafts.gather_note,
           records={drafts.SUBJECT: drafts.name_subject}),
    Source("requests", Permission.PROCESSING_REQUEST_READ, requests.get_keeper, requests.gather, requests.OFFERED),
)  # fmt: skip
"""Who gathers the content of which document, and what one must be allowed to read for it."""


def assemble(home: Path | None = None, policies: Path | None = None) -> dict[str, Any]:
    """What every session carries: the engine, what judges what changed, the documents, what evidence may be about.

    With the folder of a home, also what finds the datasets that bear some words in its index; with a folder of
    policies, those that the body wrote.
    """
    found = {} if home is None else {"bearers": partial(find_bearers, home=home)}
    return {
        # Engines are shared by homes, what was decided in each is not.
        "engine": replace(assemble_engine(policies, home), held=Held()),
        "revised_by": REVISION,
        "law": law_of,
        "judged": count_judged,
        "settling": settle,
        "sources": {source.report_id: source for source in _SOURCES},
        "provables": PROVABLES,
        **found,
    }


def job_functions(home: Home, info: Mapping[str, Any]) -> dict[str, JobFunction]:
    """What the worker can do, by kind of job."""
    return {
        ISSUE_JOB: issuing(home, info),
        FINISH_JOB: finishing(home, info),
        EVALUATE_JOB: evaluating(home.jobs, info),
        SIMULATE_JOB: simulating(home.jobs, info),
        ERASE_JOB: erasing(home, info),
        READ_JOB: reading(home, info),
        **bulk_jobs(home, info),
        **import_jobs(home, info),
    }


DAILY_CHORES: tuple[Callable[[Session], object], ...] = (
    drop_old_drafts,
    forget_answers,
    forget_ended_sessions,
    count_months,
    expect_all,
    ask_missing,
)
"""What each new day calls for besides judging everything."""


def bound_facts() -> frozenset[str]:
    """The names of the facts some room gives a value to."""
    return frozenset(
        (
            *BOUND_OF_DATASETS, *BOUND_OF_ORGANISATIONS, *BOUND_OF_SYSTEMS, *BOUND_OF_ACTIVITIES,
            *BOUND_OF_ASSESSMENTS, *BOUND_OF_PROCESSORS, *BOUND_OF_JOINT, *BOUND_OF_BREACHES, *BOUND_OF_REQUESTS,
            *BOUND_OF_RETENTION, *BOUND_OF_CONTRACTS, *BOUND_OF_DOCUMENTS, *BOUND_OF_LIFECYCLE,
            *BOUND_OF_PUBLICATION, *BOUND_OF_PEOPLE, *BOUND_OF_DELIVERIES, *BOUND_OF_UPSTREAM,
        )
    )  # fmt: skip
