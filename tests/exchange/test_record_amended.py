"""An export of the record comes back from a spreadsheet: whose record each row enters, and what people typed in it."""

import csv
import io
import re

import pytest

from registry.kernel.permissions import Role
from registry.organisations.queries import get_organisation
from tests.conftest import Someone, Town
from tests.exchange.test_record_export import record, rows_of
from tests.exchange.test_record_imports import panel, preview

pytestmark = pytest.mark.database
KEY, ORGANISATION, NAME = "Organisation (clef)", "Organisation", "Nom du traitement"


def amended(someone: Someone, **cells: str) -> bytes:
    """The export of the only activity as somebody saves it again, with other cells: a new activity of another name."""
    (row,) = rows_of(someone)
    row |= {NAME: "Prêt de livres", "Référence": "", **cells}
    written = io.StringIO(newline="")
    table = csv.DictWriter(written, list(row), delimiter=";")
    table.writeheader()
    table.writerow(row)
    return written.getvalue().encode("utf-8-sig")


def name_of(town: Town, organisation_id: int) -> str:
    with town.acting() as session:
        return get_organisation(session, organisation_id).name


def test_a_row_of_ours_that_names_a_body_without_its_key_enters_the_record_of_that_body(town: Town) -> None:
    record(town)
    dpo = town.someone(Role.DPO)
    commune = name_of(town, town.commune_id)
    table = amended(dpo, **{KEY: "", ORGANISATION: commune})

    address = preview(dpo, town.authority_id, table)
    assert commune in panel(dpo.get(address), "Prêt de livres")
    dpo.post(f"{address}/appliquer", {"take": ["1"]})

    assert {row[ORGANISATION] for row in rows_of(dpo) if row[NAME] == "Prêt de livres"} == {commune}


def test_a_row_of_ours_enters_no_record_but_the_one_it_names(town: Town) -> None:
    record(town, town.commune_id)
    steward = town.someone(Role.STEWARD, town.commune_id)
    authority, commune = name_of(town, town.authority_id), name_of(town, town.commune_id)

    def said(**cells: str) -> str:
        return steward.get(preview(steward, town.commune_id, amended(steward, **cells))).text

    unknown = said(**{KEY: "", ORGANISATION: "Atlantis"})
    forbidden = said(**{KEY: "", ORGANISATION: authority})
    torn = said(**{ORGANISATION: authority})
    renamed = said(**{ORGANISATION: "Atlantis"})

    assert "« Atlantis » n’est pas une organisation de ce registre" in unknown
    assert f"Vous ne tenez pas le registre de « {authority} »" in forbidden
    assert f"deux organisations différentes (« {commune} / {authority} »)" in torn
    assert [page.count('name="take"') for page in (unknown, forbidden, torn)] == [0, 0, 0]
    assert "« Atlantis » n’est pas le nom que le registre donne à cette clef" in renamed
    assert renamed.count('name="take"') == 1


def test_the_days_that_a_french_spreadsheet_saves_again_are_read(town: Town) -> None:
    record(town, started_on="2020-02-01")
    dpo = town.someone(Role.DPO)
    table = amended(dpo, **{"Mis en œuvre depuis le": "01/09/2025", "Date de ce texte": "2008-05-19"})

    dpo.post(f"{preview(dpo, town.authority_id, table)}/appliquer", {"take": ["1"]})

    (row,) = (row for row in rows_of(dpo) if row[NAME] == "Prêt de livres")
    assert (row["Mis en œuvre depuis le"], row["Date de ce texte"]) == ("2025-09-01", "2008-05-19")


@pytest.mark.parametrize(
    ("day", "sentence"),
    [
        ("31/02/2025", "« 31/02/2025 » n’est pas une date possible"),
        ("09/13/2025", "« 09/13/2025 » n’est pas une date possible"),
        ("01/09/25", "« 01/09/25 » peut se lire comme plusieurs jours"),
        ("09/2025", "« 09/2025 » peut se lire comme plusieurs jours"),
        ("45901", "« 45901 » peut se lire comme plusieurs jours"),
    ],
)
def test_a_day_that_none_can_be_sure_of_is_refused_where_it_stands(town: Town, day: str, sentence: str) -> None:
    record(town)
    dpo = town.someone(Role.DPO)

    page = dpo.get(preview(dpo, town.authority_id, amended(dpo, **{"Mis en œuvre depuis le": day})))

    said = panel(page, "Prêt de livres")
    assert sentence in said
    assert "Ligne 2" in said
    assert "Mis en œuvre depuis le" in said
    assert 'name="take"' not in page.text


@pytest.mark.parametrize("basis", ["Consentement", "consentement (art. 6 §1 a)", "Consent", "consent"])
def test_a_value_of_a_list_is_told_by_its_label_whatever_its_language_or_its_length(town: Town, basis: str) -> None:
    record(town)
    dpo = town.someone(Role.DPO)
    table = amended(dpo, **{"Base légale": basis, "Destinataires": "Régie | sous-traitant"})

    dpo.post(f"{preview(dpo, town.authority_id, table)}/appliquer", {"take": ["1"]})

    (row,) = (row for row in rows_of(dpo) if row[NAME] == "Prêt de livres")
    assert row["Base légale"] == "Consentement (art. 6 §1 a) [consent]"
    assert row["Destinataires"] == "Régie | Sous-traitant [processor]"


def test_what_is_in_no_list_is_refused_with_the_labels_one_may_choose_in_the_language_of_the_reader(town: Town) -> None:
    record(town)
    dpo = town.someone(Role.DPO)
    table = amended(dpo, **{"Base légale": "Au feeling"})

    address = preview(dpo, town.authority_id, table)
    french, english = dpo.get(address).text, dpo.get(address, headers={"Accept-Language": "en"}).text

    assert "« Au feeling » n’est pas dans la liste" in french
    assert "Consentement (art. 6 §1 a) ; Contrat (art. 6 §1 b)" in french
    assert "Consent (art. 6(1)(a)) ; Contract" in english
    assert "legal-obligation" not in french + english


def test_what_is_wrong_with_an_activity_as_a_whole_is_said_of_no_column(town: Town) -> None:
    record(town)
    dpo = town.someone(Role.DPO)
    table = amended(dpo, **{"Mis en œuvre depuis le": "2025-09-01", "Terminé le": "2024-09-01"})

    said = panel(dpo.get(preview(dpo, town.authority_id, table)), "Prêt de livres")

    assert "se termine avant d’avoir commencé" in said
    assert "· _" not in said


@pytest.mark.parametrize("form", ["csv", "xlsx", "ods"])
def test_a_row_bears_the_number_that_a_spreadsheet_shows_whatever_its_cells_hold(town: Town, form: str) -> None:
    record(town, notes="sur\ntrois\nlignes")
    record(town, reference="RT-013", name="Prêt de livres")
    dpo = town.someone(Role.DPO)
    content = dpo.get(f"/traitements/export/{form}").content

    page = dpo.get(preview(dpo, town.authority_id, content, f"registre.{form}"))

    shown = [
        re.search(r"Ligne (?:\w+:)?(\d+)", panel(page, name)) for name in ("Inscription à la cantine", "Prêt de livres")
    ]
    assert [found and found[1] for found in shown] == ["2", "3"]
