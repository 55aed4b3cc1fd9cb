"""What is known of a processing activity on a day, under the names the policies use; which datasets one concerns."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from registry.compliance.explanation import VALUE_WORDS
from registry.datasets.facts import Instead, bind_datasets
from registry.datasets.models import Dataset
from registry.datasets.vocabulary import PersonalData
from registry.ledger.as_of import find_rows
from registry.ledger.queries import find_last_changes
from registry.organisations.facts import bind_presence, may_be_absent
from registry.platform.lists import load_list
from registry.platform.tables import Table
from registry.processing.models import (
    ActivityData,
    ActivityDataset,
    ActivityPrincipal,
    ActivityRecipient,
    ActivityRight,
    ActivityTransfer,
    ProcessingActivity,
)
from registry.processing.rules import is_framed, keeps_rights_of_basis, standing_of_rights
from registry.processing.vocabulary import (
    ActivityStatus,
    Article9Condition,
    AutomatedDecision,
    Compatibility,
    LawfulBasis,
    PersonsRight,
    ProcessingRole,
    TransferSafeguard,
)

VALUE_WORDS.update(
    {
        "activity.status": lambda code: ActivityStatus(code).label,
        "activity.role": lambda code: ProcessingRole(code).label,
        "activity.lawful_basis": lambda code: LawfulBasis(code).label,
        "activity.automated_decision": lambda code: AutomatedDecision(code).label,
        "activity.compatibility": lambda code: Compatibility(code).label,
        "activity.article9_conditions": lambda code: Article9Condition(code).label,
        "activity.people_categories": lambda code: load_list("people_categories").label(code),
        "activity.data_categories": lambda code: load_list("personal_categories").label(code),
    }
)
_CODES = ("status", "role", "automated_decision")
_TRUTHS = ("public_mission", "algorithm_explained", "human_review")
_PRESENT = (
    "purpose", "basis_note", "founding_text", "consent_proof", "consent_withdrawal", "algorithm_notice",
    "article9_text", "offences_text", "offences_necessity", "nir_text", "joint_controllers",
)  # fmt: skip
_COMPUTED = (
    "information_notice", "notice_reviewed_on", "reviewed_on", "access_control", "traceability", "backup",
    "article9_conditions", "article9_rests_on_law", "people_categories", "data_categories", "special_data",
    "offence_data", "nir_data", "retention_told", "recipients_told", "transfers_told", "transfers_safeguarded",
    "principals_told", "basis_rights_kept",
)  # fmt: skip
BOUND = (
    *(f"activity.{name}" for name in ("lawful_basis", *_CODES, *_TRUTHS, *_PRESENT, *_COMPUTED)),
    *(
        f"dataset.{name}"
        for name in (
            "processing_recorded",
            "lawful_basis_recorded",
            "collection_ground",
            "purpose",
            "changed_on",
            "reassessed_on",
        )
    ),
)


def bind_activities(
    session: Session,
    ids: Sequence[int],
    *,
    on: date,  # noqa: ARG001 - what begins or ends on a day is told by the status of the activity.
    until: datetime | None,
) -> dict[int, tuple[Any, dict[str, Any]]]:
    """The row and the facts of each of these activities."""
    rows = find_rows(session, ProcessingActivity, until=until, column="id", among=ids)
    data, recipients, transfers, principals, rights = (
        _below(session, model, ids, until)
        for model in (ActivityData, ActivityRecipient, ActivityTransfer, ActivityPrincipal, ActivityRight)
    )
    return {
        row.id: (
            row,
            facts_of_activity(row)
            | facts_of_data(data.get(row.id, ()))
            | facts_of_flows(row, recipients.get(row.id, ()), transfers.get(row.id, ()), principals.get(row.id, ()))
            | facts_of_rights(row, rights.get(row.id, ())),
        )
        for row in rows
    }


def _below(
    session: Session, model: type[Table], ids: Sequence[int], until: datetime | None
) -> Mapping[int, Sequence[Any]]:
    found: dict[int, list[Any]] = {}
    for row in find_rows(session, model, until=until, column="activity_id", among=ids):
        if not row.annulled:
            found.setdefault(row.activity_id, []).append(row)
    return found


def facts_of_activity(activity: Any) -> dict[str, Any]:
    """The facts of one activity, from its row."""
    absent = activity.declared_absent
    facts: dict[str, Any] = {
        f"activity.{name}": str(getattr(activity, name)) for name in _CODES if getattr(activity, name) is not None
    }
    basis = None if activity.lawful_basis is None else str(activity.lawful_basis)
    may_be_absent(facts, "activity.lawful_basis", basis, absent, "lawful_basis")
    for name in _TRUTHS:
        if getattr(activity, name) is not None:
            facts[f"activity.{name}"] = getattr(activity, name)
    for name in _PRESENT:
        bind_presence(facts, f"activity.{name}", getattr(activity, name), absent, name)
    notice = activity.notice_text or activity.notice_url
    bind_presence(facts, "activity.information_notice", notice, absent, "notice_text")
    for name in ("notice_reviewed_on", "reviewed_on"):
        may_be_absent(facts, f"activity.{name}", getattr(activity, name), absent, name)
    if activity.security_measures:
        # Who ticked the measures saw the boxes: what is not ticked there is not taken.
        for name in ("access-control", "traceability", "backup"):
            facts[f"activity.{name.replace('-', '_')}"] = name in activity.security_measures
    # Point d is for bodies that seek no profit and their members: it allows an authority nothing.
    conditions = tuple(str(one) for one in activity.article9_conditions if one != Article9Condition.MEMBERS)
    if activity.article9_conditions or "article9_conditions" in absent:
        facts["activity.article9_conditions"] = conditions
        facts["activity.article9_rests_on_law"] = any(Article9Condition(one).rests_on_law for one in conditions)
    return facts


def facts_of_data(pairs: Sequence[Any]) -> dict[str, Any]:
    """The facts of what an activity holds; nothing where nobody said it."""
    if not pairs:
        return {}
    kinds = load_list("personal_categories")
    data = sorted({row.data_category for row in pairs})
    return {
        "activity.people_categories": tuple(sorted({row.people_category for row in pairs})),
        "activity.data_categories": tuple(data),
        "activity.special_data": any(kinds.flag(one, "special") for one in data),
        "activity.offence_data": any(kinds.flag(one, "offences") for one in data),
        "activity.nir_data": any(kinds.flag(one, "nir") for one in data),
        "activity.retention_told": all(row.retention_months is not None and row.retention_trigger for row in pairs),
    }


def facts_of_flows(
    activity: Any, recipients: Sequence[Any], transfers: Sequence[Any], principals: Sequence[Any]
) -> dict[str, Any]:
    """The facts of who receives the data, where it goes, and on whose behalf it is processed."""
    facts: dict[str, Any] = {}
    absent = activity.declared_absent
    if recipients or "recipients" in absent:
        facts["activity.recipients_told"] = True
    if transfers or "transfers" in absent:
        facts["activity.transfers_told"] = True
        facts["activity.transfers_safeguarded"] = all(
            is_framed(row.country, row.safeguard and TransferSafeguard(row.safeguard), row.document)
            for row in transfers
        )
    if principals:
        facts["activity.principals_told"] = True
    return facts


def facts_of_rights(activity: Any, adjusted: Sequence[Any]) -> dict[str, Any]:
    """Whether the rights told are those the basis gives; nothing without a basis."""
    if activity.lawful_basis is None:
        return {}
    standing = standing_of_rights(
        LawfulBasis(activity.lawful_basis),
        activity.automated_decision and AutomatedDecision(activity.automated_decision),
        activity.article9_conditions,
        {PersonsRight(row.right): (row.applies, row.reason) for row in adjusted},
    )
    return {"activity.basis_rights_kept": keeps_rights_of_basis(standing)}


def bind_datasets_processed(
    session: Session,
    ids: Sequence[int],
    *,
    on: date,
    until: datetime | None,
    instead: Mapping[int, Instead] | None = None,
) -> dict[int, tuple[Any, dict[str, Any]]]:
    """The facts of these datasets, with whether an activity of the record concerns them.

    That none does is not known: a record that is being filled is silent, not empty.
    """
    bound = bind_datasets(session, ids, on=on, until=until, instead=instead)
    _bind_changes(session, bound, on=on, until=until, instead=instead or {})
    links = [
        row
        for row in find_rows(session, ActivityDataset, until=until, column="dataset_id", among=ids)
        if not row.annulled and row.dataset_id in bound
    ]
    if links:
        among = {row.activity_id for row in links}
        activities = find_rows(session, ProcessingActivity, until=until, column="id", among=among)
        live = {row.id: row for row in activities if not row.annulled and row.status != ActivityStatus.ENDED}
        serving: dict[int, list[Any]] = {}
        for row in links:
            if row.activity_id in live:
                serving.setdefault(row.dataset_id, []).append(live[row.activity_id])
        for number, served in serving.items():
            based = any(one.lawful_basis is not None for one in served)
            _bind_reassessment(bound[number][1], served)
            bound[number][1].update(
                {
                    "dataset.processing_recorded": True,
                    "dataset.lawful_basis_recorded": based,
                    "dataset.collection_ground__present": based,
                    "dataset.purpose__present": any(one.purpose for one in served),
                }
            )
    return bound


_SUBSTANTIAL = ("personal_data", "origin", "information_system_id")
"""The nature of the data, where it comes from, where it is kept. A reworded text is no change that can be told."""
_IMPERSONAL = frozenset({PersonalData.NONE, PersonalData.ANONYMISED})


def _bind_changes(
    session: Session,
    bound: Mapping[int, tuple[Any, dict[str, Any]]],
    *,
    on: date,
    until: datetime | None,
    instead: Mapping[int, Instead],
) -> None:
    """The day of the last substantial change of each dataset that may hold personal data, from its history."""
    asked = {
        number: sheet for number, (sheet, _facts) in bound.items() if sheet.personal_data not in _IMPERSONAL
    }  # fmt: skip
    written = [number for number, sheet in asked.items() if sheet.version > 1]
    changed = find_last_changes(session, "dataset", written, _SUBSTANTIAL, until=until) if written else {}
    zone = ZoneInfo(session.info["time_zone"])
    days = {number: at.astimezone(zone).date() for number, at in changed.items()}
    tried = {number: one for number, one in instead.items() if not one.values.keys().isdisjoint(_SUBSTANTIAL)}
    for row in find_rows(session, Dataset, until=until, column="id", among=tried, only=_NOW) if tried else ():
        if any(_differ(getattr(row, name), tried[row.id].values.get(name)) for name in _SUBSTANTIAL):
            days[row.id] = on
    for number in asked:
        may_be_absent(bound[number][1], "dataset.changed_on", days.get(number), ("changed_on",), "changed_on")


_NOW = frozenset({"id", *_SUBSTANTIAL})


def _differ(before: Any, after: Any) -> bool:
    return before is not None and after is not None and str(before) != str(after)


def _bind_reassessment(facts: dict[str, Any], served: Sequence[Any]) -> None:
    """The last day on which somebody read an activity that concerns the dataset anew, and whole."""
    read = [one.reviewed_on for one in served if one.reviewed_on is not None]
    never = ["reviewed_on"] if all("reviewed_on" in one.declared_absent for one in served) else []
    may_be_absent(facts, "dataset.reassessed_on", max(read, default=None), never, "reviewed_on")
