"""What is known of the processors of an activity on a day, under the names the policies use."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from registry.contracts.models import Contract, ContractParty
from registry.contracts.rules import term_of
from registry.ledger.as_of import find_rows
from registry.processing.models import ActivityRecipient
from registry.processing.processors.models import ActivityProcessor, ProcessorPoint, ProcessorTerms, SubProcessor
from registry.processing.processors.rules import NO_TERMS, Terms, any_of, together
from registry.processing.vocabulary import RecipientKind

BOUND = tuple(
    f"activity.{name}"
    for name in (
        "has_processors", "processors_under_contract", "processor_contract_ends_on", "processor_terms_complete",
        "has_sub_processors", "sub_processors_authorised",
    )
)  # fmt: skip
Key = tuple[int, int]
"""A contract and an organisation that is party to it."""


def bind_processors(
    session: Session, activities: Mapping[int, Any], *, until: datetime | None
) -> dict[int, dict[str, Any]]:
    """The facts of the processors of each of these activities, given by number with its row."""
    held: dict[int, list[Any]] = {}
    for row in find_rows(session, ActivityProcessor, until=until, column="activity_id", among=activities):
        if not row.annulled:
            held.setdefault(row.activity_id, []).append(row)
    named = {
        row.activity_id
        for row in find_rows(session, ActivityRecipient, until=until, column="activity_id", among=activities)
        if not row.annulled and row.kind == RecipientKind.PROCESSOR
    }
    among = {one.contract_id for rows in held.values() for one in rows if one.contract_id is not None}
    contracts = {
        row.id: row
        for row in find_rows(session, Contract, until=until, column="id", among=among)
        if not row.annulled
    }  # fmt: skip
    parties = {
        (row.contract_id, row.party_id): row.id
        for row in find_rows(session, ContractParty, until=until, column="contract_id", among=contracts)
        if not row.annulled
    }
    terms = terms_of(session, parties.values(), until=until)
    return {
        number: _facts_of(row, held.get(number, []), contracts, parties, terms, is_named=number in named)
        for number, row in activities.items()
    }


def terms_of(session: Session, parties: Iterable[int], *, until: datetime | None) -> dict[int, Terms]:
    """What is known of the terms of these parties to contracts, for those of which something is."""
    among = set(parties)
    points: dict[int, dict[Any, Any]] = {}
    for row in find_rows(session, ProcessorPoint, until=until, column="party_id", among=among):
        points.setdefault(row.party_id, {})[row.point] = row.state
    below: dict[int, int] = {}
    for row in find_rows(session, SubProcessor, until=until, column="party_id", among=among):
        below[row.party_id] = below.get(row.party_id, 0) + (not row.annulled)
    return {
        row.party_id: Terms(
            points.get(row.party_id, {}), row.authorisation, below.get(row.party_id, 0),
            no_sub_processors=row.no_sub_processors,
        )
        for row in find_rows(session, ProcessorTerms, until=until, column="party_id", among=among)
    }  # fmt: skip


def _facts_of(
    activity: Any,
    rows: list[Any],
    contracts: Mapping[int, Any],
    parties: Mapping[Key, int],
    terms: Mapping[int, Terms],
    *,
    is_named: bool,
) -> dict[str, Any]:
    if not rows:
        # One that is told among the recipients is a processor of which nothing else is known.
        said = True if is_named else False if "processors" in activity.declared_absent else None
        return {} if said is None else {"activity.has_processors": said}
    facts: dict[str, Any] = {"activity.has_processors": True}
    bound = [parties.get((one.contract_id or 0, one.processor_id)) for one in rows]
    facts["activity.processors_under_contract"] = None not in bound
    ends = [term_of(contracts[one.contract_id]).binds_until for one in rows if one.contract_id in contracts]
    if ends and None not in ends:
        facts["activity.processor_contract_ends_on__present"] = True
        facts["activity.processor_contract_ends_on"] = min(one for one in ends if one is not None)
    known = [terms.get(one, NO_TERMS) for one in bound if one is not None]
    below = any_of(one.has_sub_processors for one in known) if known else None
    answers = {
        "processor_terms_complete": together(one.is_complete for one in known) if known else None,
        "has_sub_processors": below,
        "sub_processors_authorised": together(
            None if one.authorisation is None else one.authorisation.is_given for one in known if one.has_sub_processors
        )
        if below
        else None,
    }
    return facts | {f"activity.{name}": said for name, said in answers.items() if said is not None}
