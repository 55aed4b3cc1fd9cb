"""Whether the draft of a simulation may be adopted, and what would follow, in words."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from registry.accounts.queries import find_actor_names
from registry.compliance.decisions.service import draft_of, judges_from, read_to_adopt
from registry.compliance.decisions.showing import bodies_of, may_decide
from registry.compliance.engine import engine_of
from registry.compliance.policy import Policy
from registry.compliance.simulations.drafts import read_draft
from registry.kernel.errors import Conflict
from registry.kernel.words import _, ngettext
from registry.platform.models import JobRun, JobState
from registry.web.templating import say_day, say_moment
from registry.web.visits import Visit


@dataclass(frozen=True)
class Offer:
    """A draft that was tried: what it is, and why it may not be adopted as it stands, if it may not."""

    number: str
    title: str
    marks: Sequence[str]
    refusal: str
    policy: Policy | None


def offer_of(visit: Visit, run: JobRun) -> Offer:
    """The draft of a simulation, read again as rules stand today.

    Raises: Conflict where the simulation is not over, or tried no draft.
    """
    text, engine, said = draft_of(run), engine_of(visit.session), run.arguments
    try:
        policy = read_to_adopt(visit.session, engine, text, visit.today)
    except Conflict as refusal:
        return Offer(said["policy_id"], said["title"], [said["policy_id"]], refusal.message, None)
    marks = [policy.id, policy.force.label, policy.severity.label, policy.subject.label]
    return Offer(policy.id, policy.name(), marks, "", policy)


@dataclass(frozen=True)
class AdoptionOffer:
    """What the page of a simulation says beside its result: where to adopt the draft, or why it may not be; its file.

    `tried_as` says that it is tried as if it judged, where it does not yet.

    `address` is empty for who may not decide; `adopted` is the page of the rule, where this very text is adopted.
    """

    address: str
    refusal: str
    adopted: str
    file: str
    tried_as: str


def adoption_offered(visit: Visit, run: JobRun) -> AdoptionOffer | None:
    """What a simulation leads to; nothing while it is not over, or where it tried the law of a day."""
    if run.state is not JobState.DONE or "draft" not in run.arguments:
        return None
    number, own = run.arguments["policy_id"], f"/conformite/simulations/{run.id}"
    known = engine_of(visit.session).catalogue.decided.adopted.get(number)
    file, tried_as = f"{own}/projet", _tried_as(visit, run)
    if known is not None and known.stands and known.text == run.arguments["draft"]:
        return AdoptionOffer("", "", f"/conformite/{number}", file, tried_as)
    if not may_decide(visit):
        return AdoptionOffer("", "", "", file, tried_as)
    refusal = offer_of(visit, run).refusal
    return AdoptionOffer("" if refusal else f"{own}/adopter", refusal, "", file, tried_as)


def _tried_as(visit: Visit, run: JobRun) -> str:
    """What is to be known of a draft that was tried as if it judged, though it does not on the day it was."""
    policy = read_draft(draft_of(run), engine_of(visit.session)).policy
    on = date.fromisoformat((run.result or {})["on"])
    if policy is None or any(version.applies_on(on) for version in policy.versions):
        return ""
    first = judges_from(policy, on)
    if first is None:
        return _("Ce projet est essayé comme s’il jugeait : aucune de ses versions n’entre en vigueur.")
    return _(
        "Ce projet est essayé comme s’il jugeait déjà : d’après son texte, il ne jugera qu’à partir du {day}."
    ).format(day=say_day(first))


def tried_in_words(visit: Visit, run: JobRun) -> str:
    """By whom a draft was tried, when, over how many bodies, and what would change."""
    name = find_actor_names(visit.session, {run.actor})[run.actor]
    bodies, every = len(run.arguments["organisations"]), len(bodies_of(visit))
    result: dict[str, Any] = run.result or {}
    changed = result.get("changed", 0)
    over = (
        ngettext("sur l’organisation du registre", "sur les {count} organisations du registre", every)
        if bodies >= every else ngettext("sur une organisation", "sur {bodies} organisations des {count}", bodies)
    ).format(count=every, bodies=bodies)  # fmt: skip
    would = ngettext("{count} constat changerait", "{count} constats changeraient", changed).format(count=changed)
    return _("Projet de {name}, essayé le {moment} {over} : {would}.").format(
        name=name, moment=say_moment(run.created_at), over=over, would=would
    )


def what_follows(visit: Visit, offer: Offer) -> list[str]:
    """What adopting a draft would do, in sentences."""
    if offer.policy is None:
        return []
    known = engine_of(visit.session).catalogue.decided.adopted.get(offer.number)
    first = judges_from(offer.policy, visit.today)
    said = []
    if known is not None and known.stands:
        said.append(
            _("Ce texte remplace celui adopté le {day} sous le même numéro.").format(day=say_day(known.last.decided_on))
        )
    said.append(
        _(
            "La règle juge les fiches de toutes les organisations, dans les pages, les documents et l’API ; elles sont "
            "jugées de nouveau dès l’adoption. Votre nom, celui de l’auteur du projet et le motif restent au registre."
        )
    )
    if first is not None:
        said.append(_("Elle ne juge qu’à partir du {day}, d’après son texte.").format(day=say_day(first)))
    said.append(_("Son texte reste à valider par le service juridique, sur la page de la règle."))
    return said
