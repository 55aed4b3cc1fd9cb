"""The annual review of a record: what changed in the year, what nobody read again, what is due, what was received."""

from datetime import timedelta
from typing import Any

import pytest

from registry.kernel.issuing import Moment, Subject
from registry.kernel.permissions import Permission, Role
from registry.organisations.queries import get_organisation
from registry.platform.clock import now
from registry.platform.database import settle
from registry.processing import reviewing
from registry.processing.assessments.forms import ScreeningForm
from registry.processing.assessments.service import screen_activity
from registry.processing.breaches.forms import BreachForm
from registry.processing.breaches.service import record_breach
from registry.processing.forms import ActivityForm
from registry.processing.measures.forms import ProtectiveMeasureForm
from registry.processing.measures.queries import count_late_measures
from registry.processing.measures.service import record_measure
from registry.processing.requests.forms import RequestForm
from registry.processing.requests.service import record_request
from registry.processing.service import record_activity
from registry.reporting.discovery import get_report
from tests.conftest import TODAY, Town
from tests.processing.assessing import begun, decided, submitted, written

pytestmark = pytest.mark.database


def review(town: Town) -> Any:
    """The review of the authority's record today."""
    with town.acting() as session:
        found = reviewing.gather(
            session, Subject("organisation", town.authority_id), Moment(TODAY, TODAY, TODAY, until=None)
        )
    more = {"issued_on": TODAY, "author": "DPO", "seal": {"number": 1, "root": "0" * 64}}
    return get_report("annual-review").content.from_sample({**found.values, **more})


def test_a_review_tells_what_entered_what_nobody_read_and_what_is_due(town: Town):
    due = {"criteria": {"large-scale": True, "vulnerable-persons": True}, "required_none": True, "exempt_none": True,
           "law_assessed": False}  # fmt: skip
    with town.acting() as session:
        social = record_activity(session, town.authority_id, ActivityForm(name="Suivi social", status="active"))
        screen_activity(session, social.id, ScreeningForm.model_validate(due), expected=0)
        record_activity(session, town.authority_id, ActivityForm(name="Cantine", reviewed_on=TODAY))
        record_activity(session, town.commune_id, ActivityForm(name="D’une autre"))
        known = now() - timedelta(hours=100)
        said = BreachForm(title="Clé perdue", natures=["confidentiality"], known_at=known)
        record_breach(session, town.authority_id, said, now=now())
        record_request(
            session, town.authority_id,
            RequestForm(regime="cada", subject="Un rapport", received_on=TODAY - timedelta(days=60)),
        )  # fmt: skip
        late = ProtectiveMeasureForm(name="Isoler le réseau", activity_id=social.id, due_on=TODAY - timedelta(days=3))
        record_measure(session, town.authority_id, late)
        settle(session)

    content = review(town)

    changed, unread, assessed, measures, _plans, breaches, requests = content.sheets
    assert [row[1:3] for row in changed.grids[0].rows] == [("Suivi social", "Inscrite"), ("Cantine", "Inscrite")]
    assert [row[1] for row in unread.grids[0].rows] == ["Suivi social"]
    assert assessed.grids[0].rows == (("Suivi social", "À engager", "AIPD requise"),)
    assert [row[:2] for row in measures.grids[0].rows] == [("Suivi social", "Isoler le réseau")]
    assert {line.label: line.text for line in breaches.lines}["Connues dans l’année"] == "1"
    assert [row[1:] for row in requests.grids[0].rows] == [("1", "0", "1", "0", "1")]
    assert [(one.first, one.second) for one in content.summary] == [
        (2, 0),
        (1, 1),
        (0, 1),
        (0, 1),
        (0, 0),
        (0, 1),
        (0, 1),
    ]
    assert "Clé perdue" not in get_report("annual-review").content.to_canonical(content).decode()


def test_a_review_counts_late_measures_as_the_overview_does_and_those_of_assessments_apart(town: Town):
    with town.acting() as session:
        number = record_activity(session, town.authority_id, ActivityForm(name="Vidéoprotection", status="active")).id
        for name, said in (
            ("Isoler le réseau", {"due_on": TODAY - timedelta(days=3)}),
            ("Former les agents", {"due_on": TODAY + timedelta(days=3)}),
            ("Chiffrer", {"due_on": TODAY - timedelta(days=9), "state": "done"}),
        ):
            record_measure(session, town.authority_id, ProtectiveMeasureForm(name=name, activity_id=number, **said))
        settle(session)
    address = begun(town.someone(Role.STEWARD), number)
    written(town, address, number)
    submitted(town, address)
    assert decided(town, address).status_code == 303

    sheets = {sheet.name: sheet for sheet in review(town).sheets}

    measures, planned = sheets["Mesures de protection"], sheets["Mesures prévues par les analyses d’impact"]
    assert [row[:2] for row in measures.grids[0].rows] == [("Vidéoprotection", "Isoler le réseau")]
    assert [row[:2] for row in planned.grids[0].rows] == [("AIPD de la vidéoprotection", "Masquer les façades")]
    with town.acting() as session:
        assert count_late_measures(session, TODAY)[town.authority_id] == len(measures.grids[0].rows)


def test_a_sheet_to_read_again_says_who_answers_for_it_and_no_code_of_the_register(town: Town):
    with town.acting() as session:
        record_activity(session, town.service_id, ActivityForm(name="Relève des compteurs"))
        said = ActivityForm(name="Suivi social", department="Action sociale", reference="T-1")
        record_activity(session, town.authority_id, said)
        record_activity(session, town.authority_id, ActivityForm(name="Vœux"))

    changed, unread, *_others = review(town).sheets

    with town.acting() as session:
        own = get_organisation(session, town.authority_id).name
    assert [row[:3] for row in unread.grids[0].rows] == [
        ("–", "Relève des compteurs", "Direction de l’eau"), ("T-1", "Suivi social", "Action sociale"),
        ("–", "Vœux", own),
    ]  # fmt: skip
    assert "urn:uuid" not in str(changed)


def test_an_empty_record_has_a_review_that_says_nothing_happened(town: Town):
    content = review(town)

    assert [(one.first, one.second) for one in content.summary] == [(0, 0)] * 7
    assert not any(sheet.grids for sheet in content.sheets)


def test_the_review_counts_confided_matters_and_is_offered_to_who_reads_them(town: Town):
    source = town.info["sources"]["annual-review"]

    assert source.permission is Permission.PROCESSING_BREACH_READ
    for role in (Role.DPO, Role.STEWARD, Role.DIRECTOR, Role.READER):
        page = town.someone(role).get("/traitements").text
        assert ("report=annual-review" in page) is (role is Role.DPO), role
        assert ("report=record-of-processing" in page) is (role is not Role.READER), role
        assert ("report=breaches" in town.someone(role).get("/violations").text) is (role is Role.DPO), role
        assert ("report=requests" in town.someone(role).get("/demandes").text) is (role is Role.DPO), role
