"""Every decision about rules: adopting a draft, withdrawing it, validating a version's text."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from registry.compliance.citations import citations_of
from registry.compliance.decisions.following import is_taken
from registry.compliance.decisions.forms import ValidationForm
from registry.compliance.decisions.held import Adopted
from registry.compliance.decisions.models import PolicyDecision
from registry.compliance.decisions.queries import find_revision
from registry.compliance.decisions.vocabulary import PolicyDecisionKind
from registry.compliance.engine import Engine, engine_of
from registry.compliance.policy import Policy, PolicyVersion
from registry.compliance.service import EVALUATE_JOB
from registry.compliance.simulations.drafts import read_draft
from registry.compliance.simulations.vocabulary import SIMULATE_JOB
from registry.compliance.vocabulary import SubjectKind, VersionStatus
from registry.kernel.errors import Conflict, FieldError, Invalid, NotFound
from registry.kernel.permissions import Role
from registry.kernel.words import _, mark
from registry.ledger.service import say
from registry.platform.jobs import defer
from registry.platform.models import JobRun, JobState
from registry.web.templating import say_day

_DECIDING = text("SELECT pg_advisory_xact_lock(hashtextextended('policy_decision', 0))")
"""One decides at a time, once whoever judges is through: the job that judges again then finds every subject."""
NO_SUCH_RULE = mark("Aucune règle ne porte ce numéro.")


@dataclass(frozen=True)
class Decider:
    """Who decides, for the authority: the account, by which role, on which day."""

    organisation_id: int
    account_id: int
    as_role: Role
    actor: str
    today: date


def _still(session: Session) -> Engine:
    """The engine as decisions stand, and will until the end of this transaction."""
    session.execute(_DECIDING)
    session.info["revision"] = find_revision(session)
    return engine_of(session)


def why_not_adopted(engine: Engine, ours: Engine, draft: Policy, text: str, today: date) -> str:
    """Why a draft that reads cannot be adopted, in a sentence; nothing where it can."""
    if is_taken(ours.catalogue, draft.id):
        return _(
            "{number} est le numéro d’une règle du logiciel ou du dossier local, qu’une règle adoptée ne remplace pas. "
            "Donnez un autre numéro au projet, puis essayez-le de nouveau."
        ).format(number=draft.id)
    known = engine.catalogue.decided.adopted.get(draft.id)
    stands, prefix = known is not None and known.stands, draft.id.partition("-")[0]
    if not stands and prefix in _prefixes(ours):
        return _(
            "Les numéros qui commencent par « {prefix} » sont ceux du logiciel : une prochaine version pourrait donner "
            "{number} à une autre règle. Prenez un début de numéro qui soit le vôtre, puis essayez de nouveau."
        ).format(prefix=prefix, number=draft.id)
    if any(version.validated_on is not None for version in draft.versions):
        return _("Une règle se valide une fois adoptée : retirez « validated_on » du projet.")
    if not any(binds_later(version, today) for version in draft.versions):
        return _(
            "Aucune version de ce projet n’entre en vigueur : donnez à l’une le statut « {status} » et un jour qui "
            "n’est pas passé, puis essayez-le de nouveau."
        ).format(status=VersionStatus.IN_FORCE)
    if known is not None and stands and known.text == text:
        return _("Ce texte est déjà adopté.")
    return ""


def _prefixes(ours: Engine) -> frozenset[str]:
    """How the numbers of the rules that come with the software begin."""
    catalogue = ours.catalogue
    return frozenset(one.id.partition("-")[0] for one in catalogue.policies if one.id not in catalogue.local)


def binds_later(version: PolicyVersion, today: date) -> bool:
    """Whether a version binds today or is to bind."""
    over = version.effective_until is not None and version.effective_until < today
    return version.status is VersionStatus.IN_FORCE and not over


def judges_from(policy: Policy, today: date) -> date | None:
    """The day to come from which a policy judges, where none of its versions judges today."""
    if any(version.applies_on(today) for version in policy.versions):
        return None
    return min((one.effective_from for one in policy.versions if binds_later(one, today)), default=None)


def read_to_adopt(session: Session, engine: Engine, text: str, today: date) -> Policy:
    """The policy of a draft that may be adopted.

    Raises: Conflict, in a sentence.
    """
    found = read_draft(text, engine)
    if found.policy is None:
        said = _("Ce projet ne peut pas être adopté : {problems}")
        raise Conflict(said.format(problems=" ".join(found.problems)))
    if refusal := why_not_adopted(engine, session.info["engine"], found.policy, text, today):
        raise Conflict(refusal)
    return found.policy


def draft_of(run: JobRun) -> str:
    """The draft that a simulation tried.

    Raises: Conflict where it is not over, or tried no draft.
    """
    text: str | None = run.arguments.get("draft") if run.kind == SIMULATE_JOB else None
    if text is None:
        raise Conflict(_("Cette simulation essaie le droit d’un autre jour : il n’y a pas de projet à adopter."))
    if run.state is not JobState.DONE:
        raise Conflict(_("Cette simulation n’est pas terminée : un projet s’adopte une fois essayé."))
    return text


def adopt_policy(
    session: Session, text: str, reason: str, by: Decider, *, run: JobRun | None = None
) -> tuple[PolicyDecision, JobRun]:
    """Has a draft judge, by its number: a rule adopted before under it is replaced. The register is judged again.

    Raises: Conflict when it cannot be adopted.
    """
    # Read and tried before others wait; only what another decision may have changed is looked at again.
    policy = read_to_adopt(session, engine_of(session), text, by.today)
    engine = _still(session)
    if refusal := why_not_adopted(engine, session.info["engine"], policy, text, by.today):
        raise Conflict(refusal)
    say(session, "compliance:policy:adopt", reason)
    made = _keep(
        session, by, kind=PolicyDecisionKind.ADOPTED, policy_id=policy.id, text=text, reason=reason,
        run_id=run.id if run is not None else None, drafted_by=run.account_id if run is not None else by.account_id,
    )  # fmt: skip
    before = engine.catalogue.decided.adopted.get(policy.id)
    kinds = {policy.subject, *([before.policy.subject] if before is not None and before.policy is not None else [])}
    return made, _judge_again(session, made, by, kinds)


def get_adopted(engine: Engine, policy_id: str) -> Adopted:
    """A rule that was adopted here, withdrawn since or not.

    Raises: NotFound.
    """
    found = engine.catalogue.decided.adopted.get(policy_id)
    if found is None:
        raise NotFound(_("Aucune règle adoptée ici ne porte ce numéro."))
    return found


def text_adopted(adopted: Adopted, decision_id: int) -> str:
    """The text that one of its adoptions gave a rule: another may have replaced it since.

    Raises: NotFound.
    """
    found = next((one.text for one in adopted.history if one.id == decision_id and one.text is not None), None)
    if found is None:
        raise NotFound(_("Aucune adoption de cette règle ne porte ce numéro."))
    return found


def withdraw_policy(session: Session, policy_id: str, reason: str, by: Decider) -> tuple[PolicyDecision, JobRun]:
    """Has an adopted rule judge no more: what it found ends as the register is judged again.

    Raises: NotFound; Conflict when it is withdrawn already.
    """
    engine = _still(session)
    adopted = get_adopted(engine, policy_id)
    if not adopted.stands:
        raise Conflict(_("Cette règle est déjà retirée."))
    say(session, "compliance:policy:withdraw", reason)
    made = _keep(session, by, kind=PolicyDecisionKind.WITHDRAWN, policy_id=policy_id, reason=reason)
    kinds = {adopted.policy.subject} if adopted.policy is not None else set(engine.subjects)
    return made, _judge_again(session, made, by, kinds)


def _keep(session: Session, by: Decider, **said: Any) -> PolicyDecision:
    made = PolicyDecision(
        **{"decided_on": by.today, **said}, organisation_id=by.organisation_id, decided_by=by.account_id,
        decided_as=by.as_role,
    )  # fmt: skip
    session.add(made)
    session.flush()
    return made


def run_key(decision_id: int) -> str:
    """By what the job that follows a decision is found."""
    return f"decision:{decision_id}"


def _judge_again(session: Session, made: PolicyDecision, by: Decider, kinds: Collection[SubjectKind]) -> JobRun:
    return defer(
        session, EVALUATE_JOB, key=run_key(made.id), organisation_id=by.organisation_id, actor=by.actor,
        account_id=by.account_id, arguments={"kinds": sorted(kinds), "policy_id": made.policy_id},
    )  # fmt: skip


def validate_version(session: Session, policy_id: str, form: ValidationForm, by: Decider) -> PolicyDecision:
    """A jurist answers for a version's text, since a day.

    Raises: NotFound; Conflict when the text moved, binds no more or is validated; Invalid for a day before it was read.
    """
    engine = _still(session)
    policy, version = _of_text(engine, policy_id, form.digest)
    if not binds_later(version, by.today):
        raise Conflict(_("Cette version ne juge plus, ou n’est qu’un projet : elle ne se valide pas."))
    if engine.catalogue.validation_of(policy, version) is not None:
        raise Conflict(_("Cette version est déjà validée."))
    day, read = form.validated_on or by.today, first_read(engine, policy, version)
    # Where nothing tells when it was read, it could not be before it bound; of one to come, today is early enough.
    first = read if read is not None else min(version.effective_from, by.today)
    if day < first:
        words = (
            _("Ce texte n’a été écrit que le {day} : donnez un jour qui n’est pas avant.") if read is not None
            else _("Ce texte n’est en vigueur que depuis le {day} : donnez un jour qui n’est pas avant.")
        )  # fmt: skip
        sentence = words.format(day=say_day(first))
        raise Invalid(sentence, (FieldError("validated_on", sentence),))
    say(session, "compliance:policy:validate", form.note)
    return _keep(
        session, by, kind=PolicyDecisionKind.VALIDATED, policy_id=policy_id, version_digest=form.digest,
        reason=form.note, decided_on=day,
    )  # fmt: skip


def unvalidate_version(session: Session, policy_id: str, digest: str, reason: str, by: Decider) -> PolicyDecision:
    """A version's text is to be validated again.

    Raises: NotFound; Conflict when the text moved, or nobody validated it.
    """
    engine = _still(session)
    if engine.catalogue.validation_of(*_of_text(engine, policy_id, digest)) is None:
        raise Conflict(_("Cette version n’est pas validée."))
    say(session, "compliance:policy:unvalidate", reason)
    return _keep(
        session, by, kind=PolicyDecisionKind.UNVALIDATED, policy_id=policy_id, version_digest=digest, reason=reason
    )  # fmt: skip


def _of_text(engine: Engine, policy_id: str, digest: str) -> tuple[Policy, PolicyVersion]:
    require_judging(engine, policy_id)
    found = engine.catalogue.find_text(policy_id, digest)
    if found is None:
        raise Conflict(_("Le texte de cette règle a changé pendant que vous le lisiez : relisez-le."))
    return found


def require_judging(engine: Engine, policy_id: str) -> None:
    """Refuses what bears on the text of a rule where it judges no more.

    Raises: Conflict where it was withdrawn, or cannot be followed; NotFound where it never was.
    """
    if engine.catalogue.find(policy_id) is not None:
        return
    adopted = engine.catalogue.decided.adopted.get(policy_id)
    if adopted is None:
        raise NotFound(_(NO_SUCH_RULE))
    if adopted.stands:
        raise Conflict(_("Cette règle n’est pas suivie : son texte ne se valide pas."))
    said = _("Cette règle a été retirée le {day} : son texte ne se valide plus.")
    raise Conflict(said.format(day=say_day(adopted.history[-1].decided_on)))


def first_read(engine: Engine, policy: Policy, version: PolicyVersion) -> date | None:
    """The day before which nobody could have validated a version: that of its adoption, or on which its law was read.

    None where nothing tells.
    """
    adopted = engine.catalogue.decided.adopted.get(policy.id)
    if adopted is not None and adopted.policy is policy:
        return adopted.last.decided_on
    read: Mapping[str, date | None] = {one.identifier: one.read_on for one in engine.catalogue.texts}
    days = [day for one in citations_of(engine.catalogue, version) if (day := read.get(one.text)) is not None]
    return max(days, default=None)
