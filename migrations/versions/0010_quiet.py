"""Silences, what they hold back, and the hours in which webhooks are told."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_NO_WORDS = sa.text("'{}'")
_NONE = sa.text("0")
_BEFORE = "An event on its way to one webhook; of one subject the oldest that waits goes first"
_SINCE = f"{_BEFORE}. What is held until its webhook's window opens keeps nothing waiting"


def upgrade() -> None:
    op.create_table(
        "silences",
        sa.Column("province_code", sa.Text(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("rules", sa.ARRAY(sa.Text()), server_default=_NO_WORDS, nullable=False),
        sa.Column("agencies", sa.ARRAY(sa.Text()), server_default=_NO_WORDS, nullable=False),
        sa.Column("procedures", sa.ARRAY(sa.Text()), server_default=_NO_WORDS, nullable=False),
        sa.Column("dossier", sa.Text(), nullable=True),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("author", sa.Text(), nullable=False, comment="as the audit log names them"),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("owner_agency", sa.Text(), nullable=True, comment="the agency it was made for, null: the whole province"),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_by", sa.Text(), nullable=True, comment="who ended it before its time"),
        sa.Column("concluded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("events_held", sa.Integer(), server_default=_NONE, nullable=False),
        sa.Column("alerts_held", sa.Integer(), server_default=_NONE, nullable=False),
        sa.Column(
            "alerts_told", sa.Integer(), server_default=_NONE, nullable=False, comment="at its end, because they still stood"
        ),
        sa.PrimaryKeyConstraint("province_code", "id", name=op.f("pk_silences")),
        comment="Of what nobody is told for a while. Nothing named covers everything. concluded_at: what it held back "
        "and still stood has been told",
    )
    op.create_index(
        "ix_silences_unconcluded",
        "silences",
        ["province_code", "ends_at"],
        unique=False,
        postgresql_where=sa.text("concluded_at IS NULL"),
    )
    op.create_table(
        "held_alerts",
        sa.Column("province_code", sa.Text(), nullable=False),
        sa.Column("alert_id", sa.BigInteger(), nullable=False),
        sa.Column("silence_id", sa.BigInteger(), nullable=False),
        sa.Column("event", sa.Text(), nullable=False, comment="the first that was held back"),
        sa.PrimaryKeyConstraint("province_code", "alert_id", name=op.f("pk_held_alerts")),
        comment="Alerts of which a silence holds something back, until they are resolved or it has ended",
    )
    op.create_index(
        op.f("ix_held_alerts_province_code_silence_id_alert_id"),
        "held_alerts",
        ["province_code", "silence_id", "alert_id"],
        unique=False,
    )
    op.add_column(
        "webhooks",
        sa.Column(
            "window",
            sa.ARRAY(sa.Text()),
            server_default=sa.text("'{always}'"),
            nullable=False,
            comment="or working_time, or 07:00-11:30 …",
        ),
    )
    op.add_column(
        "webhooks",
        sa.Column(
            "critical_at_once", sa.Boolean(), server_default=sa.text("true"), nullable=False, comment="also outside its window"
        ),
    )
    op.add_column("deliveries", sa.Column("held_until", sa.DateTime(timezone=True), nullable=True))
    op.create_table_comment("deliveries", _SINCE, existing_comment=_BEFORE)


def downgrade() -> None:
    op.create_table_comment("deliveries", _BEFORE, existing_comment=_SINCE)
    op.drop_column("deliveries", "held_until")
    op.drop_column("webhooks", "critical_at_once")
    op.drop_column("webhooks", "window")
    op.drop_table("held_alerts")
    op.drop_table("silences")
