"""What is known and decided of a publication, under the names the policies use."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from registry.compliance.explanation import VALUE_WORDS
from registry.datasets.vocabulary import PublicationDecision, PublicationRefusal
from registry.documents.vocabulary import EvidenceKind
from registry.kernel.permissions import Role
from registry.ledger.as_of import find_rows
from registry.platform.lists import load_list
from registry.publication.models import PublicationChoice, SecretAnswer
from registry.publication.rules import Communicability, Reply, allows, conclude, is_homologated
from registry.publication.vocabulary import Conclusion, DecisionState, Outcome, SecretReply

VALUE_WORDS.update(
    {
        "dataset.publication_decision": lambda code: PublicationDecision(code).label,
        "dataset.refusal_ground": lambda code: PublicationRefusal(code).label,
        "dataset.protected_secrets": lambda code: load_list("secrets").label(code),
    }
)
BOUND = tuple(
    f"dataset.{name}"
    for name in (
        "publication_decision", "publication_decision_stands", "refusal_ground", "refusal_reviewed_on", "electronic",
        "protected_secrets", "secrets_redacted", "disclosure_text", "licence_homologated", "secrets_reviewed",
    )
)  # fmt: skip
_SAID = {
    Outcome.OPEN: PublicationDecision.PUBLISH,
    Outcome.ONCE_TREATED: PublicationDecision.PUBLISH_ONCE_TREATED,
    Outcome.RESTRICTED: PublicationDecision.NOT_PUBLISH,
    Outcome.NOT_COMMUNICABLE: PublicationDecision.NOT_PUBLISH,
}
_PROOFS = frozenset({EvidenceKind.ANONYMISATION_PROOF, EvidenceKind.REDACTION})


def bind_publication(
    session: Session, bound: Mapping[int, tuple[Any, dict[str, Any]]], *, on: date, until: datetime | None
) -> None:
    """Adds to the facts of these datasets what was answered of their secrets and decided of their publication."""
    answers: dict[int, dict[str, Reply]] = {}
    for row in find_rows(session, SecretAnswer, until=until, column="dataset_id", among=bound):
        answers.setdefault(row.dataset_id, {})[row.secret] = Reply(SecretReply(row.answer), row.until)
    choices = {
        row.dataset_id: row
        for row in find_rows(session, PublicationChoice, until=until, column="dataset_id", among=bound)
        if row.state == DecisionState.CURRENT
    }
    for number, (sheet, facts) in bound.items():
        found = conclude(answers.get(number, {}), on)
        _bind_secrets(facts, found)
        _bind_choice(facts, choices.get(number), sheet, found)
        # A file, an interface or a system holds it: it is there in electronic form. Else nobody said.
        if facts.get("dataset.formats") or facts.get("dataset.system__present") or facts.get("dataset.api"):
            facts["dataset.electronic"] = True


def _bind_secrets(facts: dict[str, Any], found: Communicability) -> None:
    if found.secrets or found.conclusion is Conclusion.TO_ALL:
        facts["dataset.protected_secrets"] = found.secrets
    if _PROOFS & set(facts.get("dataset.valid_evidence", ())):
        facts["dataset.secrets_redacted"] = True


def _bind_choice(facts: dict[str, Any], choice: Any, sheet: Any, found: Communicability) -> None:
    """The decision that holds. The registry is where it is recorded: without one, it is known that there is none."""
    facts["dataset.publication_decision__present"] = choice is not None
    facts["dataset.refusal_ground__present"] = choice is not None and choice.refusal is not None
    if choice is None:
        facts["dataset.refusal_reviewed_on__present"] = False
        return
    outcome = Outcome(choice.outcome)
    facts["dataset.publication_decision"] = str(_SAID[outcome])
    # A licence changed on the sheet since is not the one that was decided.
    facts["dataset.publication_decision_stands"] = allows(outcome, found.conclusion) and (
        not outcome.opens or choice.licence == sheet.licence
    )
    facts["dataset.disclosure_text__present"] = choice.disclosure_text is not None
    facts["dataset.secrets_reviewed"] = choice.decided_as == Role.LEGAL
    if choice.refusal is not None:
        facts["dataset.refusal_ground"] = str(choice.refusal)
        # To decide anew is to look at it again.
        facts["dataset.refusal_reviewed_on"] = choice.decided_on
    facts["dataset.refusal_reviewed_on__present"] = choice.refusal is not None
    if choice.licence is not None:
        facts["dataset.licence_homologated"] = is_homologated(choice.licence) or choice.licence_reference is not None
