"""Whether an assessment is due is said alike by the page, the API, the record issued, the dataset and the desk."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from registry.datasets.forms import DatasetForm
from registry.datasets.service import record_dataset
from registry.kernel.issuing import Moment, Subject
from registry.kernel.permissions import Role
from registry.platform.database import settle
from registry.processing.assessments.forms import ScreeningForm
from registry.processing.assessments.service import screen_activity
from registry.processing.forms import ActivityForm
from registry.processing.gathering import gather_full
from registry.processing.service import record_activity
from tests.access.assessments import write_assessment
from tests.conftest import TODAY, Town

pytestmark = pytest.mark.database

CRITERIA = ("large-scale", "vulnerable-persons")
ANSWERS: dict[str, tuple[dict[str, object] | None, str, str]] = {
    "two criteria": ({"criteria": dict.fromkeys(CRITERIA, True), "required_none": True, "exempt_none": True,
                      "law_assessed": False}, "required", "AIPD requise"),
    "nothing answered": (None, "to-complete", "À compléter"),
    "assessed by its law": ({"law_assessed": True}, "exempt", "Dispensé d’AIPD"),
}  # fmt: skip


def recorded(town: Town, answers: dict[str, object] | None) -> tuple[int, int]:
    """An activity in use on a dataset, with what was answered of it."""
    with town.acting() as session:
        sheet = record_dataset(session, town.authority_id, DatasetForm(title="Aides"))
        form = {"name": "Suivi social", "status": "active", "datasets": [{"dataset_id": sheet.id}]}
        activity = record_activity(session, town.authority_id, ActivityForm.model_validate(form))
        if answers is not None:
            screen_activity(session, activity.id, ScreeningForm.model_validate(answers), expected=0)
        settle(session)
        return activity.id, sheet.id


def issued(town: Town) -> str:
    """What the record of the body says of its only activity."""
    until = datetime(2199, 1, 1, tzinfo=ZoneInfo("Europe/Paris"))
    with town.acting() as session:
        moment = Moment(as_of=TODAY, known_on=TODAY, law_of=TODAY, until=until)
        gathered = gather_full(session, Subject("organisation", town.authority_id), moment)
        return str(gathered.values["activities"][0]["assessment"])


@pytest.mark.parametrize("case", ANSWERS)
def test_the_page_the_api_the_record_the_dataset_and_the_desk_give_one_answer(town: Town, case: str):
    answers, code, label = ANSWERS[case]
    activity, dataset = recorded(town, answers)
    dpo, steward = town.someone(Role.DPO), town.someone(Role.STEWARD)

    need = dpo.api("GET", f"/api/v1/processing-activities/{activity}/dpia-need").json()["need"]
    desks = [
        {one["key"] for one in who.api("GET", "/api/v1/tasks").json()["tasks"]}
        for who in (dpo, steward, town.someone(Role.READER))
    ]

    assert need == code
    assert f"need-{code}" in dpo.get(f"/traitements/{activity}").text
    assert label in dpo.get(f"/jeux/{dataset}").text.split('id="rgpd"')[1]
    assert issued(town) == label
    assert [f"dpia:{activity}" in desk for desk in desks] == [code == "required", code == "required", False]


def test_a_change_that_makes_it_due_tells_the_desk_until_the_assessment_is_validated(town: Town):
    activity, _dataset = recorded(town, None)
    steward = town.someone(Role.STEWARD)

    def told() -> bool:
        return f"dpia:{activity}" in {one["key"] for one in steward.api("GET", "/api/v1/tasks").json()["tasks"]}

    assert not told()
    answer = steward.api(
        "PUT", f"/api/v1/processing-activities/{activity}/dpia-need", json=ANSWERS["two criteria"][0],
        headers={"If-Match": '"0"'},
    )  # fmt: skip
    assert answer.status_code == 200, answer.text
    assert told()
    desk = steward.get("/bureau").text
    assert "AIPD requise : engager l’analyse d’impact" in desk
    assert f'href="/traitements/{activity}#aipd"' in desk
    assert "Suivi social" in desk
    with town.acting() as session:
        write_assessment(session, town.authority_id, activity, "essai", day=TODAY)
    assert issued(town) == "AIPD requise ; analyse en cours de rédaction ; CNIL à consulter"
