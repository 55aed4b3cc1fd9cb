"""The draft of an amendment: what a contract lacks, asked for in our words, approved before anybody may sign."""

import io
import re
import zipfile
from datetime import date
from html import unescape
from typing import Any

import pytest

from registry.compliance.queries import find_history
from registry.compliance.vocabulary import SubjectKind
from registry.contracts.clauses.kinds import fields_of, kinds
from registry.contracts.drafting.gathering import gather
from registry.contracts.drafting.texts import DATASETS, load_clause_texts
from registry.datasets.models import Dataset
from registry.datasets.vocabulary import PersonalData
from registry.kernel.issuing import Moment, Subject
from registry.kernel.permissions import Role
from registry.platform.database import Acting
from registry.platform.jobs import work_once
from registry.reporting import service
from registry.reporting.models import IssuedDocument
from registry.reporting.queries import find_documents
from registry.reporting.service import issue_report
from registry.reporting.vocabulary import DocumentState, Medium
from registry.rooms import job_functions
from tests.conftest import Someone, Town
from tests.contracts.test_clause_pages import a_contract, add, amend, kept, on
from tests.contracts.test_matrix import text_of, tied
from tests.contracts.test_noting import note_of, rows

SIGNATURES = "Signatures des parties"
SCARE = re.compile(r"\[(?![a-z_]*: )")


def test_each_kind_of_clause_has_a_text_whose_places_are_what_one_notes_of_it() -> None:
    texts = load_clause_texts()
    assert set(texts) == set(kinds())
    for kind, text in texts.items():
        known = {one.name for one in fields_of(kind)}
        assert text.fields() <= known, (kind, text.fields() - known)
        assert text.grounds, kind
        assert not any(SCARE.search(one) for one in text.text), kind
        spoken = " ".join(text.text)
        assert "aurait" not in spoken.split()


def test_what_is_noted_fills_the_text_and_the_rest_stays_in_sight() -> None:
    text = load_clause_texts()["penalties"]
    blank, filled = text.filled({}, "« Réseau »"), text.filled({"euros_per_day": "150"}, "« Réseau »")
    assert "[à compléter : montant de la pénalité par jour] euros par jour" in blank[1]
    assert "Montant : 150 euros par jour" in filled[1]
    assert "[à compléter : par livraison, par année civile ou pour tout le contrat]" in blank[1], (
        "Else it counts nothing."
    )
    periods = {one.name: one for one in fields_of("penalties")}["cap_period"]
    yearly = text.filled({"cap_period": periods.say_within("year"), "cap_euros": "5 000"}, "« Réseau »")[1]
    assert "Plafond : 5 000 euros, compté ainsi : par année civile." in yearly
    assert "« Réseau »" in filled[0]
    assert not any(DATASETS in one for one in filled)


def draft(who: Someone, place: str, **more: Any) -> int:
    """Sends the page as it is first shown, everything ticked; the number of the amendment."""
    page = who.get(f"{place}/avenants/projet").text
    ticked: dict[str, list[str]] = {}
    for tag in re.findall(r"<input[^>]* checked>", page):
        name, value = re.search(r'name="([^"]+)"', tag), re.search(r'value="([^"]+)"', tag)
        assert name is not None
        assert value is not None
        ticked.setdefault(name[1], []).append(value[1])
    answer = who.post(f"{place}/avenants/projet", {"object": "Clauses relatives aux données", **ticked, **more})
    assert answer.status_code == 303, answer.text
    return int(re.findall(r"/avenants/(\d+)", answer.headers["location"])[0])


@pytest.mark.database
def test_what_is_ticked_is_asked_for_and_is_not_offered_again(town: Town) -> None:
    jurist = town.someone(Role.LEGAL)
    place = a_contract(jurist, town)
    network, _meters = tied(jurist, town, place, "Réseau d’eau", "Compteurs")
    ticked = {"wanted-contract": "audit", "wanted-supply": f"supply:{network}", "object": "Données"}

    answer = jurist.post(f"{place}/avenants/projet", ticked)

    assert answer.status_code == 303, answer.text
    states = {(one["kind"], one["dataset_id"]): one["state"] for one in coverage(jurist, place)["cells"]}
    assert states["audit", None] == states["supply", network] == "asked"
    matrix = text_of(jurist, f"{place}/couverture")
    assert "Avenant n° 1, art. 1" in matrix, "Once signed, it says something."
    assert "Avenant n° 1, art. 2" in matrix
    again = jurist.get(f"{place}/avenants/projet").text
    assert f'value="supply:{network}"' not in again
    assert 'value="audit"' not in again
    late = jurist.post(f"{place}/avenants/projet", ticked)
    assert late.status_code == 422
    assert "n’est plus à demander" in late.text
    assert "Cochez au moins une clause" in jurist.post(f"{place}/avenants/projet", {"object": "Rien"}).text


def test_the_text_on_putting_online_asks_that_nobody_be_identifiable() -> None:
    spoken = " ".join(load_clause_texts()["publication"].text)
    assert "rendant impossible l’identification des personnes (CRPA, article L312-1-2, deuxième alinéa)" in spoken


def test_the_texts_ask_what_their_articles_ask_and_no_less() -> None:
    water, processor = (load_clause_texts()[kind] for kind in ("water-end", "processor-terms"))
    assert "non exécutés" in " ".join(water.text)
    assert "le paiement des travaux non exécutés" in water.without
    said = " ".join(processor.text)
    assert "transfert vers un pays tiers ou une organisation internationale" in said
    assert "il en informe alors la collectivité avant le traitement" in said
    assert "de tout ajout ou remplacement prévu, à temps pour qu’elle s’y oppose" in said
    assert "pleinement responsable" in said
    assert "sans retard injustifié" in " ".join(load_clause_texts()["breach-notice"].text)
    assert "dans un standard ouvert librement réutilisable" in " ".join(load_clause_texts()["supply"].text)


@pytest.mark.database
def test_putting_personal_data_online_is_offered_and_never_ticked_beforehand(town: Town) -> None:
    jurist = town.someone(Role.LEGAL)
    place = a_contract(jurist, town)
    network, readings = tied(jurist, town, place, "Réseau d’eau", "Relevés des abonnés")
    form, kind = f"{place}/avenants/projet", f"publication:{readings}"
    assert kind in boxes(jurist.get(form).text, ticked=True)
    assert "n’est pas cochée pour les jeux" not in jurist.get(form).text
    with town.as_owner() as session:
        session.get_one(Dataset, readings).personal_data = PersonalData.PERSONAL

    page = jurist.get(form).text

    assert f"publication:{network}" in boxes(page, ticked=True)
    assert f"supply:{readings}" in boxes(page, ticked=True)
    assert kind in boxes(page) - boxes(page, ticked=True)
    assert "n’est pas cochée pour les jeux" in page
    said = coverage(jurist, place)["cells"]
    assert [one["dataset_id"] for one in said if one["kind"] == "publication" and one["due"]] == [network]
    matrix = text_of(jurist, f"{place}/couverture")
    assert "La mise en ligne n’est pas cherchée pour les jeux qui contiennent des données personnelles" in matrix
    for said_by_the_article in ("donné leur accord", "un décret en dispense", "texte lu, à valider"):
        assert said_by_the_article in matrix
        assert said_by_the_article in page
    noted = next(row for row in rows(note_of(town, place), "couverture") if row[0] == "Mise en ligne et licence")
    assert sum("Absente" in one for one in noted[1:]) == 1, noted
    missing = jurist.api("GET", f"/api/v1/datasets/{readings}/clauses").json()["contracts"][0]["missing"]
    assert "publication" not in {one["kind"] for one in missing}
    assert kind in boxes(jurist.post(form, {"object": "Mon objet", "tick": "all"}).text, ticked=True), "Somebody asked."
    kept(add(jurist, place, "publication", datasets=str(readings)))
    noted = next(row for row in rows(note_of(town, place), "couverture") if row[0] == "Mise en ligne et licence")
    assert "À compléter" in noted, "Not looked for there, and written all the same."


def boxes(page: str, *, ticked: bool = False) -> set[str]:
    tags = re.findall(r"<input[^>]*type=\"checkbox\"[^>]*>", page)
    return {
        found[1] for tag in tags if not ticked or " checked" in tag if (found := re.search(r'value="([^"]+)"', tag))
    }


@pytest.mark.database
def test_every_box_is_ticked_or_cleared_at_once_without_a_script_and_nothing_is_recorded(town: Town) -> None:
    jurist = town.someone(Role.LEGAL)
    place = a_contract(jurist, town)
    tied(jurist, town, place, "Réseau d’eau", "Compteurs")
    form = f"{place}/avenants/projet"
    every = re.findall(r"<input[^>]* checked>", jurist.get(form).text)
    assert len(every) > 3

    cleared = jurist.post(form, {"object": "Mon objet", "wanted-contract": "audit", "tick": "none"})

    assert cleared.status_code == 200, cleared.text
    assert not re.findall(r"<input[^>]* checked>", cleared.text)
    assert "Cochez au moins une clause" not in cleared.text
    assert 'value="Mon objet"' in cleared.text
    filled = jurist.post(form, {"object": "", "tick": "all"})
    assert re.findall(r"<input[^>]* checked>", filled.text) == every
    assert not jurist.api("GET", f"/api/v1{place.replace('contrats', 'contracts')}/clauses").json()["amendments"]


def coverage(who: Someone, place: str) -> Any:
    return who.api("GET", f"/api/v1{place.replace('contrats', 'contracts')}/coverage").json()


@pytest.mark.database
def test_an_amendment_under_way_is_completed_and_one_that_is_signed_is_not(town: Town) -> None:
    jurist = town.someone(Role.LEGAL)
    place = a_contract(jurist, town)
    signed, open_one = amend(jurist, place, 1, signed_on="2023-11-06"), amend(jurist, place, 2, progress="asked")
    page = jurist.get(f"{place}/avenants/projet").text
    assert "Avenant n° 2" in page
    ticked = {"object": "Données", "wanted-contract": "audit"}
    refused = jurist.post(f"{place}/avenants/projet", {**ticked, "amendment_id": str(signed)})
    assert refused.status_code == 422
    assert "signé, abandonné ou annulé" in refused.text
    assert jurist.post(f"{place}/avenants/projet", {**ticked, "amendment_id": str(open_one)}).status_code == 303
    assert [one["number"] for one in on(jurist, place)["amendments"]] == [1, 2]


@pytest.fixture
def _as_page(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "best_medium", lambda: Medium.PAGE)


def issued(town: Town, by: Someone, amendment: int, report: str = "draft-amendment") -> IssuedDocument:
    acting = Acting(f"account:{by.account_id}", account_id=by.account_id)
    return issue_report(
        town.home, report, subject=Subject("amendment", amendment), as_of=None, acting=acting,
        info=town.info, report=lambda *_said: None,
    ).document  # fmt: skip


def words_of(town: Town, document: IssuedDocument) -> str:
    page = re.sub(r"<[^>]+>", "", town.home.files.read(document.document_sha256).decode())
    return " ".join(page.replace("\N{NO-BREAK SPACE}", " ").replace("\N{ZERO WIDTH SPACE}", "").split())


@pytest.mark.database
@pytest.mark.usefixtures("_as_page")
def test_a_draft_bears_no_signature_before_legal_staff_approved_it_and_the_final_one_does(town: Town) -> None:
    steward, jurist = town.someone(Role.STEWARD), town.someone(Role.LEGAL)
    place = a_contract(jurist, town)
    tied(jurist, town, place, "Réseau d’eau")
    document = issued(town, steward, draft(jurist, place))

    said = words_of(town, document)
    assert document.state is DocumentState.DRAFT
    assert "Projet, à valider par le service juridique" in said
    assert SIGNATURES not in said
    assert "Date, fonction et signature" not in said
    assert "« Réseau d’eau »" in said
    assert "[à compléter : montant de la pénalité par jour] euros" in said
    answer = {"answer": "approved", "version": str(document.version)}
    approved = jurist.post(f"/documents/{document.id}/decision", answer)
    assert approved.status_code == 303, approved.text
    work_once(town.home.urls.jobs, town.home.jobs, job_functions(town.home, town.info))

    with town.acting() as session:
        final = next(one for one in find_documents(session) if one.state is DocumentState.FINAL)
    signed = words_of(town, final)
    assert SIGNATURES in signed
    assert "Date, fonction et signature" in signed
    assert "Projet d’avenant" in said
    assert "Paraphe" not in said
    outside = re.sub(r"sur le projet n° \d+|à compléter", "", signed)
    assert "rojet d’avenant" not in outside, "A final document is no draft, not even in its name."
    assert "à valider" not in outside
    assert "paraphent chaque page" in signed
    last = re.search(r"Article (\d+)\. Entrée en vigueur", signed)
    assert last is not None
    assert f"Articles{last[1]}" in signed, "The cover counts the last article too."
    assert signed.count(f"Article {last[1]}. Entrée en vigueur") == 2, "In the contents, and where it stands."
    assert "lu par citation" not in signed
    page = town.home.files.read(final.document_sha256).decode()
    assert 'data-running="Avenant prêt à signer' in page
    assert "projet-avenant" not in page, "Nor in the names of the files within it."
    assert "avenant-pret-a-signer.csv" in page
    assert final.title.startswith("Avenant prêt à signer — Avenant n° 1")
    with town.acting() as session:
        drafts = [one for one in find_documents(session) if one.state is not DocumentState.FINAL]
    assert [one.title.partition(" — ")[0] for one in drafts] == ["Projet d’avenant"]
    assert "Note à qui négocie" not in said + signed, "What is kept from the other party is not in what it is sent."


PARTS = ("document", "docx", "odt", "json", "csv", "xlsx", "ods")


def everything_in(who: Someone, document: IssuedDocument) -> str:
    """All that the files of a document hold, whatever they are made of: a zip is opened."""
    found = []
    for part in PARTS:
        data = who.get(f"/documents/{document.id}/{part}").content
        if data.startswith(b"PK"):
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                found += [archive.read(name).decode("utf-8", "replace") for name in archive.namelist()]
        else:
            found.append(data.decode())
    words = re.sub(r"<[^>]+>", "", unescape(" ".join(found)))
    return " ".join(words.replace("\N{ZERO WIDTH SPACE}", "").split())


@pytest.mark.database
@pytest.mark.usefixtures("_as_page")
def test_what_is_sent_to_the_other_party_holds_no_word_for_who_negotiates_in_any_of_its_files(town: Town) -> None:
    jurist, steward = town.someone(Role.LEGAL), town.someone(Role.STEWARD)
    place = a_contract(jurist, town)
    tied(jurist, town, place, "Réseau d’eau")
    amendment = draft(jurist, place)
    with town.as_owner() as session:
        session.connection().exec_driver_sql(
            "UPDATE clause_stipulation SET reasons = 'Céder sur ce point vers la fin.'"
        )

    sent, kept_one = issued(town, steward, amendment), issued(town, jurist, amendment, "draft-amendment-note")

    told, noted = everything_in(steward, sent), everything_in(jurist, kept_one)
    texts = [load_clause_texts()[kind] for kind in ("penalties", "supply")]
    secret = [
        *(" ".join(part.split())[:60] for one in texts for part in (one.why, one.without)),
        "Céder sur ce point", "qui négocie", "ne se transmet pas",
    ]  # fmt: skip
    assert not [one for one in secret if one in told]
    assert not [one for one in secret if one not in noted], "The other edition does say it."
    assert kept_one.state is DocumentState.ISSUED, "It is of use to oneself: nobody approves it."
    assert "À garder : ce document ne se transmet pas au titulaire" in words_of(town, kept_one)
    page = jurist.get(f"/contrats/avenants/{amendment}").text
    assert "report=draft-amendment-note&amp;scope" in page


@pytest.mark.database
@pytest.mark.usefixtures("_as_page")
@pytest.mark.parametrize(
    ("consulted_on", "says", "never"),
    [
        ("2020-03-02", "articles L3131-2 à L3131-4 du code de la commande publique s’appliquent", "seule fin"),
        ("2019-03-31", "l’article 53-1 de l’ordonnance n° 2016-65 (lu par citation), repris aux articles", "seule fin"),
        ("2013-03-02", "à la seule fin de préparer le renouvellement", "s’appliquent au contrat"),
        ("", "[à compléter : jour où la consultation a été engagée", "s’appliquent au contrat"),
    ],
)
def test_the_recital_says_the_floor_that_this_very_contract_has(
    town: Town, consulted_on: str, says: str, never: str
) -> None:
    jurist = town.someone(Role.LEGAL)
    place = a_contract(jurist, town, consulted_on=consulted_on)
    said = words_of(town, issued(town, jurist, draft(jurist, place)))
    recitals = said.partition("Considérant ce qui suit")[2].partition("Il est convenu")[0]
    assert says in recitals
    assert never not in recitals
    assert "[à valider par le service juridique]" in recitals or not consulted_on
    assert "L3131-2" not in said.partition("Il est convenu ce qui suit.")[2]


@pytest.mark.database
@pytest.mark.usefixtures("_as_page")
def test_what_older_concessions_owe_is_told_as_text_where_the_text_says_it_and_as_a_reading_elsewhere(
    town: Town,
) -> None:
    jurist, told = town.someone(Role.LEGAL), {}
    for consulted_on in ("2016-10-08", "2016-10-09", ""):
        place = a_contract(jurist, town, consulted_on=consulted_on)
        made = issued(town, jurist, draft(jurist, place), "draft-amendment-note")
        note = words_of(town, made).partition("elle ne se transmet pas")[2]
        told[consulted_on] = {
            kind: note.partition(f". {load_clause_texts()[kind].title} Pourquoi.")[2].partition("Article ")[0]
            for kind in ("supply", "use-and-reuse")
        }
    older, newer, unsaid = told.values()
    limit = "le second alinéa de l’article L3131-2 limite alors la transmission à la préparation du renouvellement"
    assert f"{limit}." in older["supply"]
    assert f"{limit}, et ne dit rien de l’article L3131-4" in older["use-and-reuse"]
    assert "est une lecture : à valider par le service juridique" in older["use-and-reuse"]
    assert "pour préparer le renouvellement seulement" not in older["use-and-reuse"], "No text says so."
    assert not any("limite" in words or "lecture" in words for words in newer.values())
    assert all("dépend du jour où la consultation" in words for words in unsaid.values())


@pytest.mark.database
@pytest.mark.usefixtures("_as_page")
def test_what_somebody_wrote_takes_the_place_of_our_text_and_a_clause_that_is_replaced_says_which(town: Town) -> None:
    jurist = town.someone(Role.LEGAL)
    place = a_contract(jurist, town)
    kept(add(jurist, place, "audit", article="art. 31"))
    (clause,) = on(jurist, place)["in_force"]
    amendment = amend(jurist, place, 1, progress="asked")
    stipulated = jurist.api(
        "POST", f"/api/v1/clauses/{clause['clause']['id']}/stipulations",
        json={"amendment_id": amendment, "act": "replaces", "text": "Contrôle deux fois l’an.\nSur place."},
    )  # fmt: skip
    assert stipulated.status_code == 201, stipulated.text
    said = words_of(town, issued(town, jurist, amendment))
    assert "remplacée par le texte ci-dessous : Contrat, art. 31." in said
    assert "1.1. Contrôle deux fois l’an. 1.2. Sur place." in said


@pytest.mark.database
def test_a_draft_names_no_dataset_that_who_reads_the_contract_may_not_read(town: Town) -> None:
    jurist, day = town.someone(Role.LEGAL), town.info["today"]()
    place = a_contract(jurist, town)
    tied(jurist, town, place, "Réseau d’eau")
    made = draft(jurist, place)

    def said() -> str:
        with town.acting() as session:
            return str(gather(session, Subject("amendment", made), Moment(day, day, day, until=None)).values)

    assert "« Réseau d’eau »" in said()
    with town.as_owner() as session:
        moved = {"body": town.other_commune_id, "contract": int(place.rpartition("/")[2])}
        for table, column in (("contract", "id"), ("amendment", "contract_id")):
            session.connection().exec_driver_sql(
                f"UPDATE {table} SET organisation_id = %(body)s WHERE {column} = %(contract)s", moved
            )
    assert "Réseau d’eau" not in said()
    assert "[à compléter : titre du jeu de données]" in said()


@pytest.mark.database
def test_a_draft_is_not_issued_of_what_is_signed_or_says_nothing(town: Town) -> None:
    jurist = town.someone(Role.LEGAL)
    place = a_contract(jurist, town)
    nothing = amend(jurist, place, 1, progress="asked")
    assert "Émettre le projet" not in jurist.get(f"/contrats/avenants/{nothing}").text
    made = draft(jurist, place, object="Données")
    assert "Émettre le projet" in jurist.get(f"/contrats/avenants/{made}").text
    version = jurist.api("GET", f"/api/v1/amendments/{made}").json()["version"]
    signed = jurist.api(
        "PATCH", f"/api/v1/amendments/{made}",
        json={"progress": None, "signed_on": date(2026, 2, 3).isoformat()}, headers={"If-Match": f'"{version}"'},
    )  # fmt: skip
    assert signed.status_code == 200, signed.text
    assert "Émettre le projet" not in jurist.get(f"/contrats/avenants/{made}").text
    figure = coverage(jurist, place)["coverage"]
    assert 0 < figure["present"] < figure["due"], "Nobody noted yet what was agreed: an amount, days, countries."
    assert "absente" not in text_of(jurist, f"{place}/couverture").partition("<table")[0]


@pytest.mark.database
@pytest.mark.usefixtures("_as_page")
def test_from_the_draft_signed_to_what_it_says_the_finding_turns_green_and_its_history_tells_it(town: Town) -> None:
    jurist = town.someone(Role.LEGAL)
    place = a_contract(jurist, town)
    contract = int(place.rsplit("/", 1)[1])

    def told() -> list[str]:
        with town.acting() as session:
            return [str(one.verdict) for one in find_history(session, SubjectKind.CONTRACT, contract, "DSP-23")]

    lacking = told()
    made = draft(jurist, place)
    issued(town, jurist, made)
    assert told() == lacking, "What is only asked for changes no verdict."
    version = jurist.api("GET", f"/api/v1/amendments/{made}").json()["version"]
    form = {
        "version": str(version),
        "number": "1",
        "object": "Clauses relatives aux données",
        "progress": "asked",
        "signed_on": "2026-02-03",
    }
    signed = jurist.post(f"/contrats/avenants/{made}/modifier", form)
    assert signed.status_code == 303, signed.text

    assert told() == ["to-complete", "non-compliant"], "Signed, and nobody noted yet how often the data are controlled."
    cells = coverage(jurist, place)["cells"]
    (said,) = (one["stipulation_id"] for one in cells if one["kind"] == "audit")
    row = jurist.api("GET", f"/api/v1/stipulations/{said}")
    noted = jurist.api(
        "PATCH", f"/api/v1/stipulations/{said}", json={"terms": {"frequency": "ANNUAL"}},
        headers={"If-Match": row.headers["ETag"]},
    )  # fmt: skip
    assert noted.status_code == 200, noted.text

    assert told() == ["compliant", "to-complete", "non-compliant"]
    (now,) = jurist.api(
        "GET", f"/api/v1/findings?subject_kind=contract&subject_id={contract}&policy_id=DSP-23"
    ).json()["findings"]  # fmt: skip
    assert now["verdict"] == "compliant"
    assert lacking == ["non-compliant"]
