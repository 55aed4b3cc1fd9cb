"""The web application, assembled from the map of rooms: nothing else is decided here."""

import atexit
import gc
import sys
from contextlib import ExitStack
from datetime import UTC, datetime
from typing import Any

import structlog
from litestar import Litestar, Response, Router, get
from litestar.datastructures import State
from prometheus_client import CONTENT_TYPE_LATEST, Gauge, generate_latest
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from registry.accounts.queries import enter_by_session, enter_by_token
from registry.handlers import HANDLERS, PANELS
from registry.kernel.errors import Unavailable
from registry.kernel.permissions import Permission, Role
from registry.kernel.words import mark
from registry.ledger.queries import count_unsealed
from registry.organisations.queries import get_registry
from registry.platform.clock import today
from registry.platform.database import Acting, at_one_moment, transaction
from registry.platform.home import Home, open_home
from registry.platform.jobs import count_runs
from registry.platform.logs import keep_journal
from registry.platform.settings import read_settings
from registry.platform.supervisor import end_with_supervisor
from registry.rooms import assemble
from registry.search.queries import find_lateness
from registry.web.allowing import answer_options
from registry.web.problems import EXCEPTION_HANDLERS
from registry.web.security import secure
from registry.web.shell import Entry
from registry.web.static import static_handlers
from registry.web.visits import EVERYBODY, Premises, Visit, route

log = structlog.get_logger(__name__)

API_BODY_LIMIT = 10 * 1024 * 1024

DATABASE_UP = Gauge("beffroi_database_up", "Whether the database answered this very question")
JOBS = Gauge("beffroi_jobs", "Jobs by state", ["state"])
UNSEALED = Gauge("beffroi_ledger_unsealed_entries", "Ledger entries that wait for their seal")
UNSEALED_AGE = Gauge("beffroi_ledger_unsealed_seconds", "Age of the oldest entry that waits for its seal")
UNINDEXED_AGE = Gauge("beffroi_search_behind_seconds", "Age of the oldest sealed entry that search does not know yet")
INDEX_UP = Gauge("beffroi_search_up", "Whether this machine has an index that answers searches")

NAVIGATION: tuple[Entry, ...] = (
    Entry(mark("Mon bureau"), "/bureau", Permission.DATASETS_SHEET_READ),
    Entry(
        mark("Pilotage"),
        below=(
            Entry(mark("Cinq chiffres"), "/pilotage", Permission.COMPLIANCE_FINDING_READ),
            Entry(mark("Échéances"), "/echeances", Permission.COMPLIANCE_FINDING_READ),
        ),
    ),
    Entry(mark("Jeux de données"), "/jeux", Permission.DATASETS_SHEET_READ),
    Entry(mark("Visas"), "/visas", Permission.DATASETS_SHEET_READ),
    Entry(mark("Systèmes"), "/systemes", Permission.DATASETS_SHEET_READ),
    Entry(
        mark("RGPD"),
        below=(
            Entry(mark("Vue d’ensemble"), "/rgpd", Permission.PROCESSING_ACTIVITY_READ),
            Entry(mark("Traitements"), "/traitements", Permission.PROCESSING_ACTIVITY_READ),
            Entry(mark("Sous-traitants"), "/sous-traitants", Permission.PROCESSING_ACTIVITY_READ),
            Entry(mark("Analyses d’impact"), "/aipd", Permission.PROCESSING_ACTIVITY_READ),
            Entry(mark("Mesures"), "/mesures", Permission.PROCESSING_ACTIVITY_READ),
            Entry(mark("Violations"), "/violations", Permission.PROCESSING_BREACH_READ),
            Entry(mark("Demandes"), "/demandes", Permission.PROCESSING_REQUEST_READ),
            Entry(mark("Conservation"), "/conservation", Permission.PROCESSING_RETENTION_READ),
            Entry(mark("Personnes"), "/personnes", Permission.ERASURES_RECEIPT_READ),
        ),
    ),
    Entry(
        mark("Contrats"),
        below=(
            Entry(mark("Tous les contrats"), "/contrats", Permission.CONTRACTS_CONTRACT_READ),
            Entry(mark("Livraisons"), "/livraisons", Permission.CONTRACTS_CONTRACT_READ),
        ),
    ),
    Entry(
        mark("Conformité"),
        below=(
            Entry(mark("Règles"), "/conformite", Permission.COMPLIANCE_FINDING_READ),
            Entry(mark("Constats"), "/conformite/constats", Permission.COMPLIANCE_FINDING_READ),
            Entry(mark("Écarts assumés"), "/conformite/ecarts", Permission.COMPLIANCE_FINDING_READ),
            Entry(mark("Simulations"), "/conformite/simulations", Permission.COMPLIANCE_SIMULATION_RUN),
            Entry(mark("Textes officiels"), "/droit", Permission.LEGAL_TEXT_READ),
            Entry(mark("Veille juridique"), "/droit/veille", Permission.LEGAL_TEXT_READ),
        ),
    ),
    Entry(
        mark("Gouvernance"),
        below=(
            Entry(mark("Instances et décisions"), "/gouvernance", Permission.GOVERNANCE_PLAN_READ),
            Entry(mark("Plan d’action"), "/gouvernance/actions", Permission.GOVERNANCE_PLAN_READ),
            Entry(mark("Formations"), "/gouvernance/formations", Permission.GOVERNANCE_PLAN_READ),
            Entry(mark("Certifications"), "/gouvernance/certifications", Permission.GOVERNANCE_PLAN_READ),
            Entry(mark("Enjeux et principes"), "/gouvernance/enjeux", Permission.COMPLIANCE_FINDING_READ),
        ),
    ),
    Entry(mark("Organisations"), "/organisations", Permission.ORGANISATIONS_ORGANISATION_READ),
    Entry(mark("Imports"), "/imports", Permission.EXCHANGE_IMPORT_READ),
    Entry(mark("Preuves"), "/preuves", Permission.DOCUMENTS_EVIDENCE_READ),
    Entry(mark("Documents"), "/documents", Permission.REPORTING_DOCUMENT_READ),
    Entry(mark("Comptes"), "/comptes", Permission.ACCOUNTS_ACCOUNT_READ),
)


@get("/health", sync_to_thread=True, opt={"permission": EVERYBODY}, include_in_schema=False)
def health(state: State) -> Response[dict[str, str]]:
    """Whether the registry serves: the process answers and the database too."""
    try:
        with state.premises.home.app.connect() as connection:
            connection.execute(text("SELECT 1"))
    except SQLAlchemyError:
        return Response({"status": "database-away"}, status_code=503)
    return Response({"status": "ok"})


@get("/metrics", opt={"permission": EVERYBODY}, include_in_schema=False, sync_to_thread=True)
def metrics(state: State) -> Response[bytes]:
    """Counters and durations of this process, and what waits in the registry, for Prometheus."""
    DATABASE_UP.set(_measure(state.premises.home))
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)


def _measure(home: Home) -> bool:
    """Counts the jobs and what waits for its seal; false where the database does not answer."""
    try:
        with transaction(at_one_moment(home.jobs), Acting("machine")) as session:
            for job_state, count in count_runs(session).items():
                JOBS.labels(job_state).set(count)
            waiting, oldest = count_unsealed(session)
            indexed, behind = find_lateness(session, home.settings.root)
    except (SQLAlchemyError, Unavailable):
        return False
    UNSEALED.set(waiting)
    INDEX_UP.set(indexed)
    for gauge, since in ((UNSEALED_AGE, oldest), (UNINDEXED_AGE, behind)):
        gauge.set(0 if since is None else (datetime.now(UTC) - since).total_seconds())
    return True


@route("GET", "/", EVERYBODY)
def show_home(visit: Visit) -> Response[Any]:
    """Home: where a signed-in person starts."""
    if visit.visitor_or_none is None:
        return visit.go("/connexion")
    roles = {role for role, bodies in visit.visitor.grants.items() if bodies}
    if roles == {Role.DIRECTOR}:
        return visit.go("/pilotage")
    return visit.go("/bureau" if visit.visitor.may(Permission.DATASETS_SHEET_READ) else "/mon-compte")


def premises_of(home: Home) -> Premises:
    """What every visit is handed: the home, the engine, the panels of every room."""
    with transaction(home.jobs, Acting("machine")) as session:
        registry = get_registry(session)
        name, zone, fictional = registry.name, registry.time_zone, registry.demonstration
    return Premises(
        home=home,
        info={
            **assemble(home.settings.root, home.settings.policies),
            "time_zone": zone,
            "today": lambda: today(zone),
            "deviation_months": home.settings.deviation_months,
        },
        enter_by_session=enter_by_session,
        enter_by_token=enter_by_token,
        authority=name,
        demonstration=fictional,
        csrf_key=home.secret("csrf"),
        navigation=NAVIGATION,
        panels=PANELS,
        public_url=home.settings.public_url.rstrip("/"),
    )


def create_app(home: Home) -> Litestar:
    """The application that serves one registry.

    Raises: Unavailable when the home holds no registry.
    """
    return assemble_app(premises_of(home))


def assemble_app(premises: Premises) -> Litestar:
    """The application on given premises: every route of every room, its answers to refusals, its headers."""
    served = [*static_handlers(), *HANDLERS]
    pages = Router("/", route_handlers=[*answer_options([show_home, *HANDLERS]), health, metrics, show_home, *served])
    app = Litestar(
        route_handlers=[pages],
        exception_handlers=dict(EXCEPTION_HANDLERS),
        state=State({"premises": premises}),
        request_max_body_size=API_BODY_LIMIT,
        openapi_config=None,
        logging_config=None,
        debug=False,
    )
    secure(app, https=premises.home.settings.public_url.startswith("https://"))
    return app


def create() -> Litestar:
    """The application of this process's home, for granian: opened once, closed when the process ends."""
    end_with_supervisor()
    settings = read_settings()
    keep_journal(settings.log_level)
    kept = ExitStack()
    atexit.register(kept.close)
    try:
        app = create_app(kept.enter_context(open_home(settings)))
    except Exception:
        # Granian would print a trace of many lines; it starts this process again.
        log.exception("cannot serve yet")
        sys.exit(3)
    # What stands by now stands for good: looking through it at each collection would slow every page.
    gc.collect()
    gc.freeze()
    return app
