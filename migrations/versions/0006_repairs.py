"""What could be done about each dossier, and what that is worth, with each alert."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_ORDER: list[str | sa.ColumnElement[Any]] = ["province_code", sa.literal_column("(coalesce(points, '-infinity'))"), "id"]


def upgrade() -> None:
    op.create_table(
        "repairs",
        sa.Column("province_code", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("repair", sa.Text(), nullable=False, comment="sync, result, payment, intake, in_time or lost"),
        sa.Column("agency", sa.Text(), nullable=False, comment="where the dossier counts then, as are procedure and month"),
        sa.Column("procedure", sa.Text(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("moves", postgresql.JSONB(), nullable=False, comment="how the counters of the portal's view change"),
        sa.PrimaryKeyConstraint("province_code", "code", "repair", name=op.f("pk_repairs")),
        comment="What could be done about each dossier, as it was last judged, and what is lost",
    )
    op.create_index(op.f("ix_repairs_province_code_agency_month"), "repairs", ["province_code", "agency", "month"], unique=False)
    op.add_column(
        "alerts",
        sa.Column(
            "points",
            sa.Numeric(9, 6),
            nullable=True,
            comment="what doing it is worth on its agency's card; null where nobody knows",
        ),
    )
    op.add_column(
        "alerts",
        sa.Column("province_points", sa.Numeric(9, 6), nullable=True, comment="likewise on the province's card"),
    )
    op.create_index("ix_alerts_points", "alerts", _ORDER, unique=False)
    op.create_index(
        "ix_alerts_points_unresolved", "alerts", _ORDER, unique=False, postgresql_where=sa.text("state <> 'resolved'")
    )


def downgrade() -> None:
    op.drop_index("ix_alerts_points_unresolved", table_name="alerts", postgresql_where=sa.text("state <> 'resolved'"))
    op.drop_index("ix_alerts_points", table_name="alerts")
    op.drop_column("alerts", "province_points")
    op.drop_column("alerts", "points")
    op.drop_table("repairs")
