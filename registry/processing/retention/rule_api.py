"""The JSON API of the rules that bind a body: list, read, record or adapt, say anew, withdraw."""

from dataclasses import dataclass
from datetime import date

from litestar import Response
from litestar.handlers import HTTPRouteHandler
from litestar.status_codes import HTTP_201_CREATED
from pydantic import Field

from registry.datasets.vocabulary import FinalDisposition
from registry.kernel.permissions import Permission
from registry.kernel.words import current_locale, mark
from registry.processing.retention.api import about
from registry.processing.retention.forms import RuleCreation, RuleForm, WithdrawForm
from registry.processing.retention.models import RetentionRule
from registry.processing.retention.queries import find_bodies, find_own_rules, get_rule, rules_of
from registry.processing.retention.rule_service import amend_rule, record_rule, withdraw_rule
from registry.processing.retention.rules import Origin, Rule
from registry.processing.retention.vocabulary import RuleDomain, RuleUnit, StartEvent
from registry.processing.retention.wording import RULE_LABELS
from registry.web.calls import Number, PageQuestions
from registry.web.visits import Visit, route

READ, PREPARE = Permission.PROCESSING_RETENTION_READ, Permission.PROCESSING_DISPOSAL_PREPARE
EXAMPLE = {"code": "CANTINE", "label": "Inscriptions à la cantine", "count": 2, "unit": "year", "starts": "closure",
           "fate": "dispose"}  # fmt: skip


@dataclass(frozen=True)
class RuleLineBody:
    """A rule that binds a body; `id` is empty for one of the product's list, which nobody has validated.

    Units: `count` in `unit`; neither for what is kept for ever.
    """

    id: int | None
    code: str
    label: str
    count: int | None
    unit: RuleUnit | None
    starts: StartEvent | None
    fate: FinalDisposition | None
    reference: str | None
    domain: RuleDomain
    origin: Origin


@dataclass(frozen=True)
class RulesBody:
    """A page of the rules that bind a body, by code."""

    organisation_id: int
    total: int
    rules: list[RuleLineBody]
    next: str | None


@dataclass(frozen=True)
class RuleBody:
    """A rule a body says itself, with the agreement of the archives service where there is one.

    Units: `count` in `unit`.
    Law: Code du patrimoine R212-13.
    """

    id: int
    version: int
    organisation_id: int
    code: str
    label: str
    description: str | None
    count: int | None
    unit: RuleUnit | None
    starts: StartEvent | None
    fate: FinalDisposition | None
    reference: str | None
    agreed_on: date | None
    agreed_by: str | None
    agreement_reference: str | None
    annulled: bool


class RuleQuestions(PageQuestions):
    """Whose rules are listed, and which."""

    organisation: Number | None = Field(default=None, description=mark("L’organisation ; à défaut, la vôtre."))
    domain: RuleDomain | None = Field(default=None, description=mark("La matière de la règle."))
    origin: Origin | None = Field(
        default=None, description=mark("list : règle indicative ; own : propre à l’organisation ; agreed : validée.")
    )


def _line(rule: Rule) -> RuleLineBody:
    span = rule.span
    return RuleLineBody(
        rule.number, rule.code, rule.label, span.count if span is not None else None,
        span.unit if span is not None else None, rule.starts, rule.fate, rule.reference or None, rule.domain,
        rule.origin,
    )  # fmt: skip


def _body(row: RetentionRule) -> RuleBody:
    return RuleBody(**{name: getattr(row, name) for name in RuleBody.__dataclass_fields__})


@route(
    "GET", "/api/v1/retention-rules", READ,
    about=about(mark("Les règles qui valent pour une organisation : celles de la liste, et les siennes à leur place."),
                RULE_LABELS, asks=RuleQuestions),
)  # fmt: skip
def list_rules(visit: Visit) -> Response[RulesBody]:
    """The rules that bind a body: those of the list, its own of the same code instead, and its others."""
    asked, bodies = visit.asked(RuleQuestions), find_bodies(visit.session)
    named = asked.organisation or visit.visitor.organisation_id
    body = bodies.legal.get(named, named)
    after = asked.place(str)
    found = [
        rule
        for code, rule in sorted(rules_of(find_own_rules(visit.session, body), current_locale()).items())
        if asked.domain in {None, rule.domain} and asked.origin in {None, rule.origin}
    ]
    left = [rule for rule in found if after is None or rule.code > after[0]]
    rows = left[: asked.limit]
    following = asked.following((rows[-1].code,) if len(left) > asked.limit else None)
    return visit.answer(RulesBody(body, len(found), [_line(rule) for rule in rows], following))


@route(
    "POST", "/api/v1/retention-rules", PREPARE, takes=RuleCreation,
    about=about(
        mark("Enregistre une règle d’une organisation ; sous un code de la liste, elle y remplace celle-ci."),
        RULE_LABELS, status=201, example={"organisation_id": 1, **EXAMPLE},
    ),
)  # fmt: skip
def create_rule(visit: Visit) -> Response[RuleBody]:
    """Records a rule of a body, or adapts one of the list."""
    given = visit.given(RuleCreation)
    body = find_bodies(visit.session).legal.get(given.organisation_id, given.organisation_id)
    visit.visitor.require(PREPARE, body)
    made = record_rule(visit.session, body, given.rule())
    visit.headers["Location"] = f"/api/v1/retention-rules/{made.id}"
    return visit.answer(_body(made), status=HTTP_201_CREATED)


@route(
    "GET", "/api/v1/retention-rules/{rule_id:int}", READ,
    about=about(mark("Une règle qu’une organisation dit elle-même, et l’accord des archives."), RULE_LABELS),
)  # fmt: skip
def read_rule(visit: Visit, rule_id: int) -> Response[RuleBody]:
    """One rule of a body."""
    return visit.answer(_body(get_rule(visit.session, rule_id)))


@route(
    "PUT", "/api/v1/retention-rules/{rule_id:int}", PREPARE, takes=RuleForm,
    about=about(
        mark("Dit une règle autrement, ou note l’accord des archives : les échéances qui la suivent sont recalculées."),
        RULE_LABELS, versioned=True, example=EXAMPLE,
    ),
)  # fmt: skip
def replace_rule(visit: Visit, rule_id: int) -> Response[RuleBody]:
    """Makes a rule what is given; its code stays; asks for If-Match."""
    expected, given = visit.expected_version(), visit.given(RuleForm)
    visit.visitor.require(PREPARE, get_rule(visit.session, rule_id).organisation_id)
    return visit.answer(_body(amend_rule(visit.session, rule_id, given, expected=expected)))


@route(
    "POST", "/api/v1/retention-rules/{rule_id:int}/withdrawal", PREPARE, takes=WithdrawForm,
    about=about(
        mark("Retire une règle, en disant pourquoi ; celle de la liste, s’il y en a une, vaut de nouveau."),
        RULE_LABELS, versioned=True, example={"reason": "Enregistrée deux fois"},
    ),
)  # fmt: skip
def retire_rule(visit: Visit, rule_id: int) -> Response[RuleBody]:
    """Withdraws a rule, with a reason; asks for If-Match."""
    expected, given = visit.expected_version(), visit.given(WithdrawForm)
    visit.visitor.require(PREPARE, get_rule(visit.session, rule_id).organisation_id)
    return visit.answer(_body(withdraw_rule(visit.session, rule_id, expected=expected, reason=given.reason)))


HANDLERS: tuple[HTTPRouteHandler, ...] = (list_rules, create_rule, read_rule, replace_rule, retire_rule)
