"""The pages of a dataset's life: where it stands, the moves that wait for a visa, the answer to one."""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from litestar import Response
from litestar.handlers import HTTPRouteHandler
from litestar.status_codes import HTTP_403_FORBIDDEN, HTTP_409_CONFLICT, HTTP_422_UNPROCESSABLE_ENTITY

from registry.datasets.history import MORE_CHANGES
from registry.datasets.queries import get_dataset
from registry.kernel.errors import Conflict, Forbidden, Invalid, Refusal, Stale
from registry.kernel.paging import read_place, write_place
from registry.kernel.permissions import Permission
from registry.kernel.words import _, mark
from registry.lifecycle.charts import load_chart
from registry.lifecycle.dataset_history import CHANGES_OF_DATASETS
from registry.lifecycle.forms import StageRequestForm, VisaForm
from registry.lifecycle.models import StageRequest
from registry.lifecycle.queries import Narrowing, count_to_review, find_to_review, find_visas, get_request
from registry.lifecycle.rules import digest_of
from registry.lifecycle.service import NOT_WAITING, Stopped, answer_visa, ask_move, facts_now, withdraw_request
from registry.lifecycle.showing import ASK, GIVE, endorser_of, request_line, request_page, roles_on, stage_page
from registry.lifecycle.views import RequestsPage, WithdrawRequestPage
from registry.lifecycle.vocabulary import RequestState, VisaKind
from registry.organisations.queries import find_organisations
from registry.web.forms import FormData, parse_values, read_number
from registry.web.typed import AnnulForm
from registry.web.visits import NOTICES, Rejected, Visit, route

PAGE_SIZE = 25
WITHDRAWAL = "withdraw"
"""The move by which the public loses a dataset at once: its form asks for a confirmation."""
READ = Permission.DATASETS_SHEET_READ
MORE_CHANGES.extend(CHANGES_OF_DATASETS)
NOTICES.update(
    {
        "passage-fait": mark("Le jeu a changé d’étape."),
        "passage-demande": mark("Le passage est demandé. Il figure au bureau de qui peut le viser."),
        "passage-retire": mark("La demande est retirée. Elle reste dans l’historique, avec son motif."),
        "visa-donne": mark("Votre visa est enregistré. Un autre est encore attendu."),
        "visa-refuse": mark("Votre refus est enregistré. Qui a demandé en lira le motif."),
    }
)


@route("GET", "/jeux/{dataset_id:int}/etape", READ)
def show_stage(visit: Visit, dataset_id: int) -> Response[Any]:
    """Where a dataset stands, where it may go and what stops it, what happened."""
    return visit.page("lifecycle/stage.html", stage_page(visit, get_dataset(visit.session, dataset_id), {}, {}))


@route("POST", "/jeux/{dataset_id:int}/etape", ASK)
def ask_one(visit: Visit, dataset_id: int) -> Response[Any]:
    """Asks for a move, or shows what stops it."""
    sheet = get_dataset(visit.session, dataset_id)
    visit.visitor.require(ASK, sheet.organisation_id)
    data = visit.form_data()
    typed = {name: data.first(name) for name in ("move", "reason", "public_ground")}
    read = parse_values(StageRequestForm, {name: value for name, value in typed.items() if value}, today=visit.today)
    if isinstance(read, Rejected) or (read.form.move == WITHDRAWAL and not data.has("confirmed")):
        errors = {"confirmed": _("Cochez cette case pour retirer le jeu : le public le perd aussitôt.")}
        page = stage_page(visit, sheet, typed, read.errors if isinstance(read, Rejected) else errors)
        return visit.page("lifecycle/stage.html", page, status=HTTP_422_UNPROCESSABLE_ENTITY)
    try:
        made = ask_move(
            visit.session, dataset_id, read.form, by=visit.visitor.account_id,
            roles=roles_on(visit, sheet.organisation_id), today=visit.today,
            expected=read_number(data.first("version")) or 0,
        )  # fmt: skip
    except (Invalid, Stale, Conflict, Forbidden) as refusal:
        errors, status = _say(refusal)
        gates = {typed["move"]: refusal.gate} if isinstance(refusal, Stopped) else {}
        page = stage_page(visit, get_dataset(visit.session, dataset_id), typed, errors, gates)
        return visit.page("lifecycle/stage.html", page, status=status)
    done = "passage-fait" if made.state is RequestState.MADE else "passage-demande"
    return visit.go(f"/jeux/{dataset_id}/etape", done=done)


@route("GET", "/visas", READ)
def show_requests(visit: Visit) -> Response[Any]:
    """The moves that wait within the visitor's rights, the late ones first: theirs, unless they ask for all."""
    endorser = endorser_of(visit.visitor)
    counts = count_to_review(visit.session, endorser, visit.today)
    said = visit.query("voir")
    only = said if said in {"tous", "delegation"} else "miens" if counts.mine else "tous"
    kind = next((one for one in VisaKind if one == visit.query("visa")), None)
    narrowing = Narrowing(
        kind=kind, organisation_id=read_number(visit.query("organisation")), late=visit.query("retard") == "oui",
        mine=only == "miens", standing_in=only == "delegation",
    )  # fmt: skip
    asked = {
        "voir": said, "visa": str(kind or ""), "organisation": str(narrowing.organisation_id or ""),
        "retard": "oui" if narrowing.late else "",
    }  # fmt: skip
    place = read_place("visas", visit.query("apres") or None, int, str, int)
    found = find_to_review(
        visit.session, endorser, narrowing, visit.today, after=place, limit=PAGE_SIZE + 1
    )  # fmt: skip
    more, found = len(found) > PAGE_SIZE, found[:PAGE_SIZE]
    visas = find_visas(visit.session, [one.row.id for one in found])
    known = facts_now(visit.session, [one.row.dataset_id for one in found], visit.today) if visas else {}
    last = found[-1] if found else None
    after = write_place("visas", (int(not last.late), str(last.since), last.row.id)) if more and last else ""
    bodies = {body.id: body.name for body in find_organisations(visit.session)}
    page = RequestsPage(
        rows=[
            request_line(visit, one, visas.get(one.row.id, []), digest_of(known.get(one.row.dataset_id, {})))
            for one in found
        ],
        tabs=[
            (f"{label} ({number})", _address(voir=code))
            for code, label, number in (
                ("miens", _("À viser par moi"), counts.mine), ("delegation", _("Par délégation"), counts.standing_in),
                ("tous", _("Tous"), counts.number),
            )
            if number or code in {only, "tous"}
        ],
        here=_address(voir=only), only=only,
        kinds=[(str(one), f"{load_chart().visas[one].name()} ({number})") for one, number in counts.kinds.items()],
        kind=str(kind or ""),
        organisations=[(str(one), f"{bodies.get(one, '')} ({number})") for one, number in counts.bodies.items()],
        organisation=asked["organisation"], late=narrowing.late, number=counts.late,
        is_narrowed=bool(kind or narrowing.organisation_id or narrowing.late),
        first_address=_address(**asked) if place else "",
        next_address=_address(**asked, apres=after) if after else "", delegates=visit.visitor.may(GIVE),
    )  # fmt: skip
    return visit.page("lifecycle/requests.html", page)


def _address(**asked: str) -> str:
    said = urlencode({name: value for name, value in asked.items() if value})
    return f"/visas?{said}" if said else "/visas"


@route("GET", "/visas/{stage_request_id:int}", READ)
def show_request(visit: Visit, stage_request_id: int) -> Response[Any]:
    """One request, beside the sheet and what the policies say of it."""
    request = get_request(visit.session, stage_request_id)
    return visit.page("lifecycle/request.html", request_page(visit, request, {}, {}))


@route("POST", "/visas/{stage_request_id:int}", GIVE)
def answer_one(visit: Visit, stage_request_id: int) -> Response[Any]:
    """Gives or refuses a visa, or shows why it cannot be and keeps what was typed."""
    request = get_request(visit.session, stage_request_id)
    visit.visitor.require(GIVE, request.organisation_id)
    data = visit.form_data()
    typed = typed_visa(data)
    read = parse_values(VisaForm, {name: value for name, value in typed.items() if value}, today=visit.today)
    if isinstance(read, Rejected):
        page = request_page(visit, request, typed, _placed(read.errors))
        return visit.page("lifecycle/request.html", page, status=HTTP_422_UNPROCESSABLE_ENTITY)
    try:
        answered = answer_visa(
            visit.session, stage_request_id, read.form, by=visit.visitor.account_id,
            roles=roles_on(visit, request.organisation_id), today=visit.today,
            expected=read_number(data.first("version")) or 0,
        )  # fmt: skip
    except (Invalid, Stale, Conflict, Forbidden) as refusal:
        errors, status = _say(refusal)
        gate = refusal.gate if isinstance(refusal, Stopped) else None
        page = request_page(visit, get_request(visit.session, stage_request_id), typed, _placed(errors), gate)
        return visit.page("lifecycle/request.html", page, status=status)
    done = {
        RequestState.MADE: "passage-fait", RequestState.WAITING: "visa-donne", RequestState.REFUSED: "visa-refuse",
    }[answered.state]  # fmt: skip
    return visit.go(f"/visas/{stage_request_id}", done=done)


_POINT = re.compile(r"point-(\d{1,3})-words")


def typed_visa(data: FormData) -> dict[str, Any]:
    """An answer as it was typed; a point whose words are emptied leaves."""
    asked = ("kind", "answer", "known", "reason", "authority", "reference", "dated")
    typed: dict[str, Any] = {name: data.first(name).strip() for name in asked}
    points = []
    for number in sorted({int(found[1]) for name in data.names() if (found := _POINT.fullmatch(name))}):
        words, about = (data.first(f"point-{number}-{name}").strip() for name in ("words", "about"))
        which, _colon, code = about.partition(":")
        if words or about:
            points.append({"words": words} | ({which: code} if which in {"field", "policy_id"} else {}))
    return {**typed, "points": points}


def _placed(errors: Mapping[str, str]) -> dict[str, str]:
    """The place on the page of each error: `points.1.words` is `point-1-words`; what a point is about is one field."""
    placed = {}
    for path, message in errors.items():
        part, _dot, rest = path.partition(".")
        number, _dot, name = rest.partition(".")
        of_point = part == "points" and number
        placed[f"point-{number}-{'words' if name == 'words' else 'about'}" if of_point else path] = message
    return placed


@route("GET", "/visas/{stage_request_id:int}/retirer", ASK)
def show_withdraw(visit: Visit, stage_request_id: int) -> Response[Any]:
    """Asks why a request is withdrawn."""
    request = get_request(visit.session, stage_request_id)
    visit.visitor.require(ASK, request.organisation_id)
    if request.state is not RequestState.WAITING:
        raise Conflict(_(NOT_WAITING))
    return visit.page("lifecycle/withdraw.html", _withdraw_page(visit, request, ""))


@route("POST", "/visas/{stage_request_id:int}/retirer", ASK)
def withdraw_one(visit: Visit, stage_request_id: int) -> Response[Any]:
    """Withdraws a request that waits."""
    request = get_request(visit.session, stage_request_id)
    visit.visitor.require(ASK, request.organisation_id)
    read = visit.form(AnnulForm)
    if isinstance(read, Rejected):
        page = _withdraw_page(visit, request, _("Dites en quelques mots pourquoi : ce motif reste au registre."))
        return visit.page("lifecycle/withdraw.html", page, status=HTTP_422_UNPROCESSABLE_ENTITY)
    expected = read_number(visit.form_data().first("version")) or 0
    withdraw_request(visit.session, stage_request_id, read.form.reason, today=visit.today, expected=expected)
    return visit.go(f"/jeux/{request.dataset_id}/etape", done="passage-retire")


def _withdraw_page(visit: Visit, request: StageRequest, error: str) -> WithdrawRequestPage:
    move = load_chart().find(request.move)
    sheet = get_dataset(visit.session, request.dataset_id)
    said = f"{move.name() if move is not None else request.move} — {sheet.title}"
    reason = visit.form_data().first("reason") if error else ""
    return WithdrawRequestPage(request.id, request.version, sheet.id, said, error, reason)


def _say(refusal: Refusal) -> tuple[dict[str, str], int]:
    """What a refused form says, and under which status."""
    if isinstance(refusal, Invalid):
        return refusal.by_field, HTTP_422_UNPROCESSABLE_ENTITY
    status = HTTP_403_FORBIDDEN if isinstance(refusal, Forbidden) else HTTP_409_CONFLICT
    return {"_": refusal.short if isinstance(refusal, Stopped) else refusal.message}, status


HANDLERS: tuple[HTTPRouteHandler, ...] = (
    show_stage, ask_one, show_requests, show_request, answer_one, show_withdraw, withdraw_one,
)  # fmt: skip
