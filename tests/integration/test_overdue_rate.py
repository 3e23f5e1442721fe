"""Agencies with too many dossiers overdue on the portal: judged after each settled reading, each by its own dossiers."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from services.monitor.steps.review_overdue_rate import OverdueRateReviewer
from shared.domain.records import Record
from shared.domain.statuses import Status
from shared.policy.measures import measures
from tests.integration.world import HOUR, World, record

DAY = timedelta(days=1)
RULE = "overdue_rate.high"
LATE = 1
"""The number of the one dossier that is late, of fifty."""


def running(number: int, *, due: timedelta, agency: str = "H20.14", **values: object) -> Record:
    now = datetime.now(UTC).replace(microsecond=0)
    facts = {"accepted_at": now - 9 * DAY, "submitted_at": now - 9 * DAY, "due_at": now + due, "status": Status.PROCESSING}
    return record(number, at=now - 2 * HOUR, agency=agency, **{**facts, **values})


def put(world: World, number: int, *, due: timedelta, agency: str = "H20.14") -> None:
    for source in (world.portal, world.home):
        source.put(running(number, due=due, agency=agency))


def changed(found: Record, **values: object) -> Record:
    return msgspec.structs.replace(found, updated_at=datetime.now(UTC), **values)


async def opened(world: World, numbers: Iterable[int]) -> None:
    for number in numbers:
        put(world, number, due=9 * DAY)
    await world.monitor.once()


async def ended(world: World, numbers: Iterable[int]) -> None:
    for number in numbers:
        for source in (world.portal, world.home):
            source.put(changed(source.rows[f"id-{number:05d}"], status=Status.FINISHED))
    await world.monitor.once()


@pytest.fixture
async def rated(world: World) -> World:
    """One late of fifty at an agency, and three late of three at its branch."""
    for number in range(1, 51):
        put(world, number, due=-DAY if number == LATE else 9 * DAY)
    for number in (61, 62, 63):
        put(world, number, due=-DAY, agency="H20.14.05")
    await world.monitor.once()
    return world


async def told(world: World) -> list[dict[str, Any]]:
    rows = await world.rows("SELECT * FROM alerts WHERE rule = :rule AND state <> 'resolved'", rule=RULE)
    return [{**row, "details": msgspec.json.decode(row["details"])} for row in rows]


async def test_exactly_at_the_limit_it_is_told_of_the_agency_without_its_branches(rated: World) -> None:
    (alert,) = await told(rated)
    about = [alert[name] for name in ("subject", "agency", "dossier_code", "responsible", "responsible_agency", "baseline")]
    assert about == ["agency:H20.14", "H20.14", None, "handling", "H20.14", True]
    assert {name: alert["details"][name] for name in ("open", "overdue", "own", "limit")} == {
        "open": 50,
        "overdue": 1,
        "own": 1,
        "limit": 2.0,
    }


async def test_it_stands_just_below_the_limit_is_resolved_below_the_margin_and_opens_anew_at_the_limit(rated: World) -> None:
    await opened(rated, range(101, 117))
    assert [alert["baseline"] for alert in await told(rated)] == [True], "1 of 66: 1.51 %"
    await opened(rated, [117])
    assert await told(rated) == [], "1 of 67: 1.49 %"
    await ended(rated, range(101, 117))
    assert await told(rated) == [], "1 of 51: 1.96 %"
    await ended(rated, [117])
    assert [alert["baseline"] for alert in await told(rated)] == [False]


async def test_it_is_resolved_when_the_agency_has_nothing_left_on_the_portal(rated: World) -> None:
    await ended(rated, range(1, 51))
    assert await told(rated) == []


async def test_what_only_lags_is_asked_of_the_owner_of_synchronisation(rated: World) -> None:
    ended = {"status": Status.FINISHED, "finished_at": datetime.now(UTC) - 2 * DAY}
    rated.home.put(changed(rated.home.rows[f"id-{LATE:05d}"], **ended))
    await rated.monitor.once()
    (alert,) = await told(rated)
    assert (alert["responsible"], alert["responsible_agency"], alert["details"]["own"]) == ("connection", "H20", 0)


async def test_the_same_figures_write_nothing_whoever_judges(rated: World) -> None:
    before = await rated.contents("alerts", "alert_history", "outbox")
    await rated.monitor.once()
    rates = OverdueRateReviewer(rated.database, rated.reviewer, measures().overdue_rate)
    assert (await rates.drain(), await rates.drain()) == (2, 0), "one reading is judged once"
    assert await rated.contents("alerts", "alert_history", "outbox") == before


async def test_alerts_of_other_families_about_an_agency_are_left_alone(rated: World) -> None:
    await rated.rows("UPDATE alerts SET family = 'other' WHERE rule = :rule RETURNING id", rule=RULE)
    put(rated, 51, due=9 * DAY)
    await rated.monitor.once()
    assert [alert["family"] for alert in await told(rated)] == ["other"]


async def test_nothing_is_judged_by_older_rules_or_before_the_portal_was_read(world: World) -> None:
    rates = OverdueRateReviewer(world.database, world.reviewer, measures().overdue_rate)
    assert await rates.drain() == 0
    put(world, 1, due=DAY)
    await world.monitor.once()
    await world.open("newer")
    assert await rates.drain() == 0
    assert await OverdueRateReviewer(world.database, world.reviewer, measures().overdue_rate).drain() == 1


async def test_what_is_open_is_tallied_as_reviews_find_it_and_an_audit_counts_it_again(rated: World) -> None:
    counted = "SELECT agency, dossiers FROM open_tally WHERE dossiers > 0 ORDER BY agency"
    assert await rated.rows(counted) == [{"agency": "H20.14", "dossiers": 50}, {"agency": "H20.14.05", "dossiers": 3}]
    moved, ended = (rated.portal.rows[f"id-{number:05d}"] for number in (61, 62))
    rated.portal.put(changed(ended, status=Status.FINISHED))
    for source in (rated.portal, rated.home):
        source.put(changed(source.rows[moved.source_id], agency="H20.14"))
    await rated.monitor.once()
    assert await rated.rows(counted) == [{"agency": "H20.14", "dossiers": 51}, {"agency": "H20.14.05", "dossiers": 1}]
    await rated.monitor.audit()
    assert "audit.differs" not in {alert["rule"] for alert in await rated.rows("SELECT rule FROM alerts")}
    await rated.rows("UPDATE open_tally SET dossiers = 0 WHERE agency = 'H20.14' RETURNING agency")
    await rated.monitor.audit()
    (alert,) = await rated.rows("SELECT details->'told' AS told FROM alerts WHERE rule = 'audit.differs'")
    assert alert["told"] == '["open_tally H20.14"]'
    assert await rated.rows(counted) == [{"agency": "H20.14", "dossiers": 51}, {"agency": "H20.14.05", "dossiers": 1}]


async def test_what_a_version_without_the_tally_left_uncounted_is_counted_when_the_next_monitor_starts(rated: World) -> None:
    counted = "SELECT agency, dossiers FROM open_tally ORDER BY agency"
    before = await rated.rows(counted)
    await rated.rows("UPDATE open_tally SET dossiers = 7 RETURNING agency")
    await rated.reviewer.start()
    assert await rated.rows(counted) == before
