"""What a version leaves uncounted because it does not know it is null, and no zero: whoever knows it counts it."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

_COLUMNS = ("open", "supplement", "payment", "stopped", "paused")
_TALLY = sa.table("open_tally", *map(sa.column, _COLUMNS))
_UNCOUNTED = "null: uncounted, by a version that does not know it"


def upgrade() -> None:
    for name in _COLUMNS:
        op.alter_column("open_tally", name, existing_type=sa.BigInteger(), nullable=True, server_default=None, comment=_UNCOUNTED)


def downgrade() -> None:
    for name in _COLUMNS:
        op.execute(sa.update(_TALLY).where(_TALLY.c[name].is_(None)).values({name: 0}))
        op.alter_column(
            "open_tally",
            name,
            existing_type=sa.BigInteger(),
            existing_comment=_UNCOUNTED,
            nullable=False,
            server_default=sa.text("0"),
            comment=None,
        )
