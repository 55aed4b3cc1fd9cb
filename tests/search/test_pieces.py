"""The pieces of contracts: read page by page by the worker, found by their words, told when nothing reads them."""

from html import unescape
from pathlib import Path
from urllib.parse import urlencode

import pytest
from sqlalchemy import text

from registry.inspection.page_texts import read_pages
from registry.inspection.problems import Problem
from registry.kernel.permissions import Role
from registry.search.pieces.rules import read_sought
from tests.conftest import Town
from tests.contracts.test_clause_pages import a_contract, amend
from tests.contracts.test_contract_facts import number_of
from tests.pages import fields_of as form_of
from tests.search.making_pieces import a_docx, a_pdf, a_scan, attach, hits, under_password, work

pytestmark = pytest.mark.database
PAGES = (
    "Convention de délégation du service public de l’eau potable.",
    "Article 32.2 — Le délégataire remet chaque année les données d’exploitation au délégant.",
)


def test_a_contract_attached_as_a_pdf_is_read_and_found_by_its_words(town: Town) -> None:
    who = town.someone(Role.LEGAL)
    number = number_of(a_contract(who, town))
    attach(who, number, a_pdf(*PAGES), "Contrat signé")
    assert "Pas encore lu" in who.get(f"/contrats/{number}/pieces").text

    work(town)
    page = who.get(f"/contrats/{number}/pieces", params={"q": "donnée exploitation"}).text

    assert "Texte lu : 2 pages" in page.replace("\xa0", " ")
    assert "1 page trouvée" in page
    assert "<mark>données</mark> d’<mark>exploitation</mark>" in page
    assert "page 2" in page


def test_a_scan_says_that_nothing_reads_it_and_what_to_do_and_its_file_stays(town: Town) -> None:
    who = town.someone(Role.LEGAL)
    number = number_of(a_contract(who, town))
    piece = attach(who, number, a_scan(), "Contrat numérisé")
    work(town)

    page = who.get(f"/contrats/{number}/pieces", params={"q": "exploitation"}).text

    assert "Ce PDF n’a pas de texte" in page
    assert "reconnaître les caractères" in page
    assert "Aucune page ne répond" in page
    edition = who.api("GET", f"/api/v1/evidence/{piece}").json()["editions"][0]["id"]
    assert who.get(f"/preuves/{piece}/fichiers/{edition}").content == a_scan()


def test_the_signed_scan_of_an_amendment_proves_it_and_its_text_is_found_with_the_contract_s(town: Town) -> None:
    who = town.someone(Role.LEGAL)
    place = a_contract(who, town)
    number, act = number_of(place), amend(who, place, 1)
    attach(who, number, a_pdf(*PAGES), "Contrat signé")
    attach(who, act, a_pdf("L’article 32.2 est remplacé : 32 jours, puis 2 mois."), "Avenant signé", to="amendment")
    work(town)

    assert "Avenant signé" in who.get(f"/contrats/avenants/{act}").text
    assert set(hits(who, "32.2", contract=number)) == {("Contrat signé", 2), ("Avenant signé", 1)}
    assert hits(who, "« deux mois »", contract=number) == []
    assert hits(who, "remplacé", contract=number) == [("Avenant signé", 1)]
    told = who.api("GET", f"/api/v1/contracts/{number}/pieces").json()["pieces"]
    assert [(one["amendment_number"], one["text"]["state"]) for one in told] == [(None, "read"), (1, "read")]


def test_every_contract_is_searched_at_once_and_what_is_annulled_answers_no_more(town: Town) -> None:
    who = town.someone(Role.LEGAL)
    one, other = (number_of(a_contract(who, town)) for _time in range(2))
    attach(who, one, a_pdf("Le compteur communicant est relevé chaque heure."), "Premier")
    second = attach(who, other, a_pdf("Les compteurs communicants restent au délégant."), "Second")
    work(town)
    assert {title for title, _page in hits(who, "compteur communicant")} == {"Premier", "Second"}
    assert "2 pages trouvées" in who.get("/recherche/pieces", params={"q": "compteur"}).text.replace("\xa0", " ")

    kept = who.get(f"/preuves/{second}/annuler")
    who.post(f"/preuves/{second}/annuler", form_of(kept) | {"reason": "Déposée par erreur"})

    assert {title for title, _page in hits(who, "compteur communicant")} == {"Premier"}


def test_a_word_document_and_a_plain_text_are_found_by_passage(town: Town) -> None:
    who = town.someone(Role.LEGAL)
    number = number_of(a_contract(who, town))
    attach(who, number, a_docx("Annexe 7 : tarifs du réseau de chaleur."), "Annexe 7", name="annexe.docx")
    attach(who, number, "Relevé des fuites, secteur nord.".encode("cp1252"), "Relevé", name="releve.txt")
    work(town)

    assert hits(who, "tarif chaleur") == [("Annexe 7", 1)]
    assert hits(who, "fuite") == [("Relevé", 1)]
    assert "passage 1" in who.get(f"/contrats/{number}/pieces", params={"q": "fuite"}).text.replace("\xa0", " ")


def test_a_pdf_under_a_password_or_damaged_says_so_and_keeps_nothing_else_from_being_found(town: Town) -> None:
    who = town.someone(Role.LEGAL)
    number = number_of(a_contract(who, town))
    attach(who, number, under_password(a_pdf("Secret de la délégation")), "Sous clé")
    attach(who, number, b"%PDF-1.7\nrien de ce qui suit ne se lit\n%%EOF\n", "Abîmé")
    attach(who, number, a_pdf(*PAGES), "Contrat signé")
    work(town)

    page = who.get(f"/contrats/{number}/pieces", params={"q": "délégation"}).text.replace("\xa0", " ")

    assert "protégé par un mot de passe" in page
    assert "est abîmé" in page
    assert "2 pièces ne sont pas lues par la recherche" in page
    assert hits(who, "convention") == [("Contrat signé", 1)]
    states = {one["title"]: one["text"]["problem"] for one in who.api(
        "GET", f"/api/v1/contracts/{number}/pieces").json()["pieces"]}  # fmt: skip
    assert states == {"Sous clé": "protected-pdf", "Abîmé": "broken-pdf", "Contrat signé": None}


def test_nobody_finds_the_text_of_a_piece_of_a_contract_they_may_not_read(town: Town) -> None:
    who = town.someone(Role.LEGAL)
    attach(who, number_of(a_contract(who, town)), a_pdf(*PAGES), "Contrat signé")
    work(town)

    assert hits(who, "exploitation") == [("Contrat signé", 2)]
    assert hits(town.someone(Role.LEGAL, on=town.service_id), "exploitation") == []


def test_only_the_first_pages_of_an_endless_document_are_read_and_it_is_told(tmp_path: Path) -> None:
    path = tmp_path / "piece.pdf"
    path.write_bytes(a_pdf("Première", "Deuxième", "Troisième"))

    found = read_pages(path, "pdf", most=2)

    assert [(one.number, one.words) for one in found.texts] == [(1, "Première"), (2, "Deuxième")]
    assert (found.pages, found.read, found.problem) == (3, 2, Problem.TOO_MANY_PAGES)


@pytest.mark.parametrize(
    ("words", "asked"),
    [
        ("32.2", "(('32' <-> '2'))"),
        ("« données d’exploitation »", "(('donne' <-> 'd' <-> 'exploit'))"),
        ("l’exploitation", "(('exploit'))"),
        ("' ; ) |", ""),
    ],
)
def test_what_somebody_types_is_asked_of_the_database_as_words_alone(words: str, asked: str) -> None:
    assert read_sought(words).question() == asked


def test_a_reading_that_failed_is_asked_again_from_the_page_and_told_on_the_evidence(town: Town) -> None:
    who, reader = town.someone(Role.LEGAL), town.someone(Role.READER)
    number = number_of(a_contract(who, town))
    piece = attach(who, number, a_pdf(*PAGES), "Contrat signé")
    work(town)
    assert "Texte lu : 2 pages" in who.get(f"/preuves/{piece}").text.replace("\xa0", " ")
    assert who.post(f"/preuves/{piece}/relire", {}).status_code == 409, "It is read."
    with town.acting() as session:
        session.execute(text("UPDATE piece_text SET state = 'not-read', problem = 'out-of-time'"))
        session.execute(text("DELETE FROM piece_page"))

    for page in (f"/preuves/{piece}", f"/contrats/{number}/pieces"):
        assert "Demander une nouvelle lecture" in who.get(page).text
        assert "Texte illisible" in reader.get(page).text
        assert "Demander une nouvelle lecture" not in reader.get(page).text
    assert reader.post(f"/preuves/{piece}/relire", {}).status_code == 403
    assert who.post(f"/preuves/{piece}/relire", {}).status_code == 303
    assert who.post(f"/preuves/{piece}/relire", {}).status_code == 303, "Asked twice, it runs once."
    work(town)
    assert "Texte lu : 2 pages" in who.get(f"/preuves/{piece}").text.replace("\xa0", " ")


def test_the_search_of_datasets_leads_to_the_pages_of_pieces_that_answer(town: Town) -> None:
    who = town.someone(Role.LEGAL)
    attach(who, number_of(a_contract(who, town)), a_pdf(*PAGES), "Contrat signé")
    work(town)

    page = who.get("/recherche", params={"q": "délégataire"}).text

    assert '<a href="/recherche/pieces?q=d%C3%A9l%C3%A9gataire">1 page de pièces de contrats</a>' in page.replace(
        "\xa0", " "
    )
    assert "de pièces de contrats" not in who.get("/recherche", params={"q": "introuvable"}).text


def test_the_search_of_datasets_leads_to_the_contracts_that_say_the_words(town: Town) -> None:
    who = town.someone(Role.LEGAL)
    contract = who.get(a_contract(who, town)).text
    word = unescape(contract.partition("<h1")[2].partition(">")[2].partition("<")[0]).split()[0]

    page = who.get("/recherche", params={"q": word}).text.replace("\xa0", " ")

    assert f'<a href="/contrats?{urlencode({"mots": word})}">1 contrat qui dit ces mots</a>' in page
    assert "1 contrat" in who.get("/contrats", params={"mots": word}).text.replace("\xa0", " ")
    assert "qui dit ces mots" not in who.get("/recherche", params={"q": "introuvable"}).text
