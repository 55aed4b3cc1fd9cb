"""What goes out about suggestions: the page of a dataset, the body of the API."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from registry.datasets.detection.rules import field_named
from registry.datasets.models import DatasetField, FieldSuggestion
from registry.datasets.vocabulary import FieldEvidence, SuggestionState
from registry.inspection.vocabulary import Confidence, Inspected, Reason, ReasonCode
from registry.kernel.words import _, current_locale
from registry.platform.lists import load_list


@dataclass(frozen=True)
class SuggestionView:
    """One suggestion in words.

    Units: `percent` from 0 to 100, of the values sampled.
    """

    id: int
    field: str
    sign: str
    category: str
    confidence: str
    is_surest: bool
    reasons: Sequence[str]
    found: int
    sampled: int
    percent: int
    seen_on: date
    state: str
    state_label: str
    remark: str
    current: str


@dataclass(frozen=True)
class InspectionPage:
    """The suggestions of a dataset: those to look at, those decided; and the form to send a sample.

    `surest` counts those that are very likely, `denies` says that the sheet tells of no personal data, `usual` are the
    reasons to refuse that a button says.
    """

    id: int
    version: int
    title: str
    annulled: bool
    may_record: bool
    waiting: Sequence[SuggestionView]
    decided: Sequence[SuggestionView]
    columns: int
    surest: int
    denies: bool
    usual: Sequence[tuple[str, str]]
    typed: Mapping[str, str]
    errors: Mapping[str, str]
    labels: Mapping[str, str]
    summary: Sequence[str]
    limit: int


def suggestion_view(row: FieldSuggestion, fields: Sequence[DatasetField]) -> SuggestionView:
    """A suggestion in words, with what the sheet says of its field today."""
    categories = load_list("personal_categories")
    return SuggestionView(
        id=row.id,
        field=row.field_name,
        sign=row.sign.label,
        category=categories.label(row.category, current_locale()),
        confidence=row.confidence.label,
        is_surest=row.confidence is Confidence.HIGH,
        reasons=[say_reason(one) for one in row.reasons],
        found=row.found,
        sampled=row.sampled,
        percent=round(100 * row.found / row.sampled) if row.sampled else 0,
        seen_on=row.seen_on,
        state=str(row.state),
        state_label=row.state.label,
        remark=row.remark or "",
        current=_said_of(field_named(fields, row.field_name)),
    )


def _said_of(field: DatasetField | None) -> str:
    if field is None:
        return _("La fiche ne décrit pas ce champ : le retenir l’ajoutera.")
    if field.personal_category is None:
        return _("La fiche n’en dit rien.")
    label = load_list("personal_categories").label(field.personal_category, current_locale())
    if field.evidence is FieldEvidence.DETECTED:
        return _("La fiche dit : {category}, à confirmer.").format(category=label)
    return _("La fiche dit : {category}.").format(category=label)


def left_out(table: Inspected) -> list[str]:
    """What of a table was not read, and what its columns lack, in sentences."""
    said = []
    if not table.has_header:
        said.append(_("Aucun en-tête n’a été trouvé : les colonnes portent leur lettre."))
    if not table.is_whole and table.rows > table.sampled:
        said.append(_("La fin, trop longue, n’a pas été lue."))
    elif not table.is_whole:
        said.append(_("Seules {count} de ses lignes ont été lues.").format(count=table.sampled))
    if table.is_cut:
        said.append(
            _("Seules {count} colonnes ont été lues : celles d’après, ou trop imbriquées, ne le sont pas.").format(
                count=len(table.columns)
            )
        )
    return said


def say_reason(kept: Mapping[str, object]) -> str:
    """A reason as it is kept, in the reader's language."""
    counts = kept.get("counts")
    return Reason(ReasonCode(str(kept["code"])), counts if isinstance(counts, dict) else {}).sentence


@dataclass(frozen=True)
class SuggestionBody:
    """A suggestion, as the API gives it: codes, counts and sentences, never a value.

    Units: `share` from 0 to 1, of the values sampled.
    """

    id: int
    field: str
    sign: str
    category: str
    confidence: str
    reasons: list[str]
    found: int
    sampled: int
    share: float
    seen_on: date
    state: str
    remark: str | None


@dataclass(frozen=True)
class SuggestionsBody:
    """The suggestions of a dataset; `dataset_version` is what a review says it read."""

    dataset_id: int
    dataset_version: int
    waiting: int
    suggestions: list[SuggestionBody]


def suggestions_body(dataset_id: int, version: int, rows: Sequence[FieldSuggestion]) -> SuggestionsBody:
    """The suggestions of a dataset as the API gives them."""
    bodies = [
        SuggestionBody(
            id=row.id,
            field=row.field_name,
            sign=str(row.sign),
            category=row.category,
            confidence=str(row.confidence),
            reasons=[say_reason(one) for one in row.reasons],
            found=row.found,
            sampled=row.sampled,
            share=round(row.found / row.sampled, 4) if row.sampled else 0.0,
            seen_on=row.seen_on,
            state=str(row.state),
            remark=row.remark,
        )
        for row in rows
    ]
    waiting = sum(row.state is SuggestionState.WAITING for row in rows)
    return SuggestionsBody(dataset_id, version, waiting, bodies)
