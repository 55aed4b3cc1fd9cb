"""The note for the assembly on a contract, and the summary of all: what they say, of which day, to whom."""

import re
from datetime import date, timedelta
from typing import Any

import pytest

from registry.contracts.noting import gathering, summary
from registry.kernel.errors import Invalid
from registry.kernel.issuing import Moment, Subject
from registry.kernel.permissions import Role
from registry.platform.clock import now
from registry.reporting.discovery import get_report
from registry.reporting.sheets import told_whole
from tests.conftest import TODAY, Town
from tests.contracts.test_clause_pages import a_contract, amend
from tests.contracts.test_contracts import record
from tests.contracts.test_coverage import dataset_of
from tests.contracts.test_covering import about, says
from tests.contracts.test_delivery_pages import deliver

pytestmark = pytest.mark.database
NOW = Moment(TODAY, TODAY, TODAY, until=None)
SHEETS = ["decider", "contrat", "dates", "clauses", "couverture", "socle", "remises", "rapports", "constats"]


def note_of(town: Town, place: str, moment: Moment = NOW) -> Any:
    """The content of the note, as its report takes it."""
    with town.acting() as session:
        found = gathering.gather(session, Subject("contract", int(place.rpartition("/")[2])), moment)
    return _read("contract-note", found.values)


def summary_of(town: Town, number: int, moment: Moment = NOW) -> Any:
    with town.acting() as session:
        found = summary.gather(session, Subject("organisation", number), moment)
    return _read("contracts-summary", found.values)


def _read(report: str, values: Any) -> Any:
    more = {"issued_on": TODAY, "author": "DGS", "seal": {"number": 1, "root": "0" * 64}}
    module = get_report(report).content
    return module.from_canonical(module.to_canonical(module.from_sample({**values, **more})))


def sheet(content: Any, name: str) -> Any:
    return next(one for one in content.sheets if one.id == name)


def lines(content: Any, name: str) -> dict[str, str]:
    return {line.label: line.text for line in sheet(content, name).lines}


def rows(content: Any, name: str) -> list[tuple[str, ...]]:
    return [row for grid in sheet(content, name).grids for row in grid.rows]


def test_the_note_says_first_what_to_decide_then_what_it_rests_on(town: Town) -> None:
    jurist, dataset = town.someone(Role.LEGAL), dataset_of(town, town.authority_id, "Réseau d’eau")
    place = about(jurist, town, dataset, object="Gestion de l’eau")
    says(jurist, place, "reuse-ban", article="art. 46", text="Rien ne sort.")
    says(jurist, place, "supply", article="art. 2", datasets=[dataset], terms={"indispensable": True})
    amend(jurist, place, 1, signed_on="2023-11-06", effective_on="2024-01-01", published_on="2023-12-01")

    content = note_of(town, place)

    assert [one.id for one in content.sheets] == SHEETS
    decided = lines(content, "decider")
    assert decided["Lever par avenant"] == (
        "Interdiction d’exploiter ou de réutiliser, Contrat, art. 46 : Une telle clause ne devrait pas être au contrat."
        "\nCode de la commande publique, L3131-4 al. 1 · DSP-06 · Obligation · Texte lu · à valider par le service "
        "juridique"
    )
    assert "Format et standard ouverts" in decided["Demander par avenant"]
    assert "(Code de la commande publique" in decided["Mettre en règle"]
    assert ("Contrat, art. 2", "Fourniture des données", "Réseau d’eau") in [
        row[:3] for row in rows(content, "clauses")
    ]
    cells = {row[0]: row[1:] for row in rows(content, "couverture")}
    assert cells["Fourniture des données"] == ("Contrat, art. 2",)
    assert cells["Qualité des données"] == ("✗ Absente",)
    assert [row[:2] for row in rows(content, "dates")][3:6] == [
        ("6 novembre 2023", "Signature de l’avenant n° 1 : Avenant sur les données 1"),
        ("1er décembre 2023", "Données essentielles de l’avenant n° 1 publiées"),
        ("1er janvier 2024", "L’avenant n° 1 s’applique"),
    ]
    assert all(row[3] and row[4] for row in rows(content, "socle"))
    assert {row[1] for row in rows(content, "constats")} == {"Contrat", "Avenant n° 1"}
    counted = {one.label: (one.first, one.second) for one in content.summary}
    assert counted["Réseau d’eau"][0] == 1
    absent = sum(missing for _held, missing in counted.values())
    assert sheet(content, "couverture").standing == f"Jeu par jeu : {absent} clauses absentes"
    assert f"{absent} clauses absentes." in jurist.get(f"{place}/couverture").text


def test_the_note_and_the_summary_bring_up_to_the_law_a_format_that_is_less_with_its_level(town: Town) -> None:
    jurist, dataset = town.someone(Role.LEGAL), dataset_of(town, town.authority_id, "Réseau d’eau")
    place = about(jurist, town, dataset, object="Gestion de l’eau")
    says(jurist, place, "open-format", article="art. 18", datasets=[dataset], terms={"format": "PDF"})

    content = note_of(town, place)

    (line,) = [one for one in sheet(content, "decider").lines if one.label == "Mettre au niveau de la loi"]
    assert line.text.startswith("Format et standard ouverts, Contrat, art. 18 : Cette clause stipule moins que la loi")
    assert line.text.endswith(
        "\nCode de la commande publique, L3131-2 al. 1 · DSP-02 · Obligation · Texte lu · "
        "à valider par le service juridique"
    )
    cells = {row[0]: row[1:] for row in rows(content, "couverture")}
    assert cells["Format et standard ouverts"] == ("✗ Contrat, art. 18 (en deçà du socle)",)
    summed = lines(summary_of(town, town.authority_id), "dabord")["Gestion de l’eau"]
    assert f"en deçà du socle : Format et standard ouverts ({line.text.rpartition(chr(10))[2]})" in summed


def test_the_note_calls_breached_an_obligation_only_and_tells_advice_in_a_table_of_its_own(town: Town) -> None:
    jurist = town.someone(Role.LEGAL)
    place = a_contract(jurist, town)
    says(jurist, place, "reuse-ban", article="art. 46", text="Rien ne sort.")

    obligations, advice = sheet(note_of(town, place), "constats").grids

    assert {row[2] for row in obligations.rows} == {"Obligation"}
    assert "Obligation" not in {row[2] for row in advice.rows}
    assert {row[3] for row in obligations.rows} <= {"Non conforme", "À compléter"}
    assert "Non suivie" in {row[3] for row in advice.rows}
    assert "Non conforme" not in {row[3] for row in advice.rows}


def test_the_note_tells_of_a_day_by_what_was_signed_that_day_and_refuses_one_before_the_contract(town: Town) -> None:
    jurist = town.someone(Role.LEGAL)
    place = a_contract(jurist, town)
    amendment = amend(jurist, place, 1, signed_on="2023-11-06", effective_on="2024-01-01")
    says(jurist, place, "audit", article="art. 3", amendment_id=amendment, terms={"frequency": "ANNUAL"})

    def held(day: date) -> list[str]:
        return [row[1] for row in rows(note_of(town, place, Moment(day, TODAY, TODAY, None)), "clauses")]

    assert held(date(2023, 12, 31)) == []
    assert held(date(2024, 1, 1)) == ["Contrôle des données"]
    past = note_of(town, place, Moment(TODAY, TODAY, TODAY, now() + timedelta(days=1)))
    assert [one.id for one in past.sheets] == SHEETS
    with pytest.raises(Invalid, match="pas encore au registre ce jour-là"):
        note_of(town, place, Moment(TODAY, TODAY, TODAY, now() - timedelta(days=900)))


def test_a_contract_nobody_read_whole_says_so_and_calls_no_clause_absent(town: Town) -> None:
    jurist = town.someone(Role.LEGAL)
    place = a_contract(jurist, town, clauses_read_on="")

    content = note_of(town, place)

    assert "Relire le contrat en entier" in lines(content, "decider")
    assert "Chercher au contrat, ou demander" in lines(content, "decider")
    assert not sheet(content, "couverture").late
    assert "✗ Absente" not in str(rows(content, "couverture"))
    assert next(line for line in content.card if line.label == "Clauses relues").is_missing


def test_a_dataset_that_the_reader_of_the_contract_may_not_read_is_not_named(town: Town) -> None:
    jurist = town.someone(Role.LEGAL)
    dataset = dataset_of(town, town.commune_id, "Jeu de la commune")
    place = about(jurist, town, dataset)

    named, (number, body) = str(note_of(town, place)), (int(place.rpartition("/")[2]), town.other_commune_id)
    with town.as_owner() as session:
        moved = {"body": body, "contract": number}
        session.connection().exec_driver_sql(
            "UPDATE contract SET organisation_id = %(body)s WHERE id = %(contract)s", moved
        )
    other = str(note_of(town, place))

    assert "Jeu de la commune" in named
    assert "Jeu de la commune" not in other
    assert "un jeu d’un autre organisme" in other


def test_the_summary_puts_first_the_contracts_that_break_the_law_and_leaves_out_those_of_others(town: Town) -> None:
    jurist = town.someone(Role.LEGAL)
    quiet = record(jurist, town, kind="protocol", object="Protocole tranquille", starts_on="2024-01-01")
    assert quiet.status_code == 303
    says(jurist, a_contract(jurist, town, object="Gestion de l’eau"), "reuse-ban", text="Rien ne sort.")
    record(jurist, town, object="Ancien contrat", starts_on="2010-01-01", ends_on="2015-12-31")
    with town.acting():
        other = town.someone(Role.LEGAL, town.commune_id)
    answer = other.post(
        "/contrats/nouveau",
        {"kind": "dsp", "object": "Contrat de la commune", "parties": "", "organisation_id": str(town.commune_id)},
    )
    assert answer.status_code == 303

    content = summary_of(town, town.authority_id)

    assert [row[0] for row in rows(content, "contrats")] == ["Gestion de l’eau", "Protocole tranquille"]
    assert [row[0] for row in rows(content, "termines")] == ["Ancien contrat"]
    told = lines(content, "dabord")["Gestion de l’eau"]
    assert "à lever : Interdiction" in told
    breach, level = (
        "Aucune clause contre l’usage des données par la collectivité",
        "L3131-4 al. 1 · DSP-06 · Obligation",
    )
    assert f"{breach} (Code de la commande publique, {level} · Texte lu · à valider par le service juridique)" in told
    counted = {one.label: (one.first, one.second, one.third) for one in content.summary}
    assert counted["Délégation de service public"] == (0, 1, 0)
    assert counted["Protocole"] == (0, 0, 1), "nobody judged it: it is neither kept nor in breach"
    assert {line.label: line.text for line in content.card}["Contrats comptés, services compris"] == "3"
    (first, *_others) = told_whole(content)
    said = [dict(zip(first.headers, row, strict=True)) for row in first.rows]
    assert any(one["Rubrique"] == "Gestion de l’eau" and "à lever" in one["Ce qui est dit"] for one in said)
    assert {"Gestion de l’eau", "Protocole tranquille", "Ancien contrat"} <= {one["Contrat"] for one in said}
    assert tuple({row[3] for row in rows(content, "manques")}) == ("Gestion de l’eau",)
    assert [row[0] for row in rows(summary_of(town, town.commune_id), "contrats")] == ["Contrat de la commune"]


def test_a_contract_that_ended_with_something_unkept_comes_first_with_what_is_unkept(town: Town) -> None:
    jurist = town.someone(Role.LEGAL)
    says(jurist, a_contract(jurist, town, object="Gestion de l’eau"), "reuse-ban", text="Rien ne sort.")
    over = a_contract(jurist, town, object="Contrat fini", starts_on="2018-01-01", ends_on="2024-12-31")
    says(jurist, over, "reuse-ban", text="Rien ne sort.")
    breached = rows(note_of(town, over), "constats")
    content = summary_of(town, town.authority_id)

    first = sheet(content, "dabord").lines[0]

    assert first.label == "Contrat fini"
    assert first.text.startswith("terminé le 31 décembre 2024")
    unkept = {row[0] for row in breached if row[3] == "Non conforme"}
    assert unkept
    assert all(name in first.text for name in unkept)


def test_the_page_of_a_contract_offers_its_note_and_the_list_the_summary(town: Town) -> None:
    jurist = town.someone(Role.LEGAL)
    place = a_contract(jurist, town, object="Gestion de l’eau")

    (note,) = re.findall(r'href="(/documents\?report=contract-note[^"]+)"', jurist.get(place).text)
    page = jurist.get(note.replace("&amp;", "&"))

    assert page.status_code == 200
    assert "Gestion de l’eau" in page.text
    assert "/documents?report=contracts-summary" in jurist.get("/contrats").text
    reader = town.someone(Role.READER)
    assert "contract-note" not in reader.get(place).text


def test_the_annex_tells_what_the_articles_say_apart_from_what_is_deduced_of_them() -> None:
    for name in ("contract-note", "contracts-summary"):
        asks = {text: (said, level) for text, said, level in get_report(name).content.ASKS}
        assert "indispensables à son exécution" in asks["CCP, art. L3131-2 al. 1"][0]
        assert "préparer le renouvellement" in asks["CCP, art. L3131-2 al. 2"][0]
        assert asks["CCP, art. L3131-4"][1].startswith("Déduit")


def test_the_note_of_a_contract_that_ends_soon_tells_its_steps_and_the_penalties_to_decide(town: Town) -> None:
    jurist, steward = town.someone(Role.LEGAL), town.someone(Role.STEWARD)
    place = a_contract(jurist, town, object="Gestion de l’eau", ends_on=(TODAY + timedelta(days=60)).isoformat())
    says(jurist, place, "penalties", article="art. 15", terms={"euros_per_day": 100})
    deliver(steward, place, due_on=(TODAY - timedelta(days=40)).isoformat(), label="Volumes")

    decided = lines(note_of(town, place), "decider")

    assert "Format et standard ouverts" in decided["Écrire au prochain contrat, ou demander d’ici la fin"]
    assert "Volumes : 40 jours de retard à ce jour" in decided["Décider des pénalités"]
    assert "4 000,00 €" in decided["Décider des pénalités"].replace("\N{NARROW NO-BREAK SPACE}", " ").replace(
        "\N{NO-BREAK SPACE}", " "
    )
    assert "en retard, c’était pour le" in decided["Préparer la fin"]
    first = lines(summary_of(town, town.authority_id), "dabord")["Gestion de l’eau"]
    assert re.search(r"pénalités encourues, à décider : 4\s000,00\s€ au plus", first), first
    assert "étapes sont en retard" in first
