"""open the legal texts

Official texts, their articles and the dated versions of these, read from a file of the LEGI base: public, the same for
every organisation. The pages read them; only a command of the machine writes them.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0040"
down_revision: str | None = "0039"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

NATURES = ("code", "law", "ordinance", "decree", "order", "union-regulation", "other")
STATES = (
    "in-force", "to-come", "to-be-repealed", "amended", "stillborn", "repealed", "transferred", "annulled", "lapsed",
    "other",
)  # fmt: skip
SOURCES = ("npm-package", "dila-file")
TABLES = "legal_text, legal_article, legal_article_version"


def _listed(values: tuple[str, ...], name: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)


def upgrade() -> None:
    op.create_table(
        "legal_text",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("identifier", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("nature", _listed(NATURES, "textnature"), nullable=False),
        sa.CheckConstraint("identifier <> '' AND title <> ''", name=op.f("ck_legal_text_named")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_legal_text")),
        sa.UniqueConstraint("identifier", name=op.f("uq_legal_text_identifier")),
        info={"kind": "work"},
    )
    op.create_table(
        "legal_article",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("text_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("number_key", sa.Text(), nullable=False),
        sa.Column("number_sort", sa.Text(), nullable=False),
        sa.CheckConstraint("number_key <> ''", name=op.f("ck_legal_article_numbered")),
        sa.ForeignKeyConstraint(["text_id"], ["legal_text.id"], name=op.f("fk_legal_article_text_id_legal_text")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_legal_article")),
        sa.UniqueConstraint("text_id", "number_key", name=op.f("uq_legal_article_text_id_number_key")),
        info={"kind": "work"},
    )
    op.create_table(
        "legal_article_version",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("article_id", sa.BigInteger(), nullable=False),
        sa.Column("identifier", sa.Text(), nullable=False),
        sa.Column("state", _listed(STATES, "articlestate"), nullable=False),
        sa.Column("in_force_from", sa.Date(), nullable=True),
        sa.Column("in_force_until", sa.Date(), nullable=True),
        sa.Column("content", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("modified_by", sa.Text(), nullable=True),
        sa.Column("source", _listed(SOURCES, "legalsource"), nullable=False),
        sa.Column("loaded_on", sa.Date(), nullable=False),
        sa.CheckConstraint("identifier <> ''", name=op.f("ck_legal_article_version_named")),
        sa.ForeignKeyConstraint(
            ["article_id"], ["legal_article.id"], name=op.f("fk_legal_article_version_article_id_legal_article")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_legal_article_version")),
        sa.UniqueConstraint("identifier", name=op.f("uq_legal_article_version_identifier")),
        info={"kind": "work"},
    )
    op.create_index(
        op.f("ix_legal_article_version_article_id_in_force_from"), "legal_article_version",
        ["article_id", "in_force_from"], unique=False,
    )  # fmt: skip
    op.execute(f"GRANT SELECT ON {TABLES} TO beffroi_app")
    op.execute(f"GRANT SELECT, INSERT, UPDATE ON {TABLES} TO beffroi_jobs")


def downgrade() -> None:
    for table in ("legal_article_version", "legal_article", "legal_text"):
        op.drop_table(table)
