"""What the clauses of a contract in force on a day say, under the names the policies use.

A contract may hold several clauses of a kind: what a rule asks of one, all of them must keep, and what nobody noted of
one of them is not known of the contract: one of which nothing is noted is not known to be there. A clause that nobody
recorded is unknown until somebody says to have read the whole contract; then it is absent. What was done since is no
clause: `registry.contracts.followup` tells it.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from registry.contracts.clauses.kinds import says_something
from registry.contracts.vocabulary import ExclusivityKind, PartnerLeave, Waiver
from registry.organisations.facts import may_be_absent

Held = Mapping[str, Sequence[Any]]
"""What acts say of the clauses in force, by kind."""
Together = Callable[[Sequence[Any]], Any]
"""What several clauses of a kind say together, from what is noted of each."""
CLAUSES = {
    "reuse_forbidden": "reuse-ban", "reversibility_clause": "reversibility",
    "confidentiality_clause": "confidentiality",
    "hosting_clause": "hosting", "api_clause": "real-time-access", "data_penalties_clause": "penalties",
    "data_audit_clause": "audit", "ownership_clause": "ownership", "own_use_clause": "own-use",
    "archives_clause": "archives", "exclusivity": "exclusivity",
}  # fmt: skip
"""Facts that ask whether a clause of a kind is in force."""


def _all(said: Sequence[Any]) -> Any:
    """Yes where every clause says so, no where one does not, nothing where one is not told."""
    return False if False in said else None if None in said else True


def _any(said: Sequence[Any]) -> Any:
    """Yes where one clause says so, no where every one says no, nothing where one is not told."""
    return True if True in said else None if None in said else False


_LEAVES = [PartnerLeave.FORBIDDEN, PartnerLeave.ON_AGREEMENT, PartnerLeave.ALLOWED]


def _narrowest(said: Sequence[Any]) -> Any:
    return None if None in said else min(said, key=lambda one: _LEAVES.index(PartnerLeave(one)))


def _of_told(choose: Callable[[Sequence[Any]], Any]) -> Callable[[Sequence[Any]], Any]:
    def strictest(said: Sequence[Any]) -> Any:
        told = [one for one in said if one is not None]
        return choose(told) if told else None

    return strictest


FLAGS: Mapping[str, tuple[str, str, Together]] = {
    "confidential_items_listed": ("confidentiality", "items_listed", _all),
    "exit_plan": ("reversibility", "exit_plan", _all),
    "exportable_data_listed": ("reversibility", "exportable_listed", _all),
    "erasure_terms": ("reversibility", "erasure", _all),
    "switching_charges": ("reversibility", "switching_charges", _any),
}
"""Facts that are one thing noted of each clause of a kind, unknown where nobody noted it."""
MAY_LACK: Mapping[str, tuple[str, str, Together]] = {
    "switching_notice_days": ("reversibility", "notice_days", _of_told(max)),
    "switching_transition_days": ("reversibility", "transition_days", _of_told(max)),
    "retrieval_days": ("reversibility", "retrieval_days", _of_told(min)),
    "crossing": ("crossing", "leave", _narrowest),
    "redistribution": ("redistribution", "leave", _narrowest),
}
"""The same, known to be absent once the contract is read whole: the strictest of what its clauses set."""
_EXCLUSIVITY = ("exclusivity_kind", "exclusivity_granted_on", "exclusivity_renewed", "exclusivity_former_end_on")
_LONGEST = {ExclusivityKind.GENERAL: 10, ExclusivityKind.CULTURAL_DIGITISATION: 15}
"""Units: years. Law: CRPA L325-2, L325-3. To tell which of several exclusivities is judged, never to judge it."""
NAMES = (
    *CLAUSES, *FLAGS, *MAY_LACK, *_EXCLUSIVITY, "exit_delivery_on", "exclusivity_ends_on", "exclusivity_reason",
    "exclusivity_renewal_reasons", "hosting_countries", "indispensable_data_listed", "waiver", "waiver_decided_on",
    "waiver_reasons", "permitted_uses", "anonymisation_guarantee", "switching_terms",
)  # fmt: skip


def bind_clauses(facts: dict[str, Any], held: Held, *, was_read: bool) -> None:
    """Adds what the clauses in force say."""
    for name, kind in CLAUSES.items():
        if (there := _is_there(held, kind, was_read=was_read)) is not None:
            facts[f"contract.{name}"] = there
    for name, (kind, term, together) in FLAGS.items():
        if kind in held and (value := together(_said(held[kind], term))) is not None:
            facts[f"contract.{name}"] = value
    # A contract that sets no day leaves it to the exit plan, which may be settled since.
    days = _said(held.get("reversibility", ()), "delivery_on")
    may_be_absent(facts, "contract.exit_delivery_on", _of_told(max)(days), (), "delivery_on")
    for name, (kind, term, together) in MAY_LACK.items():
        said = _said(held.get(kind, ()), term)
        value = together(said) if said else None
        read = was_read and not _is_bare(held, kind)
        may_be_absent(facts, f"contract.{name}", value, (name,) if read else (), name)
    if _is_there(held, "hosting", was_read=was_read) is not None:
        countries = [one.terms.get("countries", ()) for one in held.get("hosting", ())]
        facts["contract.hosting_countries"] = tuple(dict.fromkeys(code for each in countries for code in each))
    # A clause of supply of which nobody noted whether the service can do without the data says neither yes nor no.
    supplied = _any(_said(held["supply"], "indispensable")) if "supply" in held else False if was_read else None
    if supplied is not None:
        facts["contract.indispensable_data_listed"] = supplied
    if (reversible := _is_there(held, "reversibility", was_read=was_read)) is not None:
        facts["contract.switching_terms"] = reversible
    _bind_waiver(facts, held.get("waiver", ()), was_read=was_read and not _is_bare(held, "waiver"))
    _bind_exclusivity(facts, held.get("exclusivity", ()), was_read=was_read and not _is_bare(held, "exclusivity"))
    for name, kind in (("permitted_uses", "use-and-reuse"), ("anonymisation_guarantee", "anonymisation")):
        if (there := _is_there(held, kind, was_read=was_read)) is not None:
            facts[f"contract.{name}__present"] = there


def _is_there(held: Held, kind: str, *, was_read: bool) -> bool | None:
    """Whether a clause of a kind is in force; nothing where nobody read the contract, or noted anything of it."""
    rows = held.get(kind, ())
    if any(says_something(kind, one) for one in rows):
        return True
    return False if was_read and not rows else None


def _is_bare(held: Held, kind: str) -> bool:
    """Whether nothing is noted of one of the clauses of a kind."""
    return not all(says_something(kind, one) for one in held.get(kind, ()))


def _said(rows: Sequence[Any], term: str) -> list[Any]:
    return [_value(term, one.terms.get(term)) for one in rows]


def _value(term: str, value: Any) -> Any:
    """What is kept as text, as a policy compares it."""
    if isinstance(value, str) and term.endswith("_on"):
        return date.fromisoformat(value)
    return value


def _bind_waiver(facts: dict[str, Any], waivers: Sequence[Any], *, was_read: bool) -> None:
    if not waivers:
        if was_read:
            facts["contract.waiver"] = str(Waiver.NONE)
        return
    extents = _said(waivers, "waiver")
    widest = next((one for one in (Waiver.WHOLE, Waiver.PART) if one in extents), None)
    if widest is not None or None not in extents:
        facts["contract.waiver"] = str(widest or Waiver.NONE)
    decided = _said(waivers, "decided_on")
    last = None if None in decided else max(decided)
    may_be_absent(facts, "contract.waiver_decided_on", last, ("waiver",) if was_read else (), "waiver")
    reasoned = all(one.reasons is not None for one in waivers)
    if reasoned or was_read:
        facts["contract.waiver_reasons__present"] = reasoned


def _bind_exclusivity(facts: dict[str, Any], rows: Sequence[Any], *, was_read: bool) -> None:
    if not rows:
        if was_read:
            facts["contract.exclusivity_ends_on__present"] = False
        return
    # Its days and its kind go together: those of the clause that goes furthest beyond what the law grants.
    judged = max(rows, key=_beyond)
    for name in _EXCLUSIVITY:
        term = name if name == "exclusivity_kind" else name.removeprefix("exclusivity_")
        if (value := _value(term, judged.terms.get(term))) is not None:
            facts[f"contract.{name}"] = value
    ends = _value("ends_on", judged.terms.get("exclusivity_ends_on"))
    may_be_absent(facts, "contract.exclusivity_ends_on", ends, ("ends",) if was_read else (), "ends")
    reasoned = all(one.reasons is not None for one in rows)
    renewed = [one for one in rows if one.terms.get("renewed") is True]
    told = {
        "exclusivity_reason": reasoned,
        "exclusivity_renewal_reasons": bool(renewed) and all(one.reasons is not None for one in renewed),
    }
    for name, there in told.items():
        if there or was_read:
            facts[f"contract.{name}__present"] = there


def _beyond(row: Any) -> tuple[bool, bool, int, bool]:
    """How far an exclusivity goes beyond its longest time, in days; one without an end, or of days untold, first."""
    kind, granted, ends = (
        _value(one, row.terms.get(one)) for one in ("exclusivity_kind", "granted_on", "exclusivity_ends_on")
    )
    years = _LONGEST.get(ExclusivityKind(kind)) if kind is not None else None
    if granted is None or ends is None or kind is None or years is None:
        unbounded = kind in _LONGEST and ends is None
        return unbounded, kind is None or granted is None, 0, row.terms.get("renewed") is True
    over = (ends - granted).days - round(years * 365.25)
    return over >= 0, False, over, row.terms.get("renewed") is True
