"""The JSON API of visas handed over for a time."""

from dataclasses import dataclass
from datetime import date

from litestar import Response
from litestar.handlers import HTTPRouteHandler
from litestar.status_codes import HTTP_201_CREATED

from registry.kernel.words import mark
from registry.lifecycle.api import about
from registry.lifecycle.delegation_service import delegate_visa, end_delegation
from registry.lifecycle.forms import VisaDelegationForm
from registry.lifecycle.models import VisaDelegation
from registry.lifecycle.queries import find_delegations
from registry.lifecycle.showing import GIVE, roles_on
from registry.lifecycle.vocabulary import VisaKind
from registry.web.calls import PageQuestions
from registry.web.typed import AnnulForm
from registry.web.visits import Visit, route


@dataclass(frozen=True)
class VisaDelegationBody:
    """The visas of one kind, handed over for some days; `version` is its ETag."""

    id: int
    version: int
    organisation_id: int
    kind: VisaKind
    delegator_id: int
    delegate_id: int
    starts_on: date
    ends_on: date
    reason: str | None
    ended_on: date | None
    ended_reason: str | None


@dataclass(frozen=True)
class VisaDelegationsBody:
    """What somebody handed over and was handed, the last first."""

    delegations: list[VisaDelegationBody]
    next: str | None


def _body(one: VisaDelegation) -> VisaDelegationBody:
    return VisaDelegationBody(**{name: getattr(one, name) for name in VisaDelegationBody.__dataclass_fields__})


@route(
    "GET", "/api/v1/visa-delegations", GIVE,
    about=about(mark("Les visas que vous avez confiés ou reçus, le dernier d’abord."), asks=PageQuestions),
)  # fmt: skip
def list_visa_delegations(visit: Visit) -> Response[VisaDelegationsBody]:
    """What the asker handed over and was handed."""
    asked = visit.asked(PageQuestions)
    (before,) = asked.place(int) or (None,)
    found = find_delegations(visit.session, visit.visitor.account_id, before=before, limit=asked.limit + 1)
    more, found = len(found) > asked.limit, found[: asked.limit]
    following = asked.following((found[-1].id,) if more else None)
    return visit.answer(VisaDelegationsBody([_body(one) for one in found], following))


@route(
    "POST", "/api/v1/visa-delegations", GIVE, takes=VisaDelegationForm,
    about=about(
        mark("Confie vos visas d’un genre, pour un temps, à quelqu’un dont le rôle le permet."), status=201,
        example={
            "kind": "legal", "organisation_id": 1, "delegate_id": 7, "starts_on": "2026-12-21", "ends_on": "2026-12-31",
            "reason": "Congés",
        },
    ),
)  # fmt: skip
def create_visa_delegation(visit: Visit) -> Response[VisaDelegationBody]:
    """Hands over."""
    given = visit.given(VisaDelegationForm)
    visit.visitor.require(GIVE, given.organisation_id)
    made = delegate_visa(
        visit.session, given, by=visit.visitor.account_id, roles=roles_on(visit, given.organisation_id),
        today=visit.today,
    )  # fmt: skip
    visit.headers["Location"] = "/api/v1/visa-delegations"
    return visit.answer(_body(made), status=HTTP_201_CREATED)


@route(
    "POST", "/api/v1/visa-delegations/{delegation_id:int}/ending", GIVE, takes=AnnulForm,
    about=about(
        mark("Met fin à une délégation avant son dernier jour ; les visas donnés restent donnés."), versioned=True,
        example={"reason": "Retour plus tôt que prévu."},
    ),
)  # fmt: skip
def end_visa_delegation(visit: Visit, delegation_id: int) -> Response[VisaDelegationBody]:
    """Ends early; asks for If-Match."""
    expected, given = visit.expected_version(), visit.given(AnnulForm)
    ended = end_delegation(
        visit.session, delegation_id, given.reason, by=visit.visitor.account_id, today=visit.today, expected=expected
    )  # fmt: skip
    return visit.answer(_body(ended))


HANDLERS: tuple[HTTPRouteHandler, ...] = (list_visa_delegations, create_visa_delegation, end_visa_delegation)
