"""Makes the amendment that asks for what a contract lacks."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy.orm import Session

from registry.contracts.clauses.coverage import Coverage, coverage_of
from registry.contracts.clauses.forms import AmendmentForm, ClauseForm
from registry.contracts.clauses.kinds import kinds
from registry.contracts.clauses.lacking import TO_ASK
from registry.contracts.clauses.models import Amendment
from registry.contracts.clauses.queries import find_amendments, find_written
from registry.contracts.clauses.service import record_amendment, record_clause, stipulate
from registry.contracts.clauses.showing import asked_now
from registry.contracts.drafting.changing import Change, changes_of
from registry.contracts.drafting.forms import DraftForm
from registry.contracts.queries import find_datasets_of, get_contract
from registry.contracts.vocabulary import AmendmentProgress
from registry.kernel.errors import FieldError, Invalid
from registry.kernel.words import _


def offered_of(coverage: Coverage) -> list[tuple[str, int | None]]:
    """What may be asked for and nobody has yet: kind, and dataset or nothing for the whole contract.

    What is withheld of a dataset is not missing of it, and may be asked for all the same by whoever says so.
    """
    return [
        (line.kind, column)
        for line in coverage.lines
        for column in coverage.columns
        if (cell := line.cells[column]).missing or cell.withheld
        if cell.state in TO_ASK
    ]


def withheld_of(coverage: Coverage) -> frozenset[str]:
    """Those of them, as the form names them, that nobody looks for: they are offered, and never ticked beforehand."""
    return frozenset(
        code_of(line.kind, column) for line in coverage.lines for column, cell in line.cells.items() if cell.withheld
    )


def code_of(kind: str, column: int | None) -> str:
    """How a form names a clause to ask for."""
    return kind if column is None else f"{kind}:{column}"


def completable(amendments: Sequence[Amendment]) -> list[Amendment]:
    """The amendments to which clauses may still be added: not signed, not given up, not annulled."""
    return [
        one
        for one in amendments
        if one.signed_on is None and not one.annulled and one.progress is not AmendmentProgress.GIVEN_UP
    ]


def draft_amendment(session: Session, contract_id: int, form: DraftForm, *, today: date) -> Amendment:
    """An amendment, new or one under way, that asks for the clauses ticked, and lifts or replaces those ticked of what
    is in force; each of those it adds is then said to be asked.

    Raises: NotFound; Conflict when the contract is annulled; Invalid when nothing is ticked, when what is ticked is not
    missing any more, or when the amendment is none that may be completed.
    """
    contract = get_contract(session, contract_id, lock=True)
    written = find_written(session, [contract])[contract_id]
    datasets = [one.id for one in find_datasets_of(session, contract_id)]
    coverage = coverage_of(written, asked_now(session, contract), datasets, today, signed_by=today)
    offered = {code_of(kind, column): (kind, column) for kind, column in offered_of(coverage)}
    changes = {one.code: one for one in changes_of(session, written, today)}
    chosen: dict[str, list[int]] = {}
    changed: list[Change] = []
    for code in dict.fromkeys(form.wanted):
        if code in changes:
            changed.append(changes[code])
            continue
        if code not in offered:
            raise _wrong("wanted", _("Une des clauses cochées n’est plus à demander : rechargez la page."))
        kind, column = offered[code]
        chosen.setdefault(kind, []).extend([] if column is None else [column])
    if not chosen and not changed:
        raise _wrong("wanted", _("Cochez au moins une clause à demander."))
    amendment = _amendment(session, contract_id, form)
    first = 1 + sum(row.amendment_id == amendment.id for row in written.stipulations.values())
    order = list(kinds())
    # What stands first: nobody asks for a clause beside the one that forbids it.
    for place, one in enumerate(changed, first):
        article = _("art. {number}").format(number=place)
        stipulate(
            session, one.clause_id, one.form.model_copy(update={"amendment_id": amendment.id, "article": article})
        )
    for place, kind in enumerate(sorted(chosen, key=order.index), first + len(changed)):
        # Numbered as the articles of the document are: what says nothing else is then said somewhere once signed.
        article = _("art. {number}").format(number=place)
        asked = ClauseForm(kind=kind, amendment_id=amendment.id, article=article, datasets=chosen[kind])
        record_clause(session, contract_id, asked)
    session.refresh(amendment)
    return amendment


def _amendment(session: Session, contract_id: int, form: DraftForm) -> Amendment:
    every = find_amendments(session, contract_id)
    if form.amendment_id is None:
        number = max((one.number for one in every), default=0) + 1
        asked = AmendmentForm(number=number, object=form.object, progress=AmendmentProgress.ASKED)
        return record_amendment(session, contract_id, asked)
    found = next((one for one in completable(every) if one.id == form.amendment_id), None)
    if found is None:
        raise _wrong("amendment_id", _("Cet avenant est signé, abandonné ou annulé : choisissez-en un autre."))
    return found


def _wrong(name: str, sentence: str) -> Invalid:
    return Invalid(sentence, (FieldError(name, sentence),))
