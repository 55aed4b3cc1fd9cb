"""What ships is checked, and what is altered is refused with its file, its line and what was meant."""

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from registry.cli.law import policies
from registry.compliance.checking import check_catalogue, facts_of_case, try_policy, verdicts_possible, version_of_case
from registry.compliance.evaluation import assess_version
from registry.compliance.vocabulary import Verdict
from registry.platform.assets import asset_root
from registry.platform.lists import load_list, read_list
from registry.rooms import assemble_engine, bound_facts

SHIPPED = assemble_engine().catalogue
CASES = [(policy, case) for policy in SHIPPED.policies for case in policy.cases]
LISTS = sorted(path.stem for path in (asset_root("policies") / "lists").glob("*.yaml"))
OD_02, OD_05, OD_08, ACC_08 = (
    "open-data/od-02-anonymised-before-publication.yaml",
    "open-data/od-05-homologated-licence.yaml",
    "open-data/od-08-updated-as-announced.yaml",
    "acculturation/acc-08-prada-notified.yaml",
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the policies, to be altered."""
    return Path(shutil.copytree(asset_root("policies"), tmp_path / "policies"))


def alter(folder: Path, file: str, before: str, after: str) -> int:
    """Alters the first place where a text stands, and gives its line."""
    path = folder / file
    text = path.read_text("utf-8")
    assert before in text
    path.write_text(text.replace(before, after, 1), "utf-8")
    return text[: text.index(before)].count("\n") + 1


def check(folder: Path) -> tuple[int, dict]:
    """What the command says of a folder, and its exit code."""
    done = CliRunner().invoke(policies, ["check", "--folder", str(folder), "--json"], standalone_mode=False)
    assert done.exception is None, done.exception
    return done.return_value, json.loads(done.stdout)


@pytest.mark.parametrize(("policy", "case"), CASES, ids=[f"{policy.id} {case.says}" for policy, case in CASES])
def test_each_case_gives_its_verdict(policy, case) -> None:
    version = version_of_case(policy, case)
    assert version is not None
    found = assess_version(SHIPPED, policy, version, facts_of_case(SHIPPED, case), today=case.today)
    assert found.verdict is case.expect
    if found.verdict is Verdict.TO_COMPLETE:
        assert found.missing or found.turns_on, "to complete, but nothing says what"
        assert found.unknown_half is not None


@pytest.mark.parametrize("policy", SHIPPED.policies, ids=lambda policy: policy.id)
def test_each_verdict_a_policy_can_return_has_a_case(policy) -> None:
    assert {case.expect for case in policy.cases} == verdicts_possible(policy.versions[-1])


def test_the_command_counts_policies_cases_failures_and_facts_without_a_source(folder: Path) -> None:
    code, said = check(folder)
    assert code == 0
    awaited = said.pop("awaited")
    assert said == {
        "policies": len(SHIPPED.policies), "cases": len(CASES), "failed": [], "unbound": [], "arrived": [],
    }  # fmt: skip
    assert {name for names in awaited.values() for name in names} == {
        name for name, fact in SHIPPED.facts.items() if fact.awaited
    }


def test_a_fact_no_room_binds_is_named_with_its_room() -> None:
    report = check_catalogue(asset_root("policies"), bound_facts() - {"dataset.licence"})
    assert report.unbound == ["dataset.licence (datasets)"]
    assert not report.holds


def test_an_awaited_fact_is_listed_by_room_until_a_room_binds_it(folder: Path) -> None:
    alter(folder, "facts.yaml", "dataset.licence: {", "dataset.licence: {awaited: true, ")
    waiting = check_catalogue(folder, bound_facts() - {"dataset.licence"})
    assert "dataset.licence" in waiting.awaited["datasets"]
    assert waiting.holds
    assert any("Attendu" in sentence and "dataset.licence" in sentence for sentence in waiting.sentences())

    arrived = check_catalogue(folder, bound_facts())
    assert arrived.arrived == ["dataset.licence (datasets)"]
    assert not arrived.holds
    assert "Fait renseigné désormais : dataset.licence (datasets). Retirez « awaited »." in arrived.sentences()


SINCE_2020 = "status: in-force, text: t, article: a, evidence: code-read, require: dataset.licence__present"
REQUIRED = (
    "dataset.licence in lists.licences_homologated || (dataset.software && dataset.licence in "
    "lists.licences_homologated_software) || dataset.licence_homologated"
)
PLANTED = {
    "a condition that no longer says what its cases say": (
        OD_08, "plusDays(dataset.last_update, dataset.frequency_days)", "plusMonths(dataset.last_update, 12)", "obtenu",
    ),
    "a fact with a typo": (OD_05, "dataset.licence in lists", "dataset.license in lists", "dataset.licence"),
    "a case whose fact has a typo": (OD_05, "{dataset.published_online", "{dataset.publised_online", "published_onl"),
    "a type error": (OD_08, "require: dataset.last_update__present", "require: dataset.frequency_days > '3'", ">"),
    "a condition that is no yes or no": (OD_05, f"require: {REQUIRED}", "require: dataset.licence", "oui ou non"),
    "a deadline that is no day": (ACC_08, "deadline: deadline(organisation.prada_since, 'prada-notification')",
                                  "deadline: organisation.prada_appointed", "une date"),
    "a delay with a typo": (ACC_08, "'prada-notification'", "'prada-notificatoin'", "prada-notification"),
    "a value outside the closed list": (OD_05, "'mobility'", "'mobilty'", "mobility"),
    "a case with a value outside the closed list": (OD_05, "dataset.nature: other", "dataset.nature: othre", "other"),
    "a case with a value of another type": (OD_08, "frequency_days: 31", "frequency_days: 31.5", "frequency_days"),
    "a list with a typo": (OD_05, "lists.licences_homologated", "lists.licence_homologated", "licences_homologated"),
    "has() in a condition": (OD_05, "dataset.licence__present", "has(dataset.licence)", "has()"),
    "has() with a space": (OD_05, "dataset.licence__present", "has (dataset.licence)", "has()"),
    "null in a condition": (OD_05, "dataset.licence__present", "dataset.licence != null", "null"),
    "a clock in a condition": (OD_08, "dataset.last_update__present", "dataset.last_update < today", "today"),
    "an unknown function": (OD_08, "plusDays(", "plusDay(", "plusDays"),
    "a method that hides its fact": (OD_08, "require: dataset.last_update__present",
                                     "require: dataset.open_formats.size() > 0", "fonction inconnue"),
    "a date the calendar does not have": (OD_05, "effective_from: 2017-04-29", "effective_from: 2017-04-31",
                                          "cette date n’existe pas au calendrier"),
    "a month the calendar does not have": (OD_05, "effective_from: 2017-04-29", "effective_from: 2017-13-29",
                                           "cette date n’existe pas au calendrier"),
    "a day on which no version binds": (OD_05, "effective_from: 2017-04-29", "effective_from: 2027-04-29", ""),
    "a day moved by one": (OD_08, "today: 2026-11-25", "today: 2026-11-24", "obtenu"),
    "a version that ends before it begins": (
        OD_05, "effective_from: 2017-04-29", "effective_from: 2017-04-29\n    effective_until: 2017-04-28", "avant"),
    "two versions on the same day": (
        OD_05, "cases:", f"  - {{effective_from: 2020-01-01, {SINCE_2020}}}\ncases:", "en vigueur le même jour"),
    "a condition of hundreds of terms": (
        OD_05, "require: dataset.licence in", f"require: {'dataset.licence__present || ' * 400}dataset.licence in",
        "condition trop longue : 11356 caractères, 2000 au plus. Faites-en plusieurs règles"),
    "a condition with a huge list": (
        OD_05, "dataset.nature != 'mobility'", f"dataset.nature in [{', '.join(['other'] * 50_000)}]",
        "demandez à qui tient le logiciel une liste de ses valeurs"),
    "a condition deep in parentheses": (
        OD_05, f"require: {REQUIRED}",
        f"require: {'(' * 300}dataset.licence__present{')' * 300}", "condition trop imbriquée : 20 niveaux au plus"),
    "a condition denied again and again": (
        OD_05, f"require: {REQUIRED}",
        f"require: '{'!' * 900}dataset.licence__present'", "condition trop imbriquée : 20 niveaux au plus"),
    "a condition that goes through a list within a list": (
        OD_05, f"require: {REQUIRED}",
        "require: lists.licences.all(a, lists.licences.all(b, lists.licences.exists(c, a == b && b == c)))",
        "fait inconnu : « a »"),
    "a condition that makes lists of lists": (
        OD_05, f"require: {REQUIRED}",
        "require: size(lists.licences.map(a, lists.licences.map(b, lists.licences))) > 3", "fait inconnu : « a »"),
    "a few lines that stand for millions": (
        OD_05, "owed_by: [steward]",
        "owed_by: [&a [steward, steward], &b [*a, *a], &c [*b, *b], &d [*c, *c], &e [*d, *d], [*e, *e]]",
        "les marques de YAML (« & », « * ») ne sont pas lues"),
    "no remedy": (OD_05, "remedy: Remplacez", "# Remplacez", "remedy"),
    "an empty remedy": (OD_05, "remedy_en: Replace", "remedy_en: ''\n#", "remedy_en"),
    "a field with a typo": (OD_05, "severity: major", "severty: major", "severity"),
    "a closed word outside its list": (OD_05, "severity: major", "severity: grave",
                                       "« blocking », « major » ou « minor », pas « grave »"),
    "a role with a typo": (OD_05, "owed_by: [steward]", "owed_by: [stewart]", "Vouliez-vous dire « steward » ?"),
    "nobody who owes it": (OD_05, "owed_by: [steward]", "owed_by: []", "au moins une valeur"),
    "a day in words": (OD_05, "effective_from: 2017-04-29", "effective_from: avril 2017", "une date"),
    "a validation without its day": (OD_05, "effective_from: 2017-04-29",
                                     "validated_by: legal\n    effective_from: 2017-04-29", "validated_on"),
    "a proof said to be absent": (OD_02, "dataset.publication_ground: null}", "dataset.anonymisation_proof: null}",
                                  "« dataset.anonymisation_proof » ne peut pas être absent."),
    "a field written twice": (OD_05, "severity: major", "severity: major\nseverity: minor", "deux fois"),
    "a number already taken": (OD_08, "id: OD-08", "id: OD-05", "OD-05"),
    "a verdict without its case": (OD_05, "expect: to-complete", "expect: not-applicable", "À compléter"),
    "missing facts that are not those": (OD_05, "missing: [dataset.licence]", "missing: [dataset.nature]", "licence"),
}  # fmt: skip


@pytest.mark.parametrize(("file", "before", "after", "meant"), PLANTED.values(), ids=PLANTED)
def test_a_planted_defect_fails_the_check_with_its_file_and_its_line(folder, file, before, after, meant) -> None:
    line = alter(folder, file, before, after)
    code, said = check(folder)
    assert code == 1
    assert said["failed"]
    assert file in {one["file"] for one in said["failed"]}
    assert meant in " ".join(one["problem"] for one in said["failed"])
    if said["policies"] == 0 and "remedy:" not in before:
        (one,) = said["failed"]
        assert line <= one["line"] <= line + 1
    assert all(one["line"] >= 1 for one in said["failed"])


def test_a_date_that_is_wrong_by_years_is_seen_by_the_cases(folder: Path) -> None:
    line = alter(folder, OD_05, "effective_from: 2017-04-29", "effective_from: 2017-04-30")
    code, said = check(folder)
    assert code == 1
    (failed,) = said["failed"]
    assert failed["line"] > line
    assert "29/04/2017" in failed["problem"]


def test_a_failed_case_is_told_with_its_line_and_sentence(folder: Path) -> None:
    alter(folder, OD_05, "expect: compliant", "expect: non-compliant")
    done = CliRunner().invoke(policies, ["check", "--folder", str(folder)], standalone_mode=False)
    text = (folder / OD_05).read_text("utf-8")
    line = text[: text.index("says: ")].count("\n") + 1
    assert f"{OD_05}, ligne {line} — Un jeu en ligne sous Licence Ouverte 2.0 est conforme." in done.stdout
    assert "attendu Non conforme, obtenu Conforme" in done.stdout


def test_a_file_may_be_tried_alone_and_a_bad_one_is_refused(folder: Path) -> None:
    assert try_policy(asset_root("policies"), folder / OD_05).holds
    line = alter(folder, OD_05, "dataset.licence in lists", "dataset.lisence in lists")
    done = CliRunner().invoke(policies, ["try", str(folder / OD_05)], standalone_mode=False)
    assert done.return_value == 1
    assert f"{OD_05}, ligne {line}" in done.stdout
    assert "Vouliez-vous dire « dataset.licence » ?" in done.stdout


@pytest.mark.parametrize("name", LISTS)
def test_each_code_list_says_where_it_was_read_when_and_how_surely(name: str) -> None:
    found = load_list(name)
    assert len(found) > 0
    assert found.source.strip()
    assert found.address.startswith(("http://", "https://"))
    assert found.read.year >= 2026
    assert found.evidence in {"text-read", "doctrine-read", "secondary", "code-read", "interview", "memory"}
    assert all(found.label(code, "fr") and found.label(code, "en") for code in found)
    assert all(found.find(found.label(code, "fr")) == code for code in found)
    assert read_list(asset_root("policies") / "lists" / f"{name}.yaml").entries.keys() == set(found)
