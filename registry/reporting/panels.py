"""What this room shows on the sheet of a record: the documents issued about it, where each stands."""

from dataclasses import dataclass

from registry.contracts.clauses.queries import find_written
from registry.contracts.deliveries.queries import get_delivery
from registry.contracts.deliveries.withdrawn import say_withdrawn
from registry.contracts.queries import get_contract
from registry.kernel.permissions import Permission
from registry.reporting.queries import find_issued_about
from registry.reporting.visiting import READ, TONES, readable
from registry.reporting.vocabulary import DocumentState
from registry.web.visits import Panel, Visit


@dataclass(frozen=True)
class IssuedLine:
    """A document about a record: its address is its number's; `tone` and `state` say where it stands."""

    id: int
    title: str
    state: str
    tone: str
    is_final: bool


@dataclass(frozen=True)
class IssuedPanel:
    """The formal notices about a delivery, the latest first; where to note that its holder received one, if it may.

    `withdrawn` is whether nothing of the delivery is claimed any more.
    """

    lines: tuple[IssuedLine, ...]
    note_at: str
    withdrawn: bool


def withdrawn_from(visit: Visit, delivery_id: int) -> str:
    """Why nothing of a delivery is claimed any more, which a notice about it cannot say; nothing where it is."""
    delivery = get_delivery(visit.session, delivery_id)
    contract = get_contract(visit.session, delivery.contract_id)
    written = find_written(visit.session, [contract])[contract.id]
    return say_withdrawn(visit.session, delivery, written, visit.premises.info["time_zone"])


def issued_about_delivery(visit: Visit, delivery_id: int) -> IssuedPanel | None:
    """The formal notices about a delivery that still mean something; nothing where none was issued."""
    rows = find_issued_about(visit.session, readable(visit), "delivery", delivery_id)
    lines = tuple(
        IssuedLine(
            one.id, one.title, one.state.label, TONES[one.state],
            one.state in {DocumentState.FINAL, DocumentState.ISSUED},
        )
        for one in rows
    )  # fmt: skip
    if not lines:
        return None
    delivery = get_delivery(visit.session, delivery_id)
    withdrawn = bool(withdrawn_from(visit, delivery_id))
    waits = (
        any(one.is_final for one in lines)
        and not withdrawn
        and delivery.notice_received_on is None
        and visit.visitor.may(Permission.CONTRACTS_DELIVERY_RECORD, delivery.organisation_id)
    )
    return IssuedPanel(lines, f"/livraisons/{delivery_id}/modifier#notice_received_on" if waits else "", withdrawn)


PANELS = (Panel("delivery", READ, "reporting/_issued.html", issued_about_delivery),)
