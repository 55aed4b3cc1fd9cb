"""What a finding names is there, and stays: the database itself sees to it, whoever writes."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError

from registry.datasets.forms import DatasetForm
from registry.datasets.service import record_dataset
from tests.conftest import Town

pytestmark = pytest.mark.database

_AGAIN = text(
    "INSERT INTO finding (subject_kind, organisation_id, subject_id, policy_id, version_digest, period, verdict,"
    " facts, missing) SELECT subject_kind, coalesce(:body, organisation_id), subject_id + 1000, policy_id,"
    " CASE WHEN rank = 1 THEN coalesce(:digest, version_digest) ELSE version_digest END, period, verdict, facts,"
    " missing FROM (SELECT f.*, row_number() OVER (ORDER BY id) AS rank FROM finding f) AS f"
)


@pytest.fixture
def owner(town: Town) -> Iterator[Connection]:
    """The owner of the tables, in a registry with one judged sheet."""
    with town.acting() as session:
        record_dataset(session, town.authority_id, DatasetForm(title="Arbres"))
    with town.home.owner.connect() as connection:
        yield connection


@pytest.mark.parametrize(("body", "digest"), [(-1, None), (None, "0" * 64)])
def test_no_finding_names_an_organisation_or_a_text_that_is_not_there(
    owner: Connection, body: int | None, digest: str | None
) -> None:
    with pytest.raises(IntegrityError, match="not there"):
        owner.execute(_AGAIN, {"body": body, "digest": digest})
    owner.rollback()
    assert owner.execute(_AGAIN, {"body": None, "digest": None}).rowcount > 10


@pytest.mark.parametrize(
    "loses",
    [
        "DELETE FROM policy_text WHERE digest IN (SELECT version_digest FROM finding)",
        "UPDATE policy_text SET digest = digest || 'x'",
        "UPDATE finding SET version_digest = 'x'",
        "UPDATE finding SET organisation_id = -1",
    ],
)
def test_what_a_finding_names_is_neither_taken_out_nor_renamed(owner: Connection, loses: str) -> None:
    with pytest.raises(IntegrityError, match="finding"):
        owner.execute(text(loses))


def test_an_organisation_with_findings_is_not_taken_out(owner: Connection, town: Town) -> None:
    # Nothing else refers to it.
    owner.execute(text("SELECT set_config('beffroi.actor', 'cli:essai', true)"))
    alone = owner.execute(
        text(
            "INSERT INTO organisation SELECT (jsonb_populate_record(o, jsonb_build_object('id', 900001, 'siren', NULL,"
            " 'siret', NULL, 'insee_code', NULL, 'lineage', ARRAY[900001]))).* FROM organisation o WHERE id = :id"
            " RETURNING id"
        ),
        {"id": town.authority_id},
    ).scalar_one()
    owner.execute(_AGAIN, {"body": alone, "digest": None})
    gone = text("DELETE FROM organisation WHERE id = :id")
    with pytest.raises(IntegrityError, match="a finding names this row"), owner.begin_nested():
        owner.execute(gone, {"id": alone})
    owner.execute(text("DELETE FROM finding WHERE organisation_id = :id"), {"id": alone})
    assert owner.execute(gone, {"id": alone}).rowcount == 1


def test_who_takes_out_what_a_finding_being_written_names_waits_for_its_end(owner: Connection, town: Town) -> None:
    owner.execute(_AGAIN, {"body": None, "digest": None})
    taken_out = text("DELETE FROM policy_text WHERE digest IN (SELECT version_digest FROM finding)")
    with town.home.owner.connect() as other:
        other.execute(text("SET LOCAL lock_timeout = '100ms'"))
        with pytest.raises(OperationalError, match="lock timeout"):
            other.execute(taken_out)


def test_the_texts_of_policies_are_not_emptied_at_once(owner: Connection) -> None:
    with pytest.raises(DBAPIError, match="neither rewritten nor emptied"):
        owner.execute(text("TRUNCATE policy_text"))
