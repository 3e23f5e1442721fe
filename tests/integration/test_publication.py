"""Procedures that were decided and are not public: reviewed after each reading of the catalogue, and as of it."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, time, timedelta

import msgspec
import pytest

from services.monitor.steps.review_publication import PublicationReviewer
from shared.db.engine import Database
from shared.domain.catalogue import Procedure
from shared.domain.working_time import LOCAL
from tests.integration.world import PortalWithCatalogue, World

LATE = ("procedure:1.001193", "publication.late")


@pytest.fixture
async def world(database: Database) -> AsyncIterator[World]:
    made = World(database, portal=PortalWithCatalogue())
    made.every = timedelta()  # the catalogue is due with every poll
    await made.open()
    yield made
    await made.aclose()


def decided(days_ago: int, **facts: object) -> Procedure:
    day = datetime.now(UTC).astimezone(LOCAL).date() - timedelta(days=days_ago)
    return Procedure(**{"code": "1.001193", "sector": "HT", "agencies": ("H20.14",), "decided_on": day, **facts})


async def test_a_procedure_not_public_a_month_after_its_decision_is_late_until_it_is_public(world: World) -> None:
    world.portal.listed = [decided(30), decided(0, code="1.2"), Procedure(code="1.3")]
    await world.monitor.once()
    assert await world.open_alerts() == {LATE}
    (alert,) = await world.rows("SELECT agency, procedure, sector, responsible_agency, baseline FROM alerts")
    assert tuple(alert.values()) == ("H20.14", "1.001193", "HT", "H20.14", True)
    world.portal.listed[0] = msgspec.structs.replace(decided(30), published_on=decided(0).decided_on)
    await world.monitor.once()
    assert await world.open_alerts() == set()


async def test_what_is_listed_later_is_no_baseline(world: World) -> None:
    await world.monitor.once()
    world.portal.listed = [decided(30)]
    await world.monitor.once()
    assert [row["baseline"] for row in await world.rows("SELECT baseline FROM alerts")] == [False]


async def test_a_catalogue_read_again_or_by_another_monitor_changes_nothing(world: World) -> None:
    world.portal.listed = [decided(30)]
    await world.monitor.once()
    before = await world.contents("alerts", "alert_history", "outbox")
    await world.monitor.once()
    await world.open()
    await world.monitor.once()
    assert await world.contents("alerts", "alert_history", "outbox") == before


async def test_a_procedure_is_seen_as_of_the_reading_of_the_catalogue(world: World) -> None:
    world.portal.listed = [decided(30)]
    await world.monitor.once()
    await world.rows("UPDATE sources SET catalogue_read_at = now() - interval '29 days' WHERE name = 'portal' RETURNING name")
    await world.monitor.follow_up()
    assert await world.open_alerts() == set()


async def test_the_catalogue_is_read_anew_when_the_moment_of_a_procedure_comes(database: Database) -> None:
    world = World(database, portal=PortalWithCatalogue())
    world.every = timedelta(days=1)
    await world.open()
    world.portal.listed = [decided(366)]  # told of until the midnight before now
    await world.monitor.once()
    assert await world.open_alerts() == set()
    ago = "now() - interval '23 hours 59 minutes 59 seconds'"
    await world.rows(f"UPDATE sources SET catalogue_read_at = {ago} WHERE name = 'portal' RETURNING name")
    await world.monitor.follow_up()
    assert await world.open_alerts() == {LATE}, "so it was when the catalogue was read"
    await world.monitor.once()
    assert await world.open_alerts() == set()
    await world.aclose()


async def test_the_moment_is_the_first_at_which_an_answer_changes(world: World) -> None:
    world.portal.listed = [decided(30), decided(364, code="1.2")]
    await world.monitor.once()
    reviewer = PublicationReviewer(world.database, world.reviewer)
    assert not reviewer.wants_reading(datetime.max.replace(tzinfo=UTC)), "nothing was read yet"
    await reviewer.drain()
    forgotten = datetime.combine(datetime.now(UTC).astimezone(LOCAL).date() + timedelta(days=2), time(), LOCAL)
    assert not reviewer.wants_reading(forgotten - timedelta(microseconds=1))
    assert reviewer.wants_reading(forgotten)


async def test_a_procedure_that_cannot_be_judged_stops_no_other(world: World) -> None:
    world.portal.listed = [decided(0, code="1.2"), decided(0)]
    await world.monitor.once()
    far = "jsonb_set(facts, '{decided_on}', '\"9999-12-31\"')"
    await world.rows(f"UPDATE procedures SET facts = {far} WHERE code = '1.2' RETURNING code")
    month_ago = f"jsonb_set(facts, '{{decided_on}}', '\"{decided(30).decided_on}\"')"
    await world.rows(f"UPDATE procedures SET facts = {month_ago} WHERE code = '1.001193' RETURNING code")
    assert await PublicationReviewer(world.database, world.reviewer).drain() == 1
    assert await world.open_alerts() == {LATE}
