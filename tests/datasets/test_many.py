"""A selection of thousands of sheets, given by their numbers, holds what one of a few does."""

from typing import Any

import pytest

from registry.datasets.listing import narrowing
from registry.datasets.listing.narrowing import DatasetFilter
from registry.datasets.queries import find_datasets, find_ids

pytestmark = pytest.mark.database


def test_many_numbers_select_as_few_do(town: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    numbers = [town.record(f"Jeu {number}") for number in range(4)]
    chosen = DatasetFilter(ids=frozenset(numbers[1:]))
    with town.acting() as session:
        few = [row.title for row in find_datasets(session, chosen)]
        monkeypatch.setattr(narrowing, "_FEW", 1)
        assert [row.title for row in find_datasets(session, chosen)] == few == ["Jeu 1", "Jeu 2", "Jeu 3"]
        assert find_ids(session, chosen) == numbers[1:]
