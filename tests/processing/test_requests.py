"""A request from the page to the database and back: four texts told apart, its delay, its extension, its answer."""

from datetime import date, timedelta

import pytest
from sqlalchemy import text

from registry.datasets.forms import FieldForm
from registry.kernel.permissions import Permission, Role, permissions_of
from registry.ledger.service import say, touch
from registry.organisations.queries import find_people
from registry.processing.clocks.vocabulary import ClockState
from registry.processing.forms import ActivityForm
from registry.processing.requests import queries, routes
from registry.processing.requests.facts import facts_of_request
from registry.processing.requests.forms import RequestForm
from registry.processing.requests.models import ReceivedRequest
from registry.processing.requests.queries import RequestFilter, count_requests, find_places, find_requests
from registry.processing.requests.rules import REGIMES, clock_of
from registry.processing.requests.service import record_request
from registry.processing.requests.vocabulary import RequestRegime
from registry.processing.service import record_activity, set_activity_aside
from tests.conftest import Town
from tests.pages import fields_of

pytestmark = pytest.mark.database


def ago(town: Town, days: int) -> date:
    return town.info["today"]() - timedelta(days=days)


def form(town: Town, **values: str) -> dict[str, str]:
    return {
        "organisation_id": str(town.authority_id), "regime": "gdpr", "right": "access", "subject": "Accès au dossier",
        "received_on": ago(town, 3).isoformat(), **values,
    }  # fmt: skip


def recorded(town: Town, days: int = 3, on: int | None = None, **values: object) -> int:
    said = {"regime": "gdpr", "right": "access", "subject": "Accès au dossier", "received_on": ago(town, days)}
    with town.acting() as session:
        return record_request(session, on or town.authority_id, RequestForm(**{**said, **values})).id


def number_of(answer) -> int:
    assert answer.status_code == 303, answer.text
    return int(answer.headers["location"].split("/")[-1].split("?")[0])


def test_what_is_asked_for_leads_to_the_text_that_counts_the_delay(town: Town):
    dpo = town.someone(Role.DPO)

    question = dpo.get("/demandes/nouvelle").text

    assert "Que demande-t-on" in question
    for regime in RequestRegime:
        assert f"/demandes/nouvelle?regime={regime}" in question
        page = dpo.get(f"/demandes/nouvelle?regime={regime}")
        assert fields_of(page)["regime"] == regime
        assert ("Droit exercé" in page.text) == (regime is RequestRegime.GDPR)
    assert "Que demande-t-on" in dpo.get("/demandes/nouvelle?regime=autre").text


def test_a_recorded_request_says_its_last_day_how_it_was_counted_and_what_silence_means(town: Town):
    dpo = town.someone(Role.DPO)

    number = number_of(dpo.post("/demandes/nouvelle", form(town, received_on="2026-10-31")))

    sheet = dpo.get(f"/demandes/{number}").text
    assert "30 novembre 2026" in sheet
    assert "art. 12 §3" in sheet
    assert "peut saisir la CNIL" in sheet
    cada = number_of(dpo.post("/demandes/nouvelle", form(town, regime="cada", right="", received_on="2026-10-01")))
    silent = dpo.get(f"/demandes/{cada}").text
    assert "1er novembre 2026" in silent
    assert "ne reporte pas" in silent
    assert "saisine possible jusqu’au 2 janvier 2027" in silent


def test_an_extension_counts_only_if_the_person_was_told_in_the_first_month(town: Town):
    dpo = town.someone(Role.DPO)
    intime, late = recorded(town, 20), recorded(town, 60)
    step = {"version": "1", "extension_reasons": "Archives vastes"}

    assert (
        dpo.post(f"/demandes/{intime}/prolonger", {**step, "extended_on": ago(town, 5).isoformat()}).status_code == 303
    )
    assert dpo.post(f"/demandes/{late}/prolonger", {**step, "extended_on": ago(town, 5).isoformat()}).status_code == 303

    assert "Prolongée de deux mois" in dpo.get(f"/demandes/{intime}").text
    assert "ne compte pas" in dpo.get(f"/demandes/{late}").text
    with town.acting() as session:
        assert (session.get_one(ReceivedRequest, intime).due_on - ago(town, 20)).days > 80
        assert (session.get_one(ReceivedRequest, late).due_on - ago(town, 60)).days < 36
    again = dpo.post(
        f"/demandes/{intime}/prolonger", {**step, "version": "2", "extended_on": ago(town, 4).isoformat()}
    )  # fmt: skip
    assert "un délai ne l’est qu’une fois" in again.text
    other = recorded(town, 5, regime="cada", right=None)
    refused = dpo.post(f"/demandes/{other}/prolonger", {**step, "extended_on": ago(town, 1).isoformat()})
    assert "ne connaît pas de prolongation" in refused.text


def test_a_refusal_says_why_and_the_page_gives_the_remedies_of_its_text(town: Town):
    dpo, number = town.someone(Role.DPO), recorded(town)
    page = dpo.get(f"/demandes/{number}/repondre")
    assert "réclamation auprès de la CNIL" in page.text
    typed = {
        **fields_of(page),
        "answered_on": ago(town, 0).isoformat(),
        "outcome": "refused",
        "answer_note": "Mot gardé",
    }

    refused = dpo.post(f"/demandes/{number}/repondre", typed)

    assert refused.status_code == 422
    assert "Un refus, même partiel, se motive" in refused.text
    assert "Mot gardé" in refused.text
    done = dpo.post(
        f"/demandes/{number}/repondre", {**typed, "refusal_grounds": "Excessive", "remedies_stated": "true"}
    )  # fmt: skip
    assert done.status_code == 303
    sheet = dpo.get(f"/demandes/{number}").text
    assert "Répondue dans le délai" in sheet
    assert "Excessive" in sheet


def test_passing_a_request_on_is_no_answer_under_the_gdpr_and_is_one_where_the_code_says_so(town: Town):
    dpo = town.someone(Role.DPO)
    own, document = recorded(town, 20), recorded(town, 20, regime="cada", right=None)
    step = {"version": "1", "answered_on": ago(town, 5).isoformat(), "outcome": "transferred", "transferred_to": "CCAS"}
    for number in (own, document):
        assert dpo.post(f"/demandes/{number}/repondre", step).status_code == 303

    sheet = dpo.get(f"/demandes/{own}").text
    assert "elle attend toujours sa réponse" in sheet
    assert "peut saisir la CNIL" in sheet
    assert "Répondue dans le délai" not in sheet
    assert "Répondue dans le délai" in dpo.get(f"/demandes/{document}").text
    assert [one["id"] for one in dpo.api("GET", "/api/v1/requests?open=true").json()["requests"]] == [own]
    with town.acting() as session:
        rows = {number: session.get_one(ReceivedRequest, number) for number in (own, document)}
        known = {number: facts_of_request(row) for number, row in rows.items()}
        assert count_requests(session, RequestFilter(), ago(town, 0)).states[ClockState.MET] == 1
    assert "request.answered_on" not in known[own]
    assert known[document]["request.answered_on"] == ago(town, 5)


def test_an_abusive_request_for_a_document_is_left_without_an_answer_and_no_other(town: Town):
    dpo, number, own = town.someone(Role.DPO), recorded(town, 60, regime="cada", right=None), recorded(town, 60)
    assert "laissée sans suite" in dpo.get(f"/demandes/{number}/repondre").text
    assert "laissée sans suite" not in dpo.get(f"/demandes/{own}/repondre").text
    step = {"version": "1", "answered_on": ago(town, 5).isoformat(), "outcome": "left"}

    assert "Dites en quoi la demande est abusive" in dpo.post(f"/demandes/{number}/repondre", step).text
    step |= {"unfounded_reasons": "Centième du mois"}
    assert dpo.post(f"/demandes/{number}/repondre", step).status_code == 303
    assert dpo.post(f"/demandes/{own}/repondre", step).status_code == 422

    sheet = dpo.get(f"/demandes/{number}").text
    assert "Laissée sans suite" in sheet
    assert "Décidé de ne pas y donner suite" in sheet
    assert "Dépassé" not in sheet
    assert dpo.api("GET", f"/api/v1/requests/{number}").json()["clock"]["state"] == "none"
    with town.acting() as session:
        facts = facts_of_request(session.get_one(ReceivedRequest, number))
        assert count_requests(session, RequestFilter(), ago(town, 0)).states[ClockState.NONE] == 1
    assert "request.answered_on" not in facts
    assert facts["request.unfounded_reasons__present"] is True
    moved = dpo.post(f"/demandes/{number}/modifier", form(town, version="2", received_on=ago(town, 60).isoformat()))
    assert moved.status_code == 422
    assert "reçoit une réponse" in moved.text


@pytest.mark.parametrize(
    ("regime", "policy"), [("cada", "OD-22"), ("gdpr", "RGPD-22"), ("administration", "OD-32"), ("reuse", None)]
)
def test_a_request_answered_late_lacks_nothing_any_more(town: Town, regime: str, policy: str | None):
    dpo, number = (
        town.someone(Role.DPO),
        recorded(town, 60, regime=regime, right="access" if regime == "gdpr" else None),
    )
    step = fields_of(dpo.get(f"/demandes/{number}/repondre")) | {"outcome": "granted"}
    assert dpo.post(f"/demandes/{number}/repondre", step).status_code == 303

    found = {one["policy_id"]: one for one in dpo.api("GET", f"/api/v1/requests/{number}").json()["findings"]}
    if policy is not None:
        assert (found[policy]["verdict"], found[policy]["missing"]) == ("non-compliant", [])
    assert not [one["policy_id"] for one in found.values() if one["missing"]]


@pytest.mark.parametrize(
    ("regime", "policy", "stale"),
    [("cada", "OD-22", "unfounded_reasons"), ("administration", "OD-32", "refusal_grounds")],
)
def test_a_reason_left_from_another_outcome_excuses_no_late_answer(town: Town, regime: str, policy: str, stale: str):
    dpo, number = town.someone(Role.DPO), recorded(town, 60, regime=regime, right=None)
    with town.acting() as session:
        # A row written before such a text was refused.
        say(session, "processing:request:answer")
        session.execute(
            text(f"UPDATE received_request SET outcome = 'granted', answered_on = :day, {stale} = 'x' WHERE id = :id"),
            {"day": ago(town, 1), "id": number},
        )
        touch(session, "request", number)

    found = {one["policy_id"]: one for one in dpo.api("GET", f"/api/v1/requests/{number}").json()["findings"]}

    assert (found[policy]["verdict"], found[policy]["missing"]) == ("non-compliant", [])


def test_an_answer_says_nothing_that_its_outcome_does_not_call_for(town: Town):
    dpo, number, own = town.someone(Role.DPO), recorded(town, 60, regime="cada", right=None), recorded(town, 20)
    page = dpo.get(f"/demandes/{number}/repondre")
    assert "Seulement pour « Abusive, laissée sans suite »" in page.text
    assert "Seulement pour « Satisfaite en partie » ou « Refusée »" in page.text
    extra = {"refusal_grounds": "Secret", "unfounded_reasons": "x", "transferred_to": "Une autre"}
    step = {**fields_of(page), "outcome": "granted"}

    refused = dpo.post(f"/demandes/{number}/repondre", {**step, **extra})

    assert refused.status_code == 422
    assert refused.text.count("Ce champ ne vaut que pour") == 2 * len(extra)
    left = {**step, "outcome": "left", "unfounded_reasons": "Centième du mois"}
    assert dpo.post(f"/demandes/{number}/repondre", left).status_code == 303
    again = fields_of(dpo.get(f"/demandes/{number}/repondre"))
    assert "Ce champ ne vaut que pour" in dpo.post(f"/demandes/{number}/repondre", {**again, "outcome": "granted"}).text
    # Under the GDPR an unfounded request gets an answer: why it is goes with the refusal.
    step = {**fields_of(dpo.get(f"/demandes/{own}/repondre")), "outcome": "refused", "refusal_grounds": "Excessive"}
    assert dpo.post(f"/demandes/{own}/repondre", {**step, "unfounded_reasons": "Chaque jour"}).status_code == 303


def test_the_form_of_an_answer_gives_the_law_of_its_regime(town: Town):
    dpo = town.someone(Role.DPO)
    said = {
        regime: dpo.get(f"/demandes/{recorded(town, regime=regime, right=right)}/repondre").text
        for regime, right in (("gdpr", "access"), ("cada", None), ("reuse", None), ("administration", None))
    }

    assert "L311-2" not in said["gdpr"]
    assert "n’arrête pas le délai" in said["gdpr"]
    assert "12 §4 et §5" in said["gdpr"]
    assert "n’est pas tenue de donner suite" in said["cada"]
    assert ("L311-14" in said["reuse"], "L322-5" in said["reuse"]) == (False, True)
    assert "reste à valider" in said["administration"]
    assert not [regime for regime, page in said.items() if "quand même une réponse motivée" in page]


def test_an_extension_its_text_does_not_know_is_refused_before_anything_is_typed(town: Town):
    opened = town.someone(Role.DPO).get(f"/demandes/{recorded(town, 5, regime='cada', right=None)}/prolonger")

    assert opened.status_code == 409
    assert "ne connaît pas de prolongation" in opened.text
    assert "R311-13" in opened.text


def test_an_extension_noted_on_a_wrong_day_is_corrected_for_a_reason(town: Town):
    dpo, number, other = town.someone(Role.DPO), recorded(town, 60), recorded(town, 60)
    late = {"version": "1", "extension_reasons": "Archives vastes", "extended_on": ago(town, 5).isoformat()}
    dpo.post(f"/demandes/{number}/prolonger", late)
    assert "Corriger la prolongation" in dpo.get(f"/demandes/{number}").text
    page = dpo.get(f"/demandes/{number}/prolonger")
    right = {**fields_of(page), "extended_on": ago(town, 50).isoformat(), "extension_reasons": "Archives vastes"}

    silent = dpo.post(f"/demandes/{number}/prolonger", right)
    done = dpo.post(f"/demandes/{number}/prolonger", {**right, "reason": "Lettre datée du bon mois"})

    assert silent.status_code == 422
    assert "corrigez-le en disant pourquoi" in silent.text
    assert done.status_code == 303
    assert "Prolongée de deux mois" in dpo.get(f"/demandes/{number}").text
    history = dpo.get(f"/demandes/{number}/historique").text
    assert "Prolongation corrigée" in history
    assert "Lettre datée du bon mois" in history
    address = f"/api/v1/requests/{other}/extension"
    body = {"extended_on": ago(town, 50).isoformat(), "extension_reasons": "Archives", "reason": "Rien à corriger"}
    assert dpo.api("POST", address, json=body, headers={"If-Match": '"1"'}).status_code == 422
    assert dpo.api("POST", address, json={**body, "reason": None}, headers={"If-Match": '"1"'}).status_code == 200
    again = dpo.api("POST", address, json={**body, "reason": "Mal lu"}, headers={"If-Match": '"2"'})
    assert again.json()["clock"]["extended"] is True


def test_what_cannot_be_is_refused_in_a_sentence_and_nothing_is_written(town: Town):
    dpo = town.someone(Role.DPO)
    for values, field, says in (
        ({"received_on": "2026-02-30"}, "received_on", "date qui existe"),
        ({"received_on": "2018-05-24"}, "received_on", "s’applique depuis le 25 mai 2018"),
        ({"received_on": ago(town, -2).isoformat()}, "received_on", "à venir"),
        ({"received_on": ""}, "received_on", "Ce champ est nécessaire"),
        ({"regime": "cada", "right": "", "received_on": "2015-12-31"}, "received_on", "depuis le 1er janvier 2016"),
        ({"regime": "reuse", "right": "", "received_on": "2016-03-18"}, "received_on", "depuis le 19 mars 2016"),
        ({"regime": "administration", "right": "", "received_on": "2016-10-08"}, "received_on", "9 octobre 2016"),
        ({"right": ""}, "right", "quel droit est exercé"),
        ({"regime": "cada"}, "right", "changez de régime"),
        ({"requester_email": "sans arobase"}, "requester_email", "adresse électronique complète"),
        ({"identity_checked_on": ago(town, 9).isoformat()}, "identity_checked_on", "précède la réception"),
        ({"in_charge_id": "987654321"}, "in_charge_id", "n’existe pas"),
    ):
        answer = dpo.post("/demandes/nouvelle", form(town, **{"detail": "Ce que j’ai tapé", **values}))
        assert answer.status_code == 422, (values, answer.text)
        message = answer.text.split(f'id="{field}-erreur"')[-1][:400]
        assert says in message, (values, message)
        assert "Ce que j’ai tapé" in answer.text
    with town.acting() as session:
        assert count_requests(session, RequestFilter(), ago(town, 0)).total == 0


def test_two_people_of_one_name_stay_two_and_each_request_points_to_the_other(town: Town):
    dpo = town.someone(Role.DPO)

    one = number_of(dpo.post("/demandes/nouvelle", form(town, requester_name="Camille Essai", subject="Premier")))
    other = number_of(dpo.post("/demandes/nouvelle", form(town, requester_name="camille essai", subject="Second")))

    with town.acting() as session:
        askers = {session.get_one(ReceivedRequest, number).requester_id for number in (one, other)}
    assert len(askers) == 2
    assert f'href="/demandes/{other}"' in dpo.get(f"/demandes/{one}").text
    assert "Second" in dpo.get(f"/demandes/{one}").text


def test_an_address_given_later_joins_the_name_given_first(town: Town):
    dpo = town.someone(Role.DPO)
    number = number_of(dpo.post("/demandes/nouvelle", form(town, requester_name="Camille Essai")))

    dpo.post(f"/demandes/{number}/modifier", form(town, version="1", requester_email="camille@essai.invalid"))

    sheet = dpo.get(f"/demandes/{number}").text
    assert "Camille Essai — camille@essai.invalid" in sheet
    dpo.post(f"/demandes/{number}/modifier", form(town, version="2", requester_name="Dominique Autre"))
    assert "camille@essai.invalid" not in dpo.get(f"/demandes/{number}").text, "Somebody else asks."


def test_who_asks_is_known_to_few_and_stands_in_no_snapshot_and_in_no_list_of_people(town: Town):
    dpo, steward = town.someone(Role.DPO), town.someone(Role.STEWARD)
    number = number_of(dpo.post("/demandes/nouvelle", form(town, requester_name="Dominique Témoin")))

    assert "Dominique Témoin" in dpo.get(f"/demandes/{number}").text
    assert "Dominique" not in dpo.get("/demandes/nouvelle?regime=gdpr").text
    assert steward.get(f"/demandes/{number}").status_code == 404
    assert "Dominique" not in steward.get("/demandes").text
    with town.acting() as session:
        assert all("Dominique" not in one.said for one in find_people(session, [town.authority_id]))
        asker = session.get_one(ReceivedRequest, number).requester_id
    with town.as_owner() as session:
        kept = session.execute(text("SELECT string_agg(snapshot::text, ' ') FROM ledger_entry")).scalar_one()
        assert "Dominique" not in kept
        session.execute(
            text("UPDATE received_request SET in_charge_id = (SELECT person_id FROM account WHERE id = :id)"),
            {"id": steward.account_id},
        )
    assert "Dominique Témoin" in steward.get(f"/demandes/{number}").text
    assert steward.get(f"/demandes/{number}/modifier").status_code == 403
    sheet = town.record("Bornes")
    body = {"contact_person_id": asker}
    answer = town.someone(Role.STEWARD, town.commune_id).api(
        "PATCH", f"/api/v1/datasets/{sheet}", json=body, headers={"If-Match": '"1"'}
    )
    assert answer.status_code in {403, 404, 422}


def test_the_roles_the_database_shows_requests_to_are_those_of_the_permission(town: Town):
    recorded(town)
    reading = {role for role in Role if Permission.PROCESSING_REQUEST_READ in permissions_of(role)}

    shown = {role for role in Role if "Accès au dossier" in town.someone(role).get("/demandes").text}

    assert shown == reading == {Role.ADMINISTRATOR, Role.DPO, Role.LEGAL}


def test_the_list_puts_what_presses_first_and_counts_by_state_and_text(town: Town):
    today = ago(town, 0)
    late, fresh = recorded(town, 60), recorded(town, 1)
    soon = recorded(town, 27, regime="cada", right=None)

    with town.acting() as session:
        rows = find_requests(session, RequestFilter(), today)
        assert [row.id for row in rows] == [late, soon, fresh]
        counts = count_requests(session, RequestFilter(), today)
        assert counts.states == {ClockState.OVERDUE: 1, ClockState.SOON: 1, ClockState.RUNNING: 1}
        assert counts.regimes == {RequestRegime.GDPR: 2, RequestRegime.CADA: 1}
        for row in rows:
            state = clock_of(row, today).state
            assert row.id in {one.id for one in find_requests(session, RequestFilter(frozenset({state})), today)}
    page = town.someone(Role.DPO).get("/demandes?regime=cada").text
    assert f'href="/demandes/{soon}"' in page
    assert f'href="/demandes/{late}"' not in page


def test_the_places_to_search_are_the_personal_datasets_of_the_body_and_their_fields_about_people(town: Town):
    fields = [
        FieldForm(name="nom", personal_category="identity"), FieldForm(name="niveau", personal_category="none"),
        FieldForm(name="numero"),
    ]  # fmt: skip
    number = town.record("Inscriptions scolaires", personal_data="personal", fields=fields)
    town.record("Arbres", personal_data="none")
    town.record("Cantine", on=town.commune_id, personal_data="personal")
    of_service = town.record("Paie", on=town.service_id, personal_data="personal")

    with town.acting() as session:
        places = find_places(session, town.authority_id)

    assert [(one.dataset_id, one.fields) for one in places] == [(number, ["nom"]), (of_service, [])]
    sheet = town.someone(Role.DPO).get(f"/demandes/{recorded(town)}").text
    assert "Inscriptions scolaires" in sheet


def test_the_places_to_search_are_those_of_the_record_too_whoever_owns_them(town: Town):
    shared = town.record("Fichier de la commune", on=town.commune_id, fields=[FieldForm(name="foyer")])
    former = town.record("Ancien", on=town.commune_id)
    used = ActivityForm(name="Aides", datasets=[{"dataset_id": shared, "fields": ["foyer"]}])
    gone = ActivityForm(name="Fin", datasets=[{"dataset_id": former}])
    with town.acting() as session:
        record_activity(session, town.authority_id, used)
        ended = record_activity(session, town.authority_id, gone)
        set_activity_aside(session, ended.id, expected=ended.version, reason="Erreur", annulled=True)
        places = find_places(session, town.authority_id)
        elsewhere = find_places(session, town.commune_id)

    assert [(one.dataset_id, one.fields) for one in places] == [(shared, ["foyer"])]
    assert elsewhere == []


def test_a_list_of_places_that_stops_says_that_there_are_others(town: Town, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(queries, "MOST_PLACES", 1)
    monkeypatch.setattr(routes, "MOST_PLACES", 1)
    number, dpo = recorded(town), town.someone(Role.DPO)
    town.record("Abonnés", personal_data="personal")
    assert "il y a d’autres jeux" not in dpo.get(f"/demandes/{number}").text

    town.record("Lecteurs", personal_data="personal")

    sheet = dpo.get(f"/demandes/{number}").text
    assert ("Abonnés" in sheet, "Lecteurs" in sheet, "il y a d’autres jeux" in sheet) == (True, False, True)


def test_the_api_gives_the_same_clock_as_the_page_and_asks_for_the_version(town: Town):
    dpo = town.someone(Role.DPO)
    made = dpo.api("POST", "/api/v1/requests", json={
        "organisation_id": town.authority_id, "regime": "gdpr", "right": "erasure", "subject": "Effacement",
        "received_on": "2026-10-31", "requester_name": "Une personne",
    })  # fmt: skip
    assert made.status_code == 201, made.text
    body = made.json()
    assert body["clock"]["due_on"] == "2026-11-30"
    assert body["requester"] == "Une personne"
    sheet = dpo.get(f"/demandes/{body['id']}").text
    assert body["clock"]["explained"].split(" (")[0] in sheet.replace("\u00a0", " ")
    answer = {"answered_on": ago(town, 0).isoformat(), "outcome": "granted"}
    address = f"/api/v1/requests/{body['id']}/answer"
    assert dpo.api("POST", address, json=answer).status_code == 428
    assert dpo.api("POST", address, json=answer, headers={"If-Match": '"9"'}).status_code == 412
    done = dpo.api("POST", address, json=answer, headers={"If-Match": '"1"'})
    assert done.json()["clock"]["state"] in {"met", "late"}
    listed = dpo.api("GET", "/api/v1/requests?open=true").json()
    assert listed["requests"] == []
    assert [dpo.api("GET", f"/api/v1/requests?regime={one}").json()["total"] for one in ("gdpr", "cada")] == [1, 0]


def test_each_text_has_its_delay_and_the_day_it_begins(town: Town):
    with town.acting() as session:
        delays = session.info["engine"].catalogue.delays
    for regime, one in REGIMES.items():
        assert one.delay in delays, regime
        assert one.extended is None or one.extended in delays


def test_two_who_change_a_request_at_once_read_what_the_other_saved_and_lose_nothing(town: Town):
    dpo, number = town.someone(Role.DPO), recorded(town)
    mine = fields_of(dpo.get(f"/demandes/{number}/modifier"))
    assert dpo.post(f"/demandes/{number}/modifier", mine | {"subject": "Le sien", "channel": "mail"}).status_code == 303

    late = dpo.post(f"/demandes/{number}/modifier", mine | {"subject": "Le mien", "requester_name": "Anne Onyme"})

    assert late.status_code == 409
    assert "Le sien" in late.text
    shown = fields_of(late)
    assert (shown["subject"], shown["channel"], shown["requester_name"]) == ("Le mien", "mail", "Anne Onyme")
    assert dpo.post(f"/demandes/{number}/modifier", shown).status_code == 303


def test_two_who_answer_or_extend_a_request_at_once_read_what_the_other_saved(town: Town):
    dpo, number = town.someone(Role.DPO), recorded(town)
    step = fields_of(dpo.get(f"/demandes/{number}/repondre")) | {"outcome": "granted", "answer_note": "La leur"}
    longer = fields_of(dpo.get(f"/demandes/{number}/prolonger")) | {"extension_reasons": "Archives éparses"}
    assert dpo.post(f"/demandes/{number}/prolonger", longer).status_code == 303

    again = dpo.post(f"/demandes/{number}/prolonger", longer | {"extension_reasons": "Autre motif"})
    assert again.status_code == 409
    assert "Archives éparses" in again.text
    assert fields_of(again)["extension_reasons"] == "Autre motif"

    first = step | {"version": "2"}
    assert dpo.post(f"/demandes/{number}/repondre", first).status_code == 303
    late = dpo.post(f"/demandes/{number}/repondre", step | {"answer_note": "La mienne", "version": "2"})
    assert late.status_code == 409
    assert "La leur" in late.text
    assert fields_of(late)["answer_note"] == "La mienne"
