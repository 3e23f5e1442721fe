"""Alerts nobody acknowledged: since when, reminded of, passed on to the agency above."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for column in (
        sa.Column(
            "found_severity", sa.Text(), nullable=True, comment="as found, where it was passed on: severity is critical then"
        ),
        sa.Column("open_since", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("reminded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("escalated_to", sa.Text(), nullable=True, comment="the agency above that was told"),
    ):
        op.add_column("alerts", column)
    op.execute("UPDATE alerts SET open_since = opened_at")
    op.create_index(
        "ix_alerts_unheard",
        "alerts",
        ["province_code", "severity", "open_since"],
        postgresql_where=sa.text("state = 'open'"),
    )


def downgrade() -> None:
    op.execute("UPDATE alerts SET severity = found_severity WHERE found_severity IS NOT NULL")
    op.drop_index("ix_alerts_unheard", "alerts")
    for name in ("escalated_to", "reminded_at", "open_since", "found_severity"):
        op.drop_column("alerts", name)
