"""How what policies ask of contracts is said; no contract is judged before its clauses and reports are recorded."""

from registry.compliance.explanation import VALUE_WORDS
from registry.contracts.vocabulary import ContractKind, Delivered, ExclusivityKind, PartnerLeave, PublicService, Waiver

VALUE_WORDS.update(
    {
        "contract.kind": lambda code: ContractKind(code).label,
        "contract.public_service": lambda code: PublicService(code).label,
        "contract.waiver": lambda code: Waiver(code).label,
        "contract.crossing": lambda code: PartnerLeave(code).label,
        "contract.redistribution": lambda code: PartnerLeave(code).label,
        "contract.exclusivity_kind": lambda code: ExclusivityKind(code).label,
        "delivery.kind": lambda code: Delivered(code).label,
    }
)
BOUND: tuple[str, ...] = ()
