"""A condition gone wrong is noticed by the cases, and a command tells which alterations are not."""

from dataclasses import replace

import pytest
from click.testing import CliRunner

from registry.cli.law import policies
from registry.compliance.mutating import alterations_of, mutate_catalogue
from registry.rooms import assemble_engine

SHIPPED = assemble_engine().catalogue


@pytest.mark.parametrize(
    ("source", "altered"),
    [
        ("dataset.a && dataset.b > 3", {
            "!(dataset.a && dataset.b > 3)", "(dataset.b > 3)", "(dataset.a)", "!(dataset.a) && dataset.b > 3",
            "dataset.a && !(dataset.b > 3)", "dataset.a && dataset.b >= 3", "dataset.a && dataset.b > 2",
            "dataset.a && dataset.b > 4",
        }),
        ("plusMonths(dataset.day, 24)", {"plusMonths(dataset.day, 23)", "plusMonths(dataset.day, 25)"}),
        ("!(dataset.a || dataset.b)", {
            "!(!(dataset.a || dataset.b))", "((dataset.a || dataset.b))", "!!((dataset.a || dataset.b))",
            "!(dataset.b)", "!(dataset.a)", "!(!(dataset.a) || dataset.b)", "!(dataset.a || !(dataset.b))",
        }),
    ],
)  # fmt: skip
def test_parts_are_negated_terms_dropped_and_bounds_shifted(source: str, altered: set[str]) -> None:
    assert {one.replace(" ", "") for one in alterations_of(source)} == {one.replace(" ", "") for one in altered}


def test_a_case_taken_away_lets_an_alteration_through() -> None:
    whole = SHIPPED.find("SOB-09")
    poor = whole.model_copy(update={"cases": tuple(case for case in whole.cases if "treize" not in case.says)})

    full, lacking = (mutate_catalogue(replace(SHIPPED, policies=[one])) for one in (whole, poor))

    assert (full.survivors, full.percent) == ([], 100)
    assert "dataset.retention_months <= 13" in " ".join(one.altered for one in lacking.survivors)


def test_the_command_prints_the_share_and_fails_below_what_is_due() -> None:
    done = CliRunner().invoke(policies, ["mutate", "--policy", "sob-09"], standalone_mode=False)
    assert done.return_value == 0
    assert "100,0 %" in done.stdout
    short = CliRunner().invoke(policies, ["mutate", "--policy", "SOB-09", "--at-least", "101"], standalone_mode=False)
    assert short.return_value == 1


def test_a_bound_that_is_a_parameter_is_altered_as_one_that_is_written() -> None:
    found = mutate_catalogue(replace(SHIPPED, policies=[SHIPPED.find("SOB-06")]))

    assert found.tried >= 3
    assert found.percent == 100


@pytest.mark.slow
def test_the_cases_notice_nearly_every_alteration_of_what_ships() -> None:
    found = mutate_catalogue(SHIPPED)
    assert found.tried > 1000
    assert found.percent >= 95, [one.sentence() for one in found.survivors]
