"""Holds and rules, from the page to the database and back; what is due is listed first, by the day it falls due."""

import csv
import io
import re
from datetime import timedelta

import pytest
from sqlalchemy import text

from registry.kernel.dates import plus_months
from registry.kernel.permissions import Role
from registry.processing.retention.queries import listed_rules
from registry.processing.retention.vitam import COLUMNS, read_rules, write_rules
from tests.conftest import Someone, Town
from tests.pages import fields_of
from tests.processing.test_retention import facts_of, kept, recorded

pytestmark = pytest.mark.database


def due(town: Town, title: str, months: int, on: int | None = None) -> int:
    """A dataset whose year ended so many months ago."""
    number = recorded(town, on, title=title, personal_data="personal")
    event = plus_months(town.info["today"](), -12 - months)
    kept(town, number, rule_code="BIBLIO", retention_months=12, known="dated", event_on=event)
    return number


def facet_values(page: str) -> list[tuple[str, str, int]]:
    """The values of the facets of a list, each with the number beside it."""
    found = re.findall(r'name="(\w+)" value="([^"]*)" id="[^"]*"[^>]*>\s*<label[^>]*>[^<]*\((\d+)\)</label>', page)
    return [(name, value, int(number)) for name, value, number in found]


def hold(someone: Someone, number: int, **values: str) -> None:
    page = f"/conservation/du-jeu/{number}/gel"
    said = {"reason": "litigation", "explained": "Recours 24-118", "held_by": "La direction juridique", **values}
    answer = someone.post(page, {**fields_of(someone.get(page)), **said})
    assert answer.status_code == 303, answer.text


def test_what_is_due_longest_comes_first_and_a_body_s_facet_narrows(town: Town):
    due(town, "Récent", 1)
    due(town, "Ancien", 40)
    due(town, "Ailleurs", 3, town.commune_id)
    kept(town, recorded(town, title="Sans échéance"), rule_code="FACT")
    recorded(town, title="Muet")

    page = town.someone(Role.DPO).get("/conservation").text

    assert page.index("Ancien") < page.index("Ailleurs") < page.index("Récent") < page.index("Sans échéance")
    assert "Muet" not in page
    here = town.someone(Role.DPO).get(f"/conservation?organisation={town.commune_id}&etat=due").text
    assert "Ailleurs" in here
    assert "Ancien" not in here


def test_each_number_beside_a_facet_is_what_it_would_list(town: Town):
    for place, months in ((town.service_id, 40), (town.authority_id, -3), (town.commune_id, 3)):
        due(town, f"Fichier {place}", months, place)
    reader = town.someone(Role.DPO)

    for asked in ("", "etat=due", f"organisation={town.service_id}", f"etat=due&organisation={town.service_id}"):
        page = reader.get(f"/conservation?{asked}").text
        for name, value, number in facet_values(page):
            kept_by = "&".join(part for part in asked.split("&") if not part.startswith(f"{name}="))
            listed = reader.get(f"/conservation?{kept_by}&{name}={value}").text
            assert listed.count('<th scope="row">') == number, (asked, name, value)
    assert ("organisation", str(town.service_id), 1) in facet_values(page)


def test_the_datasets_without_any_duration_are_listed_where_they_are_counted(town: Town):
    due(town, "Échu", 5)
    recorded(town, title="Muet")
    gone = recorded(town, title="Versé")
    with town.as_owner() as session:
        session.execute(text("UPDATE dataset SET stage = 'archived' WHERE id = :id"), {"id": gone})
    recorded(town, title="Sort seul", final_disposition="dispose")
    reader = town.someone(Role.DPO)

    page = reader.get("/conservation").text
    listed = reader.get("/conservation?etat=unset").text

    assert 'href="/conservation?etat=unset"' in page
    assert ("etat", "unset", 2) in facet_values(page)
    assert "Muet" in listed
    assert "Sort seul" in listed
    assert "Échu</a>" not in listed
    assert "Versé" not in listed


def test_the_dpo_s_overview_counts_what_is_kept_beyond_its_time_by_body(town: Town):
    due(town, "Ancien", 40)
    hold(town.someone(Role.DPO), due(town, "Gelé", 3))

    page = town.someone(Role.DPO).get("/rgpd").text

    assert "jeu gardé au-delà de sa durée" in page
    assert f'href="/conservation?etat=due&amp;organisation={town.authority_id}"><strong>1</strong>' in page


def test_a_hold_is_said_everywhere_and_lifted_with_its_reason(town: Town):
    lawyer, number = town.someone(Role.LEGAL), due(town, "Fichier en cause", 5)

    hold(lawyer, number)

    sheet = lawyer.get(f"/jeux/{number}").text
    assert "Gelée : rien ne s’élimine" in sheet
    assert "Recours 24-118" in sheet
    assert "Gelée" in lawyer.get("/conservation").text
    assert "La direction juridique" in lawyer.get("/conservation/gels").text
    assert facts_of(town, number)["dataset.on_hold"] is True
    lifting = sheet.split('href="/conservation/gels/')[1].split("/lever")[0]
    page = f"/conservation/gels/{lifting}/lever"
    assert "Dites en quelques mots pourquoi" in lawyer.post(page, {}).text
    assert lawyer.post(page, {"lifted_reason": "Jugement définitif"}).status_code == 303
    assert "Gelée" not in lawyer.get(f"/jeux/{number}").text
    assert "Jugement définitif" in lawyer.get("/conservation/gels?leves=true").text
    assert lawyer.post(page, {"lifted_reason": "Encore"}).status_code == 409
    assert facts_of(town, number)["dataset.on_hold"] is False


def test_a_review_before_the_hold_is_refused(town: Town):
    number, yesterday = recorded(town), town.info["today"]() - timedelta(days=1)
    page = f"/conservation/du-jeu/{number}/gel"
    steward = town.someone(Role.STEWARD)
    said = {"reason": "audit", "explained": "Contrôle", "held_by": "Direction", "review_on": str(yesterday)}

    refused = steward.post(page, {**fields_of(steward.get(page)), **said})

    assert refused.status_code == 422
    assert "La revue doit venir après le début du gel" in refused.text
    assert "Contrôle" in refused.text


def test_an_agreed_rule_replaces_the_indicative_one_and_moves_the_due_dates(town: Town):
    archivist, number = town.someone(Role.ARCHIVIST), due(town, "Lecteurs", 5)
    page = f"/conservation/regles/nouvelle?organisation={town.authority_id}&code=BIBLIO"
    form = fields_of(archivist.get(page))
    said = {**form, "count": "3", "agreed_on": "2026-03-12", "agreed_by": "Archives départementales"}

    assert archivist.post(page, said).status_code == 303

    until = facts_of(town, number)["dataset.retention_until"]
    assert until == plus_months(town.info["today"](), -17 + 36)
    assert facts_of(town, number)["dataset.retention_agreed"] is True
    assert "validée par les archives" in archivist.get(f"/jeux/{number}").text
    assert "1 validée par les archives" in archivist.get("/conservation/regles").text
    assert "déjà une règle de ce code" in archivist.post(page, said).text


def test_a_rule_that_makes_no_sense_is_refused_in_words(town: Town):
    archivist = town.someone(Role.ARCHIVIST)
    page = f"/conservation/regles/nouvelle?organisation={town.authority_id}"
    said = {"code": "essai", "label": "Essai"}

    assert "Sans durée, les données se gardent toujours" in archivist.post(page, {**said, "fate": "dispose"}).text
    assert "Dites l’unité de la durée" in archivist.post(page, {**said, "count": "3"}).text
    assert "quel service d’archives" in archivist.post(page, {**said, "agreed_on": "2026-03-12"}).text
    assert archivist.post(page, {**said, "code": "É té"}).status_code == 422
    assert archivist.post(page, {**said, "count": "3", "unit": "year"}).status_code == 303


def test_a_rule_that_datasets_follow_is_not_withdrawn_unless_the_list_has_it(town: Town):
    archivist = town.someone(Role.ARCHIVIST)
    page = f"/conservation/regles/nouvelle?organisation={town.authority_id}"
    archivist.post(page, {"code": "CANTINE", "label": "Cantine", "count": "3", "unit": "year"})
    kept(town, recorded(town), rule_code="CANTINE")
    own = archivist.get("/conservation/regles").text.split('href="/conservation/regles/')
    number = next(part.split("/")[0] for part in own if part[:1].isdigit())

    refused = archivist.post(f"/conservation/regles/{number}/retirer", {"version": "1", "reason": "Essai"})

    assert refused.status_code == 409
    assert "1 jeu suit cette règle" in refused.text


def test_the_rules_leave_and_come_back_in_vitam_s_columns():
    written = write_rules(listed_rules("fr").values())

    rows = list(csv.DictReader(io.StringIO(written)))
    assert tuple(rows[0]) == COLUMNS
    assert {row["RuleType"] for row in rows} == {"AppraisalRule"}
    assert [row["RuleDuration"] for row in rows if row["RuleId"] == "REGEC"] == ["unlimited"]
    back = {one.code: one.form for one in read_rules(written)}
    for code, rule in listed_rules("fr").items():
        form = back[code]
        assert form is not None
        assert (form.count, form.unit) == ((rule.span.count, rule.span.unit) if rule.span else (None, None))


def test_a_file_of_rules_whose_value_never_ends_is_refused_in_a_sentence():
    before = csv.field_size_limit(1_000)
    try:
        with pytest.raises(ValueError, match="fermez ses guillemets"):
            read_rules(f'{",".join(COLUMNS)}\nA,AppraisalRule,"{"x" * 2_000},,3,YEAR')
    finally:
        csv.field_size_limit(before)


def test_a_file_of_rules_may_end_its_lines_as_old_spreadsheets_do():
    first, second = read_rules(f"{','.join(COLUMNS)}\rA,AppraisalRule,Un,,3,YEAR\rB,AppraisalRule,Deux,,4,MONTH")

    assert (first.code, second.code) == ("A", "B")


def test_a_line_refused_is_named_as_the_file_numbers_and_heads_it():
    refused = read_rules(f"{','.join(COLUMNS)}\nA,AppraisalRule,Un,,3,YEAR\n\nB,AppraisalRule,Deux,,trois,YEAR")[1]

    assert (refused.line, refused.code) == (4, "B")
    assert refused.problem.startswith("Durée (RuleDuration) : ")


def test_the_rules_of_a_body_sent_and_taken_again_change_nothing(town: Town):
    archivist = town.someone(Role.ARCHIVIST)
    archivist.post(
        f"/conservation/regles/nouvelle?organisation={town.authority_id}",
        {"code": "PRESSE", "label": "Revue de presse", "description": "Par titre", "count": "1", "unit": "year",
         "fate": "dispose"},
    )  # fmt: skip
    sent = archivist.get(f"/conservation/regles/fichier?organisation={town.authority_id}").text

    looked = archivist.post(f"/conservation/regles/reprendre?organisation={town.authority_id}", {"content": sent})

    assert "PRESSE,AppraisalRule" in sent
    assert "rien à reprendre" in looked.text


def test_a_file_of_rules_is_looked_at_before_it_is_taken(town: Town):
    archivist = town.someone(Role.ARCHIVIST)
    page = f"/conservation/regles/reprendre?organisation={town.authority_id}"
    head = ",".join(COLUMNS)
    wrong = f"{head}\nBIBLIO,AppraisalRule,Lecteurs,,deux,YEAR\nACC1,AccessRule,Accès,,25,YEAR"
    right = f"{head}\nBIBLIO,AppraisalRule,Lecteurs,,2,YEAR\nFACT,AppraisalRule,Factures,,10,YEAR"

    refused = archivist.post(page, {"content": wrong})
    assert refused.status_code == 422
    assert "seules les règles AppraisalRule" in refused.text
    assert "Il manque des colonnes" in archivist.post(page, {"content": "RuleId;Durée\nA;1"}).text
    looked = archivist.post(page, {"content": right})
    assert "Reprendre 1 règle" in looked.text
    assert "Inchangée" in looked.text
    assert (
        "propre à l’organisation" not in archivist.get("/conservation/regles?matiere=culture").text.split("<table")[1]
    )
    assert archivist.post(page, {"content": right, "confirmed": "true"}).status_code == 303
    assert "2 ans" in archivist.get("/conservation/regles?matiere=culture").text


def test_a_sheet_without_intermediate_archiving_shows_none(town: Town):
    steward, number = town.someone(Role.STEWARD), recorded(town, title="Prêts", personal_data="personal")
    event = plus_months(town.info["today"](), -2)
    kept(town, number, rule_code="BIBLIO", retention_months=12, known="dated", event_on=event)
    assert "Archivage intermédiaire" not in steward.get(f"/jeux/{number}").text

    kept(town, number, retention_months=12, intermediate_months=24, own_reason="Usage")
    assert "Archivage intermédiaire" in steward.get(f"/jeux/{number}").text
