"""What the role of the public reads, however it asks: published rows, columns that may leave, and nothing it writes."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from registry.platform.database import PUBLIC
from tests.public.conftest import Published

pytestmark = pytest.mark.database

LEAVES = {
    "dataset": {
        "id", "version", "organisation_id", "identifier", "uri", "title", "title_sort", "description", "keywords",
        "themes", "local_themes", "publisher_name", "publisher_uri", "creator_name", "creator_siret", "contact_service",
        "contact_url", "landing_page", "languages", "access_rights", "frequency", "issued", "modified", "spatial",
        "spatial_granularity", "temporal_start", "temporal_end", "licence", "rights", "conforms_to", "documentation",
        "provenance", "version_label", "applicable_legislation", "hvd_categories", "inspire_themes", "acronym",
        "records_count", "reuser_warning",
    },
    "distribution": {
        "id", "version", "dataset_id", "identifier", "title", "description", "access_url", "download_url", "format",
        "media_type", "licence", "rights", "byte_size", "checksum_algorithm", "checksum_value", "issued", "modified",
        "availability", "languages", "conforms_to", "documentation",
    },
    "data_service": {
        "id", "version", "dataset_id", "identifier", "title", "description", "endpoint_url", "endpoint_description",
        "conforms_to", "licence", "documentation",
    },
    "organisation": {
        "id", "version", "parent_id", "lineage", "kind", "name", "name_sort", "siren", "siret", "insee_code",
        "legal_form", "website",
    },
    "stage_passage": {"id", "dataset_id", "to_stage", "passed_on"},
    "public_dataset": {"id"},
}  # fmt: skip
"""Every column that leaves: no person, no account, no note, no stage but what is published."""


def asked(published: Published, question: str) -> list[tuple[object, ...]]:
    with published.public() as session:
        return [tuple(row) for row in session.execute(text(question))]


def test_the_public_reads_these_columns_and_no_other(published: Published) -> None:
    with published.town.home.owner.connect() as connection:
        readable = connection.execute(
            text(
                "SELECT c.relname, array_agg(a.attname::text) FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid"
                " JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname IN ('public', 'jobs')"
                " AND c.relkind IN ('r', 'v', 'm', 'S') AND a.attnum > 0 AND NOT a.attisdropped"
                " AND has_column_privilege(:role, c.oid, a.attnum, 'SELECT') GROUP BY 1"
            ),
            {"role": PUBLIC},
        ).all()
    assert {name: set(columns) for name, columns in readable} == LEAVES


def test_only_what_is_published_and_stands_is_seen(published: Published) -> None:
    seen = {name for (name,) in asked(published, "SELECT title FROM dataset")}
    assert seen == {"Arbres d’alignement", "Écoles"}
    assert {number for (number,) in asked(published, "SELECT dataset_id FROM distribution")} == {
        published.sheets["trees"]
    }
    days = asked(published, "SELECT dataset_id FROM stage_passage")
    assert {number for (number,) in days} == {published.sheets["trees"], published.sheets["schools"]}


def test_a_row_that_is_not_public_cannot_be_named_either(published: Published) -> None:
    hidden = [published.sheets[name] for name in ("draft", "annulled", "withdrawn", "revised")]
    assert asked(published, f"SELECT id FROM dataset WHERE id = ANY (ARRAY{hidden})") == []
    assert asked(published, "SELECT id FROM dataset WHERE title LIKE '%secret%'") == []


def test_only_the_bodies_that_publish_and_those_above_are_named(published: Published) -> None:
    seen = {name for (name,) in asked(published, "SELECT name FROM organisation")}
    assert seen == {"Communauté urbaine d’essai", "Grande-Commune"}, "the service publishes nothing for now"


@pytest.mark.parametrize(
    "question",
    [
        "SELECT * FROM dataset",
        "SELECT notes FROM dataset",
        "SELECT contact_person_id FROM dataset",
        "SELECT d FROM dataset d",
        "SELECT dataset_id FROM kept_back",
        "SELECT row_to_json(d) FROM dataset d",
        "SELECT why_kept_back(1)",
        "SELECT asked_by FROM stage_request",
        "SELECT value FROM person_identity",
        "SELECT id FROM account",
        "SELECT * FROM registry",
        "SELECT snapshot FROM ledger_entry",
        "SELECT advance_stage(1, now()::date)",
        "SET ROLE beffroi_app",
        "UPDATE dataset SET title = 'à moi'",
        "DELETE FROM dataset",
        "INSERT INTO organisation (name) VALUES ('à moi')",
        "CREATE TABLE mine (id int)",
        "CREATE TEMPORARY TABLE mine (id int)",
        "SELECT lo_create(0)",
    ],
)
def test_the_public_is_refused_everything_else(published: Published, question: str) -> None:
    with published.public() as session, pytest.raises(DBAPIError) as refused:
        session.execute(text(question))
    assert getattr(refused.value.orig, "sqlstate", "") in {"42501", "25006"}, str(refused.value.orig)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE dataset SET title = 'à moi'",
        "DELETE FROM distribution",
        "SELECT lo_create(0)",
        "SELECT lo_creat(-1)",
        "SELECT lo_from_bytea(0, 'x')",
        "SELECT lo_put(1, 0, 'x')",
        "SELECT lo_unlink(1)",
    ],
)
def test_leaving_the_read_only_transaction_opens_no_right(published: Published, statement: str) -> None:
    with published.town.home.public.connect() as connection:
        connection.execute(text("SET TRANSACTION READ WRITE"))
        with pytest.raises(DBAPIError, match="denied"):
            connection.execute(text(statement))


def test_saying_who_acts_shows_nothing_more(published: Published) -> None:
    with published.public() as session:
        session.execute(text("SELECT set_config('beffroi.reads', '{1,2,3,4}', true)"))
        assert session.execute(text("SELECT count(*) FROM dataset")).scalar_one() == 2


def test_what_was_public_is_told_as_withdrawn_and_a_draft_is_not(published: Published) -> None:
    told = {
        name: asked(published, f"SELECT withdrawn_on FROM withdrawal_of({number})")
        for name, number in published.sheets.items()
    }
    assert {name for name, answer in told.items() if answer} == {"annulled", "withdrawn"}


def test_the_list_of_the_public_is_read_by_its_index(published: Published) -> None:
    with published.public() as session:
        session.execute(text("SET LOCAL enable_seqscan = off"))
        plan = session.execute(text("EXPLAIN SELECT count(*) FROM dataset")).scalars().all()
    assert any("ix_dataset_published" in line for line in plan), plan
