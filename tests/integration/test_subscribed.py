"""From a subscription over HTTP to what a receiver verifies: the whole way, as an integrator meets it."""

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from standardwebhooks import Webhook

from services.api.app import create_app
from services.monitor.webhooks.fan_out import FanOut
from shared.config import CalendarConfig, Config
from shared.domain.events import EventType
from shared.policy import working_time
from tests.api.world import ask, let_in
from tests.integration.world import PROVINCE, World, record
from tests.outgoing import Outgoing, config
from tests.receivers import Message, Receivers, receivers

NOW = datetime.now(UTC).replace(microsecond=0)
HOUR = timedelta(hours=1)


@pytest.fixture
async def receiving() -> AsyncIterator[Receivers]:
    async with receivers() as made:
        yield made


@pytest.fixture
def outgoing(world: World) -> Outgoing:
    return Outgoing(world.database)


@pytest.fixture
async def api(world: World, outgoing: Outgoing, receiving: Receivers) -> AsyncIterator[httpx.AsyncClient]:
    app = create_app(world.database, Config(webhooks=config(receiving.port)), sealer=outgoing.sealer)
    await let_in(world.database)
    async with ask(app) as client:
        yield client


async def a_cycle(world: World, outgoing: Outgoing, receiving: Receivers) -> None:
    """One full cycle of the monitor, as `monitor --once` runs it."""
    settings = config(receiving.port)
    dispatcher = outgoing.dispatcher(settings)
    world.fan_out = FanOut(world.database, PROVINCE, working_time(CalendarConfig()), "https://watch766.example.vn")
    world.dispatcher = dispatcher
    monitor = await world.open()
    await monitor.once()
    await dispatcher.aclose()


def verified(message: Message, secret: str) -> dict[str, object]:
    found = Webhook(secret).verify(message.body, message.headers)
    assert isinstance(found, dict)
    return found


async def subscribe(api: httpx.AsyncClient, receiving: Receivers, **values: object) -> dict[str, object]:
    response = await api.post("/v1/webhooks", json={"url": receiving.url("/in"), **values})
    assert response.status_code == 201, response.text
    return dict(response.json())


async def test_a_late_dossier_is_told_verified_and_told_again_when_it_is_done(
    world: World, outgoing: Outgoing, receiving: Receivers, api: httpx.AsyncClient
) -> None:
    await a_cycle(world, outgoing, receiving)
    made = await subscribe(api, receiving, role="handling", rules=["deadline"])
    late = {"accepted_at": NOW - 50 * HOUR, "due_at": NOW - HOUR, "at": NOW}
    for side in (world.home, world.portal):
        side.put(record(1, status=4, **late))
    await a_cycle(world, outgoing, receiving)
    for side in (world.home, world.portal):
        side.put(record(1, status=10, finished_at=NOW, **{**late, "at": NOW + timedelta(seconds=1)}))
    await a_cycle(world, outgoing, receiving)
    opened, resolved = [verified(message, str(made["secret"])) for message in receiving.messages["/in"]]
    assert (opened["type"], resolved["type"]) == ("alert.opened", "alert.resolved")
    assert resolved["data"]["supersedes"] == receiving.messages["/in"][0].id  # type: ignore[index]
    listed = (await api.get(f"/v1/webhooks/{made['id']}/deliveries")).json()["items"]
    assert [(item["state"], item["attempts"][0]["status"]) for item in listed] == [("delivered", 204)] * 2
    feed = (await api.get("/v1/events", params={"rule": "deadline"})).json()["items"]
    for item, message in zip(feed, receiving.messages["/in"], strict=True):
        sent = json.loads(message.body)["data"]
        own = {"supersedes", "recipient_role", "url"}
        assert {name: value for name, value in item["data"].items() if name not in own} == {
            name: value for name, value in sent.items() if name not in own
        }


async def test_a_sample_of_every_event_arrives(
    world: World, outgoing: Outgoing, receiving: Receivers, api: httpx.AsyncClient
) -> None:
    made = await subscribe(api, receiving)
    for type_ in EventType:
        await api.post(f"/v1/webhooks/{made['id']}/test", json={"event": type_})
    await a_cycle(world, outgoing, receiving)
    told = [verified(message, str(made["secret"])) for message in receiving.messages["/in"]]
    assert {body["type"] for body in told} == {type_.value for type_ in EventType}


async def test_after_a_rotation_the_old_secret_and_the_new_one_verify(
    world: World, outgoing: Outgoing, receiving: Receivers, api: httpx.AsyncClient
) -> None:
    made = await subscribe(api, receiving)
    turned = (await api.post(f"/v1/webhooks/{made['id']}/secret/rotate")).json()
    await api.post(f"/v1/webhooks/{made['id']}/test", json={})
    await a_cycle(world, outgoing, receiving)
    [message] = receiving.messages["/in"]
    assert verified(message, str(made["secret"])) == verified(message, turned["secret"])


async def test_what_was_missed_while_paused_is_told_on_wish(
    world: World, outgoing: Outgoing, receiving: Receivers, api: httpx.AsyncClient
) -> None:
    await a_cycle(world, outgoing, receiving)
    made = await subscribe(api, receiving, active=False)
    for side in (world.home, world.portal):
        side.put(record(1, status=4, accepted_at=NOW - 50 * HOUR, due_at=NOW - HOUR, at=NOW))
    await a_cycle(world, outgoing, receiving)
    assert receiving.messages["/in"] == []
    await api.post(f"/v1/webhooks/{made['id']}/enable")
    again = await api.post(f"/v1/webhooks/{made['id']}/replay", json={"since": made["created_at"]})
    await a_cycle(world, outgoing, receiving)
    assert len(receiving.messages["/in"]) == again.json()["deliveries"] > 0
