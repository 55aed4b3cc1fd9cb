"""Every change to the amendments of a contract and to its clauses; each makes the contract be judged again."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy.orm import Session

from registry.contracts.clauses.forms import AmendmentForm, ClauseForm, PerformanceForm, StipulationForm
from registry.contracts.clauses.kinds import is_contrary, kinds, read_terms
from registry.contracts.clauses.models import Amendment, Clause, ClauseStipulation
from registry.contracts.clauses.queries import Row, find_amendments, get_amendment, get_clause, get_stipulation
from registry.contracts.deliveries.expecting import expect_deliveries
from registry.contracts.deliveries.queries import ids_of_deliveries
from registry.contracts.models import Contract
from registry.contracts.queries import find_datasets_of, get_contract
from registry.contracts.vocabulary import ClauseAct
from registry.kernel.errors import Conflict, FieldError, Invalid, Stale
from registry.kernel.words import _
from registry.ledger.service import say, touch
from registry.platform.tables import set_those_that_differ


def touch_contract(session: Session, contract_id: int) -> None:
    """Says that what a contract says changed: its deliveries follow, and with its amendments it is judged again."""
    expect_deliveries(session, contract_id)
    touch(session, "contract", contract_id)
    for number in ids_of_deliveries(session, [contract_id]):
        touch(session, "delivery", number)
    for one in find_amendments(session, contract_id):
        touch(session, "amendment", one.id)


def record_amendment(session: Session, contract_id: int, form: AmendmentForm) -> Amendment:
    """A new amendment of a contract, from the day it is asked for.

    Raises: NotFound; Conflict when the contract is annulled; Invalid when another bears its number, or when its dates
    do not agree.
    """
    contract = _standing(session, contract_id)
    _check_number(session, contract_id, form.number)
    say(session, "contracts:amendment:record")
    _check_dates(form)
    made = Amendment(organisation_id=contract.organisation_id, contract_id=contract_id, **form.model_dump())
    return _kept(session, made)


def amend_amendment(session: Session, amendment_id: int, form: AmendmentForm, *, expected: int) -> Amendment:
    """Changes the fields given on an amendment.

    Raises: NotFound; Stale; Conflict when it or its contract is annulled; Invalid as for a new one.
    """
    amendment = get_amendment(session, amendment_id, lock=True)
    _check_read(amendment, expected, _("Cet avenant a été modifié entre-temps."))
    _standing(session, amendment.contract_id)
    if amendment.annulled:
        raise Conflict(_("Cet avenant est annulé : rétablissez-le avant de le modifier."))
    given = form.model_dump(include=form.model_fields_set)
    whole = AmendmentForm.model_validate(amendment).model_copy(update=given)
    # Before anything of it is set: the form shown again asks questions, and each would write what stands.
    _check_dates(whole)
    _check_number(session, amendment.contract_id, whole.number, but=amendment.id)
    say(session, "contracts:amendment:amend")
    set_those_that_differ(amendment, **given)
    return _kept(session, amendment)


def set_amendment_aside(
    session: Session, amendment_id: int, *, expected: int, reason: str, annulled: bool
) -> Amendment:  # fmt: skip
    """Annuls an amendment recorded by mistake, with all it says of clauses, or brings it back; nothing is deleted.

    Raises: NotFound; Stale.
    """
    amendment = get_amendment(session, amendment_id, lock=True)
    _check_read(amendment, expected, _("Cet avenant a été modifié entre-temps."))
    say(session, "contracts:amendment:annul" if annulled else "contracts:amendment:restore", reason)
    amendment.annulled = annulled
    return _kept(session, amendment)


def record_clause(session: Session, contract_id: int, form: ClauseForm) -> tuple[Clause, ClauseStipulation]:
    """A clause that is not at the contract yet, with what the contract or one of its amendments says of it first.

    Raises: NotFound; Conflict when the contract is annulled; Invalid when the kind, a term, the amendment or a dataset
    is none it may be.
    """
    contract = _standing(session, contract_id)
    if form.kind not in kinds():
        raise _wrong("kind", _("Choisissez le genre de la clause dans la liste."))
    say(session, "contracts:clause:record")
    clause = Clause(
        organisation_id=contract.organisation_id, contract_id=contract_id, kind=form.kind, label=form.label
    )  # fmt: skip
    session.add(clause)
    session.flush()
    return clause, _stipulated(session, contract, clause, form.stipulation())


def stipulate(session: Session, clause_id: int, form: StipulationForm) -> ClauseStipulation:
    """What one more instrument says of a clause: that it is added again, replaced by these words, or ended.

    Raises: NotFound; Conflict when the contract is annulled; Invalid as for a new clause, and when no
    amendment is told: the contract itself adds clauses, it changes none.
    """
    clause = get_clause(session, clause_id, lock=True)
    contract = _standing(session, clause.contract_id)
    say(session, "contracts:clause:stipulate")
    return _stipulated(session, contract, clause, form)


def amend_stipulation(
    session: Session, stipulation_id: int, form: StipulationForm, *, expected: int
) -> ClauseStipulation:  # fmt: skip
    """Corrects what was noted of what an instrument says; what an amendment changes is told by `stipulate`.

    Raises: NotFound; Stale; Conflict when it or its contract is annulled; Invalid as for a new one.
    """
    row = get_stipulation(session, stipulation_id, lock=True)
    _check_read(row, expected, _("Cette clause a été modifiée entre-temps."))
    clause = get_clause(session, row.clause_id)
    contract = _standing(session, row.contract_id)
    if row.annulled:
        raise Conflict(_("Cette version est annulée : rétablissez-la avant de la modifier."))
    whole = StipulationForm.model_validate(row).model_copy(update=form.model_dump(include=form.model_fields_set))
    values = _checked(session, contract, clause, whole, known=row.datasets)
    say(session, "contracts:clause:amend")
    set_those_that_differ(row, **values)
    return _kept(session, row)


def set_stipulation_aside(
    session: Session, stipulation_id: int, *, expected: int, reason: str, annulled: bool
) -> ClauseStipulation:  # fmt: skip
    """Annuls what was noted by mistake of what an instrument says, or brings it back; nothing is deleted.

    Raises: NotFound; Stale.
    """
    row = get_stipulation(session, stipulation_id, lock=True)
    _check_read(row, expected, _("Cette clause a été modifiée entre-temps."))
    say(session, "contracts:clause:annul" if annulled else "contracts:clause:restore", reason)
    row.annulled = annulled
    return _kept(session, row)


def tell_performance(session: Session, clause_id: int, form: PerformanceForm, *, expected: int) -> Clause:
    """Notes how a clause is kept by whom it binds.

    Raises: NotFound; Stale; Conflict when its contract is annulled.
    """
    clause = get_clause(session, clause_id, lock=True)
    _check_read(clause, expected, _("Cette clause a été modifiée entre-temps."))
    _standing(session, clause.contract_id)
    say(session, "contracts:clause:perform")
    told = form.model_dump()
    if form.performance is None:
        told["performance_on"] = None
    elif form.performance_on is None:
        told["performance_on"] = session.info["today"]()
    set_those_that_differ(clause, **told)
    return _kept(session, clause)


def _stipulated(
    session: Session, contract: Contract, clause: Clause, form: StipulationForm
) -> ClauseStipulation:  # fmt: skip
    values = _checked(session, contract, clause, form)
    made = ClauseStipulation(
        organisation_id=contract.organisation_id, contract_id=contract.id, clause_id=clause.id, **values
    )  # fmt: skip
    return _kept(session, made)


def _checked(
    session: Session, contract: Contract, clause: Clause, form: StipulationForm, *, known: Iterable[int] = ()
) -> dict[str, Any]:  # fmt: skip
    """The form as it is kept.

    Raises: Invalid with one error a field.
    """
    terms, errors = read_terms(clause.kind, form.terms, today=session.info["today"]())
    if form.act is not ClauseAct.ADDS and form.amendment_id is None:
        errors.append(
            FieldError("amendment_id", _("Dites par quel avenant : le contrat d’origine ne change pas ses clauses."))
        )
    if form.amendment_id is not None:
        acts = {one.id: one for one in find_amendments(session, contract.id)}
        if form.amendment_id not in acts or acts[form.amendment_id].annulled:
            errors.append(FieldError("amendment_id", _("Choisissez un avenant de ce contrat.")))
    tied = {one.id for one in find_datasets_of(session, contract.id)} | set(known)
    if set(form.datasets) - tied:
        errors.append(FieldError("datasets", _("Rattachez d’abord ce jeu au contrat, ou retirez-le de la clause.")))
    if form.effective_on is not None and form.last_on is not None and form.last_on < form.effective_on:
        errors.append(FieldError("last_on", _("Cette clause finirait avant de commencer : vérifiez les deux dates.")))
    if is_contrary(clause.kind) and form.act is ClauseAct.ADDS and form.text is None:
        errors.append(FieldError("text", _("Recopiez ce que la clause interdit : c’est ce qu’un avenant devra lever.")))
    if errors:
        raise Invalid(errors[0].message, tuple(errors))
    return {**form.model_dump(), "terms": terms, "datasets": list(dict.fromkeys(form.datasets))}


def _standing(session: Session, contract_id: int) -> Contract:
    # Held until the end: of two amendments recorded at once, one number is given once.
    contract = get_contract(session, contract_id, lock=True)
    if contract.annulled:
        raise Conflict(_("Ce contrat est annulé : rétablissez-le avant de le modifier."))
    return contract


def _check_read(row: Amendment | Clause | ClauseStipulation, expected: int, message: str) -> None:
    if row.version != expected:
        raise Stale(message, row.version)


def _check_dates(amendment: AmendmentForm) -> None:
    """The dates of an amendment agree, those that were there before included; one before its contract is only told.

    Raises: Invalid.
    """
    signed, published = amendment.signed_on, amendment.published_on
    if signed is not None and amendment.progress is not None:
        raise _wrong("progress", _("Un avenant signé n’est plus demandé ni négocié : videz l’un des deux champs."))
    if signed is not None and published is not None and published < signed:
        raise _wrong("published_on", _("Ses données seraient publiées avant sa signature : vérifiez les deux dates."))


def _check_number(session: Session, contract_id: int, number: int, *, but: int | None = None) -> None:
    for one in find_amendments(session, contract_id):
        if one.number == number and one.id != but:
            sentence = (
                _("L’avenant n° {number} est annulé : rétablissez-le, ou donnez un autre numéro.")
                if one.annulled
                else _("Ce contrat a déjà un avenant n° {number} : donnez un autre numéro.")
            )
            raise _wrong("number", sentence.format(number=number))


def _kept(session: Session, row: Row) -> Row:
    session.add(row)
    session.flush()
    session.refresh(row)
    touch_contract(session, row.contract_id)
    return row


def _wrong(name: str, sentence: str) -> Invalid:
    return Invalid(sentence, (FieldError(name, sentence),))
