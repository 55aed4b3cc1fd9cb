"""Once somebody is erased nothing here says who they were, the ledger verifies, and the receipt says what is kept."""

import json
import zipfile
from io import BytesIO

import pikepdf
import pytest
from sqlalchemy import text

from registry.datasets.forms import DatasetChange, DatasetForm
from registry.datasets.service import amend_dataset, record_dataset
from registry.documents.models import EvidenceLink
from registry.erasures.kept_list import place_of
from registry.kernel.permissions import Role
from registry.ledger.service import seal
from registry.ledger.verification import verify_ledger
from registry.organisations.forms import PersonForm
from registry.organisations.service import record_person
from registry.processing.requests.forms import RequestForm
from registry.processing.requests.service import record_request
from registry.search.index import TEXT, TITLE, WORDS, current_folder, open_folder
from tests.conftest import Someone, Town
from tests.erasures.conftest import (
    EMAIL,
    NAME,
    OTHER,
    PARTS,
    Named,
    form_of,
    issue_naming,
    traces_in_files,
    traces_in_tables,
)

pytestmark = pytest.mark.database


def verified(town: Town) -> bool:
    """Whether the ledger verifies, once all of it is sealed."""
    with town.acting() as session:
        seal(session)
    with town.acting() as session:
        found = verify_ledger(session)
        assert found.defects == []
        return found.holds


def page_of(named: Named, dpo: Someone, query: str = "?mots=0&mots=1&fichiers=oui") -> str:
    """What erasing them would do, each word of the name looked for alone."""
    answer = dpo.get(f"/personnes/{named.person_id}/effacer{query}")
    assert answer.status_code == 200, answer.text
    return answer.text


def erase(named: Named, dpo: Someone, **more: object) -> str:
    """Erases them by the page; the address of the receipt."""
    answer = dpo.post(f"/personnes/{named.person_id}/effacer", form_of(page_of(named, dpo), **more))
    assert answer.status_code == 303, answer.text
    named.work()
    return answer.headers["location"].partition("?")[0]


def receipt(town: Town) -> dict[str, object]:
    """The erasure as the API gives it."""
    answer = town.someone(Role.ADMINISTRATOR).api("GET", "/api/v1/erasures")
    assert answer.status_code == 200
    (one,) = answer.json()["erasures"]
    return dict(one)


def test_nothing_anywhere_says_who_somebody_was_once_they_are_erased(named: Named) -> None:
    town, dpo = named.town, named.town.someone(Role.DPO)
    with town.acting() as session:
        bystander = record_person(session, town.authority_id, PersonForm(name=OTHER)).id
        number = record_dataset(session, town.authority_id, DatasetForm(title=f"Fleurs de {OTHER}")).id
    assert verified(town)
    assert traces_in_tables(town.home, PARTS), "The test looks where they are named."
    issued = issue_naming(town, NAME)

    address = erase(named, dpo, exception="archiving")

    said = receipt(town)
    assert said["state"] == "cleaned"
    assert {one["what"]: one["number"] for one in said["stays"]} == {"document": issued}
    assert {one["ground"] for one in said["stays"]} == {"archiving"}
    assert said["counts"]["identity"] == 3
    assert said["counts"]["passages"] >= 8
    shown = dpo.get(address).text
    assert f"Document n° {issued}" in shown
    assert "17 §3 d" in shown
    assert NAME not in shown
    # What is left to find is the other person, whom nothing has damaged.
    with town.as_owner() as session:
        value = session.execute(
            text("SELECT value FROM person_identity WHERE person_id = :number"), {"number": bystander}
        ).scalar_one()
        title = session.execute(text("SELECT title FROM dataset WHERE id = :number"), {"number": number}).scalar_one()
    assert (value, title) == (OTHER, f"Fleurs de {OTHER}")
    assert verified(town)


def test_no_column_no_file_and_no_segment_keeps_a_word_of_an_erased_name(named: Named) -> None:
    town, dpo = named.town, named.town.someone(Role.DPO)

    erase(named, dpo)

    assert receipt(town)["stays"] == []
    assert traces_in_tables(town.home, PARTS) == []
    assert traces_in_files(town.home.settings.root, PARTS) == []
    folder = current_folder(town.home.settings.root)
    assert folder is not None
    searcher = open_folder(folder).searcher()
    assert searcher.doc_freq(WORDS, "arbres") == 1
    for word in ("mirabelle", "mirabel", "quetsche", "quetsch"):
        assert [searcher.doc_freq(field, word) for field in (TITLE, TEXT, WORDS)] == [0, 0, 0], word
    assert verified(town)
    with town.as_owner() as session:
        title, key = session.execute(
            text("SELECT title, title_sort FROM dataset WHERE id = :number"), {"number": named.dataset_id}
        ).one()
    assert (title, key) == ("Arbres suivis par [effacé]", "arbres suivis par [efface]")


def test_the_list_outside_the_database_holds_numbers_alone(named: Named) -> None:
    town = named.town
    erase(named, town.someone(Role.DPO))
    place = place_of(town.home.settings.root)
    (line,) = place.read_text("utf-8").splitlines()
    said = json.loads(line)
    assert said["person"] == named.person_id
    assert said["words"] == [0, 1]
    assert place.stat().st_mode & 0o777 == 0o600


def test_a_passage_that_was_unticked_stays_with_its_ground_and_its_history(named: Named) -> None:
    town, dpo = named.town, named.town.someone(Role.DPO)
    kept = f"dataset:{named.dataset_id}:description"
    form = form_of(page_of(named, dpo))
    form["passages"] = [one for one in form["passages"] if one != kept]

    refused = dpo.post(f"/personnes/{named.person_id}/effacer", form)
    assert refused.status_code == 422
    assert "dites sur quel motif de l’article 17 §3" in refused.text
    assert dpo.post(f"/personnes/{named.person_id}/effacer", {**form, "exception": "legal-claims"}).status_code == 303
    named.work()

    (stays,) = receipt(town)["stays"]
    assert (stays["what"], stays["place"], stays["ground"]) == ("passage", kept, "legal-claims")
    assert {one.partition(": ")[0] for one in traces_in_tables(town.home, [NAME])} == {
        "public.dataset.description", "public.ledger_text.value",
    }  # fmt: skip
    assert verified(town)


def word_file(*runs: str) -> bytes:
    """A text of a word processor whose one line is cut in several runs."""
    content = BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("word/document.xml", "".join(f"<w:r><w:t>{one}</w:t></w:r>" for one in runs))
    return content.getvalue()


def keep_evidence(town: Town, title: str, name: str, content: bytes) -> int:
    """Keeps a file as evidence; its number."""
    form = {"organisation_id": str(town.authority_id), "kind": "letter", "title": title}
    answer = town.someone(Role.STEWARD).post("/preuves/nouvelle", form, files={"file": (name, content, "text/plain")})
    assert answer.status_code == 303, answer.text
    return int(answer.headers["location"].partition("?")[0].rpartition("/")[2])


def pdf_of(words: str) -> bytes:
    """A PDF of one page with these words, as an office suite prints it."""
    said = words.encode("cp1252")
    stream = b"BT /F1 12 Tf 72 720 Td (" + said + b") Tj ET"
    pdf = pikepdf.new()
    font = pikepdf.Dictionary(
        Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica,
        Encoding=pikepdf.Name.WinAnsiEncoding,
    )  # fmt: skip
    page = pdf.add_blank_page()
    page.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F1=pdf.make_indirect(font)))
    page.Contents = pdf.make_stream(stream)
    content = BytesIO()
    pdf.save(content)
    return content.getvalue()


def test_the_page_reads_no_file_until_somebody_asks_and_says_so(named: Named) -> None:
    town, dpo = named.town, named.town.someone(Role.DPO)
    note = keep_evidence(town, "Lettre", "lettre.txt", f"Madame {NAME} demande.".encode())

    before = page_of(named, dpo, "")
    assert "n’ont pas été lus" in before
    assert f'href="/preuves/{note}"' not in before
    assert f'href="/preuves/{note}"' in page_of(named, dpo, "?fichiers=oui")
    blind = dpo.post(f"/personnes/{named.person_id}/effacer", form_of(before))
    assert blind.status_code == 422
    assert f'href="/preuves/{note}"' in blind.text, "What stays is looked for before anything is erased."


def test_evidence_whose_file_names_somebody_is_told_and_needs_a_ground(named: Named) -> None:
    town, dpo = named.town, named.town.someone(Role.DPO)
    note = keep_evidence(town, "Lettre", "lettre.txt", f"Madame {NAME} demande.".encode())
    minutes = keep_evidence(town, "Procès-verbal", "pv.docx", word_file("Présente : Mira", "belle Quetsche"))
    keep_evidence(town, "Autre lettre", "autre.txt", b"Monsieur Griotte demande.")
    scan = keep_evidence(town, "Scan", "scan.pdf", b"%PDF-1.7\n...")
    report = keep_evidence(town, "Rapport", "rapport.pdf", pdf_of(f"Entendue : {NAME}."))
    harmless = keep_evidence(town, "Autre rapport", "neutre.pdf", pdf_of("Personne n’est nommé."))

    page = page_of(named, dpo)
    for number in (note, minutes, report, scan):
        assert f'href="/preuves/{number}"' in page
    assert f"Preuve n° {scan}, dont le fichier n’a pas pu être lu en entier" in page
    assert f'href="/preuves/{harmless}"' not in page
    refused = dpo.post(f"/personnes/{named.person_id}/effacer", form_of(page))
    assert refused.status_code == 422
    assert "Des documents, des preuves ou des champs nomment encore cette personne" in refused.text

    address = erase(named, dpo, exception="legal-claims")

    kept = {(one["what"], one["number"], one["ground"]) for one in receipt(town)["stays"]}
    assert kept == {
        ("evidence", note, "legal-claims"), ("evidence", minutes, "legal-claims"), ("unread", 1, None),
        ("evidence", report, "legal-claims"),
    }  # fmt: skip
    shown = dpo.get(address).text
    assert f"Preuve n° {note}, avec son fichier" in shown
    assert "1 preuve dont le fichier n’a pas pu être lu" in shown


def test_what_came_with_somebodys_own_request_is_told_whatever_its_file(named: Named) -> None:
    town = named.town
    number = keep_evidence(town, "Justificatif", "piece.pdf", b"%PDF-1.7\n...")
    with town.acting() as session:
        request = record_request(
            session,
            town.authority_id,
            RequestForm(regime="gdpr", right="access", subject="Accès", received_on=town.info["today"]()),
        )
        session.add(
            EvidenceLink(
                organisation_id=town.authority_id, evidence_id=number, subject_kind="request", subject_id=request.id
            )
        )
        request.requester_id = named.person_id

    assert f'href="/preuves/{number}"' in page_of(named, town.someone(Role.DPO))


def test_others_of_the_same_name_are_shown_and_left_by_number_or_erased_too(named: Named) -> None:
    town, dpo = named.town, named.town.someone(Role.DPO)
    asked = {"regime": "gdpr", "right": "access", "subject": "Accès", "received_on": town.info["today"]()}
    with town.acting() as session:
        form = RequestForm.model_validate({**asked, "requester_name": NAME})
        left, taken = (record_request(session, town.authority_id, form).requester_id for _each in range(2))
    page = page_of(named, dpo)
    for number in (left, taken):
        assert f'name="also" id="also-{number}"' in page
    stranger = dpo.post(f"/personnes/{named.person_id}/effacer", form_of(page, also="1"))
    assert stranger.status_code == 422
    assert "ni le même nom" in stranger.text

    place = erase(named, dpo, also=str(taken))

    receipt_page = dpo.get(place).text
    assert f"Personne n° {left}, du même nom" in receipt_page
    assert f"Personne n° {taken}," not in receipt_page
    with town.acting() as session:
        known = session.execute(
            text("SELECT DISTINCT person_id FROM person_identity WHERE person_id = ANY (:all)"),
            {"all": [named.person_id, left, taken]},
        ).scalars()
        assert set(known) == {left}


def test_whoever_still_waits_for_an_answer_is_told_before_and_the_receipt_names_the_requests(town: Town) -> None:
    today, dpo = town.info["today"](), town.someone(Role.DPO)
    form = RequestForm(
        regime="gdpr", right="erasure", subject="Effacer mon compte", received_on=today, requester_name="Quiconque",
        identity_note="Vu au guichet par Quiconque",
    )  # fmt: skip
    with town.acting() as session:
        request = record_request(session, town.authority_id, form)
        number, person = request.id, request.requester_id

    page = dpo.get(f"/personnes/{person}/effacer").text
    asked = dpo.api(
        "POST", f"/api/v1/persons/{person}/erasure",
        json={"ground": "no-longer-necessary", "reason": "Demande reçue le 3 novembre"},
    )  # fmt: skip

    assert "Cette personne attend encore une réponse" in page
    assert f'href="/demandes/{number}"' in page
    assert "Comment elle l’a été" in page
    assert "identity_note" not in page.replace(f"received_request:{number}:identity_note", "")
    assert asked.status_code == 202, asked.text
    assert [(one["what"], one["number"]) for one in asked.json()["stays"]] == [("request", number)]
    Named(town, person, 0, 0, 0).work()
    assert ("request", number) in {(one["what"], one["number"]) for one in receipt(town)["stays"]}
    assert f"Demande n° {number}, encore sans réponse" in dpo.get("/personnes/effacements/1").text


def test_an_account_that_is_open_and_a_post_that_runs_come_first(town: Town) -> None:
    dpo, steward = town.someone(Role.DPO), town.someone(Role.STEWARD)
    with town.acting() as session:
        number = session.execute(
            text("SELECT person_id FROM account WHERE id = :account"), {"account": steward.account_id}
        ).scalar_one()
    page = dpo.get(f"/personnes/{number}/effacer").text
    assert "À faire avant" in page
    assert "doit d’abord l’arrêter" in page
    refused = dpo.post(f"/personnes/{number}/effacer", form_of(page))
    assert refused.status_code == 409
    assert steward.get("/jeux").status_code == 200


def test_nobody_erases_themselves_nor_somebody_twice_nor_somebody_of_another_body(named: Named) -> None:
    town, dpo = named.town, named.town.someone(Role.DPO)
    elsewhere = town.someone(Role.DPO, town.commune_id)
    assert elsewhere.get(f"/personnes/{named.person_id}/effacer").status_code == 404
    assert town.someone(Role.STEWARD).get(f"/personnes/{named.person_id}/effacer").status_code == 403
    with town.acting() as session:
        own = session.execute(
            text("SELECT person_id FROM account WHERE id = :account"), {"account": dpo.account_id}
        ).scalar_one()
    refused = dpo.api(
        "POST", f"/api/v1/persons/{own}/erasure", json={"ground": "no-longer-necessary", "reason": "Départ"}
    )
    assert refused.status_code == 403
    erase(named, dpo)
    again = dpo.api(
        "POST", f"/api/v1/persons/{named.person_id}/erasure", json={"ground": "no-longer-necessary", "reason": "Encore"}
    )
    assert again.status_code == 409
    assert "déjà effacée" in again.text


def test_a_reason_that_names_the_person_is_refused_and_given_back(named: Named) -> None:
    dpo = named.town.someone(Role.DPO)
    form = form_of(page_of(named, dpo), reason=f"Demande de {NAME.upper()}")
    refused = dpo.post(f"/personnes/{named.person_id}/effacer", form)
    assert refused.status_code == 422
    assert "Ne nommez pas la personne" in refused.text
    assert f"Demande de {NAME.upper()}" in refused.text
    assert traces_in_tables(named.town.home, [EMAIL]), "Nothing was erased."


def test_a_passage_written_meanwhile_is_shown_before_anything_is_erased(named: Named) -> None:
    town, dpo = named.town, named.town.someone(Role.DPO)
    form = form_of(page_of(named, dpo))
    with town.acting() as session:
        amend_dataset(session, named.dataset_id, DatasetChange(rights=f"Selon {NAME}"), expected=2)
    refused = dpo.post(f"/personnes/{named.person_id}/effacer", form)
    assert refused.status_code == 422
    assert "depuis que la page est ouverte" in refused.text
    assert f"dataset:{named.dataset_id}:rights" in refused.text
