"""The pages of accepted deviations: the list, the asking, the decision, the withdrawal."""

from typing import Any
from urllib.parse import urlencode

from litestar import Response
from litestar.handlers import HTTPRouteHandler
from litestar.status_codes import HTTP_422_UNPROCESSABLE_ENTITY

from registry.compliance.deviations.forms import DeviationDecisionForm, DeviationRequest
from registry.compliance.deviations.models import AcceptedDeviation
from registry.compliance.deviations.queries import (
    DeviationFilter,
    count_deviations,
    find_deviations,
    find_open,
    get_deviation,
)
from registry.compliance.deviations.service import (
    ALREADY_ENDED,
    NOTHING_TO_ASK,
    ask_deviation,
    decide_deviation,
    withdraw_deviation,
)
from registry.compliance.deviations.showing import (
    ASK,
    DECIDE,
    WITHDRAW,
    ask_page,
    deviation_page,
    get_found,
    list_page,
    role_for,
)
from registry.compliance.deviations.views import WithdrawPage
from registry.compliance.deviations.vocabulary import DeviationState
from registry.compliance.deviations.wording import what_follows
from registry.compliance.engine import engine_of
from registry.compliance.vocabulary import Force, SubjectKind, Verdict
from registry.kernel.errors import Conflict, NotFound
from registry.kernel.paging import read_place, write_place
from registry.kernel.permissions import Permission
from registry.kernel.words import _, mark
from registry.organisations.queries import find_organisations
from registry.web.forms import read_number
from registry.web.saving import Unsaved, save
from registry.web.typed import AnnulForm
from registry.web.visits import NOTICES, Rejected, Visit, route

READ = Permission.COMPLIANCE_FINDING_READ
NOTICES.update(
    {
        "ecart-demande": mark("L’écart est demandé. Il figure au bureau de qui peut en décider."),
        "ecart-en-attente": mark("Un écart est déjà demandé sur ce constat : il attend sa décision."),
        "ecart-decide": mark("La décision est enregistrée. Qui a demandé la lira à son bureau."),
        "ecart-fini": mark("L’écart a pris fin. Il reste dans la liste, et le constat est de nouveau à corriger."),
        "demande-retiree": mark("La demande est retirée. Elle reste dans la liste, avec son motif."),
    }
)
_EXPIRED, _SOON = "expired", "soon"
_FACETS = ("etat", "force", "genre", "organisation")
SHOWN = 100


def _asked(visit: Visit) -> DeviationFilter:
    said, forces = set(visit.query_all("etat")), set(visit.query_all("force"))
    policies = engine_of(visit.session).catalogue.policies
    numbers = [read_number(one) for one in visit.query_all("organisation")]
    return DeviationFilter(
        states=frozenset(one for one in DeviationState if one in said),
        expired=_EXPIRED in said,
        soon=_SOON in said,
        organisation_ids=frozenset(one for one in numbers if one is not None),
        kinds=frozenset(one for one in SubjectKind if one in set(visit.query_all("genre"))),
        policy_ids=frozenset(one.id for one in policies if one.force in forces) if forces else None,
    )


@route("GET", "/conformite/ecarts", READ)
def show_deviations(visit: Visit) -> Response[Any]:
    """The deviations within the visitor's rights: what waits for an answer first."""
    asked, tally = _asked(visit), count_deviations(visit.session, today=visit.today)
    own, narrowing = (
        "/conformite/ecarts",
        urlencode([(name, one) for name in _FACETS for one in dict.fromkeys(visit.query_all(name)) if one]),
    )
    here = f"{own}{'?' if narrowing else ''}{narrowing}"
    place = read_place(here, visit.query("apres") or None, int, int, int)
    found = find_deviations(visit.session, asked, today=visit.today, after=place, limit=SHOWN + 1)
    more, found = len(found) > SHOWN, found[:SHOWN]
    following = f"{here}{'&' if narrowing else '?'}apres={write_place(here, found[-1].place)}" if more else ""
    waiting = tally.by_state.get(DeviationState.ASKED, 0)
    figures = [
        (waiting, _("à décider"), f"{own}?etat=asked", "wait" if waiting else ""),
        (tally.by_state.get(DeviationState.APPROVED, 0), _("assumés"), f"{own}?etat=approved", ""),
        (tally.soon, _("expirent dans les 30 jours"), f"{own}?etat=soon", "wait" if tally.soon else ""),
        (tally.expired, _("expirés, à reprendre"), f"{own}?etat=expired", "bad" if tally.expired else ""),
    ]  # fmt: skip
    states = [(str(one), f"{one.label} ({tally.by_state.get(one, 0)})", one in asked.states) for one in DeviationState]
    states[2:2] = [
        (_SOON, f"{_('Expire bientôt')} ({tally.soon})", asked.soon),
        (_EXPIRED, f"{_('Expiré')} ({tally.expired})", asked.expired),
    ]
    forces = set(visit.query_all("force"))
    bodies = [
        (str(one.id), one.name, one.id in asked.organisation_ids)
        for one in find_organisations(visit.session)
        if one.id in visit.visitor.reads
    ]
    facets: list[dict[str, Any]] = [
        {"name": "etat", "label": _("État"), "values": states},
        {"name": "force", "label": _("Force"), "values": [(str(one), one.label, one in forces) for one in Force]},
        {
            "name": "genre", "label": _("Genre de fiche"),
            "values": [(str(one), one.label, one in asked.kinds) for one in engine_of(visit.session).subjects],
        },
        *([{"name": "organisation", "label": _("Organisation"), "values": bodies}] if len(bodies) > 1 else []),
    ]  # fmt: skip
    page = list_page(
        visit, found, figures=figures, facets=facets, narrowed=bool(asked),
        first_address=here if place is not None else "", next_address=following,
    )  # fmt: skip
    return visit.page("compliance/deviations.html", page)


@route("GET", "/conformite/ecarts/nouveau", ASK)
def show_ask(visit: Visit) -> Response[Any]:
    """The form by which a deviation is asked for on what a policy says of a subject; the one that waits, if any."""
    kind, number = visit.query("genre"), read_number(visit.query("fiche"))
    if kind not in set(SubjectKind) or number is None:
        raise NotFound(_("Un écart se demande depuis un constat : ouvrez la fiche concernée."))
    period = read_number(visit.query("annee")) or 0
    found = get_found(visit, SubjectKind(kind), number, visit.query("regle"), period)
    visit.visitor.require(ASK, found.organisation_id)
    if found.verdict is not Verdict.NON_COMPLIANT:
        raise Conflict(_(NOTHING_TO_ASK))
    waiting = find_open(visit.session, found.subject_kind, number, found.policy_id, period).get(DeviationState.ASKED)
    if waiting is not None:
        return visit.go(f"/conformite/ecarts/{waiting.id}", done="ecart-en-attente")
    return visit.page("compliance/deviation_form.html", ask_page(visit, found, {}, {}))


@route("POST", "/conformite/ecarts/nouveau", ASK)
def ask_one(visit: Visit) -> Response[Any]:
    """Asks for a deviation, or shows the form again with what was typed."""
    data, read = visit.form_data(), visit.form(DeviationRequest)
    typed = {name: data.first(name) for name in ("reason", "compensation", "expires_on")}
    kind, number = data.first("subject_kind"), read_number(data.first("subject_id"))
    if kind not in set(SubjectKind) or number is None:
        raise NotFound(_("Un écart se demande depuis un constat : ouvrez la fiche concernée."))
    period = read_number(data.first("period")) or 0
    found = get_found(visit, SubjectKind(kind), number, data.first("policy_id"), period)
    as_role = role_for(visit, ASK, found.organisation_id)
    made = save(
        read,
        lambda form: ask_deviation(
            visit.session, found, form.said(), by=visit.visitor.account_id, as_role=as_role, today=visit.today
        ),
    )  # fmt: skip
    if isinstance(made, Unsaved):
        page = ask_page(visit, found, typed, made.errors)
        return visit.page("compliance/deviation_form.html", page, status=made.status)
    return visit.go(f"/conformite/ecarts/{made.id}", done="ecart-demande")


@route("GET", "/conformite/ecarts/{deviation_id:int}", READ)
def show_deviation(visit: Visit, deviation_id: int) -> Response[Any]:
    """One deviation: what was asked, what was answered."""
    row = get_deviation(visit.session, deviation_id)
    return visit.page("compliance/deviation.html", deviation_page(visit, row, {}, {}, row.version))


@route("POST", "/conformite/ecarts/{deviation_id:int}/decider", DECIDE)
def decide_one(visit: Visit, deviation_id: int) -> Response[Any]:
    """Answers who asked; when somebody else answered meanwhile, says so and keeps what was typed."""
    row = get_deviation(visit.session, deviation_id)
    as_role = role_for(visit, DECIDE, row.organisation_id)
    data, read = visit.form_data(), visit.form(DeviationDecisionForm)
    typed = {name: data.first(name) for name in ("answer", "decision_reason", "expires_on")}
    version = read_number(data.first("version")) or 0
    made = save(
        read,
        lambda form: decide_deviation(
            visit.session, deviation_id, form, by=visit.visitor.account_id, as_role=as_role, today=visit.today,
            expected=version,
        ),
    )  # fmt: skip
    if isinstance(made, Unsaved):
        page = deviation_page(visit, row, typed, made.errors, made.version or version)
        return visit.page("compliance/deviation.html", page, status=made.status)
    return visit.go(f"/conformite/ecarts/{deviation_id}", done="ecart-decide")


@route("GET", "/conformite/ecarts/{deviation_id:int}/retirer", WITHDRAW)
def show_withdraw(visit: Visit, deviation_id: int) -> Response[Any]:
    """Asks why a deviation is withdrawn."""
    row = get_deviation(visit.session, deviation_id)
    visit.visitor.require(WITHDRAW, row.organisation_id)
    if not row.state.is_open:
        raise Conflict(_(ALREADY_ENDED))
    return visit.page("compliance/deviation_withdraw.html", _withdraw_page(visit, row, ""))


@route("POST", "/conformite/ecarts/{deviation_id:int}/retirer", WITHDRAW)
def withdraw_one(visit: Visit, deviation_id: int) -> Response[Any]:
    """Withdraws what was asked for, or ends what was approved."""
    row = get_deviation(visit.session, deviation_id)
    visit.visitor.require(WITHDRAW, row.organisation_id)
    read = visit.form(AnnulForm)
    if isinstance(read, Rejected):
        message = _("Dites en quelques mots pourquoi : ce motif reste au registre.")
        page = _withdraw_page(visit, row, message)
        return visit.page("compliance/deviation_withdraw.html", page, status=HTTP_422_UNPROCESSABLE_ENTITY)
    expected = read_number(visit.form_data().first("version")) or 0
    ended = withdraw_deviation(visit.session, deviation_id, read.form.reason, today=visit.today, expected=expected)
    done = "demande-retiree" if ended.decided_on is None else "ecart-fini"
    return visit.go(f"/conformite/ecarts/{deviation_id}", done=done)


def _withdraw_page(visit: Visit, row: AcceptedDeviation, error: str) -> WithdrawPage:
    title = _("Écart n° {number}").format(number=row.id)
    approved = row.state is DeviationState.APPROVED
    policy = engine_of(visit.session).catalogue.find(row.policy_id)
    then = what_follows(policy.force if policy is not None else None)
    reason = visit.form_data().first("reason") if error else ""
    return WithdrawPage(row.id, row.version, title, approved, then, error, reason)


HANDLERS: tuple[HTTPRouteHandler, ...] = (
    show_deviations, show_ask, ask_one, show_deviation, decide_one, show_withdraw, withdraw_one,
)  # fmt: skip
