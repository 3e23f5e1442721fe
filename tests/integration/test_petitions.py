"""Citizens' petitions: polled beside the dossiers, told when they are late, counted with the dossiers they name."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

from services.monitor.scheduler import Daemon
from services.monitor.steps.audit import Auditor
from services.monitor.steps.review_petitions import PetitionReviewer
from shared.config import CalendarConfig
from shared.db.engine import Database
from shared.domain.petitions import PetitionStatus
from shared.domain.statuses import Status
from shared.errors import SourceRejected
from shared.policy import working_time
from tests.integration.world import HOUR, PROVINCE, RULES, FakePetitions, FakeSource, World, petition, record
from tests.waiting import PATIENCE

FIRST = "petition:PAKN.20.261101.0001"
STORED = ("petitions", "alerts", "alert_history", "outbox", "dossiers", "marks")


@pytest.fixture
async def world(database: Database) -> AsyncIterator[World]:
    """A portal with petitions, a home system, and one dossier in time on both."""
    portal = FakeSource("portal")
    portal.petitions = FakePetitions()
    made = World(database, portal=portal)
    moment = now() - timedelta(days=3)
    for side in (made.portal, made.home):
        side.put(record(at=moment, status=Status.PROCESSING, accepted_at=moment, due_at=now() + 500 * HOUR))
    await made.open()
    yield made
    await made.aclose()


def now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)


def answered(**values: object) -> object:
    """The first petition, answered and published."""
    return petition(
        status=PetitionStatus.PUBLISHED, answered_at=now() - 10 * HOUR, published_at=now(), updated_at=now(), **values
    )


def reviewer(world: World) -> PetitionReviewer:
    return PetitionReviewer(world.database, world.reviewer)


async def counted(world: World) -> tuple[int, int]:
    """Return how many dossiers count in 5.3, and how many of them are wanting."""
    query = "SELECT sum(received)::int received, sum(wanting)::int wanting FROM agency_tally WHERE view = 'portal'"
    (row,) = await world.rows(query)
    return row["received"], row["wanting"]


async def test_an_overdue_petition_is_an_alert_about_it_until_it_is_answered(world: World) -> None:
    world.portal.petitions.put(petition())
    assert await world.monitor.once()
    assert await world.open_alerts() == {(FIRST, "petition.overdue")}
    (alert,) = await world.rows("SELECT agency, responsible_agency, dossier_code, source, baseline, details FROM alerts")
    assert (alert["agency"], alert["responsible_agency"], alert["dossier_code"], alert["source"]) == (
        "H20.14",
        "H20.14",
        None,
        None,
    )
    assert alert["baseline"], "it was overdue at the first complete read"
    world.portal.petitions.put(answered())
    await world.monitor.once()
    assert await world.open_alerts() == set()


async def test_what_comes_overdue_after_the_first_read_is_no_baseline(world: World) -> None:
    await world.monitor.once()
    world.portal.petitions.put(petition(updated_at=now()))
    await world.monitor.once()
    (alert,) = await world.rows("SELECT baseline, reason FROM alerts")
    assert (alert["baseline"], alert["reason"]) == (False, None)


async def test_unchanged_petitions_polled_again_change_nothing(world: World) -> None:
    for number in range(1, 120):  # more than two pages
        world.portal.petitions.put(petition(number, dossier_code="H20.14-261120-0001"))
    await world.monitor.once()
    before = await world.contents(*STORED)
    await world.monitor.once()
    assert await world.contents(*STORED) == before
    assert len(before["petitions"]) == 119


async def test_a_deadline_passes_without_any_event_as_of_the_moment_the_list_was_read(world: World) -> None:
    world.portal.petitions.put(petition(due_at=now() + 1 * HOUR))
    await world.monitor.once()
    assert await world.open_alerts() == {(FIRST, "petition.due_soon")}
    await world.rows("UPDATE petitions SET next_review_at = now() + interval '1 minute' RETURNING code")
    await world.rows("UPDATE sources SET read_to = now() + interval '1 hour' WHERE role = 'petitions' RETURNING name")
    assert await reviewer(world).drain() == 0, "a moment to come is not reviewed, however far the list is read"
    await world.rows("UPDATE petitions SET next_review_at = now() - interval '1 minute' RETURNING code")
    await world.rows("UPDATE sources SET read_to = now() - interval '1 hour' WHERE role = 'petitions' RETURNING name")
    assert await reviewer(world).drain() == 0, "nobody is accused of what may have been answered since the last read"


async def test_a_petition_that_must_be_refused_costs_only_itself_and_is_mended(world: World) -> None:
    world.portal.petitions.put(petition())
    world.portal.petitions.put(petition(2))
    world.portal.petitions.broken = {"PAKN.20.261101.0002"}
    await world.monitor.once()
    assert await world.open_alerts() == {(FIRST, "petition.overdue")}
    (refusal,) = await world.rows("SELECT source, field, code, source_id FROM refusals WHERE mended_at IS NULL")
    assert tuple(refusal.values()) == ("portal-petitions", "HanXuLy", None, "PAKN.20.261101.0002")
    world.portal.petitions.broken = set()
    world.portal.petitions.put(petition(2, updated_at=now()))
    await world.monitor.once()
    assert await world.rows("SELECT 1 FROM refusals WHERE mended_at IS NULL") == []
    assert len(await world.open_alerts()) == 2


@pytest.mark.parametrize("failure", [SourceRejected("portal", "refused with code -3"), ValueError("not foreseen")])
async def test_a_list_that_cannot_be_read_stops_no_dossier(world: World, failure: Exception) -> None:
    world.portal.petitions.fails = failure
    assert await world.monitor.once()
    assert await counted(world) == (1, 0)
    assert await world.open_alerts() == set()
    (run,) = await world.rows("SELECT source, error FROM poll_runs WHERE kind = 'petitions'")
    assert run["source"] == "portal-petitions"
    assert run["error"]
    (source,) = await world.rows("SELECT settled_to IS NOT NULL AS settled FROM sources WHERE name = 'portal'")
    assert source["settled"], "what the dossiers' alerts say is settled without the petitions"


async def test_a_petition_that_cannot_be_judged_stops_no_other(world: World) -> None:
    world.portal.petitions.put(petition())
    world.portal.petitions.put(
        petition(2, received_at=datetime(2199, 1, 1, tzinfo=UTC), due_at=None)  # no calendar reaches that far
    )
    await world.monitor.once()
    assert await world.open_alerts() == {(FIRST, "petition.overdue")}
    assert await reviewer(world).drain() == 0, "it is not tried again before it changes"


async def test_a_complaint_counts_with_its_dossier_and_moves_with_the_dossier_it_names(world: World) -> None:
    await world.monitor.once()
    assert await counted(world) == (1, 0)
    world.portal.petitions.put(answered(satisfied=False, dossier_code="H20.14-261120-0001"))
    await world.monitor.once()
    assert await counted(world) == (1, 1)
    report = await Auditor(world.database, RULES, working_time(CalendarConfig())).run()
    assert (report.judged, report.differences) == (1, 0)
    world.portal.petitions.put(
        petition(status=PetitionStatus.PUBLISHED, satisfied=False, dossier_code="H20.14-261120-0999", updated_at=now() + HOUR)
    )
    await world.monitor.once()
    assert await counted(world) == (1, 0)


async def test_other_rules_judge_petitions_again(world: World) -> None:
    world.portal.petitions.put(petition())
    await world.monitor.once()
    await world.open("other rules")
    await world.monitor.follow_up()
    (row,) = await world.rows(
        "SELECT rule_set = (SELECT max(id) FROM rule_sets WHERE province_code = :province) AS latest FROM petitions",
        province=PROVINCE,
    )
    assert row["latest"]


async def test_the_daemon_polls_and_reviews_them(world: World) -> None:
    world.portal.petitions.put(petition())
    stop = asyncio.Event()
    running = asyncio.create_task(Daemon(world.monitor, world.database, stop).run())
    async with asyncio.timeout(PATIENCE):
        while await world.open_alerts() != {(FIRST, "petition.overdue")}:
            await asyncio.sleep(0.05)
    stop.set()
    await running
