"""Worth is checked by doing: what a repair was said to be worth is by how much the cards move once it is made at the source."""

from collections.abc import AsyncIterator, Mapping
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Any

import msgspec
import pytest

from benchmarks.turned_clock import TurnedClock
from services.monitor.monitor import Monitor
from services.monitor.steps.audit import Auditor
from shared.config import CalendarConfig
from shared.db.engine import Database
from shared.db.stores import catalogue, repairs
from shared.db.views import agencies
from shared.db.views.grounds import grounds
from shared.db.views.snapshot import open_snapshot
from shared.domain.agencies import WHOLE_PROVINCE
from shared.domain.catalogue import Agency, Procedure
from shared.domain.moves import Repair, RepairKind
from shared.domain.offers import count
from shared.domain.periods import Period
from shared.domain.records import Record
from shared.domain.statuses import Status
from shared.domain.units import Offices, unit_of
from shared.domain.working_time import LOCAL
from shared.domain.worth import Scales, told
from shared.policy import working_time
from shared.policy.scoring import scoring_policies
from tests.integration.world import HOUR, PROVINCE, RULES, World, record

CALENDAR = working_time(CalendarConfig())
NOW = datetime(2026, 11, 24, 10, tzinfo=LOCAL)
"""Among working days in the midst of a year: whenever the tests run, three days ago belongs to the year of the card."""
SECOND, MICROSECOND = timedelta(seconds=1), timedelta(microseconds=1)
PAPERS, FEES = "1.001193", "2.000815"
ONE = "H20.14-261120-0001"
UNITS = ("H20.14", "H20.15", PROVINCE)
LISTED = (
    Procedure(code=PAPERS, agencies=("H20.14", "H20.15"), online_level=2, gives_paper_result=True),
    Procedure(code=FEES, agencies=("H20.14", "H20.15"), online_level=1, has_fee=True, online_payment=True),
)
DONE = {"status": Status.FINISHED, "electronic_result": True, "components_digitised": True}


def ago(hours: float) -> datetime:
    return NOW - hours * HOUR


def taken_up(number: int = 1, **values: Any) -> Record:
    """A dossier that was accepted three days ago, is worked on and due in two days."""
    return record(number, **{"at": ago(72), "status": Status.PROCESSING, "accepted_at": ago(72), "due_at": ago(-48), **values})


def done(number: int = 1, **values: Any) -> Record:
    return taken_up(number, **{**DONE, "finished_at": ago(2), **values})


class Turned(World):
    """A province for which it is `NOW`, and a second later at each reading."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self.clock = TurnedClock(database, NOW)

    async def open(self, fingerprint: str = "test") -> Monitor:
        await self.clock.set_up()
        return await super().open(fingerprint)


@pytest.fixture
async def world(database: Database) -> AsyncIterator[Turned]:
    made = Turned(database)
    await made.open()
    yield made
    await made.aclose()


@pytest.fixture
async def busy(world: Turned) -> Turned:
    """A province with two agencies, two procedures and some dossiers that agree on both sides."""
    async with world.database.begin() as connection:
        listed = [Agency(code=PROVINCE, name="Tỉnh", level=1)]
        listed += [Agency(code=code, name=code, parent=PROVINCE, level=2) for code in UNITS[:2]]
        await catalogue.store_agencies(connection, PROVINCE, listed)
        await catalogue.store_procedures(connection, PROVINCE, LISTED, now=ago(100))
        await catalogue.store_counts(connection, PROVINCE, count(LISTED, CALENDAR), now=ago(100))
    for number in range(10, 17):
        agency = UNITS[number % 2]
        both(world, taken_up(number, agency=agency) if number % 3 else done(number, agency=agency))
    return world


def both(world: World, told_by_both: Record) -> None:
    world.portal.put(told_by_both)
    world.home.put(told_by_both)


async def read(world: Turned, *, at: datetime | None = None) -> None:
    """Read and review everything, at a moment where it matters."""
    await world.clock.turn(at or world.clock.now + SECOND)
    assert await world.monitor.once()


async def scales(world: World) -> Mapping[str, Scales]:
    """What weighs for each unit, by the tallies as they are now."""
    async with open_snapshot(world.database, PROVINCE) as snapshot:
        known = await agencies.units(snapshot, Offices(), within=WHOLE_PROVINCE)
        units = [unit_of(code, known, PROVINCE) for code in UNITS]
        period, policy = Period(ago(0).year, 1, 12), scoring_policies()[-1]
        found = await grounds(snapshot, period, policy, units, [PAPERS, FEES], within=WHOLE_PROVINCE)
    return {code: Scales(ground) for code, ground in found.items()}


async def possible(world: World, kind: RepairKind, code: str = ONE) -> Repair:
    async with world.database.begin() as connection:
        found = (await repairs.load(connection, PROVINCE, [code])).get(code, ())
    (repair,) = [repair for repair in found if repair.kind is kind]
    return repair


async def assert_same_by_doing(world: Turned, kind: RepairKind, *changed: tuple[Any, Record]) -> dict[str, Fraction]:
    """Make the change at its sources, read it, and hold the cards against what was told before; returns what that was."""
    await read(world)
    before, repair = await scales(world), await possible(world, kind)
    worth = {code: on.worth(repair) for code, on in before.items()}
    for source, record_after in changed:
        source.put(msgspec.structs.replace(record_after, updated_at=ago(0)))
    await read(world)
    after = await scales(world)
    sign = -1 if kind.prevents else 1
    gained = {code: sign * (after[code].now.exact_total - before[code].now.exact_total) for code in UNITS}
    assert gained == worth
    return worth


async def test_a_dossier_missing_on_the_portal_is_worth_what_home_knows_of_it(busy: Turned) -> None:
    busy.home.put(done())
    worth = await assert_same_by_doing(busy, RepairKind.SYNC, (busy.portal, done()))
    assert worth["H20.14"] > worth[PROVINCE] > 0 == worth["H20.15"]


async def test_late_only_on_the_portal_is_mended_by_sync(busy: Turned) -> None:
    busy.portal.put(taken_up(due_at=ago(20)))
    busy.home.put(done(finished_at=ago(30), due_at=ago(20)))
    worth = await assert_same_by_doing(busy, RepairKind.SYNC, (busy.portal, done(finished_at=ago(30), due_at=ago(20))))
    assert worth["H20.14"] > worth[PROVINCE] > 0


async def test_a_dossier_that_stands_at_another_agency_moves_both_cards(busy: Turned) -> None:
    busy.portal.put(taken_up(agency="H20.15"))
    busy.home.put(done(agency="H20.14"))
    worth = await assert_same_by_doing(busy, RepairKind.SYNC, (busy.portal, done()))
    assert worth["H20.15"] != 0 != worth["H20.14"]


async def test_sync_may_cost_points_where_home_is_late_and_the_portal_does_not_know(busy: Turned) -> None:
    busy.portal.put(taken_up())
    busy.home.put(taken_up(due_at=ago(5)))
    worth = await assert_same_by_doing(busy, RepairKind.SYNC, (busy.portal, taken_up(due_at=ago(5))))
    assert worth["H20.14"] < worth[PROVINCE] < 0


async def test_a_result_the_portal_lacks(busy: Turned) -> None:
    lacking = done(electronic_result=False)
    both(busy, lacking)
    worth = await assert_same_by_doing(busy, RepairKind.RESULT, (busy.portal, done(finished_at=lacking.finished_at)))
    assert worth["H20.14"] > worth[PROVINCE] > 0


async def test_a_payment_the_portal_has_not_noticed_brings_its_procedure_into_3_4(busy: Turned) -> None:
    owing = taken_up(procedure=FEES, fee_owed=True)
    paid = msgspec.structs.replace(owing, paid_online=True)
    busy.portal.put(owing)
    busy.home.put(paid)
    worth = await assert_same_by_doing(busy, RepairKind.PAYMENT, (busy.portal, paid))
    assert worth["H20.14"] == worth[PROVINCE] == 8, "all of 3.4 (2 points) and of 3.6 (6): the only procedure, the only fee"


async def test_taking_up_what_lay_untouched_past_its_window(busy: Turned) -> None:
    busy.portal.put(record(at=ago(9)))
    accepted = record(at=ago(9), status=Status.ACCEPTED, accepted_at=ago(0), due_at=ago(-48))
    await assert_same_by_doing(busy, RepairKind.INTAKE, (busy.portal, accepted), (busy.home, accepted))


async def test_what_is_at_stake_until_the_due_date(busy: Turned) -> None:
    both(busy, taken_up())
    late = taken_up(due_at=ago(1))
    worth = await assert_same_by_doing(busy, RepairKind.IN_TIME, (busy.portal, late), (busy.home, late))
    assert worth["H20.14"] > worth[PROVINCE] > 0


async def test_what_is_at_stake_until_the_window_closes(busy: Turned) -> None:
    busy.portal.put(record(at=ago(1)))
    worth = await assert_same_by_doing(busy, RepairKind.IN_TIME, (busy.portal, record(at=ago(8))))
    assert worth["H20.14"] > worth[PROVINCE] > 0


async def test_what_being_late_has_cost(busy: Turned) -> None:
    both(busy, taken_up(due_at=ago(1)))
    worth = await assert_same_by_doing(busy, RepairKind.LOST, (busy.portal, taken_up()), (busy.home, taken_up()))
    assert worth["H20.14"] > worth[PROVINCE] > 0


async def test_a_dossier_moves_the_card_the_moment_it_becomes_late_without_any_event(busy: Turned) -> None:
    due = ago(-1)
    both(busy, taken_up(due_at=due))
    await read(busy, at=due)
    before, repair = await scales(busy), await possible(busy, RepairKind.IN_TIME)
    assert repair.due_at == due
    await read(busy, at=due + MICROSECOND)  # time passes; nothing is changed at any source
    after = await scales(busy)
    for code in UNITS:
        assert before[code].now.exact_total - after[code].now.exact_total == before[code].worth(repair)


async def worths_of_alerts(world: World) -> dict[str, tuple[Any, Any]]:
    rows = await world.rows("SELECT rule, points, province_points FROM alerts WHERE state <> 'resolved'")
    return {row["rule"]: (row["points"], row["province_points"]) for row in rows}


async def test_alerts_tell_the_worth_of_what_they_ask_for(busy: Turned) -> None:
    busy.home.put(done())
    await read(busy)
    on, repair = await scales(busy), await possible(busy, RepairKind.SYNC)
    assert await worths_of_alerts(busy) == {
        "sync.missing_on_portal": (told(on["H20.14"].worth(repair)), told(on[PROVINCE].worth(repair)))
    }


async def test_an_alert_that_asks_for_nothing_any_more_is_worth_nothing_known(busy: Turned) -> None:
    """`deadline.due_soon` becomes `deadline.overdue`: the same alert, and nothing brings the points back."""
    both(busy, taken_up(due_at=ago(-0.5)))
    await read(busy)
    ((rule, (points, _)),) = (await worths_of_alerts(busy)).items()
    assert rule == "deadline.due_soon"
    assert points > 0
    late = taken_up(due_at=ago(0.5), at=ago(0))
    both(busy, late)
    await read(busy)
    assert (await worths_of_alerts(busy))["deadline.overdue"] == (None, None)


async def test_worths_that_stay_write_nothing(busy: Turned) -> None:
    busy.home.put(done())
    await read(busy)
    before = await busy.contents("alerts", "repairs")
    await busy.monitor.value_alerts()
    assert await busy.contents("alerts", "repairs") == before


async def test_an_audit_finds_a_repair_that_was_tampered_with(busy: Turned) -> None:
    busy.home.put(done())
    await read(busy)
    async with busy.database.begin() as connection:
        await connection.exec_driver_sql("UPDATE repairs SET moves = '[]' WHERE repair = 'sync'")
    report = await Auditor(busy.database, RULES, CALENDAR).run()
    assert report.told == (f"dossier {ONE}: repairs",)


async def test_alerts_that_cannot_be_valued_stop_nothing(busy: Turned, log_lines: list[Any]) -> None:
    busy.home.put(done())
    await busy.monitor.once()
    async with busy.database.begin() as connection:
        await connection.exec_driver_sql("UPDATE agency_tally SET accepted = -1000")
    await read(busy)
    assert any(line["event"] == "alerts_not_valued" for line in log_lines)
    assert [line for line in log_lines if line["event"] == "scores_kept"]
