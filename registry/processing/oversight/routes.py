"""The overview of the records: of a data protection officer over all, of a referent or of legal staff over theirs."""

from collections import Counter
from collections.abc import Mapping, Sequence

from litestar import Response
from litestar.handlers import HTTPRouteHandler

from registry.kernel.permissions import Permission
from registry.kernel.words import FRENCH, ngettext
from registry.organisations.queries import find_organisations
from registry.platform.clock import now
from registry.processing.assessments.pages import is_to_begin
from registry.processing.assessments.queries import find_screened
from registry.processing.breaches.queries import count_breaches_by_body
from registry.processing.clocks.vocabulary import ClockState
from registry.processing.measures.queries import count_late_measures
from registry.processing.oversight.chapters import chapters_for
from registry.processing.oversight.views import BodyLine, OversightPage
from registry.processing.queries import count_by_body
from registry.processing.requests.queries import count_requests_by_body
from registry.processing.retention.queries import Bodies, find_bodies, find_followed
from registry.processing.retention.vocabulary import RetentionState
from registry.web.visits import Visit, route

READ, CONFIDED = Permission.PROCESSING_ACTIVITY_READ, Permission.PROCESSING_BREACH_READ
_RUNNING = (ClockState.RUNNING, ClockState.SOON)


@route("GET", "/rgpd", READ)
def show_oversight(visit: Visit) -> Response[object]:
    """What is late and where, over every body the visitor reads."""
    bodies = find_bodies(visit.session)
    lines = _lines(visit, bodies)
    held = [line for line in lines if not line.is_empty]
    chapters = chapters_for(visit, bodies.names)
    page = OversightPage(
        chapters=[one for one in chapters if one.total],
        done=[one.title for one in chapters if not one.total],
        figures=_figures(lines),
        bodies=sorted(held, key=lambda line: -line.late),
        silent=[(line.id, line.name) for line in lines if line.is_empty and line.keeps_record],
        follows=visit.visitor.may(CONFIDED),
        may_record=visit.visitor.may(Permission.PROCESSING_ACTIVITY_RECORD),
    )
    return visit.page("processing/oversight.html", page)


def _lines(visit: Visit, bodies: Bodies) -> list[BodyLine]:
    """A line for each body, in the order of their names."""
    nothing: Mapping[ClockState, int] = {}
    records = count_by_body(visit.session)
    breaches = count_breaches_by_body(visit.session, now())
    requests = count_requests_by_body(visit.session, visit.today)
    due = Counter(one.organisation_id for one in find_screened(visit.session) if is_to_begin(one.screening))
    measures = count_late_measures(visit.session, visit.today)
    kept = find_followed(visit.session, bodies, visit.today, FRENCH)
    overdue = Counter(one.organisation_id for one in kept if one.dates.state is RetentionState.DUE)
    lines = []
    for body in find_organisations(visit.session):
        breach, request = breaches.get(body.id, nothing), requests.get(body.id, nothing)
        activities, unfounded = records.get(body.id, (0, 0))
        lines.append(
            BodyLine(
                id=body.id,
                name=body.name,
                # What a contractor or a partner keeps of its own is not here.
                keeps_record=body.id in bodies.public,
                activities=activities,
                unfounded=unfounded,
                assessments_due=due[body.id],
                measures_late=measures.get(body.id, 0),
                datasets_due=overdue[body.id],
                breaches_late=breach.get(ClockState.OVERDUE, 0),
                breaches_running=sum(breach.get(state, 0) for state in _RUNNING),
                requests_late=request.get(ClockState.OVERDUE, 0),
                requests_running=sum(request.get(state, 0) for state in _RUNNING),
            )
        )
    return lines


def _figures(lines: Sequence[BodyLine]) -> list[tuple[int, str, str, str]]:
    """Each figure with its words, the list it counts and its tone."""
    breaches, requests = sum(one.breaches_late for one in lines), sum(one.requests_late for one in lines)
    assessments, unfounded = sum(one.assessments_due for one in lines), sum(one.unfounded for one in lines)
    datasets, measures = sum(one.datasets_due for one in lines), sum(one.measures_late for one in lines)
    counted = (
        (
            breaches,
            ngettext("violation : 72 heures dépassées", "violations : 72 heures dépassées", breaches),
            "/violations?delai=overdue",
        ),
        (
            requests,
            ngettext("demande : délai dépassé", "demandes : délai dépassé", requests),
            "/demandes?delai=overdue",
        ),
        (
            assessments,
            ngettext("analyse d’impact à engager", "analyses d’impact à engager", assessments),
            "/aipd?vue=dues",
        ),
        (
            unfounded,
            ngettext("traitement sans base légale", "traitements sans base légale", unfounded),
            "/traitements?base=vide",
        ),
        (
            datasets,
            ngettext("jeu gardé au-delà de sa durée", "jeux gardés au-delà de leur durée", datasets),
            "/conservation?etat=due",
        ),
        (
            measures,
            ngettext("mesure de protection en retard", "mesures de protection en retard", measures),
            "/mesures?etat=late",
        ),
    )
    return [(number, words, address, "bad" if number else "good") for number, words, address in counted]


HANDLERS: tuple[HTTPRouteHandler, ...] = (show_oversight,)
