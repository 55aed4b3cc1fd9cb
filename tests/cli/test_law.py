"""`beffroi evaluate` and `findings` over one town: what they write, what they only show, and what they refuse."""

import re
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from registry.cli.entry import main
from registry.compliance.queries import find_findings
from registry.compliance.vocabulary import SubjectKind
from registry.datasets.forms import DatasetForm
from registry.datasets.service import annul_dataset, record_dataset
from registry.organisations.forms import OrganisationForm
from registry.organisations.service import amend_organisation, open_registry
from registry.platform.assets import asset_root
from registry.platform.clock import today as current_day
from registry.platform.database import Acting, transaction
from registry.platform.home import Home
from registry.rooms import assemble
from tests.cli.conftest import Command, answer
from tests.conftest import TERRITORY, Town

pytestmark = pytest.mark.database

POLICIES = asset_root("policies")


def test_a_past_day_is_judged_by_what_it_knew_and_nothing_is_written(town: Town, beffroi: Command):
    town.record()
    # Two days back: the town may have been made before midnight, and this test run after it.
    earlier = (town.info["today"]() - timedelta(days=2)).isoformat()
    count = text("SELECT (SELECT count(*) FROM finding), (SELECT count(*) FROM ledger_entry)")
    with town.acting() as session:
        before = tuple(session.execute(count).one())

    today = answer(beffroi, "evaluate", "--as-of", town.info["today"]().isoformat())
    past = answer(beffroi, "evaluate", "--as-of", earlier)
    known_since = answer(beffroi, "evaluate", "--as-of", earlier, "--known-on", town.info["today"]().isoformat())

    with town.acting() as session:
        assert tuple(session.execute(count).one()) == before
    assert today["subjects"] == known_since["subjects"] == 4
    assert past["subjects"] == 0
    assert (past["as_of"], past["known_on"], past["law_of"], past["changed"]) == (earlier,) * 3 + (0,)


def test_findings_are_narrowed_by_policy_and_verdict(town: Town, beffroi: Command):
    number = town.record("Bornes de recharge")

    every = answer(beffroi, "findings")
    (one,) = answer(beffroi, "findings", "--policy", "ACC-01", "--verdict", "non-compliant")

    assert (one["subject"], one["subject_id"], one["subject_kind"]) == ("Bornes de recharge", number, "dataset")
    assert one in every
    code, _said, errors = beffroi("findings", "--policy", "OD-99")
    assert (code, "OD-99" in errors) == (2, True), "A list that is empty would read as a rule that nobody breaches."
    code, said, _errors = beffroi("findings", "--policy", "acc-01")
    assert one["force"] == "good-practice"
    assert code == 0
    assert " ".join(said.split()) == "ACC-01 Non suivie Bornes de recharge · Communauté urbaine d’essai", "none obliged"
    town.record("Arbres", on=town.commune_id)
    (one,) = answer(beffroi, "findings", "--policy", "ACC-01", "--organisation", TERRITORY.communes[0].siren)
    assert one["subject"] == "Arbres"
    code, _said, errors = beffroi("findings", "--organisation", "999999999")
    assert code == 2
    assert "999999999" in errors or "999 999 999" in errors


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("evaluate", "--as-of", "demain"), "« demain » n’est pas une date"),
        (("evaluate", "--law-of", "2026-13-01"), "« 2026-13-01 » n’est pas une date"),
        (("policies", "show", "OD-99"), "OD-99"),
        (("policies", "mutate", "--policy", "OD-99"), "OD-99"),
    ],
    ids=("a day that is none", "a month that is none", "a policy that is none", "another that is none"),
)
def test_a_request_that_makes_no_sense_is_refused(beffroi: Command, arguments: tuple[str, ...], said: str):
    code, _said, errors = beffroi(*arguments)

    assert code == 2
    assert said in errors


def test_a_past_day_counts_what_was_annulled_since(home: Home, beffroi: Command):
    today = current_day("Europe/Paris")
    info = {**assemble(), "time_zone": "Europe/Paris", "today": lambda: today}
    earlier = (datetime.now(UTC) - timedelta(days=2)).isoformat()
    with transaction(home.owner, Acting("cli:essai", recorded_at=earlier), **info) as session:
        authority = open_registry(session, TERRITORY, time_zone="Europe/Paris", demonstration=True)
        number = record_dataset(session, authority.id, DatasetForm(title="Arbres")).id
    with transaction(home.jobs, Acting("cli:essai"), **info) as session:
        annul_dataset(session, number, expected=1, reason="Saisie par erreur")

    past = answer(beffroi, "evaluate", "--as-of", (today - timedelta(days=1)).isoformat())
    now = answer(beffroi, "evaluate", "--as-of", today.isoformat())

    assert (past["subjects"], now["subjects"]) == (4, 3)


def test_an_upgrade_judges_everything_by_the_policies_it_brought(town: Town, beffroi: Command):
    town.record()
    with town.as_owner() as session:
        session.execute(text("DELETE FROM finding"))

    code, said, errors = beffroi("upgrade")

    assert (code, errors) == (0, "")
    assert "constats changés" in said
    with town.acting() as session:
        assert {found.verdict for found in find_findings(session, town.info["today"](), policy_id="ACC-01")}


def test_a_service_bears_no_finding_whichever_way_the_register_is_judged(town: Town, beffroi: Command):
    with town.acting() as session:
        amend_organisation(session, town.service_id, OrganisationForm(website="https://exemple.fr"), expected=None)
        borne = find_findings(session, town.info["today"](), kind=SubjectKind.ORGANISATION, subject_id=town.service_id)
    day = town.info["today"]().isoformat()

    today = answer(beffroi, "evaluate")
    dated = answer(beffroi, "evaluate", "--as-of", day)

    assert not borne
    assert (today["subjects"], today["verdicts"]) == (dated["subjects"], dated["verdicts"])


def test_a_finding_an_earlier_version_left_on_a_service_goes(town: Town, beffroi: Command):
    with town.as_owner() as session:
        session.execute(
            text("UPDATE finding SET subject_id = :service WHERE subject_kind = 'organisation' AND subject_id = :body"),
            {"service": town.service_id, "body": town.other_commune_id},
        )

    beffroi("evaluate")

    with town.acting() as session:
        every = find_findings(session, town.info["today"](), kind=SubjectKind.ORGANISATION)
    assert town.service_id not in {one.subject_id for one in every}


def test_a_good_practice_is_never_counted_as_a_breach(town: Town, beffroi: Command):
    town.record()

    counts = answer(beffroi, "evaluate")
    code, said, _errors = beffroi("evaluate")

    split = counts["by_force"]
    assert split["good-practice"]["non-compliant"] > 0
    assert split["obligation"]["non-compliant"] == 0
    assert counts["verdicts"]["non-compliant"] == sum(one["non-compliant"] for one in split.values())
    assert code == 0
    assert "  Non conforme : 0\n" in said.partition("Bonne pratique")[0]
    assert "Non conforme" not in said.partition("Bonne pratique")[2]
    assert f"Non suivie : {split['good-practice']['non-compliant']}\n" in said


def test_facts_nobody_can_know_yet_are_refused(town: Town, beffroi: Command):
    tomorrow = (town.info["today"]() + timedelta(days=1)).isoformat()

    code, _said, errors = beffroi("evaluate", "--known-on", tomorrow)

    assert code == 2
    assert "--known-on" in errors
    assert answer(beffroi, "evaluate", "--as-of", tomorrow)["known_on"] == town.info["today"]().isoformat()


def test_a_day_without_any_rule_in_force_says_so(town: Town, beffroi: Command):
    code, said, _errors = beffroi("evaluate", "--law-of", "1990-01-01")

    assert code == 0
    assert said.split("\n")[1] == "Aucune règle n’était en vigueur le 1er janvier 1990."
    assert "changés" not in said


def test_a_rule_is_tried_on_its_cases_and_on_the_whole_register(town: Town, beffroi: Command, tmp_path: Path):
    town.record()
    file = tmp_path / "essai.yaml"
    file.write_bytes((POLICIES / "acculturation" / "acc-01-owner-and-steward.yaml").read_bytes())
    count = text("SELECT (SELECT count(*) FROM finding), (SELECT count(*) FROM ledger_entry)")
    with town.acting() as session:
        before = tuple(session.execute(count).one())

    code, said, _errors = beffroi("policies", "try", str(file))

    assert code == 0
    assert "Aujourd’hui, sur 1 sujet du registre, sans rien écrire :" in said
    assert "  Non suivie : 1\n" in said
    with town.acting() as session:
        assert tuple(session.execute(count).one()) == before


def test_without_a_register_a_rule_is_tried_on_its_cases_and_it_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    file = POLICIES / "acculturation" / "acc-01-owner-and-steward.yaml"
    monkeypatch.setattr(sys, "argv", ["beffroi", "--home", str(tmp_path / "rien"), "policies", "try", str(file)])

    with pytest.raises(SystemExit) as ended:
        main()

    said = capsys.readouterr().out
    assert ended.value.code == 0
    assert said.startswith("3 cas, 0 en échec.\nEssayée sur ses cas seulement : ")


def test_a_rule_that_cannot_be_read_is_not_said_to_have_failed_its_cases(beffroi: Command, tmp_path: Path):
    file = tmp_path / "essai.yaml"
    file.write_text("id: [", encoding="utf-8")

    code, said, _errors = beffroi("policies", "try", str(file))

    assert code == 1
    assert said.startswith("La règle n’a pas pu être lue.\n")
    assert f"  {file}, ligne " in said


def test_a_finding_whose_rule_left_the_catalogue_is_told_with_its_number(town: Town, beffroi: Command):
    town.record()
    with town.as_owner() as session:
        session.execute(text("UPDATE finding SET policy_id = 'ACC-99' WHERE policy_id = 'ACC-01'"))

    code, said, errors = beffroi("findings")
    (one,) = (one for one in answer(beffroi, "findings") if one["policy"] == "ACC-99")

    assert code == 0, errors
    assert re.search(r"^ACC-99 .*Bornes de recharge \(Règle retirée du catalogue\) · ", said, re.MULTILINE)
    assert (one["retired"], one["force"]) == (True, "good-practice")
    assert [row["policy"] for row in answer(beffroi, "findings") if row["retired"]] == ["ACC-99"]
