"""What a job says of itself is read by its asker and by whoever may ask for the same, and by nobody else."""

import pytest

from registry.kernel.permissions import Role
from registry.platform.models import JobRun, JobState
from tests.conftest import Town

pytestmark = pytest.mark.database


def run_of(town: Town, kind: str, account_id: int, **arguments: str) -> int:
    """A job that somebody asked for on the authority, and that failed with a message."""
    with town.acting() as session:
        run = JobRun(
            organisation_id=town.authority_id, actor=f"account:{account_id}", account_id=account_id, kind=kind,
            key=kind, state=JobState.FAILED, message="Ligne 7 : capucine", arguments=arguments,
        )  # fmt: skip
        session.add(run)
        session.flush()
        return run.id


def test_the_message_of_an_import_is_shown_to_its_asker_and_to_who_may_import(town: Town) -> None:
    asker, steward, reader = town.someone(Role.DIRECTOR), town.someone(Role.STEWARD), town.someone(Role.READER)
    number = run_of(town, "exchange:import:apply", asker.account_id)

    assert [one.get(f"/travaux/{number}").status_code for one in (asker, steward, reader)] == [200, 200, 404]
    assert "capucine" in steward.get(f"/travaux/{number}").text
    assert "capucine" not in reader.get(f"/travaux/{number}").text


def test_the_job_of_a_document_is_shown_to_who_may_read_the_document(town: Town) -> None:
    asker, legal, steward = town.someone(Role.DPO), town.someone(Role.LEGAL), town.someone(Role.STEWARD)
    number = run_of(town, "reporting:document:issue", asker.account_id, report="breaches")

    assert [one.get(f"/travaux/{number}").status_code for one in (asker, legal, steward)] == [200, 200, 404]
    assert steward.api("GET", f"/api/v1/jobs/{number}").status_code == 404


def test_a_job_of_no_known_kind_is_shown_to_its_asker_alone(town: Town) -> None:
    reader, administrator = town.someone(Role.READER), town.someone(Role.ADMINISTRATOR)
    number = run_of(town, "essai:autre", reader.account_id)

    assert [one.get(f"/travaux/{number}").status_code for one in (reader, administrator)] == [200, 404]
