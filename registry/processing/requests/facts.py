"""What is known of a request, under the names the policies use; no text somebody wrote is copied into a finding."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from registry.kernel.words import _
from registry.ledger.as_of import find_rows
from registry.organisations.facts import bind_presence, may_be_absent
from registry.processing.requests.models import ReceivedRequest
from registry.processing.requests.queries import find_ids_to_judge
from registry.processing.requests.rules import answer_of, fields_called_for
from registry.processing.requests.vocabulary import RequestOutcome

_TRUTHS = ("remedies_stated", "redaction_considered", "third_party_rights", "rights_holder_named")
BOUND = tuple(
    f"request.{name}"
    for name in ("regime", "received_on", "due_on", "answered_on", "refused", "refusal_grounds", "unfounded_reasons",
                 "cada_opinion_on", "cada_followed_up_on", *_TRUTHS)
)  # fmt: skip


def bind_requests(
    session: Session,
    ids: Sequence[int],
    *,
    on: date,  # noqa: ARG001 - a request is judged by its own days.
    until: datetime | None,
) -> dict[int, tuple[Any, dict[str, Any]]]:
    """The row and the facts of each of these requests."""
    rows = find_rows(session, ReceivedRequest, until=until, column="id", among=ids)
    return {row.id: (row, facts_of_request(row)) for row in rows}


def facts_of_request(request: Any) -> dict[str, Any]:
    """The facts of one request: its last day counts an extension notified in time."""
    facts: dict[str, Any] = {
        "request.regime": str(request.regime),
        "request.received_on": request.received_on,
        "request.due_on": request.due_on,
        "request.refused": request.outcome == RequestOutcome.REFUSED,
        **{f"request.{name}": getattr(request, name) for name in _TRUTHS if getattr(request, name) is not None},
    }
    may_be_absent(facts, "request.answered_on", answer_of(request), (), "answered_on")
    # No opinion of the CADA is noted until one comes.
    may_be_absent(facts, "request.cada_opinion_on", request.cada_opinion_on, ("cada_opinion_on",), "cada_opinion_on")
    may_be_absent(facts, "request.cada_followed_up_on", request.cada_followed_up_on, (), "cada_followed_up_on")
    # A reason counts for the outcome that calls for it alone: left over from another, it would excuse a late answer.
    # Nothing is lacking either once the outcome is said: what it calls for is known, and the rest is known to be none.
    called = fields_called_for(request.outcome, request.regime)
    for name in ("unfounded_reasons", "refusal_grounds"):
        said, known = getattr(request, name) if name in called else None, request.outcome is not None
        bind_presence(facts, f"request.{name}", said, (name,) if known and name not in called else (), name)
    return facts


def every_request(
    session: Session, organisation_ids: frozenset[int] | None, until: datetime | None = None
) -> Sequence[int]:
    """The requests that policies speak of, now or as they stood at an instant."""
    if until is None:
        return find_ids_to_judge(session, organisation_ids)
    return sorted(
        row.id
        for row in find_rows(session, ReceivedRequest, until=until)
        if is_request_judged(row) and (organisation_ids is None or row.organisation_id in organisation_ids)
    )


def is_request_judged(row: Any) -> bool:
    """Whether policies speak of it: not once it is annulled."""
    return not row.annulled


def names_of_requests(session: Session, ids: Sequence[int]) -> Mapping[int, str]:  # noqa: ARG001
    """Numbers, never titles: who reads findings may not read these matters."""
    return {number: _("Demande n° {number}").format(number=number) for number in ids}
