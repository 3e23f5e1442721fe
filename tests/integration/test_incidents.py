"""A mass of one cause becomes one incident: one message when it begins, one when it is over, every dossier inside it found."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import msgspec
import pytest
from sqlalchemy import insert

from services.api.app import create_app
from services.monitor.steps.incidents import Closing
from services.monitor.webhooks.fan_out import FanOut
from shared.config import Config, PollConfig
from shared.db import tables
from shared.db.engine import Database
from shared.db.stores.dossiers import BATCH
from shared.domain.incidents import Mass
from shared.domain.records import Record
from shared.domain.statuses import Status
from tests.api.conftest import OFTEN
from tests.api.world import ask, let_in
from tests.integration.test_backlog import DUE, monitored, until
from tests.integration.test_fan_out import CALENDAR, subscribe
from tests.integration.test_silences import ends, silence
from tests.integration.world import PROVINCE, RULES, World, record
from tests.outgoing import Outgoing, config
from tests.receivers import receivers

LEAST = 20
LONG_AGO = datetime.now(UTC).replace(microsecond=0) - timedelta(days=2)


@pytest.fixture
async def world(database: Database) -> AsyncIterator[World]:
    """A province in step, whose office listens. What falls out of step is found at once."""
    made = World(database)
    made.rules = msgspec.structs.replace(RULES, sync_hold=timedelta())
    made.config = PollConfig(page_size=500, lookups_per_second=1000)
    made.fan_out = FanOut(database, PROVINCE, CALENDAR)
    await made.open()
    async with database.begin() as connection:
        for code, parent in (("H20", None), ("H20.14", "H20"), ("H20.15", "H20")):
            row = {"code": code, "name": f"Đơn vị {code}", "parent": parent, "in_catalogue": True}
            await connection.execute(insert(tables.agencies).values(province_code=PROVINCE, **row))
    yield made
    await made.aclose()


def dossier(number: int, **values: Any) -> Record:
    """A dossier that is being worked on and due in a week, since two days."""
    due = datetime.now(UTC) + timedelta(days=7)
    return record(number, **{"at": LONG_AGO, "accepted_at": LONG_AGO, "due_at": due, "status": Status.PROCESSING, **values})


async def in_step(world: World, *records: Record) -> None:
    """Let both sides have these dossiers, read and found in step."""
    for one in records:
        for side in (world.home, world.portal):
            side.put(one)
    await world.monitor.once()
    assert await world.rows("SELECT rule FROM alerts") == []


def paid(one: Record, **values: Any) -> Record:
    """The dossier as one side says it is now: it waits for a payment."""
    return msgspec.structs.replace(one, status=Status.PAYMENT, updated_at=datetime.now(UTC), **values)


async def told(world: World) -> list[tuple[str, dict[str, Any]]]:
    """Return what was told, as (event, data), in order."""
    rows = await world.rows("SELECT event, body FROM deliveries ORDER BY id")
    return [(row["event"], msgspec.json.decode(row["body"])["data"]) for row in rows]


async def events(world: World) -> list[str]:
    return [event for event, _ in await told(world)]


async def inside(world: World) -> list[tuple[int, bool]]:
    """Return how many alerts each incident has, and how many of them are told as part of it only."""
    query = "SELECT count(*) AS n, count(*) FILTER (WHERE in_incident) AS i FROM alerts WHERE incident_id IS NOT NULL"
    return [(row["n"], row["i"]) for row in await world.rows(query + " GROUP BY incident_id ORDER BY incident_id")]


async def look_ups_answered(world: World, *records: Record) -> None:
    """Let the single questions that are owed be answered by what is known already: at 20 a second they would take minutes.

    `records`: those about these dossiers only, none: all. Whatever has not ended is due then.
    """
    only, codes = (" WHERE code = ANY(:codes)", {"codes": [one.code for one in records]}) if records else ("", {})
    await world.rows(f"UPDATE look_ups SET asked_at = clock_timestamp(), wanted_at = NULL{only} RETURNING 1", **codes)
    await world.rows("UPDATE dossiers SET next_review_at = clock_timestamp() WHERE ended_at IS NULL RETURNING 1")


async def read_and_reviewed(world: World) -> None:
    """Read every source and review what is due, without asking singly."""
    for item in world.monitor.watched:
        await world.monitor.poll(item)
    await world.monitor.review()
    await world.monitor.follow_up()


async def listed(world: World, incident: int, **params: Any) -> set[str]:
    """Return the dossiers that the API lists of an incident, page by page."""
    await let_in(world.database)
    found: set[str] = set()
    async with ask(create_app(world.database, Config(access=OFTEN))) as client:
        path: str | None = f"/v1/alerts?{urlencode({'incident': incident, 'limit': 500, 'sort': 'opened_at', **params})}"
        while path:
            answer = await client.get(path)
            found |= {item["dossier_code"] for item in answer.json()["items"]}
            path = answer.links["next"]["url"] if "next" in answer.links else None
    return found


async def test_a_storm_is_one_incident_with_one_message_at_each_end(world: World) -> None:
    """5,000 dossiers of one agency fall out of step at once, and come back into it."""
    storm = [dossier(number) for number in range(1, 5_001)]
    await in_step(world, *storm)
    async with receivers() as receiving:
        outgoing = Outgoing(world.database)
        world.dispatcher = outgoing.dispatcher(config(receiving.port))
        await world.open()
        await outgoing.webhook(receiving.url("/office"))
        await world.rows("UPDATE webhooks SET role = 'office' RETURNING 1")
        for one in storm:
            world.home.put(paid(one))
        await read_and_reviewed(world)
        await world.monitor.look_up(world.monitor.watched[0])
        await world.monitor.review()
        assert await inside(world) == [(60, 60)], "so many were asked for so far"
        await look_ups_answered(world)
        await world.monitor.once()
        assert [msgspec.json.decode(message.body)["type"] for message in receiving.messages["/office"]] == ["incident.opened"]
        assert await inside(world) == [(5_000, 5_000)]
        assert await listed(world, 1) == {one.code for one in storm}
        for one in storm:
            world.portal.put(paid(one))
        await world.monitor.once()
        await world.dispatcher.aclose()
        types = [msgspec.json.decode(message.body)["type"] for message in receiving.messages["/office"]]
        assert types == ["incident.opened", "incident.closed"]
    [opened, closed] = [data["incident"] for _, data in await told(world)]
    assert (opened["kind"], opened["code"], opened["alerts"]) == ("agency", "H20.14", 5_000)
    assert (closed["alerts"], closed["standing"]) == (5_000, 0)
    assert await listed(world, 1, state="resolved") == {one.code for one in storm}


async def test_one_less_than_a_mass_is_told_one_by_one(world: World) -> None:
    few = [dossier(number) for number in range(1, LEAST)]
    await in_step(world, *few)
    await subscribe(world.database)
    for one in few:
        world.home.put(paid(one))
    await world.monitor.once()
    assert await events(world) == ["alert.opened"] * (LEAST - 1)
    assert await inside(world) == []


async def test_what_opened_shortly_before_is_found_inside_and_told_by_itself_when_it_ends(world: World) -> None:
    few = [dossier(number) for number in range(1, LEAST + 1)]
    await in_step(world, *few)
    await subscribe(world.database)
    for one in few[:-1]:
        world.home.put(paid(one))
    await world.monitor.once()
    world.home.put(paid(few[-1]))
    await world.monitor.once()
    assert await events(world) == ["alert.opened"] * (LEAST - 1) + ["incident.opened"]
    assert await inside(world) == [(LEAST, 1)]
    for one in few:
        world.portal.put(paid(one))
    await world.monitor.once()
    after = (await events(world))[LEAST:]
    assert sorted(after) == sorted(["alert.resolved"] * (LEAST - 1) + ["incident.closed"])


async def found(world: World, *records: Record) -> None:
    """Let home say that these wait for a payment, and find them out of step, without telling anybody."""
    for one in records:
        world.home.put(paid(one))
    for item in world.monitor.watched:
        await world.monitor.poll(item)
    await world.reviewer.drain()
    for item in world.monitor.watched:
        await world.monitor.look_up(item)
    await world.reviewer.drain()


async def test_what_opens_by_itself_is_told_by_itself_also_if_it_is_told_after_the_incident_began(world: World) -> None:
    """Whether an alert is inside is decided as it opens: it makes no difference when it is told."""
    few = [dossier(number) for number in range(1, LEAST + 1)]
    await in_step(world, *few)
    await subscribe(world.database)
    await found(world, *few[:-1])
    await found(world, few[-1])
    assert await events(world) == []
    await world.monitor.tell()
    assert await events(world) == ["alert.opened"] * (LEAST - 1) + ["incident.opened"]


async def test_a_mass_spread_over_the_batches_of_a_backlog_is_told_as_one(world: World) -> None:
    """While it is worked off everybody is told of what opens; none of its batches holds a mass by itself."""
    backlog = [dossier(number) for number in range(1, 2 * BATCH + 1)]
    await in_step(world, *backlog)
    await subscribe(world.database)
    mass = backlog[:: BATCH // (LEAST - 5)]
    for one in mass:
        world.home.put(paid(one))
    await read_and_reviewed(world)
    for answered in (mass[::4], mass):
        await look_ups_answered(world, *answered)
        async with monitored(world):
            await until(world, f"NOT EXISTS (SELECT FROM {DUE})")
    assert await events(world) == ["incident.opened"]
    assert await inside(world) == [(len(mass), len(mass))]


async def test_what_opened_too_long_ago_is_no_part_of_a_mass(world: World) -> None:
    few = [dossier(number) for number in range(1, LEAST + 1)]
    await in_step(world, *few)
    for one in few[:-1]:
        world.home.put(paid(one))
    await world.monitor.once()
    await world.rows("UPDATE alerts SET opened_at = opened_at - interval '15 minutes' RETURNING 1")
    world.home.put(paid(few[-1]))
    await world.monitor.once()
    assert await inside(world) == []


async def out_of_step(world: World, count: int = 40, **values: Any) -> list[Record]:
    """Let a mass of dossiers fall out of step, and return them."""
    mass = [dossier(number, **values) for number in range(1, count + 1)]
    await in_step(world, *mass)
    await subscribe(world.database)
    for one in mass:
        world.home.put(paid(one))
    await world.monitor.once()
    return mass


async def test_what_falls_out_of_step_later_goes_into_the_same_incident(world: World) -> None:
    await out_of_step(world)
    late = [dossier(number) for number in range(50, 55)]
    for one in late:
        for side, now in ((world.home, paid(one)), (world.portal, msgspec.structs.replace(one, updated_at=datetime.now(UTC)))):
            side.put(now)
    await world.monitor.once()
    assert await events(world) == ["incident.opened"]
    assert await inside(world) == [(45, 45)]


async def test_another_agency_is_told_by_itself_beside_an_incident(world: World) -> None:
    await out_of_step(world)
    other = dossier(50, agency="H20.15", code="H20.15-261120-0050", spelling="H20.15-261120-0050", procedure="2.2")
    for side, now in ((world.home, paid(other)), (world.portal, msgspec.structs.replace(other, updated_at=datetime.now(UTC)))):
        side.put(now)
    await world.monitor.once()
    assert await events(world) == ["incident.opened", "alert.opened"]


@pytest.mark.parametrize(("left", "over"), [(4, False), (3, True)])
async def test_what_still_stands_when_it_is_over_is_told_one_by_one(world: World, *, left: int, over: bool) -> None:
    mass = await out_of_step(world)
    for one in mass[left:]:
        world.portal.put(paid(one))
    await world.monitor.once()
    assert await events(world) == ["incident.opened"] + (["alert.opened"] * left + ["incident.closed"] if over else [])
    if over:
        assert (await told(world))[-1][1]["incident"]["standing"] == left
        for one in mass:
            world.portal.put(paid(one))
        await world.monitor.once()
        assert (await events(world))[-left:] == ["alert.resolved"] * left
        assert (await events(world)).count("incident.closed") == 1


async def test_an_incident_is_not_over_while_more_of_it_is_about_to_be_found(world: World) -> None:
    mass = await out_of_step(world, 30)
    for one in mass:
        world.portal.put(paid(one))
    more = [dossier(number) for number in range(50, 75)]
    for one in more:
        for side, now in ((world.home, paid(one)), (world.portal, msgspec.structs.replace(one, updated_at=datetime.now(UTC)))):
            side.put(now)
    await read_and_reviewed(world)
    assert await world.rows("SELECT count(*) AS n FROM alerts WHERE state <> 'resolved'") == [{"n": 0}]
    await world.monitor.once()
    assert await events(world) == ["incident.opened"]
    assert await inside(world) == [(55, 55)]


async def test_a_silence_about_all_of_it_holds_an_incident_back_and_tells_it_at_its_end(world: World) -> None:
    made = await silence(world.database, rules=[])
    mass = await out_of_step(world)
    assert await events(world) == []
    await ends(world.database, made)
    await world.monitor.once()
    assert await events(world) == ["incident.opened"]
    for one in mass:
        world.portal.put(paid(one))
    await world.monitor.once()
    assert await events(world) == ["incident.opened", "incident.closed"]


async def test_an_incident_that_came_and_went_in_silence_is_not_told(world: World) -> None:
    made = await silence(world.database, rules=["sync.status_mismatch"])
    mass = await out_of_step(world)
    for one in mass:
        world.portal.put(paid(one))
    await world.monitor.once()
    await ends(world.database, made)
    await world.monitor.once()
    assert await events(world) == []
    assert await world.rows("SELECT closed_at IS NOT NULL AS over FROM incidents") == [{"over": True}]


async def test_who_is_concerned_hears_of_an_incident_and_nobody_else(world: World) -> None:
    wanted = [
        await subscribe(world.database, agencies=["H20.14"], role="handling"),
        await subscribe(world.database, role="sync"),
        await subscribe(world.database, rules=["sync.status_mismatch"]),
    ]
    for other in ({"agencies": ["H20.15"]}, {"role": "receiving"}, {"rules": ["deadline"]}, {"least_severity": "critical"}):
        await subscribe(world.database, **other)
    await out_of_step(world)
    heard = [row["webhook_id"] for row in await world.rows("SELECT webhook_id FROM deliveries ORDER BY webhook_id")]
    assert heard[:3] == wanted
    assert len(heard) == 4, "and the one that listens to everything"


async def test_an_idle_province_writes_nothing_of_its_incidents(world: World) -> None:
    await out_of_step(world)
    before = await world.contents("incidents", "alerts", "outbox")
    await world.monitor.review()
    await world.monitor.follow_up()
    assert await Closing(world.database, world.rules, Mass()).run() == 0
    assert await world.contents("incidents", "alerts", "outbox") == before
