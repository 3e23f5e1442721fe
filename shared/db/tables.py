"""The tables. `province_code` leads every key, so that one day provinces can be spread over servers.

History is append-only and partitioned by month; everything else is one row per thing. Times are `timestamptz`.
"""

from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Numeric,
    SmallInteger,
    Table,
    Text,
    func,
    text,
)
from sqlalchemy.types import UserDefinedType

from shared.db.types import Json
from shared.domain.catalogue import Procedure
from shared.domain.counters import COUNTERS
from shared.domain.figures import Counted
from shared.domain.findings import Finding
from shared.domain.moves import Move
from shared.domain.offers import Catalogue
from shared.domain.petitions import Petition
from shared.domain.published import PublishedScores
from shared.domain.records import Record
from shared.domain.stock import STOCK

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    }
)


class Xid8(UserDefinedType[int]):
    """A transaction id that never wraps; asyncpg reads it as an int."""

    cache_ok = True

    def get_col_spec(self, **_: Any) -> str:
        return "xid8"


def _time(name: str, *, nullable: bool = True) -> Column[Any]:
    return Column(name, DateTime(timezone=True), nullable=nullable)


def _province() -> Column[str]:
    return Column("province_code", Text, primary_key=True)


def _flag(name: str) -> Column[bool]:
    return Column(name, Boolean, nullable=False, server_default=text("false"))


def _words(name: str) -> Column[Any]:
    return Column(name, ARRAY(Text), nullable=False, server_default=text("'{}'"))


PETITIONS = "petitions"
"""The role of a list of petitions: a source of its own, on which the freshness of no dossier depends."""

sources = Table(
    "sources",
    metadata,
    _province(),
    Column("name", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("role", Text, nullable=False, comment="portal, home, petitions or evaluation"),
    Column("position", SmallInteger, nullable=False, comment="order of configuration; the portal is 0"),
    Column("active", Boolean, nullable=False, server_default=text("true"), comment="in the present configuration"),
    Column("interval_seconds", Integer, nullable=False),
    Column("mark", Text, comment="how its items are translated; another one reads everything again"),
    Column("epoch", BigInteger, nullable=False, server_default=text("0"), comment="raised by each monitor that takes the source"),
    _time("cursor"),
    _time("read_to"),
    _time("settled_to"),
    _time("first_complete_at"),
    _time("progress_at", nullable=False),
    Column("records", BigInteger, nullable=False, server_default=text("0")),
    Column("error", Text, comment="why the last poll failed; null after a complete one"),
    _time("error_at"),
    _time("catalogue_read_at"),
    _time("swept_at"),
    comment="Outside systems. cursor: everything updated before it is stored; read_to: start of the last complete poll; "
    "settled_to: the read_to up to which every due review and owed look-up is done",
)

OF_DOSSIERS = sources.c.role.not_in((PETITIONS, "evaluation"))
"""The sources dossiers are judged by: nothing waits for the portal's own scores."""

poll_runs = Table(
    "poll_runs",
    metadata,
    _province(),
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("source", Text, nullable=False),
    Column("kind", Text, nullable=False, comment="dossiers, sweep, catalogue, petitions or evaluation"),
    _time("started_at", nullable=False),
    _time("finished_at"),
    Column("pages", Integer, nullable=False, server_default=text("0")),
    Column("received", Integer, nullable=False, server_default=text("0")),
    Column("added", Integer, nullable=False, server_default=text("0")),
    Column("changed", Integer, nullable=False, server_default=text("0")),
    Column("refused", Integer, nullable=False, server_default=text("0")),
    Column("skewed", Integer, nullable=False, server_default=text("0")),
    Column("error", Text),
    Index(None, "province_code", "source", "started_at"),
)

records = Table(
    "records",
    metadata,
    _province(),
    Column("source", Text, primary_key=True),
    Column("source_id", Text, primary_key=True),
    Column("code", Text, nullable=False),
    Column("item_hash", LargeBinary, nullable=False, comment="of the item as it came"),
    Column("record_hash", LargeBinary, nullable=False, comment="of the record: personal fields do not enter it"),
    _time("updated_at", nullable=False),
    Column("status", SmallInteger, nullable=False),
    _time("status_since", nullable=False),
    _time("first_updated_at", nullable=False),
    _words("notes"),
    Column("skewed", Boolean, nullable=False, server_default=text("false")),
    Column("record", Json(Record), nullable=False),
    Index(None, "province_code", "code"),
    Index("ix_records_noted", "province_code", "source", postgresql_where=text("notes <> '{}'")),
    Index("ix_records_skewed", "province_code", "source", postgresql_where=text("skewed")),
    comment="What one source says of one dossier. updated_at is never later than the request that brought it",
)

record_history = Table(
    "record_history",
    metadata,
    _province(),
    Column("at", DateTime(timezone=True), primary_key=True),
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("source", Text, nullable=False),
    Column("source_id", Text, nullable=False),
    Column("code", Text, nullable=False),
    Column("changes", Json(dict[str, Any]), nullable=False, comment="{field: [old, new]}; a first reading has none"),
    Index(None, "province_code", "code", "at"),
    postgresql_partition_by="RANGE (at)",
)

refusals = Table(
    "refusals",
    metadata,
    _province(),
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("source", Text, nullable=False),
    Column("item_hash", LargeBinary, nullable=False),
    Column("code", Text),
    Column("source_id", Text),
    Column("field", Text, nullable=False),
    Column("reason", Text, nullable=False),
    _time("refused_at", nullable=False),
    _time("mended_at"),
    Index(None, "province_code", "source", "item_hash", unique=True),
    Index("ix_refusals_standing", "province_code", "source", postgresql_where=text("mended_at IS NULL")),
    Index("ix_refusals_open", "province_code", "code", postgresql_where=text("mended_at IS NULL AND code IS NOT NULL")),
    comment="Items that could not be used: which field and why, never the value",
)

look_ups = Table(
    "look_ups",
    metadata,
    _province(),
    Column("source", Text, primary_key=True),
    Column("code", Text, primary_key=True),
    _time("wanted_at"),
    _time("asked_at"),
    _time("gone_at"),
    Column("failures", SmallInteger, nullable=False, server_default=text("0")),
    Index("ix_look_ups_wanted", "province_code", "source", "wanted_at", postgresql_where=text("wanted_at IS NOT NULL")),
    comment="Single questions: wanted_at while one is owed, asked_at: last answered, gone_at: when the record went away",
)

dossiers = Table(
    "dossiers",
    metadata,
    _province(),
    Column("code", Text, primary_key=True),
    _time("first_seen_at", nullable=False),
    _time("next_review_at"),
    _words("waits_for"),
    _words("held"),
    _time("judged_at"),
    Column("rule_set", Integer, nullable=False, server_default=text("0"), comment="the rules it was last judged by"),
    Column("agency", Text),
    Column("procedure", Text),
    Column("sector", Text),
    Column("source", Text, comment="the home system that speaks for it"),
    Column("status", SmallInteger),
    Column("portal_status", SmallInteger),
    Column("online", Boolean, nullable=False, server_default=text("false")),
    _time("submitted_at"),
    _time("due_at"),
    _time("ended_at"),
    _time("portal_overdue_at"),
    Column("stage", Text),
    Column("officer_id", Text),
    _words("out_of_step"),
    Column("counted_on", Date, comment="local day of acceptance, else of submission"),
    _flag("accepted"),
    _flag("open_on_portal"),
    _time("paused_since"),
    _time("intake_by"),
    _time("taken_up_at"),
    _time("late_from"),
    _flag("apologised"),
    _flag("result_at_home"),
    _flag("paid_online"),
    Column("online_result", Boolean, comment="of an online dossier that ended and gives a paper result; null for any other"),
    _time("parked_at"),
    Column("parked_reason", Text),
    Index("ix_dossiers_due", "province_code", "next_review_at", postgresql_where=text("next_review_at IS NOT NULL")),
    Index("ix_dossiers_held", "held", postgresql_using="gin", postgresql_where=text("held <> '{}'")),
    Index("ix_dossiers_waiting", "waits_for", postgresql_using="gin", postgresql_where=text("waits_for <> '{}'")),
    Index(None, "province_code", "rule_set"),
    Index(None, "province_code", "procedure", postgresql_where=text("procedure IS NOT NULL")),
    Index(None, "province_code", "agency", postgresql_where=text("agency IS NOT NULL")),
    Index(
        "ix_dossiers_open",
        "province_code",
        text("(coalesce(due_at, 'infinity'))"),
        "code",
        postgresql_where=text("ended_at IS NULL AND status IS NOT NULL"),
    ),
    Index(
        "ix_dossiers_due_at",
        "province_code",
        text("(coalesce(due_at, 'infinity'))"),
        "code",
        postgresql_where=text("rule_set > 0"),
    ),
    Index(
        "ix_dossiers_submitted_at",
        "province_code",
        text("(coalesce(submitted_at, '-infinity'))"),
        "code",
        postgresql_where=text("rule_set > 0"),
    ),
    Index(
        "ix_dossiers_in_step",
        "province_code",
        "agency",
        "sector",
        "source",
        postgresql_where=text("status IS NOT NULL AND out_of_step = '{}'"),
    ),
    Index(
        "ix_dossiers_overdue_on_portal",
        "province_code",
        "portal_overdue_at",
        postgresql_where=text("portal_overdue_at IS NOT NULL"),
    ),
    Index(
        "ix_dossiers_open_on_portal",
        "province_code",
        "agency",
        "portal_overdue_at",
        postgresql_where=text("open_on_portal"),
    ),
    Index(
        "ix_dossiers_apologies",
        "province_code",
        "late_from",
        postgresql_where=text("late_from IS NOT NULL AND NOT apologised"),
    ),  # of the version before, which may run beside this one: a later release takes it out
    Index(
        "ix_dossiers_ended_late",
        "province_code",
        "ended_at",
        postgresql_where=text("ended_at IS NOT NULL AND late_from IS NOT NULL AND NOT apologised"),
    ),
    Index(
        "ix_dossiers_untouched",
        "province_code",
        "agency",
        "intake_by",
        postgresql_where=text("ended_at IS NULL AND status IS NOT NULL AND intake_by IS NOT NULL AND taken_up_at IS NULL"),
    ),
    Index(None, "province_code", "counted_on", postgresql_where=text("counted_on IS NOT NULL")),
    Index("ix_dossiers_out_of_step", "province_code", "code", postgresql_where=text("out_of_step <> '{}'")),
    Index("ix_dossiers_parked", "province_code", "parked_at", postgresql_where=text("parked_at IS NOT NULL")),
    comment="One row per dossier: the queue of reviews, and where it stands",
)

delays = Table(
    "delays",
    metadata,
    _province(),
    Column("code", Text, primary_key=True),
    Column("position", SmallInteger, primary_key=True),
    Column("stage", Text, nullable=False),
    Column("agency", Text),
    Column("officer_id", Text),
    _time("since", nullable=False),
    _time("until"),
    Column("minutes", Integer, comment="working minutes; null while it goes on"),
    Index("ix_delays_open", "province_code", "since", postgresql_where=text("minutes IS NULL")),
    comment="Where lateness arises: each stage's time past its own due date, else past the dossier's",
)

findings = Table(
    "findings",
    metadata,
    _province(),
    Column("code", Text, primary_key=True),
    Column("family", Text, primary_key=True),
    Column("finding", Json(Finding), nullable=False),
)


def _alerts_in_order(name: str, *places: Any) -> tuple[Index, Index]:
    """One index of all alerts in the order of a list, and one of the few that are not resolved."""
    return (
        Index(f"ix_alerts_{name}", "province_code", *places),
        Index(f"ix_alerts_{name}_unresolved", "province_code", *places, postgresql_where=text("state <> 'resolved'")),
    )


alerts = Table(
    "alerts",
    metadata,
    _province(),
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("subject", Text, nullable=False),
    Column("family", Text, nullable=False),
    Column("rule", Text, nullable=False),
    Column("severity", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("dossier_code", Text),
    Column("source", Text),
    Column("agency", Text),
    Column("procedure", Text),
    Column("sector", Text),
    Column("responsible", Text, nullable=False),
    Column("responsible_agency", Text),
    _time("since", nullable=False),
    _time("opens_at", nullable=False),
    _time("due_at"),
    _time("opened_at", nullable=False),
    _time("acknowledged_at"),
    _time("resolved_at"),
    Column("baseline", Boolean, nullable=False),
    Column("reason", Text, comment="why it opened or was resolved, where it was not the dossier itself"),
    Column("stage", Text),
    Column("officer_id", Text),
    Column("details", Json(dict[str, Any]), nullable=False),
    Column("sequence", Integer, nullable=False, server_default=text("1"), comment="counts the changes told of this alert"),
    Column("points", Numeric(9, 6), comment="what doing it is worth on its agency's card; null where nobody knows"),
    Column("province_points", Numeric(9, 6), comment="likewise on the province's card"),
    Column("incident_id", BigInteger, comment="the incident it was or is part of"),
    Column(
        "in_incident", Boolean, nullable=False, server_default=text("false"), comment="told as part of it only, not by itself"
    ),
    Column("acknowledged_by", Text, comment="who, as the audit log names them"),
    _time("acknowledged_until"),
    Column("acknowledgement_note", Text, comment="never logged, never sent"),
    Column("cause", Text, comment="as whoever acknowledged it sees it"),
    Column("resolution", Text, comment="how it ended"),
    Column("reopens", BigInteger, comment="the one of the same before it"),
    _time("escalated_at"),
    Column("escalated_to", Text, comment="the agency above that was told"),
    Column("found_severity", Text, comment="as found, where it was passed on: severity is critical then"),
    Column("open_since", DateTime(timezone=True), nullable=False, server_default=func.now()),
    _time("reminded_at"),
    Index(
        "uq_alerts_unresolved", "province_code", "family", "subject", unique=True, postgresql_where=text("state <> 'resolved'")
    ),
    Index("ix_alerts_opened", "province_code", "opened_at", "id"),
    Index("ix_alerts_unheard", "province_code", "severity", "open_since", postgresql_where=text("state = 'open'")),
    *_alerts_in_order("due", text("(coalesce(due_at, 'infinity'))"), "id"),
    *_alerts_in_order("urgent", "severity", text("(coalesce(due_at, 'infinity'))"), "id"),
    *_alerts_in_order("points", text("(coalesce(points, '-infinity'))"), "id"),
    Index(None, "province_code", "dossier_code"),
    Index("ix_alerts_incident", "province_code", "incident_id", "state", postgresql_where=text("incident_id IS NOT NULL")),
    Index("ix_alerts_resolved", "province_code", "subject", "family", "id", postgresql_where=text("state = 'resolved'")),
    Index("ix_alerts_reopens", "province_code", "reopens", postgresql_where=text("reopens IS NOT NULL")),
    Index(
        "ix_alerts_acknowledged",
        "province_code",
        "acknowledged_until",
        "id",
        postgresql_where=text("state = 'acknowledged'"),
    ),
    comment="A finding that lasted long enough to tell someone: at most one unresolved per family and subject",
)

alert_history = Table(
    "alert_history",
    metadata,
    _province(),
    Column("at", DateTime(timezone=True), primary_key=True),
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("alert_id", BigInteger, nullable=False),
    Column("event", Text, nullable=False, comment="opened, worsened, updated, moved or resolved"),
    Column("changes", Json(dict[str, Any]), nullable=False),
    Column("reason", Text),
    Column("actor", Text, comment="who, where somebody did it"),
    Index(None, "province_code", "alert_id", "at"),
    postgresql_partition_by="RANGE (at)",
)

outbox = Table(
    "outbox",
    metadata,
    _province(),
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("xid", Xid8, nullable=False, server_default=func.pg_current_xact_id()),
    _time("at", nullable=False),
    Column("event", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("alert_id", BigInteger, comment="null where it is not about an alert"),
    Column("sequence", Integer, comment="of the alert"),
    Column("reason", Text),
    Column("alert", Json(dict[str, Any]), comment="the alert as it was at that moment"),
    Column("data", Json(dict[str, Any]), comment="what is told where it is not about an alert"),
    Index(None, "province_code", "xid", "id"),
    comment="What is to be told, written with the change itself; read in the order (xid, id)",
)


webhooks = Table(
    "webhooks",
    metadata,
    _province(),
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("url", Text, nullable=False),
    Column("description", Text, nullable=False, server_default=text("''")),
    _words("agencies"),
    _words("rules"),
    Column("least_severity", Text, nullable=False, comment="warning or critical"),
    Column("role", Text, nullable=False, comment="as whom it is told: receiving, handling, sync, office or ops"),
    Column("mode", Text, nullable=False, comment="each or digest"),
    Column("owner_agency", Text, comment="the agency it was made for, null: the whole province"),
    _time("created_at", nullable=False),
    _time("changed_at", nullable=False),
    Column("active", Boolean, nullable=False, server_default=text("true"), comment="as the subscriber wishes"),
    _time("disabled_at"),
    Column("disabled_reason", Text, comment="gone or failing: it was switched off by us"),
    _time("failing_since"),
    _time("delivered_at"),
    Column("window", ARRAY(Text), nullable=False, server_default=text("'{always}'"), comment="or working_time, or 07:00-11:30 …"),
    Column("critical_at_once", Boolean, nullable=False, server_default=text("true"), comment="also outside its window"),
    comment="Who is told of what. No agency or no rule named: all of them. Events are told from its creation on",
)

webhook_secrets = Table(
    "webhook_secrets",
    metadata,
    _province(),
    Column("webhook_id", BigInteger, primary_key=True),
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("sealed", LargeBinary, nullable=False, comment="encrypted with the key of the environment"),
    _time("created_at", nullable=False),
    _time("expires_at"),
    comment="What deliveries are signed with; after a rotation the old one signs beside the new one until it expires",
)

incidents = Table(
    "incidents",
    metadata,
    _province(),
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("kind", Text, nullable=False, comment="what its dossiers have in common: agency, procedure or source"),
    Column("code", Text, nullable=False),
    Column("severity", Text, nullable=False),
    _words("rules"),
    _words("agencies"),
    Column("responsible_agency", Text),
    _time("opened_at", nullable=False),
    _time("closed_at"),
    Column("expected", Integer, nullable=False, comment="how many dossiers, as far as known when it began"),
    Column("held_by", BigInteger, comment="the silence that holds back that it began"),
    Index("ix_incidents_open", "province_code", "id", postgresql_where=text("closed_at IS NULL")),
    comment="Masses of dossiers out of step by one cause, told once when they begin and once when they are over",
)

silences = Table(
    "silences",
    metadata,
    _province(),
    Column("id", BigInteger, Identity(), primary_key=True),
    _words("rules"),
    _words("agencies"),
    _words("procedures"),
    Column("dossier", Text),
    _time("starts_at", nullable=False),
    _time("ends_at", nullable=False),
    Column("author", Text, nullable=False, comment="as the audit log names them"),
    Column("reason", Text, nullable=False),
    Column("owner_agency", Text, comment="the agency it was made for, null: the whole province"),
    _time("created_at", nullable=False),
    Column("ended_by", Text, comment="who ended it before its time"),
    _time("concluded_at"),
    Column("events_held", Integer, nullable=False, server_default=text("0")),
    Column("alerts_held", Integer, nullable=False, server_default=text("0")),
    Column("alerts_told", Integer, nullable=False, server_default=text("0"), comment="at its end, because they still stood"),
    Index("ix_silences_unconcluded", "province_code", "ends_at", postgresql_where=text("concluded_at IS NULL")),
    comment="Of what nobody is told for a while. Nothing named covers everything. concluded_at: what it held back "
    "and still stood has been told",
)

held_alerts = Table(
    "held_alerts",
    metadata,
    _province(),
    Column("alert_id", BigInteger, primary_key=True),
    Column("silence_id", BigInteger, nullable=False),
    Column("event", Text, nullable=False, comment="the first that was held back"),
    Index(None, "province_code", "silence_id", "alert_id"),
    comment="Alerts of which a silence holds something back, until they are resolved or it has ended",
)

digests = Table(
    "digests",
    metadata,
    _province(),
    Column("kind", Text, primary_key=True, comment="digest.daily or digest.weekly"),
    Column("day", Date, primary_key=True, comment="local; of a week its Monday"),
    _time("written_at", nullable=False),
    comment="Digests that were written: a row is written with them, in one transaction",
)

outbox_readers = Table(
    "outbox_readers",
    metadata,
    _province(),
    Column("name", Text, primary_key=True),
    Column("xid", Xid8, nullable=False),
    Column("id", BigInteger, nullable=False),
    comment="How far each reader of the outbox has come, in the order (xid, id)",
)

deliveries = Table(
    "deliveries",
    metadata,
    _province(),
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("webhook_id", BigInteger, nullable=False),
    Column("message_id", Text, nullable=False, comment="the same at every attempt: receivers tell repetitions by it"),
    Column("event", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("alert_id", BigInteger),
    Column("xid", Xid8, nullable=False, comment="with outbox_id: the place of its event in the outbox"),
    Column("outbox_id", BigInteger, nullable=False),
    Column("body", Text, nullable=False, comment="JSON, the same at every attempt"),
    Column("state", Text, nullable=False, comment="waiting, delivered, failed, expired or cancelled"),
    _time("created_at", nullable=False),
    _time("due_at", nullable=False),
    _time("leased_until"),
    _time("expires_at"),
    _time("finished_at"),
    Column("attempts", SmallInteger, nullable=False, server_default=text("0")),
    Column("tried_before", SmallInteger, nullable=False, server_default=text("0"), comment="attempts before it was replayed"),
    _time("held_until"),
    Index(
        "ix_deliveries_waiting",
        "province_code",
        "webhook_id",
        "subject",
        "xid",
        "outbox_id",
        postgresql_where=text("state = 'waiting'"),
    ),
    Index(
        "ix_deliveries_due",
        "province_code",
        "webhook_id",
        "due_at",
        "id",
        postgresql_where=text("state = 'waiting'"),
    ),
    Index("ix_deliveries_finished", "province_code", "finished_at", "state", postgresql_where=text("finished_at IS NOT NULL")),
    Index(None, "province_code", "webhook_id", "created_at", "id"),
    Index(None, "province_code", "webhook_id", "message_id", unique=True),
    comment="An event on its way to one webhook; of one subject the oldest that waits goes first. What is held until "
    "its webhook's window opens keeps nothing waiting",
)

delivery_attempts = Table(
    "delivery_attempts",
    metadata,
    _province(),
    Column("delivery_id", BigInteger, primary_key=True),
    Column("number", SmallInteger, primary_key=True),
    _time("at", nullable=False),
    Column("milliseconds", Integer, nullable=False),
    Column("status", SmallInteger, comment="of the answer; null where there was none"),
    Column("error", Text),
    Column("answer", Text, comment="its first bytes"),
    comment="What came of each sending",
)


def _counters(type_: type[Integer] | type[BigInteger]) -> list[Column[int]]:
    return [Column(name, type_, nullable=False, server_default=text("0")) for name in COUNTERS]


def _view() -> Column[str]:
    return Column("view", Text, primary_key=True)


marks = Table(
    "marks",
    metadata,
    _province(),
    Column("code", Text, primary_key=True),
    _view(),
    Column("position", SmallInteger, primary_key=True),
    Column("day", Date, nullable=False, comment="local: of acceptance, of submission while it lies untouched"),
    Column("agency", Text, nullable=False),
    Column("procedure", Text, nullable=False),
    *_counters(Integer),
    Index(None, "province_code", "view", "agency", "day"),
    comment="What each dossier counts for, as it was last judged; tallies are its sums",
)

repairs = Table(
    "repairs",
    metadata,
    _province(),
    Column("code", Text, primary_key=True),
    Column("repair", Text, primary_key=True, comment="sync, result, payment, intake, in_time or lost"),
    Column("agency", Text, nullable=False, comment="where the dossier counts then, as are procedure and month"),
    Column("procedure", Text, nullable=False),
    Column("month", Date, nullable=False),
    _time("due_at"),
    Column("moves", Json(tuple[Move, ...]), nullable=False, comment="how the counters of the portal's view change"),
    Index(None, "province_code", "agency", "month"),
    comment="What could be done about each dossier, as it was last judged, and what is lost",
)

agency_tally = Table(
    "agency_tally",
    metadata,
    _province(),
    _view(),
    Column("month", Date, primary_key=True),
    Column("agency", Text, primary_key=True),
    *_counters(BigInteger),
    comment="The sum of the marks of a month and an agency",
)

procedure_tally = Table(
    "procedure_tally",
    metadata,
    _province(),
    _view(),
    Column("span", Text, primary_key=True, comment="month, quarter or year"),
    Column("starts_on", Date, primary_key=True),
    Column("agency", Text, primary_key=True),
    Column("procedure", Text, primary_key=True),
    *_counters(BigInteger),
    Index(
        "ix_procedure_tally_service_used",
        "province_code",
        "view",
        "span",
        "starts_on",
        "agency",
        "procedure",
        postgresql_where=text("service_used > 0"),
    ),
    Index(
        "ix_procedure_tally_service_paid",
        "province_code",
        "view",
        "span",
        "starts_on",
        "agency",
        "procedure",
        postgresql_where=text("service_paid > 0"),
    ),
    comment="The sum of the marks of a span, an agency and a procedure; procedures counted once are counted here",
)

agencies = Table(
    "agencies",
    metadata,
    _province(),
    Column("code", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("parent", Text),
    Column("level", SmallInteger),
    Column("in_catalogue", Boolean, nullable=False, comment="named by the portal's list, not only by a record"),
)

procedures = Table(
    "procedures",
    metadata,
    _province(),
    Column("code", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("sector", Text),
    Column("in_catalogue", Boolean, nullable=False),
    Column("facts", Json(Procedure), nullable=False),
    _time("changed_at"),
)

score_days = Table(
    "score_days",
    metadata,
    _province(),
    _view(),
    Column("period", Text, primary_key=True, comment="2026, 2026-Q4 or 2026-11"),
    Column("agency", Text, primary_key=True),
    Column("day", Date, primary_key=True, comment="local"),
    Column("counted", Json(Counted), nullable=False),
    comment="What was counted of each unit at the end of a day; a day on which nothing changed has no row",
)

stock_days = Table(
    "stock_days",
    metadata,
    _province(),
    Column("agency", Text, primary_key=True),
    Column("day", Date, primary_key=True, comment="local"),
    _time("kept_at", nullable=False),
    *(Column(name, Integer, nullable=False, server_default=text("0")) for name in STOCK),
    Index(None, "province_code", "day"),
    comment="What of each agency's own dossiers was open on a day, as last kept on it; every agency known has a row",
)

open_tally = Table(
    "open_tally",
    metadata,
    _province(),
    Column("agency", Text, primary_key=True),
    Column("dossiers", BigInteger, nullable=False, comment="open on the portal"),
    *(
        Column(name, BigInteger, comment="null: uncounted, by a version that does not know it")
        for name in ("open", "supplement", "payment", "stopped", "paused")
    ),
    comment="How many of each agency's own dossiers are open on the portal or at home, and wait for what, as last judged",
)

catalogue_counts = Table(
    "catalogue_counts",
    metadata,
    _province(),
    _time("counted_at", nullable=False),
    Column("counts", Json(Catalogue), nullable=False),
    comment="What the portal's list of procedures says of each agency, counted when it was last read",
)

evaluation_answers = Table(
    "evaluation_answers",
    metadata,
    _province(),
    Column("endpoint", Text, primary_key=True),
    Column("period", Text, primary_key=True, comment="2026, 2026-Q4 or 2026-11"),
    Column("fetched_at", DateTime(timezone=True), primary_key=True),
    _time("last_seen_at", nullable=False),
    Column("answer_hash", LargeBinary, nullable=False),
    Column("answer", Text, nullable=False, comment="the fields of the contract as received, JSON; all pages together"),
    comment="What the portal's public evaluation answered; one row per answer that differs from the one before",
)

official_scores = Table(
    "official_scores",
    metadata,
    _province(),
    Column("period", Text, primary_key=True, comment="2026, 2026-Q4 or 2026-11"),
    Column("unit_code", Text, primary_key=True, comment="an agency, or a province of the country"),
    Column("fetched_at", DateTime(timezone=True), primary_key=True),
    _time("seen_at", nullable=False),
    Column("department_id", Text, comment="the portal's own id, by which it is asked"),
    Column("name", Text, nullable=False),
    Column("total", Numeric, comment="as published; null where no total is"),
    Column("scores", Json(PublishedScores), nullable=False),
    comment="The portal's own scores of a unit; one row per reading that differs from the one before. "
    "seen_at: when all of it was last read",
)

petitions = Table(
    "petitions",
    metadata,
    _province(),
    Column("code", Text, primary_key=True),
    Column("hash", LargeBinary, nullable=False, comment="of the petition: nothing of the citizen enters it"),
    Column("petition", Json(Petition), nullable=False),
    _time("updated_at", nullable=False),
    Column("status", SmallInteger, nullable=False),
    Column("kind", SmallInteger),
    Column("agency", Text, nullable=False),
    Column("dossier_code", Text),
    _time("received_at", nullable=False),
    _time("first_seen_at", nullable=False),
    _time("next_review_at"),
    _time("judged_at"),
    Column("rule_set", Integer, nullable=False, server_default=text("0"), comment="the rules it was last judged by"),
    Column("step", Text, comment="what is owed: refuse, ask, resolve or publish"),
    _time("due_at"),
    _time("late_from"),
    Column("complained_of", Boolean, nullable=False, comment="dissatisfied with the answer, or repeated"),
    Index("ix_petitions_due", "province_code", "next_review_at", postgresql_where=text("next_review_at IS NOT NULL")),
    Index(None, "province_code", "rule_set"),
    Index(None, "province_code", "agency"),
    Index(None, "province_code", "received_at", "code"),
    Index("ix_petitions_dossier", "province_code", "dossier_code", postgresql_where=text("dossier_code IS NOT NULL")),
    Index("ix_petitions_due_at", "province_code", text("(coalesce(due_at, 'infinity'))"), "code"),
    comment="Citizens' petitions: the queue of their reviews, until when which step is owed, and from when on each is late (5.1)",
)

rule_sets = Table(
    "rule_sets",
    metadata,
    _province(),
    Column("id", Integer, Identity(), primary_key=True),
    Column("fingerprint", Text, nullable=False),
    Column("review_version", Integer, nullable=False),
    _time("since", nullable=False),
    comment="The rules the province was judged by, latest last: a change makes every dossier due",
)

api_keys = Table(
    "api_keys",
    metadata,
    _province(),
    Column("prefix", Text, primary_key=True, comment="the part of the key that may be shown; it is looked up by it"),
    Column("digest", LargeBinary, nullable=False, comment="of the whole key, which nobody keeps"),
    Column("name", Text, nullable=False),
    Column("scopes", ARRAY(Text), nullable=False),
    Column("agency", Text, comment="sees this agency and those below it; null: the whole province"),
    _time("created_at", nullable=False),
    _time("expires_at"),
    _time("revoked_at"),
    _time("last_used_at"),
    comment="Keys to the API. last_used_at is written at most once a minute",
)

audit_log = Table(
    "audit_log",
    metadata,
    _province(),
    Column("id", BigInteger, Identity(), primary_key=True),
    _time("at", nullable=False),
    Column("actor", Text, nullable=False, comment="key:<prefix>, token:<subject> or command:<user>"),
    Column("action", Text, nullable=False, comment="what was done: key.created"),
    Column("subject", Text, nullable=False, comment="what it was done to: key:<prefix>, webhook:<id>, alert:<id>"),
    Column("agency", Text, comment="whose it is; null: the whole province's"),
    Column("request_id", Text, comment="null where it was no request"),
    Column("details", Json(dict[str, Any]), nullable=False, comment="never a secret"),
    Index(None, "province_code", "subject", "id"),
    Index(None, "province_code", "actor", "id"),
    comment="Who did what. Append-only: triggers refuse every change and deletion",
)
