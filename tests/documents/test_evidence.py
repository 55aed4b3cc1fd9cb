"""Evidence, from the form to the file and back: who keeps it, who reads it, what it proves and until when."""

from datetime import timedelta
from typing import Any

import pytest
from httpx import Response

from registry.kernel.permissions import Role
from tests.conftest import TODAY, Someone, Town
from tests.pages import faster

pytestmark = pytest.mark.database

PDF = b"%PDF-1.7\nune preuve\n%%EOF\n"


def give(
    who: Someone, *, to: int | None = None, content: bytes = PDF, name: str = "preuve.pdf", **more: Any
) -> Response:  # fmt: skip
    """Sends the form of a new piece of evidence on a dataset's sheet, as a browser does."""
    about = {"subject_kind": "dataset", "subject_id": str(to)} if to is not None else {}
    form = {"kind": "certificate", "title": "Certificat de l’hébergeur", **about, **more}
    return who.post("/preuves/nouvelle", form, files={"file": (name, content, "application/pdf")})


def test_evidence_given_on_a_sheet_is_shown_there_and_in_the_list_with_its_expiry(town: Town):
    steward, number = town.someone(Role.STEWARD), town.record()
    until = (TODAY + timedelta(days=30)).isoformat()

    answer = give(steward, to=number, expires_on=until, issued_by="Organisme certificateur", proves="Hébergé en France")

    assert answer.status_code == 303, answer.text
    sheet = steward.get(f"/jeux/{number}").text
    assert "Certificat de l’hébergeur" in sheet
    assert "Hébergé en France" in sheet
    assert "Expire bientôt" in sheet
    assert "Bornes de recharge" in steward.get(answer.headers["location"]).text
    assert "Certificat de l’hébergeur" in steward.get("/preuves?validite=soon").text
    assert "Certificat de l’hébergeur" not in steward.get("/preuves?validite=expired").text


def test_a_file_comes_back_byte_for_byte_as_an_attachment_that_no_browser_opens(town: Town):
    steward, number = town.someone(Role.STEWARD), town.record()
    give(steward, to=number, name="../../mauvais nom.exe", title="Délibération n° 12")
    page = steward.api("GET", "/api/v1/evidence").json()["evidence"][0]
    edition = steward.api("GET", f"/api/v1/evidence/{page['id']}").json()["editions"][0]

    answer = steward.get(f"/preuves/{page['id']}/fichiers/{edition['id']}")

    assert answer.content == PDF
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["content-disposition"] == 'attachment; filename="deliberation-n-12.pdf"'
    assert answer.headers["x-content-type-options"] == "nosniff"


WRONG: tuple[tuple[dict[str, Any], str], ...] = (
    ({"content": b""}, "Ce fichier est vide"),
    ({"content": b"MZ\x90\x00\x03\x00\x00\x00"}, "Ce fichier est un programme"),
    ({"title": "  "}, "Ce champ est nécessaire"),
    ({"kind": "autre-chose"}, "Choisissez une valeur de la liste"),
    ({"issued_on": "2026-11-01", "expires_on": "2026-10-31"}, "expirerait avant d’être établie"),
    ({"issued_on": "2199-11-25"}, "Cette date est à venir"),
    ({"expires_on": "2026-02-30"}, "Donnez une date qui existe"),
    ({"expires_on": "9999-01-01"}, "Cette année n’est pas possible"),
)


def test_what_is_wrong_is_said_what_was_typed_is_given_back_and_nothing_is_kept(town: Town):
    steward, number = town.someone(Role.STEWARD), town.record()

    for wrong, told in WRONG:
        answer = give(steward, **{"to": number, "proves": "Ma phrase tapée", **wrong})

        assert answer.status_code == 422, wrong
        assert told in answer.text
        assert "Ma phrase tapée" in answer.text
    assert steward.api("GET", "/api/v1/evidence").json()["total"] == 0
    assert town.home.files.every() == []


def test_a_form_without_a_file_asks_for_one(town: Town):
    steward, number = town.someone(Role.STEWARD), town.record()
    form = {"kind": "audit", "title": "Audit", "subject_kind": "dataset", "subject_id": str(number)}

    answer = steward.post("/preuves/nouvelle", form, files={"file": ("", b"", "application/octet-stream")})

    assert answer.status_code == 422
    assert "Choisissez le fichier de la preuve" in answer.text


def test_a_file_past_the_limit_is_refused_in_a_sentence(town: Town):
    steward, number = town.someone(Role.STEWARD), town.record()

    answer = give(steward, to=number, content=b"%PDF-" + b"0" * (25 * 2**20))

    assert answer.status_code == 413
    assert "25 Mio" in answer.text


def test_the_same_bytes_are_offered_as_they_stand_and_kept_twice_only_if_asked(town: Town):
    steward, number, other = town.someone(Role.STEWARD), town.record(), town.record("Arbres")
    give(steward, to=number)
    known = steward.api("GET", "/api/v1/evidence").json()["evidence"][0]["id"]

    answer = give(steward, to=other, title="Le même sous un autre nom", proves="Aussi pour les arbres")

    assert answer.status_code == 409
    assert "déjà au registre" in answer.text
    assert "Certificat de l’hébergeur" in answer.text
    linked = steward.post(
        "/preuves/relier",
        {"evidence_id": str(known), "subject_kind": "dataset", "subject_id": str(other), "proves": "Aussi"},
    )
    assert linked.headers["location"].startswith(f"/jeux/{other}")
    assert "Certificat de l’hébergeur" in steward.get(f"/jeux/{other}").text
    assert give(steward, to=other, title="Le même", same_content="true").status_code == 303
    assert len(town.home.files.every()) == 1


def test_a_new_edition_holds_and_the_earlier_one_stays_with_its_file(town: Town):
    steward, number = town.someone(Role.STEWARD), town.record()
    past = (TODAY - timedelta(days=1)).isoformat()
    place = give(steward, to=number, expires_on=past).headers["location"].partition("?")[0]
    assert "Périmée" in steward.get(f"/jeux/{number}").text

    answer = steward.post(
        f"{place}/edition", {"version": "1", "issued_by": "Nouvel organisme"},
        files={"file": ("b.pdf", PDF + b"2", "application/pdf")},
    )  # fmt: skip

    assert answer.status_code == 303, answer.text
    page = steward.get(place).text
    assert page.index("Édition 2") < page.index("Édition 1")
    assert "Nouvel organisme" in page
    assert "Périmée" not in steward.get(f"/jeux/{number}").text
    editions = steward.api("GET", f"/api/v1{place.replace('preuves', 'evidence')}").json()["editions"]
    assert [steward.get(f"{place}/fichiers/{one['id']}").content for one in editions] == [PDF + b"2", PDF]


def test_an_edition_given_on_a_page_that_somebody_else_overtook_is_not_lost_in_silence(town: Town):
    steward, number = town.someone(Role.STEWARD), town.record()
    place = give(steward, to=number).headers["location"].partition("?")[0]
    steward.post(f"{place}/modifier", {"version": "1", "title": "Autre titre", "kind": "audit"})

    answer = steward.post(f"{place}/edition", {"version": "1"}, files={"file": ("b.pdf", PDF + b"2", "x/y")})

    assert answer.status_code == 409
    assert "modifiée entre-temps" in answer.text


def test_annulled_evidence_leaves_the_sheets_and_comes_back_with_a_reason(town: Town):
    steward, number = town.someone(Role.STEWARD), town.record()
    place = give(steward, to=number).headers["location"].partition("?")[0]

    assert steward.post(f"{place}/annuler", {"version": "1", "reason": " "}).status_code == 422
    faster(steward, f"{place}/annuler", "Mauvaise pièce")
    assert "Certificat de l’hébergeur" not in steward.get(f"/jeux/{number}").text
    assert "Certificat de l’hébergeur" in steward.get("/preuves?annulees=true").text
    assert steward.post(f"{place}/annuler", {"version": "2", "reason": "C’était la bonne"}).status_code == 303
    assert "Certificat de l’hébergeur" in steward.get(f"/jeux/{number}").text


def test_evidence_is_linked_by_the_address_of_a_sheet_and_unlinked_with_a_reason(town: Town):
    steward, number, other = town.someone(Role.STEWARD), town.record(), town.record("Arbres")
    place = give(steward, to=number).headers["location"].partition("?")[0]

    wrong = steward.post(f"{place}/relier", {"sheet": "/ailleurs/3", "proves": "Ma phrase"})
    linked = steward.post(f"{place}/relier", {"sheet": f"https://registre.fr/jeux/{other}/historique"})
    again = steward.post(f"{place}/relier", {"sheet": f"/jeux/{other}"})

    assert (wrong.status_code, linked.status_code, again.status_code) == (422, 303, 409)
    assert "Aucune fiche à cette adresse" in wrong.text
    assert "Ma phrase" in wrong.text
    assert "déjà reliée" in again.text
    links = steward.api("GET", f"/api/v1{place.replace('preuves', 'evidence')}").json()["links"]
    link = next(one["id"] for one in links if one["subject_id"] == other)
    taken = steward.post(f"/preuves/liens/{link}/retirer", {"reason": "Elle ne parle pas des arbres"})
    assert taken.headers["location"].startswith(f"/jeux/{other}")
    assert "Certificat de l’hébergeur" not in steward.get(f"/jeux/{other}").text


def test_who_reads_a_sheet_reads_what_proves_it_and_nobody_else_does(town: Town):
    """The authority keeps a certificate that serves a commune's sheet: the commune reads it, its neighbour does not."""
    above, number = town.someone(Role.STEWARD), town.record("Sites", on=town.commune_id)
    place = give(above, to=town.record(), title="Certificat commun").headers["location"].partition("?")[0]
    above.post(f"{place}/relier", {"sheet": f"/jeux/{number}", "proves": "Pour la commune"})
    reader = town.someone(Role.READER, town.commune_id)
    neighbour = town.someone(Role.STEWARD, town.other_commune_id)

    page = reader.get(place)

    assert page.status_code == 200
    assert "Pour la commune" in page.text
    assert "Bornes de recharge" not in page.text
    assert "Certificat commun" in reader.get(f"/jeux/{number}").text
    assert "Certificat commun" in reader.get("/preuves").text
    edition = reader.api("GET", f"/api/v1{place.replace('preuves', 'evidence')}").json()["editions"][0]["id"]
    assert reader.get(f"{place}/fichiers/{edition}").content == PDF
    assert reader.post(f"{place}/annuler", {"version": "1", "reason": "Pour voir"}).status_code == 403
    assert neighbour.get(place).status_code == 404
    assert neighbour.get(f"{place}/fichiers/{edition}").status_code == 404
    assert "Certificat commun" not in neighbour.get("/preuves").text


def test_evidence_linked_to_nothing_is_read_by_those_who_keep_it(town: Town):
    steward, reader = town.someone(Role.STEWARD), town.someone(Role.READER)

    place = give(steward, organisation_id=str(town.authority_id)).headers["location"].partition("?")[0]

    assert "reliée à aucune fiche" in steward.get(place).text
    assert reader.get(place).status_code == 404
    assert "Certificat de l’hébergeur" not in reader.get("/preuves").text


def test_a_reader_gives_no_evidence(town: Town):
    reader, number = town.someone(Role.READER), town.record()

    assert give(reader, to=number).status_code == 403
    assert "Joindre une preuve" not in reader.get(f"/jeux/{number}").text


def test_a_program_keeps_a_file_and_hears_what_is_wrong_by_field(town: Town):
    steward, number = town.someone(Role.STEWARD), town.record()
    form = {"kind": "audit", "title": "Audit", "subject_kind": "dataset", "subject_id": str(number)}

    kept = steward.api("POST", "/api/v1/evidence", data=form, files={"file": ("a.pdf", PDF)})
    wrong = steward.api("POST", "/api/v1/evidence", data=form, files={"file": ("a.pdf", b"\x7fELF")})
    same = steward.api("POST", "/api/v1/evidence", data=form, files={"file": ("b.pdf", PDF)})

    assert kept.status_code == 201, kept.text
    assert kept.json()["links"][0]["subject_id"] == number
    assert kept.json()["editions"][0]["media_type"] == "application/pdf"
    assert wrong.status_code == 422
    assert wrong.json()["errors"][0]["path"] == "file"
    assert same.status_code == 409


def test_a_document_that_proves_anonymity_serves_the_policy_until_it_expires(town: Town):
    steward = town.someone(Role.STEWARD)
    number = town.record(
        personal_data="anonymised", access_rights="public",
        distributions=[{"access_url": "https://a.invalid/a.csv"}],
    )  # fmt: skip
    before = verdict_of(steward, number)

    place = give(steward, to=number, kind="anonymisation-proof").headers["location"].partition("?")[0]

    assert (before, verdict_of(steward, number)) == ("to-complete", "compliant")
    past = (TODAY - timedelta(days=1)).isoformat()
    steward.post(f"{place}/annuler", {"version": "1", "reason": "Méthode réfutée"})
    assert verdict_of(steward, number) == "to-complete"
    give(steward, to=number, kind="anonymisation-proof", expires_on=past, same_content="true")
    assert verdict_of(steward, number) == "to-complete"


def test_a_sheet_is_asked_for_new_evidence_once_the_first_of_its_documents_expires(town: Town):
    steward, number = town.someone(Role.STEWARD), town.record()
    days = {gap: (town.info["today"]() + timedelta(days=gap)).isoformat() for gap in (-1, 0, 30)}
    seen = [verdict_of(steward, number, "CDV-08")]
    give(steward, to=number)
    seen.append(verdict_of(steward, number, "CDV-08"))
    give(steward, to=number, content=PDF + b"2", expires_on=days[30])
    seen.append(verdict_of(steward, number, "CDV-08"))
    place = give(steward, to=number, content=PDF + b"3", expires_on=days[-1]).headers["location"].partition("?")[0]
    seen.append(verdict_of(steward, number, "CDV-08"))
    files = {"file": ("b.pdf", PDF + b"4", "application/pdf")}
    assert steward.post(f"{place}/edition", {"version": "1", "expires_on": days[0]}, files=files).status_code == 303
    seen.append(verdict_of(steward, number, "CDV-08"))

    assert seen == ["not-applicable", "not-applicable", "compliant", "non-compliant", "compliant"]


def verdict_of(who: Someone, number: int, policy: str = "OD-02") -> str:
    """What a policy says of a sheet."""
    found = who.api("GET", f"/api/v1/datasets/{number}").json()["findings"]
    return next(str(one["verdict"]) for one in found if one["policy_id"] == policy)
