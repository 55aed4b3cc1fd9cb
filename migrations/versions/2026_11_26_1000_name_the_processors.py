"""name the processors

Who processes for an activity under which contract, what that contract settles of art. 28 §3, and who works below.
Who reads an activity reads the contract that governs its processors, whoever keeps that contract.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from registry.platform.migrating import refuse_to_lose

revision: str = "0034"
down_revision: str | None = "0033"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

POINTS = ("a", "b", "c", "d", "e", "f", "g", "h")
STATES = ("present", "absent", "to-check")
AUTHORISATIONS = ("specific", "general", "none")
FREE_TEXTS = {
    "activity_processor": "{task}", "processor_terms": "{authorisation_place,notes}", "processor_point": "{place}",
    "sub_processor": "{name,task}",
}  # fmt: skip
READ = "organisation_id = ANY ((SELECT acting_reads())::bigint[])"
WRITTEN = "organisation_id = ANY ((SELECT acting_writes())::bigint[])"
# Each of these looks at a table that is guarded itself: what is seen there is within the asker's rights.
GOVERNS = f"{READ} OR EXISTS (SELECT FROM activity_processor a WHERE a.contract_id = contract.id AND NOT a.annulled)"
PARTY = f"{READ} OR EXISTS (SELECT FROM contract c WHERE c.id = contract_party.contract_id)"


def _listed(values: tuple[str, ...], name: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)


def _numbered(name: str, pointed: dict[str, str], unique: tuple[str, ...], *columns: sa.Column | sa.Constraint) -> None:
    """A table of record of an organisation; `pointed` says which table each of its other foreign keys is of."""
    op.create_table(
        name,
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        *columns,
        *(
            sa.ForeignKeyConstraint([column], [f"{table}.id"], name=op.f(f"fk_{name}_{column}_{table}"))
            for column, table in {"organisation_id": "organisation", **pointed}.items()
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{name}")),
        sa.UniqueConstraint(*unique, name=op.f(f"uq_{name}_{'_'.join(unique)}")),
        info={"kind": "record"},
    )
    op.create_index(op.f(f"ix_{name}_organisation_id"), name, ["organisation_id"], unique=False)


def upgrade() -> None:
    op.execute(f"SELECT set_config('beffroi.actor', 'migration:{revision}', true)")
    _numbered(
        "activity_processor",
        {"activity_id": "processing_activity", "processor_id": "organisation", "contract_id": "contract"},
        ("activity_id", "processor_id"),
        sa.Column("activity_id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("processor_id", sa.BigInteger(), nullable=False),
        sa.Column("contract_id", sa.BigInteger(), nullable=True),
        sa.Column("task", sa.Text(), nullable=True),
        sa.Column("annulled", sa.Boolean(), nullable=False),
    )
    for column in ("processor_id", "contract_id"):
        op.create_index(op.f(f"ix_activity_processor_{column}"), "activity_processor", [column], unique=False)
    _numbered(
        "processor_terms",
        {"party_id": "contract_party"},
        ("party_id",),
        sa.Column("party_id", sa.BigInteger(), nullable=False),
        sa.Column("reviewed_on", sa.Date(), nullable=True),
        sa.Column("authorisation", _listed(AUTHORISATIONS, "subprocessorauthorisation"), nullable=True),
        sa.Column("authorised_on", sa.Date(), nullable=True),
        sa.Column("authorisation_place", sa.Text(), nullable=True),
        sa.Column("no_sub_processors", sa.Boolean(), nullable=False),
        sa.Column("notes", sa.Text(), nullable=True),
    )
    _numbered(
        "processor_point",
        {"party_id": "contract_party"},
        ("party_id", "point"),
        sa.Column("party_id", sa.BigInteger(), nullable=False),
        sa.Column("point", _listed(POINTS, "article28point"), nullable=False),
        sa.Column("state", _listed(STATES, "pointstate"), nullable=False),
        sa.Column("place", sa.Text(), nullable=True),
    )
    _numbered(
        "sub_processor",
        {"party_id": "contract_party"},
        ("party_id", "name"),
        sa.Column("party_id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("country", sa.Text(), nullable=True),
        sa.Column("task", sa.Text(), nullable=True),
        sa.Column("annulled", sa.Boolean(), nullable=False),
        sa.CheckConstraint("name <> ''", name=op.f("ck_sub_processor_name")),
    )
    for table, free_texts in FREE_TEXTS.items():
        op.execute(f"CALL keep_of_record('{table}', '{free_texts}')")
    op.execute("CALL guard_by_organisation('activity_processor')")
    op.execute(f"ALTER POLICY app_reads ON contract USING ({GOVERNS})")
    op.execute(f"ALTER POLICY app_reads ON contract_party USING ({PARTY})")
    for table in ("processor_terms", "processor_point", "sub_processor"):
        seen = f"{READ} OR EXISTS (SELECT FROM contract_party p WHERE p.id = {table}.party_id)"
        op.execute(f"CALL guard_rows('{table}', $q${seen}$q$, $q${WRITTEN}$q$)")


def downgrade() -> None:
    refuse_to_lose(op.get_bind(), *FREE_TEXTS)
    for table in ("contract_party", "contract"):
        op.execute(f"ALTER POLICY app_reads ON {table} USING ({READ})")
    for table in ("sub_processor", "processor_point", "processor_terms", "activity_processor"):
        op.drop_table(table)
