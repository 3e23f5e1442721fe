"""A petition nobody has taken up owes steps of its own: what is told of the column says so."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

_BEFORE = "what is owed next: resolve or publish"
_AFTER = "what is owed: refuse, ask, resolve or publish"


def upgrade() -> None:
    op.alter_column("petitions", "step", existing_type=sa.Text(), existing_comment=_BEFORE, comment=_AFTER)


def downgrade() -> None:
    op.alter_column("petitions", "step", existing_type=sa.Text(), existing_comment=_AFTER, comment=_BEFORE)
