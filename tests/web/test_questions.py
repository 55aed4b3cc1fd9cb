"""What an API call's address asks, typed: numbers given several times, and what is no number."""

from datetime import date

import pytest
from pydantic import Field

from registry.kernel.errors import Invalid
from registry.web.calls import Number, PageQuestions, read_questions


class Asked(PageQuestions):
    """A list that may be narrowed to several organisations."""

    organisation: list[Number] = Field(default_factory=list)


def test_a_question_asked_several_times_gives_its_numbers_in_order():
    assert read_questions(Asked, {"organisation": ["3", "12"], "limit": ["5"]}) == Asked(organisation=[3, 12], limit=5)


class AskedOfADay(PageQuestions):
    """A list as it stood one day."""

    on: date | None = None


def test_a_number_is_no_day_and_a_day_is_read():
    assert read_questions(AskedOfADay, {"on": ["2026-11-24"]}).on == date(2026, 11, 24)
    for wrong in ("0", "86400", "20261124"):
        with pytest.raises(Invalid) as refused:
            read_questions(AskedOfADay, {"on": [wrong]})
        assert "2026-11-24" in refused.value.by_field["on"]


@pytest.mark.parametrize("wrong", ["x", "0", "-2", "", "1.5", "9" * 30])
def test_what_is_no_number_of_a_record_is_refused_by_its_place(wrong: str):
    with pytest.raises(Invalid) as refused:
        read_questions(Asked, {"organisation": ["3", wrong]})
    assert [problem.path for problem in refused.value.errors] == ["organisation.1"]
