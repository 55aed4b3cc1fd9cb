"""What stands below an activity, what the policies make of it, and what a dataset's sheet shows of it."""

import re
from typing import Any

import pytest

from registry.kernel.permissions import Role
from registry.ledger.service import touch
from registry.processing.forms import ActivityForm
from registry.processing.models import ActivityTransfer
from registry.processing.queries import find_standing
from registry.processing.rules import is_framed
from registry.processing.service import record_activity
from registry.processing.vocabulary import TransferSafeguard
from tests.conftest import Town

pytestmark = pytest.mark.database

WHOLE: dict[str, Any] = {
    "name": "Restauration scolaire", "status": "active", "purpose": "Inscrire et facturer",
    "basis_note": "Service public",
    "lawful_basis": "public-task", "founding_text": "Code de l’éducation, art. R531-52",
    "security_measures": ["access-control", "traceability", "backup"], "declared_absent": ["transfers"],
    "notice_text": "Au verso du dossier", "notice_reviewed_on": "2026-01-15",
    "data": [
        {"people_category": "children", "data_category": "identity", "retention_months": 12,
         "retention_trigger": "la fin de l’année scolaire", "final_disposition": "dispose"},
        {"people_category": "guardians", "data_category": "financial", "retention_months": 120,
         "retention_trigger": "la facture"},
    ],
    "recipients": [{"name": "Trésorerie", "kind": "administration", "received": "Les factures"}],
}  # fmt: skip


def _record(town: Town, on: int | None = None, **more: Any) -> int:
    with town.acting() as session:
        form = ActivityForm.model_validate({**WHOLE, **more})
        return record_activity(session, on or town.authority_id, form).id


def _verdicts(answer: Any) -> dict[str, str]:
    return {one["policy_id"]: one["verdict"] for one in answer.json()["findings"]}


def test_a_whole_entry_is_compliant_and_each_gap_is_named(town: Town):
    dpo = town.someone(Role.DPO)
    number = _record(town)

    whole = _verdicts(dpo.api("GET", f"/api/v1/processing-activities/{number}"))
    dpo.post(
        f"/traitements/{number}/parties/donnees",
        {"version": "1", "row-0-people_category": "children", "row-0-data_category": "health",
         "row-0-retention_months": "12"},
    )  # fmt: skip
    gaps = _verdicts(dpo.api("GET", f"/api/v1/processing-activities/{number}"))

    assert {whole[one] for one in ("RGPD-02", "RGPD-03", "RGPD-04", "RGPD-10", "RGPD-24")} == {"compliant"}
    assert (gaps["RGPD-02"], gaps["RGPD-07"]) == ("non-compliant", "to-complete")
    sheet = dpo.get(f"/traitements/{number}").text
    for words in ("Enfants et mineurs", "Santé", "1 an", "Trésorerie", "Opposition (art. 21)"):
        assert words in sheet


def test_a_project_that_rules_do_not_judge_yet_bears_no_good_mark(town: Town):
    dpo = town.someone(Role.DPO)
    draft, active = _record(town, status="draft"), _record(town, name="En service")

    project, in_use = (dpo.get(f"/traitements/{number}").text for number in (draft, active))

    assert "ne le jugeront qu’une fois" in project
    assert "rien à corriger ni à compléter" not in project
    assert "ne le jugeront qu’une fois" not in in_use


def test_a_condition_reserved_to_bodies_without_profit_allows_an_authority_nothing(town: Town):
    dpo = town.someone(Role.DPO)
    health = [{**WHOLE["data"][0], "data_category": "health"}]
    number = _record(town, data=health, article9_conditions=["members"])

    alone = _verdicts(dpo.api("GET", f"/api/v1/processing-activities/{number}"))
    dpo.api(
        "PATCH", f"/api/v1/processing-activities/{number}", headers={"If-Match": '"1"'},
        json={"article9_conditions": ["members", "explicit-consent"]},
    )  # fmt: skip
    with_consent = _verdicts(dpo.api("GET", f"/api/v1/processing-activities/{number}"))

    assert (alone["RGPD-07"], with_consent["RGPD-07"]) == ("non-compliant", "compliant")


def test_rows_are_saved_together_removed_and_given_back_when_wrong(town: Town):
    dpo = town.someone(Role.DPO)
    number = _record(town)
    address = f"/traitements/{number}/parties/destinataires"

    twice = dpo.post(address, {"version": "1", "row-0-name": "Trésorerie", "row-1-name": "Trésorerie"})
    saved = dpo.post(
        address, {"version": "1", "row-0-name": "Trésorerie", "row-0-removed": "true", "row-1-name": "CAF"}
    )
    stale = dpo.post(address, {"version": "1", "row-0-name": "Autre"})
    unsafe = dpo.post(
        f"/traitements/{number}/parties/transferts",
        {"version": "2", "row-0-country": "Atlantide", "row-0-recipient": "Hébergeur"},
    )

    assert (twice.status_code, "donné deux fois" in twice.text) == (422, True)
    assert saved.status_code == 303
    assert (stale.status_code, "modifié entre-temps" in stale.text) == (409, True)
    assert (unsafe.status_code, "Hébergeur" in unsafe.text) == (422, True)
    sheet = dpo.get(f"/traitements/{number}").text
    assert "CAF" in sheet
    assert "Trésorerie" not in sheet
    assert dpo.get(f"/traitements/{number}/parties/inconnue").status_code == 404


def test_rows_another_saved_meanwhile_are_shown_beside_those_typed(town: Town):
    dpo = town.someone(Role.DPO)
    number = _record(town)
    address = f"/traitements/{number}/parties/destinataires"
    dpo.post(
        address,
        {"version": "1", "row-0-name": "Trésorerie", "row-0-received": "Les factures et les avoirs",
         "row-1-name": "CAF"},
    )  # fmt: skip

    clash = dpo.post(
        address, {"version": "1", "row-0-name": "Trésorerie", "row-0-received": "Le total", "row-1-name": "Région"}
    )
    sent = dict(re.findall(r'name="(row-\d+-(?:name|received)|version)"[^>]*value="([^"]*)"', clash.text))
    saved = dpo.post(address, sent)

    assert clash.status_code == 409
    assert "L’autre personne a enregistré ici" in clash.text
    assert "Les factures et les avoirs" in clash.text
    assert "L’autre personne n’a pas cette ligne" in clash.text
    assert "votre saisie ne l’a pas" in clash.text
    assert saved.status_code == 303, saved.text
    body = dpo.api("GET", f"/api/v1/processing-activities/{number}").json()
    assert [(one["name"], one["received"]) for one in body["recipients"]] == [
        ("Trésorerie", "Le total"), ("Région", None), ("CAF", None),
    ]  # fmt: skip


def test_a_dataset_tied_to_an_activity_says_so_and_is_judged_again(town: Town):
    steward = town.someone(Role.STEWARD)
    number = _record(town)
    sheet = town.record("Inscrits à la cantine", personal_data="personal", fields=[{"name": "nom"}, {"name": "inr"}])
    before = _verdicts(steward.api("GET", f"/api/v1/datasets/{sheet}"))

    tied = steward.post(f"/traitements/du-jeu/{sheet}", {"activity_id": str(number)})
    after = _verdicts(steward.api("GET", f"/api/v1/datasets/{sheet}"))

    assert tied.status_code == 303, tied.text
    assert (before["RGPD-01"], after["RGPD-01"]) == ("to-complete", "compliant")
    shown = steward.get(f"/jeux/{sheet}").text
    for words in ("RGPD en un coup d’œil", "Restauration scolaire", "de 1 an à 10 ans", "Mission d’intérêt public"):
        assert words in shown
    assert "Inscrits à la cantine" in steward.get(f"/traitements/{number}").text, "Both ways."
    assert ("Opposition (art. 21)" in shown, "Effacement (art. 17)" in shown) == (True, False)
    steward.api(
        "PATCH", f"/api/v1/processing-activities/{number}", headers={"If-Match": '"2"'},
        json={"rights": [{"right": "objection", "applies": False, "reason": "Écartée par l’acte qui l’institue"},
                         {"right": "erasure", "applies": True, "reason": "Accordé par la collectivité"}]},
    )  # fmt: skip
    adjusted = steward.get(f"/jeux/{sheet}").text
    assert ("Opposition (art. 21)" in adjusted, "Effacement (art. 17)" in adjusted) == (False, True)

    steward.post(f"/traitements/{number}/modifier", {"version": "3", "name": "Restauration", "status": "ended"})
    assert _verdicts(steward.api("GET", f"/api/v1/datasets/{sheet}"))["RGPD-01"] == "to-complete"
    untied = steward.post(f"/traitements/du-jeu/{sheet}", {"removed": str(number)})
    assert untied.status_code == 303
    assert "rattaché à aucune fiche" in steward.get(f"/jeux/{sheet}").text


def test_explicit_consent_to_sensitive_data_may_be_withdrawn_on_both_sheets(town: Town):
    steward = town.someone(Role.STEWARD)
    sheet = town.record("Régimes alimentaires", personal_data="personal")
    number = _record(
        town, lawful_basis="contract", article9_conditions=["explicit-consent"], datasets=[{"dataset_id": sheet}]
    )

    of_the_dataset = steward.get(f"/jeux/{sheet}").text
    told = steward.get(f"/traitements/{number}").text

    assert "Retrait du consentement (art. 7 §3)" in of_the_dataset
    assert "<strong>Retrait du consentement (art. 7 §3)</strong>" in told


def test_what_goes_to_a_country_of_the_area_is_no_transfer_that_something_must_allow(town: Town):
    steward = town.someone(Role.STEWARD)
    sheet = town.record("Abonnés", personal_data="personal")
    transfers = [{"country": "DE", "recipient": "Hébergeur"}, {"country": "IN", "recipient": "Assistance"}]
    _record(town, declared_absent=[], datasets=[{"dataset_id": sheet}], transfers=transfers)

    shown = steward.get(f"/jeux/{sheet}").text

    assert "Inde : rien ne le permet encore" in shown.replace("\u00a0", " ")
    assert "Allemagne" not in shown


def test_a_decision_of_adequacy_is_refused_where_the_list_knows_none(town: Town):
    dpo = town.someone(Role.DPO)
    number = _record(town, declared_absent=[])
    address = f"/traitements/{number}/parties/transferts"
    row = {"version": "1", "row-0-recipient": "Hébergeur", "row-0-safeguard": "adequacy"}

    india = dpo.post(address, {**row, "row-0-country": "IN"})
    america = dpo.post(address, {**row, "row-0-country": "US"})
    japan = dpo.post(address, {**row, "row-0-country": "JP"})
    shown = dpo.post(address, {**row, "version": "2", "row-0-country": "US", "row-0-document": "Liste du DPF, 3 mai"})

    assert india.status_code == america.status_code == 422
    for words in ("Aucune décision d’adéquation ne vaut pour ce pays (Inde)", "Pays d’hébergement", "25/11/2026"):
        assert words in india.text
    for words in ("ne vaut que pour", "Data Privacy Framework", "25/11/2026", 'href="#row-0-document"'):
        assert words in america.text
    assert (japan.status_code, shown.status_code) == (303, 303)


def test_adequacy_recorded_where_there_is_none_frames_no_transfer_and_may_still_be_mended(town: Town):
    dpo = town.someone(Role.DPO)
    number = _record(town, declared_absent=[], transfers=[{"country": "JP", "recipient": "A", "safeguard": "adequacy"}])
    framed = _verdicts(dpo.api("GET", f"/api/v1/processing-activities/{number}"))
    with town.acting() as session:
        # As it was taken before the list was compared.
        row = find_standing(session, ActivityTransfer, number)[0]
        row.country = "IN"
        touch(session, "activity", number)

    judged = _verdicts(dpo.api("GET", f"/api/v1/processing-activities/{number}"))
    page = dpo.get(f"/traitements/{number}/parties/transferts")

    assert (framed["SOUV-02"], judged["SOUV-02"]) == ("compliant", "non-compliant")
    assert "rien ne le permet encore" in dpo.get(f"/traitements/{number}").text
    assert "Inde" in dpo.get("/rgpd").text
    assert (page.status_code, 'value="A"' in page.text) == (200, True)


def test_a_country_of_which_a_decision_holds_for_all_needs_no_safeguard(town: Town):
    dpo = town.someone(Role.DPO)
    number = _record(town, declared_absent=[], transfers=[{"country": "GB", "recipient": "A"}])
    judged = _verdicts(dpo.api("GET", f"/api/v1/processing-activities/{number}"))
    shown = dpo.get(f"/traitements/{number}").text

    assert judged["SOUV-02"] == "compliant"
    assert "pays adéquat (art. 45)" in shown.replace("\u00a0", " ")
    assert "rien ne le permet encore" not in shown
    partial = [(country, None, None) for country in ("US", "CA", "IN")]
    assert [is_framed(*one) for one in partial] == [False, False, False]
    assert is_framed("CA", TransferSafeguard.ADEQUACY, "Contrat 12")


def test_fields_concerned_are_chosen_among_those_of_the_dataset(town: Town):
    steward = town.someone(Role.STEWARD)
    number = _record(town)
    sheet = town.record("Inscrits", fields=[{"name": "nom"}, {"name": "menu"}])
    address = f"/traitements/{number}/parties/jeux"

    first = steward.post(address, {"version": "1", "row-0-dataset_id": str(sheet)})
    shown = steward.get(address).text
    second = steward.post(
        address, {"version": "2", "row-0-dataset_id": str(sheet), "row-0-fields": ["", "nom"]}
    )  # fmt: skip

    assert (first.status_code, second.status_code) == (303, 303)
    assert "row-0-fields" in shown
    body = steward.api("GET", f"/api/v1/processing-activities/{number}").json()
    assert body["datasets"] == [{"dataset_id": sheet, "fields": ["nom"]}]


def test_what_the_asker_may_not_see_is_refused_as_what_does_not_exist(town: Town):
    steward = town.someone(Role.STEWARD, town.commune_id)
    number = _record(town, town.commune_id)
    foreign = town.record("Secret", on=town.other_commune_id)

    for dataset in (foreign, 987_654):
        answer = steward.api(
            "PATCH", f"/api/v1/processing-activities/{number}", json={"datasets": [{"dataset_id": dataset}]},
            headers={"If-Match": '"1"'},
        )  # fmt: skip
        assert (answer.status_code, answer.json()["errors"][0]["path"]) == (422, "datasets.0.dataset_id")
    assert steward.post(f"/traitements/du-jeu/{foreign}", {"activity_id": str(number)}).status_code == 404


def test_what_is_done_for_others_names_them(town: Town):
    dpo = town.someone(Role.DPO)
    number = _record(town, name="Paie mutualisée", role="processor")
    silent = _verdicts(dpo.api("GET", f"/api/v1/processing-activities/{number}"))

    dpo.post(
        f"/traitements/{number}/parties/mandants", {"version": "1", "row-0-principal_id": str(town.commune_id)}
    )  # fmt: skip

    assert silent["RGPD-14"] == "to-complete"
    assert silent["RGPD-02"] == "not-applicable"
    told = dpo.api("GET", f"/api/v1/processing-activities/{number}")
    assert _verdicts(told)["RGPD-14"] == "compliant"
    assert "Grande-Commune" in dpo.get(f"/traitements/{number}").text
