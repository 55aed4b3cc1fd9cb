"""The calendar of deadlines: a page by month, and the same as a file that agendas read."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from itertools import groupby
from typing import Any
from urllib.parse import urlencode, urlsplit

from babel.dates import format_date
from litestar import Response
from litestar.handlers import HTTPRouteHandler

from registry.accounts.queries import enter_by_agenda
from registry.accounts.vocabulary import AGENDA
from registry.compliance.catalogue import Catalogue
from registry.compliance.engine import engine_of
from registry.compliance.panels import SHEETS
from registry.compliance.vocabulary import Force, SubjectKind
from registry.desk.calendar_rules import Event, write_calendar
from registry.desk.deadline_queries import SHOWN, Deadline, find_deadlines
from registry.desk.deadline_views import DeadlineLine, DeadlineMonth, DeadlinesPage, deadline_task
from registry.desk.vocabulary import DONE_BY, DeadlineKind
from registry.kernel.errors import NotFound
from registry.kernel.permissions import Permission, Role, permissions_of
from registry.kernel.words import _, current_locale
from registry.lifecycle.charts import load_chart
from registry.organisations.queries import find_organisations
from registry.platform.clock import now
from registry.web.visits import EVERYBODY, Visit, route

_TOLD_APART = {DeadlineKind.FINDING, DeadlineKind.MOVE, DeadlineKind.HOLD}
"""Kinds of which one record may have several."""
READ = Permission.COMPLIANCE_FINDING_READ
MINE = "miennes"
FEW = 15
"""How many deadlines are shown at once, whatever their months."""
_ADDRESSES = {
    **{str(kind): address for kind, address in SHEETS.items()},
    "assessment": "/aipd/{id}",
    "measure": "/mesures",
    "contract": "/contrats/{id}",
    "evidence": "/preuves/{id}",
    "deviation": "/conformite/ecarts/{id}",
    "move": "/visas/{id}",
    "action": "/gouvernance/actions",
}


@route("GET", "/echeances", READ)
def show_deadlines(visit: Visit) -> Response[Any]:
    """What is to be done by which day, month by month, within the visitor's rights."""
    kind, mine = _asked(visit)
    lines = _lines(visit, kind, mine=mine, limit=SHOWN + 1)
    months = [
        DeadlineMonth(_("En retard") if first is None else _month(first), list(of))
        for first, of in groupby(
            lines[:SHOWN], key=lambda one: None if one.day < visit.today else one.day.replace(day=1)
        )
    ]
    page = DeadlinesPage(
        tabs=[(_("Toutes"), _address(kind, mine=False)), (_("Les miennes"), _address(kind, mine=True))],
        here=_address(kind, mine=mine), kinds=[(str(one), one.label) for one in DeadlineKind], kind=str(kind or ""),
        mine=mine, months=months, few=len(lines) <= FEW, is_cut=len(lines) > SHOWN, shown=SHOWN,
        file_address=_address(kind, mine=mine, path="/echeances.ics"),
    )  # fmt: skip
    return visit.page("desk/deadlines.html", page)


@route("GET", "/echeances.ics", READ)
def download_deadlines(visit: Visit) -> Response[str]:
    """The same deadlines as a file that agendas read."""
    visit.headers["Content-Disposition"] = 'attachment; filename="echeances.ics"'
    return _file(visit, subscribed=False)


@route("GET", AGENDA.partition("?")[0].replace("{token}", "{token:str}"), EVERYBODY)
def follow_deadlines(visit: Visit, token: str) -> Response[str]:
    """The same file for the agenda of who holds a token: it asks again whenever it likes, without signing in."""
    visit.visitor_or_none = enter_by_agenda(visit.session, token, visit.request_id)
    if visit.visitor_or_none is None or not visit.visitor.may(READ):
        raise NotFound(_("Cette adresse d’agenda n’existe plus : faites-en une autre sur « Mon compte »."))
    return _file(visit, subscribed=True)


def _file(visit: Visit, *, subscribed: bool) -> Response[str]:
    """The calendar as a file.

    Subscribed to, it leaves for wherever an agenda keeps it: what is confided is told without the words of its record.
    """
    kind, mine = _asked(visit)
    site = visit.premises.public_url
    events = [
        Event(
            one.key, one.day,
            one.what + (f" — {one.name}" if one.name and not (subscribed and one.is_confided) else ""),
            " · ".join(part for part in (one.kind, one.organisation) if part), f"{site}{one.address}" if site else "",
        )
        for one in _lines(visit, kind, mine=mine, limit=SHOWN)
    ]  # fmt: skip
    host = urlsplit(site).hostname or "beffroi.invalid"
    written = write_calendar(events, _("Échéances du registre"), at=now(), host=host)
    return Response(written, media_type="text/calendar; charset=utf-8", headers=visit.headers)


def _asked(visit: Visit) -> tuple[DeadlineKind | None, bool]:
    said = visit.query("genre")
    return (DeadlineKind(said) if said in set(DeadlineKind) else None), visit.query("de") == MINE


def _address(kind: DeadlineKind | None, *, mine: bool, path: str = "/echeances") -> str:
    said = [("de", MINE if mine else ""), ("genre", str(kind or ""))]
    kept = urlencode([(name, value) for name, value in said if value])
    return f"{path}?{kept}" if kept else path


def _lines(visit: Visit, kind: DeadlineKind | None, *, mine: bool, limit: int) -> list[DeadlineLine]:
    """The deadlines in words."""
    engine, who = engine_of(visit.session), visit.visitor
    policies = frozenset(
        policy.id
        for subject in SubjectKind
        for policy, _version in engine.catalogue.in_force(subject, visit.today)
        if policy.force is Force.OBLIGATION
    )
    found = find_deadlines(
        visit.session,
        visit.today,
        policies,
        kind=kind,
        mine=reach_of(who.grants) if mine else None,
        person_id=who.person_id,
        limit=limit,
    )  # fmt: skip
    subjects = [(SubjectKind(one.subject_kind), one.subject_id) for one in found if one.kind is DeadlineKind.FINDING]
    names = engine.names_of(visit.session, subjects) if subjects else {}
    bodies = {body.id: body.name for body in find_organisations(visit.session)}
    return [_line(one, engine.catalogue, names, bodies) for one in found]


def reach_of(grants: Mapping[Role, frozenset[int]]) -> dict[str, frozenset[int]]:
    """The bodies on which somebody does what each kind of deadline asks: by their roles, whatever a key may do."""

    def held(roles: Iterable[Role]) -> frozenset[int]:
        return frozenset().union(*(grants.get(role, frozenset()) for role in roles))

    asked = {
        str(kind): held(role for role in grants if permission in permissions_of(role))
        for kind, permission in DONE_BY.items()
    }
    return asked | {f"move:{kind}": held(terms.given_by) for kind, terms in load_chart().visas.items()}


def _line(one: Deadline, catalogue: Catalogue, names: Any, bodies: dict[int, str]) -> DeadlineLine:
    policy = catalogue.find(one.detail)
    name = one.title
    if one.kind is DeadlineKind.FINDING:
        name = names.get((SubjectKind(one.subject_kind), one.subject_id), "")
    return DeadlineLine(
        key="-".join(part for part in (str(one.kind), one.subject_kind, str(one.subject_id), _apart(one)) if part),
        day=one.day, kind=one.kind.label,
        what=deadline_task(one.kind, policy.name() if policy is not None else one.detail),
        name=name, organisation=bodies.get(one.organisation_id, ""),
        address=_ADDRESSES[one.subject_kind].format(id=one.subject_id),
        is_confided=one.kind in {DeadlineKind.BREACH, DeadlineKind.REQUEST},
    )  # fmt: skip


def _month(first: date) -> str:
    said: str = format_date(first, format="LLLL y", locale=current_locale())
    return said[0].upper() + said[1:]


def _apart(one: Deadline) -> str:
    return one.detail if one.kind in _TOLD_APART else ""


HANDLERS: Sequence[HTTPRouteHandler] = (show_deadlines, download_deadlines, follow_deadlines)
