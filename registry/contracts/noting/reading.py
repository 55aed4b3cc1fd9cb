"""Contracts as they stood at a moment, read for a document: what is written, who is party, what came, what is judged.

Datasets are named where they are of the body whose contract it is, or of one below: whoever reads its contracts reads
these.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from registry.compliance.evaluation import Assessment
from registry.compliance.told import find_told, is_breach
from registry.compliance.vocabulary import SubjectKind
from registry.contracts.clauses.against import against_floor
from registry.contracts.clauses.coverage import Coverage, coverage_of
from registry.contracts.clauses.kinds import kinds
from registry.contracts.clauses.lacking import Lacking, find_lacking
from registry.contracts.clauses.law import Against
from registry.contracts.clauses.queries import Written, find_written, held_on
from registry.contracts.clauses.rules import Span
from registry.contracts.clauses.standing import asked_of
from registry.contracts.deliveries.costs import Cost, costs_of
from registry.contracts.deliveries.expecting import reading_of
from registry.contracts.deliveries.models import Delivery, DeliveryReceipt
from registry.contracts.deliveries.rules import state_of
from registry.contracts.deliveries.vocabulary import DeliveryState, ReceiptAnswer
from registry.contracts.followup.queries import find_reports_of, find_steps_of
from registry.contracts.followup.steps import Milestone, milestones_of
from registry.contracts.models import Contract, ContractDataset, ContractParty
from registry.contracts.queries import find_personal_then
from registry.contracts.rules import state_on
from registry.contracts.vocabulary import ClauseState, ContractState, PartySide
from registry.datasets.models import Dataset
from registry.kernel.issuing import Moment
from registry.kernel.words import _
from registry.ledger.as_of import find_rows
from registry.web.templating import say_day


@dataclass(frozen=True)
class NotedContract:
    """A contract at a moment; `judged` says of what each finding is, and the finding: of the contract itself, of its
    amendments, of its deliveries. `costs` are by delivery, `reports` by financial year; `steps` are those to its end;
    `against` is how the clauses in force stand to the law, by stipulation.
    """

    written: Written
    day: date
    parties: Sequence[tuple[Any, str]]
    titles: Mapping[int, str]
    deliveries: Sequence[Any]
    coverage: Coverage
    judged: Sequence[tuple[str, Assessment]]
    costs: Mapping[int, Cost]
    reports: Mapping[int, Any]
    steps: Sequence[Milestone]
    against: Mapping[int, Against]

    @property
    def row(self) -> Any:
        """The row of the contract."""
        return self.written.contract

    @property
    def state(self) -> ContractState:
        """Where it stands on the day, by its dates."""
        return state_on(self.written.term, self.day)

    @property
    def holders(self) -> str:
        """Who holds it, by name: every party but the body whose contract it is, and who grants it."""
        ours = self.row.organisation_id
        return ", ".join(name for row, name in self.parties if row.side != PartySide.GRANTOR and row.party_id != ours)

    @property
    def held(self) -> list[Span]:
        """What is in force on the day, in the order of the kinds."""
        order = {kind: place for place, kind in enumerate(kinds())}
        spans = [one for one in self.written.spans(signed_by=self.day) if one.holds(self.day)]
        return sorted(spans, key=lambda one: (order.get(one.stipulation.kind, len(order)), one.stipulation.id))

    @property
    def was_read(self) -> bool:
        """Whether somebody had said that the contract was read whole: else what is not there is unknown."""
        return self.row.clauses_read_on is not None

    @property
    def lacking(self) -> list[Lacking]:
        """What one looks for and that is not in force, as every page says it."""
        return find_lacking(self.coverage)

    @property
    def absent(self) -> list[Lacking]:
        """Those that are not there, nor signed for later: asked for, or to be asked for."""
        return [one for one in self.lacking if one.state not in {ClauseState.SIGNED, ClauseState.TO_COMPLETE}]

    @property
    def late(self) -> list[Any]:
        """What is awaited and late."""
        return [one for one in self.deliveries if self.stands(one) is DeliveryState.LATE]

    @property
    def undecided(self) -> list[Any]:
        """What is or came late and costs by the contract, of which nobody decided whether the penalty applies; nothing
        of what waits for an answer, since what it costs hangs on it.
        """
        return [
            one for one in self.deliveries
            if one.penalty is None and one.answer != ReceiptAnswer.WAITING
            and (cost := self.costs.get(one.id)) is not None and cost.amount
        ]  # fmt: skip

    @property
    def overdue(self) -> list[Milestone]:
        """The steps to its end of which the day is past and nobody says that they are done, the first due first."""
        past = [one for one in self.steps if one.is_overdue(self.day)]
        return sorted(past, key=lambda one: one.due_on or date.max)

    @property
    def breaches(self) -> list[tuple[str, Assessment]]:
        """What the law asks for and is not so."""
        return [(about, one) for about, one in self.judged if is_breach(one)]

    def stands(self, delivery: Any) -> DeliveryState:
        """Where a delivery stands on the day."""
        return state_of(delivery.in_time_until, delivery.received_on, delivery.answer, self.day)

    def name_dataset(self, number: int) -> str:
        """A dataset by its title where whoever reads the contract may read it."""
        return _name_dataset(self.titles, number)

    def name_delivery(self, delivery: Any) -> str:
        """What a delivery is about."""
        return _name_delivery(delivery, self.titles)


def read_contracts(
    session: Session, rows: Sequence[Any], every: Mapping[int, Any], moment: Moment
) -> list[NotedContract]:
    """These contracts, read together: a number of questions that does not grow with them."""
    ids = [one.id for one in rows]
    written = find_written(session, rows, until=moment.until)
    parties = _by_contract(find_rows(session, ContractParty, until=moment.until, column="contract_id", among=ids))
    ties = _by_contract(find_rows(session, ContractDataset, until=moment.until, column="contract_id", among=ids))
    numbers = {tie.dataset_id for each in ties.values() for tie in each}
    datasets = {one.id: one for one in find_rows(session, Dataset, until=moment.until, column="id", among=numbers)}
    about = {number: [tie.dataset_id for tie in ties.get(number, ())] for number in ids}
    personal = find_personal_then(session, about, moment.until)
    came = _by_contract(find_rows(session, Delivery, until=moment.until, column="contract_id", among=ids))
    judged = find_told(session, SubjectKind.CONTRACT, ids, moment)
    acts = {number: one for each in written.values() for number, one in each.amendments.items()}
    of_acts = find_told(session, SubjectKind.AMENDMENT, sorted(acts), moment)
    sent = sorted(one.id for each in came.values() for one in each)
    of_deliveries = find_told(session, SubjectKind.DELIVERY, sent, moment)
    reports, noted = find_reports_of(session, ids, moment.until), find_steps_of(session, ids, moment.until)
    receipts: dict[int, list[Any]] = {}
    for one in find_rows(session, DeliveryReceipt, until=moment.until, column="delivery_id", among=sent):
        receipts.setdefault(one.delivery_id, []).append(one)
    found = []
    for row in rows:
        covered = about[row.id]
        asked = asked_of(row, personal=personal[row.id])
        day = moment.as_of
        titles = {
            number: datasets[number].title if is_below(every, datasets.get(number), row) else "" for number in covered
        }
        deliveries = sorted(came.get(row.id, ()), key=lambda one: (one.due_on or date.max, one.id))
        found.append(
            NotedContract(
                written=written[row.id],
                day=day,
                parties=[(one, _name(every, one.party_id)) for one in parties.get(row.id, ())],
                titles=titles,
                deliveries=deliveries,
                costs=costs_of(deliveries, receipts, reading_of(written[row.id], day), day),
                reports={one.year: one for one in reports.get(row.id, ())},
                steps=milestones_of(row, held_on(written[row.id], day), noted.get(row.id, []), day),
                against=against_floor(session, written[row.id], day, signed_by=day),
                coverage=coverage_of(written[row.id], asked, covered, day, signed_by=day),
                judged=[
                    *((_("Contrat"), one) for one in judged.get(row.id, ())),
                    *(
                        (_("Avenant n° {number}").format(number=acts[number].number), one)
                        for number in written[row.id].amendments
                        for one in of_acts.get(number, ())
                    ),
                    *(
                        (_say_delivery(one, titles), said)
                        for one in deliveries
                        for said in of_deliveries.get(one.id, ())
                    ),
                ],
            )
        )
    return found


def _by_contract(rows: Sequence[Any]) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = {}
    for one in rows:
        if not one.annulled:
            found.setdefault(one.contract_id, []).append(one)
    return found


def _name_dataset(titles: Mapping[int, str], number: int) -> str:
    return titles.get(number) or _("un jeu d’un autre organisme")


def _name_delivery(delivery: Any, titles: Mapping[int, str]) -> str:
    if delivery.label:
        return str(delivery.label)
    return _name_dataset(titles, delivery.dataset_id) if delivery.dataset_id else _("Tout le contrat")


def _say_delivery(delivery: Any, titles: Mapping[int, str]) -> str:
    """Of which delivery a finding is."""
    name = _name_delivery(delivery, titles)
    if delivery.due_on is None:
        return _("Livraison « {name} »").format(name=name)
    return _("Livraison « {name} » du {day}").format(name=name, day=say_day(delivery.due_on))


def _name(every: Mapping[int, Any], number: int) -> str:
    return every[number].name if number in every else _("une organisation effacée")


def is_below(every: Mapping[int, Any], dataset: Any | None, contract: Any) -> bool:
    """Whether a dataset is of the body whose contract it is, or of one below: whoever reads its contracts reads it."""
    if dataset is None or dataset.organisation_id not in every:
        return False
    return contract.organisation_id in every[dataset.organisation_id].lineage


def find_noted(session: Session, number: int, moment: Moment) -> Any | None:
    """The row of a contract at a moment, or nothing."""
    found = find_rows(session, Contract, until=moment.until, column="id", among=[number])
    return found[0] if found else None
