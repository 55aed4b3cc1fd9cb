"""What this corner shows on the sheet of a dataset: the contracts about it, and what is in force of them today."""

from sqlmodel import col

from registry.contracts.clauses.kinds import is_contrary, scope_is_dataset
from registry.contracts.covering.queries import find_covering
from registry.contracts.covering.views import (
    DatasetContractsPanel,
    covering_views,
    find_against,
    in_force_for,
    say_bare,
    say_clashes,
    subject_views,
)
from registry.contracts.models import ContractDataset
from registry.kernel.permissions import Permission
from registry.web.held import is_held, tell_held
from registry.web.visits import Panel, Visit


def contracts_about(visit: Visit, subject_id: int) -> DatasetContractsPanel | None:
    """The contracts about a dataset and what binds it of them today; nothing where there is none.

    What binds the whole contract is only counted, save what should not be there: the page of clauses has it.
    """
    some = is_held(visit, "contracts", "dataset", subject_id)
    found = find_covering(visit.session, subject_id, day=visit.today) if some else []
    if not found:
        return None
    held = in_force_for(found, subject_id, visit.today, visit.today)
    against = find_against(visit.session, found, visit.today, visit.today)
    shown = [one for one in held if scope_is_dataset(one.clause.kind) or is_contrary(one.clause.kind)]
    return DatasetContractsPanel(
        id=subject_id,
        rows=covering_views(found, held, visit.today, visit.today),
        subjects=subject_views(shown, subject_id, against),
        clashes=[sentence for _clash, sentence in say_clashes(held)],
        bare=say_bare(found, visit.today),
        others=len(held) - len(shown),
    )


tell_held("dataset", "contracts", col(ContractDataset.dataset_id), ~col(ContractDataset.annulled))
PANELS = (
    Panel(
        "dataset", Permission.CONTRACTS_CONTRACT_READ, "contracts/_dataset_contracts.html", contracts_about
    ),
)  # fmt: skip
