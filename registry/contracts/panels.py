"""What this room shows on other sheets: the contracts an organisation is party to, those about a dataset."""

from sqlmodel import col

from registry.contracts.models import ContractDataset
from registry.contracts.queries import find_contracts_about, find_contracts_of, find_parties
from registry.contracts.views import ContractsPanel, contract_line
from registry.kernel.permissions import Permission
from registry.web.held import is_held, tell_held
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


def contracts_about(visit: Visit, subject_id: int) -> ContractsPanel | None:
    """The contracts that are about a dataset, with who holds each; nothing where there is none."""
    some = is_held(visit, "contracts", "dataset", subject_id)
    found = find_contracts_about(visit.session, subject_id, today=visit.today) if some else ()
    if not found:
        return None
    parties = find_parties(visit.session, [one.id for one in found])
    lines = [contract_line(one, parties.get(one.id, []), visit.today) for one in found]
    return ContractsPanel([(one, one.holders) for one in lines], "")


tell_held("dataset", "contracts", col(ContractDataset.dataset_id), ~col(ContractDataset.annulled))
PANELS = (
    Panel("organisation", Permission.CONTRACTS_CONTRACT_READ, "contracts/_contracts.html", contracts_of),
    Panel("dataset", Permission.CONTRACTS_CONTRACT_READ, "contracts/_contracts.html", contracts_about),
)
