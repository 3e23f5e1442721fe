"""What has ended long enough is let go; nothing that stands, waits or was not read is."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from services.monitor.steps.retention import Retention
from shared.config import KeepConfig
from shared.db import schema
from shared.db.engine import Database, clock
from shared.db.stores import retention

KEEP = timedelta(days=30)
LEAST = timedelta(microseconds=1)
NOW = datetime(2026, 11, 20, 3, tzinfo=UTC)
OLD = NOW - timedelta(days=100)

ALERT = (
    "INSERT INTO alerts (province_code, subject, family, rule, severity, state, responsible, since, opens_at, opened_at,"
    " resolved_at, baseline, details) VALUES ('H20', :name, 'deadline', 'deadline.overdue', 'critical', :state, 'handling', :at,"
    " :at, :at, :ended, false, '{}')"
)
EVENT = (
    "INSERT INTO outbox (province_code, id, xid, at, event, subject) OVERRIDING SYSTEM VALUE"
    " VALUES ('H20', :id, '700', :at, 'alert.opened', 'dossier:1')"
)
DELIVERY = (
    "INSERT INTO deliveries (province_code, id, webhook_id, message_id, event, subject, xid, outbox_id, body, state, created_at,"
    " due_at, finished_at) OVERRIDING SYSTEM VALUE VALUES ('H20', :id, 1, :name, 'alert.opened', 'dossier:1', '700', :id, '{}',"
    " :state, :at, :at, :ended)"
)
ATTEMPT = "INSERT INTO delivery_attempts (province_code, delivery_id, number, at, milliseconds) VALUES ('H20', :id, 1, :at, 5)"
RUN = (
    "INSERT INTO poll_runs (province_code, source, kind, started_at, finished_at) VALUES ('H20', :name, 'dossiers', :at, :ended)"
)
REFUSAL = (
    "INSERT INTO refusals (province_code, source, item_hash, field, reason, refused_at, mended_at)"
    " VALUES ('H20', :name, '\\x01', 'due_at', 'not a date', :at, :ended)"
)


async def put(database: Database, statement: str, **values: object) -> None:
    async with database.begin() as connection:
        await connection.execute(text(statement), values)


async def let_go(database: Database, table: str) -> int:
    async with database.begin() as connection:
        return await retention.let_go(connection, "H20", table, before=NOW - KEEP)


async def left(database: Database, query: str) -> list[object]:
    async with database.begin() as connection:
        return list((await connection.execute(text(query))).scalars())


@pytest.mark.parametrize(
    ("table", "statement", "shown"), [("alerts", ALERT, "subject"), ("poll_runs", RUN, "source"), ("refusals", REFUSAL, "source")]
)
async def test_what_ended_before_the_moment_goes_and_at_it_stays(database, table, statement, shown) -> None:
    for name, ended in (("gone", NOW - KEEP - LEAST), ("at", NOW - KEEP), ("goes on", None)):
        given = {"name": name, "at": OLD, "ended": ended, "state": "resolved" if ended else "open"}
        await put(database, statement, **{key: value for key, value in given.items() if f":{key}" in statement})
    assert await let_go(database, table) == 1
    assert await left(database, f"SELECT {shown} FROM {table} ORDER BY 1") == ["at", "goes on"]


async def test_an_event_a_reader_has_not_passed_stays(database) -> None:
    for number in (1, 2, 3):
        await put(database, EVENT, id=number, at=OLD)
    await put(database, "INSERT INTO outbox_readers VALUES ('H20', 'webhooks', '700', 2)")
    assert await let_go(database, "outbox") == 2
    assert await left(database, "SELECT id FROM outbox") == [3]


async def test_an_event_a_webhook_still_waits_for_stays(database) -> None:
    await put(database, EVENT, id=1, at=OLD)
    await put(database, DELIVERY, id=1, name="msg_1", state="waiting", at=OLD, ended=None)
    assert await let_go(database, "outbox") == 0


async def test_a_delivery_goes_with_its_attempts_and_one_that_waits_stays(database) -> None:
    for number, ended in ((1, NOW - KEEP - LEAST), (2, NOW - KEEP), (3, None)):
        state = "delivered" if ended else "waiting"
        await put(database, DELIVERY, id=number, name=f"msg_{number}", state=state, at=OLD, ended=ended)
        await put(database, ATTEMPT, id=number, at=OLD)
    assert await let_go(database, "deliveries") == 1
    assert await left(database, "SELECT id FROM deliveries ORDER BY 1") == [2, 3]
    assert await left(database, "SELECT delivery_id FROM delivery_attempts ORDER BY 1") == [2, 3]


async def test_more_than_a_batch_goes_batch_by_batch(database, monkeypatch) -> None:
    await put(
        database,
        "INSERT INTO poll_runs (province_code, source, kind, started_at, finished_at)"
        " SELECT 'H20', 'portal', 'dossiers', :at, :at FROM generate_series(1, 12001)",
        at=datetime(2024, 1, 1, tzinfo=UTC),
    )
    assert (await Retention(database, "H20", KeepConfig()).run())["poll_runs"] == 12_001
    assert await left(database, "SELECT count(*) FROM poll_runs") == [0]


async def test_whole_months_of_history_go_and_the_one_that_holds_the_moment_stays(database) -> None:
    async with database.begin() as connection:
        for month in (1, 2, 3):
            await schema.ensure_partitions(connection, datetime(2024, month, 15, tzinfo=UTC))
        assert await retention.drop_months(connection, datetime(2024, 2, 29, tzinfo=UTC).date()) == [
            "alert_history_p202401",
            "record_history_p202401",
        ]
        assert await retention.drop_months(connection, datetime(2024, 3, 1, tzinfo=UTC).date()) == [
            "alert_history_p202402",
            "record_history_p202402",
        ]


async def test_what_is_kept_for_ever_is_never_let_go(database) -> None:
    await put(database, RUN, name="portal", at=datetime(2000, 1, 1, tzinfo=UTC), ended=datetime(2000, 1, 1, tzinfo=UTC))
    async with database.begin() as connection:
        await schema.ensure_partitions(connection, datetime(2000, 1, 1, tzinfo=UTC))
    forever = KeepConfig(**dict.fromkeys(KeepConfig.model_fields))
    assert not any((await Retention(database, "H20", forever).run()).values())


async def test_what_the_present_month_writes_is_kept_by_the_default(database) -> None:
    async with database.begin() as connection:
        await schema.ensure_partitions(connection, await clock(connection))
    assert (await Retention(database, "H20", KeepConfig()).run())["history"] == 0


@pytest.mark.parametrize("length", ["6d", "3661d", "0s"])
def test_a_length_nobody_could_mean_is_refused(length) -> None:
    with pytest.raises(ValueError, match=r"from 7d to 3660d|less than|greater than"):
        KeepConfig.model_validate({"history": length})
