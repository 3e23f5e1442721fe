"""Citizens' petitions and the queue of their reviews."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


_ROLES = "portal, home or evaluation"
_KINDS = "dossiers, sweep, catalogue or evaluation"


def upgrade() -> None:
    op.alter_column(
        "sources", "role", comment="portal, home, petitions or evaluation", existing_comment=_ROLES, existing_type=sa.Text()
    )
    op.alter_column(
        "poll_runs",
        "kind",
        comment="dossiers, sweep, catalogue, petitions or evaluation",
        existing_comment=_KINDS,
        existing_type=sa.Text(),
    )
    op.create_table(
        "petitions",
        sa.Column("province_code", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False, comment="of the petition: nothing of the citizen enters it"),
        sa.Column("petition", postgresql.JSONB(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("status", sa.SmallInteger(), nullable=False),
        sa.Column("kind", sa.SmallInteger(), nullable=True),
        sa.Column("agency", sa.Text(), nullable=False),
        sa.Column("dossier_code", sa.Text(), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("first_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("next_review_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("judged_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "rule_set", sa.Integer(), server_default=sa.text("0"), nullable=False, comment="the rules it was last judged by"
        ),
        sa.Column("step", sa.Text(), nullable=True, comment="what is owed next: resolve or publish"),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("late_from", sa.DateTime(timezone=True), nullable=True),
        sa.Column("complained_of", sa.Boolean(), nullable=False, comment="dissatisfied with the answer, or repeated"),
        sa.PrimaryKeyConstraint("province_code", "code", name=op.f("pk_petitions")),
        comment="Citizens' petitions: the queue of their reviews, until when which step is owed, and from when on each is late (5.1)",
    )
    op.create_index(
        "ix_petitions_dossier",
        "petitions",
        ["province_code", "dossier_code"],
        unique=False,
        postgresql_where=sa.text("dossier_code IS NOT NULL"),
    )
    op.create_index(
        "ix_petitions_due",
        "petitions",
        ["province_code", "next_review_at"],
        unique=False,
        postgresql_where=sa.text("next_review_at IS NOT NULL"),
    )
    op.create_index(
        "ix_petitions_due_at",
        "petitions",
        ["province_code", sa.literal_column("(coalesce(due_at, 'infinity'))"), "code"],
        unique=False,
    )
    op.create_index(op.f("ix_petitions_province_code_agency"), "petitions", ["province_code", "agency"], unique=False)
    op.create_index(
        op.f("ix_petitions_province_code_received_at_code"), "petitions", ["province_code", "received_at", "code"], unique=False
    )
    op.create_index(op.f("ix_petitions_province_code_rule_set"), "petitions", ["province_code", "rule_set"], unique=False)


def downgrade() -> None:
    op.drop_table("petitions")
    op.alter_column("poll_runs", "kind", comment=_KINDS, existing_type=sa.Text())
    op.alter_column("sources", "role", comment=_ROLES, existing_type=sa.Text())
