"""`beffroi policies simulate`: who would change, nothing written, and what is refused with its file and line."""

from pathlib import Path

import pytest
from sqlalchemy import text

from registry.organisations.models import Organisation
from tests.cli.conftest import Command, answer
from tests.compliance.test_simulations import DRAFT, PUBLISHED, stricter
from tests.conftest import Town

pytestmark = pytest.mark.database

WRITTEN = text("SELECT (SELECT count(*) FROM finding), (SELECT count(*) FROM ledger_entry), count(*) FROM job_run")


def test_who_would_change_is_said_by_rule_and_organisation_and_nothing_is_written(
    town: Town, beffroi: Command, tmp_path: Path
):
    here, there = town.record("Arbres", on=town.commune_id, **PUBLISHED), town.record("Bancs", **PUBLISHED)
    file = tmp_path / "OD-05.yaml"
    file.write_text(stricter(), "utf-8")
    with town.acting() as session:
        before = tuple(session.execute(WRITTEN).one())
        commune = session.get_one(Organisation, town.commune_id)
        siren, name = commune.siren, commune.name
    assert siren is not None

    whole = answer(beffroi, "policies", "simulate", str(file))
    one = answer(beffroi, "policies", "simulate", str(file), "--organisation", siren)
    code, said, errors = beffroi("policies", "simulate", str(file))

    assert (whole["changed"], whole["subjects"]) == (2, 2)
    assert {(who["id"], who["name"]) for each in whole["changes"] for who in each["subjects"]} == {
        (here, "Arbres"), (there, "Bancs")
    }  # fmt: skip
    assert {(each["policy"], each["was"], each["becomes"]) for each in whole["changes"]} == {
        ("OD-05", "compliant", "non-compliant")
    }
    assert [who["id"] for each in one["changes"] for who in each["subjects"]] == [here]
    assert one["organisations"] == [{"organisation": name, "changed": 1, "stays": 0}]
    assert code == 0, errors
    assert f"OD-05    {name} : Conforme → Non conforme (1)" in said
    assert "Arbres" in said
    with town.acting() as session:
        assert tuple(session.execute(WRITTEN).one()) == before


def test_the_law_of_another_day_is_tried_on_the_sheets_of_today(town: Town, beffroi: Command):
    sheet = town.record("Arbres", **PUBLISHED)

    told = answer(beffroi, "policies", "simulate", "--law-of", "2010-01-01")
    code, said, _errors = beffroi("policies", "simulate", "--law-of", "2010-01-01")

    (licence,) = [one for one in told["changes"] if one["policy"] == "OD-05"]
    assert (licence["was"], licence["becomes"]) == ("compliant", None)
    assert licence["subjects"] == [{"id": sheet, "name": "Arbres"}]
    assert code == 0
    assert "Conforme → Sans règle" in said


def test_a_draft_that_does_not_read_is_refused_with_its_file_and_line(town: Town, beffroi: Command, tmp_path: Path):
    del town
    file, other = tmp_path / "projet.yaml", tmp_path / "autre.yaml"
    file.write_text(DRAFT.replace("require: ", "requires: "), "utf-8")
    other.write_bytes(b"\xff\xfe")

    code, said, errors = beffroi("policies", "simulate", str(file))

    assert (code, said) == (2, "")
    assert f"{file}:19 : champ inconnu" in errors
    assert beffroi("policies", "simulate", str(other))[0] == 2
    assert beffroi("policies", "simulate")[0] == 2
    assert beffroi("policies", "simulate", str(file), "--law-of", "2010-01-01")[0] == 2
    assert beffroi("policies", "simulate", "--law-of", "2010-01-01", "--organisation", "732829320")[0] == 2
