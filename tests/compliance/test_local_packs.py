"""A body's own policies and the values it chooses: checked like ours, refused whole, the last good ones go on."""

import stat
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from registry.compliance.catalogue import Catalogue
from registry.compliance.daily import evaluate_everything
from registry.compliance.engine import Engine
from registry.compliance.local_packs import KEPT, MOST_BYTES, adopt_policies, check_folder, load_policies, read_folder
from registry.compliance.policy import Policy
from registry.compliance.policy_files import CHOICES, load_catalogue
from registry.compliance.queries import find_findings
from registry.compliance.vocabulary import SubjectKind
from registry.compliance.weighing import assess_version
from registry.kernel.permissions import Role
from registry.platform.assets import asset_root
from registry.rooms import assemble_engine
from tests.conftest import Town

SHIPPED = asset_root("policies")
OWN = """\
id: ESSAI-01
title: Chaque jeu a un contact
title_en: Each dataset has a contact
subject: dataset
force: good-practice
severity: minor
remedy: Donnez un contact.
remedy_en: Give a contact.
owed_by: [steward]
versions:
  - effective_from: 2024-01-01
    status: in-force
    text: Charte de la donnée
    article: point 3
    evidence: interview
    require: dataset.licence__present
cases:
  - {says: Avec une licence., today: 2026-11-26, facts: {dataset.licence: etalab-2.0}, expect: compliant}
  - {says: Sans licence., today: 2026-11-26, facts: {dataset.licence: null}, expect: non-compliant}
  - {says: On ne sait pas., today: 2026-11-26, facts: {}, expect: to-complete}
"""
DECIDED = date(2026, 3, 12)
CHOSEN = f"""\
SOB-06:
  review_months:
    value: 36
    decided_on: {DECIDED}
    reason: Une revue par mandat de trois ans.
"""


@pytest.fixture
def local(tmp_path: Path) -> Path:
    """A folder with a policy of its own and a value it chose."""
    folder = tmp_path / "regles"
    (folder / "charte").mkdir(parents=True)
    (folder / "charte" / "essai-01.yaml").write_text(OWN, "utf-8")
    (folder / "packs.yaml").write_text("charte: {title: Charte locale, title_en: Local charter}\n", "utf-8")
    (folder / CHOICES).write_text(CHOSEN, "utf-8")
    return folder


def known_policy(catalogue: Catalogue) -> Policy:
    """The rule of the review of use."""
    found = catalogue.find("SOB-06")
    assert found is not None
    return found


def verdict(catalogue: Catalogue, reviewed: date, today: date) -> str:
    """What the rule of the review of use says of a dataset reviewed one day, on another."""
    policy = known_policy(catalogue)
    (version,) = (one for one in policy.versions if one.applies_on(today))
    facts = {"dataset.last_use_review": reviewed, "dataset.last_use_review__present": True}
    return str(assess_version(catalogue, policy, version, facts, today=today).verdict)


def taken_in(local: Path, home: Path) -> Catalogue:
    """What a home follows once its server started with a folder that is good."""
    assert adopt_policies(SHIPPED, local, home) == ""
    return load_policies(SHIPPED, local, home)


def test_a_body_adds_its_own_policies_and_what_they_come_from_is_told(local: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    catalogue = taken_in(local, home)

    assert catalogue.refusal == ""
    assert catalogue.local == {"ESSAI-01"}
    assert catalogue.chosen == {"SOB-06"}
    assert catalogue.pack_title(catalogue.pack_of("ESSAI-01")) == "Charte locale"
    assert len(catalogue.policies) == len(load_catalogue(SHIPPED).policies) + 1
    assert check_folder(SHIPPED, local).holds
    without = load_policies(SHIPPED, None, home)
    assert without.local == {"ESSAI-01"}, "A command started without the setting judges as the pages do."
    assert stat.S_IMODE((home / KEPT).stat().st_mode) == 0o600


def test_homes_without_policies_of_their_own_share_one_engine(local: Path, tmp_path: Path) -> None:
    shared = assemble_engine(None, tmp_path / "one")
    assert assemble_engine(None, tmp_path / "other") is shared
    assert assemble_engine() is shared
    taken_in(local, tmp_path / "own")
    assert assemble_engine(None, tmp_path / "own").catalogue.local == {"ESSAI-01"}
    assert shared.catalogue.local == frozenset()


def test_what_nobody_took_in_yet_waits_and_says_so(local: Path, tmp_path: Path) -> None:
    before = load_policies(SHIPPED, local, tmp_path / "home")
    assert before.local == frozenset()
    assert "à son prochain démarrage" in before.refusal
    assert not (tmp_path / "home").exists(), "To look writes nothing."
    taken_in(local, tmp_path / "home")
    place = local / CHOICES
    place.write_text(CHOSEN.replace("36", "48"), "utf-8")
    changed = load_policies(SHIPPED, local, tmp_path / "home")
    assert "à son prochain démarrage" in changed.refusal
    assert verdict(changed, date(2022, 12, 1), date(2026, 11, 26)) == "non-compliant"


def test_a_choice_holds_from_its_day_and_says_why(local: Path, tmp_path: Path) -> None:
    theirs, ours = taken_in(local, tmp_path / "home"), load_catalogue(SHIPPED)
    two_and_a_half_years = timedelta(days=912)

    for day, expected in ((date(2026, 11, 26), "compliant"), (DECIDED, "compliant")):
        assert verdict(theirs, day - two_and_a_half_years, day) == expected
        assert verdict(ours, day - two_and_a_half_years, day) == "non-compliant"
    before = DECIDED - timedelta(days=1)
    assert verdict(theirs, before - two_and_a_half_years, before) == "non-compliant"
    first, second = known_policy(theirs).versions
    assert first.effective_until == before
    assert first.plain
    assert second.plain is None, "Its plain words speak of our two years."
    assert "36 au lieu de 24" in (second.note or "")
    assert "Une revue par mandat de trois ans." in (second.note or "")
    assert known_policy(theirs).digest_of(first) != known_policy(theirs).digest_of(second)


def test_a_second_choice_leaves_the_first_to_its_days(local: Path, tmp_path: Path) -> None:
    (local / CHOICES).write_text(
        "SOB-06:\n  review_months:\n"
        "    - {value: 36, decided_on: 2026-03-12, reason: Trois ans.}\n"
        "    - {value: 24, decided_on: 2029-03-12, reason: Deux ans de nouveau.}\n",
        "utf-8",
    )
    catalogue = taken_in(local, tmp_path / "home")

    months = [one.parameters["review_months"].value for one in known_policy(catalogue).versions]
    assert months == [24, 36, 24]
    ends = [one.effective_until for one in known_policy(catalogue).versions]
    assert ends == [date(2026, 3, 11), date(2029, 3, 11), None]


def test_the_example_of_the_guide_is_good(tmp_path: Path) -> None:
    said = (SHIPPED / "README.md").read_text("utf-8")
    example = said.partition("## Des règles à soi")[2].partition("```yaml\n")[2].partition("```")[0]
    (tmp_path / "regles").mkdir()
    (tmp_path / "regles" / CHOICES).write_text(example, "utf-8")

    assert taken_in(tmp_path / "regles", tmp_path / "home").chosen == {"RGPD-10"}


PARAMETER = "dataset.licence__present\n"


@pytest.mark.parametrize(
    ("file", "old", "new", "problem"),
    [
        ("charte/essai-01.yaml", "ESSAI-01", "SOB-06", "déjà pris"),
        ("charte/essai-01.yaml", PARAMETER, "dataset.licance__present\n", "dataset.licence"),
        ("charte/essai-01.yaml", "expect: compliant", "expect: non-compliant", "attendu"),
        ("charte/essai-01.yaml", "expect: to-complete", "expect: non-compliant", "attendu"),
        ("charte/essai-01.yaml", "severity: minor", "severity: petite", "petite"),
        ("charte/essai-01.yaml", "require:", "require: [", "YAML illisible"),
        ("charte/essai-01.yaml", PARAMETER, "param.seuil > 1\n    parameters: {seuil: 3}\n", "des champs"),
        ("charte/essai-01.yaml", PARAMETER, "param.seul > 1\n    parameters: {seuil: {}}\n", "param.seul"),
        ("charte/essai-01.yaml", PARAMETER, "5\n    parameters: {seuil: {}}\n", "seuil"),
        ("charte/essai-01.yaml", PARAMETER, "param.a > 1\n    parameters: {3: {}}\n", "param.a"),
        ("charte/essai-01.yaml", "versions:", "versions: &all [*all]\nothers:", "essai-01.yaml"),
        (CHOICES, "SOB-06", "SOB-99", "aucune règle du logiciel"),
        (CHOICES, "SOB-06", "ESSAI-01", "aucune règle du logiciel"),
        (CHOICES, "SOB-06", "12", "n’est pas un nom"),
        (CHOICES, "review_months", "36", "n’est pas un nom"),
        (CHOICES, "review_months", "review_month", "review_months"),
        (CHOICES, "value: 36", "value: 1200", "entre 1 et 120"),
        (CHOICES, "value: 36", "value: 24", "déjà la valeur"),
        (CHOICES, "value: 36", "value: trente-six", "nombre entier"),
        (CHOICES, f"decided_on: {DECIDED}", "decided_on: 2026-02-30", "n’existe pas au calendrier"),
        (CHOICES, "    reason: Une revue par mandat de trois ans.\n", "", "reason"),
        (CHOICES, CHOSEN, "SOB-06: 36\n", "attend des champs"),
        (CHOICES, CHOSEN, "SOB-06: {}\n", "attend des champs"),
        (CHOICES, CHOSEN, "SOB-06: &a {x: *a}\n", CHOICES),
        ("packs.yaml", "title_en", "titel_en", "titel_en"),
        ("packs.yaml", "charte", "rgpd", "est un domaine du logiciel"),
    ],
)
def test_one_fault_refuses_the_folder_with_its_file_and_line_and_what_was_taken_in_goes_on(
    local: Path, tmp_path: Path, file: str, old: str, new: str, problem: str
) -> None:
    home = tmp_path / "home"
    taken_in(local, home)
    kept, place = (home / KEPT).read_bytes(), local / file
    said = place.read_text("utf-8")
    assert old in said
    place.write_text(said.replace(old, new), "utf-8")

    refused = adopt_policies(SHIPPED, local, home)
    catalogue = load_policies(SHIPPED, local, home)

    assert problem in refused, refused
    assert ", ligne " in refused
    assert catalogue.refusal == refused
    assert "ESSAI-01" in catalogue.local, "What was taken in is followed."
    assert verdict(catalogue, date(2024, 5, 1), date(2026, 11, 26)) == "compliant"
    assert (home / KEPT).read_bytes() == kept
    (failed, *_others) = check_folder(SHIPPED, local).failed
    assert failed.problem in refused


def test_a_folder_that_is_none_or_a_file_that_cannot_be_read_is_refused_in_words(local: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    assert "n’existe pas" in adopt_policies(SHIPPED, tmp_path / "absent", home)
    assert not check_folder(SHIPPED, tmp_path / "absent").holds
    place = local / "charte" / "grand.yaml"
    place.write_text("#" * (MOST_BYTES + 1), "utf-8")
    assert "mégaoctet" in adopt_policies(SHIPPED, local, home)
    place.write_bytes(b"title: \xe9t\xe9\n")
    assert "UTF-8" in adopt_policies(SHIPPED, local, home)
    place.unlink()
    assert not home.exists()
    home.write_text("un fichier", "utf-8")
    assert "ne peut pas être écrit" in adopt_policies(SHIPPED, local, home)


def test_hidden_files_and_folders_named_like_files_are_left_alone(local: Path, tmp_path: Path) -> None:
    before = read_folder(local)
    (local / "..data").mkdir()
    (local / "..data" / CHOICES).write_text("rien", "utf-8")
    (local / "charte" / ".#essai-01.yaml").symlink_to("nulle-part")
    (local / "dossier.yaml").mkdir()

    assert read_folder(local) == before
    assert taken_in(local, tmp_path / "home").local == {"ESSAI-01"}


def test_nothing_in_a_folder_is_run(local: Path, tmp_path: Path) -> None:
    sign = tmp_path / "ran"
    (local / "charte" / "code.py").write_text(f"open({str(sign)!r}, 'w')", "utf-8")
    (local / "charte" / "evil.yaml").write_text(f"!!python/object/apply:os.system ['touch {sign}']\n", "utf-8")

    assert "charte/evil.yaml" in adopt_policies(SHIPPED, local, tmp_path / "home")
    assert not sign.exists()


@pytest.mark.database
def test_what_rules_found_stands_while_they_cannot_be_read(town: Town, local: Path, tmp_path: Path) -> None:
    sheet, home, day = town.record(access_rights="public"), tmp_path / "home", town.info["today"]()
    engine: Engine = town.info["engine"]

    def judged_by(catalogue: Catalogue) -> set[str]:
        town.info["engine"] = replace(engine, catalogue=catalogue)
        try:
            evaluate_everything(town.home.jobs, town.info, today=day)
            with town.acting() as session:
                found = find_findings(session, day, kind=SubjectKind.DATASET, subject_id=sheet)
        finally:
            town.info["engine"] = engine
        return {one.policy_id for one in found}

    assert {"ESSAI-01", "SOB-06"} <= judged_by(taken_in(local, home))
    kept = home / KEPT
    kept.write_text(kept.read_text("utf-8").replace("dataset.licence", "dataset.partie"), "utf-8")
    lost = load_policies(SHIPPED, None, home)
    assert {"ESSAI-01", "SOB-06"} <= lost.lost
    assert "dataset.partie" in lost.refusal
    assert {"ESSAI-01", "SOB-06"} <= judged_by(lost), "Neither closed, nor judged by a value the body did not choose."
    assert lost.find("SOB-06") is None
    kept.unlink()
    assert "ESSAI-01" not in judged_by(load_policies(SHIPPED, None, home))


@pytest.mark.database
def test_the_page_shows_whose_a_rule_is_and_says_when_the_folder_is_refused(
    town: Town, local: Path, tmp_path: Path
) -> None:
    engine: Engine = town.info["engine"]
    someone = town.someone(Role.LEGAL)
    catalogue = taken_in(local, tmp_path / "home")
    told = replace(engine, catalogue=catalogue)
    someone.client.app.state.premises.info["engine"] = told
    try:
        page = someone.get("/conformite").text
        rule = someone.get("/conformite/SOB-06").text
        catalogue.refusal = "charte/essai-01.yaml, ligne 3 : une faute."
        refused = someone.get("/conformite").text
    finally:
        someone.client.app.state.premises.info["engine"] = engine

    assert "règle de la collectivité" in page.partition('href="/conformite/ESSAI-01"')[2].partition("</tr>")[0]
    assert (
        "paramètre choisi par la collectivité" in page.partition('href="/conformite/SOB-06"')[2].partition("</tr>")[0]
    )
    assert "Charte locale" in page
    assert "Une revue par mandat de trois ans." in rule
    assert "les dernières prises en compte restent en vigueur" in refused
    assert "charte/essai-01.yaml, ligne 3" in refused
