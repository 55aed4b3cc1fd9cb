"""What this corner shows on the sheet of a contract: its essential data, and what is wrong in it."""

from registry.contracts.decp.queries import find_of_contract
from registry.contracts.decp.reading import parse_contract
from registry.contracts.decp.views import EssentialPanel, panel_of
from registry.kernel.permissions import Permission
from registry.web.visits import Panel, Visit


def essential_of(visit: Visit, contract_id: int) -> EssentialPanel | None:
    """The essential data of a contract; nothing where none was brought in."""
    row = find_of_contract(visit.session, contract_id)
    return panel_of(parse_contract(row.content), row.identifier) if row is not None else None


PANELS = (Panel("contract", Permission.CONTRACTS_CONTRACT_READ, "contracts/_essential_panel.html", essential_of),)
