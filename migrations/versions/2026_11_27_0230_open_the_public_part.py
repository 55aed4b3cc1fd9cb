"""open the public part

The role of the public reads published datasets, their files and interfaces, the bodies that publish them and the days
they were published: columns named one by one, rows that `is_public` lets out, and nothing else.
"""

from collections.abc import Sequence

from alembic import op
from sqlalchemy import text

revision: str = "0056"
down_revision: str | None = "0055"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

# The one place that says what is public. It takes the row, so that the planner writes it out in each query.
IS_PUBLIC = """
CREATE FUNCTION is_public(sheet dataset) RETURNS boolean LANGUAGE sql STABLE AS
$$ SELECT sheet.stage = 'published' AND NOT sheet.annulled $$
"""
# Bodies that publish and those above them. It reads past the policies of `organisation`, which ask it.
PUBLISHING = """
CREATE FUNCTION publishing_bodies() RETURNS bigint[] LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = public, pg_temp AS
$$ SELECT coalesce(array_agg(DISTINCT above), '{}') FROM organisation o, unnest(o.lineage) AS above
    WHERE EXISTS (SELECT FROM dataset d WHERE d.organisation_id = o.id AND is_public(d)) $$
"""
# Whether the public has read a dataset that it reads no more, for good: its address says so.
WITHDRAWN = """
CREATE FUNCTION was_withdrawn(known bigint) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = public, pg_temp AS
$$ SELECT EXISTS (SELECT FROM dataset d WHERE d.id = known AND NOT is_public(d)
                     AND (d.annulled OR d.stage IN ('withdrawn', 'archived', 'disposed')))
      AND EXISTS (SELECT FROM stage_passage p WHERE p.dataset_id = known AND p.to_stage = 'published') $$
"""
OF_A_PUBLIC_DATASET = "EXISTS (SELECT FROM dataset d WHERE d.id = dataset_id)"
OPENED = {
    "dataset": (
        "is_public(dataset)",
        "id, version, organisation_id, identifier, uri, title, title_sort, description, keywords, themes, local_themes,"
        " publisher_name, publisher_uri, creator_name, creator_siret, contact_service, contact_url, landing_page,"
        " languages, access_rights, frequency, issued, modified, spatial, spatial_granularity, temporal_start,"
        " temporal_end, licence, rights, conforms_to, documentation, provenance, version_label, applicable_legislation,"
        " hvd_categories, inspire_themes, acronym, records_count, reuser_warning",
    ),
    "distribution": (
        f"NOT annulled AND {OF_A_PUBLIC_DATASET}",
        "id, version, dataset_id, identifier, title, description, access_url, download_url, format, media_type,"
        " licence, rights, byte_size, checksum_algorithm, checksum_value, issued, modified, availability, languages,"
        " conforms_to, documentation",
    ),
    "data_service": (
        f"NOT annulled AND {OF_A_PUBLIC_DATASET}",
        "id, version, dataset_id, identifier, title, description, endpoint_url, endpoint_description, conforms_to,"
        " licence, documentation",
    ),
    "organisation": (
        "NOT annulled AND id = ANY ((SELECT publishing_bodies())::bigint[])",
        "id, version, parent_id, lineage, kind, name, name_sort, siren, siret, insee_code, legal_form, website",
    ),
    "stage_passage": (f"to_stage = 'published' AND {OF_A_PUBLIC_DATASET}", "id, dataset_id, to_stage, passed_on"),
}


def upgrade() -> None:
    op.execute(f"SELECT set_config('beffroi.actor', 'migration:{revision}', true)")
    for function in (IS_PUBLIC, PUBLISHING, WITHDRAWN):
        op.execute(function)
    op.execute("REVOKE ALL ON FUNCTION is_public(dataset), publishing_bodies(), was_withdrawn(bigint) FROM PUBLIC")
    op.execute(
        "GRANT EXECUTE ON FUNCTION is_public(dataset), publishing_bodies(), was_withdrawn(bigint)"
        " TO beffroi_app, beffroi_jobs, beffroi_public"
    )
    for table, (rows, columns) in OPENED.items():
        op.execute(f"CREATE POLICY public_reads ON {table} FOR SELECT TO beffroi_public USING ({rows})")
        op.execute(f"GRANT SELECT ({columns}) ON {table} TO beffroi_public")
    op.create_index(
        op.f("ix_dataset_published"),
        "dataset",
        ["organisation_id", "title_sort", "id"],
        postgresql_where=text("stage = 'published' AND NOT annulled"),
    )


def downgrade() -> None:
    op.drop_index(op.f("ix_dataset_published"), "dataset")
    for table, (_rows, columns) in OPENED.items():
        op.execute(f"REVOKE SELECT ({columns}) ON {table} FROM beffroi_public")
        op.execute(f"DROP POLICY public_reads ON {table}")
    op.execute("DROP FUNCTION was_withdrawn(bigint), publishing_bodies(), is_public(dataset)")
