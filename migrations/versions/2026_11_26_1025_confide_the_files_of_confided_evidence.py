"""confide the files of confided evidence

In the function that tells whether a file proves a breach or a request, `number` was read as the number of an edition,
a column of the same name, and never as the file asked about: its row, with the name it was sent under, was shown to
every reader of the body that keeps it. No page showed it, since each asks first for the evidence.
"""

from collections.abc import Sequence

from alembic import op

revision: str = "0037"
down_revision: str | None = "0036"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

IS_CONFIDED = """
CREATE OR REPLACE FUNCTION is_confided_file(number bigint) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = public, pg_temp AS
$$ SELECT EXISTS (SELECT FROM evidence_edition e WHERE e.file_id = {file} AND is_confided_evidence(e.evidence_id)) $$
"""


def upgrade() -> None:
    op.execute(IS_CONFIDED.format(file="$1"))


def downgrade() -> None:
    op.execute(IS_CONFIDED.format(file="number"))
