"""The clauses in force that an amendment would lift, or bring up to the law, with those a contract lacks."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from registry.contracts.clauses.against import against_floor
from registry.contracts.clauses.forms import StipulationForm
from registry.contracts.clauses.kinds import is_contrary, kinds
from registry.contracts.clauses.queries import Written
from registry.contracts.clauses.views import name_instrument
from registry.contracts.vocabulary import AgainstLaw, AmendmentProgress, ClauseAct

_CHANGING = frozenset({ClauseAct.ENDS, ClauseAct.REPLACES})
_OWED = frozenset({AgainstLaw.CONTRARY, AgainstLaw.BELOW})
_CLOSED = frozenset({"format", "open_standard"})
"""What a format says that the law does not take: to be said anew by the parties."""


@dataclass(frozen=True)
class Change:
    """A clause in force that may be lifted or replaced. `code` is how a form names it; `is_owed`, whether the law asks
    for it, where lifting it is otherwise a matter of negotiation."""

    code: str
    clause_id: int
    label: str
    is_owed: bool
    form: StipulationForm


def changes_of(session: Session, written: Written, today: date) -> list[Change]:
    """What goes against the law on a day or is below it, and that no amendment under way changes already."""
    under_way = {one.id for one in written.amendments.values() if _is_under_way(one)}
    asked = {
        row.clause_id
        for row in written.stipulations.values()
        if row.amendment_id in under_way and ClauseAct(row.act) in _CHANGING
    }
    return [one for one in _every(session, written, today) if one.clause_id not in asked]


def _is_under_way(amendment: Any) -> bool:
    return amendment.signed_on is None and amendment.progress is not AmendmentProgress.GIVEN_UP


def _every(session: Session, written: Written, today: date) -> Iterator[Change]:
    for number, one in against_floor(session, written, today, signed_by=today).items():
        row = written.stipulations[number]
        kind = written.clauses[row.clause_id].kind
        place = ", ".join(filter(None, (name_instrument(written.amendments.get(row.amendment_id)), row.article)))
        kept = {} if is_contrary(kind) else {name: said for name, said in row.terms.items() if name not in _CLOSED}
        form = StipulationForm(
            act=ClauseAct.ENDS if is_contrary(kind) else ClauseAct.REPLACES, terms=kept, datasets=list(row.datasets)
        )
        label = f"{kinds().label(kind)} ({place}) – {one.within}"
        yield Change(f"clause:{row.clause_id}", row.clause_id, label, one.stands in _OWED, form)
