"""A document beside another of the same report on the same subject: what changed between the two."""

import json
from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler

from registry.compliance.explanation import verdict_word
from registry.compliance.vocabulary import Force, Verdict
from registry.kernel.words import _
from registry.reporting.comparing import by_rule, compare
from registry.reporting.models import IssuedDocument
from registry.reporting.queries import find_others_of_subject
from registry.reporting.views import ChangedRule, ChangeGroup, ComparisonPage
from registry.reporting.visiting import READ, beside, compared_for, order_in_time, readable
from registry.reporting.vocabulary import Change
from registry.web.forms import read_number
from registry.web.templating import say_day
from registry.web.visits import Visit, route

NAMED = 20
"""How many subjects are named that one rule changed alike for."""


@route("GET", "/documents/{document_id:int}/comparaison", READ)
def show_comparison(visit: Visit, document_id: int) -> Response[Any]:
    """A report beside the one before it, or beside the one chosen."""
    document = compared_for(visit, document_id)
    others = list(find_others_of_subject(visit.session, document, readable(visit)))
    asked = visit.query("avec")
    other = beside(visit, document, (read_number(asked) or 0) if asked else None)
    if other is not None and other not in others:
        others.append(other)
    page = ComparisonPage(
        id=document.id, title=document.title, as_of=document.as_of,
        others=[(str(one.id), _named(one)) for one in others], other=str(other.id) if other is not None else "",
        groups=_groups(visit, *sorted((document, other), key=order_in_time)) if other is not None else [],
        earlier=_named(min(document, other, key=order_in_time)) if other is not None else "",
        later=_named(max(document, other, key=order_in_time)) if other is not None else "",
    )  # fmt: skip
    return visit.page("reporting/comparison.html", page)


def _named(document: IssuedDocument) -> str:
    return _("n° {number}, situation au {day} ({state})").format(
        number=document.id, day=say_day(document.as_of), state=document.state.label
    )


def _groups(visit: Visit, earlier: IssuedDocument, later: IssuedDocument) -> list[ChangeGroup]:
    read = visit.premises.home.files.read
    lines = compare(json.loads(read(earlier.canonical_sha256)), json.loads(read(later.canonical_sha256)))
    groups = []
    for change in Change:
        found = [SimpleNamespace(**line) for line in lines if line["change"] is change]
        if found:
            groups.append(ChangeGroup(change.label, change, len(found), [_rule(one) for one in by_rule(found)]))
    return groups


def _rule(lines: Sequence[Any]) -> ChangedRule:
    first, shown = lines[0], lines[:NAMED]
    force = Force(first.force)
    before, after = (Verdict(one) if one else None for one in (first.before, first.after))
    return ChangedRule(
        policy_id=first.policy_id, title=first.title, force=force.label, period=first.period,
        rule_changed=first.rule_changed, total=len(lines),
        subjects=[(one.subject, one.organisation if one.organisation != one.subject else "") for one in shown],
        left_out=len(lines) - len(shown), before=(before, verdict_word(force, before)) if before else None,
        after=(after, verdict_word(force, after)) if after else None,
    )  # fmt: skip


HANDLERS: tuple[HTTPRouteHandler, ...] = (show_comparison,)
