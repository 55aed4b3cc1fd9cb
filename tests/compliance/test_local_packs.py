"""A body's own policies and the values it chooses: checked like ours, refused whole, the last good ones go on."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from registry.compliance.catalogue import Catalogue
from registry.compliance.checking import check_catalogue
from registry.compliance.engine import Engine
from registry.compliance.local_packs import KEPT, MOST_BYTES, load_policies
from registry.compliance.policy_files import CHOICES, load_catalogue
from registry.compliance.weighing import assess_version
from registry.kernel.permissions import Role
from registry.platform.assets import asset_root
from registry.rooms import bound_facts
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


def verdict(catalogue: Catalogue, reviewed: date, today: date) -> str:
    """What the rule of the review of use says of a dataset reviewed one day, on another."""
    policy = catalogue.get("SOB-06")
    (version,) = (one for one in policy.versions if one.applies_on(today))
    facts = {"dataset.last_use_review": reviewed, "dataset.last_use_review__present": True}
    return str(assess_version(catalogue, policy, version, facts, today=today).verdict)


def test_a_body_adds_its_own_policies_and_what_they_come_from_is_told(local: Path, tmp_path: Path) -> None:
    catalogue = load_policies(SHIPPED, local, tmp_path / "home")

    assert catalogue.refusal == ""
    assert catalogue.local == {"ESSAI-01"}
    assert catalogue.pack_title(catalogue.pack_of("ESSAI-01")) == "Charte locale"
    assert len(catalogue.policies) == len(load_catalogue(SHIPPED).policies) + 1
    report = check_catalogue(SHIPPED, bound_facts(), local)
    assert report.holds
    assert report.policies == len(catalogue.policies) - 1, "Our cases speak of our value, and are left out."


def test_a_choice_holds_from_its_day_and_says_why(local: Path) -> None:
    theirs, ours = load_policies(SHIPPED, local, None), load_catalogue(SHIPPED)
    two_and_a_half_years = timedelta(days=912)

    for day, expected in ((date(2026, 11, 26), "compliant"), (DECIDED, "compliant")):
        assert verdict(theirs, day - two_and_a_half_years, day) == expected
        assert verdict(ours, day - two_and_a_half_years, day) == "non-compliant"
    before = DECIDED - timedelta(days=1)
    assert verdict(theirs, before - two_and_a_half_years, before) == "non-compliant"
    first, second = theirs.get("SOB-06").versions
    assert first.effective_until == before
    assert first.plain
    assert second.plain is None, "Its plain words speak of our two years."
    assert "36 au lieu de 24" in (second.note or "")
    assert "Une revue par mandat de trois ans." in (second.note or "")
    assert theirs.get("SOB-06").digest_of(first) != theirs.get("SOB-06").digest_of(second)


@pytest.mark.parametrize(
    ("file", "old", "new", "problem"),
    [
        ("charte/essai-01.yaml", "ESSAI-01", "SOB-06", "déjà pris"),
        ("charte/essai-01.yaml", "dataset.licence__present", "dataset.licance__present", "dataset.licence"),
        ("charte/essai-01.yaml", "expect: compliant", "expect: non-compliant", "attendu"),
        ("charte/essai-01.yaml", "expect: to-complete", "expect: non-compliant", "attendu"),
        ("charte/essai-01.yaml", "severity: minor", "severity: petite", "petite"),
        ("charte/essai-01.yaml", "require:", "require: [", "YAML illisible"),
        (
            "charte/essai-01.yaml",
            "dataset.licence__present\n",
            "param.seuil > 1\n    parameters: {seuil: 3}\n",
            "des champs",
        ),
        (
            "charte/essai-01.yaml",
            "dataset.licence__present\n",
            "param.seul > 1\n    parameters: {seuil: {}}\n",
            "param.seul",
        ),
        (CHOICES, "SOB-06", "SOB-99", "aucune règle du logiciel"),
        (CHOICES, "SOB-06", "ESSAI-01", "aucune règle du logiciel"),
        (CHOICES, "review_months", "review_month", "review_months"),
        (CHOICES, "value: 36", "value: 1200", "entre 1 et 120"),
        (CHOICES, "value: 36", "value: trente-six", "nombre entier"),
        (CHOICES, f"decided_on: {DECIDED}", "decided_on: 2026-02-30", "n’existe pas au calendrier"),
        (CHOICES, "    reason: Une revue par mandat de trois ans.\n", "", "reason"),
        (CHOICES, CHOSEN, "SOB-06: 36\n", "attend des champs"),
        ("packs.yaml", "title_en", "titel_en", "titel_en"),
    ],
)
def test_one_fault_refuses_the_folder_with_its_file_and_line_and_the_last_good_set_goes_on(
    local: Path, tmp_path: Path, file: str, old: str, new: str, problem: str
) -> None:
    home = tmp_path / "home"
    assert load_policies(SHIPPED, local, home).refusal == ""
    place = local / file
    said = place.read_text("utf-8")
    assert old in said
    place.write_text(said.replace(old, new), "utf-8")

    catalogue = load_policies(SHIPPED, local, home)

    assert problem in catalogue.refusal, catalogue.refusal
    assert place.name in catalogue.refusal
    assert ", ligne " in catalogue.refusal
    assert "ESSAI-01" in catalogue.local, "The last good set is followed."
    assert verdict(catalogue, date(2024, 5, 1), date(2026, 11, 26)) == "compliant"
    assert (home / KEPT / file).read_text("utf-8") == said
    fresh = load_policies(SHIPPED, local, tmp_path / "another")
    assert fresh.local == frozenset(), "Where there never was a good one, ours are."
    assert problem in fresh.refusal


def test_a_folder_that_is_none_or_a_file_too_large_is_refused_in_words(local: Path, tmp_path: Path) -> None:
    assert "n’existe pas" in load_policies(SHIPPED, tmp_path / "absent", None).refusal
    (local / "charte" / "grand.yaml").write_text("#" * (MOST_BYTES + 1), "utf-8")
    assert "mégaoctet" in load_policies(SHIPPED, local, None).refusal
    (local / "charte" / "grand.yaml").write_bytes(b"title: \xe9t\xe9\n")
    assert load_policies(SHIPPED, local, None).refusal


def test_nothing_in_a_folder_is_run(local: Path, tmp_path: Path) -> None:
    sign = tmp_path / "ran"
    (local / "charte" / "code.py").write_text(f"open({str(sign)!r}, 'w')", "utf-8")
    (local / "charte" / "evil.yaml").write_text(f"!!python/object/apply:os.system ['touch {sign}']\n", "utf-8")

    assert "charte/evil.yaml" in load_policies(SHIPPED, local, None).refusal
    assert not sign.exists()


@pytest.mark.database
def test_the_page_shows_whose_a_rule_is_and_says_when_the_folder_is_refused(town: Town, local: Path) -> None:
    engine: Engine = town.info["engine"]
    someone = town.someone(Role.LEGAL)
    catalogue = load_policies(SHIPPED, local, None)
    told = Engine(catalogue, engine.subjects, engine.dependents, engine.rooms)
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
    assert "les dernières qui étaient bonnes restent suivies" in refused
    assert "charte/essai-01.yaml, ligne 3" in refused
