"""What goes out about evidence: the view that each template receives."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from registry.documents.models import Evidence, EvidenceEdition
from registry.documents.rules import standing_on
from registry.documents.vocabulary import Standing
from registry.kernel.words import _, mark
from registry.platform.models import StoredFile

EVIDENCE_LABELS: dict[str, str] = {
    "file": mark("Fichier"),
    "title": mark("Titre"),
    "kind": mark("Nature de la pièce"),
    "issued_by": mark("Établie par"),
    "issued_on": mark("Établie le"),
    "expires_on": mark("Valable jusqu’au"),
    "proves": mark("Ce qu’elle prouve"),
    "organisation_id": mark("Organisation qui la garde"),
    "evidence_id": mark("Preuve déjà déposée"),
    "subject_kind": mark("Nature de la fiche"),
    "subject_id": mark("Numéro de la fiche"),
    "reason": mark("Pourquoi"),
    "same_content": mark("Déposer malgré la copie déjà gardée"),
}
_TONES = {
    Standing.EXPIRED: "non-compliant",
    Standing.SOON: "to-complete",
    Standing.CURRENT: "compliant",
    Standing.LASTING: "not-applicable",
}
"""The mark of each standing, among those the pages have; the word beside it says it."""


@dataclass(frozen=True)
class StandingMark:
    """Where a validity stands: the mark, the word, and until when."""

    code: str
    word: str
    until: date | None


@dataclass(frozen=True)
class SubjectLine:
    """A record that a piece of evidence is linked to; no address where the reader has none."""

    link_id: int
    kind: str
    name: str
    address: str
    proves: str
    may_unlink: bool


@dataclass(frozen=True)
class EvidenceLine:
    """A piece of evidence in a list."""

    id: int
    title: str
    kind: str
    standing: StandingMark
    issued_by: str
    issued_on: date | None
    subjects: Sequence[SubjectLine]


@dataclass(frozen=True)
class EvidenceListPage:
    """The evidence within the reader's rights, what expires first coming first."""

    rows: Sequence[EvidenceLine]
    total: int
    figures: Sequence[tuple[int, str, str, str]]
    facets: Sequence[Mapping[str, Any]]
    annulled: bool
    narrowed: bool
    first_address: str
    next_address: str
    may_record: bool


@dataclass(frozen=True)
class EditionLine:
    """One edition with its file.

    Units: `size` in bytes.
    """

    number: int
    standing: StandingMark
    issued_by: str
    issued_on: date | None
    expires_on: date | None
    file_address: str
    file_kind: str
    file_name: str
    size: int
    sha256: str


@dataclass(frozen=True)
class EvidencePage:
    """One piece of evidence: its editions, and what it proves."""

    id: int
    version: int
    title: str
    kind: str
    annulled: bool
    organisation_id: int
    organisation_name: str
    standing: StandingMark
    editions: Sequence[EditionLine]
    subjects: Sequence[SubjectLine]
    values: Mapping[str, Any]
    errors: Mapping[str, str]
    labels: Mapping[str, str]
    panels: Sequence[str]
    may_record: bool
    may_link: bool


@dataclass(frozen=True)
class EvidenceFormPage:
    """A new piece of evidence, or one typed again after errors; `subject` is the record it is for, if any.

    `same` lists what is already kept with the same bytes; `others` what may be linked instead of sending a file.
    Units: `limit` in bytes.
    """

    values: Mapping[str, Any]
    errors: Mapping[str, str]
    labels: Mapping[str, str]
    kinds: Sequence[tuple[str, str]]
    organisations: Sequence[tuple[str, str]]
    subject: tuple[str, str] | None
    same: Sequence[tuple[int, str]]
    others: Sequence[tuple[str, str]]
    limit: int


@dataclass(frozen=True)
class EditionFormPage:
    """A new edition of a piece of evidence.

    Units: `limit` in bytes.
    """

    id: int
    version: int
    title: str
    number: int
    values: Mapping[str, Any]
    errors: Mapping[str, str]
    labels: Mapping[str, str]
    same: Sequence[tuple[int, str]]
    limit: int


@dataclass(frozen=True)
class EvidenceChangePage:
    """The title and the kind of a piece of evidence, to correct."""

    id: int
    version: int
    title: str
    values: Mapping[str, Any]
    errors: Mapping[str, str]
    labels: Mapping[str, str]
    kinds: Sequence[tuple[str, str]]


@dataclass(frozen=True)
class ReasonPage:
    """The question asked before evidence is unlinked: why; `action` is where it is sent."""

    id: int
    version: int
    title: str
    heading: str
    sentence: str
    action: str
    reason: str
    error: str


@dataclass(frozen=True)
class EvidencePanel:
    """The evidence on a sheet; `add_address` is where more is given."""

    rows: Sequence[EvidenceLine]
    add_address: str
    may_record: bool


def standing_mark(edition: EvidenceEdition, today: date) -> StandingMark:
    """Where the validity of an edition stands, in words."""
    standing = standing_on(edition.expires_on, today)
    return StandingMark(_TONES[standing], standing.label, edition.expires_on)


def evidence_line(
    evidence: Evidence, edition: EvidenceEdition, subjects: Sequence[SubjectLine], today: date
) -> EvidenceLine:
    """A piece of evidence as lists show it."""
    return EvidenceLine(
        id=evidence.id, title=evidence.title, kind=evidence.kind.label, standing=standing_mark(edition, today),
        issued_by=edition.issued_by or "", issued_on=edition.issued_on, subjects=subjects,
    )  # fmt: skip


def edition_line(edition: EvidenceEdition, file: StoredFile, kind: str, today: date) -> EditionLine:
    """An edition as its sheet shows it."""
    return EditionLine(
        number=edition.number, standing=standing_mark(edition, today), issued_by=edition.issued_by or "",
        issued_on=edition.issued_on, expires_on=edition.expires_on,
        file_address=f"/preuves/{edition.evidence_id}/fichiers/{edition.id}", file_kind=kind, file_name=file.name,
        size=file.size, sha256=file.sha256,
    )  # fmt: skip


def labels() -> dict[str, str]:
    """The name of each field, in the reader's language."""
    return {name: _(label) for name, label in EVIDENCE_LABELS.items()}
