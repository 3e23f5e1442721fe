"""Tallies are always the sum of the marks, and an audit finds the same again."""

from collections.abc import Sequence
from contextlib import nullcontext
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from services.monitor import bootstrap
from services.monitor.steps.audit import Auditor
from shared.config import CalendarConfig, Config
from shared.db.engine import Database
from shared.db.stores import marks, rule_sets
from shared.db.views import audit
from shared.domain.counters import Counters, Mark, View
from shared.domain.statuses import Status
from shared.errors import ConfigError
from shared.policy import working_time
from tests.integration.world import HOUR, PROVINCE, RULES, World, record

counters = st.builds(
    Counters, accepted=st.integers(0, 1), on_time=st.integers(0, 1), minutes=st.integers(0, 9000), paid=st.just(1)
)
a_mark = st.builds(
    Mark,
    view=st.sampled_from(View),
    day=st.sampled_from([date(2026, 9, 30), date(2026, 10, 1), date(2026, 12, 31), date(2027, 1, 1)]),
    agency=st.sampled_from(["H20.14", "H20.15"]),
    procedure=st.sampled_from(["1.1", "1.2"]),
    counters=counters,
)
of_dossiers = st.dictionaries(st.sampled_from(["A", "B", "C"]), st.lists(a_mark, max_size=2).map(tuple), min_size=1)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(of_dossiers, min_size=1, max_size=6))
async def test_after_any_sequence_of_changes_tallies_equal_a_recount(database: Database, steps: Sequence) -> None:
    for step in steps:
        async with database.begin() as connection:
            before = await marks.load(connection, PROVINCE, step)
            await marks.write(connection, PROVINCE, before, step)
            assert await marks.load(connection, PROVINCE, step) == {code: of for code, of in step.items() if of}
    async with database.begin() as connection:
        assert await audit.differing_tallies(connection, PROVINCE) == []


async def test_a_tally_that_was_tampered_with_is_found(database: Database) -> None:
    mark = Mark(view=View.HOME, day=date(2026, 11, 3), agency="H20.14", procedure="1.1", counters=Counters(accepted=1))
    async with database.begin() as connection:
        await marks.write(connection, PROVINCE, {}, {"A": (mark,)})
        await connection.execute(text("UPDATE agency_tally SET on_time = 1"))
        await connection.execute(text("DELETE FROM procedure_tally WHERE span = 'quarter'"))
    async with database.begin() as connection:
        assert await audit.differing_tallies(connection, PROVINCE) == [
            "agency_tally home 2026-11-01 H20.14",
            "procedure_tally quarter home 2026-10-01 H20.14 1.1",
        ]


async def test_marks_that_stay_write_nothing(database: Database) -> None:
    mark = Mark(view=View.HOME, day=date(2026, 11, 3), agency="H20.14", procedure="1.1", counters=Counters(accepted=1))
    lines = text("SELECT ctid::text FROM marks UNION ALL SELECT ctid::text FROM agency_tally ORDER BY 1")
    async with database.begin() as connection:
        await marks.write(connection, PROVINCE, {}, {"A": (mark,)})
        written = (await connection.execute(lines)).all()
        await marks.write(connection, PROVINCE, {"A": (mark,)}, {"A": (mark,)})
        assert (await connection.execute(lines)).all() == written


def accepted(number: int, *, due: timedelta, **values: object) -> object:
    moment = datetime.now(UTC).replace(microsecond=0) - timedelta(days=3)
    return record(
        number,
        at=moment,
        **({"status": Status.PROCESSING, "accepted_at": moment, "due_at": datetime.now(UTC) + due} | values),
    )


@pytest.fixture
async def busy(world: World) -> World:
    """Dossiers in time, late, out of step, missing, untouched and refused, reviewed once."""
    for number, due in enumerate((HOUR, -HOUR, 50 * HOUR), start=1):
        world.portal.put(accepted(number, due=due))
        world.home.put(accepted(number, due=due + 2 * HOUR))
    world.home.put(accepted(4, due=HOUR))
    world.portal.put(record(5, at=datetime.now(UTC).replace(microsecond=0) - 9 * HOUR))
    world.home.break_row("id-00003", "H20.14-261120-0003", datetime.now(UTC))
    await world.monitor.once()
    return world


def auditor(world: World) -> Auditor:
    return Auditor(world.database, RULES, working_time(CalendarConfig()))


async def sums(world: World, view: str) -> dict[str, int]:
    columns = "sum(accepted)::int accepted, sum(on_time)::int on_time, sum(to_sync)::int to_sync, sum(synced)::int synced"
    (row,) = await world.rows(f"SELECT {columns} FROM agency_tally WHERE view = '{view}'")
    return row


async def test_a_review_fills_the_tallies_of_both_views(busy: World) -> None:
    assert await sums(busy, "portal") == {"accepted": 3, "on_time": 2, "to_sync": 4, "synced": 3}
    assert await sums(busy, "home") == {"accepted": 3, "on_time": 3, "to_sync": 3, "synced": 3}


async def test_an_audit_finds_the_same_again(busy: World) -> None:
    report = await auditor(busy).run()
    assert (report.differences, report.told) == (0, ())
    assert report.judged + report.owed == 5
    assert report.judged >= 4


async def test_an_audit_finds_what_was_tampered_with(busy: World) -> None:
    async with busy.database.begin() as connection:
        await connection.execute(text("DELETE FROM findings WHERE code = 'H20.14-261120-0002'"))
        await connection.execute(text("UPDATE marks SET on_time = 1 WHERE code = 'H20.14-261120-0002' AND view = 'portal'"))
    report = await auditor(busy).run()
    assert report.told[0] == "dossier H20.14-261120-0002: findings, marks"
    assert report.differences == 5  # the dossier, and its row in each of the four tallies


async def test_a_dossier_that_leaves_takes_its_marks_with_it(busy: World) -> None:
    busy.home.rows.pop("id-00004")
    async with busy.database.begin() as connection:
        await connection.execute(text("DELETE FROM records WHERE code = 'H20.14-261120-0004'"))
        await connection.execute(text("UPDATE dossiers SET next_review_at = now() WHERE code = 'H20.14-261120-0004'"))
    await busy.monitor.review()
    assert (await sums(busy, "portal"))["to_sync"] == 3
    assert (await auditor(busy).run()).differences == 0


async def test_a_dossier_whose_review_fails_keeps_its_marks(busy: World) -> None:
    before = await sums(busy, "portal")
    async with busy.database.begin() as connection:
        far = "jsonb_set(record, '{due_at}', '\"2150-01-01T00:00:00Z\"')"
        await connection.execute(text(f"UPDATE records SET record = {far} WHERE source_id = 'id-00001'"))
        await connection.execute(text("UPDATE dossiers SET next_review_at = now() WHERE code = 'H20.14-261120-0001'"))
    await busy.monitor.review()
    (row,) = await busy.rows("SELECT parked_reason FROM dossiers WHERE code = 'H20.14-261120-0001'")
    assert row["parked_reason"]
    assert await sums(busy, "portal") == before


async def test_an_audit_by_other_rules_than_those_at_work_is_refused(database: Database) -> None:
    config = Config()
    await bootstrap.check_rules(config, database)
    for fingerprint, refused in (("of other rules", True), (bootstrap.fingerprint_of(config), False)):
        async with database.begin() as connection:
            await rule_sets.register(connection, PROVINCE, fingerprint, 1, now=datetime.now(UTC))
        with pytest.raises(ConfigError, match="other rules") if refused else nullcontext():
            await bootstrap.check_rules(config, database)
