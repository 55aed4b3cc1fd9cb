"""CDV-09: the last substantial change of a dataset is read from its history, its reassessment from its activities."""

from datetime import timedelta
from typing import Any

import pytest

from registry.compliance.vocabulary import SubjectKind
from registry.datasets.facts import Instead
from registry.datasets.forms import DatasetChange
from registry.datasets.queries import get_dataset
from registry.datasets.service import amend_dataset
from registry.processing.facts import bind_datasets_processed
from registry.processing.forms import ActivityChange, ActivityForm
from registry.processing.queries import get_activity
from registry.processing.service import amend_activity, record_activity
from tests.conftest import Town
from tests.processing.test_disposal_slips import judged

pytestmark = pytest.mark.database


def changed(town: Town, number: int, **values: Any) -> str:
    """Amends a dataset, and says what CDV-09 then finds."""
    with town.acting() as session:
        amend_dataset(
            session, number, DatasetChange.model_validate(values), expected=get_dataset(session, number).version
        )  # fmt: skip
    return judged(town, SubjectKind.DATASET, number, "CDV-09")


def test_a_change_of_nature_origin_or_system_asks_for_a_new_reading_of_the_activity(town: Town):
    number, day = town.record(personal_data="personal", origin="produced"), town.info["today"]()
    said = [changed(town, number, title="Autre nom"), changed(town, number, nature="other")]
    said.append(changed(town, number, personal_data="special-category"))
    with town.acting() as session:
        form = ActivityForm.model_validate({"name": "Suivi", "datasets": [{"dataset_id": number}]})
        activity = record_activity(session, town.authority_id, form).id
    for reviewed in (day - timedelta(days=1), day):
        with town.acting() as session:
            form = ActivityChange(reviewed_on=reviewed)
            amend_activity(session, activity, form, expected=get_activity(session, activity).version)
        said.append(judged(town, SubjectKind.DATASET, number, "CDV-09"))

    assert said == ["not-applicable", "not-applicable", "to-complete", "non-compliant", "compliant"]
    assert changed(town, number, personal_data="none") == "not-applicable"


def test_what_was_empty_and_is_filled_in_is_no_change_and_a_value_that_comes_back_different_is(town: Town):
    number = town.record(personal_data="personal")
    assert changed(town, number, origin="produced") == "not-applicable"
    assert changed(town, number, origin=None) == "not-applicable"
    assert changed(town, number, origin="partner") == "to-complete"


def test_a_change_that_is_only_tried_is_judged_as_made_today(town: Town):
    number, day = town.record(personal_data="personal", origin="produced"), town.info["today"]()
    with town.acting() as session:
        tried = {number: Instead({"origin": "partner"})}
        told = bind_datasets_processed(session, [number], on=day, until=None, instead=tried)[number][1]
        same = {number: Instead({"origin": "produced"})}
        kept = bind_datasets_processed(session, [number], on=day, until=None, instead=same)[number][1]

    assert (told["dataset.changed_on"], kept["dataset.changed_on__present"]) == (day, False)
