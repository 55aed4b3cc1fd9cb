"""The pages of compliance: every policy with how the register stands, and one policy with its subjects."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler

from registry.compliance.engine import Engine, engine_of
from registry.compliance.explanation import condition_in_words, verdict_word
from registry.compliance.queries import count_all, find_findings
from registry.compliance.views import PoliciesPage, PolicyLine, PolicyPage, SubjectLine, VersionView
from registry.compliance.vocabulary import Force, SubjectKind, Verdict
from registry.kernel.errors import NotFound
from registry.kernel.permissions import Permission
from registry.kernel.words import _
from registry.organisations.queries import find_organisations
from registry.web.visits import Visit, route

READ = Permission.COMPLIANCE_FINDING_READ
SHOWN = 200
_ADDRESSES = {SubjectKind.DATASET: "/jeux/{id}", SubjectKind.ORGANISATION: "/organisations/{id}"}


@route("GET", "/conformite", READ)
def show_policies(visit: Visit) -> Response[Any]:
    """Every policy in force today, with its counts within the visitor's rights."""
    engine = engine_of(visit.session)
    counts: dict[str, Counter[Verdict]] = {}
    for policy_id, verdict, number in count_all(visit.session, visit.today):
        counts.setdefault(policy_id, Counter())[verdict] += number
    rows, totals = [], {"law": Counter[Verdict](), "practice": Counter[Verdict]()}
    for kind in SubjectKind:
        for policy, version in engine.catalogue.in_force(kind, visit.today):
            found: Mapping[Verdict, int] = counts.get(policy.id, Counter())
            totals["law" if policy.force is Force.OBLIGATION else "practice"].update(found)
            rows.append(
                PolicyLine(
                    policy.id, policy.name(), policy.force.label, policy.severity.label, version.article,
                    kind.label, found,
                )
            )  # fmt: skip
    rows.sort(key=lambda row: (-row.counts.get(Verdict.NON_COMPLIANT, 0), row.id))
    return visit.page("compliance/policies.html", PoliciesPage(rows, totals))


@route("GET", "/conformite/{policy_id:str}", READ)
def show_policy(visit: Visit, policy_id: str) -> Response[Any]:
    """One policy: its law, its condition in words, and what it finds, subject by subject."""
    engine = engine_of(visit.session)
    if not engine.catalogue.has(policy_id):
        raise NotFound(_("Aucune règle ne porte ce numéro."))
    policy = engine.catalogue.get(policy_id)
    chosen = visit.query("constat")
    verdict = Verdict(chosen) if chosen in set(Verdict) else None
    found = find_findings(visit.session, visit.today, policy_id=policy.id, verdict=verdict, limit=SHOWN + 1)
    names = engine.subjects[policy.subject].names(visit.session, [one.subject_id for one in found])
    bodies = {body.id: body.name for body in find_organisations(visit.session)}
    counts = Counter[Verdict]()
    for number, read, total in count_all(visit.session, visit.today):
        if number == policy.id:
            counts[read] += total
    page = PolicyPage(
        id=policy.id, title=policy.name(), force=policy.force.label, severity=policy.severity.label,
        stake=policy.stake.label if policy.stake else "", principle=policy.principle.label if policy.principle else "",
        remedy=policy.what_to_do(), owed_by=[role.label for role in policy.owed_by],
        versions=_versions(engine, visit, policy),
        subjects=[
            SubjectLine(
                names.get(one.subject_id, ""), _ADDRESSES[one.subject_kind].format(id=one.subject_id),
                bodies.get(one.organisation_id, ""), one.verdict, verdict_word(policy.force, one.verdict),
                one.period or None, one.turns_on,
            )
            for one in found[:SHOWN]
        ],
        counts=counts, chosen=str(verdict or ""), more=len(found) > SHOWN,
    )  # fmt: skip
    return visit.page("compliance/policy.html", page)


def _versions(engine: Engine, visit: Visit, policy: Any) -> list[VersionView]:
    current = {version.digest for _policy, version in engine.catalogue.in_force(policy.subject, visit.today)}
    return [
        VersionView(
            version.status.label, version.article, version.address, version.evidence.label,
            version.validated_on is not None, version.effective_from, version.effective_until,
            condition_in_words(engine.catalogue, version), version.digest in current,
        )
        for version in policy.versions
    ]  # fmt: skip


HANDLERS: tuple[HTTPRouteHandler, ...] = (show_policies, show_policy)
