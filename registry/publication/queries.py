"""Every SELECT about publication."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select, text
from sqlalchemy.orm import Session
from sqlmodel import col

from registry.datasets.models import DataService, Dataset, DatasetField, Distribution
from registry.datasets.queries import find_distributions, find_parts
from registry.documents.models import Evidence, EvidenceEdition
from registry.documents.queries import find_evidence_on
from registry.documents.vocabulary import EvidenceKind, ProofSubject
from registry.publication.models import PublicationChoice, ReuseTerms, SecretAnswer, SmallCountCheck
from registry.publication.rules import Communicability, Reply, basis_of, conclude, result_of_tables, to_take_out
from registry.publication.vocabulary import DecisionState, SmallCountResult


@dataclass(frozen=True)
class Dossier:
    """All that the room holds of a dataset: answers by secret, choices with the last first, terms of reuse."""

    answers: dict[str, SecretAnswer]
    choices: Sequence[PublicationChoice]
    reuse: ReuseTerms | None = None

    @property
    def version(self) -> int:
        """What grows with every answer, decision and change of terms: who changes one says which they read."""
        terms = (self.reuse,) if self.reuse is not None else ()
        return sum(one.version for one in (*self.answers.values(), *self.choices, *terms))

    @property
    def current(self) -> PublicationChoice | None:
        """The decision that holds, if there is one."""
        return next((one for one in self.choices if one.state is DecisionState.CURRENT), None)

    def concluded(self, today: date) -> Communicability:
        """To whom the dataset may be given today."""
        return conclude({code: Reply(one.answer, one.until) for code, one in self.answers.items()}, today)


def get_dossier(session: Session, dataset_id: int) -> Dossier:
    """What was answered and decided of a dataset."""
    answers = session.execute(select(SecretAnswer).where(col(SecretAnswer.dataset_id) == dataset_id)).scalars()
    choices = session.execute(
        select(PublicationChoice)
        .where(col(PublicationChoice.dataset_id) == dataset_id)
        .order_by(col(PublicationChoice.id).desc())
    ).scalars()
    reuse = session.execute(select(ReuseTerms).where(col(ReuseTerms.dataset_id) == dataset_id)).scalar_one_or_none()
    return Dossier({one.secret: one for one in answers}, choices.all(), reuse)


def find_own_licences(session: Session, dataset_id: int) -> tuple[tuple[str, str], ...]:
    """The files and interfaces of a dataset that have a licence of their own, with it."""
    parts: list[Distribution | DataService] = [
        *find_distributions(session, dataset_id), *find_parts(session, DataService, dataset_id),
    ]  # fmt: skip
    return tuple((one.title or one.identifier, one.licence) for one in parts if one.licence and not one.annulled)


def find_checks(session: Session, dataset_id: int) -> Sequence[SmallCountCheck]:
    """The checks of small counts of a dataset, the last one first."""
    query = select(SmallCountCheck).where(col(SmallCountCheck.dataset_id) == dataset_id)
    return session.execute(query.order_by(col(SmallCountCheck.id).desc())).scalars().all()


def find_standing_check(session: Session, dataset_id: int) -> SmallCountCheck | None:
    """The check a decision answers for: that of the last file checked; what was found in it stands.

    Another check of the same file, on other columns or with a lower threshold, does not undo what one found.
    """
    checks = find_checks(session, dataset_id)
    found = (
        one for one in checks
        if one.sha256 == checks[0].sha256 and result_of_tables(one.tables) is SmallCountResult.FOUND
    )  # fmt: skip
    return next(found, next(iter(checks), None))


def find_to_take_out(session: Session, sheet: Dataset, found: Communicability) -> tuple[str, ...]:
    """The fields of a dataset that tell of people and that nothing lets out as they are."""
    pieces = find_evidence_on(session, ProofSubject.DATASET, sheet.id)
    proved = any(one.kind is EvidenceKind.ANONYMISATION_PROOF for one, _edition, _link in pieces)
    return to_take_out(find_parts(session, DatasetField, sheet.id), basis_of(sheet, found, proved=proved))


def find_homologations(session: Session, dataset_id: int) -> list[tuple[Evidence, EvidenceEdition]]:
    """The decisions attached to a dataset as evidence, one of which may homologate its licence."""
    found = find_evidence_on(session, ProofSubject.DATASET, dataset_id)
    return [(one, edition) for one, edition, _link in found if one.kind is EvidenceKind.DECISION]


def find_public(session: Session) -> frozenset[int]:
    """The datasets that the public reads today."""
    return frozenset(session.execute(text("SELECT id FROM public_dataset")).scalars())
