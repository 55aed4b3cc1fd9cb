"""A sheet begins from a template or as a copy of another: prefilled, said where from, written by nobody yet."""

import re

import pytest
from sqlalchemy import text

from registry.datasets.forms import DistributionForm
from registry.kernel.permissions import Role
from tests.conftest import Town
from tests.datasets.test_drafts import words
from tests.pages import fields_of

pytestmark = pytest.mark.database


def count(town: Town) -> int:
    """How many sheets there are."""
    with town.acting() as session:
        found: int = session.execute(text("SELECT count(*) FROM dataset")).scalar_one()
        return found


def test_a_template_fills_the_form_and_says_which_values_are_its_own(town: Town) -> None:
    steward = town.someone(Role.STEWARD)
    listed = words(steward.get("/jeux/modeles", params={"q": "electorale"}))
    (address,) = re.findall(r'href="(/jeux/nouveau\?modele=[^"]+)"', listed)

    page = steward.get(address)

    said, form = words(page), fields_of(page)
    assert "Prérempli par le modèle « Liste électorale »" in said
    assert "Code électoral, L37" in said
    assert "de mémoire" in said or "à valider par le service juridique" in said
    assert (form["title"], form["nature"], form["personal_data"]) == (
        "Liste électorale", "election-register", "personal",
    )  # fmt: skip
    assert count(town) == 0
    saved = steward.post("/jeux/nouveau", form)
    assert saved.status_code == 303, saved.text
    assert "Électeurs inscrits" in steward.get(saved.headers["location"]).text
    assert steward.get("/jeux/nouveau?modele=inconnu").status_code == 404
    assert "Aucun modèle" in steward.get("/jeux/modeles?q=introuvable").text


def test_a_copy_leaves_out_what_is_the_other_sheet_s_alone_and_says_so(town: Town) -> None:
    number = town.record(
        "Bornes", description="Texte", licence="etalab-2.0", landing_page="https://a.invalid/p", modified="2026-01-02",
        distributions=[DistributionForm(title="A", download_url="https://a.invalid/a.csv")],
    )  # fmt: skip
    steward = town.someone(Role.STEWARD)
    assert f"/jeux/nouveau?copie={number}" in steward.get(f"/jeux/{number}").text

    page = steward.get(f"/jeux/nouveau?copie={number}")

    said, form = words(page), fields_of(page)
    assert "Copie de « Bornes »" in said
    assert "Laissé de côté : Identifiant, Page de présentation, Dernière mise à jour, Fichiers et accès" in said
    assert (form["title"], form["description"], form["licence"]) == ("Bornes (copie)", "Texte", "etalab-2.0")
    assert (form["landing_page"], form["modified"], form["distribution-0-download_url"]) == ("", "", "")
    assert steward.post("/jeux/nouveau", form).status_code == 303
    assert count(town) == 2


def test_nobody_copies_a_sheet_they_may_not_read(town: Town) -> None:
    number = town.record("Mot défendu", on=town.commune_id)
    foreign = town.someone(Role.STEWARD, town.other_commune_id)
    assert foreign.get(f"/jeux/nouveau?copie={number}").status_code == 404
    assert town.someone(Role.READER, town.commune_id).get(f"/jeux/nouveau?copie={number}").status_code == 403


def test_documentation_is_typed_as_addresses(town: Town) -> None:
    steward, number = town.someone(Role.STEWARD), town.record()

    refused = steward.post(
        f"/jeux/{number}/modifier", {"version": "1", "documentation": "https://a.invalid/n.pdf\nvoir le service"}
    )

    assert refused.status_code == 422
    assert "« voir le service » n’est pas une adresse" in words(refused)
    assert "voir le service</textarea>" in refused.text
