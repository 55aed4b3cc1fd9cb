"""A breach from the page to the database and back: its clock, its notifications, who may read it, what is refused."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import text

from registry.datasets.forms import DatasetForm
from registry.datasets.service import record_dataset
from registry.kernel.permissions import Permission, Role, permissions_of
from registry.organisations.forms import PersonForm
from registry.organisations.service import record_person
from registry.platform.clock import now
from registry.platform.lists import load_list
from registry.processing.breaches.forms import BreachForm
from registry.processing.breaches.models import Breach
from registry.processing.breaches.queries import BreachFilter, count_breaches, find_breaches
from registry.processing.breaches.rules import breach_clock
from registry.processing.breaches.service import record_breach
from registry.processing.breaches.vocabulary import BreachRisk
from registry.processing.clocks.vocabulary import ClockState
from registry.processing.forms import ActivityForm
from registry.processing.service import record_activity
from tests.conftest import Someone, Town
from tests.pages import fields_of

pytestmark = pytest.mark.database
PARIS = ZoneInfo("Europe/Paris")


def wall(hours: float) -> str:
    """What the authority's clocks showed so many hours ago."""
    return (now().astimezone(PARIS) - timedelta(hours=hours)).strftime("%Y-%m-%dT%H:%M")


def form(town: Town, **values: str | list[str]) -> dict[str, str | list[str]]:
    return {
        "organisation_id": str(town.authority_id), "title": "Courriel à 300 familles", "natures": "confidentiality",
        "known_at": wall(5), **values,
    }  # fmt: skip


def recorded(town: Town, hours: float = 5, on: int | None = None, **values: object) -> int:
    with town.acting() as session:
        known = now() - timedelta(hours=hours)
        said = BreachForm(title="Clé perdue", natures=["confidentiality"], known_at=known, **values)
        return record_breach(session, on or town.authority_id, said, now=now()).id


def number_of(answer) -> int:
    assert answer.status_code == 303, answer.text
    return int(answer.headers["location"].split("/")[-1].split("?")[0])


def test_three_fields_start_the_clock_and_the_sheet_says_what_is_left_and_what_is_due(town: Town):
    dpo = town.someone(Role.DPO)

    number = number_of(dpo.post("/violations/nouvelle", form(town)))

    sheet = dpo.get(f"/violations/{number}").text
    assert "72 heures en cours" in sheet
    assert "Il reste 2 jours" in sheet
    assert "art. 33 §1" in sheet
    assert "Évaluer le risque pour les personnes" in sheet
    assert "Courriel à 300 familles" in dpo.get("/violations").text


def test_a_notification_after_the_72_hours_says_why_and_what_was_typed_is_given_back(town: Town):
    dpo, number = town.someone(Role.DPO), recorded(town, hours=90)
    page = dpo.get(f"/violations/{number}/notifier")
    typed = {**fields_of(page), "phase": "initial", "sent_at": wall(1), "reference": "N-2026-1"}

    refused = dpo.post(f"/violations/{number}/notifier", typed)

    assert refused.status_code == 422
    assert "dites les motifs du retard" in refused.text
    assert 'value="N-2026-1"' in refused.text
    assert dpo.post(f"/violations/{number}/notifier", {**typed, "delay_reasons": "Accès coupés"}).status_code == 303
    sheet = dpo.get(f"/violations/{number}").text
    assert "Notifiée en retard" in sheet
    assert "N-2026-1" in sheet


def test_what_completes_a_notification_comes_after_it_and_never_first(town: Town):
    dpo, number = town.someone(Role.DPO), recorded(town)
    typed = {"version": "1", "phase": "complementary", "sent_at": wall(1)}

    assert "la première notification est initiale" in dpo.post(f"/violations/{number}/notifier", typed).text
    assert dpo.post(f"/violations/{number}/notifier", {**typed, "phase": "initial"}).status_code == 303
    again = dpo.post(f"/violations/{number}/notifier", {**typed, "version": "2", "phase": "complete"})
    assert "celle-ci la complète" in again.text
    assert dpo.post(f"/violations/{number}/notifier", {**typed, "version": "2", "sent_at": wall(0)}).status_code == 303
    stale = dpo.post(f"/violations/{number}/notifier", {**typed, "version": "2", "sent_at": wall(0)})
    assert stale.status_code == 409


def test_a_notification_noted_wrongly_is_corrected_for_a_reason_and_what_was_noted_stays(town: Town):
    dpo, number = town.someone(Role.DPO), recorded(town, hours=30)
    first = {"version": "1", "phase": "initial", "sent_at": wall(20), "reference": "N-1"}
    dpo.post(f"/violations/{number}/notifier", first)
    dpo.post(f"/violations/{number}/notifier", {"version": "2", "phase": "complementary", "sent_at": wall(10)})
    told = dpo.api("GET", f"/api/v1/breaches/{number}").json()["notifications"]
    address = f"/violations/{number}/notifier?corrige={told[0]['id']}"
    assert address in dpo.get(f"/violations/{number}").text
    typed = fields_of(dpo.get(address)) | {"sent_at": wall(15)}
    assert typed["reference"] == "N-1"

    same = {**fields_of(dpo.get(address)), "reason": "Par erreur"}
    unchanged = dpo.post(f"/violations/{number}/notifier", same)
    assert unchanged.status_code == 422
    assert "Rien n’est corrigé" in unchanged.text
    assert "Dites pourquoi vous corrigez" in dpo.post(f"/violations/{number}/notifier", typed).text
    typed["reason"] = "Heure relevée sur l’accusé"
    after = dpo.post(f"/violations/{number}/notifier", {**typed, "sent_at": wall(5)})
    assert "Un complément est noté avant" in after.text
    assert dpo.post(f"/violations/{number}/notifier", typed).status_code == 303

    sheet, now_told = dpo.get(f"/violations/{number}").text, dpo.api("GET", f"/api/v1/breaches/{number}").json()
    assert "Heure relevée sur l’accusé" in sheet
    assert now_told["notifications"][0]["sent_at"] != told[0]["sent_at"]
    assert [one["id"] for one in now_told["notifications"]] == [one["id"] for one in told]
    assert now_told["clock"]["state"] == "met"
    history = dpo.get(f"/violations/{number}/historique").text
    assert "Notification à la CNIL corrigée" in history
    assert "Heure relevée sur l’accusé" in history

    typed = fields_of(dpo.get(address)) | {"reference": "N-12", "content": "Liste jointe", "reason": "Référence lue"}
    assert dpo.post(f"/violations/{number}/notifier", typed).status_code == 303
    sheet = " ".join(dpo.get(f"/violations/{number}").text.split())
    before = "Noté avant : Référence donnée par la CNIL : N-1 ; Ce qui a été dit : rien. Motif : Référence lue"
    assert before in sheet


def test_the_api_corrects_a_notification_and_refuses_one_of_another_breach(town: Town):
    dpo, number, other = town.someone(Role.DPO), recorded(town, hours=90), recorded(town, hours=90)
    address = f"/api/v1/breaches/{number}"
    said = {"phase": "initial", "sent_at": wall(1), "delay_reasons": "Accès coupés"}
    one = dpo.api("POST", f"{address}/notifications", json=said, headers={"If-Match": '"1"'}).json()["notifications"][
        0
    ]["id"]
    given = {"phase": "complete", "sent_at": wall(40), "corrects": one, "reason": "Date de l’accusé"}

    elsewhere = dpo.api("POST", f"/api/v1/breaches/{other}/notifications", json=given, headers={"If-Match": '"1"'})
    corrected = dpo.api("POST", f"{address}/notifications", json=given, headers={"If-Match": '"2"'})

    assert elsewhere.status_code == 404
    assert corrected.status_code == 200, corrected.text
    assert [one["phase"] for one in corrected.json()["notifications"]] == ["complete"]
    assert corrected.json()["clock"]["state"] == "met"


@pytest.mark.parametrize(
    ("values", "field", "says"),
    [
        ({"known_at": "2027-01-01T10:00"}, "known_at", "à venir"),
        ({"known_at": "2018-05-24T10:00"}, "known_at", "depuis le 25 mai 2018"),
        ({"known_at": "2026-03-29T02:30"}, "known_at", "Cette heure n’existe pas"),
        ({"known_at": "2026-02-30T10:00"}, "known_at", "date et une heure qui existent"),
        ({"known_at": "0001-01-01T00:00"}, "known_at", "année n’est pas possible"),
        ({"occurred_from": "2027-01-01T10:00"}, "occurred_from", "ne peut être connue avant"),
        ({"occurred_from": "2026-11-02T10:00", "occurred_until": "2026-11-01T10:00"}, "occurred_until",
         "finit avant de commencer"),
        ({"processor_told_at": "2026-11-01T10:00"}, "processor_told_at", "avait prévenu avant"),
        ({"processor_told_at": "2027-01-01T10:00"}, "processor_told_at", "à venir"),
        ({"natures": ""}, "natures", "Ce champ est nécessaire"),
        ({"title": ""}, "title", "Ce champ est nécessaire"),
        ({"people_concerned": "environ cent"}, "people_concerned", "nombre entier"),
        ({"risk": "unlikely"}, "risk_reasons", "pourquoi le risque est improbable"),
        ({"exemption": "protected"}, "exemption_reasons", "en quoi cette exception vaut"),
        ({"informed_on": "2026-01-01"}, "informed_on", "précède le jour"),
        ({"in_charge_id": "987654321"}, "in_charge_id", "n’existe pas"),
        ({"processor_id": "987654321"}, "processor_id", "n’existe pas"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_in_a_sentence_and_nothing_is_written(town: Town, values, field, says):
    dpo = town.someone(Role.DPO)

    answer = dpo.post("/violations/nouvelle", form(town, facts="Ce que j’ai tapé", **values))

    assert answer.status_code == 422
    message = answer.text.split(f'id="{field}-erreur"')[-1][:400]
    assert says in message, message
    assert "Ce que j’ai tapé" in answer.text
    with town.acting() as session:
        assert count_breaches(session, BreachFilter(), now()).total == 0


def test_two_who_change_a_breach_at_once_read_what_the_other_saved_and_lose_nothing(town: Town):
    dpo, number = town.someone(Role.DPO), recorded(town, facts="Une clé", people_concerned=1200)
    place = f"/violations/{number}/modifier"
    typed = {**fields_of(dpo.get(place)), "natures": "confidentiality"}
    saved = {**typed, "title": "Clé USB perdue", "cause": "internal-accident", "facts": "Une clé, en gare"}
    assert dpo.post(place, saved).status_code == 303

    late = dpo.post(place, {**typed, "facts": "Une clé, au guichet", "measures": "Mots de passe changés"})

    assert late.status_code == 409
    shown = fields_of(late)
    assert [shown[name] for name in ("title", "cause", "facts", "measures", "version")] == [
        "Clé USB perdue", "internal-accident", "Une clé, au guichet", "Mots de passe changés", "2",
    ]  # fmt: skip
    beside = late.text.split('id="entre-temps-titre"')[1].split("</table>")[0]
    assert beside.count("celle de l’autre") == 2
    assert beside.count("modifié des deux côtés") == 1
    assert "Une clé, en gare" in beside
    assert "Connue le" not in beside, "What neither changed is not told."
    assert "Nombre de personnes" not in beside
    assert dpo.post(place, {**shown, "natures": "confidentiality"}).status_code == 303


@pytest.mark.parametrize("field", ["title", "known_at", "natures"])
def test_a_field_emptied_that_is_needed_says_so_where_it_stands(town: Town, field: str):
    dpo, number = town.someone(Role.DPO), recorded(town)
    typed = {**fields_of(dpo.get(f"/violations/{number}/modifier")), "natures": "confidentiality", field: ""}

    answer = dpo.post(f"/violations/{number}/modifier", typed)

    assert answer.status_code == 422
    assert "Ce champ est nécessaire" in answer.text.split(f'id="{field}-erreur"')[-1][:400]


def test_a_later_moment_of_knowledge_moves_the_clock_and_the_form_shows_the_authority_s_hours(town: Town):
    dpo, number = town.someone(Role.DPO), recorded(town, hours=80)
    page = dpo.get(f"/violations/{number}/modifier")
    typed = fields_of(page)
    assert typed["known_at"][:13] == wall(80)[:13]

    changed = {**typed, "natures": "confidentiality", "known_at": wall(10)}
    assert dpo.post(f"/violations/{number}/modifier", changed).status_code == 303

    with town.acting() as session:
        breach = session.get_one(Breach, number)
        assert breach.due_at - breach.known_at == timedelta(hours=72)
    assert "Il reste 2 jours" in dpo.get(f"/violations/{number}").text
    assert "Connue le" in dpo.get(f"/violations/{number}/historique").text


def test_who_does_not_answer_for_the_law_sees_nothing_of_a_breach_unless_in_charge_of_it(town: Town):
    number = recorded(town)
    steward: Someone = town.someone(Role.STEWARD)

    assert steward.get(f"/violations/{number}").status_code == 404
    assert "Clé perdue" not in steward.get("/violations").text
    assert f"Violation n° {number}" not in steward.get("/conformite/RGPD-19").text
    with town.as_owner() as session:
        session.execute(
            text("UPDATE breach SET in_charge_id = (SELECT person_id FROM account WHERE id = :id) WHERE id = :breach"),
            {"id": steward.account_id, "breach": number},
        )
    assert "Clé perdue" in steward.get(f"/violations/{number}").text
    assert "Clé perdue" in steward.get("/violations").text
    assert steward.post("/violations/nouvelle", form(town)).status_code == 403
    assert town.someone(Role.READER).get(f"/violations/{number}").status_code == 404
    assert town.someone(Role.DPO, town.commune_id).get(f"/violations/{number}").status_code == 404


def test_the_roles_the_database_shows_breaches_to_are_those_of_the_permission(town: Town):
    recorded(town)
    reading = {role for role in Role if Permission.PROCESSING_BREACH_READ in permissions_of(role)}

    shown = {role for role in Role if "Clé perdue" in town.someone(role).get("/violations").text}

    assert shown == reading == {Role.ADMINISTRATOR, Role.DPO, Role.LEGAL}


def test_the_list_puts_what_presses_first_counts_each_state_and_narrows(town: Town):
    late = recorded(town, hours=100)
    soon = recorded(town, hours=60)
    fresh = recorded(town, hours=1)
    calm = recorded(town, hours=200, risk="unlikely", risk_reasons="Clé chiffrée")

    with town.acting() as session:
        rows = find_breaches(session, BreachFilter(), now())
        assert [row.id for row in rows] == [late, soon, fresh, calm]
        counts = count_breaches(session, BreachFilter(), now())
        said = {ClockState.OVERDUE: 1, ClockState.SOON: 1, ClockState.RUNNING: 1, ClockState.NONE: 1}
        assert (counts.states, counts.total) == (said, 4)
        for row in rows:
            clock = breach_clock(row.due_at, row.notified_at, row.risk, now())
            only = find_breaches(session, BreachFilter(states=frozenset({clock.state})), now())
            assert row.id in {one.id for one in only}
    listed = town.someone(Role.DPO).api("GET", "/api/v1/breaches?state=overdue&state=soon&limit=1").json()
    assert (listed["total"], len(listed["breaches"])) == (2, 1)
    page = town.someone(Role.DPO).get("/violations?delai=overdue").text
    assert f'href="/violations/{late}"' in page
    assert f'href="/violations/{fresh}"' not in page


def test_the_policies_judge_a_breach_by_its_clock_and_no_title_is_told_to_who_reads_findings(town: Town):
    dpo, number = town.someone(Role.DPO), recorded(town, hours=100)

    page = dpo.get("/conformite/RGPD-19")

    assert f"Violation n° {number}" in page.text
    assert "Clé perdue" not in page.text
    assert "Non conforme" in dpo.get(f"/violations/{number}").text


def test_the_line_of_time_is_in_order_and_takes_what_was_done(town: Town):
    dpo, number = town.someone(Role.DPO), recorded(town, hours=5)

    noted = dpo.post(f"/violations/{number}/evenements", {"happened_at": wall(2), "what": "Compte fermé"})
    to_come = dpo.post(f"/violations/{number}/evenements", {"happened_at": "2027-01-01T10:00", "what": "Mot gardé"})

    assert noted.status_code == 303
    assert to_come.status_code == 422
    assert "Mot gardé" in to_come.text
    sheet = dpo.get(f"/violations/{number}").text
    line = sheet.split('class="timeline"')[1].split("</ol>")[0]
    places = [line.index(words) for words in ("La violation est connue", "Compte fermé", "Fin des 72 heures")]
    assert places == sorted(places)


def test_a_breach_set_aside_with_a_reason_leaves_the_register_and_comes_back(town: Town):
    dpo, number = town.someone(Role.DPO), recorded(town)

    assert dpo.post(f"/violations/{number}/annuler", {"version": "1", "reason": ""}).status_code == 422
    aside = dpo.post(f"/violations/{number}/annuler", {"version": "1", "reason": "Notée deux fois"})
    assert aside.status_code == 303
    assert "Clé perdue" not in dpo.get("/violations").text
    assert "Clé perdue" in dpo.get("/violations?annules=true").text
    changed = dpo.post(f"/violations/{number}/notifier", {"version": "2", "phase": "initial", "sent_at": wall(1)})
    assert changed.status_code == 409
    assert (
        dpo.post(f"/violations/{number}/annuler", {"version": "2", "reason": "Ce n’était pas elle"}).status_code == 303
    )
    assert "Clé perdue" in dpo.get("/violations").text


def test_no_text_of_a_breach_stands_in_the_ledger_s_snapshots(town: Town):
    dpo = town.someone(Role.DPO)
    with town.acting() as session:
        person = record_person(session, town.authority_id, PersonForm(name="Agente Témoin")).id
    number = number_of(
        dpo.post("/violations/nouvelle", form(town, facts="Agente Témoin a cliqué", in_charge_id=str(person)))
    )  # fmt: skip
    dpo.post(f"/violations/{number}/evenements", {"happened_at": wall(1), "what": "Agente Témoin prévenue"})

    with town.as_owner() as session:
        kept = session.execute(text("SELECT string_agg(snapshot::text, ' ') FROM ledger_entry")).scalar_one()
    assert "Témoin" not in kept


@pytest.mark.parametrize("risk", [None, BreachRisk.LIKELY, BreachRisk.HIGH])
def test_while_nobody_has_said_that_a_risk_is_unlikely_the_clock_runs(risk: BreachRisk | None):
    due = datetime(2026, 11, 26, 9, tzinfo=PARIS)

    assert breach_clock(due, None, risk, due + timedelta(minutes=1)).state is ClockState.OVERDUE
    assert breach_clock(due, None, BreachRisk.UNLIKELY, due + timedelta(minutes=1)).state is ClockState.NONE


def tied(town: Town) -> tuple[int, int]:
    """A dataset with a field that tells of people, and the activity of the record that uses it."""
    with town.acting() as session:
        sheet = record_dataset(
            session, town.authority_id,
            DatasetForm.model_validate({
                "title": "Inscriptions", "fields": [{"name": "iban", "personal_category": "financial"}],
            }),
        )  # fmt: skip
        activity = record_activity(
            session, town.authority_id,
            ActivityForm.model_validate({
                "name": "Cantine", "datasets": [{"dataset_id": sheet.id}],
                "data": [{"people_category": "children", "data_category": "health"}],
            }),
        )  # fmt: skip
        return sheet.id, activity.id


def test_a_breach_says_what_it_touched_and_takes_from_the_record_who_and_what_is_concerned(town: Town):
    dpo, number = town.someone(Role.DPO), recorded(town)
    dataset, activity = tied(town)

    assert dpo.post(f"/violations/{number}/touche", {"activity_id": str(activity)}).status_code == 303

    page = dpo.get(f"/violations/{number}/touche").text
    assert "Le registre dit que ces traitements les utilisent" in page
    assert f'name="dataset_id" value="{dataset}"' in page
    assert dpo.post(f"/violations/{number}/touche", {"dataset_id": str(dataset)}).status_code == 303
    version = fields_of(dpo.get(f"/violations/{number}/touche"))["version"]
    assert dpo.post(f"/violations/{number}/touche", {"version": version, "take": "true"}).status_code == 303
    with town.acting() as session:
        breach = session.get_one(Breach, number)
        assert breach.data_categories == ["financial", "health"]
        assert breach.people_described == load_list("people_categories").label("children", "fr")
    sheet = dpo.get(f"/violations/{number}").text
    assert f'href="/jeux/{dataset}"' in sheet
    assert f'href="/traitements/{activity}"' in sheet
    assert "Jeux et traitements touchés notés" in dpo.get(f"/violations/{number}/historique").text
    away = dpo.post(f"/violations/{number}/touche", {"dataset_removed": str(dataset)})
    assert away.status_code == 303
    assert f'href="/jeux/{dataset}"' not in dpo.get(f"/violations/{number}").text


def test_nothing_chosen_and_what_one_may_not_see_are_refused_in_a_sentence(town: Town):
    dpo, number = town.someone(Role.DPO, town.authority_id), recorded(town)

    nothing = dpo.post(f"/violations/{number}/touche", {"dataset_id": ""})
    unknown = dpo.post(f"/violations/{number}/touche", {"dataset_id": "987654321"})
    by_api = dpo.api(
        "POST", f"/api/v1/breaches/{number}/touched", json={"activities": [987654321]}, headers={"If-Match": '"1"'}
    )

    assert nothing.status_code == 422
    assert "Choisissez un jeu ou un traitement" in nothing.text
    assert unknown.status_code == 422
    assert "Ce jeu n’existe pas" in unknown.text
    assert by_api.json()["errors"][0]["path"] == "activities.0"


def test_more_than_a_breach_may_touch_and_a_number_no_record_has_are_refused_where_they_stand(town: Town):
    dpo, number = town.someone(Role.DPO, town.authority_id), recorded(town)

    many = dpo.post(f"/violations/{number}/touche", {"dataset_id": [str(one) for one in range(1, 502)]})
    beyond = dpo.api(
        "POST", f"/api/v1/breaches/{number}/touched", json={"activities": [10**30]}, headers={"If-Match": '"1"'}
    )

    assert many.status_code == 422
    assert "500 au plus" in many.text
    assert beyond.json()["errors"][0]["path"] == "activities.0"


def test_the_sheets_of_what_was_touched_tell_it_to_the_few_and_nothing_at_all_to_others(town: Town):
    number, (dataset, activity) = recorded(town), tied(town)
    dpo = town.someone(Role.DPO)
    answer = dpo.api(
        "POST", f"/api/v1/breaches/{number}/touched",
        json={"datasets": [dataset], "activities": [activity]}, headers={"If-Match": '"1"'},
    )  # fmt: skip
    assert (answer.json()["datasets"], answer.json()["activities"]) == ([dataset], [activity])

    for role in Role:
        who = town.someone(role)
        told = role in {Role.ADMINISTRATOR, Role.DPO, Role.LEGAL}
        for address in (f"/jeux/{dataset}", f"/traitements/{activity}"):
            page = who.get(address).text
            assert ("Clé perdue" in page) is told, (role, address)
            assert (f"/violations/{number}" in page) is told, (role, address)
            assert ("Violation de données" in page or "Violations de données</h2>" in page) is told, (role, address)
