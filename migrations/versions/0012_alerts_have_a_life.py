"""Alerts are acknowledged, end in some way, and name the one they open again."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_COLUMNS = ("acknowledged_by", "acknowledged_until", "acknowledgement_note", "cause", "resolution", "reopens", "escalated_at")


def upgrade() -> None:
    op.add_column("alerts", sa.Column("acknowledged_by", sa.Text(), nullable=True, comment="who, as the audit log names them"))
    op.add_column("alerts", sa.Column("acknowledged_until", sa.DateTime(timezone=True), nullable=True))
    op.add_column("alerts", sa.Column("acknowledgement_note", sa.Text(), nullable=True, comment="never logged, never sent"))
    op.add_column("alerts", sa.Column("cause", sa.Text(), nullable=True, comment="as whoever acknowledged it sees it"))
    op.add_column("alerts", sa.Column("resolution", sa.Text(), nullable=True, comment="how it ended"))
    op.add_column("alerts", sa.Column("reopens", sa.BigInteger(), nullable=True, comment="the one of the same before it"))
    op.add_column("alerts", sa.Column("escalated_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("alert_history", sa.Column("actor", sa.Text(), nullable=True, comment="who, where somebody did it"))
    op.create_index(
        "ix_alerts_resolved",
        "alerts",
        ["province_code", "subject", "family", "id"],
        unique=False,
        postgresql_where=sa.text("state = 'resolved'"),
    )
    op.create_index(
        "ix_alerts_reopens", "alerts", ["province_code", "reopens"], unique=False, postgresql_where=sa.text("reopens IS NOT NULL")
    )
    op.create_index(
        "ix_alerts_acknowledged",
        "alerts",
        ["province_code", "acknowledged_until", "id"],
        unique=False,
        postgresql_where=sa.text("state = 'acknowledged'"),
    )


def downgrade() -> None:
    op.drop_index("ix_alerts_acknowledged", table_name="alerts", postgresql_where=sa.text("state = 'acknowledged'"))
    op.drop_index("ix_alerts_reopens", table_name="alerts", postgresql_where=sa.text("reopens IS NOT NULL"))
    op.drop_index("ix_alerts_resolved", table_name="alerts", postgresql_where=sa.text("state = 'resolved'"))
    op.drop_column("alert_history", "actor")
    for name in reversed(_COLUMNS):
        op.drop_column("alerts", name)
