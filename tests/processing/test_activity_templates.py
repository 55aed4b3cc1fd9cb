"""The templates of activities are valid, say on which texts they rest, are copied, and tell when they moved."""

import pytest
from sqlalchemy import text

from registry.kernel.permissions import Role
from registry.processing.activity_templates import ActivityTemplate, load_activity_templates
from tests.conftest import Town


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
