"""What this room shows on other sheets: the contracts an organisation is party to."""

from registry.contracts.queries import find_contracts_of
from registry.contracts.views import ContractsPanel, contract_line
from registry.kernel.permissions import Permission
from registry.web.visits import Panel, Visit

SHOWN = 20
"""How many contracts the sheet of an organisation shows: those it grants are all of its own. The list has the rest."""


def contracts_of(visit: Visit, subject_id: int) -> ContractsPanel | None:
    """The first contracts to which an organisation is party, those that go on first; nothing where there is none."""
    found = find_contracts_of(visit.session, subject_id, today=visit.today, limit=SHOWN)
    rows = [
        (
            contract_line(contract, [], visit.today),
            ", ".join([party.side.label, *([party.gdpr_role.label] if party.gdpr_role else [])]),
        )
        for contract, party in found
    ]
    return ContractsPanel(rows, f"/contrats?partie={subject_id}") if rows else None


PANELS = (Panel("organisation", Permission.CONTRACTS_CONTRACT_READ, "contracts/_contracts.html", contracts_of),)
