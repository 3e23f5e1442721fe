"""Scores reviewed by the monitor after the day's figures are kept. The sources say which day it is: 20 November 2026."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from sqlalchemy import insert

from shared.db.engine import Database
from shared.db.stores import catalogue, marks, score_days
from shared.db.tables import official_scores
from shared.domain.catalogue import Agency
from shared.domain.counters import Counters, Mark, View
from shared.domain.figures import Counted
from shared.domain.periods import Period
from shared.domain.published import Endpoint, PublishedMetric, PublishedScores
from shared.domain.statuses import Status
from shared.domain.units import Offices
from shared.domain.working_time import LOCAL
from shared.policy.targets import targets
from tests.integration.world import PROVINCE, World, record

NOON = datetime(2026, 11, 20, 12, tzinfo=LOCAL)
YESTERDAY = NOON.date() - timedelta(days=1)
YEAR = Period.parse("2026")
COMMUNES = [f"H20.{number}" for number in range(101, 109)]
COMMUNE = COMMUNES[0]
REACHED = ("on_time", "digitised", "reused", "stored", "population", "online")
TOLD = ("alerts", "alert_history", "outbox")


class Scores(World):
    """A province whose figures a test sets: of two thousand dossiers each, all as the plan wants them if nothing else is said."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        asked = msgspec.structs.replace(self.plan.targets, total=Decimal(0))  # no procedures here: no total comes far
        self.plan = msgspec.structs.replace(self.plan, offices=Offices(office="H20.01"), targets=asked)
        self.marks: dict[str, tuple[Mark, ...]] = {}

    async def count(self, code: str, accepted: int = 2000, **wanting: int) -> None:
        """Let an agency's dossiers count, and lack so many of something."""
        mark = Mark(view=View.PORTAL, day=date(2026, 11, 3), agency=code, procedure="1.1", counters=counters(accepted, **wanting))
        async with self.database.begin() as connection:
            await marks.write(connection, PROVINCE, self.marks, {code: (mark,)})
        self.marks[code] = (mark,)

    async def had(self, code: str, accepted: int = 2000, *, day: date = YESTERDAY, **wanting: int) -> None:
        """Let an agency have had figures at the end of a day."""
        counted = {code: Counted(counters=counters(accepted, **wanting))}
        async with self.database.begin() as connection:
            await score_days.keep(connection, PROVINCE, View.PORTAL, YEAR, counted, day=day)

    async def is_settled(self, to: datetime, *, first: datetime = NOON - timedelta(days=30)) -> None:
        """Let every dossier be settled up to a moment, all sources read for the first time at another, by the rules of then."""
        values = {"to": to, "first": first}
        query = "UPDATE sources SET read_to = :to, settled_to = :to, first_complete_at = :first WHERE name IN ('portal', 'igate')"
        await self.rows(f"{query} RETURNING name", **values)
        await self.rows("UPDATE rule_sets SET since = :first RETURNING id", first=first)

    async def publishes(self, code: str, total: str, *, read_at: datetime = NOON, **metrics: PublishedMetric) -> None:
        row = {
            "province_code": PROVINCE,
            "period": "2026",
            "unit_code": code,
            "fetched_at": read_at,
            "seen_at": read_at,
            "name": code,
            "total": Decimal(total),
            "scores": PublishedScores(metrics=metrics, endpoints=(Endpoint.RESULTS,)),
        }
        async with self.database.begin() as connection:
            await connection.execute(insert(official_scores).values(row))

    async def reviewed(self, to: datetime = NOON) -> set[tuple[str, str]]:
        """Return what stands after the figures are kept with everything settled up to a moment."""
        await self.rows("UPDATE sources SET read_to = :to, settled_to = :to WHERE name IN ('portal', 'igate') RETURNING 1", to=to)
        await self.monitor.keep_scores()
        return await self.open_alerts()

    async def alert(self) -> dict[str, Any]:
        """Return the only alert there is or was."""
        (found,) = await self.rows("SELECT *, details::text AS told FROM alerts")
        return {**found, "details": msgspec.json.decode(found["told"])}

    async def events(self) -> list[str]:
        """Return what was told of alerts, in order."""
        return [row["event"] for row in await self.rows("SELECT event FROM outbox ORDER BY id")]


async def list_communes(database: Database, *codes: str) -> None:
    """Let the portal's list name the province and these communes."""
    listed = [Agency(code="H20", name="Tỉnh", level=1)]
    listed += [Agency(code=code, name=f"Phường {code}", parent="H20", level=3) for code in codes]
    async with database.begin() as connection:
        await catalogue.store_agencies(connection, PROVINCE, listed)


def counters(accepted: int, **wanting: int) -> Counters:
    reached = {name: accepted - wanting.get(name, 0) for name in REACHED}
    return Counters(accepted=accepted, received=accepted, **reached)


@pytest.fixture
async def scores(database: Database) -> AsyncIterator[Scores]:
    made = Scores(database)
    await made.open()
    await list_communes(database, *COMMUNES)
    await made.is_settled(NOON)
    yield made
    await made.aclose()


BELOW = (f"indicators:{COMMUNE}:2026", "indicator.below_target")


async def test_what_is_below_target_is_one_alert_that_follows_its_indicators_and_is_told_once(scores: Scores) -> None:
    await scores.count(COMMUNE, on_time=101)
    assert await scores.reviewed() == {BELOW}
    alert = await scores.alert()
    assert (alert["agency"], alert["severity"], alert["responsible"], alert["responsible_agency"]) == (
        COMMUNE, "warning", "handling", COMMUNE,
    )  # fmt: skip
    assert (alert["since"], alert["baseline"], [each["id"] for each in alert["details"]["indicators"]]) == (NOON, False, ["2.1"])
    before = await scores.contents(*TOLD)
    assert await scores.reviewed() == await scores.reviewed(NOON + timedelta(hours=1)) == {BELOW}
    assert await scores.contents(*TOLD) == before

    await scores.count(COMMUNE, on_time=101, stored=1)
    assert await scores.reviewed() == {BELOW}
    await scores.count(COMMUNE, stored=1)
    assert await scores.reviewed() == {BELOW}
    assert [each["id"] for each in (await scores.alert())["details"]["indicators"]] == ["4.5"]
    await scores.count(COMMUNE)
    assert await scores.reviewed() == set()
    assert await scores.events() == ["alert.opened", "alert.worsened", "alert.resolved"]


async def test_a_total_below_that_of_every_agency_is_in_the_same_alert(scores: Scores) -> None:
    scores.plan = msgspec.structs.replace(scores.plan, targets=targets())
    await scores.open()
    await scores.count(COMMUNE, on_time=101)
    assert await scores.reviewed() == {BELOW}
    told = (await scores.alert())["details"]["total_below"]
    assert (told["target"], round(told["points"] + told["gap"], 2)) == (90.0, 90.0)


async def test_several_monitors_at_once_open_it_once(scores: Scores, log_lines: list[dict[str, Any]]) -> None:
    for code in COMMUNES:
        await scores.count(code, on_time=101)
    await asyncio.gather(*(scores.monitor.keep_scores() for _ in range(4)))
    assert await scores.events() == ["alert.opened"] * len(COMMUNES)
    assert [line for line in log_lines if line["log_level"] == "error"] == []


DROPPED = (f"score:{COMMUNE}:2026", "score.dropped")


async def test_a_drop_is_told_of_the_agency_and_of_the_province_and_goes_with_it(scores: Scores) -> None:
    """A hundred of two thousand dossiers in time are a point of 2.1."""
    await scores.had(COMMUNE)
    await scores.had("H20")
    await scores.count(COMMUNE, on_time=99)
    assert await scores.reviewed() == {("score:H20:2026", "score.dropped")}
    await scores.rows("DELETE FROM score_days WHERE agency = 'H20' RETURNING 1")
    assert await scores.reviewed() == {("score:H20:2026", "score.dropped")}
    await scores.count(COMMUNE, on_time=100)
    assert await scores.reviewed() == {DROPPED, ("score:H20:2026", "score.dropped")}
    before = await scores.contents(*TOLD)
    await scores.reviewed(NOON + timedelta(minutes=1))
    assert await scores.contents(*TOLD) == before
    await scores.count(COMMUNE)
    assert await scores.reviewed() == set()
    assert sorted(await scores.events()) == ["alert.opened"] * 2 + ["alert.resolved"] * 2


async def test_a_drop_tells_what_fell_and_ends_after_a_day_without_another(scores: Scores) -> None:
    await scores.had(COMMUNE)
    await scores.count(COMMUNE, on_time=100)
    assert DROPPED in await scores.reviewed()
    details = (await scores.alert())["details"]
    assert (details["day"], details["against"], details["drop"], details["before"] - details["total"]) == (
        "2026-11-20", "2026-11-19", 1.0, 1.0,
    )  # fmt: skip
    assert [(each["id"], each["drop"]) for each in details["fallen"]] == [("2.1", 1.0)]
    await scores.had(COMMUNE, day=NOON.date(), on_time=100)
    assert await scores.reviewed(NOON + timedelta(days=1)) == {DROPPED}
    assert await scores.reviewed(NOON + timedelta(days=2)) == set()


async def test_a_commune_that_falls_five_places_is_told_until_it_is_back(scores: Scores) -> None:
    for place, code in enumerate(COMMUNES):
        await scores.had(code, on_time=place)
        await scores.count(code, on_time=5 if code == COMMUNE else place - 1)
    fallen = (f"rank:{COMMUNE}:2026", "rank.dropped")
    assert await scores.reviewed() == {fallen}
    details = (await scores.alert())["details"]
    assert (details["before"], details["rank"], details["units"], details["of"]) == (1, 6, 8, "communes")
    before = await scores.contents(*TOLD)
    assert await scores.reviewed() == {fallen}
    assert await scores.contents(*TOLD) == before
    await scores.count(COMMUNE)
    await scores.count(COMMUNES[1], on_time=1)
    assert await scores.reviewed() == set()


async def test_the_province_that_falls_behind_another_on_the_portal_is_told_to_its_office(scores: Scores) -> None:
    for code, total in (("H20", "68.80"), ("H21", "68.79"), ("H22", "40")):
        await scores.publishes(code, total, read_at=NOON - timedelta(days=1))
    assert await scores.reviewed() == set()
    await scores.publishes("H21", "68.81", read_at=NOON)
    assert await scores.reviewed() == {("rank:H20:2026", "rank.dropped")}
    alert = await scores.alert()
    assert (alert["agency"], alert["responsible_agency"], alert["details"]["of"]) == ("H20", "H20.01", "provinces")
    assert (alert["details"]["before"], alert["details"]["rank"], alert["details"]["units"]) == (1, 2, 3)
    await scores.publishes("H20", "68.82", read_at=NOON + timedelta(hours=1))
    assert await scores.reviewed(NOON + timedelta(hours=1)) == set()


def in_time(percent: str) -> dict[str, PublishedMetric]:
    return {"2.1": PublishedMetric(ratio=Decimal(percent))}


DIFFERS = (f"comparison:{COMMUNE}:2026", "score.differs")


async def test_figures_that_are_not_the_portals_are_told_to_operations_until_they_agree(scores: Scores) -> None:
    await scores.count(COMMUNE)
    await scores.publishes(COMMUNE, "80", read_at=NOON - timedelta(hours=2), **in_time("98.99"))
    assert await scores.reviewed() == {DIFFERS}
    alert = await scores.alert()
    assert (alert["agency"], alert["responsible"], alert["responsible_agency"]) == (COMMUNE, "ops", None)
    (apart,) = alert["details"]["indicators"]
    assert (apart["id"], apart["ours"], apart["portal"], apart["tolerance"]) == ("2.1", 100.0, 98.99, 1.0)
    before = await scores.contents(*TOLD)
    assert await scores.reviewed(NOON + timedelta(hours=1)) == {DIFFERS}
    assert await scores.contents(*TOLD) == before
    await scores.publishes(COMMUNE, "80", read_at=NOON, **in_time("99"))
    assert await scores.reviewed() == set()


async def test_a_portal_not_read_since_yesterday_tells_nothing_new(scores: Scores) -> None:
    await scores.count(COMMUNE)
    await scores.publishes(COMMUNE, "80", read_at=NOON, **in_time("50"))
    assert await scores.reviewed(NOON + timedelta(days=2)) == set()
    assert await scores.reviewed(NOON + timedelta(days=1)) == {DIFFERS}
    await scores.publishes(COMMUNE, "80", read_at=NOON + timedelta(hours=1), **in_time("100"))
    assert await scores.reviewed(NOON + timedelta(days=2)) == {DIFFERS}


# As of when, and of whom


async def test_nothing_is_reviewed_before_every_dossier_is_settled_and_what_is_behind_stands_still(scores: Scores) -> None:
    await scores.count(COMMUNE, on_time=101)
    await scores.rows("UPDATE sources SET read_to = NULL, settled_to = NULL, error = NULL WHERE name = 'igate' RETURNING 1")
    await scores.monitor.keep_scores()
    assert await scores.open_alerts() == set()
    assert await scores.reviewed() == {BELOW}
    assert (await scores.alert())["since"] == NOON


@pytest.mark.parametrize(("ago", "baseline"), [(timedelta(hours=24), 1), (timedelta(hours=24, microseconds=1), 0)])
async def test_what_is_found_within_a_day_of_the_first_complete_reading_is_baseline(
    scores: Scores, ago: timedelta, baseline: int
) -> None:
    await scores.is_settled(NOON, first=NOON - ago)
    await scores.count(COMMUNE, on_time=101)
    assert await scores.reviewed() == {BELOW}
    assert (await scores.alert())["baseline"] == baseline


@pytest.mark.parametrize("jump", ["sources SET first_complete_at", "rule_sets SET since"])
async def test_a_day_with_a_jump_of_our_own_is_no_basis(scores: Scores, jump: str) -> None:
    """A source read for the first time, or other rules at work: the next day's figures differ for reasons that are nobody's."""
    await scores.had(COMMUNE)
    await scores.count(COMMUNE, on_time=100)
    await scores.rows(f"UPDATE {jump} = :at RETURNING 1", at=NOON - timedelta(days=1))
    assert await scores.reviewed() == set()
    await scores.rows(f"UPDATE {jump} = :at RETURNING 1", at=NOON - timedelta(days=2))
    assert await scores.reviewed() == {DROPPED}


async def test_a_new_year_begins_without_the_alerts_of_the_old_one(scores: Scores) -> None:
    await scores.count(COMMUNE, on_time=101)
    assert await scores.reviewed() == {BELOW}
    assert await scores.reviewed(datetime(2026, 12, 31, 23, tzinfo=LOCAL)) == {BELOW}
    assert await scores.reviewed(datetime(2027, 1, 1, 0, tzinfo=LOCAL)) == set()


async def test_an_agency_that_is_listed_no_more_ends_its_alerts(scores: Scores) -> None:
    await scores.count(COMMUNE, on_time=101)
    assert await scores.reviewed() == {BELOW}
    await scores.rows("UPDATE agencies SET level = NULL WHERE code = :code RETURNING 1", code=COMMUNE)
    assert await scores.reviewed() == set()


async def test_figures_that_cannot_be_scored_cost_their_unit_alone(scores: Scores, log_lines: list[dict[str, Any]]) -> None:
    await scores.count(COMMUNE, on_time=101)
    await scores.count(COMMUNES[1], on_time=101)
    assert len(await scores.reviewed()) == 2
    await scores.count(COMMUNE, on_time=-1)
    await scores.count(COMMUNES[1])
    assert await scores.reviewed() == {BELOW}
    assert {line["unit"] for line in log_lines if line["event"] == "unit_parked"} >= {COMMUNE}


async def test_a_monitor_with_older_rules_reviews_no_scores(scores: Scores) -> None:
    await scores.count(COMMUNE, on_time=101)
    older = scores.monitor
    await scores.open("newer rules")
    await older.keep_scores()
    assert await scores.open_alerts() == set()
    await scores.is_settled(NOON)
    assert await scores.reviewed() == {BELOW}


async def test_a_review_of_scores_that_fails_leaves_them_kept_and_fails_nothing(
    scores: Scores, log_lines: list[dict[str, Any]]
) -> None:
    await scores.count(COMMUNE, on_time=101)
    async with scores.database.begin() as connection:
        await connection.exec_driver_sql("ALTER TABLE official_scores RENAME TO official_scores_away")
    assert await scores.monitor.once()
    errors = [(line["event"], line["step"]) for line in log_lines if line["log_level"] == "error"]
    assert errors == [("review_failed", "ScoreReviewer")]
    assert [line["event"] for line in log_lines if line["event"] == "scores_kept"]


async def test_a_cycle_reviews_the_scores_at_its_end(database: Database) -> None:
    world = World(database)
    world.plan = msgspec.structs.replace(world.plan, watch=msgspec.structs.replace(world.plan.watch, working_days=0, dossiers=1))
    await world.open()
    moment = datetime.now(UTC).replace(microsecond=0)
    late = record(at=moment, agency=COMMUNE, status=Status.PROCESSING, accepted_at=moment, due_at=moment - timedelta(hours=1))
    world.portal.put(late)
    world.home.put(late)
    await list_communes(database, COMMUNE)
    assert await world.monitor.once()
    (alert,) = await world.rows("SELECT subject, baseline FROM alerts WHERE rule = 'indicator.below_target'")
    assert (alert["subject"].rpartition(":")[0], alert["baseline"]) == (f"indicators:{COMMUNE}", True)
    before = await world.contents(*TOLD)
    assert await world.monitor.once()
    assert await world.contents(*TOLD) == before
    await world.aclose()
