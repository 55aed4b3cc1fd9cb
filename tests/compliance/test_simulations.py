"""Simulations: a draft or the law of another day over the register, what it says, to whom, and that nothing is kept."""

import csv
import io
import re
from datetime import date
from html import unescape
from typing import Any

import pytest
from httpx import Response
from sqlalchemy import func, select

from registry.compliance.models import Finding, PolicyText
from registry.compliance.simulating import against_day, simulate
from registry.compliance.simulations import routes, showing
from registry.compliance.simulations.drafts import read_draft
from registry.kernel.permissions import Permission, Role, permissions_of
from registry.platform.jobs import work_once
from registry.platform.models import JobRun
from registry.rooms import assemble_engine, job_functions
from tests.access.simulating import simulate_draft
from tests.conftest import Someone, Town

LIST = "/conformite/simulations"
PUBLISHED = {
    "access_rights": "public", "nature": "other", "licence": "etalab-2.0",
    "distributions": [{"access_url": "https://exemple.invalid/a.csv"}],
}  # fmt: skip
REQUIRED = "dataset.licence in lists.licences_homologated ||"
DRAFT = """\
id: ZZ-01
title: Titre décrit
title_en: Described title
subject: dataset
force: recommendation
severity: minor
stake: null
principle: null
remedy: Décrivez le jeu.
remedy_en: Describe the dataset.
owed_by: [steward]
versions:
  - effective_from: 2030-01-01
    status: proposed
    text: Projet de délibération
    article: article 1
    evidence: memory
    when: dataset.published_online
    require: dataset.licence == 'odbl-1.0'
cases:
  - says: Sous ODbL, le jeu suit la règle.
    today: 2030-01-02
    facts: {dataset.published_online: true, dataset.licence: odbl-1.0}
    expect: compliant
  - says: Sous une autre licence, il ne la suit pas.
    today: 2030-01-02
    facts: {dataset.published_online: true, dataset.licence: etalab-2.0}
    expect: non-compliant
  - says: Sans licence connue, il reste à compléter.
    today: 2030-01-02
    facts: {dataset.published_online: true}
    expect: to-complete
  - says: Hors ligne, la règle ne s’applique pas.
    today: 2030-01-02
    facts: {dataset.published_online: false}
    expect: not-applicable
"""


COUNTING = """\
    require: dataset.blocking_findings == 0
cases:
  - says: Sans constat bloquant, le jeu suit la règle.
    today: 2030-01-02
    facts: {dataset.blocking_findings: 0}
    expect: compliant
  - says: Un seul suffit pour qu’il ne la suive pas.
    today: 2030-01-02
    facts: {dataset.blocking_findings: 1}
    expect: non-compliant
  - says: Tant qu’on ne les a pas comptés, c’est à compléter.
    today: 2030-01-02
    facts: {}
    expect: to-complete
"""


def od_05(**changed: str) -> str:
    """The text of the rule of licences, with some of its words changed."""
    text = assemble_engine().catalogue.paths["OD-05"].read_text("utf-8")
    for before, after in changed.items():
        text = text.replace(before, after)
    return text


def stricter() -> str:
    """The rule of licences, as if the ODbL alone were admitted."""
    text = od_05().replace(REQUIRED, "dataset.licence == 'odbl-1.0' ||")
    admitted = (
        "facts: {dataset.published_online: true, dataset.licence: etalab-2.0, dataset.nature: other, "
        "dataset.licence_homologated: false}\n    expect: "
    )
    assert f"{admitted}compliant" in text
    return text.replace(f"{admitted}compliant", f"{admitted}non-compliant")


def ask(who: Someone, **said: str) -> Response:
    """Sends one of the forms, as a browser does."""
    return who.post(LIST, said)


def worked(town: Town, answer: Response) -> int:
    """The number of the simulation that was just asked for, once the worker has done it."""
    assert answer.status_code == 303, answer.text
    work_once(town.home.urls.jobs, town.home.jobs, job_functions(town.home, town.info))
    return int(answer.headers["location"].rpartition("/")[2])


def result_of(town: Town, number: int) -> dict[str, Any]:
    """What the worker kept of a simulation."""
    with town.acting() as session:
        run = session.get(JobRun, number)
        assert run is not None
        assert run.result is not None, run.message
        return run.result


def moves_of(town: Town, number: int) -> set[tuple[str, str | None, str | None, tuple[int, ...]]]:
    """Who changes: policy, from, into, numbers."""
    return {
        (one["policy"], one["was"], one["becomes"], tuple(one["ids"])) for one in result_of(town, number)["changes"]
    }


def kept(town: Town) -> tuple[int, int]:
    """How many findings and texts of policies the database keeps."""
    with town.acting() as session:
        return (
            session.execute(select(func.count()).select_from(Finding)).scalar_one(),
            session.execute(select(func.count()).select_from(PolicyText)).scalar_one(),
        )


@pytest.mark.database
def test_a_draft_of_the_same_number_is_compared_with_the_rule_that_judges_today_and_nothing_is_written(town: Town):
    sheet, other = town.record(**PUBLISHED), town.record("Arbres", licence="odbl-1.0", **{
        name: value for name, value in PUBLISHED.items() if name != "licence"
    })  # fmt: skip
    legal, before = town.someone(Role.LEGAL), kept(town)

    number = worked(town, ask(legal, draft=stricter()))

    assert moves_of(town, number) == {("OD-05", "compliant", "non-compliant", (sheet,))}
    assert result_of(town, number)["stays"] == [[town.authority_id, "OD-05", 1]]
    assert kept(town) == before
    page = legal.get(f"{LIST}/{number}").text
    assert f'href="/jeux/{sheet}"' in page
    assert f'href="/jeux/{other}"' not in page
    assert "Non conforme" in page
    assert re.search(r"Les fiches du \d+", page)
    assert re.search(r"<li>\d+(,\d)? s</li>", page)
    assert f'href="{LIST}/{number}"' in legal.get(LIST).text
    assert f'href="{LIST}/{number}"' in legal.get(f"/travaux/{number}").text


@pytest.mark.database
def test_a_new_draft_is_tried_as_if_it_bound_and_says_nothing_of_whom_it_does_not_concern(town: Town):
    sheet = town.record(**PUBLISHED)
    town.record("Hors ligne", access_rights="restricted")
    legal = town.someone(Role.LEGAL)

    number = worked(town, ask(legal, draft=DRAFT))

    assert ("ZZ-01", None, "non-compliant", (sheet,)) in moves_of(town, number)
    page = legal.get(f"{LIST}/{number}").text
    # What binds nobody in law is not « non conforme ».
    assert "Sans règle" in page
    assert "Non conforme" not in page.partition("<main")[2]
    assert "Non suivie" in page


@pytest.mark.database
def test_a_draft_that_counts_the_blocking_findings_of_others_is_told_them(town: Town):
    breach = town.record(**PUBLISHED, personal_data="personal", declared_absent=["publication_ground"])
    fine = town.record(**PUBLISHED, personal_data="none")
    counting = DRAFT[: DRAFT.index("    when:")] + COUNTING
    moves = moves_of(town, worked(town, ask(town.someone(Role.LEGAL), draft=counting)))
    assert moves == {("ZZ-01", None, "non-compliant", (breach,)), ("ZZ-01", None, "compliant", (fine,))}


def test_the_law_of_another_day_judges_the_sheets_of_today(town: Town):
    sheet, legal = town.record(**PUBLISHED), town.someone(Role.LEGAL)

    number = worked(town, ask(legal, law_of="2010-01-01"))

    assert ("OD-05", "compliant", None, (sheet,)) in moves_of(town, number)
    same = worked(town, ask(legal, law_of=town.info["today"]().isoformat()))
    assert result_of(town, same)["changes"] == []
    assert "aucun constat ne peut changer" in legal.get(f"{LIST}/{same}").text


@pytest.mark.database
def test_each_judges_and_reads_the_bodies_they_answer_for(town: Town):
    here, there = town.record(on=town.commune_id, **PUBLISHED), town.record(on=town.other_commune_id, **PUBLISHED)
    own, above = town.someone(Role.LEGAL, town.commune_id), town.someone(Role.DPO)
    beside = town.someone(Role.LEGAL, town.other_commune_id)

    number = worked(town, ask(own, draft=stricter()))
    whole = worked(town, ask(above, draft=stricter()))

    assert moves_of(town, number) == {("OD-05", "compliant", "non-compliant", (here,))}
    assert {one[3] for one in moves_of(town, whole)} == {(here,), (there,)}
    assert [one.get(f"{LIST}/{number}").status_code for one in (own, above, beside)] == [200, 200, 404]
    assert own.get(f"{LIST}/{whole}").status_code == 404
    assert own.get(f"{LIST}/{whole}/fichier").status_code == 404
    assert f"{LIST}/{whole}" not in own.get(LIST).text


@pytest.mark.database
def test_what_is_read_is_narrowed_to_the_rights_of_the_day_of_reading(town: Town):
    town.record(on=town.commune_id, **PUBLISHED)
    legal = town.someone(Role.LEGAL, town.commune_id)
    number = worked(town, ask(legal, draft=stricter()))
    with town.acting() as session:
        run = session.get(JobRun, number)
        assert run is not None
        changes = [{**one, "organisation": town.other_commune_id} for one in run.result["changes"]]  # type: ignore[index]
        run.result = {**run.result, "changes": [*run.result["changes"], *changes]}  # type: ignore[dict-item,index]

    page = legal.get(f"{LIST}/{number}").text

    assert "Grande-Commune" in page
    assert "Petite-Commune" not in page
    assert "Petite-Commune" not in legal.get(f"{LIST}/{number}/fichier").text


@pytest.mark.database
def test_a_body_and_a_rule_narrow_what_is_shown_and_its_pages(town: Town, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(showing, "SHOWN", 2)
    here = [town.record(f"Arbres {number}", on=town.commune_id, **PUBLISHED) for number in range(3)]
    there = town.record("Bancs", on=town.other_commune_id, **PUBLISHED)
    legal = town.someone(Role.LEGAL)
    number = worked(town, ask(legal, draft=stricter()))

    narrowed = f"{LIST}/{number}?organisation={town.commune_id}"
    first, second = legal.get(narrowed).text, legal.get(f"{narrowed}&apres=2").text

    assert [f'href="/jeux/{sheet}"' in first for sheet in (*here, there)] == [True, True, False, False]
    assert [f'href="/jeux/{sheet}"' in second for sheet in (*here, there)] == [False, False, True, False]
    assert f'href="{narrowed.replace("&", "&amp;")}&amp;apres=2#qui"' in first
    assert "Petite-Commune" not in first
    whole = legal.get(f"{LIST}/{number}").text
    assert f'href="{narrowed}#qui">3<' in whole
    assert f'href="{LIST}/{number}?organisation={town.other_commune_id}#qui">1<' in whole
    assert f'href="{LIST}/{number}?regle=OD-05&amp;etait=compliant&amp;devient=non-compliant#qui">4<' in whole
    assert "Arbres 0" not in legal.get(f"{LIST}/{number}?regle=OD-06").text


@pytest.mark.database
def test_a_count_by_move_leads_to_those_that_make_it_and_no_other(town: Town):
    under = {"etalab-2.0": "Arbres", "odbl-1.0": "Bancs"}
    sheets = {name: town.record(name, **{**PUBLISHED, "licence": code}) for code, name in under.items()}
    legal = town.someone(Role.LEGAL)
    number = worked(town, ask(legal, draft=DRAFT))
    whole = legal.get(f"{LIST}/{number}").text
    (address,) = re.findall(r'href="([^"]*devient=compliant#qui)">1<', whole)

    shown = legal.get(address.replace("&amp;", "&").partition("#")[0]).text

    assert [f'href="/jeux/{sheet}"' in whole for sheet in sheets.values()] == [True, True]
    assert [f'href="/jeux/{sheets[name]}"' in shown for name in ("Arbres", "Bancs")] == [False, True]


@pytest.mark.database
def test_the_simulations_are_listed_a_page_at_a_time(town: Town, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(routes, "SHOWN", 2)
    legal = town.someone(Role.LEGAL)
    numbers = [simulate_draft(town, town.authority_id, f"essai {number}", on=[]) for number in range(3)]

    first = legal.get(LIST).text
    (following,) = re.findall(r'href="([^"]*)" rel="next"', first)
    last = legal.get(unescape(following)).text

    listed = [[f'href="{LIST}/{number}"' in page for number in numbers] for page in (first, last)]
    assert listed == [[False, True, True], [True, False, False]]
    assert 'rel="next"' not in last


@pytest.mark.database
def test_the_file_names_each_sheet_and_no_spreadsheet_computes_it(town: Town):
    sheet = town.record("=1+1", **PUBLISHED)
    legal = town.someone(Role.LEGAL)
    number = worked(town, ask(legal, draft=stricter()))

    answer = legal.get(f"{LIST}/{number}/fichier")

    assert answer.headers["content-disposition"] == f'attachment; filename="simulation-{number}.csv"'
    (row,) = csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig")), delimiter=";")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert row["Fiche"] == "'=1+1"
    assert (row["Règle"], row["Numéro"], row["Aujourd’hui"]) == ("OD-05", str(sheet), "Conforme")
    assert row["Deviendrait"] == "Non conforme"
    assert row["Adresse"].endswith(f"/jeux/{sheet}")


@pytest.mark.database
def test_a_simulation_that_waits_has_no_file_yet_and_says_where_to_follow_it(town: Town):
    legal = town.someone(Role.LEGAL)
    number = int(ask(legal, law_of="2010-01-01").headers["location"].rpartition("/")[2])

    assert legal.get(f"{LIST}/{number}/fichier").status_code == 409
    assert f'href="/travaux/{number}"' in legal.get(f"{LIST}/{number}").text


@pytest.mark.database
def test_a_draft_that_does_not_read_is_shown_again_with_the_line_of_its_fault(town: Town):
    legal = town.someone(Role.LEGAL)

    answer = ask(legal, draft=od_05(**{REQUIRED: "dataset.licenc == 'odbl-1.0' ||"}))

    assert answer.status_code == 422
    assert re.search(r"Ligne\s\d+\s: require\s: fait inconnu", answer.text)
    assert "Vouliez-vous dire" in answer.text
    assert "dataset.licenc ==" in answer.text
    with town.acting() as session:
        assert session.execute(select(func.count()).select_from(JobRun)).scalar_one() == 0


@pytest.mark.database
def test_a_draft_is_checked_while_it_is_written_and_without_a_script(town: Town):
    legal, check = town.someone(Role.LEGAL), f"{LIST}/verification"
    by_script = {"HX-Request": "true"}

    holds = legal.post(check, {"draft": DRAFT}, headers=by_script).text
    wrong = legal.post(check, {"draft": DRAFT.replace("require: ", "requires: ")}, headers=by_script).text
    whole = legal.post(check, {"draft": DRAFT}).text

    assert "ses 4 exemples donnent les constats attendus" in holds
    assert "<html" not in holds
    assert re.search(r"Ligne\s19\s: champ inconnu", wrong)
    assert "<html" in whole
    assert "ses 4 exemples donnent" in whole
    assert "odbl-1.0" in whole
    assert legal.post(check, {}, headers=by_script).status_code == 200
    refused = legal.post(check, {"draft": DRAFT.replace("require: ", "requires: ")})
    assert refused.status_code == 422
    assert re.search(r'role="alert".*href="#draft">.*Ligne\s19', refused.text, re.DOTALL)
    assert re.search(r'<textarea[^>]*id="draft"[^>]*aria-invalid="true"', refused.text)
    assert "Écrivez le projet de règle." in legal.post(check, {"draft": " "}).text
    assert "Écrivez le projet de règle." in ask(legal, draft="").text
    with town.acting() as session:
        assert session.execute(select(func.count()).select_from(JobRun)).scalar_one() == 0


@pytest.mark.database
def test_a_draft_and_a_day_are_not_tried_together_and_one_of_them_is_needed(town: Town):
    legal = town.someone(Role.LEGAL)

    for said in ({}, {"draft": DRAFT, "law_of": "2010-01-01"}):
        answer = ask(legal, **said)
        assert answer.status_code == 422
        assert "l’un des deux" in answer.text


@pytest.mark.database
def test_a_condition_that_fails_on_a_sheet_is_said_and_is_no_defect_of_the_software(town: Town):
    town.record(**PUBLISHED)
    legal = town.someone(Role.LEGAL)
    # Before the calendar begins, and only for what no case of the draft gives.
    never = "(dataset.nature == 'other' && plusDays(day('2020-01-01'), -9999999) > day('2020-01-01'))"
    draft = DRAFT.replace("licence == 'odbl-1.0'", f"licence == 'odbl-1.0' || {never}")
    draft = draft.replace("licence: etalab-2.0}", "licence: etalab-2.0, dataset.nature: subsidies}")
    draft = draft.replace("online: true}", "online: true, dataset.nature: subsidies}")

    answer = ask(legal, draft=draft)
    number = int(answer.headers["location"].rpartition("/")[2])
    work_once(town.home.urls.jobs, town.home.jobs, job_functions(town.home, town.info))

    page = legal.get(f"{LIST}/{number}").text
    assert "La condition a échoué" in page
    assert "défaut du logiciel" not in page


@pytest.mark.database
def test_the_form_begins_from_the_text_of_a_rule(town: Town):
    legal = town.someone(Role.LEGAL)

    assert REQUIRED in legal.get(f"{LIST}?regle=OD-05").text
    assert REQUIRED not in legal.get(f"{LIST}?regle=..%2Ffacts").text


@pytest.mark.database
def test_a_day_whose_law_is_that_of_today_reads_no_sheet(town: Town):
    town.record(**PUBLISHED)
    with town.acting() as session:
        today: date = town.info["today"]()
        engine = assemble_engine()
        near = against_day(engine.catalogue, engine.subjects, today, today=today)

        assert near == []
        assert simulate(session, near, frozenset({town.authority_id}), today=today).subjects == 0


def test_who_simulates_may_read_breaches_and_requests_as_well() -> None:
    confided = {Permission.PROCESSING_BREACH_READ, Permission.PROCESSING_REQUEST_READ}
    for role in Role:
        held = permissions_of(role)
        assert Permission.COMPLIANCE_SIMULATION_RUN not in held or confided <= held, role


def asking(require: str) -> str:
    """The draft with another condition."""
    return DRAFT.replace("dataset.licence == 'odbl-1.0'", require)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (DRAFT.replace("id: ZZ-01", "id: &a ZZ-01").replace("stake: null", "stake: *a"), "Ligne 7 : une règle s’écrit"),
        ("a: " + "[" * 13 + "]" * 13, "Ligne 1 : trop de niveaux"),
        ("a: " + "[" * 5000, "Ligne 1 : "),
        (DRAFT.replace("dataset.licence == 'odbl-1.0'", "(" * 3000 + "true" + ")" * 3000), "condition trop longue"),
        (DRAFT.replace("dataset.licence == 'odbl-1.0'", "(" * 32 + "true" + ")" * 32), "condition trop imbriquée"),
        (DRAFT.replace("expect: compliant", "expect: non-compliant"), "Ligne 21 : « Sous ODbL, le jeu suit la règle"),
        (DRAFT.replace("subject: dataset", "subject: partner"), "ne juge pas encore ce genre de sujet"),
        ("", "Ligne 1 : le fichier doit contenir"),
        (
            DRAFT.replace("    evidence", "    address: javascript:alert(1)\n    evidence"),
            "Ligne 17 : « address » doit",
        ),
        (DRAFT.replace("[steward]", "[steward"), "Ligne 12 : YAML illisible : il manque « , » ou « ] » à une liste."),
        (DRAFT.replace("title: Titre", 'title: "Titre'), "Ligne 2 : YAML illisible : un guillemet"),
        (DRAFT.replace("Titre décrit", "Titre\a"), "Ligne 2 : YAML illisible : un caractère qui ne s’écrit pas"),
        (DRAFT.replace("Titre décrit", "- a"), "Ligne 2 : YAML illisible : vérifiez les retraits"),
        (asking("dataset.published_online > 3"), "« > » ne s’applique pas à « oui ou non » et « nombre entier »."),
        (asking("plusDays(dataset.last_update) > day('2020-01-01')"), "« plusDays » n’attend pas ce nombre"),
        (asking("dataset.frequency_days > 99999999999999999999"), "vérifiez ses nombres"),
        (asking("dataset.frequency_days"), "doit donner oui ou non, elle donne « nombre entier »"),
        (asking("dataset.nature == 'zzz'"), "Valeurs possibles : « "),
    ],
    ids=[
        "alias",
        "levels",
        "unclosed",
        "parentheses",
        "few parentheses",
        "case",
        "subject",
        "nothing",
        "address",
        "list",
        "quote",
        "sign",
        "indent",
        "types",
        "arity",
        "number",
        "result",
        "value",
    ],
)
def test_what_cannot_be_tried_is_said_with_its_line(wrong: str, said: str) -> None:
    found = read_draft(wrong, assemble_engine())

    assert found.policy is None
    assert said in " ".join(found.problems)


def test_a_draft_leaves_the_catalogue_that_judges_as_it_is() -> None:
    engine = assemble_engine()
    before = (len(engine.catalogue._parts), len(engine.catalogue._compiled), len(engine.catalogue.policies))

    assert read_draft(DRAFT, engine).policy is not None

    catalogue = engine.catalogue
    assert (len(catalogue._parts), len(catalogue._compiled), len(catalogue.policies)) == before
