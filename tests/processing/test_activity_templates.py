"""The templates of activities are valid, say on which texts they rest, are copied, and tell when they moved."""

import json

import pytest
from sqlalchemy import text

from registry.kernel.permissions import Role
from registry.processing.activity_templates import ActivityTemplate, load_activity_templates
from tests.conftest import Town
from tests.pages import fields_of


@pytest.mark.parametrize("template", load_activity_templates(), ids=lambda template: template.id)
def test_a_template_proposes_a_whole_activity_and_says_on_which_texts(template: ActivityTemplate):
    form = template.form()

    assert form.purpose, "A template says what for."
    assert form.lawful_basis is not None
    assert form.founding_text or not form.lawful_basis.rests_on_law, "A task of law cites its text."
    assert form.data, "A template says whose data of which kind."
    assert all(one.retention_months is not None and one.retention_trigger for one in form.data)
    assert form.recipients
    assert template.law
    assert all(one.says.endswith(".") for one in template.law)


def test_there_are_templates_of_what_every_body_does():
    known = {one.id for one in load_activity_templates()}
    assert {"etat-civil", "restauration-scolaire", "mediatheque", "aide-sociale", "videoprotection"} <= known
    assert {"liste-electorale", "ressources-humaines"} <= known
    assert len(known) >= 12


@pytest.mark.database
def test_a_commune_copies_a_template_and_is_told_when_it_moved(town: Town):
    steward = town.someone(Role.STEWARD, town.commune_id)
    assert "État civil" in steward.get("/traitements/modeles").text
    assert "Tenue de l’état civil" in steward.get("/traitements/nouveau?modele=etat-civil").text
    assert steward.get("/traitements/nouveau?modele=inconnu").status_code == 404

    made = steward.post(
        "/traitements/nouveau",
        {"organisation_id": str(town.commune_id), "name": "État civil de la ville", "template": "etat-civil"},
    )

    address = made.headers["location"].partition("?")[0]
    sheet = steward.get(address).text
    assert "Insee" in sheet, "The parts of the template came along."
    assert "a changé depuis" not in sheet
    with town.acting() as session:
        session.execute(text("UPDATE processing_activity SET template_digest = 'ancien'"))
    assert "a changé depuis" in steward.get(address).text


COPIED = {"name": "État civil de la ville", "template": "etat-civil"}


@pytest.mark.database
def test_a_copy_takes_no_security_measure_that_nobody_said_was_taken(town: Town):
    steward = town.someone(Role.STEWARD, town.commune_id)
    form = steward.get("/traitements/nouveau?modele=etat-civil")
    assert "Ne cochez que celles qui sont vraiment en place" in form.text
    typed = {**fields_of(form), "organisation_id": str(town.commune_id), "status": "active"}

    made = steward.post("/traitements/nouveau", typed)

    address = made.headers["location"].partition("?")[0]
    sheet = steward.get(address).text
    assert "Mesures de sécurité à confirmer" in sheet
    assert "Aucune ne compte comme prise" in sheet
    told = steward.api("GET", f"/api/v1/processing-activities/{address.rpartition('/')[2]}").json()
    assert told["security_measures"] == []
    assert next(one["verdict"] for one in told["findings"] if one["policy_id"] == "RGPD-24") == "to-complete"
    changed = {"version": str(told["version"]), "security_measures": ["access-control", "traceability", "backup"]}
    assert steward.post(f"{address}/modifier", changed).status_code == 303
    assert "Mesures de sécurité à confirmer" not in steward.get(address).text


@pytest.mark.database
def test_what_moved_in_a_template_is_seen_taken_up_or_not_and_told_no_more(town: Town):
    steward = town.someone(Role.STEWARD, town.commune_id)
    made = steward.post("/traitements/nouveau", {"organisation_id": str(town.commune_id), **COPIED})
    address = made.headers["location"].partition("?")[0]
    with town.acting() as session:
        # As if the product had said otherwise when it was copied.
        session.execute(
            text(
                "UPDATE processing_activity SET template_digest = 'ancien', purpose = 'À notre façon',"
                " template_said = template_said || CAST(:said AS jsonb)"
            ),
            {"said": json.dumps({"purpose": "Ancienne finalité", "basis_note": "Ancien motif"})},
        )
    assert f'href="{address}/modele"' in steward.get(address).text
    page = steward.get(f"{address}/modele")
    assert "Ancienne finalité" in page.text
    assert "À notre façon" in page.text
    assert "La loi charge le maire de l’état civil." in page.text
    assert "Insee" not in page.text, "Only what moved is shown."

    assert steward.post(f"{address}/modele", fields_of(page) | {"take": ["basis_note"]}).status_code == 303

    sheet = steward.get(address).text
    assert "a changé depuis" not in sheet
    assert "À notre façon" in sheet
    assert "La loi charge le maire de l’état civil." in sheet
    assert "il n’y a rien à reprendre" in steward.get(f"{address}/modele").text
    assert "Changements du modèle vus" in steward.get(f"{address}/historique").text
    assert steward.post(f"{address}/modele", fields_of(page)).status_code == 409, "Somebody changed it since."


@pytest.mark.database
def test_of_an_old_copy_the_template_is_told_against_the_sheet(town: Town):
    steward = town.someone(Role.STEWARD, town.commune_id)
    made = steward.post("/traitements/nouveau", {"organisation_id": str(town.commune_id), **COPIED})
    address = made.headers["location"].partition("?")[0]
    with town.acting() as session:
        session.execute(text("UPDATE processing_activity SET template_digest = 'ancien', template_said = NULL"))

    page = steward.get(f"{address}/modele").text

    assert "ce que le modèle disait alors n’a pas été gardé" in page
    assert "Dresser et conserver les actes" in page
