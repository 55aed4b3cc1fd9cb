"""The pages of the rules that bind a body: the table, one rule, a file of rules to take or to send."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler
from litestar.status_codes import HTTP_422_UNPROCESSABLE_ENTITY

from registry.datasets.vocabulary import FinalDisposition
from registry.kernel.permissions import Permission
from registry.kernel.sort_keys import sort_key
from registry.kernel.words import _, current_locale, mark
from registry.platform.lists import load_list
from registry.processing.narrowing import FacetPart
from registry.processing.retention.forms import RuleForm, RulesForm, WithdrawForm
from registry.processing.retention.models import RetentionRule
from registry.processing.retention.queries import (
    LIST,
    Bodies,
    count_followers,
    find_bodies,
    find_own_rules,
    get_rule,
    listed_rules,
    rules_of,
)
from registry.processing.retention.rule_service import (
    Planned,
    amend_rule,
    import_rules,
    plan_import,
    record_rule,
    withdraw_rule,
)
from registry.processing.retention.rules import Origin, Rule
from registry.processing.retention.views import RuleFormPage, RuleLine, RulesImportPage, RulesPage
from registry.processing.retention.vitam import read_rules, write_rules
from registry.processing.retention.vocabulary import ImportOutcome, RuleDomain, RuleUnit, StartEvent
from registry.processing.retention.wording import RULE_LABELS, say_origin, say_span
from registry.web.forms import read_number
from registry.web.saving import Unsaved, save
from registry.web.templating import say_day
from registry.web.visits import NOTICES, Rejected, Visit, route

READ, PREPARE = Permission.PROCESSING_RETENTION_READ, Permission.PROCESSING_DISPOSAL_PREPARE
NOTICES.update(
    {
        "regle-enregistree": mark("La règle est enregistrée : les échéances des jeux qui la suivent sont recalculées."),
        "regle-retiree": mark("La règle est retirée."),
        "regles-reprises": mark("Les règles du fichier sont reprises."),
    }
)


def _body_asked(visit: Visit, bodies: Bodies) -> int:
    """The body an address asks about, or the visitor's own."""
    asked = read_number(visit.query("organisation"))
    if asked is None or asked not in bodies.legal:
        asked = visit.visitor.organisation_id
    return bodies.legal.get(asked, asked)


@route("GET", "/conservation/regles", READ)
def show_rules(visit: Visit) -> Response[Any]:
    """The rules that bind a body, by matter."""
    bodies = find_bodies(visit.session)
    body = _body_asked(visit, bodies)
    rules = rules_of(find_own_rules(visit.session, body), current_locale())
    followers = count_followers(visit.session, bodies, body)
    domains = {one for one in RuleDomain if str(one) in visit.query_all("matiere")}
    origins = {one for one in Origin if str(one) in visit.query_all("accord")}
    shown = [
        rule for rule in rules.values()
        if (not domains or rule.domain in domains) and (not origins or rule.origin in origins)
    ]  # fmt: skip
    known = load_list(LIST)
    view = RulesPage(
        body_id=body,
        body_name=bodies.names.get(body, ""),
        bodies=[
            (str(number), name) for number, name in bodies.names.items() if number in bodies.public or number == body
        ],
        groups=_groups(shown, followers),
        facets=_facets(list(rules.values()), domains, origins),
        total=len(rules),
        validated=sum(rule.origin is Origin.AGREED for rule in rules.values()),
        narrowed=bool(domains or origins),
        source=known.source,
        read=say_day(known.read),
        may_prepare=visit.visitor.may(PREPARE, body),
    )
    return visit.page("processing/retention_rules.html", view)


def _groups(rules: Sequence[Rule], followers: Mapping[str, int]) -> list[tuple[str, list[RuleLine]]]:
    ordered = sorted(rules, key=lambda rule: sort_key(rule.label))
    groups = [
        (domain.label, [_line(rule, followers) for rule in ordered if rule.domain is domain]) for domain in RuleDomain
    ]
    return [(label, lines) for label, lines in groups if lines]


def _line(rule: Rule, followers: Mapping[str, int]) -> RuleLine:
    return RuleLine(
        code=rule.code,
        label=rule.label,
        duration=say_span(rule.span),
        starts=rule.starts.label if rule.starts is not None else "",
        fate=rule.fate.label if rule.fate is not None else "",
        reference=rule.reference,
        validated=rule.origin is Origin.AGREED,
        origin=say_origin(rule.origin),
        followers=followers.get(rule.code, 0),
        number=rule.number,
    )


def _facets(rules: Sequence[Rule], domains: set[RuleDomain], origins: set[Origin]) -> list[FacetPart]:
    by_domain, by_origin = Counter(rule.domain for rule in rules), Counter(rule.origin for rule in rules)
    return [
        FacetPart("accord", _("Accord des archives"), [
            (str(one), f"{say_origin(one).capitalize()} ({by_origin[one]})", one in origins) for one in Origin
        ]),
        FacetPart("matiere", _("Matière"), [
            (str(one), f"{one.label} ({by_domain[one]})", one in domains) for one in RuleDomain if by_domain[one]
        ]),
    ]  # fmt: skip


@route("GET", "/conservation/regles/fichier", READ, media_type="text/csv")
def send_rules(visit: Visit) -> Response[Any]:
    """The rules of a body in VITAM's file of management rules."""
    bodies = find_bodies(visit.session)
    body = _body_asked(visit, bodies)
    rules = rules_of(find_own_rules(visit.session, body), current_locale())
    content = write_rules(sorted(rules.values(), key=lambda rule: rule.code))
    headers = {**visit.headers, "Content-Disposition": 'attachment; filename="regles-de-conservation.csv"'}
    return Response(content.encode(), media_type="text/csv", headers=headers)


def _form_page(
    visit: Visit, bodies: Bodies, body: int, rule: RetentionRule | None, values: Mapping[str, Any],
    errors: Mapping[str, str], *, version: int | None = None, status: int = 200,
) -> Response[Any]:  # fmt: skip
    followers = count_followers(visit.session, bodies, body).get(rule.code, 0) if rule is not None else 0
    page = RuleFormPage(
        body_id=body,
        body_name=bodies.names.get(body, ""),
        number=rule.id if rule is not None else None,
        version=version if version is not None else rule.version if rule is not None else None,
        values=values,
        errors=errors,
        labels={name: _(label) for name, label in RULE_LABELS.items()},
        choices={
            "unit": [(str(one), one.label) for one in RuleUnit],
            "starts": [(str(one), one.label) for one in StartEvent],
            "fate": [(str(one), one.label) for one in FinalDisposition],
        },
        followers=followers,
    )
    return visit.page("processing/retention_rule_form.html", page, status=status)


def _to_prepare(visit: Visit, bodies: Bodies) -> int:
    body = _body_asked(visit, bodies)
    visit.visitor.require(PREPARE, body)
    return body


@route("GET", "/conservation/regles/nouvelle", PREPARE)
def show_new_rule(visit: Visit) -> Response[Any]:
    """An empty rule, or one of the list to adapt or to have agreed."""
    bodies = find_bodies(visit.session)
    body, listed = _to_prepare(visit, bodies), listed_rules(current_locale()).get(visit.query("code"))
    values: dict[str, Any] = {}
    if listed is not None:
        values = {
            "code": listed.code, "label": listed.label, "starts": listed.starts, "fate": listed.fate,
            "reference": listed.reference, "count": listed.span.count if listed.span is not None else None,
            "unit": listed.span.unit if listed.span is not None else None,
        }  # fmt: skip
    return _form_page(visit, bodies, body, None, values, {})


@route("POST", "/conservation/regles/nouvelle", PREPARE)
def record_new_rule(visit: Visit) -> Response[Any]:
    """Records a rule of a body, or shows the form again with what was typed."""
    bodies = find_bodies(visit.session)
    body = _to_prepare(visit, bodies)
    read, typed = visit.form(RuleForm), _typed(visit)
    made = save(read, lambda form: record_rule(visit.session, body, form))
    if isinstance(made, Unsaved):
        return _form_page(visit, bodies, body, None, typed, made.errors, status=made.status)
    return visit.go(f"/conservation/regles?organisation={body}", done="regle-enregistree")


def _typed(visit: Visit) -> dict[str, str]:
    return {name: visit.form_data().first(name) for name in RuleForm.model_fields}


def _rule_to_prepare(visit: Visit, rule_id: int) -> RetentionRule:
    rule = get_rule(visit.session, rule_id)
    visit.visitor.require(PREPARE, rule.organisation_id)
    return rule


@route("GET", "/conservation/regles/{rule_id:int}/modifier", PREPARE)
def show_rule_form(visit: Visit, rule_id: int) -> Response[Any]:
    """The form of a rule of a body, as it stands."""
    rule = _rule_to_prepare(visit, rule_id)
    values = {name: getattr(rule, name) for name in RuleForm.model_fields}
    return _form_page(visit, find_bodies(visit.session), rule.organisation_id, rule, values, {})


@route("POST", "/conservation/regles/{rule_id:int}/modifier", PREPARE)
def change_rule(visit: Visit, rule_id: int) -> Response[Any]:
    """Says a rule anew, or shows the form again with what was typed."""
    rule, bodies = _rule_to_prepare(visit, rule_id), find_bodies(visit.session)
    read, typed, body = visit.form(RuleForm), _typed(visit), rule.organisation_id
    version = read_number(visit.form_data().first("version")) or 0
    made = save(read, lambda form: amend_rule(visit.session, rule_id, form, expected=version))
    if isinstance(made, Unsaved):
        return _form_page(
            visit, bodies, body, rule, typed, made.errors, version=made.version or version, status=made.status
        )
    return visit.go(f"/conservation/regles?organisation={body}", done="regle-enregistree")


@route("POST", "/conservation/regles/{rule_id:int}/retirer", PREPARE)
def take_rule_away(visit: Visit, rule_id: int) -> Response[Any]:
    """Withdraws a rule of a body, with the reason."""
    rule, read = _rule_to_prepare(visit, rule_id), visit.form(WithdrawForm)
    bodies, body = find_bodies(visit.session), rule.organisation_id
    values = {name: getattr(rule, name) for name in RuleForm.model_fields}
    if isinstance(read, Rejected):
        errors = {"reason": _("Dites en quelques mots pourquoi : ce motif reste au registre.")}
        return _form_page(visit, bodies, body, rule, values, errors, status=HTTP_422_UNPROCESSABLE_ENTITY)
    version = read_number(visit.form_data().first("version")) or 0
    made = save(read, lambda form: withdraw_rule(visit.session, rule_id, expected=version, reason=form.reason))
    if isinstance(made, Unsaved):
        return _form_page(visit, bodies, body, rule, values, made.errors, status=made.status)
    return visit.go(f"/conservation/regles?organisation={body}", done="regle-retiree")


def _import_page(
    visit: Visit,
    bodies: Bodies,
    body: int,
    content: str,
    error: str,
    planned: Sequence[Planned] = (),
    status: int = 200,
) -> Response[Any]:
    page = RulesImportPage(
        body_id=body,
        body_name=bodies.names.get(body, ""),
        content=content,
        error=error,
        lines=[
            (one.read.line, one.read.code, one.read.label, str(one.outcome), one.outcome.label, one.read.problem)
            for one in planned
        ],
        changing=sum(one.outcome in {ImportOutcome.ADDED, ImportOutcome.CHANGED} for one in planned),
        refused=sum(one.outcome is ImportOutcome.REFUSED for one in planned),
    )
    return visit.page("processing/retention_rules_import.html", page, status=status)


@route("GET", "/conservation/regles/reprendre", PREPARE)
def show_rules_import(visit: Visit) -> Response[Any]:
    """Where a file of rules is pasted."""
    bodies = find_bodies(visit.session)
    return _import_page(visit, bodies, _to_prepare(visit, bodies), "", "")


@route("POST", "/conservation/regles/reprendre", PREPARE)
def take_rules(visit: Visit) -> Response[Any]:
    """Says what a file of rules would do, then takes it once confirmed: all or nothing."""
    bodies = find_bodies(visit.session)
    body, read = _to_prepare(visit, bodies), visit.form(RulesForm)
    content = visit.form_data().first("content")
    if isinstance(read, Rejected):
        message = _("Collez le contenu du fichier : ses colonnes puis une règle par ligne.")
        return _import_page(visit, bodies, body, content, message, status=HTTP_422_UNPROCESSABLE_ENTITY)
    try:
        lines = read_rules(read.form.content)
    except ValueError as refusal:
        return _import_page(visit, bodies, body, content, str(refusal), status=HTTP_422_UNPROCESSABLE_ENTITY)
    planned = plan_import(visit.session, body, lines)
    if any(one.outcome is ImportOutcome.REFUSED for one in planned):
        message = _("Des lignes ne peuvent pas être reprises : corrigez-les. Rien n’a été écrit.")
        return _import_page(visit, bodies, body, content, message, planned, HTTP_422_UNPROCESSABLE_ENTITY)
    if not read.form.confirmed:
        return _import_page(visit, bodies, body, content, "", planned)
    import_rules(visit.session, body, lines)
    return visit.go(f"/conservation/regles?organisation={body}", done="regles-reprises")


HANDLERS: tuple[HTTPRouteHandler, ...] = (
    show_rules, send_rules, show_new_rule, record_new_rule, show_rule_form, change_rule, take_rule_away,
    show_rules_import, take_rules,
)  # fmt: skip
