"""decide on publication

What is answered about the secrets of a dataset, each with its article and its day, and what is decided of its
publication. Nobody answers nor decides in another's name; a decision that was taken is not rewritten, it ends.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from registry.platform.migrating import refuse_to_lose

revision: str = "0060"
down_revision: str | None = "0059"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

ROLES = ("administrator", "archivist", "auditor", "director", "dpo", "legal", "reader", "steward")
REFUSALS = (
    "l311-2", "l311-4", "l311-5", "l311-6", "l312-1-1", "l312-1-2", "archives", "statistical-secrecy", "other",
)  # fmt: skip
EVIDENCE = (
    "deliberation", "decision", "contract", "processing-terms", "joint-arrangement", "dpia", "notice", "consent",
    "certificate", "audit", "test", "anonymisation-proof", "deletion", "disposal", "third-party-consent", "receipt",
    "letter", "other",
)  # fmt: skip
OWN = (("secret_answer", "answered_by", "INSERT"), ("secret_answer", "answered_by", "UPDATE"),
       ("publication_choice", "decided_by", "INSERT"))  # fmt: skip


def _listed(values: tuple[str, ...], name: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)


def _evidence_may_be(kinds: tuple[str, ...]) -> None:
    op.drop_constraint(op.f("ck_evidence_evidencekind"), "evidence")
    listed = ", ".join(f"'{kind}'" for kind in kinds)
    op.create_check_constraint(op.f("ck_evidence_evidencekind"), "evidence", f"kind IN ({listed})")


def upgrade() -> None:
    op.execute(f"SELECT set_config('beffroi.actor', 'migration:{revision}', true)")
    op.create_table(
        'secret_answer',
        sa.Column('id', sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column('version', sa.Integer(), nullable=False),
        sa.Column('organisation_id', sa.BigInteger(), nullable=False),
        sa.Column('dataset_id', sa.BigInteger(), nullable=False),
        sa.Column('secret', sa.Text(), nullable=False),
        sa.Column('answer', _listed(('yes', 'no', 'unknown'), 'secretreply'), nullable=False),
        sa.Column('ground', sa.Text(), nullable=True),
        sa.Column('until', sa.Date(), nullable=True),
        sa.Column('article', sa.Text(), nullable=False),
        sa.Column('answered_by', sa.BigInteger(), nullable=False),
        sa.Column('answered_as', _listed(ROLES, 'answered_as'), nullable=False),
        sa.Column('answered_on', sa.Date(), nullable=False),
        sa.CheckConstraint("answer = 'unknown' OR ground IS NOT NULL", name=op.f('ck_secret_answer_ground')),
        sa.ForeignKeyConstraint(['answered_by'], ['account.id'], name=op.f('fk_secret_answer_answered_by_account')),
        sa.ForeignKeyConstraint(['dataset_id'], ['dataset.id'], name=op.f('fk_secret_answer_dataset_id_dataset')),
        sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_secret_answer_organisation_id_organisation')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_secret_answer')),
        sa.UniqueConstraint('dataset_id', 'secret', name=op.f('uq_secret_answer_dataset_id_secret')),
        info={'kind': 'record'},
    )  # fmt: skip
    op.create_index(op.f("ix_secret_answer_organisation_id"), "secret_answer", ["organisation_id"])
    op.create_table(
        'publication_choice',
        sa.Column('id', sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column('version', sa.Integer(), nullable=False),
        sa.Column('organisation_id', sa.BigInteger(), nullable=False),
        sa.Column('dataset_id', sa.BigInteger(), nullable=False),
        sa.Column('outcome', _listed(('open', 'once-treated', 'restricted', 'not-communicable'), 'outcome'), nullable=False),
        sa.Column('reason', sa.Text(), nullable=False),
        sa.Column('decided_on', sa.Date(), nullable=False),
        sa.Column('refusal', _listed(REFUSALS, 'publicationrefusal'), nullable=True),
        sa.Column('secret', sa.Text(), nullable=True),
        sa.Column('licence', sa.Text(), nullable=True),
        sa.Column('licence_reference', sa.Text(), nullable=True),
        sa.Column('disclosure_text', sa.Text(), nullable=True),
        sa.Column('conclusion', _listed(('to-all', 'after-redaction', 'to-person', 'to-nobody', 'unknown'), 'conclusion'), nullable=False),
        sa.Column('decided_by', sa.BigInteger(), nullable=False),
        sa.Column('decided_as', _listed(ROLES, 'decided_as'), nullable=False),
        sa.Column('recorded_on', sa.Date(), nullable=False),
        sa.Column('state', _listed(('current', 'replaced', 'taken-down'), 'decisionstate'), nullable=False),
        sa.Column('ended_on', sa.Date(), nullable=True),
        sa.Column('ended_reason', sa.Text(), nullable=True),
        sa.CheckConstraint("(state <> 'current') = (ended_on IS NOT NULL)", name=op.f('ck_publication_choice_ended')),
        sa.CheckConstraint("(outcome <> 'restricted' AND outcome <> 'not-communicable') OR refusal IS NOT NULL", name=op.f('ck_publication_choice_refusal')),
        sa.ForeignKeyConstraint(['dataset_id'], ['dataset.id'], name=op.f('fk_publication_choice_dataset_id_dataset')),
        sa.ForeignKeyConstraint(['decided_by'], ['account.id'], name=op.f('fk_publication_choice_decided_by_account')),
        sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_publication_choice_organisation_id_organisation')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_publication_choice')),
        info={'kind': 'record'},
    )  # fmt: skip
    op.create_index(
        op.f("ix_publication_choice_dataset_id"), "publication_choice", ["dataset_id"], unique=True,
        postgresql_where=sa.text("state = 'current'"),
    )  # fmt: skip
    op.create_index(op.f("ix_publication_choice_dataset_id_id"), "publication_choice", ["dataset_id", "id"])
    op.create_index(op.f("ix_publication_choice_organisation_id"), "publication_choice", ["organisation_id"])
    op.execute("CALL keep_of_record('secret_answer', '{ground}')")
    op.execute("CALL keep_of_record('publication_choice', '{reason,licence_reference,disclosure_text,ended_reason}')")
    op.execute("CALL guard_by_organisation('secret_answer')")
    op.execute("CALL guard_by_organisation('publication_choice', 'INSERT')")
    op.execute("GRANT UPDATE (version, state, ended_on, ended_reason) ON publication_choice TO beffroi_app, beffroi_jobs")
    for table, column, event in OWN:
        op.execute(
            f"CREATE POLICY own_name_{event.lower()} ON {table} AS RESTRICTIVE FOR {event} TO beffroi_app"
            f" WITH CHECK ({column} = acting_account())"
        )
    place = EVIDENCE.index("deletion")
    _evidence_may_be((*EVIDENCE[:place], "redaction", *EVIDENCE[place:]))


def downgrade() -> None:
    refuse_to_lose(op.get_bind(), "secret_answer", "publication_choice", "evidence WHERE kind = 'redaction'")
    _evidence_may_be(EVIDENCE)
    op.drop_table("publication_choice")
    op.drop_table("secret_answer")
