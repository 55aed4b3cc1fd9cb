"""What was decided of a rule in words, and who may decide: for pages and programs."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from registry.accounts.queries import find_actor_names
from registry.compliance.catalogue import Catalogue
from registry.compliance.decisions.following import why_not_followed
from registry.compliance.decisions.held import Adopted, Decision
from registry.compliance.decisions.service import Decider, judges_from, run_key
from registry.compliance.decisions.vocabulary import PolicyDecisionKind
from registry.compliance.deviations.showing import role_for
from registry.compliance.service import EVALUATE_JOB
from registry.compliance.views import AdoptionView
from registry.kernel.permissions import Permission
from registry.kernel.words import _
from registry.organisations.models import Organisation
from registry.organisations.queries import find_organisations
from registry.organisations.vocabulary import OrganisationKind
from registry.platform.jobs import find_run
from registry.platform.models import JobState
from registry.web.templating import say_day
from registry.web.visits import Visit

DECIDE = Permission.COMPLIANCE_POLICY_DECIDE
Names = Mapping[int, str]
"""How to show accounts, by number."""


def bodies_of(visit: Visit) -> Sequence[Organisation]:
    """The organisations the visitor may know of, asked once for the whole page."""
    return visit.once("bodies", lambda: find_organisations(visit.session))


def authority_in(bodies: Iterable[Organisation]) -> int:
    """The number of the body above all others, that whose registry this is."""
    return next(one.id for one in bodies if one.kind is OrganisationKind.INTERCOMMUNAL_AUTHORITY)


def decider_of(visit: Visit) -> Decider:
    """The visitor, as who decides about rules.

    Raises: Forbidden to who holds no role on the authority itself: a rule judges every body.
    """
    authority_id = authority_in(bodies_of(visit))
    as_role = role_for(visit, DECIDE, authority_id)
    return Decider(authority_id, visit.visitor.account_id, as_role, visit.actor, visit.today)


def may_decide(visit: Visit) -> bool:
    """Whether the visitor may decide about rules."""
    return visit.visitor.may(DECIDE) and visit.visitor.may(DECIDE, authority_in(bodies_of(visit)))


def names_in(visit: Visit, decisions: Iterable[Decision]) -> Names:
    """Who decided, and who drafted what was adopted; nothing is asked where nobody did."""
    accounts = {account for one in decisions for account in (one.decided_by, one.drafted_by) if account is not None}
    if not accounts:
        return {}
    said = find_actor_names(visit.session, {f"account:{number}" for number in accounts})
    return {number: said[f"account:{number}"] for number in accounts}


def steps_of(catalogue: Catalogue, policy_id: str, names: Names) -> list[tuple[date, str, str, str]]:
    """Everything that was decided of a rule, the last first: the day, what and by whom, why, the text adopted."""
    policy = catalogue.find(policy_id)
    current = {policy.digest_of(version) for version in policy.versions} if policy is not None else set()
    steps = []
    adopted = False
    for one in catalogue.decided.by_policy.get(policy_id, ()):
        words = _("Texte remplacé") if adopted and one.kind is PolicyDecisionKind.ADOPTED else one.kind.label
        adopted = one.kind is PolicyDecisionKind.ADOPTED or (one.kind.is_of_validation and adopted)
        said = _("{what} par {name} ({role})").format(what=words, name=names[one.decided_by], role=one.decided_as.label)
        if one.drafted_by is not None and one.drafted_by != one.decided_by:
            said = _("{said}, d’un projet de {name}").format(said=said, name=names[one.drafted_by])
        if one.version_digest is not None and one.version_digest not in current:
            said = _("{said} — le texte a changé depuis").format(said=said)
        file = f"/conformite/{policy_id}/fichier?decision={one.id}" if one.text is not None else ""
        steps.append((one.decided_on, said, one.reason or "", file))
    return steps[::-1]


def adoption_in_words(adopted: Adopted, names: Names, today: date) -> str:
    """Since when a rule of the body's own judges or judges no more, by whose decision."""
    last = adopted.history[-1]
    words = (
        _("Règle adoptée ici le {day} par {name} ({role}).") if adopted.stands
        else _("Règle retirée le {day} par {name} ({role}) : elle ne juge plus personne.")
    )  # fmt: skip
    said = words.format(day=say_day(last.decided_on), name=names[last.decided_by], role=last.decided_as.label)
    followed = adopted.policy is not None and adopted.stands and not adopted.broken
    first = judges_from(adopted.policy, today) if adopted.policy is not None and followed else None
    return said if first is None else f"{said} {_('Elle jugera à partir du {day}.').format(day=say_day(first))}"


def adoption_view(visit: Visit, adopted: Adopted, names: Names, *, may: bool) -> AdoptionView:
    """How a rule that was adopted here stands, with what may be done of it."""
    number, last = adopted.last.policy_id, adopted.history[-1]
    run = find_run(visit.session, EVALUATE_JOB, run_key(last.id))
    problem = ""
    if adopted.stands and adopted.broken:
        problem = _(
            "Cette règle n’est pas suivie : {problem} Ce qu’elle avait constaté demeure. Adoptez un texte corrigé, ou "
            "retirez-la."
        ).format(problem=why_not_followed(visit.session.info["engine"].catalogue, adopted))
    return AdoptionView(
        words=adoption_in_words(adopted, names, visit.today),
        problem=problem,
        job=f"/travaux/{run.id}" if run is not None and run.state in {JobState.WAITING, JobState.RUNNING} else "",
        file=f"/conformite/{number}/fichier",
        withdraw=f"/conformite/{number}/retirer" if may and adopted.stands else "",
    )
