"""What an API call's address asks, typed: numbers given several times, and what is no number."""

import pytest
from pydantic import Field

from registry.kernel.errors import Invalid
from registry.web.calls import Number, PageQuestions, read_questions


class Asked(PageQuestions):
    """A list that may be narrowed to several organisations."""

    organisation: list[Number] = Field(default_factory=list)


def test_a_question_asked_several_times_gives_its_numbers_in_order():
    assert read_questions(Asked, {"organisation": ["3", "12"], "limit": ["5"]}) == Asked(organisation=[3, 12], limit=5)


@pytest.mark.parametrize("wrong", ["x", "0", "-2", "", "1.5", "9" * 30])
def test_what_is_no_number_of_a_record_is_refused_by_its_place(wrong: str):
    with pytest.raises(Invalid) as refused:
        read_questions(Asked, {"organisation": ["3", wrong]})
    assert [problem.path for problem in refused.value.errors] == ["organisation.1"]
