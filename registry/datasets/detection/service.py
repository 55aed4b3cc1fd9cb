"""Every change to suggestions: what an inspection saw, then what a person decides, which the sheet then says."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from registry.datasets.detection.forms import Decision, ReviewForm, SuggestionDecision
from registry.datasets.detection.queries import find_every_suggestion, find_suggestions
from registry.datasets.detection.rules import field_named, gravest
from registry.datasets.forms import DatasetChange, FieldForm
from registry.datasets.models import Dataset, DatasetField, FieldSuggestion
from registry.datasets.queries import find_parts, get_dataset
from registry.datasets.service import amend_dataset, require_live
from registry.datasets.vocabulary import FieldEvidence, SuggestionState
from registry.inspection.vocabulary import Inspected, PersonalSign, Suggestion
from registry.kernel.errors import NotFound
from registry.kernel.words import _
from registry.ledger.service import say, touch

_DECIDED = frozenset({SuggestionState.KEPT, SuggestionState.CONFIRMED, SuggestionState.REFUSED})
_Key = tuple[str, PersonalSign, str]


@dataclass(frozen=True)
class Recorded:
    """What an inspection brought: suggestions to look at, those decided before, those the sheet already says."""

    waiting: int = 0
    decided: int = 0
    known: int = 0


def record_inspection(session: Session, dataset_id: int, tables: Sequence[Inspected], *, on: date) -> Recorded:
    """Keeps what an inspection suggests of the fields of a dataset.

    What a person refused stays refused, what one accepted stays accepted; what the sheet already says of a field is
    not suggested; what waited and is seen no more is withdrawn.
    Raises: NotFound; Conflict when the sheet is annulled.
    """
    sheet = get_dataset(session, dataset_id, lock=True)
    require_live(sheet)
    say(session, "datasets:suggestion:record")
    existing = {(one.field_name, one.sign, one.category): one for one in find_every_suggestion(session, dataset_id)}
    fields = [one for one in find_parts(session, DatasetField, dataset_id) if not one.annulled]
    seen = _by_key(tables)
    known = {key for key, one in seen.items() if _is_said(fields, key[0], one.category)}
    decided = {key for key in seen if key in existing and existing[key].state in _DECIDED}
    for key in seen.keys() - known - decided:
        _write(session, sheet, key, seen[key], existing.get(key), on)
    inspected = {column.name for table in tables for column in table.columns}
    for key, one in existing.items():
        if one.state is SuggestionState.WAITING and key not in seen and one.field_name in inspected:
            one.state = SuggestionState.WITHDRAWN
    session.flush()
    touch(session, "dataset", dataset_id)
    return Recorded(len(seen.keys() - known - decided), len(decided), len(known - decided))


def _by_key(tables: Sequence[Inspected]) -> dict[_Key, Suggestion]:
    """Each suggestion under what tells it apart; of the same in two sheets, the one of the most values."""
    found: dict[_Key, Suggestion] = {}
    for table in tables:
        for one in table.suggestions:
            key = (table.columns[one.column].name, one.sign, one.category)
            if key not in found or one.sampled > found[key].sampled:
                found[key] = one
    return found


def _is_said(fields: Sequence[DatasetField], name: str, category: str) -> bool:
    field = field_named(fields, name)
    return field is not None and field.personal_category == category and field.evidence is FieldEvidence.ASSERTED


def _write(
    session: Session, sheet: Dataset, key: _Key, seen: Suggestion, row: FieldSuggestion | None, on: date
) -> None:
    name, sign, category = key
    if row is None:
        row = FieldSuggestion(
            organisation_id=sheet.organisation_id, dataset_id=sheet.id, field_name=name, sign=sign, category=category,
            confidence=seen.confidence, found=seen.found, sampled=seen.sampled, seen_on=on,
        )  # fmt: skip
        session.add(row)
    row.confidence, row.found, row.sampled, row.seen_on = seen.confidence, seen.found, seen.sampled, on
    row.reasons = [{"code": str(reason.code), "counts": dict(reason.counts)} for reason in seen.reasons]
    row.state, row.remark = SuggestionState.WAITING, None


def review_suggestions(session: Session, dataset_id: int, form: ReviewForm, *, expected: int) -> Dataset:
    """Applies what a person decides: a kept suggestion becomes the detected category of its field, a confirmed one the
    declared category, a refused one is remembered with its reason; what was only kept is taken back from its field.

    Raises: NotFound for a suggestion that is not of this dataset; Conflict when the sheet is annulled; Stale when
    somebody changed the sheet since version `expected`.
    """
    known = {one.id: one for one in find_suggestions(session, dataset_id, lock=True)}
    decided = [(_known(known, one), one) for one in form.decisions]
    changes = _categories(decided)
    sheet = amend_dataset(session, dataset_id, _change_of(session, dataset_id, changes), expected=expected)
    say(session, "datasets:suggestion:review")
    for row, one in decided:
        row.state = SuggestionState(one.decision.value)
        row.remark = one.remark if one.decision is Decision.REFUSED else None
    session.flush()
    return sheet


def _known(known: Mapping[int, FieldSuggestion], decision: SuggestionDecision) -> FieldSuggestion:
    if decision.id not in known:
        raise NotFound(_("Cette suggestion n’existe pas pour ce jeu de données : relisez la page."))
    return known[decision.id]


_Said = tuple[str | None, FieldEvidence]
_ACCEPTED = {Decision.CONFIRMED: FieldEvidence.ASSERTED, Decision.KEPT: FieldEvidence.DETECTED}


def _categories(decided: Sequence[tuple[FieldSuggestion, SuggestionDecision]]) -> dict[str, _Said]:
    """The category each field is given: of several accepted at once, the one that weighs most in law; none where the
    one it was kept for is taken back."""
    said: dict[str, _Said] = {}
    for row, one in decided:
        before = said.get(row.field_name, (None, FieldEvidence.ASSERTED))[0]
        if one.decision in _ACCEPTED:
            if before is None or gravest(before, row.category) != before:
                said[row.field_name] = (row.category, _ACCEPTED[one.decision])
        elif row.state is SuggestionState.KEPT:
            said.setdefault(row.field_name, (None, FieldEvidence.ASSERTED))
    return said


def _change_of(session: Session, dataset_id: int, changes: Mapping[str, _Said]) -> DatasetChange:
    """The change of a sheet that gives its fields these categories; a column it does not describe becomes a field."""
    if not changes:
        return DatasetChange()
    rows = [one for one in find_parts(session, DatasetField, dataset_id) if not one.annulled]
    forms = {row.name: FieldForm.model_validate(row) for row in rows}
    for name, (category, evidence) in changes.items():
        row = field_named(rows, name)
        if category is None and (row is None or row.evidence is not FieldEvidence.DETECTED):
            # What somebody declared since is not undone by taking back a suggestion.
            continue
        form = forms[row.name] if row is not None else FieldForm(name=name)
        given = form.model_copy(update={"personal_category": category, "evidence": evidence})
        forms[form.name] = FieldForm.model_validate(given.model_dump())
    return DatasetChange(fields=list(forms.values()))
