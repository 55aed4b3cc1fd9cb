"""Deliveries as a steward and a jurist see them: what is due, what came, what lateness costs, what the law says."""

import re
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from httpx import Response

from registry.compliance.vocabulary import SubjectKind
from registry.contracts.depots.forms import DepotForm
from registry.contracts.depots.service import make_operator_link, revoke_operator_link
from registry.contracts.models import ContractParty
from registry.contracts.vocabulary import PartySide
from registry.kernel.permissions import Role
from tests.conftest import Someone, Town
from tests.contracts.test_clause_pages import a_contract, add, kept
from tests.contracts.test_contract_facts import number_of, verdicts
from tests.contracts.test_contracts import operator_of
from tests.pages import fields_of as form_of

pytestmark = pytest.mark.database
ONE = timedelta(days=1)
TABLE = b"point;volume\n1;12\n"
PROGRAM = b"\x7fELF\x02\x01\x01" + b"\x00" * 64


def deliver(who: Someone, place: str, **more: str) -> str:
    """Notes a delivery by its form; the address of its sheet."""
    answer = who.post(f"{place}/livraisons/nouvelle", {"kind": "data", **more})
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"]).partition("?")[0]


def bring(who: Someone, sheet: str, content: bytes = TABLE, name: str = "volumes.csv", **more: str) -> Response:
    """Sends a file as a browser does."""
    form = form_of(who.get(f"{sheet}/recevoir"))
    return who.post(f"{sheet}/recevoir", {**form, **more}, files={"file": (name, content)})


def receipt_of(who: Someone, sheet: str) -> Any:
    """The last receipt of a delivery, by the API."""
    return who.api("GET", f"/api/v1/deliveries/{number_of(sheet)}").json()["receipts"][-1]


def answer(who: Someone, sheet: str, act: str, **more: str) -> Response:
    receipt = receipt_of(who, sheet)
    form = {"version": str(receipt["version"])}
    if act == "refuser":
        form = form_of(who.get(f"/livraisons/receptions/{receipt['id']}/refuser"))
    return who.post(f"/livraisons/receptions/{receipt['id']}/{act}", form | more)


START = {"terms-penalty_start": "due-day"}


def test_a_file_in_which_people_are_seen_is_accepted_for_a_reason_and_never_in_one_key(town: Town) -> None:
    jurist, steward = town.someone(Role.LEGAL), town.someone(Role.STEWARD)
    sheet = deliver(steward, a_contract(jurist, town), due_on=town.info["today"]().isoformat())
    people = "Nom;Tél;Courriel\n" + "\n".join(
        f"MARTIN{n};06 12 34 56 {n:02d};martin{n}@exemple.fr" for n in range(20)
    )  # fmt: skip
    kept(bring(steward, sheet, people.encode(), "abonnes.csv"))
    accepting = f"/livraisons/receptions/{receipt_of(steward, sheet)['id']}/accepter"

    page = steward.get(sheet).text
    assert f'action="{accepting}"' not in page, "no button accepts at once"
    assert f'href="{accepting}"' in page
    assert "de quoi regarder avant d’accepter\N{NO-BREAK SPACE}: Données personnelles" in steward.get(accepting).text
    refused = answer(steward, sheet, "accepter")
    assert refused.status_code == 422
    assert "Dites pourquoi vous acceptez" in refused.text
    kept(answer(steward, sheet, "accepter", reason="Le fichier des abonnés était demandé, et il est gardé à part"))
    assert "Motif\N{NO-BREAK SPACE}: Le fichier des abonnés était demandé" in steward.get(sheet).text


def test_an_operator_delivers_late_and_the_penalty_is_right_to_the_cent(town: Town) -> None:
    jurist, steward = town.someone(Role.LEGAL), town.someone(Role.STEWARD)
    today, place = town.info["today"](), a_contract(jurist, town)
    kept(add(jurist, place, "penalties", article="art. 14.2", **START, **{"terms-euros_per_day": "150,35"}))
    sheet = deliver(steward, place, due_on=(today - 13 * ONE).isoformat(), indispensable="true")

    kept(bring(steward, sheet, received_on=(today - ONE).isoformat()))
    waiting = steward.get(sheet).text
    kept(answer(steward, sheet, "accepter"))
    page = steward.get(sheet).text

    assert "elle aurait 12 jours de retard si vous l’acceptez" in waiting
    assert "12 jours × 150,35" in page
    assert "1\u202f804,20" in page
    assert "Contrat, art. 14.2" in page
    assert "à valider par le service juridique" in page
    assert steward.get(f"{sheet}/penalite").status_code == 403
    form = form_of(jurist.get(f"{sheet}/penalite"))
    kept(jurist.post(f"{sheet}/penalite", form | {"penalty": "applied", "penalty_reason": "Courrier resté sans suite"}))
    again = jurist.post(f"{sheet}/penalite", form | {"penalty": "applied", "penalty_reason": "Courrier"})
    assert again.status_code == 409
    assert "modifiée entre-temps" in again.text
    told = jurist.api("GET", f"/api/v1/deliveries/{number_of(sheet)}").json()
    assert (told["days_late"], told["penalty_due_cents"], told["penalty_cents"]) == (12, 180_420, 180_420)
    assert "Pénalité appliquée le" in steward.get(sheet).text


def test_the_rules_judge_a_delivery_as_it_comes_is_refused_and_comes_again(town: Town) -> None:
    jurist, steward = town.someone(Role.LEGAL), town.someone(Role.STEWARD)
    today, place = town.info["today"](), a_contract(jurist, town)
    sheet = deliver(steward, place, due_on=today.isoformat(), indispensable="true", label="Volumes")
    number = number_of(sheet)

    kept(bring(steward, sheet, b"%PDF-1.7 volumes", "volumes.pdf"))
    kept(answer(steward, sheet, "refuser", reasons="Un PDF ne se traite pas", correct_by=""))
    kept(bring(steward, sheet))
    kept(answer(steward, sheet, "accepter"))

    assert verdicts(town, SubjectKind.DELIVERY, number, "DSP-04") == [
        "to-complete", "compliant", "to-complete", "compliant",
    ]  # fmt: skip
    assert verdicts(town, SubjectKind.DELIVERY, number, "DSP-02")[-3:] == [
        "non-compliant", "not-applicable", "compliant",
    ]  # fmt: skip
    page = steward.get(sheet).text
    assert "DSP-02" in page
    assert "Un PDF ne se traite pas" in page


def test_a_document_anyone_may_read_waits_for_its_notice(town: Town) -> None:
    jurist, steward = town.someone(Role.LEGAL), town.someone(Role.STEWARD)
    today, place = town.info["today"](), a_contract(jurist, town)
    sheet = deliver(steward, place, kind="operating-document", label="Règlement du service", secret="false")
    kept(bring(steward, sheet, received_on=(today - 20 * ONE).isoformat()))
    assert verdicts(town, SubjectKind.DELIVERY, number_of(sheet), "DSP-34")[-1] == "non-compliant"

    form = form_of(steward.get(f"{sheet}/modifier"))
    told = {"public_available_on": (today - 10 * ONE).isoformat(), "public_notice_posted": "true"}
    kept(steward.post(f"{sheet}/modifier", form | told))

    assert verdicts(town, SubjectKind.DELIVERY, number_of(sheet), "DSP-34")[-1] == "compliant"


def test_the_calendar_of_a_contract_shows_what_is_near_and_what_is_far(town: Town) -> None:
    jurist, steward = town.someone(Role.LEGAL), town.someone(Role.STEWARD)
    today, place = town.info["today"](), a_contract(jurist, town)
    first = today - 400 * ONE
    kept(add(jurist, place, "schedule", **{"terms-frequency": "WEEKLY", "terms-first_due_on": first.isoformat()}))

    page, later = (
        steward.get(f"{place}/livraisons").text,
        steward.get(f"{place}/livraisons?annee={today.year + 1}").text,
    )
    assert "Attendue" in page + later
    assert "À venir" in later
    assert "Passée, rien de noté" in page
    due = (today - 15 * ONE) if (today - first).days % 7 == 1 else today - ((today - first).days % 7 + 7) * ONE
    clause = jurist.api("GET", f"/api/v1/contracts/{number_of(place)}/clauses").json()["in_force"][0]["clause"]["id"]
    form = form_of(steward.get(f"{place}/livraisons/nouvelle?clause={clause}&jeu=&echeance={due.isoformat()}"))
    sheet = steward.post(f"{place}/livraisons/nouvelle", form).headers["location"].partition("?")[0]
    assert "En retard" in steward.get(sheet).text
    where = f"/api/v1/contracts/{number_of(place)}/delivery-calendar"
    calendar = steward.api("GET", where).json()["dues"]
    assert {"clause_id": clause, "dataset_id": None, "due_on": due.isoformat()} in calendar
    wrong = steward.api(
        "GET", f"/api/v1/contracts/{number_of(place)}/delivery-calendar?first=2026-01-01&last=2025-01-01"
    )
    assert wrong.status_code == 422


def test_a_calendar_of_too_many_days_is_bounded_in_a_sentence(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    jurist = town.someone(Role.LEGAL)
    today, place = town.info["today"](), a_contract(jurist, town)
    first = today - 400 * ONE
    kept(add(jurist, place, "schedule", **{"terms-frequency": "WEEKLY", "terms-first_due_on": first.isoformat()}))
    where = f"/api/v1/contracts/{number_of(place)}/delivery-calendar?first={first}&last={first + 99 * ONE}"
    monkeypatch.setattr("registry.contracts.deliveries.api.MOST_DUES", 15)
    monkeypatch.setattr("registry.contracts.deliveries.routes.MOST_SHOWN", 15)

    assert len(jurist.api("GET", where).json()["dues"]) == 15
    monkeypatch.setattr("registry.contracts.deliveries.api.MOST_DUES", 14)
    beyond = jurist.api("GET", where)
    assert (beyond.status_code, "demandez une période plus courte" in beyond.text) == (422, True)
    page = jurist.get(f"{place}/livraisons").text
    assert "ne montre que celles qui sont inscrites" in page
    assert "Passée, rien de noté" not in page


def test_a_schedule_that_gives_no_day_says_why(town: Town) -> None:
    jurist = town.someone(Role.LEGAL)
    place = a_contract(jurist, town)
    assert "n’a pas de calendrier relevé" in jurist.get(f"{place}/livraisons").text
    kept(add(jurist, place, "schedule", **{"terms-frequency": "CONT"}))

    assert "« En continu » ne donne pas de jours" in jurist.get(f"{place}/livraisons").text


def test_the_list_puts_first_what_waits_then_what_is_late_and_is_read_page_by_page(town: Town) -> None:
    jurist, steward = town.someone(Role.LEGAL), town.someone(Role.STEWARD)
    today, place = town.info["today"](), a_contract(jurist, town)
    days = {"Attendue": today + 9 * ONE, "Tardive": today - 9 * ONE, "Reçue hier": today + 20 * ONE}
    sheets = {name: deliver(steward, place, label=name, due_on=day.isoformat()) for name, day in days.items()}
    kept(bring(steward, sheets["Reçue hier"]))

    page = steward.get("/livraisons").text
    places = [page.index(f">{name}</a>") for name in ("Reçue hier", "Tardive", "Attendue")]

    assert places == sorted(places)
    assert "Tardive" in steward.get("/livraisons?etat=late").text
    assert "Attendue</a>" not in steward.get("/livraisons?etat=late").text
    found: list[int] = []
    cursor = ""
    while cursor is not None:
        said = steward.api("GET", f"/api/v1/deliveries?limit=1{cursor}").json()
        found += [one["id"] for one in said["deliveries"]]
        cursor = f"&cursor={said['next']}" if said["next"] else None
    assert found == [number_of(sheets[name]) for name in ("Reçue hier", "Tardive", "Attendue")]


def test_a_file_is_kept_byte_for_byte_and_told_by_its_bytes(town: Town) -> None:
    steward, jurist = town.someone(Role.STEWARD), town.someone(Role.LEGAL)
    sheet = deliver(steward, a_contract(jurist, town), label="Réseau")
    content = b'{"type": "FeatureCollection", "features": []}'

    kept(bring(steward, sheet, content, "reseau.csv"))

    receipt = receipt_of(steward, sheet)
    assert (receipt["file_type"], receipt["open_standard"], receipt["machine_readable"]) == ("GEOJSON", True, True)
    back = steward.get(f"/livraisons/receptions/{receipt['id']}/fichier")
    assert back.content == content
    assert back.headers["content-disposition"].startswith("attachment")
    by_api = steward.api("GET", f"/api/v1/delivery-receipts/{receipt['id']}/file")
    assert by_api.content == content


def test_a_blank_file_is_received_and_told_to_be_blank(town: Town) -> None:
    steward, jurist = town.someone(Role.STEWARD), town.someone(Role.LEGAL)
    sheet = deliver(steward, a_contract(jurist, town), label="Volumes")

    kept(bring(steward, sheet, b" \n\n", "volumes.csv"))

    receipt = receipt_of(steward, sheet)
    assert (receipt["file_type"], receipt["machine_readable"]) == ("TXT", False)
    assert "vide" in steward.get(sheet).text


@pytest.mark.parametrize(
    ("content", "name", "sentence"),
    [
        (b"", "vide.csv", "Ce fichier est vide"),
        (PROGRAM, "volumes.csv", "Ce fichier est un programme"),
        (b"PK\x03\x04 cass\xc3\xa9", "volumes.xlsx", "Ce fichier est abîmé"),
    ],
    ids=["empty", "program", "damaged"],
)
def test_a_file_that_is_not_what_it_says_is_refused_and_nothing_is_noted(
    town: Town, content: bytes, name: str, sentence: str
) -> None:
    steward, jurist = town.someone(Role.STEWARD), town.someone(Role.LEGAL)
    sheet = deliver(steward, a_contract(jurist, town), label="Volumes")

    refused = bring(steward, sheet, content, name)

    assert refused.status_code == 422
    assert sentence in refused.text
    assert "Rien n’est encore arrivé" in steward.get(sheet).text


def test_what_cannot_have_come_is_refused_in_a_sentence(town: Town) -> None:
    steward, jurist = town.someone(Role.STEWARD), town.someone(Role.LEGAL)
    today = town.info["today"]()
    sheet = deliver(steward, a_contract(jurist, town), label="Volumes")

    for day, sentence in (
        ((today + ONE).isoformat(), "Ce jour est à venir"),
        ("2019-05-06", "Rien ne se livre avant le contrat"),
    ):
        refused = bring(steward, sheet, received_on=day)
        assert refused.status_code == 422
        assert sentence in refused.text
        assert "Choisissez de nouveau le fichier" in refused.text
    nothing = steward.post(f"{sheet}/recevoir", form_of(steward.get(f"{sheet}/recevoir")), files={"autre": ("", b"")})
    assert nothing.status_code == 422
    assert "Choisissez le fichier" in nothing.text


def test_of_two_who_answer_at_once_the_second_is_told(town: Town) -> None:
    steward, jurist = town.someone(Role.STEWARD), town.someone(Role.LEGAL)
    sheet = deliver(steward, a_contract(jurist, town), label="Volumes")
    kept(bring(steward, sheet))
    receipt = receipt_of(steward, sheet)
    form = form_of(jurist.get(f"/livraisons/receptions/{receipt['id']}/refuser"))
    kept(answer(steward, sheet, "accepter"))

    late = jurist.post(f"/livraisons/receptions/{receipt['id']}/refuser", form | {"reasons": "Colonne absente"})

    assert late.status_code == 409
    assert "répondu à cette réception entre-temps" in late.text
    assert receipt_of(steward, sheet)["answer"] == "accepted"
    stale = jurist.api(
        "POST", f"/api/v1/delivery-receipts/{receipt['id']}/refusal", json={"reasons": "Colonne absente"},
        headers={"If-Match": f'"{receipt["version"]}"'},
    )  # fmt: skip
    assert stale.status_code == 412


def test_an_answer_that_changes_asks_why_and_the_former_one_stays_on_the_page(town: Town) -> None:
    steward, jurist = town.someone(Role.STEWARD), town.someone(Role.LEGAL)
    sheet = deliver(steward, a_contract(jurist, town), label="Volumes")
    kept(bring(steward, sheet))
    kept(answer(steward, sheet, "refuser", reasons="La colonne des secteurs manque."))
    before = steward.get(sheet).text
    form = form_of(jurist.get(f"/livraisons/receptions/{receipt_of(jurist, sheet)['id']}/accepter"))

    silent = answer(jurist, sheet, "accepter", **form)

    assert (silent.status_code, "dites pourquoi elle change" in silent.text) == (422, True)
    assert receipt_of(jurist, sheet)["answer"] == "refused"
    assert "Réponse d’avant" not in before
    kept(answer(jurist, sheet, "accepter", **(form | {"reason": "La colonne était dans l’autre fichier."})))
    page = steward.get(sheet).text.replace("\xa0", " ")
    assert "Réponse changée : La colonne était dans l’autre fichier." in page
    who = f"par {Role.STEWARD.label} — Communauté urbaine d’essai"
    assert re.search(rf"Réponse d’avant : Refusée le [^,]+, {who} : La colonne des secteurs manque\.", page), page
    mute = jurist.api(
        "POST", f"/api/v1/delivery-receipts/{receipt_of(jurist, sheet)['id']}/refusal", json={"reasons": "Vide"},
        headers={"If-Match": f'"{receipt_of(jurist, sheet)["version"]}"'},
    )  # fmt: skip
    assert (mute.status_code, "dites pourquoi elle change" in mute.text) == (422, True)


def test_a_second_reception_is_accepted_only_once_it_is_told_to_count_in_the_place_of_the_first(town: Town) -> None:
    steward, jurist = town.someone(Role.STEWARD), town.someone(Role.LEGAL)
    sheet = deliver(steward, a_contract(jurist, town), label="Volumes", indispensable="true")
    kept(bring(steward, sheet, b"%PDF-1.7 volumes", "volumes.pdf"))
    first = receipt_of(steward, sheet)
    kept(bring(steward, sheet))
    kept(steward.post(f"/livraisons/receptions/{first['id']}/accepter", {"version": str(first["version"])}))
    second = receipt_of(steward, sheet)
    page = steward.get(sheet).text
    assert f'action="/livraisons/receptions/{second["id"]}/accepter"' not in page, "Not at once: it asks why."
    assert f'href="/livraisons/receptions/{second["id"]}/accepter"' in page

    asked = steward.get(f"/livraisons/receptions/{second['id']}/accepter")
    silent = answer(steward, sheet, "accepter")

    assert "La réception n° 1, arrivée le" in unescape(asked.text).replace("\xa0", " ")
    assert (silent.status_code, "pourquoi celle-ci compte" in silent.text) == (422, True)
    kept(answer(steward, sheet, "accepter", **(form_of(asked) | {"reason": "Le PDF ne se traitait pas."})))
    page = re.sub(r"\s+", " ", unescape(steward.get(sheet).text))
    assert "Acceptée, suivie d’une autre" in page
    assert "Elle ne compte plus : la réception n° 2 compte à sa place." in page
    assert "C’est elle qui compte" in page
    assert page.count("Réponse changée : Le PDF ne se traitait pas.") == 1, "It is the first whose answer changed."
    assert verdicts(town, SubjectKind.DELIVERY, number_of(sheet), "DSP-02")[-1] == "compliant"

    asked = steward.get(f"/livraisons/receptions/{second['id']}/refuser")
    assert "acceptée avant elle, comptera de nouveau" in asked.text
    refused = answer(steward, sheet, "refuser", **(form_of(asked) | {"reasons": "Vide", "reason": "Vue trop vite"}))
    kept(refused)
    page = unescape(steward.get(refused.headers["location"]).text)
    assert "une autre, déjà acceptée, compte" in page
    assert "Elle ne compte plus" not in page


def test_what_was_typed_to_annul_a_delivery_or_a_reception_stays_where_somebody_was_faster(town: Town) -> None:
    steward, jurist = town.someone(Role.STEWARD), town.someone(Role.LEGAL)
    sheet = deliver(steward, a_contract(jurist, town), label="Volumes")
    kept(bring(steward, sheet))
    for place in (sheet, f"/livraisons/receptions/{receipt_of(steward, sheet)['id']}"):
        form = form_of(steward.get(f"{place}/annuler"))
        late = steward.post(f"{place}/annuler", form | {"version": "0", "reason": "Notée deux fois"})
        assert (late.status_code, "Notée deux fois" in late.text) == (409, True), place
        again = form_of(late)
        assert again["reason"] == "Notée deux fois"
        kept(steward.post(f"{place}/annuler", again))
        kept(steward.post(f"{place}/annuler", form_of(steward.get(f"{place}/annuler")) | {"reason": "À tort"}))


def test_to_accept_is_not_the_first_thing_offered_where_a_check_fails(town: Town) -> None:
    steward, jurist = town.someone(Role.STEWARD), town.someone(Role.LEGAL)
    place = a_contract(jurist, town)
    kept(add(jurist, place, "open-format", **{"terms-format": "JSON"}))
    good, faulty = (
        deliver(steward, place, label=label, due_on=town.info["today"]().isoformat()) for label in ("Vu", "Lu")
    )
    kept(bring(steward, good, b'{"volumes": [{"point": 1}]}', "volumes.json"))
    kept(bring(steward, faulty))

    assert first_offered(steward.get(good).text) == "Accepter"
    assert first_offered(steward.get(faulty).text) == "Refuser"


def first_offered(page: str) -> str:
    """The words of the button that stands out among those of a receipt."""
    part = page.partition('id="receptions"')[2].partition("</section>")[0]
    found = re.findall(r'class="btn btn-primary"[^>]*>(\w+)', part)
    assert len(found) == 1, found
    return str(found[0])


def test_a_program_receives_and_is_refused_as_a_page_is(town: Town) -> None:
    steward, jurist = town.someone(Role.STEWARD), town.someone(Role.LEGAL)
    place = a_contract(jurist, town)
    nothing = steward.api("POST", f"/api/v1/contracts/{number_of(place)}/deliveries", json={})
    assert (nothing.status_code, "Dites au moins ce qui est dû" in nothing.text) == (422, True)
    made = steward.api("POST", f"/api/v1/contracts/{number_of(place)}/deliveries", json={"label": "Plans"})
    assert made.status_code == 201, made.text
    where, version = made.headers["location"], {"If-Match": made.headers["etag"]}

    got = steward.api("POST", f"{where}/receipts", files={"file": ("plans.csv", TABLE)}, headers=version)
    assert got.status_code == 201, got.text
    assert got.json()["channel"] == "api"
    stale = steward.api("POST", f"{where}/receipts", files={"file": ("plans.csv", TABLE)}, headers=version)
    assert stale.status_code == 412
    line = steward.api("GET", "/api/v1/deliveries?state=waiting").json()["deliveries"][0]
    assert (line["label"], line["answer"]) == ("Plans", "waiting")


@pytest.mark.parametrize("channel", ["link", "api"])
def test_no_form_makes_what_an_agent_deposits_come_from_the_holder_or_a_program(town: Town, channel: str) -> None:
    steward, jurist = town.someone(Role.STEWARD), town.someone(Role.LEGAL)
    sheet = deliver(steward, a_contract(jurist, town), label="Volumes")

    kept(bring(steward, sheet, channel=channel))

    assert receipt_of(steward, sheet)["channel"] == "upload"


def test_a_reader_reads_and_changes_nothing(town: Town) -> None:
    steward, jurist, reader = town.someone(Role.STEWARD), town.someone(Role.LEGAL), town.someone(Role.READER)
    sheet = deliver(steward, a_contract(jurist, town), label="Volumes")

    assert "Noter une réception" not in reader.get(sheet).text
    assert reader.get(f"{sheet}/recevoir").status_code == 403
    assert "Volumes" in reader.get("/livraisons").text


def test_the_history_of_a_contract_tells_its_clauses_its_deliveries_and_its_links(town: Town) -> None:
    steward, jurist = town.someone(Role.STEWARD), town.someone(Role.LEGAL)
    place = a_contract(jurist, town)
    kept(add(jurist, place, "penalties", article="art. 14.2", **{"terms-euros_per_day": "150,35"}))
    sheet = deliver(steward, place, label="Volumes", due_on=(town.info["today"]() - 3 * ONE).isoformat())
    kept(bring(steward, sheet))
    kept(answer(steward, sheet, "refuser", reasons="La colonne des secteurs manque."))
    form = form_of(steward.get(f"/livraisons/receptions/{receipt_of(steward, sheet)['id']}/accepter"))
    kept(answer(steward, sheet, "accepter", **(form | {"reason": "Elle était dans l’autre fichier."})))

    page = re.sub(r"\s+", " ", unescape(jurist.get(f"{place}/historique").text))

    told = [one for one in re.findall(r"<h2>(.*?)</h2>", page) if "Volumes" in one or "Pénalités" in one]
    assert [one.partition(" : ")[0] for one in told] == [
        "Réception acceptée", "Réception refusée", "Réception notée", "Livraison notée", "Clause relevée",
    ]  # fmt: skip
    assert "Elle était dans l’autre fichier." in page
    assert "La colonne des secteurs manque." in page
    operator = operator_of(town)
    with town.acting() as session:
        session.add(
            ContractParty(
                organisation_id=town.authority_id, contract_id=number_of(place), party_id=operator,
                side=PartySide.HOLDER,
            )
        )  # fmt: skip
        session.flush()
        link, _token = make_operator_link(
            session, number_of(place), DepotForm(party_id=operator), today=town.info["today"]()
        )
        revoke_operator_link(session, link.id, expected=link.version)
    page = unescape(jurist.get(f"{place}/historique").text).replace("\xa0", " ")
    assert "Lien de dépôt révoqué : Exploitant du réseau" in page
    assert "Lien de dépôt donné : Exploitant du réseau" in page
    read = unescape(town.someone(Role.READER).get(f"{place}/historique").text)
    assert ("Lien de dépôt" in read, "Clause relevée" in read) == (False, True), "Links are for who may give them."


def test_a_schedule_clause_set_aside_or_over_is_neither_offered_nor_said_to_be_silent(town: Town) -> None:
    jurist, steward = town.someone(Role.LEGAL), town.someone(Role.STEWARD)
    place = a_contract(jurist, town)
    kept(add(jurist, place, "schedule", label="Calendrier A", **{"terms-frequency": "NEVER"}))
    (row,) = jurist.api("GET", f"/api/v1{place.replace('contrats', 'contracts')}/clauses").json()["in_force"]
    said = f"/contrats/stipulations/{row['stipulation']['id']}/annuler"
    assert "Calendrier A" in steward.get(f"{place}/livraisons/nouvelle").text
    assert "ne donne aucune échéance" in steward.get(f"{place}/livraisons").text

    kept(jurist.post(said, form_of(jurist.get(said)) | {"reason": "Saisie par erreur"}))

    assert "Calendrier A" not in steward.get(f"{place}/livraisons/nouvelle").text
    assert "ne donne aucune échéance" not in steward.get(f"{place}/livraisons").text
