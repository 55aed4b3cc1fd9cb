"""open governance

Bodies, who sits in them, their meetings, what these decided, and the plan of actions.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from registry.platform.migrating import refuse_to_lose

revision: str = "0059"
down_revision: str | None = "0058"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

ROLES = ("owner", "steward", "dpo", "prada", "legal-reviewer", "archivist", "elected-delegate")
STAKES = ("legal", "ethical", "technical", "managerial", "democratic", "political")
PROVED = ("dataset", "system", "organisation", "contract", "activity", "dpia", "breach", "request")
FREE_TEXTS = {
    "governance_body": "{name,purpose}", "governance_member": "{}", "governance_meeting": "{agenda}",
    "governance_decision": "{text}", "governance_action": "{title,dropped_reason,progress}",
}  # fmt: skip


def _listed(values: tuple[str, ...], name: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)


def _table(name: str, *columns: sa.Column | sa.Constraint) -> None:
    op.create_table(
        name,
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        *columns,
        sa.Column("annulled", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f(f"fk_{name}_organisation_id_organisation")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{name}")),
        info={"kind": "record"},
    )


def _reference(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}_{target}"))


def upgrade() -> None:
    op.execute(f"SELECT set_config('beffroi.actor', 'migration:{revision}', true)")
    _table(
        "governance_body",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("scope", _listed(("internal", "external"), "bodyscope"), nullable=False),
        sa.Column(
            "kind", _listed(("steering", "technical", "network", "assembly", "working-group"), "bodykind"),
            nullable=False,
        ),
        sa.Column("purpose", sa.Text(), nullable=True),
        sa.Column("rhythm_months", sa.Integer(), nullable=True),
        sa.CheckConstraint("name <> ''", name=op.f("ck_governance_body_name")),
        sa.CheckConstraint("rhythm_months > 0", name=op.f("ck_governance_body_rhythm_months")),
    )  # fmt: skip
    _table(
        "governance_member",
        sa.Column("body_id", sa.BigInteger(), nullable=False),
        sa.Column("member_id", sa.BigInteger(), nullable=False),
        sa.Column("role", _listed(ROLES, "appointmentrole"), nullable=True),
        _reference("governance_member", "body_id", "governance_body"),
        _reference("governance_member", "member_id", "organisation"),
        sa.UniqueConstraint(
            "body_id", "member_id", "role", name=op.f("uq_governance_member_body_id_member_id_role"),
            postgresql_nulls_not_distinct=True,
        ),
    )  # fmt: skip
    _table(
        "governance_meeting",
        sa.Column("body_id", sa.BigInteger(), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("agenda", sa.Text(), nullable=True),
        _reference("governance_meeting", "body_id", "governance_body"),
    )
    _table(
        "governance_decision",
        sa.Column("meeting_id", sa.BigInteger(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("policy_id", sa.Text(), nullable=True),
        sa.Column("dataset_id", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("text <> ''", name=op.f("ck_governance_decision_text")),
        _reference("governance_decision", "meeting_id", "governance_meeting"),
        _reference("governance_decision", "dataset_id", "dataset"),
    )
    _table(
        "governance_action",
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("owner_role", _listed(ROLES, "appointmentrole"), nullable=True),
        sa.Column("stake", _listed(STAKES, "stake"), nullable=True),
        sa.Column("principle", _listed(("sovereignty", "frugality", "acculturation"), "principle"), nullable=True),
        sa.Column("state", _listed(("planned", "under-way", "done", "dropped"), "actionstate"), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("done_on", sa.Date(), nullable=True),
        sa.Column("dropped_reason", sa.Text(), nullable=True),
        sa.Column("progress", sa.Text(), nullable=True),
        sa.Column("decision_id", sa.BigInteger(), nullable=True),
        sa.Column("policy_id", sa.Text(), nullable=True),
        sa.CheckConstraint("title <> ''", name=op.f("ck_governance_action_title")),
        sa.CheckConstraint(
            "state <> 'dropped' OR dropped_reason IS NOT NULL", name=op.f("ck_governance_action_dropped_reason")
        ),
        sa.CheckConstraint("state <> 'done' OR done_on IS NOT NULL", name=op.f("ck_governance_action_done_on")),
        _reference("governance_action", "decision_id", "governance_decision"),
    )
    for table, columns in (
        ("governance_body", ["organisation_id"]), ("governance_member", ["organisation_id"]),
        ("governance_member", ["member_id"]), ("governance_meeting", ["organisation_id"]),
        ("governance_meeting", ["body_id", "held_on", "id"]), ("governance_decision", ["organisation_id"]),
        ("governance_decision", ["meeting_id"]), ("governance_decision", ["dataset_id"]),
        ("governance_action", ["organisation_id", "due_on", "id"]), ("governance_action", ["decision_id"]),
    ):  # fmt: skip
        op.create_index(op.f(f"ix_{table}_{'_'.join(columns)}"), table, columns, unique=False)
    for table, free_texts in FREE_TEXTS.items():
        op.execute(f"CALL keep_of_record('{table}', '{free_texts}')")
        op.execute(f"CALL guard_by_organisation('{table}')")
    _let_evidence_prove(*PROVED, "meeting")


def _let_evidence_prove(*kinds: str) -> None:
    op.drop_constraint(op.f("ck_evidence_link_proofsubject"), "evidence_link")
    op.create_check_constraint(
        op.f("ck_evidence_link_proofsubject"), "evidence_link", sa.column("subject_kind").in_(kinds)
    )


def downgrade() -> None:
    refuse_to_lose(op.get_bind(), *FREE_TEXTS, "evidence_link WHERE subject_kind = 'meeting'")
    _let_evidence_prove(*PROVED)
    for table in (
        "governance_action", "governance_decision", "governance_meeting", "governance_member", "governance_body",
    ):  # fmt: skip
        op.drop_table(table)
