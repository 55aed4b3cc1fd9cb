"""say how long data is kept

Retention rules of an organisation, what each dataset follows, holds, and slips of disposal whose articles never change.
A rule and a slip are seen by whoever reads something of the body they bind: a service follows the rules of its body.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from registry.platform.migrating import refuse_to_lose

revision: str = "0032"
down_revision: str | None = "0031"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

UNITS = ("day", "month", "year")
STARTS = (
    "closure", "decision", "validity-end", "contract-end", "performance-end", "lease-end", "loan-end", "disposal",
    "term-end", "appeals-end", "departure", "last-contact", "birth", "dissolution", "collection", "other",
)  # fmt: skip
FATES = ("keep", "sample", "dispose")
KNOWN = ("dated", "by-record", "to-come")
COUNTINGS = ("event-day", "year-end")
REASONS = ("litigation", "request", "audit", "historical", "other")
STATES = ("prepared", "withdrawn")
FREE_TEXTS = {
    "retention_rule": "{label,description,reference,agreed_by,agreement_reference}",
    "dataset_retention": "{own_reason,event_source}",
    "retention_hold": "{explained,held_by,lifted_reason}",
    "disposal_slip": "{title}",
    "disposal_article": "{title,rule,volume,reason}",
}
READS = "(SELECT acting_reads())::bigint[]"
WRITTEN = "organisation_id = ANY ((SELECT acting_writes())::bigint[])"
BINDING = (
    f"organisation_id = ANY ({READS})"
    f" OR organisation_id IN (SELECT unnest(o.lineage) FROM organisation o WHERE o.id = ANY ({READS}))"
)
FROZEN = """
CREATE FUNCTION keep_article_as_prepared() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (to_jsonb(NEW) - 'live' - 'version') <> (to_jsonb(OLD) - 'live' - 'version') OR (NEW.live AND NOT OLD.live) THEN
    RAISE EXCEPTION 'an article of a slip of disposal stays as it was prepared' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
"""


def _numbered(name: str, *columns: sa.Column | sa.Constraint) -> None:
    op.create_table(
        name,
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        *columns,
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f(f"fk_{name}_organisation_id_organisation")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{name}")),
        info={"kind": "record"},
    )


def _of_dataset(name: str) -> tuple[sa.Column, sa.Constraint]:
    return (
        sa.Column("dataset_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["dataset_id"], ["dataset.id"], name=op.f(f"fk_{name}_dataset_id_dataset")),
    )


def _listed(values: tuple[str, ...], name: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)


def upgrade() -> None:
    op.execute(f"SELECT set_config('beffroi.actor', 'migration:{revision}', true)")
    _make_rules()
    _make_holds()
    _make_slips()
    for table, free_texts in FREE_TEXTS.items():
        op.execute(f"CALL keep_of_record('{table}', '{free_texts}')")
    for table in ("dataset_retention", "retention_hold", "disposal_article"):
        op.execute(f"CALL guard_by_organisation('{table}')")
    for table in ("retention_rule", "disposal_slip"):
        op.execute(f"CALL guard_rows('{table}', $q${BINDING}$q$, $q${WRITTEN}$q$)")
    op.execute(FROZEN)
    op.execute(
        "CREATE TRIGGER kept_as_prepared BEFORE UPDATE ON disposal_article"
        " FOR EACH ROW EXECUTE FUNCTION keep_article_as_prepared()"
    )


def _make_rules() -> None:
    _numbered(
        "retention_rule",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("count", sa.Integer(), nullable=True),
        sa.Column("unit", _listed(UNITS, "ruleunit"), nullable=True),
        sa.Column("starts", _listed(STARTS, "startevent"), nullable=True),
        sa.Column("fate", _listed(FATES, "fate"), nullable=True),
        sa.Column("reference", sa.Text(), nullable=True),
        sa.Column("agreed_on", sa.Date(), nullable=True),
        sa.Column("agreed_by", sa.Text(), nullable=True),
        sa.Column("agreement_reference", sa.Text(), nullable=True),
        sa.Column("annulled", sa.Boolean(), nullable=False),
        sa.CheckConstraint("code <> '' AND label <> ''", name=op.f("ck_retention_rule_named")),
        sa.CheckConstraint("(count IS NULL) = (unit IS NULL) AND count > 0", name=op.f("ck_retention_rule_duration")),
        sa.CheckConstraint("agreed_on IS NULL OR agreed_by IS NOT NULL", name=op.f("ck_retention_rule_agreement")),
        sa.UniqueConstraint("organisation_id", "code", name=op.f("uq_retention_rule_organisation_id_code")),
    )
    _numbered(
        "dataset_retention",
        *_of_dataset("dataset_retention"),
        sa.Column("rule_code", sa.Text(), nullable=True),
        sa.Column("own_reason", sa.Text(), nullable=True),
        sa.Column("intermediate_months", sa.Integer(), nullable=True),
        sa.Column("known", _listed(KNOWN, "eventknown"), nullable=True),
        sa.Column("event_on", sa.Date(), nullable=True),
        sa.Column("event_source", sa.Text(), nullable=True),
        sa.Column("counting", _listed(COUNTINGS, "counting"), nullable=False),
        sa.CheckConstraint("intermediate_months >= 0", name=op.f("ck_dataset_retention_intermediate_months")),
        sa.CheckConstraint("known <> 'dated' OR event_on IS NOT NULL", name=op.f("ck_dataset_retention_dated")),
        sa.UniqueConstraint("dataset_id", name=op.f("uq_dataset_retention_dataset_id")),
    )
    for table, column in (
        ("retention_rule", "organisation_id"), ("dataset_retention", "organisation_id"),
        ("dataset_retention", "rule_code"),
    ):  # fmt: skip
        op.create_index(op.f(f"ix_{table}_{column}"), table, [column], unique=False)


def _make_holds() -> None:
    _numbered(
        "retention_hold",
        *_of_dataset("retention_hold"),
        sa.Column("reason", _listed(REASONS, "holdreason"), nullable=False),
        sa.Column("explained", sa.Text(), nullable=False),
        sa.Column("held_by", sa.Text(), nullable=False),
        sa.Column("started_on", sa.Date(), nullable=False),
        sa.Column("review_on", sa.Date(), nullable=True),
        sa.Column("lifted_on", sa.Date(), nullable=True),
        sa.Column("lifted_reason", sa.Text(), nullable=True),
        sa.CheckConstraint("review_on >= started_on", name=op.f("ck_retention_hold_review")),
        sa.CheckConstraint("lifted_on >= started_on", name=op.f("ck_retention_hold_lifted")),
        sa.CheckConstraint("(lifted_on IS NULL) = (lifted_reason IS NULL)", name=op.f("ck_retention_hold_lifting")),
    )
    op.create_index(op.f("ix_retention_hold_organisation_id"), "retention_hold", ["organisation_id"], unique=False)
    op.create_index(
        op.f("ix_retention_hold_dataset_id"), "retention_hold", ["dataset_id"], unique=False,
        postgresql_where=sa.text("lifted_on IS NULL"),
    )  # fmt: skip


def _make_slips() -> None:
    _numbered(
        "disposal_slip",
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("prepared_on", sa.Date(), nullable=False),
        sa.Column("state", _listed(STATES, "slipstate"), nullable=False),
        sa.CheckConstraint("sequence > 0", name=op.f("ck_disposal_slip_sequence")),
        sa.UniqueConstraint(
            "organisation_id", "year", "sequence", name=op.f("uq_disposal_slip_organisation_id_year_sequence")
        ),
    )
    _numbered(
        "disposal_article",
        *_of_dataset("disposal_article"),
        sa.Column("slip_id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("agreed", sa.Boolean(), nullable=False),
        sa.Column("fate", _listed(FATES, "fate"), nullable=False),
        sa.Column("earliest", sa.Date(), nullable=False),
        sa.Column("latest", sa.Date(), nullable=False),
        sa.Column("volume", sa.Text(), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("live", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["slip_id"], ["disposal_slip.id"], name=op.f("fk_disposal_article_slip_id_disposal_slip")
        ),
        sa.UniqueConstraint("slip_id", "position", name=op.f("uq_disposal_article_slip_id_position")),
    )
    op.create_index(op.f("ix_disposal_article_organisation_id"), "disposal_article", ["organisation_id"], unique=False)
    op.create_index(
        op.f("ix_disposal_article_dataset_id"), "disposal_article", ["dataset_id"], unique=True,
        postgresql_where=sa.text("live"),
    )  # fmt: skip


def downgrade() -> None:
    refuse_to_lose(op.get_bind(), *FREE_TEXTS)
    for table in ("disposal_article", "disposal_slip", "retention_hold", "dataset_retention", "retention_rule"):
        op.drop_table(table)
    op.execute("DROP FUNCTION keep_article_as_prepared")
