"""What goes out about amendments and clauses: the view that each template receives."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from registry.compliance.explanation import FIELD_NAMES
from registry.contracts.clauses.citing import law_of_kind
from registry.contracts.clauses.kinds import expected_of, kinds, say_terms
from registry.contracts.clauses.lacking import SHAPES, Lacking, say_state
from registry.contracts.clauses.law import Against, FloorLine
from registry.contracts.clauses.queries import Written
from registry.contracts.clauses.rules import Span
from registry.contracts.clauses.standing import ClauseStanding, lacking_of
from registry.contracts.vocabulary import ClauseAct
from registry.kernel.words import _, mark
from registry.web.setting_aside import Aside
from registry.web.templating import say_day

AMENDMENT_LABELS: dict[str, str] = {
    "number": mark("Numéro de l’avenant"),
    "object": mark("Objet"),
    "reference": mark("Référence"),
    "progress": mark("Avant la signature"),
    "signed_on": mark("Signé le"),
    "effective_on": mark("S’applique à partir du"),
    "published_on": mark("Données essentielles publiées le"),
    "notes": mark("Remarques"),
}
FIELD_NAMES["amendment"] = AMENDMENT_LABELS
STIPULATION_LABELS: dict[str, str] = {
    "kind": mark("Genre de clause"),
    "label": mark("Nom de la clause"),
    "amendment_id": mark("Dans quel acte"),
    "act": mark("Ce que l’acte fait de la clause"),
    "article": mark("Article de l’acte"),
    "text": mark("Texte de la clause"),
    "reasons": mark("Motifs"),
    "terms": mark("Ce qu’on y relève"),
    "datasets": mark("Jeux de données visés"),
    "effective_on": mark("S’applique à partir du"),
    "last_on": mark("Dernier jour"),
    "survives": mark("Se poursuit après la fin du contrat"),
    "performance": mark("Comment la clause est tenue"),
    "performance_on": mark("Constaté le"),
    "performance_note": mark("Ce qui a été constaté"),
}


@dataclass(frozen=True)
class DoubtView:
    """What does not hold together, and where each clause meant is: its name and its address; none where many are."""

    sentence: str
    links: Sequence[tuple[str, str]]


@dataclass(frozen=True)
class InstrumentView:
    """The contract or an amendment on the time line; `shape` and `word` say whether it counts on the day asked."""

    id: int | None
    title: str
    object: str
    days: str
    shape: str
    word: str
    clauses: int


@dataclass(frozen=True)
class ClauseView:
    """A clause on a day: what it says, from which act, for which datasets, and where it stands.

    `lacks` says what is to be noted of one of which nothing is; `against` how it stands to the law where that matters.
    """

    id: int
    title: str
    label: str
    article: str
    source: str
    days: str
    datasets: Sequence[tuple[int, str]]
    terms: Sequence[tuple[str, str]]
    text: str
    reasons: str
    shape: str
    state: str
    against: Against | None
    lacks: str


@dataclass(frozen=True)
class MissingView:
    """A kind of clause that one looks for and that is not in force on the day, with what is under way about it.

    `clause` is the one that is there by name only or for later, where it is not to be asked for.
    """

    kind: str
    title: str
    article: str
    shape: str
    state: str
    datasets: Sequence[tuple[int, str]]
    clause: int | None
    lacks: str


@dataclass(frozen=True)
class ClausesPage:
    """The contract as it applies on a day: its acts, the clauses in force, those missing, the floor of the law."""

    id: int
    object: str
    organisation_name: str
    annulled: bool
    day: date
    day_words: str
    signed_by: date
    known_on: date | None
    error: str
    dataset_id: int | None
    dataset_title: str
    instruments: Sequence[InstrumentView]
    doubts: Sequence[DoubtView]
    clauses: Sequence[ClauseView]
    missing: Sequence[MissingView]
    counted: str
    was_read: bool
    outside: str
    others: Sequence[ClauseView]
    annulled_clauses: Sequence[tuple[int, str]]
    annulled_amendments: Sequence[tuple[int, str]]
    floor: Sequence[FloorLine]
    floor_note: str
    may_record: bool


@dataclass(frozen=True)
class AmendmentLine:
    """What an amendment does to a clause."""

    clause_id: int
    act: str
    title: str
    article: str
    datasets: Sequence[tuple[int, str]]
    terms: Sequence[tuple[str, str]]
    text: str
    reasons: str


@dataclass(frozen=True)
class AmendmentPage:
    """One amendment: its days, what it does to each clause, and other rooms' panels."""

    id: int
    contract_id: int
    contract: str
    title: str
    object: str
    annulled: bool
    fields: Sequence[tuple[str, str]]
    stipulations: Sequence[AmendmentLine]
    panels: Sequence[str]
    may_record: bool
    may_issue: bool


@dataclass(frozen=True)
class AmendmentFormPage:
    """The form of an amendment."""

    contract_id: int
    object: str
    id: int | None
    version: int | None
    values: Mapping[str, Any]
    errors: Mapping[str, str]
    labels: Mapping[str, str]
    progress: Sequence[tuple[str, str]]
    annulled: bool


@dataclass(frozen=True)
class KindsPage:
    """Which kind of clause is to be recorded: those one looks for in such a contract first."""

    contract_id: int
    object: str
    amendment_id: str
    expected: Sequence[tuple[str, str, str, bool]]
    others: Sequence[tuple[str, str, str, bool]]


@dataclass(frozen=True)
class TermInput:
    """One thing to note of a clause, as a field of the form."""

    name: str
    label: str
    type: str
    choices: Sequence[tuple[str, str]]
    value: str
    error: str


@dataclass(frozen=True)
class StipulationFormPage:
    """The form of what an act says of a clause: a new clause, one more act, or a correction."""

    contract_id: int
    object: str
    action: str
    clause_id: int | None
    is_new_clause: bool
    kind: str
    title: str
    asks: str
    law: str
    version: int | None
    values: Mapping[str, Any]
    errors: Mapping[str, str]
    labels: Mapping[str, str]
    terms: Sequence[TermInput]
    acts: Sequence[tuple[str, str]]
    amendments: Sequence[tuple[str, str]]
    datasets: Sequence[tuple[str, str]]


@dataclass(frozen=True)
class StipulationView:
    """What one act says of a clause, in the life of it."""

    id: int
    title: str
    source: str
    article: str
    days: str
    datasets: Sequence[tuple[int, str]]
    terms: Sequence[tuple[str, str]]
    text: str
    reasons: str
    annulled: bool


@dataclass(frozen=True)
class ClausePage:
    """One clause: all that acts say of it, one after the other, and how it is kept."""

    id: int
    version: int
    contract_id: int
    object: str
    title: str
    label: str
    article: str
    asks: str
    shape: str
    state: str
    against: Against | None
    lacks: str
    stipulations: Sequence[StipulationView]
    values: Mapping[str, Any]
    performance_note: str
    performances: Sequence[tuple[str, str]]
    errors: Mapping[str, str]
    labels: Mapping[str, str]
    doubts: Sequence[DoubtView]
    may_record: bool


def set_aside_view(
    row: Any, contract: Any, title: str, sentence: str, *, under: tuple[str, str], act: Callable[..., Any],
    back: str = "",
) -> Aside:  # fmt: skip
    """What is noted of a contract, for the page that asks why it is set aside or brought back.

    `under` is the tab of the contract that shows it, and its address; one goes `back` there where nothing else is said.
    """
    here, (tab, place) = f"/contrats/{contract.id}", under
    return Aside(
        row, title, [(_("Contrats"), "/contrats"), (contract.object, here), (tab, f"{here}/{place}")],
        sentences=(sentence, _("Tout revient tel que c’était.")), back=back or f"{here}/{place}", act=act,
    )  # fmt: skip


def name_instrument(amendment: Any | None) -> str:
    """The contract, or an amendment by its number."""
    return _("Contrat") if amendment is None else _("Avenant n° {number}").format(number=amendment.number)


def say_span(first: date | None, last: date | None) -> str:
    """The days of something, in words."""
    if first is None or first == date.min:
        return _("jusqu’au {last}").format(last=say_day(last)) if last else ""
    if last is None or last == date.max:
        return _("depuis le {first}").format(first=say_day(first))
    return _("du {first} au {last}").format(first=say_day(first), last=say_day(last))


def name_clause(clause: Any) -> str:
    """A clause by the name it was given, else by its kind."""
    return str(clause.label) if clause.label else kinds().label(clause.kind)


def instrument_views(written: Written, day: date, signed_by: date) -> list[InstrumentView]:
    """The contract and its amendments in the order of their numbers, each with whether it counts on the day."""
    counted: dict[int | None, int] = {}
    for row in written.stipulations.values():
        counted[row.amendment_id] = counted.get(row.amendment_id, 0) + 1
    contract = written.contract
    views = [
        _instrument_view(
            None, name_instrument(None), contract.object, contract.signed_on, contract.starts_on, None, day, signed_by,
            counted.get(None, 0),
        )
    ]  # fmt: skip
    for one in sorted(written.amendments.values(), key=lambda row: (row.number, row.id)):
        about = (one.id, name_instrument(one), one.object, one.signed_on, one.effective_on, one.progress)
        view = _instrument_view(*about, day, signed_by, counted.get(one.id, 0))
        if one.signed_on is not None and contract.signed_on is not None and one.signed_on < contract.signed_on:
            view = replace(view, shape="to-complete", word=_("Avant le contrat : date à vérifier"))
        views.append(view)
    return views


def _instrument_view(
    number: int | None, title: str, about: str, signed: date | None, effective: date | None, progress: Any, day: date,
    signed_by: date, clauses: int,
) -> InstrumentView:  # fmt: skip
    said = [
        _("signé le {day}").format(day=say_day(signed)) if signed else _("date de signature inconnue"),
        *([_("applicable le {day}").format(day=say_day(effective))] if effective and effective != signed else []),
    ]
    applies = effective or signed
    if signed is None:
        shape, word = "to-complete", (progress.label if progress else _("Pas signé"))
        said = [] if progress else said
    elif signed > signed_by:
        shape, word = "not-applicable", _("Signé plus tard")
    elif applies is not None and applies > day:
        shape, word = "not-applicable", _("S’applique plus tard")
    else:
        shape, word = "compliant", _("Compte ce jour-là")
    return InstrumentView(number, title, about, ", ".join(said), shape, word, clauses)


def clause_view(
    span: Span | None, row: Any, written: Written, titles: Mapping[int, str], standing: ClauseStanding,
    against: Against | None = None,
) -> ClauseView:  # fmt: skip
    """A clause as one act says it, on a day."""
    clause, amendment = written.clauses[row.clause_id], written.amendments.get(row.amendment_id)
    return ClauseView(
        id=clause.id, title=kinds().label(clause.kind), label=clause.label or "", article=row.article or "",
        source=name_instrument(amendment),
        days=say_span(span.first, span.last) if span else "",
        datasets=[(number, titles.get(number, "")) for number in row.datasets],
        terms=say_terms(clause.kind, row.terms), text=row.text or "", reasons=row.reasons or "",
        shape=against.shape if against else SHAPES[standing.state],
        state=standing.state.label, against=against, lacks=lacking_of(clause.kind, standing.state),
    )  # fmt: skip


def stipulation_views(
    rows: Sequence[Any], written: Written, titles: Mapping[int, str], spans: Sequence[Span], kind: str
) -> list[StipulationView]:  # fmt: skip
    """All that acts say of a clause, in the order of the acts."""
    days = {one.stipulation.id: say_span(one.first, one.last) for one in spans}

    def place(row: Any) -> tuple[int, int]:
        amendment = written.amendments.get(row.amendment_id)
        return (amendment.number if amendment is not None else 0, row.id)

    return [
        StipulationView(
            id=row.id, title=ClauseAct(row.act).label, source=name_instrument(written.amendments.get(row.amendment_id)),
            article=row.article or "", days=days.get(row.id, ""),
            datasets=[(number, titles.get(number, "")) for number in row.datasets],
            terms=say_terms(kind, row.terms), text=row.text or "", reasons=row.reasons or "", annulled=row.annulled,
        )
        for row in sorted(rows, key=place)
    ]  # fmt: skip


def missing_views(
    lacking: Iterable[Lacking], titles: Mapping[int, str], *, contract: Any, was_read: bool
) -> list[MissingView]:  # fmt: skip
    """What one looks for and that is not in force: for the contract, or for some of its datasets."""
    return [
        MissingView(
            kind=one.kind, title=kinds().label(one.kind), article=law_of_kind(contract, one.kind),
            shape=shape, state=words, datasets=[(number, titles.get(number, "")) for number in one.datasets],
            clause=one.clause, lacks=lacking_of(one.kind, one.state),
        )
        for one in lacking
        for shape, words in (say_state(one.state, one.applies_from, was_read=was_read, partial=one.partial),)
    ]  # fmt: skip


def kind_choices(asked: Any, present: frozenset[str]) -> tuple[list[tuple[str, str, str, bool]], ...]:
    """The kinds one looks for in such a contract, then the others: code, label, what to look for, and whether there."""
    expected = set(expected_of(asked))
    known = kinds()
    lines = [(kind, known.label(kind), known.words(kind, "asks"), kind in present) for kind in known]
    return [one for one in lines if one[0] in expected], [one for one in lines if one[0] not in expected]


def labels_of(of: Mapping[str, str]) -> dict[str, str]:
    """Labels in the reader’s language."""
    return {name: _(label) for name, label in of.items()}


def amendment_fields(amendment: Any) -> list[tuple[str, str]]:
    """What is known of an amendment: label and words."""
    said = []
    for name, label in AMENDMENT_LABELS.items():
        value = getattr(amendment, name)
        if name in {"number", "object"} or value is None:
            continue
        words = value.label if name == "progress" else say_day(value) if name.endswith("_on") else str(value)
        said.append((_(label), words))
    return said


def amendment_lines(rows: Sequence[Any], written: Written, titles: Mapping[int, str]) -> list[AmendmentLine]:
    """What an amendment does to each clause."""
    return [
        AmendmentLine(
            row.clause_id, ClauseAct(row.act).label, name_clause(written.clauses[row.clause_id]), row.article or "",
            [(number, titles.get(number, "")) for number in row.datasets],
            say_terms(written.clauses[row.clause_id].kind, row.terms), row.text or "", row.reasons or "",
        )
        for row in rows
    ]  # fmt: skip
