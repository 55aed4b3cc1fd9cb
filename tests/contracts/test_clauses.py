"""The clauses of a contract on any day: held against a plain model that goes through the days one by one."""

from collections.abc import Mapping
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from registry.contracts.clauses.rules import Instrument, Stipulation, doubts_of, in_force, spans_of
from registry.contracts.rules import Term
from registry.contracts.vocabulary import ClauseAct, Doubt

START = date(2020, 1, 1)
LENGTH = 60


def day(number: int) -> date:
    return START + timedelta(days=number)


DAYS = st.integers(0, LENGTH).map(day)
TERMS = st.builds(
    Term,
    st.none() | st.just(START),
    st.none() | st.integers(20, LENGTH).map(day),
    st.sampled_from([None, True, False]),
)
INSTRUMENTS = st.lists(
    st.tuples(st.none() | DAYS, st.none() | DAYS), min_size=1, max_size=5
).map(lambda days: [Instrument(number, *one) for number, one in enumerate(days)])  # fmt: skip


@st.composite
def contracts(draw: st.DrawFn) -> tuple[list[Stipulation], Term]:
    """Some clauses, what each instrument says of them, and the term of the contract."""
    instruments = draw(INSTRUMENTS)
    said = [
        Stipulation(
            id=number,
            clause_id=draw(st.integers(1, 3)),
            kind=draw(st.sampled_from(["supply", "frequency"])),
            instrument=draw(st.sampled_from(instruments)),
            act=draw(st.sampled_from(ClauseAct)),
            datasets=draw(st.frozensets(st.integers(1, 2))),
            effective_on=draw(st.none() | DAYS),
            last_on=draw(st.none() | DAYS),
            survives=draw(st.booleans()),
        )
        for number in range(1, draw(st.integers(1, 8)) + 1)
    ]
    return said, draw(TERMS)


def by_hand(said: list[Stipulation], term: Term, signed_by: date) -> Mapping[date, set[int]]:
    """Day after day, what was said last of each clause: nothing is computed from bounds."""
    found = {}
    for number in range(LENGTH + 40):
        today = day(number)
        last: dict[int, Stipulation] = {}
        for one in sorted(said, key=lambda one: (one.instrument.number, one.id)):
            if one.instrument.signed_on is None or one.instrument.signed_on > signed_by:
                continue
            since = one.effective_on or one.instrument.effective_on or one.instrument.signed_on
            known = last.get(one.clause_id)
            before = known and (known.effective_on or known.instrument.effective_on or known.instrument.signed_on)
            if since <= today and (before is None or since >= before):
                last[one.clause_id] = one
        bound = term.ends_on is None or bool(term.tacit_renewal) or today <= term.ends_on
        found[today] = {
            one.id
            for one in last.values()
            if one.act is not ClauseAct.ENDS and (one.last_on is None or today <= one.last_on)
            if bound or one.survives
        }
    return found


@given(contracts(), DAYS)
def test_what_is_in_force_on_each_day_is_what_going_through_the_days_finds(
    contract: tuple[list[Stipulation], Term], signed_by: date
) -> None:
    said, term = contract
    spans = spans_of(said, term, signed_by=signed_by)
    for today, expected in by_hand(said, term, signed_by).items():
        assert {one.id for one in in_force(spans, today)} == expected, today
        assert {one.id for one in in_force(spans, today, dataset=1)} == {
            one.id for one in said if one.id in expected and (not one.datasets or 1 in one.datasets)
        }


@given(contracts(), DAYS, DAYS)
def test_what_is_signed_later_changes_nothing_of_what_was_signed_by_a_day(
    contract: tuple[list[Stipulation], Term], signed_by: date, later: date
) -> None:
    said, term = contract
    known = [one for one in said if one.instrument.signed_on is not None and one.instrument.signed_on <= signed_by]
    assert spans_of(known, term, signed_by=max(signed_by, later)) == spans_of(said, term, signed_by=signed_by)


CONTRACT = Instrument(0, day(0))
WHOLE = Term(START, day(50))


def clause(number: int, clause_id: int, instrument: Instrument, act: ClauseAct, **more: object) -> Stipulation:
    return Stipulation(number, clause_id, "frequency", instrument, act, **more)  # type: ignore[arg-type]


def doubts(*said: Stipulation) -> list[tuple[Doubt, tuple[int, ...]]]:
    spans = spans_of(said, WHOLE, signed_by=day(60))
    amendments = sorted({one.instrument for one in said if one.instrument.number}, key=lambda one: one.number)
    found = doubts_of(said, spans, WHOLE, signed_on=CONTRACT.signed_on, amendments=amendments)
    return [(one.doubt, one.ids) for one in found]


def test_what_does_not_hold_together_is_told_with_what_is_meant() -> None:
    adds = clause(1, 1, CONTRACT, ClauseAct.ADDS)
    assert doubts(adds) == []
    assert doubts(adds, clause(2, 1, Instrument(1, None), ClauseAct.REPLACES)) == [(Doubt.UNSIGNED, (2,))]
    both = [clause(number, number, Instrument(1, None), ClauseAct.ADDS) for number in (2, 3)]
    assert doubts(adds, *both) == [(Doubt.UNSIGNED, (2, 3))], "an act says once that it is not signed"
    early = Instrument(1, day(-9), day(5))
    assert doubts(adds, clause(2, 1, early, ClauseAct.REPLACES)) == [(Doubt.BEFORE_CONTRACT, (2,))]
    late = Instrument(1, day(40), day(55))
    assert doubts(adds, clause(2, 2, late, ClauseAct.ADDS, datasets=frozenset({1}))) == [(Doubt.AFTER_END, (2,))]
    first, second = Instrument(1, day(10)), Instrument(2, day(10))
    twice = clause(2, 1, first, ClauseAct.REPLACES), clause(3, 1, second, ClauseAct.REPLACES)
    assert doubts(adds, *twice) == [(Doubt.SAME_DAY, (2, 3))]
    thrice = [clause(number, 1, first, act) for number, act in enumerate(ClauseAct, 2)]
    assert doubts(adds, *thrice) == [(Doubt.SAME_DAY, (2, 3, 4))], "one act that says three things is told once"
    assert doubts(clause(2, 1, first, ClauseAct.ENDS)) == [(Doubt.OF_NOTHING, (2,))]
    assert doubts(adds, clause(2, 2, first, ClauseAct.ADDS)) == [(Doubt.OVERLAP, (1, 2))]
    ends, back = clause(2, 1, first, ClauseAct.ENDS), clause(3, 1, Instrument(2, day(20)), ClauseAct.ADDS)
    assert doubts(adds, ends, back) == [(Doubt.GAP, (1, 3))]


def test_an_amendment_before_its_contract_or_after_its_end_is_told_though_it_speaks_of_no_clause() -> None:
    early, after = Instrument(1, day(-9)), Instrument(2, day(9))
    late = Instrument(3, day(51))
    told = doubts_of([], [], WHOLE, signed_on=day(0), amendments=[early, after, late])
    assert [(one.doubt, one.number, one.first) for one in told] == [
        (Doubt.BEFORE_CONTRACT, 1, day(-9)), (Doubt.AFTER_END, 3, day(51)),
    ]  # fmt: skip


def test_a_clause_that_would_apply_before_its_contract_is_signed_is_told() -> None:
    early = clause(1, 1, CONTRACT, ClauseAct.ADDS, effective_on=day(-1))
    assert doubts(early) == [(Doubt.BEFORE_SIGNATURE, (1,))]
    back = clause(2, 1, Instrument(1, day(10)), ClauseAct.REPLACES, effective_on=day(2))
    assert doubts(clause(1, 1, CONTRACT, ClauseAct.ADDS), back) == [], "an amendment reaches back within its contract"
    assert doubts(clause(1, 1, CONTRACT, ClauseAct.ADDS, effective_on=day(0))) == []


def test_clauses_of_one_kind_about_different_datasets_do_not_overlap() -> None:
    one = clause(1, 1, CONTRACT, ClauseAct.ADDS, datasets=frozenset({1}))
    other = clause(2, 2, CONTRACT, ClauseAct.ADDS, datasets=frozenset({2}))
    assert doubts(one, other) == []
    both = clause(2, 2, CONTRACT, ClauseAct.ADDS, datasets=frozenset({1, 2}))
    assert doubts(one, both) == [(Doubt.OVERLAP, (1, 2))]
