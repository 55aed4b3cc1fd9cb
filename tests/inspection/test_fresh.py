"""How well the detectors read tables nobody mended them on: a set written blind, one half studied after, one never.

The set (`fresh/half_a.txt`, `fresh/half_b.txt`) was written without reading the detectors nor the older labelled sets,
and committed before any run. What a column must be found to be is fixed by what makes it:

- what the file itself shows not to tell of a person is nothing: accounts of the Treasury and of associations, vehicles
  of the town, Sirets of firms, desks and shared mailboxes, places where something stands or happened, machines;
- what nobody could tell (a plot beside its applicant, the dead of a grave) is not judged;
- a suggestion « to check » counts neither for nor against, as in `test_detecting.py`.
"""

from collections import Counter
from collections.abc import Iterable
from datetime import date

import pytest

from registry.inspection.detecting import suggest
from registry.inspection.signs import load_signs
from registry.inspection.vocabulary import Confidence, PersonalSign
from tests.inspection.fresh.fresh_tables import Column, made

TODAY = date(2026, 11, 26)
JUDGED = [sign for sign in PersonalSign if sign is not PersonalSign.HEADER]
Counts = dict[PersonalSign, Counter[str]]


def read(half: str) -> Iterable[tuple[Column, set[PersonalSign]]]:
    """Each judged column of a half with the signs found in it."""
    for columns in made(half):
        found: dict[int, set[PersonalSign]] = {}
        for one in suggest([column.values for column in columns], load_signs(), TODAY):
            if one.confidence is not Confidence.LOW and one.sign is not PersonalSign.HEADER:
                found.setdefault(one.column, set()).add(one.sign)
        yield from ((column, found.get(place, set())) for place, column in enumerate(columns) if column.judged)


def counted(halves: str) -> Counts:
    """For each sign, how many columns were rightly found, wrongly found and missed."""
    counts: Counts = {sign: Counter() for sign in JUDGED}
    for half in halves:
        for column, seen in read(half):
            for sign in seen | ({column.sign} if column.sign else set()):
                counts[sign][
                    "right" if sign is column.sign and sign in seen else "wrong" if sign in seen else "missed"
                ] += 1
    return counts


def figures(count: Counter[str]) -> tuple[float, float, int]:
    """Precision, recall, and how many columns bear the sign."""
    borne = count["right"] + count["missed"]
    return count["right"] / max(1, count["right"] + count["wrong"]), count["right"] / max(1, borne), borne


@pytest.mark.parametrize("halves", ["a", "b", "ab"])
def test_every_kind_is_read_in_tables_nobody_mended_the_detectors_on(
    halves: str, capsys: pytest.CaptureFixture[str]
) -> None:
    counts = counted(halves)
    with capsys.disabled():
        print(f"\nfresh, half {halves}: kind, precision, recall, columns")
        for sign in JUDGED:
            precision, recall, borne = figures(counts[sign])
            print(f"  {sign:13} {precision:.3f} {recall:.3f} {borne}")


def test_the_set_is_large_enough_to_judge_by_and_holds_more_that_must_not_be_found_than_that_must() -> None:
    columns = [column for half in "ab" for table in made(half) for column in table if column.judged]
    borne = Counter(column.sign for column in columns)
    assert all(borne[sign] >= 40 for sign in JUDGED), borne
    assert borne[None] >= 400
    assert borne[None] > len(columns) / 2
