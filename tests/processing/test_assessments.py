"""An impact assessment from the question whether one is due to its frozen revisions, on pages and in the database."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from registry.kernel.dates import plus_months
from registry.kernel.issuing import Moment, Subject
from registry.kernel.permissions import Role
from registry.ledger.service import say
from registry.processing.assessments.gathering import gather
from registry.processing.forms import ActivityForm
from registry.processing.service import record_activity
from registry.processing.vocabulary import ActivityStatus
from registry.web.templating import say_day
from tests.conftest import TODAY, Town
from tests.processing.assessing import (
    RISKS,
    answers,
    begun,
    decided,
    findings,
    save,
    screened,
    submitted,
    version_of,
    written,
)

pytestmark = pytest.mark.database


@pytest.fixture
def activity_id(town: Town) -> int:
    """A current activity of the authority's record."""
    with town.acting() as session:
        form = ActivityForm(name="Vidéoprotection", status=ActivityStatus.ACTIVE, started_on=town.info["today"]())
        return record_activity(session, town.authority_id, form).id


def test_the_answers_say_on_every_page_whether_an_assessment_is_due(town: Town, activity_id: int) -> None:
    steward = town.someone(Role.STEWARD)
    assert findings(town, activity_id)["RGPD-15"] == "to-complete"
    page = steward.get(f"/traitements/{activity_id}/besoin-aipd").text
    assert "12 réponses manquent" in page
    sent = screened(steward, activity_id, **answers("systematic-monitoring", "large-scale"))
    assert sent.status_code == 303, sent.text
    page = steward.get(f"/traitements/{activity_id}/besoin-aipd").text
    assert "AIPD requise" in page
    assert "RGPD art. 35 §3 c)" in page
    assert "AIPD requise" in steward.get("/aipd?vue=dues").text
    assert "AIPD requise" in steward.get(f"/traitements/{activity_id}").text
    assert findings(town, activity_id)["RGPD-15"] == "non-compliant"


@pytest.mark.parametrize("spared", [{"role": "processor"}, {"status": "ended"}], ids=["for others", "over"])
def test_an_assessment_is_asked_of_the_controller_while_the_processing_lasts(
    town: Town, activity_id: int, spared: dict[str, str]
) -> None:
    steward = town.someone(Role.STEWARD)
    screened(steward, activity_id, **answers("systematic-monitoring", "large-scale"))
    assert "Vidéoprotection" in steward.get("/aipd?vue=dues").text

    steward.api(
        "PATCH", f"/api/v1/processing-activities/{activity_id}", headers={"If-Match": '"1"'}, json=spared
    )  # fmt: skip

    assert findings(town, activity_id)["RGPD-15"] == "not-applicable"
    assert "Vidéoprotection" not in steward.get("/aipd?vue=dues").text


def test_an_answer_left_open_or_contradicted_is_told_and_what_was_typed_given_back(
    town: Town, activity_id: int
) -> None:
    steward = town.someone(Role.STEWARD)
    both = answers("matching", required_entries="social-support", reason="Suivi des familles.")
    refused = screened(steward, activity_id, **both)
    assert refused.status_code == 422
    assert "ne peut pas à la fois viser le traitement et ne rien en dire" in refused.text
    assert "Suivi des familles." in refused.text
    aside = answers("systematic-monitoring", "large-scale", set_aside_reason="Peu de gens.", set_aside_view="D’accord.")
    refused = screened(steward, activity_id, **aside)
    assert refused.status_code == 422
    assert "ni cas de l’article 35 §3" in refused.text
    assert screened(steward, activity_id, **answers()).status_code == 303
    stale = screened(steward, activity_id, **answers("matching", reason="Relu."))
    assert stale.status_code == 409
    assert "modifiées entre-temps" in stale.text
    assert "Relu." in stale.text


def test_an_assessment_may_be_set_aside_where_only_the_criteria_ask_for_it(town: Town, activity_id: int) -> None:
    steward = town.someone(Role.STEWARD)
    aside = answers("matching", "innovative-use", set_aside_reason="Vingt agents.", set_aside_view="Le DPO partage.")
    assert screened(steward, activity_id, **aside).status_code == 303
    assert findings(town, activity_id)["RGPD-15"] == "compliant"
    assert "Écartée avec un motif" in steward.get(f"/traitements/{activity_id}").text
    told = ("/rgpd", "/aipd"), r'<a href="/aipd\?vue=dues">(\d+)</a>'
    assert [re.findall(told[1], steward.get(page).text) for page in told[0]] == [["0"], ["0"]]


def test_an_assessment_goes_from_draft_to_a_frozen_decision(town: Town, activity_id: int) -> None:
    steward = town.someone(Role.STEWARD)
    screened(steward, activity_id, **answers("systematic-monitoring", "large-scale"))
    address = begun(steward, activity_id)
    early = submitted(town, address)
    assert early.status_code == 422
    assert "la pesée des trois risques" in early.text
    written(town, address, activity_id)
    assert submitted(town, address).status_code == 303
    assert decided(town, address).status_code == 303
    page = steward.get(address).text
    assert "Validée" in page
    assert say_day(plus_months(town.info["today"](), 36)) in page, "Three years by default."
    assert findings(town, activity_id) == {
        "RGPD-15": "compliant", "RGPD-16": "compliant", "RGPD-17": "not-applicable", "RGPD-18": "compliant",
    }  # fmt: skip
    assert steward.get(f"{address}/etapes/contexte").status_code == 409


def test_who_wrote_an_assessment_does_not_decide_on_it(town: Town, activity_id: int) -> None:
    administrator = town.someone(Role.ADMINISTRATOR)
    address = begun(administrator, activity_id)
    written(town, address, activity_id)
    submitted(town, address)
    own = {"version": version_of(town, address), "state": "validated"}
    assert administrator.post(f"{address}/decision", own).status_code == 403
    assert town.someone(Role.STEWARD).post(f"{address}/decision", own).status_code == 403
    with town.as_owner() as session, pytest.raises(DBAPIError, match="four_eyes"):
        session.execute(
            text("UPDATE assessment_revision SET state = 'validated', decided_on = :day, decided_by = authors[1]"),
            {"day": TODAY},
        )
    assert decided(town, address).status_code == 303


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE assessment_revision SET description = 'Autre'",
        "UPDATE assessment_risk SET severity_after = 'negligible'",
        "UPDATE assessment_measure SET title = 'Autre', done_on = NULL",
        "UPDATE assessment_coverage SET dropped = true",
        "DELETE FROM assessment_measure",
        "DELETE FROM assessment_revision",
    ],
)
def test_the_database_itself_refuses_to_change_a_decided_revision(town: Town, activity_id: int, statement: str) -> None:
    address = begun(town.someone(Role.STEWARD), activity_id)
    written(town, address, activity_id)
    submitted(town, address)
    decided(town, address)
    with town.as_owner() as session, pytest.raises(DBAPIError, match="frozen"):
        session.execute(text(statement))


def test_erasing_a_person_still_reaches_a_frozen_text(town: Town, activity_id: int) -> None:
    address = begun(town.someone(Role.STEWARD), activity_id)
    written(town, address, activity_id)
    submitted(town, address)
    decided(town, address)
    with town.as_owner() as session:
        say(session, "erasures:person:erase")
        session.execute(text("UPDATE assessment_revision SET description = 'Texte sans nom'"))
    assert "Texte sans nom" in town.someone(Role.STEWARD).get(address).text


def test_a_measure_of_a_frozen_revision_is_still_told_in_place(town: Town, activity_id: int) -> None:
    steward = town.someone(Role.STEWARD)
    address = begun(steward, activity_id)
    written(town, address, activity_id)
    submitted(town, address)
    decided(town, address)
    assert "En retard" in steward.get(address).text
    assert steward.post(f"{address}/mesures/1/faite", {"done_on": "2026-11-20"}).status_code == 303
    assert "en place depuis le 20 novembre 2026" in steward.get(address).text
    wrong = steward.post(f"{address}/mesures/1/faite", {"done_on": str(TODAY + timedelta(days=400))})
    assert wrong.status_code == 422


def test_a_measure_is_not_told_in_place_behind_the_back_of_who_writes_the_next_revision(
    town: Town, activity_id: int
) -> None:
    steward = town.someone(Role.STEWARD)
    address = begun(steward, activity_id)
    written(town, address, activity_id)
    submitted(town, address)
    decided(town, address)
    steward.post(f"{address}/reviser")

    refused = steward.post(f"{address}/mesures/1/faite", {"done_on": "2026-11-20"})

    assert refused.status_code == 409
    assert "Une révision est ouverte" in refused.text


def test_a_refusal_is_reasoned_and_frozen_and_a_new_revision_takes_it_up(town: Town, activity_id: int) -> None:
    steward = town.someone(Role.STEWARD)
    address = begun(steward, activity_id)
    written(town, address, activity_id)
    submitted(town, address)
    unreasoned = decided(town, address, "refused")
    assert unreasoned.status_code == 422
    assert "un refus ou un renvoi se motive" in unreasoned.text
    assert decided(town, address, "refused", reason="Trop intrusif pour le but.").status_code == 303
    assert "Trop intrusif pour le but." in steward.get(address).text
    assert steward.post(f"{address}/reviser").status_code == 303
    page = steward.get(address).text
    assert "Révision 2" in page
    assert "Masquer les façades" in page
    assert "l’avis du DPO" in page, "An opinion is given anew on each revision."
    assert "Trop intrusif pour le but." in steward.get(f"{address}/revisions/1").text
    assert steward.post(f"{address}/reviser").status_code == 409


def test_a_revision_may_be_given_back_to_be_completed(town: Town, activity_id: int) -> None:
    address = begun(town.someone(Role.STEWARD), activity_id)
    written(town, address, activity_id)
    submitted(town, address)
    assert decided(town, address, "draft", reason="Précisez la durée.").status_code == 303
    assert town.someone(Role.STEWARD).get(f"{address}/etapes/principes").status_code == 200


@pytest.mark.parametrize(
    ("after", "advised", "owed"),
    [
        ("important", "favourable", "le risque reste élevé après les mesures"),
        ("limited", "unfavourable", "l’avis du DPO est défavorable"),
        ("important", "unfavourable", "le risque reste élevé après les mesures et l’avis du DPO est défavorable"),
    ],
)
def test_a_high_risk_or_a_disregarded_dpo_is_validated_with_a_reason_that_every_reader_sees(
    town: Town, activity_id: int, after: str, advised: str, owed: str
) -> None:
    address = begun(town.someone(Role.STEWARD), activity_id)
    written(town, address, activity_id, after=after, advised=advised)
    submitted(town, address)
    asked = town.someone(Role.DIRECTOR).get(f"{address}/decision").text
    high, against = after == "important", advised == "unfavourable"
    assert ("peut être mis en œuvre ainsi" in asked) is not high
    assert owed in asked

    bare = decided(town, address)
    assert bare.status_code == 422
    assert "Dites pourquoi vous validez" in bare.text
    assert decided(town, address, reason="Sécurité des écoles.").status_code == 303

    page = town.someone(Role.STEWARD).get(address).text
    with town.acting() as session:
        subject = Subject("assessment", int(address.rpartition("/")[2]))
        sheet = gather(session, subject, Moment(TODAY, TODAY, TODAY, until=None)).values
    for said in (page, str(sheet["sheets"][-1])):
        assert "Directeur ou directrice" in said
        assert "Sécurité des écoles." in said
        assert ("elle doit l’être avant toute mise en œuvre" in said) is high
        assert ("il n’a pas été suivi" in said) is against


def test_what_cannot_be_kept_of_a_step_is_told_where_it_stands(town: Town, activity_id: int) -> None:
    steward = town.someone(Role.STEWARD)
    address = begun(steward, activity_id)
    worse = {"disappearance.severity_before": "limited", "disappearance.severity_after": "maximal"}
    refused = save(town, steward, address, "risques", **worse, **{"disappearance.impacts": "Des dossiers perdus."})
    assert refused.status_code == 422
    assert "un risque ne s’aggrave pas avec les mesures" in refused.text
    assert "Des dossiers perdus." in refused.text
    nameless = save(town, steward, address, "mesures", rows="4", **{"measures.2.due_on": "2026-13-45"})
    assert nameless.status_code == 422
    assert 'href="#measures.2.due_on"' in nameless.text
    assert 'href="#measures.2.title"' in nameless.text
    old = steward.post(f"{address}/etapes/principes", {"version": "0", "necessity": "Autre texte."})
    assert old.status_code == 409
    assert "Autre texte." in old.text


def test_only_the_dpo_writes_the_opinion_of_the_dpo(town: Town, activity_id: int) -> None:
    steward = town.someone(Role.STEWARD)
    address = begun(steward, activity_id)
    forged = {"dpo_opinion": "favourable", "dpo_opinion_on": "2026-11-20", "dpo_opinion_text": "Oui."}
    assert save(town, steward, address, "avis", **forged).status_code == 303
    assert "Aucun avis n’est encore recueilli." in steward.get(address).text


def test_who_is_no_dpo_only_transcribes_the_opinion_and_is_told_as_such(town: Town, activity_id: int) -> None:
    administrator, dpo = town.someone(Role.ADMINISTRATOR), town.someone(Role.DPO)
    address = begun(administrator, activity_id)
    written(town, address, activity_id)
    number = int(address.rpartition("/")[2])
    own = f"/api/v1/impact-assessments/{number}"

    def told() -> str:
        with town.acting() as session:
            moment = Moment(TODAY, TODAY, TODAY, until=None)
            sheet = gather(session, Subject("assessment", number), moment).values["sheets"][-1]
        return f"{administrator.get(address).text} {sheet} {administrator.api('GET', own).json()}"

    assert "Donné par" in told()
    assert "Transcrit par" not in told()
    assert "'dpo_opinion_given': True" in told()
    assert 'name="dpo_opinion"' not in administrator.get(f"{address}/etapes/avis").text
    opinion = {"dpo_opinion": "favourable", "dpo_opinion_on": "2026-11-21", "dpo_opinion_text": "Oui, sans réserve."}
    assert save(town, administrator, address, "avis", **opinion).status_code == 303
    version = version_of(town, address)
    forged = administrator.api("PATCH", own, json={"opinion": opinion}, headers={"If-Match": f'"{version}"'})
    assert forged.status_code == 403
    assert "Avec masquage." in told(), "The opinion of the DPO stands as it was given."

    assert save(town, dpo, address, "avis").status_code == 303, "The DPO takes the opinion back."
    assert "sera dit transcrit par vous" in administrator.get(f"{address}/etapes/avis").text
    assert save(town, administrator, address, "avis", **opinion).status_code == 303
    assert told().count("Transcrit par") == 2, "On the sheet and in the document."
    assert told().count("qui n’est pas DPO") == 2
    assert "'dpo_opinion_given': False" in told()
    assert "Donné par" not in told()


def test_a_program_answers_writes_submits_and_decides_as_people_do(town: Town, activity_id: int) -> None:
    steward, dpo, director = (town.someone(role) for role in (Role.STEWARD, Role.DPO, Role.DIRECTOR))
    need = f"/api/v1/processing-activities/{activity_id}/dpia-need"
    told = {"criteria": {"sensitive-data": True, "large-scale": True}, "required_none": True, "exempt_none": True}
    body = steward.api("PUT", need, json={**told, "law_assessed": False}, headers={"If-Match": '"0"'}).json()
    assert (body["need"], body["is_due"]) == ("required", True)
    assert body["reasons"][-1]["law"] == "RGPD art. 35 §3 b)"
    assert steward.api("GET", need).json() == body
    made = steward.api(
        "POST", "/api/v1/impact-assessments",
        json={"organisation_id": town.authority_id, "title": "AIPD par API", "activity_ids": [activity_id]},
    )  # fmt: skip
    assert made.status_code == 201, made.text
    own = made.headers["location"]
    levels = {"severity_before": "maximal", "likelihood_before": "limited"}
    levels |= {"severity_after": "limited", "likelihood_after": "limited"}
    change = {
        "description": "Ce que l’on fait.", "necessity": "Pourquoi.", "minimisation": "Le moins.", "rights": "Comment.",
        "people_asked": "not-sought", "people_views": "Projet interne.", "measures": [{"title": "Chiffrer"}],
        "risks": [{"kind": kind, **levels} for kind in RISKS],
    }  # fmt: skip
    opinion = {"dpo_opinion": "favourable", "dpo_opinion_on": "2026-11-20", "dpo_opinion_text": "Oui."}
    forged = steward.api("PATCH", own, json={"opinion": opinion}, headers={"If-Match": made.headers["etag"]})
    assert forged.status_code == 403
    changed = steward.api("PATCH", own, json=change, headers={"If-Match": made.headers["etag"]})
    assert changed.status_code == 200, changed.text
    assert changed.json()["residual_risk"] == "low"
    early = steward.api("POST", f"{own}/submission", headers={"If-Match": changed.headers["etag"]})
    assert early.status_code == 422
    assert "l’avis du DPO" in early.text
    advised = dpo.api("PATCH", own, json={"opinion": opinion}, headers={"If-Match": changed.headers["etag"]})
    assert advised.json()["necessity"] == "Pourquoi.", "What is not given stays."
    sent = steward.api("POST", f"{own}/submission", headers={"If-Match": advised.headers["etag"]})
    assert sent.json()["state"] == "submitted"
    decision = {"json": {"state": "validated"}, "headers": {"If-Match": sent.headers["etag"]}}
    assert steward.api("POST", f"{own}/decision", **decision).status_code == 403
    assert director.api("POST", f"{own}/decision", **decision).json()["state"] == "validated"
    frozen = steward.api("PATCH", own, json={"necessity": "Autre."}, headers={"If-Match": '"9"'})
    assert frozen.status_code in {409, 412}


def test_an_annulled_assessment_counts_no_more_and_may_come_back(town: Town, activity_id: int) -> None:
    steward = town.someone(Role.STEWARD)
    address = begun(steward, activity_id)
    assert steward.post(f"{address}/annuler", {"version": "1"}).status_code == 422
    assert steward.post(f"{address}/annuler", {"version": "1", "reason": "Doublon."}).status_code == 303
    assert "AIPD de la vidéoprotection" not in steward.get("/aipd").text
    assert steward.post(f"{address}/annuler", {"version": "2", "reason": "Non."}).status_code == 303
    assert "AIPD de la vidéoprotection" in steward.get("/aipd").text


def test_an_assessment_covers_only_activities_of_its_own_record(town: Town, activity_id: int) -> None:
    commune = town.someone(Role.STEWARD, town.commune_id)
    made = commune.post(
        "/aipd/nouvelle",
        {"title": "Ailleurs", "activity_ids": str(activity_id), "organisation_id": str(town.commune_id)},
    )
    assert made.status_code == 422
    assert "registre de cette organisation" in made.text


def test_what_the_overview_counts_of_a_body_is_what_its_list_shows(town: Town, activity_id: int) -> None:
    steward = town.someone(Role.STEWARD)
    required = answers("systematic-monitoring", "large-scale")
    screened(steward, activity_id, **required)
    with town.acting() as session:
        form = ActivityForm(name="Cantine", status=ActivityStatus.ACTIVE, started_on=town.info["today"]())
        other = record_activity(session, town.commune_id, form).id
    screened(steward, other, **required)

    page = steward.get("/rgpd").text
    shown = steward.get(f"/aipd?vue=dues&organisation={town.commune_id}").text

    assert f'href="/aipd?vue=dues&amp;organisation={town.commune_id}"><strong>1</strong>' in page
    assert "Cantine" in shown
    assert "Vidéoprotection" not in shown
    assert f'href="/aipd?vue=dues&amp;organisation={town.commune_id}">1<' in shown, "the figures count the same body"
    assert "Vidéoprotection" in steward.get("/aipd?vue=dues").text


def test_what_is_submitted_is_a_task_of_who_decides_until_they_decide(town: Town, activity_id: int) -> None:
    address = begun(town.someone(Role.STEWARD), activity_id)
    key = f"assessment:{address.rpartition('/')[2]}"
    director = town.someone(Role.DIRECTOR)
    written(town, address, activity_id)
    assert key not in {one["key"] for one in director.api("GET", "/api/v1/tasks").json()["tasks"]}
    submitted(town, address)
    desk = director.get("/bureau").text
    assert f'href="{address}/decision"' in desk
    assert "AIPD de la vidéoprotection" in desk
    assert f"{address}/decision" not in town.someone(Role.STEWARD).get("/bureau").text
    decided(town, address)
    assert f"{address}/decision" not in director.get("/bureau").text
