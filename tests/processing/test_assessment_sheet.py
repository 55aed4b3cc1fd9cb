"""The sheet of an impact assessment says its latest revision, step by step, and what it still lacks."""

from typing import Any

import pytest

from registry.kernel.errors import Invalid
from registry.kernel.issuing import Moment, Subject
from registry.kernel.permissions import Role
from registry.processing.assessments.gathering import gather, get_keeper
from registry.processing.forms import ActivityForm
from registry.processing.service import record_activity
from registry.reporting.discovery import get_report
from tests.conftest import TODAY, Town

pytestmark = pytest.mark.database


def begun(town: Town) -> int:
    """A new assessment of an activity of the authority."""
    with town.acting() as session:
        activity = record_activity(session, town.authority_id, ActivityForm(name="Vidéoprotection", reference="V-1"))
        number = activity.id
    form = {
        "title": "AIPD de la vidéoprotection",
        "activity_ids": str(number),
        "organisation_id": str(town.authority_id),
    }
    made = town.someone(Role.STEWARD).post("/aipd/nouvelle", form)
    assert made.status_code == 303, made.text
    return int(str(made.headers["location"]).partition("/etapes")[0].rpartition("/")[2])


def test_an_assessment_just_begun_says_what_it_covers_and_what_is_to_complete(town: Town):
    subject = Subject("assessment", begun(town))
    with town.acting() as session:
        keeper = get_keeper(session, subject)
        found = gather(session, subject, Moment(TODAY, TODAY, TODAY, until=None))
    content: Any = get_report("impact-assessment").content.from_sample(
        {**found.values, "issued_on": TODAY, "author": "DPO", "seal": {"number": 1, "root": "0" * 64}}
    )

    assert keeper == found.organisation_id == town.authority_id
    assert content.scope == "AIPD de la vidéoprotection"
    assert content.sheets[0].lines[0].text == "V-1 Vidéoprotection"
    assert [sheet.id for sheet in content.sheets] == ["contexte", "principes", "risques", "mesures", "avis"]
    assert {line.label for line in content.sheets[-1].missing} >= {"Avis du DPO", "Décision"}
    assert content.complete == 0


def test_what_is_no_assessment_has_no_sheet(town: Town):
    with town.acting() as session, pytest.raises(Invalid, match="depuis sa page"):
        get_keeper(session, Subject("organisation", town.authority_id))
    with town.acting() as session, pytest.raises(Invalid, match="n’existait pas encore"):
        gather(session, Subject("assessment", 987), Moment(TODAY, TODAY, TODAY, until=None))
