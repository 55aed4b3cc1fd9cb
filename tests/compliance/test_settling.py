"""What is missing is told apart: what is needed in any case, and what one of several would do for."""

import pytest

from registry.compliance.settling import groups_to_settle, other_ways, said_in_groups
from tests.compliance.test_engine import CATALOGUE, judge, policy

A, B, C = "dataset.a", "dataset.b", "dataset.c"


@pytest.mark.parametrize(
    ("require", "facts", "expected"),
    [
        (f"{A} && {B}", {}, [((A,),), ((B,),)]),
        (f"{A} || {B}", {}, [((A,), (B,))]),
        (f"{A} || {B}", {A: False}, [((B,),)]),
        (f"{A} && ({B} || {C})", {}, [((A,),), ((B,), (C,))]),
        (f"({A} && {B}) || {C}", {}, [((A, B), (C,))]),
        (f"({A} && {B}) || ({A} && {C})", {}, [((A,),), ((B,), (C,))]),
        (f"({A} && {B}) || ({A} && {C})", {A: True}, [((B,), (C,))]),
        (f"{A} || ({A} && {B})", {}, [((A,),)]),
        (f"{A} && ({A} || {B})", {}, [((A,),)]),
        (f"!({A} || {B})", {}, [((A,),), ((B,),)]),
        (f"!({A} && {B})", {}, [((A,), (B,))]),
        (f"({C} || !{C}) && {A}", {}, [((C,),), ((A,),)]),
        ("dataset.day__present || dataset.n > 2", {}, [(("dataset.day",), ("dataset.n",))]),
    ],
)
def test_what_either_of_two_facts_settles_is_asked_as_a_choice(require, facts, expected) -> None:
    made = policy(require)
    found = judge(made, facts)
    assert {fact for group in expected for way in group for fact in way} <= set(found.missing)

    groups = groups_to_settle(CATALOGUE, made.versions[0], found.facts_used, found.missing)

    assert said_in_groups(groups, str) == expected


def test_whether_a_rule_applies_hangs_on_each_fact_it_waits_for() -> None:
    made = policy(A, f"{B} || {C}")
    found = judge(made, {})

    groups = groups_to_settle(CATALOGUE, made.versions[0], found.facts_used, found.missing)

    assert said_in_groups(groups, str) == [((B,),), ((C,),)]


def test_what_a_deadline_waits_for_is_needed_beside_the_choice() -> None:
    made = policy(f"{A} || {B}", deadline="deadline(dataset.day, 'month')")
    found = judge(made, {})

    groups = groups_to_settle(CATALOGUE, made.versions[0], found.facts_used, found.missing)

    assert said_in_groups(groups, str) == [(("dataset.day",),), ((A,), (B,))]


def test_two_facts_of_one_field_are_one_thing_to_fill() -> None:
    assert said_in_groups([((A,), (B,))], lambda _fact: "La même case") == [(("La même case",),)]
    assert said_in_groups([((A, C), (B, C))], lambda fact: fact[-1]) == [(("c",),), (("a",), ("b",))]


def test_what_would_do_instead_of_a_fact_is_read_from_the_text_alone() -> None:
    version = policy(f"{A} && ({B} || {C})").versions[0]

    assert other_ways(CATALOGUE, version, B) == [(C,)]
    assert other_ways(CATALOGUE, version, A) == []
