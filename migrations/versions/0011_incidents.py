"""Incidents: masses of dossiers out of step by one cause."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "incidents",
        sa.Column("province_code", sa.Text(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False, comment="what its dossiers have in common: agency, procedure or source"),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("severity", sa.Text(), nullable=False),
        sa.Column("rules", sa.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("agencies", sa.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("responsible_agency", sa.Text(), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("expected", sa.Integer(), nullable=False, comment="how many dossiers, as far as known when it began"),
        sa.Column("held_by", sa.BigInteger(), nullable=True, comment="the silence that holds back that it began"),
        sa.PrimaryKeyConstraint("province_code", "id", name=op.f("pk_incidents")),
        comment="Masses of dossiers out of step by one cause, told once when they begin and once when they are over",
    )
    op.create_index(
        "ix_incidents_open", "incidents", ["province_code", "id"], unique=False, postgresql_where=sa.text("closed_at IS NULL")
    )
    op.add_column("alerts", sa.Column("incident_id", sa.BigInteger(), nullable=True, comment="the incident it was or is part of"))
    op.add_column(
        "alerts",
        sa.Column(
            "in_incident",
            sa.Boolean(),
            server_default=sa.text("false"),
            nullable=False,
            comment="told as part of it only, not by itself",
        ),
    )
    op.create_index(
        "ix_alerts_incident",
        "alerts",
        ["province_code", "incident_id", "state"],
        unique=False,
        postgresql_where=sa.text("incident_id IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_index("ix_alerts_incident", table_name="alerts", postgresql_where=sa.text("incident_id IS NOT NULL"))
    op.drop_column("alerts", "in_incident")
    op.drop_column("alerts", "incident_id")
    op.drop_table("incidents")
