"""Which days a trend reads, which risks come first, what stands in the middle: pure functions of values."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from registry.compliance.listing.rules import Cell
from registry.compliance.vocabulary import Force, Holding, Severity, Verdict
from registry.dashboard.rules import (
    LEAST_JUDGED,
    MONTHS,
    Count,
    Measure,
    days_of,
    gravest,
    median_share,
    shares_of,
    told,
)
from registry.dashboard.vocabulary import Figure
from registry.rooms import assemble_engine

COUNTS = st.builds(lambda number, more: Count(number, number + more), st.integers(0, 500), st.integers(0, 500))


@given(st.dates(date(2000, 1, 1), date(2100, 12, 31)))
def test_a_trend_reads_the_last_day_of_each_of_twelve_months_then_today(today: date) -> None:
    *past, last = days_of(today)
    assert last == today
    assert len(past) == MONTHS
    assert all((day + timedelta(days=1)).day == 1 for day in past)
    assert past == sorted(set(past))
    assert past[-1] < today
    assert (today - past[-1]).days <= 31


@given(COUNTS)
def test_a_hundred_is_said_of_all_of_them_alone(count: Count) -> None:
    assert (count.share == 100) == (count.number == count.total and count.total > 0)
    assert told(Figure.KEPT, count) == count.share
    assert told(Figure.BREACHES, count) == count.number


@given(st.lists(COUNTS, max_size=12))
def test_the_middle_leaves_out_who_has_nothing_judged_and_stands_among_the_others(counts: list[Count]) -> None:
    shares = [one.share for one in counts if one.share is not None]
    middle = median_share(counts)
    if not shares:
        assert middle is None
    else:
        assert middle is not None
        assert min(shares) <= middle <= max(shares)


def test_the_gravest_risks_come_first_then_those_of_people_then_the_most_numerous() -> None:
    catalogue = assemble_engine().catalogue
    found = {"OD-28": 90, "RGPD-02": 2, "OD-14": 40, "RGPD-03": 1, "OD-11": 3, "ACC-01": 50}
    risks = gravest(found, catalogue, most=10)
    assert [one.policy.id for one in risks] == ["RGPD-03", "OD-11", "RGPD-02", "OD-14", "OD-28"]
    assert all(one.policy.force is Force.OBLIGATION for one in risks)
    assert risks[0].policy.severity is Severity.BLOCKING
    assert len(gravest(found, catalogue)) == 3
    assert gravest({"RGPD-03": 0}, catalogue) == []


@given(st.dictionaries(st.sampled_from(list(Verdict)), st.integers(0, 40)))
def test_what_waits_for_information_is_neither_kept_nor_judged_beside_the_median(read: dict[Verdict, int]) -> None:
    cells = [Cell("OD-14", 7, verdict, Holding.NONE, number) for verdict, number in read.items()]
    shares = shares_of(cells, Measure(frozenset({"OD-14"}), Verdict.NON_COMPLIANT))
    kept, breached = read.get(Verdict.COMPLIANT, 0), read.get(Verdict.NON_COMPLIANT, 0)
    assert shares.kept.get(7, Count()) == Count(kept, kept + breached)
    assert len(shares.compared) == (kept + breached >= LEAST_JUDGED)
    assert (shares.median is None) == (not shares.compared)
