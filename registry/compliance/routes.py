"""The pages of compliance: every policy with how the register stands, and one policy with its subjects."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler

from registry.compliance.catalogue import Catalogue
from registry.compliance.citations import official_texts
from registry.compliance.decisions.following import ADOPTED, why_not_followed
from registry.compliance.decisions.held import Validation
from registry.compliance.decisions.service import NO_SUCH_RULE, binds_later
from registry.compliance.decisions.showing import Names, adoption_view, bodies_of, may_decide, names_in, steps_of
from registry.compliance.engine import Engine, engine_of
from registry.compliance.explanation import (
    awaited_in_words,
    condition_in_words,
    days_in_words,
    say_refusal,
    validation_in_words,
    verdict_word,
)
from registry.compliance.listing.showing import subject_lines
from registry.compliance.policy import Policy, PolicyVersion
from registry.compliance.queries import count_all, find_findings
from registry.compliance.views import (
    Figure,
    LostPolicyPage,
    Pack,
    PoliciesPage,
    PolicyLine,
    PolicyPage,
    SubjectLine,
    VersionView,
    WaitingLine,
    findings_address,
)
from registry.compliance.vocabulary import Force, Severity, SubjectKind, Verdict, VersionStatus
from registry.kernel.errors import NotFound
from registry.kernel.permissions import Permission
from registry.kernel.words import _, mark
from registry.organisations.models import Organisation
from registry.web.forms import read_number
from registry.web.templating import say_day
from registry.web.visits import Visit, route

READ, _RUN = Permission.COMPLIANCE_FINDING_READ, Permission.COMPLIANCE_SIMULATION_RUN
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
    validated = {number for number, found in in_force.items() if catalogue.validation_of(*found) is not None}
    asked = visit.query("validation")
    wanted = {_TO_VALIDATE: in_force.keys() - validated, _VALIDATED: validated}.get(asked, in_force.keys())
    packs: dict[str, list[PolicyLine]] = {pack: [] for pack in catalogue.packs}
    for policy, version in sorted(in_force.values(), key=lambda one: _rank(one[0], counts)):
        if policy.id not in wanted:
            continue
        line = PolicyLine(
            policy.id, policy.name(), policy.force.label, policy.force is Force.OBLIGATION, policy.severity.label,
            version.text, version.article, policy.subject.label, counts.get(policy.id, Counter()),
            validation_in_words(catalogue.validation_of(policy, version)) if policy.id in validated else "",
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
        unvalidated=len(in_force) - len(validated),
        tabs=[
            (_("Toutes ({number})").format(number=len(in_force)), _OWN),
            (_("À valider ({number})").format(number=len(in_force) - len(validated)), _narrowed(_TO_VALIDATE)),
            (_("Validées ({number})").format(number=len(validated)), _narrowed(_VALIDATED)),
        ],
        here=_narrowed(asked) if asked in {_TO_VALIDATE, _VALIDATED} else _OWN,
        withdrawn=_withdrawn(engine, visit.session.info["engine"]),
        waiting=_waiting(engine, visit) if asked not in {_TO_VALIDATE, _VALIDATED} else [],
        figures=figures,
    )
    return visit.page("compliance/policies.html", page)


_OWN, _TO_VALIDATE, _VALIDATED = "/conformite", "a-valider", "validees"


def _narrowed(asked: str) -> str:
    """The list of the rules that a jurist validated, or has still to."""
    return f"{_OWN}?validation={asked}"


def _withdrawn(engine: Engine, ours: Engine) -> list[tuple[str, str, str]]:
    """The rules that were adopted here and judge nobody now: number, title, and why."""
    found = []
    for number, one in sorted(engine.catalogue.decided.adopted.items()):
        title = one.policy.name() if one.policy is not None else number
        if not one.stands:
            said = _("retirée le {day}").format(day=say_day(one.history[-1].decided_on))
        elif one.broken:
            said = _("n’est pas suivie : {problem}").format(problem=why_not_followed(ours.catalogue, one))
        else:
            continue
        found.append((number, title, said))
    return found


_FORCES, _SEVERITIES = list(Force), list(Severity)


def _rank(policy: Policy, counts: Mapping[str, Counter[Verdict]]) -> tuple[int, int, int, str]:
    """What binds in law first, the gravest before, then what is most often not met."""
    unmet = counts.get(policy.id, Counter())[Verdict.NON_COMPLIANT]
    return _FORCES.index(policy.force), _SEVERITIES.index(policy.severity), -unmet, policy.id


def _origin(catalogue: Catalogue, policy: Policy) -> str:
    """Whose a policy is, where it is not ours as it came."""
    if catalogue.pack_of(policy.id) == ADOPTED:
        last = catalogue.decided.adopted[policy.id].last
        return _("adoptée ici le {day} ({role})").format(day=say_day(last.decided_on), role=last.decided_as.label)
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


def _subjects(
    visit: Visit, engine: Engine, bodies: Sequence[Organisation], **narrowed: Any
) -> tuple[list[SubjectLine], int]:
    """A page of findings in words, and the number of the last one if more follow."""
    after = read_number(visit.query("apres")) or 0
    found = find_findings(visit.session, visit.today, after=after, limit=SHOWN + 1, **narrowed)
    following = found[SHOWN - 1].id if len(found) > SHOWN else 0
    return subject_lines(visit, engine, found[:SHOWN], {body.id: body.name for body in bodies}), following


@route("GET", "/conformite/{policy_id:str}", READ)
def show_policy(visit: Visit, policy_id: str) -> Response[Any]:
    """One policy: its law, its condition in words, and what it finds, subject by subject."""
    engine = engine_of(visit.session)
    catalogue = engine.catalogue
    policy, adopted = catalogue.find(policy_id), catalogue.decided.adopted.get(policy_id)
    if policy is None and adopted is None:
        raise NotFound(_(NO_SUCH_RULE))
    if policy is not None and adopted is not None and not adopted.stands:
        adopted = None  # Its number was given to another since: that one's page is no place to tell of it.
    bodies, may = bodies_of(visit), may_decide(visit)
    names = names_in(visit, catalogue.decided.by_policy.get(policy_id, ()))
    adoption = adoption_view(visit, adopted, names, may=may) if adopted is not None else None
    decided = steps_of(catalogue, policy_id, names)
    if policy is None and adopted is not None:
        # Withdrawn, or no longer followed: its text and its history stay to be read.
        policy = adopted.policy
        if policy is None:
            lost = LostPolicyPage(policy_id, adoption, decided, adopted.text)
            return visit.page("compliance/policy_lost.html", lost)
    assert policy is not None  # noqa: S101 -- one of both was found, or the page is another.
    chosen = visit.query("constat")
    verdict = Verdict(chosen) if chosen in set(Verdict) else None
    counts = _counts(visit).get(policy.id, Counter())
    own = f"/conformite/{policy.id}"
    here = f"{own}?constat={verdict}" if verdict else own
    rows, following = _subjects(
        visit, engine, bodies, policy_id=policy.id, verdict=verdict, gravest_first=verdict is None
    )  # fmt: skip
    page = PolicyPage(
        id=policy.id, title=policy.name(), force=policy.force.label, severity=policy.severity.label,
        stake=policy.stake.label if policy.stake else "", principle=policy.principle.label if policy.principle else "",
        remedy=policy.what_to_do(), owed_by=[role.label for role in policy.owed_by],
        origin=_origin(engine.catalogue, policy),
        versions=_versions(engine, visit, policy, names, may=may),
        adoption=adoption,
        decided=decided,
        try_address=f"/conformite/simulations?regle={policy.id}#projet" if visit.visitor.may(_RUN) else "",
        waits=any(one.applies_on(visit.today) and engine.catalogue.waits(policy, one) for one in policy.versions),
        subjects=rows,
        tabs=[(_("Tous ({number})").format(number=counts.total()), own)]
        + [(f"{verdict_word(policy.force, one)} ({counts[one]})", f"{own}?constat={one}") for one in _TABS],
        here=here,
        first_address=here if visit.query("apres") else "",
        next_address=f"{here}{'&' if verdict else '?'}apres={following}" if following else "",
    )  # fmt: skip
    return visit.page("compliance/policy.html", page)


def _versions(engine: Engine, visit: Visit, policy: Policy, names: Names, *, may: bool) -> list[VersionView]:
    """The versions of a policy, the latest first; with `may`, where those that bind are validated."""

    def say(found: Validation | None) -> str:
        return validation_in_words(found, names[found.decision.decided_by] if found and found.decision else "")

    judges = engine.catalogue.find(policy.id) is policy
    validations = {one.digest: engine.catalogue.validation_of(policy, one) for one in policy.versions}
    official = official_texts(visit.session, engine.catalogue, policy, _day_asked(visit))
    return [
        VersionView(
            _standing(version, visit.today) if judges else _("Ne juge pas"),
            version.text, version.article, version.address, version.note or "", version.evidence.label,
            say(validations[version.digest]), version.effective_from,
            days_in_words(version, visit.today),
            version.in_plain_words(), condition_in_words(engine.catalogue, version),
            judges and version.applies_on(visit.today),
            version.effective_until is not None and version.effective_until < visit.today,
            awaited_in_words(engine, policy, version),
            official[version.digest],
            f"/conformite/{policy.id}/validation?texte={policy.digest_of(version)}"
            if may and judges and binds_later(version, visit.today) else "",
            validations[version.digest] is not None,
        )
        for version in reversed(policy.versions)
    ]  # fmt: skip


def _standing(version: PolicyVersion, today: date) -> str:
    """Whether a version judges today: what its file says of it is not of a day."""
    if version.status is VersionStatus.IN_FORCE and version.effective_from > today:
        return _("À venir")
    if version.status is VersionStatus.IN_FORCE and (last := version.effective_until) is not None and last < today:
        return _("N’est plus en vigueur depuis le {day}").format(day=say_day(last + timedelta(days=1)))
    return version.status.label


def _day_asked(visit: Visit) -> date:
    """The day whose official texts are shown: the one the address gives, else today."""
    try:
        return date.fromisoformat(visit.query("le"))
    except ValueError:
        return visit.today


HANDLERS: tuple[HTTPRouteHandler, ...] = (show_policies, show_policy)
