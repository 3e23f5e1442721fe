"""What each dossier counts for in the plans' measures, and the stock of each day."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_FLAGS = ("accepted", "open_on_portal", "apologised", "result_at_home", "paid_online")
_MOMENTS = ("paused_since", "intake_by", "taken_up_at", "late_from")
_INDEXES = (
    ("ix_dossiers_open_on_portal", ["province_code", "agency", "portal_overdue_at"], "open_on_portal"),
    ("ix_dossiers_apologies", ["province_code", "late_from"], "late_from IS NOT NULL AND NOT apologised"),
    ("ix_dossiers_province_code_counted_on", ["province_code", "counted_on"], "counted_on IS NOT NULL"),
)
_STOCK = (
    *("open", "overdue", "on_portal", "overdue_on_portal", "untouched"),
    *("supplement", "payment", "stopped", "paused", "apologies", "due_soon"),
)


def upgrade() -> None:
    op.add_column(
        "dossiers", sa.Column("counted_on", sa.Date(), nullable=True, comment="local day of acceptance, else of submission")
    )
    for name in _FLAGS:
        op.add_column("dossiers", sa.Column(name, sa.Boolean(), server_default=sa.text("false"), nullable=False))
    for name in _MOMENTS:
        op.add_column("dossiers", sa.Column(name, sa.DateTime(timezone=True), nullable=True))
    op.add_column(
        "dossiers",
        sa.Column(
            "online_result",
            sa.Boolean(),
            nullable=True,
            comment="of an online dossier that ended and gives a paper result; null for any other",
        ),
    )
    for name, columns, where in _INDEXES:
        op.create_index(name, "dossiers", columns, unique=False, postgresql_where=sa.text(where))
    op.create_table(
        "stock_days",
        sa.Column("province_code", sa.Text(), nullable=False),
        sa.Column("agency", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False, comment="local"),
        sa.Column("kept_at", sa.DateTime(timezone=True), nullable=False),
        *(sa.Column(name, sa.Integer(), server_default=sa.text("0"), nullable=False) for name in _STOCK),
        sa.PrimaryKeyConstraint("province_code", "agency", "day", name=op.f("pk_stock_days")),
        comment="What of each agency's own dossiers was open on a day, as last kept on it; every agency known has a row",
    )
    op.create_index(op.f("ix_stock_days_province_code_day"), "stock_days", ["province_code", "day"], unique=False)


def downgrade() -> None:
    op.drop_table("stock_days")
    for name, _, _ in _INDEXES:
        op.drop_index(name, table_name="dossiers")
    for name in ("counted_on", *_FLAGS, *_MOMENTS, "online_result"):
        op.drop_column("dossiers", name)
