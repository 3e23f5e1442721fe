"""Digests that were written: each once."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "digests",
        sa.Column("province_code", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False, comment="digest.daily or digest.weekly"),
        sa.Column("day", sa.Date(), nullable=False, comment="local; of a week its Monday"),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("province_code", "kind", "day", name=op.f("pk_digests")),
        comment="Digests that were written: a row is written with them, in one transaction",
    )


def downgrade() -> None:
    op.drop_table("digests")
