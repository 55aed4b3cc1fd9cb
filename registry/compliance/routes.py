"""The pages of compliance: every policy with how the register stands, and one policy with its subjects."""

from collections import Counter
from collections.abc import Mapping
from datetime import date
from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler

from registry.compliance.catalogue import Catalogue
from registry.compliance.citations import official_texts
from registry.compliance.engine import Engine, engine_of
from registry.compliance.explanation import (
    awaited_in_words,
    condition_in_words,
    say_refusal,
    validation_in_words,
    verdict_word,
)
from registry.compliance.listing.showing import subject_lines
from registry.compliance.policy import Policy, PolicyVersion
from registry.compliance.queries import count_all, find_findings
from registry.compliance.views import (
    Figure,
    Pack,
    PoliciesPage,
    PolicyLine,
    PolicyPage,
    SubjectLine,
    VersionView,
    WaitingLine,
    findings_address,
)
from registry.compliance.vocabulary import Force, Severity, SubjectKind, Verdict
from registry.kernel.errors import NotFound
from registry.kernel.permissions import Permission
from registry.kernel.words import _, mark
from registry.organisations.queries import find_organisations
from registry.web.forms import read_number
from registry.web.visits import Visit, route

READ = Permission.COMPLIANCE_FINDING_READ
SHOWN = 200
_TABS = (Verdict.NON_COMPLIANT, Verdict.TO_COMPLETE, Verdict.COMPLIANT, Verdict.NOT_APPLICABLE)
_FIGURES = (
    (True, Verdict.NON_COMPLIANT, mark("manquements à une obligation"), "bad"),
    (True, Verdict.TO_COMPLETE, mark("obligations à compléter : il manque un fait"), "wait"),
    (True, Verdict.COMPLIANT, mark("obligations remplies"), "good"),
    (
        False, Verdict.NON_COMPLIANT,
        mark("recommandations ou bonnes pratiques non suivies (ce n’est pas un manquement)"), "",
    ),
)  # fmt: skip
"""The figures of the page: whether they count what binds in law, the verdict they count, and how both are said."""


@route("GET", "/conformite", READ)
def show_policies(visit: Visit) -> Response[Any]:
    """Every policy in force today, with its counts within the visitor's rights."""
    engine = engine_of(visit.session)
    counts, in_force = _counts(visit), _in_force(engine, visit)
    catalogue = engine.catalogue
    packs: dict[str, list[PolicyLine]] = {pack: [] for pack in catalogue.packs}
    for policy, version in sorted(in_force.values(), key=lambda one: _rank(one[0], counts)):
        line = PolicyLine(
            policy.id, policy.name(), policy.force.label, policy.force is Force.OBLIGATION, policy.severity.label,
            version.text, version.article, policy.subject.label, counts.get(policy.id, Counter()),
            validation_in_words(version) if version.validated_on is not None else "",
            _origin(catalogue, policy),
        )  # fmt: skip
        packs.setdefault(catalogue.pack_of(policy.id), []).append(line)
    figures = []
    for binding, verdict, words, tone in _FIGURES:
        chosen = _binding(in_force, binding=binding)
        number = sum(counts.get(policy_id, Counter())[verdict] for policy_id in chosen)
        figures.append(Figure(number, _(words), findings_address(verdict, binding=binding), tone))
    page = PoliciesPage(
        packs=[Pack(code, catalogue.pack_title(code), lines) for code, lines in packs.items() if lines],
        total=len(in_force),
        refusal=say_refusal(catalogue.refusal) if catalogue.refusal else "",
        unvalidated=sum(version.validated_on is None for _policy, version in in_force.values()),
        waiting=_waiting(engine, visit),
        figures=figures,
    )
    return visit.page("compliance/policies.html", page)


_FORCES, _SEVERITIES = list(Force), list(Severity)


def _rank(policy: Policy, counts: Mapping[str, Counter[Verdict]]) -> tuple[int, int, int, str]:
    """What binds in law first, the gravest before, then what is most often not met."""
    unmet = counts.get(policy.id, Counter())[Verdict.NON_COMPLIANT]
    return _FORCES.index(policy.force), _SEVERITIES.index(policy.severity), -unmet, policy.id


def _origin(catalogue: Catalogue, policy: Policy) -> str:
    """Whose a policy is, where it is not ours as it came."""
    if policy.id in catalogue.local:
        return _("règle de la collectivité")
    return _("paramètre choisi par la collectivité") if policy.id in catalogue.chosen else ""


def _waiting(engine: Engine, visit: Visit) -> list[tuple[str, list[WaitingLine]]]:
    """The policies in force that judge nobody yet, obligations first, by the room whose facts they wait for."""
    catalogue = engine.catalogue
    by_room: dict[str, list[WaitingLine]] = {}
    for policy, version in sorted(catalogue.waiting(visit.today), key=lambda one: _rank(one[0], {})):
        awaited = next((catalogue.facts[name].room for name in catalogue.awaited_by(version)), "")
        room = _(engine.rooms[awaited]) if awaited in engine.rooms else policy.subject.label
        line = WaitingLine(
            policy.id, policy.name(), policy.force.label, policy.severity.label, version.article,
            policy.subject.label, awaited_in_words(engine, policy, version),
        )  # fmt: skip
        by_room.setdefault(room, []).append(line)
    return sorted(by_room.items(), key=lambda one: (-len(one[1]), one[0]))


def _counts(visit: Visit) -> dict[str, Counter[Verdict]]:
    counts: dict[str, Counter[Verdict]] = {}
    for policy_id, verdict, number in count_all(visit.session, visit.today):
        counts.setdefault(policy_id, Counter())[verdict] += number
    return counts


def _in_force(engine: Engine, visit: Visit) -> dict[str, tuple[Policy, PolicyVersion]]:
    """The policies in force today, each with its version of the day."""
    return {
        policy.id: (policy, version)
        for kind in SubjectKind
        for policy, version in engine.catalogue.in_force(kind, visit.today)
    }


def _binding(in_force: Mapping[str, tuple[Policy, PolicyVersion]], *, binding: bool) -> frozenset[str]:
    """The policies that bind in law, or those that only advise."""
    return frozenset(
        number for number, (policy, _version) in in_force.items() if (policy.force is Force.OBLIGATION) is binding
    )


def _subjects(visit: Visit, engine: Engine, **narrowed: Any) -> tuple[list[SubjectLine], int]:
    """A page of findings in words, and the number of the last one if more follow."""
    after = read_number(visit.query("apres")) or 0
    found = find_findings(visit.session, visit.today, after=after, limit=SHOWN + 1, **narrowed)
    following = found[SHOWN - 1].id if len(found) > SHOWN else 0
    bodies = {body.id: body.name for body in find_organisations(visit.session)}
    return subject_lines(visit, engine, found[:SHOWN], bodies), following


@route("GET", "/conformite/{policy_id:str}", READ)
def show_policy(visit: Visit, policy_id: str) -> Response[Any]:
    """One policy: its law, its condition in words, and what it finds, subject by subject."""
    engine = engine_of(visit.session)
    policy = engine.catalogue.find(policy_id)
    if policy is None:
        raise NotFound(_("Aucune règle ne porte ce numéro."))
    chosen = visit.query("constat")
    verdict = Verdict(chosen) if chosen in set(Verdict) else None
    counts = _counts(visit).get(policy.id, Counter())
    own = f"/conformite/{policy.id}"
    here = f"{own}?constat={verdict}" if verdict else own
    rows, following = _subjects(visit, engine, policy_id=policy.id, verdict=verdict, gravest_first=verdict is None)
    page = PolicyPage(
        id=policy.id, title=policy.name(), force=policy.force.label, severity=policy.severity.label,
        stake=policy.stake.label if policy.stake else "", principle=policy.principle.label if policy.principle else "",
        remedy=policy.what_to_do(), owed_by=[role.label for role in policy.owed_by],
        origin=_origin(engine.catalogue, policy),
        versions=_versions(engine, visit, policy),
        waits=any(one.applies_on(visit.today) and engine.catalogue.waits(policy, one) for one in policy.versions),
        subjects=rows,
        tabs=[(_("Tous ({number})").format(number=counts.total()), own)]
        + [(f"{verdict_word(policy.force, one)} ({counts[one]})", f"{own}?constat={one}") for one in _TABS],
        here=here,
        first_address=here if visit.query("apres") else "",
        next_address=f"{here}{'&' if verdict else '?'}apres={following}" if following else "",
    )  # fmt: skip
    return visit.page("compliance/policy.html", page)


def _versions(engine: Engine, visit: Visit, policy: Policy) -> list[VersionView]:
    """The versions of a policy, the latest first."""
    official = official_texts(visit.session, engine.catalogue, policy, _day_asked(visit))
    return [
        VersionView(
            version.status.label, version.text, version.article, version.address, version.note or "",
            version.evidence.label,
            validation_in_words(version), version.effective_from, version.effective_until,
            version.in_plain_words(), condition_in_words(engine.catalogue, version),
            version.applies_on(visit.today),
            version.effective_until is not None and version.effective_until < visit.today,
            awaited_in_words(engine, policy, version),
            official[version.digest],
        )
        for version in reversed(policy.versions)
    ]  # fmt: skip


def _day_asked(visit: Visit) -> date:
    """The day whose official texts are shown: the one the address gives, else today."""
    try:
        return date.fromisoformat(visit.query("le"))
    except ValueError:
        return visit.today


HANDLERS: tuple[HTTPRouteHandler, ...] = (show_policies, show_policy)
