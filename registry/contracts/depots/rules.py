"""Who delivers by a contract: functions of values."""

from registry.contracts.models import ContractParty
from registry.contracts.vocabulary import PartySide

DELIVERING = frozenset({PartySide.HOLDER, PartySide.CO_HOLDER, PartySide.SUBCONTRACTOR, PartySide.PARTNER})
"""The places in a contract from which something is delivered to the authority; the partners of an agreement do too."""


def delivers(party: ContractParty | None) -> bool:
    """Whether a party is still in its contract, in a place from which something is delivered."""
    return party is not None and not party.annulled and party.side in DELIVERING
