"""Webhooks: who is told, their secrets, and what is on its way to them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from shared.db.tables import Xid8

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_ALERT = "the alert as it was at that moment"
_ID = "null where it is not about an alert"
_SEQUENCE = "of the alert"


def upgrade() -> None:
    op.create_table(
        "deliveries",
        sa.Column("province_code", sa.Text(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("webhook_id", sa.BigInteger(), nullable=False),
        sa.Column("message_id", sa.Text(), nullable=False, comment="the same at every attempt: receivers tell repetitions by it"),
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("alert_id", sa.BigInteger(), nullable=True),
        sa.Column("xid", Xid8(), nullable=False, comment="with outbox_id: the place of its event in the outbox"),
        sa.Column("outbox_id", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False, comment="JSON, the same at every attempt"),
        sa.Column("state", sa.Text(), nullable=False, comment="waiting, delivered, failed, expired or cancelled"),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("leased_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column(
            "tried_before",
            sa.SmallInteger(),
            server_default=sa.text("0"),
            nullable=False,
            comment="attempts before it was replayed",
        ),
        sa.PrimaryKeyConstraint("province_code", "id", name=op.f("pk_deliveries")),
        comment="An event on its way to one webhook; of one subject the oldest that waits goes first",
    )
    op.create_index(
        "ix_deliveries_due",
        "deliveries",
        ["province_code", "webhook_id", "due_at", "id"],
        unique=False,
        postgresql_where=sa.text("state = 'waiting'"),
    )
    op.create_index(
        "ix_deliveries_finished",
        "deliveries",
        ["province_code", "finished_at", "state"],
        unique=False,
        postgresql_where=sa.text("finished_at IS NOT NULL"),
    )
    op.create_index(
        op.f("ix_deliveries_province_code_webhook_id_created_at_id"),
        "deliveries",
        ["province_code", "webhook_id", "created_at", "id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_deliveries_province_code_webhook_id_message_id"),
        "deliveries",
        ["province_code", "webhook_id", "message_id"],
        unique=True,
    )
    op.create_index(
        "ix_deliveries_waiting",
        "deliveries",
        ["province_code", "webhook_id", "subject", "xid", "outbox_id"],
        unique=False,
        postgresql_where=sa.text("state = 'waiting'"),
    )
    op.create_table(
        "delivery_attempts",
        sa.Column("province_code", sa.Text(), nullable=False),
        sa.Column("delivery_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.SmallInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("milliseconds", sa.Integer(), nullable=False),
        sa.Column("status", sa.SmallInteger(), nullable=True, comment="of the answer; null where there was none"),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("answer", sa.Text(), nullable=True, comment="its first bytes"),
        sa.PrimaryKeyConstraint("province_code", "delivery_id", "number", name=op.f("pk_delivery_attempts")),
        comment="What came of each sending",
    )
    op.create_table(
        "outbox_readers",
        sa.Column("province_code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("xid", Xid8(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("province_code", "name", name=op.f("pk_outbox_readers")),
        comment="How far each reader of the outbox has come, in the order (xid, id)",
    )
    op.create_table(
        "webhook_secrets",
        sa.Column("province_code", sa.Text(), nullable=False),
        sa.Column("webhook_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False, comment="encrypted with the key of the environment"),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("province_code", "webhook_id", "id", name=op.f("pk_webhook_secrets")),
        comment="What deliveries are signed with; after a rotation the old one signs beside the new one until it expires",
    )
    op.create_table(
        "webhooks",
        sa.Column("province_code", sa.Text(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("agencies", sa.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("rules", sa.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("least_severity", sa.Text(), nullable=False, comment="warning or critical"),
        sa.Column("role", sa.Text(), nullable=False, comment="as whom it is told: receiving, handling, sync, office or ops"),
        sa.Column("mode", sa.Text(), nullable=False, comment="each or digest"),
        sa.Column("owner_agency", sa.Text(), nullable=True, comment="the agency it was made for, null: the whole province"),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("active", sa.Boolean(), server_default=sa.text("true"), nullable=False, comment="as the subscriber wishes"),
        sa.Column("disabled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("disabled_reason", sa.Text(), nullable=True, comment="gone or failing: it was switched off by us"),
        sa.Column("failing_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("delivered_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("province_code", "id", name=op.f("pk_webhooks")),
        comment="Who is told of what. No agency or no rule named: all of them. Events are told from its creation on",
    )
    op.add_column(
        "outbox", sa.Column("data", postgresql.JSONB(), nullable=True, comment="what is told where it is not about an alert")
    )
    op.alter_column("outbox", "alert_id", existing_type=sa.BigInteger(), nullable=True, comment=_ID)
    op.alter_column("outbox", "sequence", existing_type=sa.Integer(), nullable=True, comment=_SEQUENCE)
    op.alter_column("outbox", "alert", existing_type=postgresql.JSONB(), nullable=True, existing_comment=_ALERT)


def downgrade() -> None:
    op.execute("DELETE FROM outbox WHERE alert_id IS NULL OR sequence IS NULL OR alert IS NULL")
    op.alter_column("outbox", "alert", existing_type=postgresql.JSONB(), nullable=False, existing_comment=_ALERT)
    op.alter_column("outbox", "sequence", existing_type=sa.Integer(), nullable=False, comment=None, existing_comment=_SEQUENCE)
    op.alter_column("outbox", "alert_id", existing_type=sa.BigInteger(), nullable=False, comment=None, existing_comment=_ID)
    op.drop_column("outbox", "data")
    for table in ("webhooks", "webhook_secrets", "outbox_readers", "delivery_attempts", "deliveries"):
        op.drop_table(table)
