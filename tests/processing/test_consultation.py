"""The CNIL is consulted where a high risk is left: from when, until when, and what its answer is worth."""

import re
from datetime import date

import pytest
from sqlalchemy import select
from sqlmodel import col

from registry.kernel.issuing import Moment, Subject
from registry.kernel.permissions import Role
from registry.ledger.queries import find_versions
from registry.processing.assessments.facts import Covering, was_consulted_before
from registry.processing.assessments.gathering import gather
from registry.processing.assessments.models import PriorConsultation
from registry.processing.assessments.risks import Consulted
from registry.processing.assessments.told import tell_assessments
from registry.processing.assessments.vocabulary import RiskBand
from registry.processing.forms import ActivityChange, ActivityForm
from registry.processing.models import ProcessingActivity
from registry.processing.service import amend_activity, record_activity
from registry.processing.vocabulary import ActivityStatus
from registry.web.templating import say_day
from tests.conftest import TODAY, Someone, Town
from tests.processing.assessing import answers, begun, decided, findings, save, screened, submitted, written

pytestmark = pytest.mark.database


@pytest.fixture
def activity_id(town: Town) -> int:
    """A current activity of the authority's record."""
    with town.acting() as session:
        form = ActivityForm(name="Vidéoprotection", status=ActivityStatus.ACTIVE, started_on=town.info["today"]())
        return record_activity(session, town.authority_id, form).id


def test_a_high_risk_left_calls_for_the_cnil_before_going_live(town: Town, activity_id: int) -> None:
    steward = town.someone(Role.STEWARD)
    address = begun(steward, activity_id)
    written(town, address, activity_id, after="important")
    submitted(town, address)
    decided(town, address, reason="Validée pour saisir la CNIL.")
    assert "la CNIL doit être consultée" in steward.get(address).text
    assert findings(town, activity_id)["RGPD-17"] == "non-compliant"
    sent = {"sent_on": "2026-11-20", "reference": "CNIL-0001", "version": "0"}
    wrong = steward.post(f"{address}/consultation", {**sent, "answered_on": "2026-11-02", "answer": "advice"})
    assert wrong.status_code == 422
    assert "ne répond pas avant d’être saisie" in wrong.text
    assert steward.post(f"{address}/consultation", sent).status_code == 303
    assert "15 janvier 2027" in steward.get(address).text, "Eight weeks."
    assert held(steward, address, activity_id) == (2, True, True), "While it is awaited, it is said as loud."
    assert "réponse de la CNIL attendue" in steward.get("/aipd").text
    assert findings(town, activity_id)["RGPD-17"] == "compliant"


def test_what_was_noted_of_the_cnil_is_corrected_for_a_reason_and_stays_in_the_ledger(
    town: Town, activity_id: int
) -> None:
    steward = town.someone(Role.STEWARD)
    address = begun(steward, activity_id)
    written(town, address, activity_id, after="important")
    submitted(town, address)
    decided(town, address, reason="Validée pour saisir la CNIL.")
    sent = {"sent_on": "2026-11-20", "version": "0", "extension_told_on": "2026-11-25"}
    assert steward.post(f"{address}/consultation", sent).status_code == 303
    corrected = {"sent_on": "2026-11-18", "version": "1", "extension_told_on": ""}

    refused = steward.post(f"{address}/consultation", corrected)
    assert refused.status_code == 422
    assert "dites pourquoi" in refused.text
    assert 'value="2026-11-18"' in refused.text
    said = {**corrected, "reason": "Dates relevées sur l’accusé"}
    assert steward.post(f"{address}/consultation", said).status_code == 303

    with town.acting() as session:
        number = session.execute(select(col(PriorConsultation.id))).scalar_one()
        newer, older = find_versions(session, "prior_consultation", number)
    assert (newer.event, newer.reason) == ("processing:consultation:correct", "Dates relevées sur l’accusé")
    assert (older.snapshot["sent_on"], older.snapshot["extension_told_on"]) == ("2026-11-20", "2026-11-25")
    page = " ".join(steward.get(address).text.split())
    assert "CNIL saisie le 20 novembre 2026 ; Prolongation annoncée le 25 novembre 2026. Motif : Dates relevées" in page
    more = {"sent_on": "2026-11-18", "version": "2", "reference": "CNIL-7"}
    assert steward.post(f"{address}/consultation", more).status_code == 303, "What adds to it needs no reason."


def test_the_cnil_answers_while_a_new_revision_is_open(town: Town, activity_id: int) -> None:
    steward = town.someone(Role.STEWARD)
    address = begun(steward, activity_id)
    written(town, address, activity_id, after="important")
    submitted(town, address)
    decided(town, address, reason="Validée pour saisir la CNIL.")
    sent = {"sent_on": "2026-11-20", "version": "0"}
    assert steward.post(f"{address}/consultation", sent).status_code == 303
    assert steward.post(f"{address}/reviser").status_code == 303
    assert f'href="{address}/consultation"' in steward.get(address).text
    assert 'value="2026-11-20"' in steward.get(f"{address}/consultation").text

    answered = {**sent, "version": "1", "answered_on": "2026-11-24", "answer": "advice", "answer_text": "Réduire."}
    assert steward.post(f"{address}/consultation", answered).status_code == 303

    assert "Réduire." in steward.get(f"{address}/revisions/1").text
    page = steward.get(address).text
    assert "Réduire." in page, "It stands until a new consultation is made."
    assert "Cette consultation porte sur la révision 1." in page
    with town.acting() as session:
        number = int(address.rpartition("/")[2])
        sheet = gather(session, Subject("assessment", number), Moment(TODAY, TODAY, TODAY, until=None)).values
    assert "révision n° 1 : saisie le 20 novembre 2026" in str(sheet["sheets"][-1])


@pytest.mark.parametrize(
    ("told_on", "counts", "last"),
    [
        ("2026-07-30", True, "6 octobre 2026"),
        ("2026-07-31", False, "25 août 2026"),
        ("2026-11-20", False, "25 août 2026"),
    ],
)
def test_the_cnil_extends_its_delay_only_within_a_month_of_the_request(
    town: Town, activity_id: int, told_on: str, counts: bool, last: str
) -> None:
    steward = town.someone(Role.STEWARD)
    address = begun(steward, activity_id)
    written(town, address, activity_id, after="important")
    submitted(town, address)
    decided(town, address, reason="Validée pour saisir la CNIL.")

    sent = {"sent_on": "2026-06-30", "extension_told_on": told_on, "version": "0"}
    assert steward.post(f"{address}/consultation", sent).status_code == 303

    page = steward.get(address).text
    assert f"Le délai de la CNIL a pris fin le {last}" in page
    assert ("Prolongée de six semaines" in page, "ne compte pas : le mois" in page) == (counts, not counts)
    number = int(address.rpartition("/")[2])
    told = steward.api("GET", f"/api/v1/impact-assessments/{number}").json()["consultation"]
    assert (told["extended"], say_day(date.fromisoformat(told["due_on"]))) == (counts, last)
    with town.acting() as session:
        sheet = gather(session, Subject("assessment", number), Moment(TODAY, TODAY, TODAY, until=None)).values
    said = str(sheet["sheets"][-1])
    assert last in said
    assert ("Prolongée de six semaines" in said, "ne compte pas : le mois" in said) == (counts, not counts)


def test_a_low_risk_needs_no_consultation(town: Town, activity_id: int) -> None:
    steward = town.someone(Role.STEWARD)
    address = begun(steward, activity_id)
    written(town, address, activity_id)
    submitted(town, address)
    decided(town, address)
    refused = steward.post(f"{address}/consultation", {"sent_on": "2026-11-20", "version": "0"})
    assert refused.status_code == 409
    assert "RGPD art. 36 §1" in refused.text


def revised(town: Town, address: str, state: str) -> None:
    """A new revision, just as complete, with the director's answer to it."""
    assert town.someone(Role.STEWARD).post(f"{address}/reviser").status_code == 303
    opinion = {"dpo_opinion": "unfavourable", "dpo_opinion_on": "2026-11-22", "dpo_opinion_text": "Rien ne change."}
    kept = {"people_asked": "sought", "people_views": "Le comité de quartier a été entendu."}
    assert save(town, town.someone(Role.DPO), address, "avis", **opinion, **kept).status_code == 303
    assert submitted(town, address).status_code == 303
    assert decided(town, address, state, reason="La CNIL s’y oppose.").status_code == 303


def test_an_answer_of_the_cnil_against_it_then_a_refusal_are_no_compliance(town: Town, activity_id: int) -> None:
    steward = town.someone(Role.STEWARD)
    assert screened(steward, activity_id, **answers("large-scale", "vulnerable-persons")).status_code == 303
    address = begun(steward, activity_id)
    written(town, address, activity_id, after="important")
    submitted(town, address)
    decided(town, address, reason="Validée pour saisir la CNIL.")
    assert findings(town, activity_id)["RGPD-15"] == "compliant"
    assert told(town, activity_id).endswith("CNIL à consulter")
    sent = {"sent_on": "2026-11-20", "version": "0"}
    assert steward.post(f"{address}/consultation", sent).status_code == 303
    assert told(town, activity_id).endswith("réponse de la CNIL attendue")
    answered = {**sent, "version": "1", "answered_on": "2026-11-24", "answer": "opposed"}
    assert steward.post(f"{address}/consultation", answered).status_code == 303

    assert findings(town, activity_id)["RGPD-17"] == "non-compliant"
    assert held(steward, address, activity_id, "il ne peut pas être mis en œuvre ainsi") == (2, True, True)
    assert "opposition de la CNIL" in steward.get("/aipd").text
    number = int(address.rpartition("/")[2])
    with town.acting() as session:
        sheet = gather(session, Subject("assessment", number), Moment(TODAY, TODAY, TODAY, until=None)).values
    assert "il ne peut pas être mis en œuvre ainsi" in str(sheet["sheets"][-1])
    assert told(town, activity_id).endswith("la CNIL a répondu que le traitement violerait le RGPD")
    assert "0 à engager" in figures(steward)

    revised(town, address, "refused")

    found = findings(town, activity_id)
    assert (found["RGPD-15"], found["RGPD-17"]) == ("non-compliant", "not-applicable")
    assert "analyse refusée le" in told(town, activity_id)
    assert "1 à engager" in figures(steward)
    assert "Vidéoprotection" in steward.get("/aipd?vue=dues").text
    assert f"dpia:{activity_id}" in {one["key"] for one in steward.api("GET", "/api/v1/tasks").json()["tasks"]}
    shown = steward.api("GET", "/api/v1/impact-assessments").json()["assessments"][0]
    assert (shown["state"], shown["review_on"]) == ("refused", None)


def held(
    steward: Someone, address: str, activity_id: int, sentence: str = "La CNIL est saisie et sa réponse n’est pas notée"
) -> tuple[int, bool, bool]:
    """How many times a sheet says what forbids to begin, whether its decision and the activity's sheet say it too."""
    page, short = steward.get(address).text, re.compile("<strong>(réponse|opposition) de la CNIL")
    return (
        page.count(sentence),
        "Mise en œuvre</dt>" in page,
        short.search(steward.get(f"/traitements/{activity_id}").text) is not None,
    )


def told(town: Town, activity_id: int) -> str:
    """What documents say of the assessment of an activity."""
    with town.acting() as session:
        return tell_assessments(session, [activity_id], None)[activity_id]


def figures(steward: Someone) -> str:
    """The text of the list of assessments, without its marks."""
    return " ".join(re.sub(r"<[^>]+>", " ", steward.get("/aipd").text).split())


@pytest.mark.parametrize(
    ("started_on", "verdict"),
    [("2022-03-01", "non-compliant"), ("2026-11-20", "compliant"), (None, "to-complete")],
)
def test_the_cnil_is_consulted_before_the_processing_begins(
    town: Town, activity_id: int, started_on: str | None, verdict: str
) -> None:
    with town.acting() as session:
        change = ActivityChange.model_validate({"started_on": started_on})
        amend_activity(session, activity_id, change, expected=1)
    steward = town.someone(Role.STEWARD)
    address = begun(steward, activity_id)
    written(town, address, activity_id, after="important")
    submitted(town, address)
    decided(town, address, reason="Validée pour saisir la CNIL.")
    assert steward.post(f"{address}/consultation", {"sent_on": "2026-11-20", "version": "0"}).status_code == 303

    assert findings(town, activity_id)["RGPD-17"] == verdict


@pytest.mark.parametrize(("left", "before"), [(RiskBand.LOW, True), (RiskBand.HIGH, False), (None, False)])
def test_a_risk_that_rises_after_the_start_is_consulted_on_then(left: RiskBand | None, before: bool) -> None:
    validated: list[tuple[date, RiskBand | None]] = [(date(2021, 5, 3), left), (date(2026, 5, 3), RiskBand.HIGH)]
    covering = Covering(None, [], Consulted(), validated, date(2026, 5, 4))
    activity = ProcessingActivity(status=ActivityStatus.ACTIVE, started_on=date(2022, 1, 1))

    assert was_consulted_before(activity, covering) is before


@pytest.mark.parametrize("answered", [False, True])
def test_page_form_api_document_and_policy_agree_on_which_consultation_counts(
    town: Town, activity_id: int, answered: bool
) -> None:
    steward = town.someone(Role.STEWARD)
    address = begun(steward, activity_id)
    written(town, address, activity_id, after="important")
    submitted(town, address)
    decided(town, address, reason="Validée pour saisir la CNIL.")
    answer = {"answered_on": "2026-11-24", "answer": "advice"} if answered else {}
    sent = {"sent_on": "2026-11-20", "version": "0", **answer}
    assert steward.post(f"{address}/consultation", sent).status_code == 303
    revised(town, address, "validated")

    number = int(address.rpartition("/")[2])
    page = steward.get(address).text
    assert "la CNIL doit être consultée" in page
    assert "Noter la consultation" in page
    assert "Cette consultation porte sur la révision 1." in page
    assert 'value="2026-11-20"' not in steward.get(f"{address}/consultation").text
    assert findings(town, activity_id)["RGPD-17"] == "non-compliant"
    body = steward.api("GET", f"/api/v1/impact-assessments/{number}").json()
    assert (body["consultation_owed"], body["consultation"]["revision"]) == (True, 1)
    with town.acting() as session:
        sheet = gather(session, Subject("assessment", number), Moment(TODAY, TODAY, TODAY, until=None)).values
    said = str(sheet["sheets"][-1])
    assert "révision n° 1 : saisie le 20 novembre 2026" in said
    assert "La CNIL n’a pas encore été consultée" in said

    assert steward.post(f"{address}/consultation", {"sent_on": "2026-11-25", "version": "0"}).status_code == 303

    body = steward.api("GET", f"/api/v1/impact-assessments/{number}").json()
    assert (body["consultation_owed"], body["consultation"]["revision"]) == (False, 2)
    assert [(one["revision"], one["sent_on"]) for one in body["consultations"]] == [
        (1, "2026-11-20"),
        (2, "2026-11-25"),
    ]
    assert "la CNIL doit être consultée" not in steward.get(address).text
