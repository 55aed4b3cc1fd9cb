"""The pages of visas handed over for a time: what somebody handed and was handed, handing over, ending early."""

from collections.abc import Mapping, Sequence
from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler
from litestar.status_codes import HTTP_422_UNPROCESSABLE_ENTITY

from registry.accounts.queries import find_actor_names
from registry.kernel.errors import Forbidden, Invalid
from registry.kernel.paging import read_place, write_place
from registry.kernel.words import _, mark
from registry.lifecycle.charts import load_chart
from registry.lifecycle.delegation_service import delegate_visa, end_delegation, find_stand_ins, require_open
from registry.lifecycle.forms import DELEGATION_LABELS, VisaDelegationForm
from registry.lifecycle.models import VisaDelegation
from registry.lifecycle.queries import find_delegations, get_delegation
from registry.lifecycle.showing import GIVE, roles_on
from registry.lifecycle.views import DelegationLine, DelegationsPage, EndDelegationPage
from registry.lifecycle.vocabulary import VisaKind
from registry.organisations.queries import find_organisations
from registry.web.forms import read_number
from registry.web.templating import say_day
from registry.web.typed import AnnulForm
from registry.web.visits import NOTICES, Rejected, Visit, route

PAGE_SIZE = 25
NOTICES.update(
    {
        "visa-confie": mark("Ce visa est confié. Les demandes figurent au bureau de qui l’a reçu, et au vôtre."),
        "delegation-finie": mark("La délégation a pris fin. Les visas donnés jusque-là restent donnés."),
    }
)


def kinds_given(visit: Visit) -> dict[VisaKind, frozenset[int]]:
    """The visas that the visitor's own roles give, each with where."""
    grants = visit.visitor.grants
    where = {
        kind: frozenset[int]().union(*(grants.get(role, frozenset()) for role in terms.given_by))
        for kind, terms in load_chart().visas.items()
    }
    return {kind: bodies for kind, bodies in where.items() if bodies}


def _page(
    visit: Visit, values: Mapping[str, Any], errors: Mapping[str, str], status: int = 200
) -> Response[Any]:  # fmt: skip
    me = visit.visitor.account_id
    place = read_place("delegations", visit.query("apres") or None, int)
    found = find_delegations(visit.session, me, before=place[0] if place else None, limit=PAGE_SIZE + 1)
    more, found = len(found) > PAGE_SIZE, found[:PAGE_SIZE]
    bodies = {body.id: body.name for body in find_organisations(visit.session)}
    names = find_actor_names(
        visit.session, {f"account:{one}" for row in found for one in (row.delegator_id, row.delegate_id)}
    )
    given = kinds_given(visit)
    where = frozenset[int]().union(*given.values())
    first = next((number for number in bodies if number in where), None)
    people: dict[str, str] = {}
    for kind, reach in given.items():
        if first is not None and first in reach:
            people |= {str(one.account_id): one.words for one in find_stand_ins(visit.session, kind, first, but=me)}
    page = DelegationsPage(
        given=[_line(visit, one, bodies, names) for one in found if one.delegator_id == me],
        received=[_line(visit, one, bodies, names) for one in found if one.delegate_id == me],
        kinds=[(str(kind), load_chart().visas[kind].name()) for kind in given],
        organisations=[(str(number), name) for number, name in bodies.items() if number in where],
        people=sorted(people.items(), key=lambda one: one[1].casefold()), values=values, errors=errors,
        labels={name: _(label) for name, label in DELEGATION_LABELS.items()},
        first_address="/visas/delegations" if place else "",
        next_address=f"/visas/delegations?apres={write_place('delegations', (found[-1].id,))}" if more else "",
    )  # fmt: skip
    return visit.page("lifecycle/delegations.html", page, status=status)


def _line(
    visit: Visit, one: VisaDelegation, bodies: Mapping[int, str], names: Mapping[str, str]
) -> DelegationLine:  # fmt: skip
    given = one.delegator_id == visit.visitor.account_id
    other = names[f"account:{one.delegate_id if given else one.delegator_id}"]
    over = one.ended_on is not None or one.ends_on < visit.today
    if one.ended_on is not None:
        shape, state = "not-applicable", _("finie le {day}").format(day=say_day(one.ended_on))
    elif over:
        shape, state = "not-applicable", _("finie")
    elif one.starts_on > visit.today:
        shape, state = "to-complete", _("à venir")
    else:
        shape, state = "compliant", _("en cours")
    return DelegationLine(
        id=one.id, title=load_chart().visas[one.kind].name(), organisation=bodies.get(one.organisation_id, ""),
        who=other, period=_("du {start} au {end}").format(start=say_day(one.starts_on), end=say_day(one.ends_on)),
        state=state, shape=shape, why=one.ended_reason or one.reason or "",
        may_end=not over and visit.visitor.may(GIVE),
    )  # fmt: skip


@route("GET", "/visas/delegations", GIVE)
def show_delegations(visit: Visit) -> Response[Any]:
    """What the visitor handed over and was handed, with the form that hands over."""
    day = visit.today.isoformat()
    return _page(visit, {"kind": next(iter(kinds_given(visit)), ""), "starts_on": day}, {})


@route("POST", "/visas/delegations", GIVE)
def delegate_one(visit: Visit) -> Response[Any]:
    """Hands over the visas of one kind for some days."""
    data, read = visit.form_data(), visit.form(VisaDelegationForm)
    typed = {name: data.first(name) for name in VisaDelegationForm.model_fields}
    if isinstance(read, Rejected):
        return _page(visit, typed, read.errors, HTTP_422_UNPROCESSABLE_ENTITY)
    visit.visitor.require(GIVE, read.form.organisation_id)
    try:
        delegate_visa(
            visit.session, read.form, by=visit.visitor.account_id, roles=roles_on(visit, read.form.organisation_id),
            today=visit.today,
        )  # fmt: skip
    except Invalid as refusal:
        return _page(visit, typed, refusal.by_field, HTTP_422_UNPROCESSABLE_ENTITY)
    except Forbidden as refusal:
        return _page(visit, typed, {"kind": refusal.message}, 403)
    return visit.go("/visas/delegations", done="visa-confie")


@route("GET", "/visas/delegations/{delegation_id:int}/fin", GIVE)
def show_end_of_delegation(visit: Visit, delegation_id: int) -> Response[Any]:
    """Asks why a delegation is ended."""
    delegation = get_delegation(visit.session, delegation_id, visit.visitor.account_id)
    require_open(delegation, visit.today)
    return visit.page("lifecycle/end_delegation.html", _end_page(visit, delegation, ""))


@route("POST", "/visas/delegations/{delegation_id:int}/fin", GIVE)
def end_one_delegation(visit: Visit, delegation_id: int) -> Response[Any]:
    """Ends a delegation before its last day."""
    read = visit.form(AnnulForm)
    if isinstance(read, Rejected):
        delegation = get_delegation(visit.session, delegation_id, visit.visitor.account_id)
        page = _end_page(visit, delegation, _("Dites en quelques mots pourquoi : ce motif reste au registre."))
        return visit.page("lifecycle/end_delegation.html", page, status=HTTP_422_UNPROCESSABLE_ENTITY)
    end_delegation(
        visit.session, delegation_id, read.form.reason, by=visit.visitor.account_id, today=visit.today,
        expected=read_number(visit.form_data().first("version")) or 0,
    )  # fmt: skip
    return visit.go("/visas/delegations", done="delegation-finie")


def _end_page(visit: Visit, delegation: VisaDelegation, error: str) -> EndDelegationPage:
    title = _("{visa}, du {start} au {end}").format(
        visa=load_chart().visas[delegation.kind].name(), start=say_day(delegation.starts_on),
        end=say_day(delegation.ends_on),
    )  # fmt: skip
    reason = visit.form_data().first("reason") if error else ""
    return EndDelegationPage(delegation.id, delegation.version, title, error, reason)


HANDLERS: Sequence[HTTPRouteHandler] = (
    show_delegations, delegate_one, show_end_of_delegation, end_one_delegation,
)  # fmt: skip
