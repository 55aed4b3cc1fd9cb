"""What is known and decided of a publication, under the names the policies use."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from registry.compliance.explanation import VALUE_WORDS
from registry.datasets.models import DatasetField, Distribution
from registry.datasets.vocabulary import PublicationDecision, PublicationRefusal
from registry.documents.facts import find_valid_pieces
from registry.documents.vocabulary import EvidenceKind, ProofSubject
from registry.kernel.permissions import Role
from registry.ledger.as_of import find_rows
from registry.organisations.facts import bind_presence, may_be_absent
from registry.platform.lists import load_list
from registry.publication import owed
from registry.publication.models import PublicationChoice, ReuseTerms, SecretAnswer
from registry.publication.rules import (
    SAID_BY_LICENCE,
    Communicability,
    Reply,
    allows,
    basis_of,
    conclude,
    is_homologated,
    ranks,
    to_take_out,
)
from registry.publication.vocabulary import Conclusion, DecisionState, FeeGround, Outcome, SecretRank, SecretReply

VALUE_WORDS.update(
    {
        "dataset.publication_decision": lambda code: PublicationDecision(code).label,
        "dataset.fee_ground": lambda code: FeeGround(code).label,
        "dataset.refusal_ground": lambda code: PublicationRefusal(code).label,
        "dataset.protected_secrets": lambda code: load_list("secrets").label(code),
    }
)
_PLAIN = (
    "communicated", "in_directory", "software", "api_terms_published", "competitive_service", "database_right_claimed",
    "licence_compatible", "licence_restricts", "licence_restricts_competition", "fee", "protected_reuse_offered",
    "reuse_procedure_public",
)  # fmt: skip
_MAY_BE_ABSENT = ("fee_ground", "fee_calculation_url", "fee_revised_on", "reuse_conditions_url", "early_opening_on")
BOUND = owed.BOUND + tuple(
    f"dataset.{name}"
    for name in (
        "publication_decision", "publication_decision_stands", "refusal_ground", "refusal_reviewed_on", "electronic",
        "protected_secrets", "secrets_redacted", "disclosure_text", "licence_homologated", "secrets_reviewed",
        "communicability_delay_running", *_PLAIN, *_MAY_BE_ABSENT, "restriction_reason",
    )
)  # fmt: skip
_SAID = {
    Outcome.OPEN: PublicationDecision.PUBLISH,
    Outcome.ONCE_TREATED: PublicationDecision.PUBLISH_ONCE_TREATED,
    Outcome.RESTRICTED: PublicationDecision.NOT_PUBLISH,
    Outcome.NOT_COMMUNICABLE: PublicationDecision.NOT_PUBLISH,
}
_KEPT_WHOLE = frozenset({Conclusion.TO_NOBODY, Conclusion.TO_PERSON})
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
    terms = {
        row.dataset_id: row for row in find_rows(session, ReuseTerms, until=until, column="dataset_id", among=bound)
    }
    cited = [number for number, row in choices.items() if row.licence_reference is not None]
    pieces = find_valid_pieces(session, ProofSubject.DATASET, cited, on=on, until=until) if cited else {}
    files: dict[int, set[str]] = {}
    for row in find_rows(session, Distribution, until=until, column="dataset_id", among=cited) if cited else []:
        if not row.annulled and row.licence:
            files.setdefault(row.dataset_id, set()).add(row.licence)
    opened = [number for number, row in choices.items() if row.outcome == Outcome.OPEN]
    fields: dict[int, list[Any]] = {}
    for row in find_rows(session, DatasetField, until=until, column="dataset_id", among=opened) if opened else []:
        fields.setdefault(row.dataset_id, []).append(row)
    for number, (sheet, facts) in bound.items():
        found = conclude(answers.get(number, {}), on)
        _bind_secrets(facts, found)
        _bind_choice(facts, choices.get(number), sheet, found)
        proved = EvidenceKind.ANONYMISATION_PROOF in facts.get("dataset.valid_evidence", ())
        if to_take_out(fields.get(number, ()), basis_of(sheet, found, proved=proved)):
            # What was opened as it is has a field of people that nothing lets out, told since or never looked at.
            facts["dataset.publication_decision_stands"] = False
        own, proofs = files.get(number, set()), pieces.get(number, frozenset())
        _bind_homologation(facts, choices.get(number), sheet, own, proofs)
        _bind_reuse(facts, terms.get(number), sheet)
        # A file, an interface or a system holds it: it is there in electronic form. Else nobody said.
        if facts.get("dataset.formats") or facts.get("dataset.system__present") or facts.get("dataset.api"):
            facts["dataset.electronic"] = True


def _bind_reuse(facts: dict[str, Any], terms: Any, sheet: Any) -> None:
    """On which terms it may be reused: what the licence says by itself, then what somebody said."""
    if sheet.licence is not None and is_homologated(sheet.licence):
        # The list of D323-2-1 is the one of reuse free of charge, and its licences only set the terms it admits.
        facts |= {f"dataset.{name}": False for name in SAID_BY_LICENCE}
    if terms is None:
        return
    for name in _PLAIN:
        if (value := getattr(terms, name)) is not None:
            facts[f"dataset.{name}"] = value
    for name in _MAY_BE_ABSENT:
        value = getattr(terms, name)
        may_be_absent(facts, f"dataset.{name}", value, terms.declared_absent, name)
    reason = "restriction_reason"
    bind_presence(facts, f"dataset.{reason}", terms.restriction_reason, terms.declared_absent, reason)


def _bind_secrets(facts: dict[str, Any], found: Communicability) -> None:
    if found.secrets or found.conclusion is Conclusion.TO_ALL:
        facts["dataset.protected_secrets"] = found.secrets
    redacted = bool(_PROOFS & set(facts.get("dataset.valid_evidence", ())))
    if redacted:
        facts["dataset.secrets_redacted"] = True
    # That nobody looked for secrets does not say that there is none: until each question is answered, it is not known.
    if redacted or found.conclusion is Conclusion.TO_ALL:
        facts["dataset.communicability_delay_running"] = False
    elif found.conclusion in _KEPT_WHOLE:
        facts["dataset.communicability_delay_running"] = True


def _bind_homologation(facts: dict[str, Any], choice: Any, sheet: Any, own: set[str], pieces: frozenset[int]) -> None:
    """Whether the State homologated what a dataset and its files are under; policies read the two lists themselves.

    What a decision says of it without its date, or without a piece that still holds, is not known to be so.
    """
    name = "dataset.licence_homologated"
    if (
        choice is None
        or choice.licence_reference is None
        or choice.licence != sheet.licence
        or any(one != choice.licence and not is_homologated(one) for one in own)
    ):
        facts[name] = False
    elif choice.homologated_on is not None and choice.homologation_id in pieces:
        facts[name] = True


def _bind_choice(facts: dict[str, Any], choice: Any, sheet: Any, found: Communicability) -> None:
    """The decision that holds. The registry is where it is recorded: without one, it is known that there is none."""
    facts["dataset.publication_decision__present"] = choice is not None
    facts["dataset.refusal_ground__present"] = choice is not None and choice.refusal is not None
    if choice is None:
        facts["dataset.refusal_reviewed_on__present"] = facts["dataset.disclosure_text__present"] = False
        return
    outcome = Outcome(choice.outcome)
    facts["dataset.publication_decision"] = str(_SAID[outcome])
    # A licence changed on the sheet since is not the one that was decided.
    facts["dataset.publication_decision_stands"] = allows(outcome, found, choice.disclosure_text) and (
        not outcome.opens or choice.licence == sheet.licence
    )
    # A text counts for nothing against what L311-5 protects.
    facts["dataset.disclosure_text__present"] = choice.disclosure_text is not None and not any(
        ranks()[code] is SecretRank.ALL for code in found.secrets
    )
    facts["dataset.secrets_reviewed"] = choice.decided_as == Role.LEGAL
    if choice.refusal is not None:
        facts["dataset.refusal_ground"] = str(choice.refusal)
        # To decide anew is to look at it again.
        facts["dataset.refusal_reviewed_on"] = choice.decided_on
    facts["dataset.refusal_reviewed_on__present"] = choice.refusal is not None
