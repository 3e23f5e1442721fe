"""The first schema."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from shared.db.tables import Xid8

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_ALERT_ORDERS = {
    "due": ("(coalesce(due_at, 'infinity'))",),
    "urgent": ("severity", "(coalesce(due_at, 'infinity'))"),
}


def upgrade() -> None:
    op.create_table(
        "agencies",
        sa.Column("province_code", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("parent", sa.Text(), nullable=True),
        sa.Column("level", sa.SmallInteger(), nullable=True),
        sa.Column("in_catalogue", sa.Boolean(), nullable=False, comment="named by the portal's list, not only by a record"),
        sa.PrimaryKeyConstraint("province_code", "code", name=op.f("pk_agencies")),
    )
    op.create_table(
        "alert_history",
        sa.Column("province_code", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("alert_id", sa.BigInteger(), nullable=False),
        sa.Column("event", sa.Text(), nullable=False, comment="opened, worsened, updated, moved or resolved"),
        sa.Column("changes", postgresql.JSONB(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("province_code", "at", "id", name=op.f("pk_alert_history")),
        postgresql_partition_by="RANGE (at)",
    )
    op.create_index(
        op.f("ix_alert_history_province_code_alert_id_at"), "alert_history", ["province_code", "alert_id", "at"], unique=False
    )
    op.create_table(
        "alerts",
        sa.Column("province_code", sa.Text(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("family", sa.Text(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("severity", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("dossier_code", sa.Text(), nullable=True),
        sa.Column("source", sa.Text(), nullable=True),
        sa.Column("agency", sa.Text(), nullable=True),
        sa.Column("procedure", sa.Text(), nullable=True),
        sa.Column("sector", sa.Text(), nullable=True),
        sa.Column("responsible", sa.Text(), nullable=False),
        sa.Column("responsible_agency", sa.Text(), nullable=True),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opens_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("acknowledged_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("resolved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("baseline", sa.Boolean(), nullable=False),
        sa.Column(
            "reason", sa.Text(), nullable=True, comment="why it opened or was resolved, where it was not the dossier itself"
        ),
        sa.Column("stage", sa.Text(), nullable=True),
        sa.Column("officer_id", sa.Text(), nullable=True),
        sa.Column("details", postgresql.JSONB(), nullable=False),
        sa.Column(
            "sequence", sa.Integer(), server_default=sa.text("1"), nullable=False, comment="counts the changes told of this alert"
        ),
        sa.PrimaryKeyConstraint("province_code", "id", name=op.f("pk_alerts")),
        comment="A finding that lasted long enough to tell someone: at most one unresolved per family and subject",
    )
    for name, places in _ALERT_ORDERS.items():
        columns: list[sa.ColumnElement[object]] = [sa.literal_column(place) for place in ("province_code", *places, "id")]
        op.create_index(f"ix_alerts_{name}", "alerts", columns, unique=False)
        op.create_index(
            f"ix_alerts_{name}_unresolved", "alerts", columns, unique=False, postgresql_where=sa.text("state <> 'resolved'")
        )
    op.create_index("ix_alerts_opened", "alerts", ["province_code", "opened_at", "id"], unique=False)
    op.create_index(op.f("ix_alerts_province_code_dossier_code"), "alerts", ["province_code", "dossier_code"], unique=False)
    op.create_index(
        "uq_alerts_unresolved",
        "alerts",
        ["province_code", "family", "subject"],
        unique=True,
        postgresql_where=sa.text("state <> 'resolved'"),
    )
    op.create_table(
        "delays",
        sa.Column("province_code", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("position", sa.SmallInteger(), nullable=False),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("agency", sa.Text(), nullable=True),
        sa.Column("officer_id", sa.Text(), nullable=True),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("minutes", sa.Integer(), nullable=True, comment="working minutes; null while it goes on"),
        sa.PrimaryKeyConstraint("province_code", "code", "position", name=op.f("pk_delays")),
        comment="Where lateness arises: each stage's time past its own due date, else past the dossier's",
    )
    op.create_index(
        "ix_delays_open", "delays", ["province_code", "since"], unique=False, postgresql_where=sa.text("minutes IS NULL")
    )
    op.create_table(
        "dossiers",
        sa.Column("province_code", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("first_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("next_review_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("waits_for", sa.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("held", sa.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("judged_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "rule_set", sa.Integer(), server_default=sa.text("0"), nullable=False, comment="the rules it was last judged by"
        ),
        sa.Column("agency", sa.Text(), nullable=True),
        sa.Column("procedure", sa.Text(), nullable=True),
        sa.Column("sector", sa.Text(), nullable=True),
        sa.Column("source", sa.Text(), nullable=True, comment="the home system that speaks for it"),
        sa.Column("status", sa.SmallInteger(), nullable=True),
        sa.Column("portal_status", sa.SmallInteger(), nullable=True),
        sa.Column("online", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("portal_overdue_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("stage", sa.Text(), nullable=True),
        sa.Column("officer_id", sa.Text(), nullable=True),
        sa.Column("out_of_step", sa.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("parked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("parked_reason", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("province_code", "code", name=op.f("pk_dossiers")),
        comment="One row per dossier: the queue of reviews, and where it stands",
    )
    op.create_index(
        "ix_dossiers_due",
        "dossiers",
        ["province_code", "next_review_at"],
        unique=False,
        postgresql_where=sa.text("next_review_at IS NOT NULL"),
    )
    op.create_index(
        "ix_dossiers_due_at",
        "dossiers",
        ["province_code", sa.literal_column("(coalesce(due_at, 'infinity'))"), "code"],
        unique=False,
    )
    op.create_index(
        "ix_dossiers_held", "dossiers", ["held"], unique=False, postgresql_using="gin", postgresql_where=sa.text("held <> '{}'")
    )
    op.create_index(
        "ix_dossiers_in_step",
        "dossiers",
        ["province_code", "agency", "sector", "source"],
        unique=False,
        postgresql_where=sa.text("status IS NOT NULL AND out_of_step = '{}'"),
    )
    op.create_index(
        "ix_dossiers_open",
        "dossiers",
        ["province_code", sa.literal_column("(coalesce(due_at, 'infinity'))"), "code"],
        unique=False,
        postgresql_where=sa.text("ended_at IS NULL AND status IS NOT NULL"),
    )
    op.create_index(
        "ix_dossiers_out_of_step",
        "dossiers",
        ["province_code", "code"],
        unique=False,
        postgresql_where=sa.text("out_of_step <> '{}'"),
    )
    op.create_index(
        "ix_dossiers_overdue_on_portal",
        "dossiers",
        ["province_code", "portal_overdue_at"],
        unique=False,
        postgresql_where=sa.text("portal_overdue_at IS NOT NULL"),
    )
    op.create_index(
        "ix_dossiers_parked",
        "dossiers",
        ["province_code", "parked_at"],
        unique=False,
        postgresql_where=sa.text("parked_at IS NOT NULL"),
    )
    op.create_index(
        op.f("ix_dossiers_province_code_agency"),
        "dossiers",
        ["province_code", "agency"],
        unique=False,
        postgresql_where=sa.text("agency IS NOT NULL"),
    )
    op.create_index(
        op.f("ix_dossiers_province_code_procedure"),
        "dossiers",
        ["province_code", "procedure"],
        unique=False,
        postgresql_where=sa.text("procedure IS NOT NULL"),
    )
    op.create_index(op.f("ix_dossiers_province_code_rule_set"), "dossiers", ["province_code", "rule_set"], unique=False)
    op.create_index(
        "ix_dossiers_submitted_at",
        "dossiers",
        ["province_code", sa.literal_column("(coalesce(submitted_at, '-infinity'))"), "code"],
        unique=False,
    )
    op.create_index(
        "ix_dossiers_waiting",
        "dossiers",
        ["waits_for"],
        unique=False,
        postgresql_using="gin",
        postgresql_where=sa.text("waits_for <> '{}'"),
    )
    op.create_table(
        "findings",
        sa.Column("province_code", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("family", sa.Text(), nullable=False),
        sa.Column("finding", postgresql.JSONB(), nullable=False),
        sa.PrimaryKeyConstraint("province_code", "code", "family", name=op.f("pk_findings")),
    )
    op.create_table(
        "look_ups",
        sa.Column("province_code", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("wanted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("gone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failures", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
        sa.PrimaryKeyConstraint("province_code", "source", "code", name=op.f("pk_look_ups")),
        comment="Single questions: wanted_at while one is owed, asked_at: last answered, gone_at: when the record went away",
    )
    op.create_index(
        "ix_look_ups_wanted",
        "look_ups",
        ["province_code", "source", "wanted_at"],
        unique=False,
        postgresql_where=sa.text("wanted_at IS NOT NULL"),
    )
    op.create_table(
        "outbox",
        sa.Column("province_code", sa.Text(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("xid", Xid8(), server_default=sa.text("pg_current_xact_id()"), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("alert_id", sa.BigInteger(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("alert", postgresql.JSONB(), nullable=False, comment="the alert as it was at that moment"),
        sa.PrimaryKeyConstraint("province_code", "id", name=op.f("pk_outbox")),
        comment="What is to be told, written with the change itself; read in the order (xid, id)",
    )
    op.create_index(op.f("ix_outbox_province_code_xid_id"), "outbox", ["province_code", "xid", "id"], unique=False)
    op.create_table(
        "poll_runs",
        sa.Column("province_code", sa.Text(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False, comment="dossiers, sweep or catalogue"),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("pages", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("received", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("added", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("changed", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("refused", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("skewed", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("province_code", "id", name=op.f("pk_poll_runs")),
    )
    op.create_index(
        op.f("ix_poll_runs_province_code_source_started_at"), "poll_runs", ["province_code", "source", "started_at"], unique=False
    )
    op.create_table(
        "procedures",
        sa.Column("province_code", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("sector", sa.Text(), nullable=True),
        sa.Column("in_catalogue", sa.Boolean(), nullable=False),
        sa.Column("facts", postgresql.JSONB(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("province_code", "code", name=op.f("pk_procedures")),
    )
    op.create_table(
        "record_history",
        sa.Column("province_code", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("source_id", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("changes", postgresql.JSONB(), nullable=False, comment="{field: [old, new]}; a first reading has none"),
        sa.PrimaryKeyConstraint("province_code", "at", "id", name=op.f("pk_record_history")),
        postgresql_partition_by="RANGE (at)",
    )
    op.create_index(
        op.f("ix_record_history_province_code_code_at"), "record_history", ["province_code", "code", "at"], unique=False
    )
    op.create_table(
        "records",
        sa.Column("province_code", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("source_id", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("item_hash", sa.LargeBinary(), nullable=False, comment="of the item as it came"),
        sa.Column("record_hash", sa.LargeBinary(), nullable=False, comment="of the record: personal fields do not enter it"),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("status", sa.SmallInteger(), nullable=False),
        sa.Column("status_since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("first_updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("notes", sa.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("skewed", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("record", postgresql.JSONB(), nullable=False),
        sa.PrimaryKeyConstraint("province_code", "source", "source_id", name=op.f("pk_records")),
        comment="What one source says of one dossier. updated_at is never later than the request that brought it",
    )
    op.create_index(
        "ix_records_noted", "records", ["province_code", "source"], unique=False, postgresql_where=sa.text("notes <> '{}'")
    )
    op.create_index(op.f("ix_records_province_code_code"), "records", ["province_code", "code"], unique=False)
    op.create_index("ix_records_skewed", "records", ["province_code", "source"], unique=False, postgresql_where=sa.text("skewed"))
    op.create_table(
        "refusals",
        sa.Column("province_code", sa.Text(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("item_hash", sa.LargeBinary(), nullable=False),
        sa.Column("code", sa.Text(), nullable=True),
        sa.Column("source_id", sa.Text(), nullable=True),
        sa.Column("field", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("refused_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("mended_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("province_code", "id", name=op.f("pk_refusals")),
        comment="Items that could not be used: which field and why, never the value",
    )
    op.create_index(
        "ix_refusals_open",
        "refusals",
        ["province_code", "code"],
        unique=False,
        postgresql_where=sa.text("mended_at IS NULL AND code IS NOT NULL"),
    )
    op.create_index(
        op.f("ix_refusals_province_code_source_item_hash"), "refusals", ["province_code", "source", "item_hash"], unique=True
    )
    op.create_index(
        "ix_refusals_standing",
        "refusals",
        ["province_code", "source"],
        unique=False,
        postgresql_where=sa.text("mended_at IS NULL"),
    )
    op.create_table(
        "rule_sets",
        sa.Column("province_code", sa.Text(), nullable=False),
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("review_version", sa.Integer(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("province_code", "id", name=op.f("pk_rule_sets")),
        comment="The rules the province was judged by, latest last: a change makes every dossier due",
    )
    op.create_table(
        "sources",
        sa.Column("province_code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False, comment="portal or home"),
        sa.Column("position", sa.SmallInteger(), nullable=False, comment="order of configuration; the portal is 0"),
        sa.Column("active", sa.Boolean(), server_default=sa.text("true"), nullable=False, comment="in the present configuration"),
        sa.Column("interval_seconds", sa.Integer(), nullable=False),
        sa.Column("mark", sa.Text(), nullable=True, comment="how its items are translated; another one reads everything again"),
        sa.Column(
            "epoch",
            sa.BigInteger(),
            server_default=sa.text("0"),
            nullable=False,
            comment="raised by each monitor that takes the source",
        ),
        sa.Column("cursor", sa.DateTime(timezone=True), nullable=True),
        sa.Column("read_to", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_to", sa.DateTime(timezone=True), nullable=True),
        sa.Column("first_complete_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("progress_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("records", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("error", sa.Text(), nullable=True, comment="why the last poll failed; null after a complete one"),
        sa.Column("error_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("catalogue_read_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("swept_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("province_code", "name", name=op.f("pk_sources")),
        comment="Outside systems. cursor: everything updated before it is stored; read_to: start of the last complete poll; settled_to: the read_to up to which every due review and owed look-up is done",
    )


def downgrade() -> None:
    op.drop_table("sources")
    op.drop_table("rule_sets")
    op.drop_index("ix_refusals_standing", table_name="refusals", postgresql_where=sa.text("mended_at IS NULL"))
    op.drop_index(op.f("ix_refusals_province_code_source_item_hash"), table_name="refusals")
    op.drop_index("ix_refusals_open", table_name="refusals", postgresql_where=sa.text("mended_at IS NULL AND code IS NOT NULL"))
    op.drop_table("refusals")
    op.drop_index("ix_records_skewed", table_name="records", postgresql_where=sa.text("skewed"))
    op.drop_index(op.f("ix_records_province_code_code"), table_name="records")
    op.drop_index("ix_records_noted", table_name="records", postgresql_where=sa.text("notes <> '{}'"))
    op.drop_table("records")
    op.drop_index(op.f("ix_record_history_province_code_code_at"), table_name="record_history")
    op.drop_table("record_history")
    op.drop_table("procedures")
    op.drop_index(op.f("ix_poll_runs_province_code_source_started_at"), table_name="poll_runs")
    op.drop_table("poll_runs")
    op.drop_index(op.f("ix_outbox_province_code_xid_id"), table_name="outbox")
    op.drop_table("outbox")
    op.drop_index("ix_look_ups_wanted", table_name="look_ups", postgresql_where=sa.text("wanted_at IS NOT NULL"))
    op.drop_table("look_ups")
    op.drop_table("findings")
    op.drop_index(
        "ix_dossiers_waiting", table_name="dossiers", postgresql_using="gin", postgresql_where=sa.text("waits_for <> '{}'")
    )
    op.drop_index("ix_dossiers_submitted_at", table_name="dossiers")
    op.drop_index(op.f("ix_dossiers_province_code_rule_set"), table_name="dossiers")
    op.drop_index(
        op.f("ix_dossiers_province_code_procedure"), table_name="dossiers", postgresql_where=sa.text("procedure IS NOT NULL")
    )
    op.drop_index(op.f("ix_dossiers_province_code_agency"), table_name="dossiers", postgresql_where=sa.text("agency IS NOT NULL"))
    op.drop_index("ix_dossiers_parked", table_name="dossiers", postgresql_where=sa.text("parked_at IS NOT NULL"))
    op.drop_index(
        "ix_dossiers_overdue_on_portal", table_name="dossiers", postgresql_where=sa.text("portal_overdue_at IS NOT NULL")
    )
    op.drop_index("ix_dossiers_out_of_step", table_name="dossiers", postgresql_where=sa.text("out_of_step <> '{}'"))
    op.drop_index("ix_dossiers_open", table_name="dossiers", postgresql_where=sa.text("ended_at IS NULL AND status IS NOT NULL"))
    op.drop_index(
        "ix_dossiers_in_step", table_name="dossiers", postgresql_where=sa.text("status IS NOT NULL AND out_of_step = '{}'")
    )
    op.drop_index("ix_dossiers_held", table_name="dossiers", postgresql_using="gin", postgresql_where=sa.text("held <> '{}'"))
    op.drop_index("ix_dossiers_due_at", table_name="dossiers")
    op.drop_index("ix_dossiers_due", table_name="dossiers", postgresql_where=sa.text("next_review_at IS NOT NULL"))
    op.drop_table("dossiers")
    op.drop_index("ix_delays_open", table_name="delays", postgresql_where=sa.text("minutes IS NULL"))
    op.drop_table("delays")
    op.drop_index("uq_alerts_unresolved", table_name="alerts", postgresql_where=sa.text("state <> 'resolved'"))
    op.drop_index(op.f("ix_alerts_province_code_dossier_code"), table_name="alerts")
    op.drop_index("ix_alerts_opened", table_name="alerts")
    for name in _ALERT_ORDERS:
        op.drop_index(f"ix_alerts_{name}_unresolved", table_name="alerts", postgresql_where=sa.text("state <> 'resolved'"))
        op.drop_index(f"ix_alerts_{name}", table_name="alerts")
    op.drop_table("alerts")
    op.drop_index(op.f("ix_alert_history_province_code_alert_id_at"), table_name="alert_history")
    op.drop_table("alert_history")
    op.drop_table("agencies")
