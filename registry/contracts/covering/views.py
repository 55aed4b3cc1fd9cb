"""What goes out about the contracts of one dataset: the view that each template receives, and the sentences."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from registry.contracts.clauses.against import against_floor
from registry.contracts.clauses.coverage import coverage_of
from registry.contracts.clauses.doubting import doubt_view
from registry.contracts.clauses.kinds import (
    Asked,
    fields_of,
    kinds,
    say_terms,
    scope_is_dataset,
    term_label,
)
from registry.contracts.clauses.lacking import SHAPES, find_lacking
from registry.contracts.clauses.law import Against
from registry.contracts.clauses.rules import Span
from registry.contracts.clauses.standing import ClauseStanding, standing_on
from registry.contracts.clauses.views import DoubtView, MissingView, missing_views, name_instrument, say_span
from registry.contracts.covering.queries import Covering
from registry.contracts.covering.rules import Clashing, Told, bare_days, clashes_of
from registry.contracts.rules import state_on, term_of
from registry.contracts.views import StateMark, state_mark
from registry.contracts.vocabulary import Clash, ContractState
from registry.kernel.words import _, mark
from registry.web.templating import say_day

_CLASHES = {
    Clash.DIFFERENT: mark(
        "{what} : {sayings}. Les deux ne peuvent pas être suivis à la fois : dites lequel s’applique à ce jeu, ou "
        "demandez un avenant."
    ),
    Clash.STRICTER: mark("{what} : {sayings}. Le plus strict s’impose à ce jeu : {binding}."),
    Clash.BANNED: mark(
        "{first} interdit d’exploiter ou de réutiliser, alors que {others} le prévoit. L’interdiction lie tant "
        "qu’aucun avenant ne la lève."
    ),
    Clash.NOT_PASSED_ON: mark(
        "{first} interdit de transmettre ces données au public, alors que {others} prévoit leur mise en ligne. Ne "
        "publiez pas avant que l’un des deux soit changé."
    ),
    Clash.EXCLUSIVE: mark(
        "{first} accorde une exclusivité sur ces données, alors que {others} prévoit leur mise en ligne. Une "
        "exclusivité se justifie par le service public et se réexamine (CRPA L325-1 à L325-4)."
    ),
    Clash.WAIVED: mark(
        "{first} dispense de remettre ces données, alors que {others} en fait une obligation. Dites si la dispense "
        "vaut pour ce jeu."
    ),
    Clash.TWICE: mark("Ce jeu est à remettre par {sayings}. Dites laquelle des deux remises fait foi."),
}
_IN_FORCE = frozenset({ContractState.RUNNING, ContractState.RENEWED, ContractState.ENDING})


@dataclass(frozen=True)
class SaidView:
    """A clause in force for the dataset: of which contract and act, since when, and what it says."""

    clause_id: int
    contract_id: int
    contract: str
    holders: str
    label: str
    source: str
    article: str
    days: str
    whole: bool
    terms: Sequence[tuple[str, str]]
    text: str
    reasons: str
    shape: str
    state: str
    against: Against | None
    bare: bool


@dataclass(frozen=True)
class SubjectView:
    """All that is said of one matter: a kind of clause, with what each contract says of it."""

    kind: str
    title: str
    article: str
    said: Sequence[SaidView]


@dataclass(frozen=True)
class CoveringView:
    """A contract about the dataset, with where it stands on the day and what one looks for in it and does not find."""

    id: int
    object: str
    kind: str
    holders: str
    state: StateMark
    days: str
    clauses: int
    missing: Sequence[MissingView]
    was_read: bool


@dataclass(frozen=True)
class DatasetClausesPage:
    """What every contract about a dataset says of it on a day."""

    id: int
    title: str
    organisation: str
    organisation_id: int
    day: date
    day_words: str
    signed_by: date
    known_on: date | None
    error: str
    unknown: str
    clashes: Sequence[str]
    doubts: Sequence[DoubtView]
    bare: str
    subjects: Sequence[SubjectView]
    contracts: Sequence[CoveringView]


@dataclass(frozen=True)
class DatasetContractsPanel:
    """The contracts about a dataset on its sheet, with what is in force of them for it today."""

    id: int
    rows: Sequence[CoveringView]
    subjects: Sequence[SubjectView]
    clashes: Sequence[str]
    bare: str
    others: int


@dataclass(frozen=True)
class InForce:
    """A clause in force for the dataset: the contract, its days, the row of what says it, and where it stands."""

    covering: Covering
    span: Span
    row: Any
    standing: ClauseStanding

    @property
    def clause(self) -> Any:
        """The row of the clause."""
        return self.covering.written.clauses[self.row.clause_id]


def in_force_for(found: Sequence[Covering], dataset: int, day: date, signed_by: date) -> list[InForce]:
    """The clauses in force for a dataset on a day, contract by contract in the order of the kinds."""
    order = {kind: place for place, kind in enumerate(kinds())}
    held = []
    for one in found:
        standing = standing_on(one.written, day, signed_by=signed_by)
        for clause in standing.values():
            if clause.span is not None and bears_on(clause.span, dataset):
                row = one.written.stipulations[clause.span.stipulation.id]
                held.append(InForce(one, clause.span, row, clause))
    return sorted(held, key=lambda one: order.get(one.clause.kind, len(order)))


def bears_on(span: Span, dataset: int) -> bool:
    """Whether what is said is of a dataset, or of the whole contract."""
    return not span.stipulation.datasets or dataset in span.stipulation.datasets


def told_of(held: Sequence[InForce]) -> list[Told]:
    """What is in force, as plain values."""
    return [
        Told(
            one.row.id, one.covering.contract.id, one.clause.kind, one.row.terms,
            bare=not one.span.stipulation.told,
        )
        for one in held
    ]  # fmt: skip


def say_clashes(held: Sequence[InForce]) -> list[tuple[Clashing, str]]:
    """What cannot all be followed, each with the sentence that explains it."""
    by_id = {one.row.id: one for one in held}
    return [(clash, say_clash(clash, by_id)) for clash in clashes_of(told_of(held))]


def say_clash(clash: Clashing, by_id: Mapping[int, InForce]) -> str:
    """What cannot all be followed, in a sentence that names each contract, its act and its article."""
    ones = [by_id[number] for number in clash.ids]
    if clash.clash is Clash.TWICE:
        words = [
            _("{holders} ({contract})").format(holders=_holders(one.covering), contract=one.covering.contract.object)
            for one in ones
        ]
        return _(_CLASHES[clash.clash]).format(sayings=_(" et par ").join(words))
    if not clash.term:
        first, *others = (name_place(one) for one in ones)
        return _(_CLASHES[clash.clash]).format(first=first, others=", ".join(others))
    field = next(one for one in fields_of(ones[0].clause.kind) if one.name == clash.term)
    sayings = _(" ; ").join(
        _("{place} dit « {words} »").format(place=name_place(one), words=field.say(one.row.terms[clash.term]))
        for one in ones
    )
    binding = "" if clash.binding is None else field.say(clash.binding)
    # A leave says little by itself: which use it is of is its kind.
    what = kinds().label(ones[0].clause.kind) if clash.term == "leave" else term_label(clash.term)
    return _(_CLASHES[clash.clash]).format(what=what, sayings=sayings, binding=binding)


def name_place(one: InForce) -> str:
    """Where a clause is written: the contract, the act, the article."""
    act = name_instrument(one.covering.written.amendments.get(one.row.amendment_id))
    where = f"{act}, {one.row.article}" if one.row.article else act
    return _("« {contract} » ({where})").format(contract=one.covering.contract.object, where=where)


def say_bare(found: Sequence[Covering], day: date) -> str:
    """That no contract binds about the dataset on the day, since when and until when; nothing where one does."""
    bare = bare_days([one.written.term for one in found], day)
    if bare is None:
        return ""
    if bare.first is None and bare.last is None:
        return ""
    if bare.first is None:
        return _("Aucun contrat ne lie encore pour ce jeu : le premier commence après le {last}.").format(
            last=say_day(bare.last)
        )
    if bare.last is None:
        return _(
            "Plus aucun contrat ne lie pour ce jeu depuis le {first}. Ce que le titulaire gardait doit être revenu à "
            "la collectivité."
        ).format(first=say_day(bare.first))
    return _("Aucun contrat ne lie pour ce jeu du {first} au {last}, entre deux contrats.").format(
        first=say_day(bare.first), last=say_day(bare.last)
    )


def say_nothing_known(known_on: date) -> str:
    """That the registry knew of no contract about a dataset yet: not that none bound it."""
    return _("Le registre ne savait rien des contrats de ce jeu au {day}.").format(day=say_day(known_on))


def say_doubts(found: Sequence[Covering], dataset: int, signed_by: date) -> list[DoubtView]:
    """What does not hold together within each contract, where it touches the dataset or an amendment."""
    said = []
    for one in found:
        written = one.written
        for doubt in written.doubts(written.spans(signed_by=signed_by)):
            rows = [written.stipulations[number] for number in doubt.ids]
            if not rows or any(not row.datasets or dataset in row.datasets for row in rows):
                told = doubt_view(doubt, written)
                sentence = _("{contract} — {sentence}").format(contract=one.contract.object, sentence=told.sentence)
                said.append(replace(told, sentence=sentence))
    return said


def find_against(session: Session, found: Sequence[Covering], day: date, signed_by: date) -> dict[int, Against]:
    """How the clauses in force stand to what the law gives by itself, by the stipulation that says them."""
    said: dict[int, Against] = {}
    for one in found:
        said |= against_floor(session, one.written, day, signed_by=signed_by)
    return said


def subject_views(held: Sequence[InForce], dataset: int, against: Mapping[int, Against]) -> list[SubjectView]:
    """What is in force by matter, in the order of the kinds; `against` is by stipulation."""
    by_kind: dict[str, list[InForce]] = {}
    for one in held:
        by_kind.setdefault(one.clause.kind, []).append(one)
    return [
        SubjectView(
            kind, kinds().label(kind), kinds().words(kind, "article"),
            [_said(one, dataset, against.get(one.row.id)) for one in ones],
        )
            for kind, ones in by_kind.items()
    ]  # fmt: skip


def _said(one: InForce, dataset: int, against: Against | None) -> SaidView:
    kind, contract = one.clause.kind, one.covering.contract
    return SaidView(
        clause_id=one.clause.id, contract_id=contract.id, contract=contract.object, holders=_holders(one.covering),
        label=one.clause.label or "",
        source=name_instrument(one.covering.written.amendments.get(one.row.amendment_id)),
        article=one.row.article or "", days=say_span(one.span.first, one.span.last),
        whole=dataset not in one.row.datasets,
        terms=say_terms(kind, one.row.terms), text=one.row.text or "", reasons=one.row.reasons or "",
        shape=against.shape if against else SHAPES[one.standing.state],
        state=one.standing.state.label, against=against, bare=not one.span.stipulation.told,
    )  # fmt: skip


def covering_views(
    found: Sequence[Covering],
    held: Sequence[InForce],
    day: date,
    signed_by: date,
    *,
    looked_for: tuple[int, str] | None = None,
    asked: Mapping[int, Asked] | None = None,
) -> list[CoveringView]:
    """Each contract about a dataset; `looked_for` is the dataset and its title where one tells what is missing of it.

    What is missing is told of the kinds that a contract tells dataset by dataset; `asked` is what
    one looks for in each contract.
    """
    views = []
    for one in found:
        contract, written = one.contract, one.written
        signed = contract.signed_on is None or contract.signed_on <= signed_by
        missing: Sequence[MissingView] = ()
        if looked_for and signed and state_on(term_of(contract), day) in _IN_FORCE:
            coverage = coverage_of(written, (asked or {})[contract.id], [looked_for[0]], day, signed_by=signed_by)
            lacking = [each for each in find_lacking(coverage) if scope_is_dataset(each.kind)]
            missing = missing_views(
                lacking, dict([looked_for]), contract=contract, was_read=contract.clauses_read_on is not None
            )
        views.append(
            CoveringView(
                id=contract.id,
                object=contract.object,
                kind=contract.kind.label,
                holders=_holders(one),
                state=state_mark(contract, day) if signed else StateMark("not-applicable", _("Signé plus tard")),
                days=say_span(contract.starts_on, written.term.last_on(day)),
                clauses=sum(1 for clause in held if clause.covering is one),
                missing=missing,
                was_read=contract.clauses_read_on is not None,
            )
        )
    return views


def _holders(one: Covering) -> str:
    return ", ".join(one.holders) or _("titulaire à dire")
