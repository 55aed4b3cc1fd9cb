"""Every change to a contract."""

from sqlalchemy.orm import Session

from registry.contracts.clauses.service import touch_contract
from registry.contracts.forms import BELOW, ContractChange, ContractForm, PartyForm
from registry.contracts.models import Contract, ContractDataset, ContractParty
from registry.contracts.queries import (
    find_dataset_rows,
    find_datasets_of,
    find_party_rows,
    get_contract,
)
from registry.contracts.rules import disorders
from registry.datasets.models import Dataset
from registry.kernel.errors import Conflict, FieldError, Invalid, Stale
from registry.kernel.sort_keys import indexed_sort_key
from registry.kernel.words import _
from registry.ledger.service import say, touch
from registry.organisations.models import Organisation
from registry.organisations.queries import find_readable
from registry.platform.tables import set_those_that_differ


def record_contract(session: Session, organisation_id: int, form: ContractForm) -> Contract:
    """A new contract of an organisation, with its parties and the datasets it is about.

    Raises: Invalid when the dates do not follow each other, or when a party or a dataset is none that the asker may
    know.
    """
    say(session, "contracts:contract:record")
    made = Contract(
        organisation_id=organisation_id, object_sort=indexed_sort_key(form.object),
        **form.model_dump(exclude=set(BELOW)),
    )  # fmt: skip
    _check_order(made)
    session.add(made)
    session.flush()
    _set_below(session, made, form)
    session.refresh(made)
    touch(session, "contract", made.id)
    return made


def amend_contract(
    session: Session, contract_id: int, form: ContractChange, *, expected: int, reason: str | None = None
) -> Contract:
    """Changes the fields given on a contract; parties and datasets, where given, are all of them.

    Raises: NotFound; Stale; Conflict when it is annulled; Invalid when the dates no longer follow each other, or when a
    party or a dataset is none that the asker may know.
    """
    contract = _as_read(session, contract_id, expected)
    if contract.annulled:
        raise Conflict(_("Ce contrat est annulé : rétablissez-le avant de le modifier."))
    given = form.model_dump(include=form.model_fields_set - BELOW)
    # Before anything of it is set: the form shown again asks questions, and each would write what stands.
    _check_order(ContractForm.model_validate(contract).model_copy(update=given))
    say(session, "contracts:contract:amend", reason)
    below = _set_below(session, contract, form)
    differing = set_those_that_differ(contract, **given)
    contract.object_sort = indexed_sort_key(contract.object)
    if below and not differing:
        # Its version is what `If-Match` compares: a change below a contract is a change of it.
        contract.version = contract.version + 1
    session.flush()
    session.refresh(contract)
    touch_contract(session, contract.id)
    return contract


def cover_dataset(session: Session, contract_id: int, dataset_id: int, *, expected: int) -> Contract:
    """Says that a contract is about a dataset; one it is about already stays.

    Raises: NotFound; Stale; Conflict when it is annulled; Invalid when the asker may not read the dataset.
    """
    standing = [one.id for one in find_datasets_of(session, contract_id)]
    form = ContractChange(datasets=standing if dataset_id in standing else [*standing, dataset_id])
    return amend_contract(session, contract_id, form, expected=expected)


def uncover_dataset(session: Session, contract_id: int, dataset_id: int, *, expected: int) -> Contract:
    """Says that a contract is not about a dataset.

    Raises: NotFound; Stale; Conflict when it is annulled.
    """
    standing = [one.id for one in find_datasets_of(session, contract_id)]
    form = ContractChange(datasets=[one for one in standing if one != dataset_id])
    return amend_contract(session, contract_id, form, expected=expected)


def set_contract_aside(
    session: Session, contract_id: int, *, expected: int, reason: str, annulled: bool
) -> Contract:  # fmt: skip
    """Annuls a contract recorded by mistake, or brings it back, with a reason; nothing is deleted.

    Raises: NotFound; Stale.
    """
    contract = _as_read(session, contract_id, expected)
    say(session, "contracts:contract:annul" if annulled else "contracts:contract:restore", reason)
    contract.annulled = annulled
    session.flush()
    session.refresh(contract)
    touch_contract(session, contract.id)
    return contract


def _as_read(session: Session, contract_id: int, expected: int) -> Contract:
    contract = get_contract(session, contract_id, lock=True)
    if contract.version != expected:
        raise Stale(_("Ce contrat a été modifié entre-temps."), contract.version)
    return contract


def _check_order(contract: Contract | ContractForm) -> None:
    """The dates of a contract follow each other, those that were there before included.

    Raises: Invalid.
    """
    if wrong := disorders(contract):
        raise Invalid(next(iter(wrong.values())), tuple(FieldError(*one) for one in wrong.items()))


def _set_below(session: Session, contract: Contract, form: ContractForm) -> bool:
    """Makes the parties and the datasets those that a form gives, where it gives them; says whether any changed."""
    changed = False
    if form.parties is not None:
        changed |= _set_parties(session, contract, form.parties)
    if form.datasets is not None:
        changed |= _set_datasets(session, contract, form.datasets)
    session.flush()
    return changed


def _set_parties(session: Session, contract: Contract, parties: list[PartyForm]) -> bool:
    held = find_party_rows(session, contract.id)
    new = {one.party_id for one in parties} - {number for number, row in held.items() if not row.annulled}
    if new - find_readable(session, Organisation, new):
        raise _wrong("parties", _("Une des parties n’est pas une organisation que vous connaissez : choisissez-la."))
    changed = False
    for form in parties:
        row = held.pop(form.party_id, None)
        if row is None:
            session.add(
                ContractParty(organisation_id=contract.organisation_id, contract_id=contract.id, **form.model_dump())
            )
            changed = True
        else:
            changed |= set_those_that_differ(row, side=form.side, gdpr_role=form.gdpr_role, annulled=False)
    for row in held.values():
        changed |= set_those_that_differ(row, annulled=True)
    return changed


def _set_datasets(session: Session, contract: Contract, datasets: list[int]) -> bool:
    held = find_dataset_rows(session, contract.id)
    new = set(datasets) - {number for number, row in held.items() if not row.annulled}
    if new - find_readable(session, Dataset, new):
        raise _wrong("datasets", _("Ce jeu n’existe pas, ou vos droits ne vous le montrent pas."))
    changed = False
    for number in dict.fromkeys(datasets):
        row = held.pop(number, None)
        if row is None:
            session.add(
                ContractDataset(
                    organisation_id=contract.organisation_id, contract_id=contract.id, dataset_id=number
                )
            )  # fmt: skip
            changed = True
        else:
            changed |= set_those_that_differ(row, annulled=False)
    for row in held.values():
        changed |= set_those_that_differ(row, annulled=True)
    return changed


def _wrong(name: str, sentence: str) -> Invalid:
    return Invalid(sentence, (FieldError(name, sentence),))
