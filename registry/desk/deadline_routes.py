"""The calendar of deadlines: a page by month, and the same as a file that agendas read."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode, urlsplit

from litestar import Response
from litestar.handlers import HTTPRouteHandler

from registry.accounts.queries import enter_by_agenda
from registry.accounts.vocabulary import AGENDA
from registry.contracts.models import Contract
from registry.contracts.queries import get_contract
from registry.desk.calendar_rules import Event, write_calendar
from registry.desk.deadline_queries import SHOWN
from registry.desk.deadline_views import DeadlinesPage
from registry.desk.deadline_words import READ, by_month, keep_both_sides, say_deadlines
from registry.desk.vocabulary import OF_CONTRACTS, DeadlineKind
from registry.kernel.errors import NotFound
from registry.kernel.words import _
from registry.platform.clock import now
from registry.web.forms import read_number
from registry.web.visits import EVERYBODY, Visit, route

MINE = "miennes"
_CONTRACT = "contrat"
CONTRACTS = "contrats"
"""What the address says of every kind that contracts make."""
FEW = 15
"""How many deadlines are shown at once, whatever their months."""


@route("GET", "/echeances", READ)
def show_deadlines(visit: Visit) -> Response[Any]:
    """What is to be done by which day, month by month, within the visitor's rights."""
    kind, mine = _asked(visit)
    contract = _contract(visit)
    lines = say_deadlines(
        visit.session, visit.visitor, visit.today, kinds=_kinds(kind), mine=mine, limit=SHOWN + 1,
        contract_id=contract.id if contract is not None else None,
    )  # fmt: skip
    months = by_month(keep_both_sides(lines, visit.today, SHOWN), visit.today)
    page = DeadlinesPage(
        tabs=[
            (_("Toutes"), _address(kind, mine=False, contract=contract)),
            (_("Les miennes"), _address(kind, mine=True, contract=contract)),
        ],
        here=_address(kind, mine=mine, contract=contract),
        kinds=[(CONTRACTS, _("Tout ce qui vient des contrats")), *((str(one), one.label) for one in DeadlineKind)],
        kind=kind, mine=mine, months=months,
        few=len(lines) <= FEW, is_cut=len(lines) > SHOWN, shown=SHOWN,
        file_address=_address(kind, mine=mine, path="/echeances.ics", contract=contract),
        contract=(contract.id, contract.object) if contract is not None else None,
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
    (kind, mine), contract = _asked(visit), _contract(visit)
    site = visit.premises.public_url
    events = [
        Event(
            one.key, one.day,
            one.what + (f" — {one.name}" if one.name and not (subscribed and one.is_confided) else ""),
            " · ".join(part for part in (one.kind, one.organisation) if part), f"{site}{one.address}" if site else "",
        )
        for one in say_deadlines(
            visit.session, visit.visitor, visit.today, kinds=_kinds(kind), mine=mine, limit=SHOWN,
            contract_id=contract.id if contract is not None else None,
        )
    ]  # fmt: skip
    host = urlsplit(site).hostname or "beffroi.invalid"
    written = write_calendar(events, _("Échéances du registre"), at=now(), host=host)
    return Response(written, media_type="text/calendar", headers=visit.headers)


def _contract(visit: Visit) -> Contract | None:
    """The contract that the deadlines are narrowed to, or none."""
    said = visit.query(_CONTRACT)
    return get_contract(visit.session, read_number(said) or 0) if said else None


def _asked(visit: Visit) -> tuple[str, bool]:
    """The kinds asked for, as the address says them, and whether of one's own alone; the unknown narrows nothing."""
    said = visit.query("genre")
    return said if said == CONTRACTS or said in set(DeadlineKind) else "", visit.query("de") == MINE


def _kinds(said: str) -> frozenset[DeadlineKind] | None:
    if said == CONTRACTS:
        return OF_CONTRACTS
    return frozenset({DeadlineKind(said)}) if said else None


def _address(
    kind: str, *, mine: bool, path: str = "/echeances", contract: Contract | None = None
) -> str:  # fmt: skip
    said = [
        ("de", MINE if mine else ""), ("genre", kind), (_CONTRACT, str(contract.id) if contract else ""),
    ]  # fmt: skip
    kept = urlencode([(name, value) for name, value in said if value])
    return f"{path}?{kept}" if kept else path


HANDLERS: Sequence[HTTPRouteHandler] = (show_deadlines, download_deadlines, follow_deadlines)
