"""The pages of slips of disposal: the list, choosing what is due, one slip with its articles, withdrawing."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler
from litestar.status_codes import HTTP_422_UNPROCESSABLE_ENTITY

from registry.kernel.permissions import Permission
from registry.kernel.words import _, current_locale, mark
from registry.processing.retention.forms import SlipForm, WithdrawForm
from registry.processing.retention.models import DisposalArticle, DisposalSlip
from registry.processing.retention.queries import (
    Bodies,
    Followed,
    count_articles,
    find_articles,
    find_bodies,
    find_followed,
    find_held,
    find_slips,
    get_slip,
)
from registry.processing.retention.rules import why_not_disposed
from registry.processing.retention.slip_service import prepare_slip, withdraw_slip
from registry.processing.retention.views import (
    ArticleLine,
    CandidateLine,
    SlipFormPage,
    SlipLine,
    SlipPage,
    SlipsPage,
)
from registry.processing.retention.vocabulary import SlipState
from registry.processing.retention.wording import SLIP_LABELS, say_due, say_rule
from registry.web.forms import read_number
from registry.web.saving import Unsaved, save
from registry.web.templating import say_day
from registry.web.visits import NOTICES, Rejected, Visit, route

READ, PREPARE = Permission.PROCESSING_RETENTION_READ, Permission.PROCESSING_DISPOSAL_PREPARE
NOTICES.update(
    {
        "bordereau-prepare": mark("Le bordereau est préparé et figé. Rien ne se détruit avant le visa."),
        "bordereau-retire": mark("Le bordereau est retiré : ses jeux peuvent figurer sur un autre."),
    }
)


@route("GET", "/conservation/bordereaux", READ)
def show_slips(visit: Visit) -> Response[Any]:
    """The slips of disposal, the latest first."""
    bodies, counts = find_bodies(visit.session), count_articles(visit.session)
    rows = [
        SlipLine(
            id=slip.id, number=slip.number, title=slip.title, prepared=say_day(slip.prepared_on),
            state=slip.state.label, withdrawn=slip.state is SlipState.WITHDRAWN, articles=counts.get(slip.id, 0),
            organisation_name=bodies.names.get(slip.organisation_id, ""),
        )
        for slip in find_slips(visit.session)
    ]  # fmt: skip
    return visit.page("processing/slips.html", SlipsPage(rows, visit.visitor.may(PREPARE)))


def _body_asked(visit: Visit, bodies: Bodies, said: str) -> int:
    """The body an address or a form names, or the visitor's own, or the first whose slips they may prepare."""
    asked, own = read_number(said), visit.visitor.organisation_id
    body = bodies.legal.get(own, own) if asked is None or asked not in bodies.legal else bodies.legal[asked]
    reach = visit.visitor.reach(PREPARE)
    if not said and body not in reach:
        body = next((number for number in bodies.public if number in reach), body)
    visit.visitor.require(PREPARE, body)
    return body


def _form_page(
    visit: Visit, bodies: Bodies, body: int, values: Mapping[str, Any], errors: Mapping[str, str], status: int = 200
) -> Response[Any]:
    chosen = set(values.get("dataset_ids", ()))
    due = [
        _candidate(one, bodies, visit.today, chosen)
        for one in find_followed(visit.session, bodies, visit.today, current_locale())
        if one.body_id == body and one.dates.until is not None and one.dates.until < visit.today
    ]
    reach = visit.visitor.reach(PREPARE)
    page = SlipFormPage(
        body_id=body,
        body_name=bodies.names.get(body, ""),
        bodies=[(str(number), bodies.names[number]) for number in bodies.public if number in reach],
        values=values,
        errors=errors,
        labels={name: _(label) for name, label in SLIP_LABELS.items()},
        fit=[one for one in due if not one.refusals],
        unfit=[one for one in due if one.refusals],
    )
    return visit.page("processing/slip_form.html", page, status=status)


def _candidate(one: Followed, bodies: Bodies, on: date, chosen: set[str]) -> CandidateLine:
    return CandidateLine(
        id=one.id,
        title=one.title,
        organisation_name=bodies.names.get(one.organisation_id, ""),
        rule=say_rule(one.rule) if one.rule is not None else _("Durée propre"),
        due=say_due(one.dates, on),
        fate=one.fate.label if one.fate is not None else "",
        extremes=_extremes(one.earliest, one.latest),
        volume=one.volume,
        refusals=why_not_disposed(one.proposed),
        chosen=str(one.id) in chosen,
    )


def _extremes(earliest: date | None, latest: date | None) -> str:
    if earliest is None or latest is None:
        return ""
    return _("{earliest} – {latest}").format(earliest=say_day(earliest), latest=say_day(latest))


@route("GET", "/conservation/bordereaux/nouveau", PREPARE)
def show_new_slip(visit: Visit) -> Response[Any]:
    """What a body may propose for disposal, and what it may not, with why."""
    bodies = find_bodies(visit.session)
    return _form_page(visit, bodies, _body_asked(visit, bodies, visit.query("organisation")), {}, {})


@route("POST", "/conservation/bordereaux/nouveau", PREPARE)
def prepare_new_slip(visit: Visit) -> Response[Any]:
    """Prepares a slip, or shows the choice again with what was ticked."""
    bodies = find_bodies(visit.session)
    read, data = visit.form(SlipForm), visit.form_data()
    body = _body_asked(visit, bodies, data.first("organisation_id"))
    typed = {
        "title": data.first("title"), "reason": data.first("reason"),
        "dataset_ids": [one for one in data.all("dataset_ids") if one],
    }  # fmt: skip
    slip = save(read, lambda form: prepare_slip(visit.session, body, form, today=visit.today))
    if isinstance(slip, Unsaved):
        errors = dict(slip.errors)
        if not typed["dataset_ids"]:
            errors["dataset_ids"] = _("Cochez au moins un jeu.")
        return _form_page(visit, bodies, body, typed, errors, slip.status)
    return visit.go(f"/conservation/bordereaux/{slip.id}", done="bordereau-prepare")


def _slip_page(visit: Visit, slip: DisposalSlip, error: str = "", status: int = 200) -> Response[Any]:
    bodies, held = find_bodies(visit.session), find_held(visit.session)
    articles = find_articles(visit.session, slip.id)
    page = SlipPage(
        id=slip.id,
        version=slip.version,
        number=slip.number,
        title=slip.title,
        state=slip.state.label,
        withdrawn=slip.state is SlipState.WITHDRAWN,
        prepared=say_day(slip.prepared_on),
        reason=articles[0].reason if articles else "",
        organisation_id=slip.organisation_id,
        organisation_name=bodies.names.get(slip.organisation_id, ""),
        articles=[_article(one, one.dataset_id in held) for one in articles],
        held=sum(one.dataset_id in held for one in articles),
        indicative=sum(not one.agreed for one in articles),
        may_prepare=visit.visitor.may(PREPARE, slip.organisation_id),
        may_issue=visit.visitor.may(Permission.REPORTING_DOCUMENT_ISSUE, slip.organisation_id),
        error=error,
    )
    return visit.page("processing/slip.html", page, status=status)


def _article(one: DisposalArticle, held: bool) -> ArticleLine:
    return ArticleLine(
        one.position, one.dataset_id, one.title, one.owner, one.rule, one.agreed,
        _extremes(one.earliest, one.latest), one.volume, say_day(one.until), one.fate.label, held,
    )  # fmt: skip


@route("GET", "/conservation/bordereaux/{slip_id:int}", READ)
def show_slip(visit: Visit, slip_id: int) -> Response[Any]:
    """One slip with its articles, as it was prepared."""
    return _slip_page(visit, get_slip(visit.session, slip_id))


@route("POST", "/conservation/bordereaux/{slip_id:int}/retirer", PREPARE)
def take_slip_away(visit: Visit, slip_id: int) -> Response[Any]:
    """Withdraws a slip, with the reason."""
    slip, read = get_slip(visit.session, slip_id), visit.form(WithdrawForm)
    visit.visitor.require(PREPARE, slip.organisation_id)
    if isinstance(read, Rejected):
        message = _("Dites en quelques mots pourquoi : ce motif reste au registre.")
        return _slip_page(visit, slip, message, HTTP_422_UNPROCESSABLE_ENTITY)
    version = read_number(visit.form_data().first("version")) or 0
    made = save(read, lambda form: withdraw_slip(visit.session, slip_id, expected=version, reason=form.reason))
    if isinstance(made, Unsaved):
        return _slip_page(visit, slip, made.message, made.status)
    return visit.go(f"/conservation/bordereaux/{slip_id}", done="bordereau-retire")


HANDLERS: tuple[HTTPRouteHandler, ...] = (
    show_slips, show_new_slip, prepare_new_slip, show_slip, take_slip_away,
)  # fmt: skip
