"""What activities owe, what is kept beyond its time, and since when: on the desk of who may mend it, and once."""

from datetime import date, timedelta
from html import unescape

import pytest

from registry.kernel.permissions import Role
from registry.organisations.forms import OrganisationForm
from registry.organisations.service import amend_organisation
from registry.platform.lists import load_list
from registry.processing.forms import ActivityForm
from registry.processing.service import record_activity
from registry.web.templating import say_day
from tests.conftest import TODAY, Town
from tests.desk.test_desk import shown, taking
from tests.processing.assessing import answers, screened
from tests.processing.test_disposal_slips import due, prepared

pytestmark = pytest.mark.database


def _activity(town: Town, **values: object) -> int:
    said = {"name": "Cantine", "status": "active", "lawful_basis": "public-task", "declared_absent": ["founding_text"]}
    with town.acting() as session:
        return record_activity(session, town.commune_id, ActivityForm.model_validate({**said, **values})).id


def test_what_an_activity_owes_is_on_the_desk_of_who_records_it_with_where_to_mend_it(town: Town) -> None:
    number = _activity(town)
    breach, gap = f"finding:activity:{number}:RGPD-04", f"finding:activity:{number}:activity.has_processors"
    for role in (Role.STEWARD, Role.DPO, Role.LEGAL):
        answer = town.someone(role).get("/bureau?genre=finding")
        assert {breach, gap} <= set(shown(answer)), role
        assert f'href="/traitements/{number}/modifier#founding_text"' in answer.text
        assert f'href="/traitements/{number}/sous-traitants"' in answer.text
    assert breach not in taking(town, town.someone(Role.STEWARD, town.other_commune_id))
    assert breach not in taking(town, town.someone(Role.READER))


def test_an_impact_assessment_that_is_due_is_one_task_of_its_own(town: Town) -> None:
    number, steward = _activity(town), town.someone(Role.STEWARD)
    screened(steward, number, **answers(*list(load_list("dpia_criteria"))[:4]))

    assert f"dpia:{number}" in taking(town, steward, "dpia")
    assert f"finding:activity:{number}:RGPD-15" not in taking(town, steward)


def test_a_task_of_an_activity_may_be_handed_to_who_records_activities(town: Town) -> None:
    key = f"finding:activity:{_activity(town)}:RGPD-04"
    jurist = town.someone(Role.LEGAL)
    answer = town.someone(Role.STEWARD).post(
        f"/bureau/taches/{key}/confier", {"account_id": str(jurist.account_id)}
    )  # fmt: skip

    assert answer.status_code == 303
    assert key in taking(town, jurist)


def test_what_is_kept_beyond_its_time_is_asked_of_who_may_prepare_a_slip_until_it_stands_on_one(town: Town) -> None:
    number = due(town, "Lecteurs", personal_data="personal")
    key = f"finding:dataset:{number}:SOB-03"
    archivist, steward = town.someone(Role.ARCHIVIST), town.someone(Role.STEWARD)
    answer = archivist.get("/bureau?genre=finding")

    assert key in shown(answer)
    assert 'href="/conservation/bordereaux/nouveau"' in answer.text
    assert archivist.get("/conservation/bordereaux/nouveau").status_code == 200
    assert key not in taking(town, steward)

    slip = prepared(town, number)
    assert key not in taking(town, archivist)
    sheet = steward.get(f"/jeux/{number}").text
    assert f'href="{slip}"' in sheet
    assert f"sur le bordereau BE-{town.info['today']().year}-001" in sheet


def test_a_breach_began_the_day_after_the_time_the_law_leaves_on_the_desk_as_on_the_sheet(town: Town) -> None:
    town.info["today"] = lambda: TODAY
    updated = TODAY - timedelta(days=400)
    with town.acting() as session:
        form = OrganisationForm(rip_url="https://exemple.invalid/rip", rip_updated_on=updated)
        amend_organisation(session, town.authority_id, form, expected=None)
    began = date(updated.year + 1, updated.month, updated.day) + timedelta(days=1)
    jurist = town.someone(Role.LEGAL)
    sheet = jurist.get(f"/organisations/{town.authority_id}").text.replace("\xa0", " ")
    task = jurist.get(f"/bureau/taches/finding:organisation:{town.authority_id}:OD-10").text.replace("\xa0", " ")
    day = say_day(began).replace("\xa0", " ")

    assert f"depuis le {day}" in sheet
    assert f"depuis le {day}" in task


def test_the_link_of_a_missing_interface_opens_the_section_that_holds_it(town: Town) -> None:
    sheet = town.record()
    steward = town.someone(Role.STEWARD)
    pages = steward.get(f"/jeux/{sheet}").text + steward.get("/bureau").text

    assert "/modifier#services" not in pages
    assert 'id="interfaces"' in steward.get(f"/jeux/{sheet}/modifier").text


def test_what_a_body_owes_whatever_it_recorded_is_told_to_who_may_begin_its_sheet(town: Town) -> None:
    key = f"finding:organisation:{town.commune_id}:organisation.address_base_recorded"
    new = f"/jeux/nouveau?modele=base-adresse-locale&amp;organisation={town.commune_id}"
    steward = town.someone(Role.STEWARD)
    answer = steward.get("/bureau?genre=finding")

    assert key in shown(answer)
    assert f'href="{new}"' in answer.text
    assert "Commencer la fiche" in answer.text
    form = steward.get(unescape(new)).text
    assert f'<option value="{town.commune_id}" selected>' in form
    assert key not in taking(town, town.someone(Role.STEWARD, town.other_commune_id))

    town.record(on=town.commune_id, nature="local-address-base")
    assert key not in taking(town, steward)


def test_who_amends_a_body_without_recording_sheets_is_led_to_what_it_may_declare(town: Town) -> None:
    jurist = town.someone(Role.LEGAL)
    answer = jurist.get("/bureau?genre=finding")

    assert f"finding:organisation:{town.commune_id}:organisation.subsidies_recorded" in shown(answer)
    assert f'href="/organisations/{town.commune_id}/modifier#declared_absent"' in answer.text
    assert "/jeux/nouveau?modele=" not in answer.text
    assert 'id="declared_absent"' in jurist.get(f"/organisations/{town.commune_id}/modifier").text


def test_a_task_told_by_a_sheet_is_handed_to_who_records_sheets(town: Town) -> None:
    key = f"finding:organisation:{town.commune_id}:organisation.address_base_recorded"
    steward, other = town.someone(Role.STEWARD), town.someone(Role.STEWARD, town.commune_id)
    answer = steward.post(f"/bureau/taches/{key}/confier", {"account_id": str(other.account_id)})

    assert answer.status_code == 303
    assert key in taking(town, other)
