"""A record kept elsewhere comes in: previewed, chosen from, applied as one, and undone while nothing changed."""

import csv
import io
import re

import pytest
from httpx import Response

from registry.kernel.permissions import Role
from registry.organisations.queries import get_organisation
from registry.processing.forms import ActivityChange
from registry.processing.models import ActivityTransfer
from registry.processing.queries import find_standing, get_activity
from registry.processing.service import amend_activity
from tests.conftest import Someone, Town
from tests.exchange.test_record_export import record, rows_of

pytestmark = pytest.mark.database
HEADERS = "Nom;Collectivité;Base légale;Texte de référence;Finalité;Personnes concernées;Catégories de données;Délai"
TABLE = (
    f"{HEADERS} de conservation;Date de modification\n"
    "Aide sociale;;Obligation légale;CASF art. L123-5;Aider les habitants;Administrés;Santé;10 ans;12/03/2024\n"
    "Lettre;;Au feeling;;;;;;\n"
    "Agenda;;Consentement;;;;;;31/02/2024\n"
    "Inscription à la cantine;;;;Nourrir les enfants;;;;\n"
    "Aide sociale;;Consentement;;;;;;\n"
)


def bring(someone: Someone, on: int, content: bytes, name: str = "registre.csv") -> Response:
    """Sends a file for the record of a body."""
    return someone.post("/traitements/imports", {"organisation_id": str(on)}, files={"file": (name, content)})


def preview(someone: Someone, on: int, content: bytes, name: str = "registre.csv") -> str:
    """The address of the preview of a file."""
    answer = bring(someone, on, content, name)
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


def panel(page: Response, name: str) -> str:
    """What the preview says of one activity: the first of that name."""
    found = re.search(
        rf"<section class=\"panel\">\s*<h3>(?:<a[^>]*>)?{re.escape(name)}.*?</section>", page.text, re.DOTALL
    )
    assert found is not None, page.text
    return found[0]


def test_a_preview_tells_of_each_activity_what_becomes_of_it_and_what_is_wrong(town: Town):
    record(town)
    steward = town.someone(Role.STEWARD)

    page = steward.get(preview(steward, town.authority_id, TABLE.encode()))

    new = panel(page, "Aide sociale")
    assert "À inscrire" in new
    assert 'name="take" value="1"' in new
    assert "<ins>Habitants · Santé · Durée d’usage (mois) : 120</ins>" in new, "One sees what would be written."
    assert "n’est pas une base légale" in panel(page, "Lettre")
    assert "31/02/2024" in panel(page, "Agenda")
    assert "n’est pas une date possible" in panel(page, "Agenda")
    changed = panel(page, "Inscription à la cantine")
    assert "À modifier" in changed
    assert "<del>=Inscrire les enfants</del>" in changed
    assert "<ins>Nourrir les enfants</ins>" in changed
    assert "porte déjà ce nom" in page.text
    assert page.text.count('name="take"') == 2
    assert [row["Nom du traitement"] for row in rows_of(steward)] == ["Inscription à la cantine"], "Nothing is written."


def test_a_file_that_does_not_say_where_an_activity_stands_has_it_told_by_its_days(town: Town):
    steward = town.someone(Role.STEWARD)
    table = (
        "Nom;Statut;Date de mise en œuvre\nEn route;;01/03/2020\nÀ venir;;01/03/2099\nDit;Suspendu;01/03/2020\n"
        "Contraire;En cours;01/03/2099\n"
    )

    page = steward.get(preview(steward, town.authority_id, table.encode()))

    said = "Le fichier ne dit pas où en est ce traitement"
    assert f"{said} : « En cours »" in panel(page, "En route")
    assert f"{said} : « En projet »" in panel(page, "À venir")
    assert said not in panel(page, "Dit")
    assert "n’a pas encore commencé à cette date" in panel(page, "Contraire")


def test_an_end_that_contradicts_where_an_activity_stands_is_said_on_its_line(town: Town):
    steward = town.someone(Role.STEWARD)
    table = (
        "Nom;Statut;Terminé le\nPlus tard;Terminé;31/12/2099\nPassé;En cours;01/01/2026\nPrévu;En cours;31/12/2099\n"
        "Fini;Terminé;01/01/2026\n"
    )

    page = steward.get(preview(steward, town.authority_id, table.encode()))

    assert "n’est pas encore terminé aujourd’hui" in panel(page, "Plus tard")
    assert "est terminé depuis cette date" in panel(page, "Passé")
    assert page.text.count('name="take"') == 2, "The two others are taken."


def test_only_what_was_chosen_is_written_and_the_import_is_undone_whole(town: Town):
    number = record(town)
    dpo = town.someone(Role.DPO)
    before = rows_of(dpo)
    address = preview(dpo, town.authority_id, TABLE.encode())

    assert dpo.post(f"{address}/appliquer", {}).status_code == 422
    assert dpo.post(f"{address}/appliquer", {"take": ["1", "4"]}).status_code == 303
    assert dpo.post(f"{address}/appliquer", {"take": ["1"]}).status_code == 409
    rows = {row["Nom du traitement"]: row for row in rows_of(dpo)}
    assert set(rows) == {"Aide sociale", "Inscription à la cantine"}
    assert rows["Aide sociale"]["Base légale"].endswith("[legal-obligation]")
    assert rows["Aide sociale"]["Personnes, données et durées"] == "Habitants [residents] | Santé [health] |  | 120"
    assert rows["Aide sociale"]["Dernière revue de la fiche"] == "2024-03-12"
    assert rows["Inscription à la cantine"]["Personnes, données et durées"] == before[0]["Personnes, données et durées"]
    assert "Inscrit au registre" in dpo.get(address).text

    assert dpo.post(f"{address}/defaire").status_code == 303
    assert rows_of(dpo) == before
    assert "Remis comme avant" in dpo.get(address).text
    assert "défait" in dpo.get(f"/traitements/{number}/historique").text
    again = preview(dpo, town.authority_id, TABLE.encode())
    assert dpo.post(f"{again}/appliquer", {"take": ["1"]}).status_code == 303, "What was undone may come in again."


def test_undoing_leaves_alone_what_the_import_never_wrote(town: Town):
    number = record(town, declared_absent=[], transfers=[{"country": "JP", "recipient": "A", "safeguard": "adequacy"}])
    with town.acting() as session:
        # As it was taken before the list was compared: the form would refuse it today.
        find_standing(session, ActivityTransfer, number)[0].country = "IN"
    dpo = town.someone(Role.DPO)
    before = rows_of(dpo)
    address = preview(dpo, town.authority_id, TABLE.encode())
    dpo.post(f"{address}/appliquer", {"take": ["4"]})

    assert dpo.post(f"{address}/defaire").status_code == 303
    assert rows_of(dpo) == before


def test_undoing_brings_back_what_today_s_rules_would_refuse(town: Town):
    number = record(town, declared_absent=[], transfers=[{"country": "JP", "recipient": "A", "safeguard": "adequacy"}])
    with town.acting() as session:
        find_standing(session, ActivityTransfer, number)[0].country = "IN"
    dpo = town.someone(Role.DPO)
    (before,) = rows_of(dpo)
    (column,) = (name for name in before if name.startswith("Transferts"))
    written = io.StringIO(newline="")
    table = csv.DictWriter(written, list(before), delimiter=";")
    table.writeheader()
    table.writerow(before | {column: "Japon [JP] | B | adequacy"})
    address = preview(dpo, town.authority_id, written.getvalue().encode("utf-8-sig"))
    assert dpo.post(f"{address}/appliquer", {"take": ["1"]}).status_code == 303
    assert "Japon" in rows_of(dpo)[0][column]

    assert dpo.post(f"{address}/defaire").status_code == 303

    assert rows_of(dpo) == [before]


def test_what_somebody_changed_since_stays_as_they_made_it(town: Town):
    number = record(town)
    dpo = town.someone(Role.DPO)
    first = preview(dpo, town.authority_id, TABLE.encode())

    def amend(purpose: str) -> None:
        with town.acting() as session:
            version = get_activity(session, number).version
            amend_activity(session, number, ActivityChange(purpose=purpose), expected=version)

    amend("Entre-temps")
    dpo.post(f"{first}/appliquer", {"take": ["4"]})
    assert "a changé depuis l’aperçu" in dpo.get(first).text
    second = preview(dpo, town.authority_id, TABLE.encode())
    dpo.post(f"{second}/appliquer", {"take": ["1", "4"]})
    amend("Après coup")
    undone = dpo.post(f"{second}/defaire")

    page = dpo.get(undone.headers["location"]).text
    assert "il est resté tel quel" in page
    assert "restés tels quels" in page
    assert "mais pas en entier" in page
    assert "chaque fiche est redevenue" not in page
    assert [row["Finalité principale"] for row in rows_of(dpo)] == ["Après coup"]


@pytest.mark.parametrize("form", ["csv", "xlsx", "ods"])
def test_an_export_that_comes_back_changes_nothing(town: Town, form: str):
    record(town, notes="'+33 déjà\nsur deux lignes | et une barre", people_count=None)
    record(town, town.commune_id, reference="C-1", name="État civil", data=[], principals=[{"principal_id": 3}])
    record(town, reference=None, name="Sans référence [x]", purpose="-1")
    dpo = town.someone(Role.DPO)
    content = dpo.get(f"/traitements/export/{form}").content

    page = dpo.get(preview(dpo, town.authority_id, content, f"registre.{form}"))

    assert page.text.count("<li>Sans changement</li>") == 3, page.text
    assert 'name="take"' not in page.text


def test_an_export_amended_in_a_spreadsheet_changes_what_was_amended_alone(town: Town):
    record(town)
    dpo = town.someone(Role.DPO)
    content = dpo.get("/traitements/export/csv").content.decode("utf-8-sig")
    amended = content.replace("| 120", "| 60 | départ de l’enfant").replace("'=Inscrire les enfants", "")

    address = preview(dpo, town.authority_id, amended.encode("utf-8-sig"))
    dpo.post(f"{address}/appliquer", {"take": ["1"]})

    (row,) = rows_of(dpo)
    assert row["Personnes, données et durées"].endswith("| 60 | départ de l’enfant")
    assert row["Finalité principale"] == "'=Inscrire les enfants", "An empty cell erases nothing."


def test_one_imports_only_for_the_bodies_whose_record_one_keeps(town: Town):
    steward = town.someone(Role.STEWARD, town.commune_id)
    table = "Nom;Organisation;Finalité\nPaie;Ailleurs;Payer\nPaie;{name};Payer\nPaie;;Payer\n"
    with town.acting() as session:
        other = get_organisation(session, town.authority_id).name

    assert bring(steward, town.authority_id, b"Nom;But\n").status_code == 422
    assert bring(town.someone(Role.READER), town.authority_id, b"Nom;But\n").status_code == 403
    page = steward.get(preview(steward, town.commune_id, table.format(name=other).encode()))

    assert "« Ailleurs » n’est pas une organisation de ce registre" in page.text
    assert f"Vous ne tenez pas le registre de « {other} »" in page.text
    assert page.text.count('name="take"') == 1


@pytest.mark.parametrize(
    ("content", "name", "sentence"),
    [
        (b"", "vide.csv", "vide"),
        (b"%PDF-1.7", "registre.pdf", "document PDF, pas un tableau"),
        (b"@prefix dcat: <http://www.w3.org/ns/dcat#> .\n", "registre.ttl", "n’est pas un tableau"),
        (b"Titre;Licence\nArbres;ODbL\n", "jeux.csv", "ne décrit pas de traitements"),
        (b"<html><body>Madis</body></html>", "page.html", "page web, pas un tableau"),
    ],
    ids=["empty", "pdf", "catalogue", "datasets", "page"],
)
def test_what_is_no_record_is_refused_in_a_sentence(town: Town, content: bytes, name: str, sentence: str):
    dpo = town.someone(Role.DPO)

    answer = bring(dpo, town.authority_id, content, name)

    assert answer.status_code == 422
    told = answer.text.split('role="alert"')[1].split("</div>")[0]
    assert sentence in told
    assert "catalogue" not in answer.text
    assert "RDF" not in told, "A token of the page may hold these letters."
