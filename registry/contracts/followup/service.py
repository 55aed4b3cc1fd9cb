"""Every change to what is noted of what a contract owes; each makes the contract be judged again."""

from collections.abc import Collection
from datetime import date
from typing import TypeVar

from sqlalchemy.orm import Session

from registry.contracts.clauses.queries import get_clause
from registry.contracts.followup.forms import ReportForm, StepForm
from registry.contracts.followup.models import ContractReport, ContractStep
from registry.contracts.followup.queries import find_reports, get_report, get_step, unknown_pieces
from registry.contracts.followup.steps import known_steps
from registry.contracts.models import Contract
from registry.contracts.queries import get_contract
from registry.contracts.rules import Term, term_of
from registry.kernel.errors import Conflict, FieldError, Invalid, NotFound, Stale
from registry.kernel.words import _
from registry.ledger.service import say, touch
from registry.platform.tables import set_those_that_differ

Row = TypeVar("Row", ContractReport, ContractStep)


def record_report(session: Session, contract_id: int, form: ReportForm) -> ContractReport:
    """The report of an operator on a financial year, handed over or not.

    Raises: NotFound; Conflict when the contract is annulled; Invalid when the year is none of the contract's or has its
    report already, when the days do not follow each other, or when a piece is not about this contract.
    """
    contract = _standing(session, contract_id)
    _check_report(session, contract, form)
    say(session, "contracts:report:record")
    made = ContractReport(
        organisation_id=contract.organisation_id, contract_id=contract_id, **form.model_dump()
    )  # fmt: skip
    return _kept(session, made)


def amend_report(session: Session, report_id: int, form: ReportForm, *, expected: int) -> ContractReport:
    """Changes the fields given on a report.

    Raises: NotFound; Stale; Conflict when it or its contract is annulled; Invalid as for a new one.
    """
    report = get_report(session, report_id, lock=True)
    _check_read(report, expected, _("Ce rapport a été modifié entre-temps."))
    contract = _standing(session, report.contract_id)
    if report.annulled:
        raise Conflict(_("Ce rapport est annulé : rétablissez-le avant de le modifier."))
    given = form.model_dump(include=form.model_fields_set)
    # Before anything of it is set: the form shown again asks questions, and each would write what stands.
    whole = ReportForm.model_validate(report).model_copy(update=given)
    _check_report(session, contract, whole, but=report.id, known=report.evidence)
    say(session, "contracts:report:amend")
    set_those_that_differ(report, **given)
    return _kept(session, report)


def set_report_aside(
    session: Session, report_id: int, *, expected: int, reason: str, annulled: bool
) -> ContractReport:  # fmt: skip
    """Annuls a report noted by mistake, or brings it back, with a reason; nothing is deleted.

    Raises: NotFound; Stale; Conflict when it comes back and another was noted for its year meanwhile.
    """
    report = get_report(session, report_id, lock=True)
    _check_read(report, expected, _("Ce rapport a été modifié entre-temps."))
    if not annulled and _of_the_year(session, report.contract_id, report.year, but=report.id) is not None:
        sentence = _("L’exercice {year} a un autre rapport depuis : annulez-le d’abord.")
        raise Conflict(sentence.format(year=report.year))
    say(session, "contracts:report:annul" if annulled else "contracts:report:restore", reason)
    report.annulled = annulled
    return _kept(session, report)


def _check_report(
    session: Session, contract: Contract, form: ReportForm, *, but: int | None = None, known: Collection[int] = ()
) -> None:
    """The year is one of the contract's, its days follow each other, and its pieces are about it.

    Raises: Invalid with one error a field.
    """
    errors, term, today = [], term_of(contract), session.info["today"]()
    if term.starts_on is not None and form.year < term.starts_on.year:
        sentence = _("Le contrat ne commence qu’en {year} : cet exercice le précède.")
        errors.append(FieldError("year", sentence.format(year=term.starts_on.year)))
    elif term.binds_until is not None and form.year > term.binds_until.year:
        sentence = _("Le contrat finit en {year} : cet exercice le suit.")
        errors.append(FieldError("year", sentence.format(year=term.binds_until.year)))
    elif form.year > today.year:
        errors.append(FieldError("year", _("Cet exercice n’a pas commencé : vérifiez l’année.")))
    elif _of_the_year(session, contract.id, form.year, but=but) is not None:
        sentence = _("Le rapport de l’exercice {year} est déjà noté : complétez-le.")
        errors.append(FieldError("year", sentence.format(year=form.year)))
    received = form.received_on
    if received is not None and (sentence := _too_early(term, form.year, received)):
        errors.append(FieldError("received_on", sentence))
    for name, put, day in (
        ("committee_on", form.committee, form.committee_on), ("council_on", form.council, form.council_on),
    ):  # fmt: skip
        if day is not None and put is False:
            errors.append(FieldError(name, _("Vous dites qu’il ne l’a pas encore vu : videz le jour, ou dites oui.")))
        elif day is not None and received is None:
            errors.append(FieldError(name, _("Dites d’abord quel jour le rapport a été reçu.")))
        elif day is not None and received is not None and day < received:
            errors.append(
                FieldError(name, _("Ce jour précède la réception du rapport : c’était celui d’une année d’avant."))
            )
    if unknown_pieces(session, contract.id, form.evidence, known):
        errors.append(FieldError("evidence", _("Choisissez une pièce versée à ce contrat.")))
    if errors:
        raise Invalid(errors[0].message, tuple(errors))


def _too_early(term: Term, year: int, day: date) -> str:
    """Why a report on a year cannot have come on a day; nothing where it can.

    Of a contract that was over by then, the last report need not wait for the end of its year; nor does a year that is
    not the calendar's, as that of a season, which ends with June at the earliest.
    """
    if day.year < year:
        return _("Ce rapport serait reçu avant son exercice : vérifiez l’année et le jour.")
    was_over = term.ends_on is not None and not term.is_renewed(day) and term.ends_on <= day
    if day >= date(year, 7, 1) or was_over:
        return ""
    return _(
        "L’exercice {year} n’était pas fini ce jour-là, même clos au 30 juin : vérifiez l’année et le jour."
    ).format(year=year)


def note_step(session: Session, contract_id: int, form: StepForm) -> ContractStep:
    """What is noted of a step of a contract: done, seen not to be done, or agreed for a day.

    Raises: NotFound; Conflict when the contract is annulled; Invalid when no such step is known, when nothing or two
    things at once are said of it, when the clause is none of this contract that calls for it, or when a piece is not
    about this contract.
    """
    contract = _standing(session, contract_id)
    _check_step(session, contract, form)
    say(session, "contracts:step:note")
    made = ContractStep(organisation_id=contract.organisation_id, contract_id=contract_id, **form.model_dump())
    return _kept(session, made)


def set_step_aside(
    session: Session, contract_step_id: int, *, expected: int, reason: str, annulled: bool
) -> ContractStep:  # fmt: skip
    """Annuls what was noted of a step by mistake, or brings it back, with a reason; nothing is deleted.

    Raises: NotFound; Stale.
    """
    row = get_step(session, contract_step_id, lock=True)
    _check_read(row, expected, _("Cette étape a été modifiée entre-temps."))
    say(session, "contracts:step:annul" if annulled else "contracts:step:restore", reason)
    row.annulled = annulled
    return _kept(session, row)


def _check_step(session: Session, contract: Contract, form: StepForm) -> None:
    errors = []
    known = {one.code: one for one in known_steps()}
    step = known.get(form.step)
    if step is None:
        errors.append(FieldError("step", _("Choisissez l’étape dans la liste.")))
    elif form.clause_id is not None and not _calls(session, contract, step.clause, form.clause_id):
        errors.append(FieldError("clause_id", _("Choisissez une clause de ce contrat qui demande cette étape.")))
    if form.done_on is None and form.undone_on is None and form.planned_on is None:
        errors.append(FieldError("done_on", _("Dites quel jour c’est fait, ou quel jour on a vu que ce ne l’est pas.")))
    if form.done_on is not None and form.undone_on is not None:
        errors.append(FieldError("undone_on", _("C’est fait, ou ce ne l’est pas : gardez un seul des deux jours.")))
    begun = min((one for one in (contract.consulted_on, contract.signed_on, contract.starts_on) if one), default=None)
    for name in ("done_on", "undone_on", "planned_on"):
        day = getattr(form, name)
        if day is not None and begun is not None and day < begun:
            errors.append(FieldError(name, _("Ce jour précède le contrat : vérifiez la date.")))
    if unknown_pieces(session, contract.id, form.evidence, ()):
        errors.append(FieldError("evidence", _("Choisissez une pièce versée à ce contrat.")))
    if errors:
        raise Invalid(errors[0].message, tuple(errors))


def _calls(session: Session, contract: Contract, kind: str, clause_id: int) -> bool:
    """Whether a clause is of this contract and of the kind that calls for a step."""
    try:
        clause = get_clause(session, clause_id)
    except NotFound:
        return False
    return clause.contract_id == contract.id and clause.kind == kind


def _of_the_year(session: Session, contract_id: int, year: int, *, but: int | None) -> ContractReport | None:
    standing = (one for one in find_reports(session, contract_id) if not one.annulled and one.id != but)
    return next((one for one in standing if one.year == year), None)


def _standing(session: Session, contract_id: int) -> Contract:
    # Held until the end: of two reports on one year recorded at once, one is.
    contract = get_contract(session, contract_id, lock=True)
    if contract.annulled:
        raise Conflict(_("Ce contrat est annulé : rétablissez-le avant de le modifier."))
    return contract


def _check_read(row: ContractReport | ContractStep, expected: int, message: str) -> None:
    if row.version != expected:
        raise Stale(message, row.version)


def _kept(session: Session, row: Row) -> Row:
    session.add(row)
    session.flush()
    session.refresh(row)
    touch(session, "contract", row.contract_id)
    return row
