"""The portal's own scores: its answers as received, and what it publishes of each unit."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "evaluation_answers",
        sa.Column("province_code", sa.Text(), nullable=False),
        sa.Column("endpoint", sa.Text(), nullable=False),
        sa.Column("period", sa.Text(), nullable=False, comment="2026, 2026-Q4 or 2026-11"),
        sa.Column("fetched_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answer_hash", sa.LargeBinary(), nullable=False),
        sa.Column(
            "answer", sa.Text(), nullable=False, comment="the fields of the contract as received, JSON; all pages together"
        ),
        sa.PrimaryKeyConstraint("province_code", "endpoint", "period", "fetched_at", name=op.f("pk_evaluation_answers")),
        comment="What the portal's public evaluation answered; one row per answer that differs from the one before",
    )
    op.create_table(
        "official_scores",
        sa.Column("province_code", sa.Text(), nullable=False),
        sa.Column("period", sa.Text(), nullable=False, comment="2026, 2026-Q4 or 2026-11"),
        sa.Column("unit_code", sa.Text(), nullable=False, comment="an agency, or a province of the country"),
        sa.Column("fetched_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("department_id", sa.Text(), nullable=True, comment="the portal's own id, by which it is asked"),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("total", sa.Numeric(), nullable=True, comment="as published; null where no total is"),
        sa.Column("scores", postgresql.JSONB(), nullable=False),
        sa.PrimaryKeyConstraint("province_code", "period", "unit_code", "fetched_at", name=op.f("pk_official_scores")),
        comment="The portal's own scores of a unit; one row per reading that differs from the one before. seen_at: when all of it was last read",
    )
    op.alter_column(
        "poll_runs",
        "kind",
        existing_type=sa.TEXT(),
        comment="dossiers, sweep, catalogue or evaluation",
        existing_comment="dossiers, sweep or catalogue",
        existing_nullable=False,
    )
    op.alter_column(
        "sources",
        "role",
        existing_type=sa.TEXT(),
        comment="portal, home or evaluation",
        existing_comment="portal or home",
        existing_nullable=False,
    )


def downgrade() -> None:
    op.alter_column(
        "sources",
        "role",
        existing_type=sa.TEXT(),
        comment="portal or home",
        existing_comment="portal, home or evaluation",
        existing_nullable=False,
    )
    op.alter_column(
        "poll_runs",
        "kind",
        existing_type=sa.TEXT(),
        comment="dossiers, sweep or catalogue",
        existing_comment="dossiers, sweep, catalogue or evaluation",
        existing_nullable=False,
    )
    op.drop_table("official_scores")
    op.drop_table("evaluation_answers")
