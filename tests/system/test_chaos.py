"""Webhooks arrive whatever happens: receivers fail at random, monitors are killed, the database is stopped.

`make chaos` runs it with ten thousand events and says what came more than once; CHAOS_EVENTS says how many.
"""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml
from sqlalchemy import insert

from services.api.app import create_app
from shared.config import Config
from shared.db import schema, tables
from shared.db.embedded import EmbeddedServer
from shared.db.engine import Database, create_engine
from shared.sealing import Sealer, new_key
from tests.api.world import ask, let_in
from tests.outgoing import PROVINCE
from tests.receivers import Receivers, receivers
from tests.system.databases import is_down, postmaster, rows
from tests.system.moody import AT_ONCE, Happened, Moody, happenings, told
from tests.system.running import until
from tests.waiting import PATIENCE

EVENTS = int(os.environ.get("CHAOS_EVENTS", "360"))
DISTURBANCES = ["kill", "stop the database"] if EVENTS < 1000 else ["kill", "stop the database", "kill"] * 4
MOST_BEHIND = 200
"""How many events happen before what was told of them catches up: kills meet a monitor that is always busy."""


class Chaos:
    """Two monitors as processes on a server of their own, and everything that goes wrong around them."""

    def __init__(self, server: EmbeddedServer, database: Database, receiving: Receivers, folder: Path) -> None:
        self._server = server
        self._database = database
        self.receiving = receiving
        self._folder = folder
        self._happening = asyncio.Lock()  # nothing happens while the database is away: nobody could write it
        self._key = new_key()
        self._monitors: list[asyncio.subprocess.Process] = []
        self._started = 0
        self.kills = 0
        self.happened: list[Happened] = []

    async def start(self) -> None:
        """Start a monitor and wait until it works."""
        command = (sys.executable, "-m", "services.cli", "monitor")
        with (self._folder / "monitor.log").open("ab") as log:
            started = await asyncio.create_subprocess_exec(*command, env=self._environ(), stdout=log, stderr=log)
        self._monitors.append(started)
        self._started += 1
        await until(self._all_work)

    def _environ(self) -> dict[str, str]:
        """Portal and home system do not answer: what happens is written by the test."""
        address = {"base_url": "http://127.0.0.1:1", "every": "1h"}
        config = {
            "province": PROVINCE,
            "portal": {**address, "username": "watch766", "password": "geheim-1", "unit_code": PROVINCE},
            "home": [{"name": "igate", **address, "client_id": "watch766", "client_secret": "geheim-2"}],
            "evaluation": {"enabled": False},
            "webhooks": self._webhooks,
        }
        path = self._folder / "config.yaml"
        path.write_text(yaml.safe_dump(config), encoding="utf-8")
        named = {"DATABASE_URL": self._server.url, "CONFIG": str(path), "WEBHOOK_KEY": self._key}
        kept = {name: value for name, value in os.environ.items() if not name.startswith("WATCH766_")}
        return kept | {f"WATCH766_{name}": value for name, value in named.items()}

    async def stop(self) -> None:
        for monitor in self._monitors:
            monitor.terminate()
            await asyncio.wait_for(monitor.wait(), PATIENCE)

    @asynccontextmanager
    async def api(self) -> AsyncIterator[httpx.AsyncClient]:
        """The API over the same database."""
        config = Config.model_validate({"webhooks": self._webhooks})
        async with ask(create_app(self._database, config, sealer=Sealer.of(self._key))) as client:
            yield client

    async def happen(self, events: int) -> None:
        """Let so many events happen, as fast as is told of them."""
        for batch in happenings(events):
            await until(self._is_told_soon)
            async with self._happening, self._database.begin() as connection:
                now = datetime.now(UTC)
                await connection.execute(insert(tables.outbox), [event.row(PROVINCE, now) for event in batch])
            self.happened += batch

    async def disturb(self, disturbances: list[str], events: int) -> None:
        """Do one after the other, each when so much of all has been told."""
        for number, disturbance in enumerate(disturbances, 1):
            share = number * events // (len(disturbances) + 1)
            await until(partial(self.has_told, share))
            await (self._kill() if disturbance == "kill" else self._stop_database())

    async def _kill(self) -> None:
        """Kill the monitor that runs longest and start another one."""
        killed = self._monitors.pop(0)
        killed.kill()
        await killed.wait()
        self.kills += 1
        await self.start()

    async def _stop_database(self) -> None:
        async with self._happening:
            postmaster(self._server).send_signal(signal.SIGINT)  # every session is cut
            await until(lambda: is_down(self._server))
            await asyncio.to_thread(self._server.start)

    async def _all_work(self) -> bool:
        return (self._folder / "monitor.log").read_text(encoding="utf-8").count("monitor_started") == self._started

    async def has_told(self, events: int) -> bool:
        return len(self.everything.accepted) >= events

    async def _is_told_soon(self) -> bool:
        return len(self.happened) - len(self.everything.accepted) < MOST_BEHIND

    @property
    def everything(self) -> Moody:
        found = self.receiving.behaviours["/everything"]
        assert isinstance(found, Moody)
        return found

    @property
    def _webhooks(self) -> dict[str, Any]:
        allowed = {"allow_networks": ["127.0.0.0/8"], "allow_http": ["127.0.0.1"], "allow_ports": [self.receiving.port]}
        return {**allowed, "timeout": "5s", "retry": ["100ms"] * 9, "concurrency": AT_ONCE}


@pytest.fixture
async def chaos(server: EmbeddedServer, tmp_path: Path) -> AsyncIterator[Chaos]:
    async with AsyncExitStack() as stack:
        database = Database(create_engine(server.url, application="tests"))
        stack.push_async_callback(database.aclose)
        await schema.migrate(database.engine)
        await let_in(database)
        async with database.begin() as connection:
            for code in ("H20.14", "H20.15"):
                row = {"code": code, "name": code, "parent": None, "in_catalogue": True}
                await connection.execute(insert(tables.agencies).values(province_code=PROVINCE, **row))
        made = Chaos(server, database, await stack.enter_async_context(receivers()), tmp_path)
        stack.push_async_callback(made.stop)
        yield made


async def subscribe(api: httpx.AsyncClient, chaos: Chaos, receiver: Moody, **wanted: Any) -> int:
    """Subscribe as an integrator does; returns the webhook."""
    chaos.receiving.behaviours[receiver.path] = receiver
    made = (await api.post("/v1/webhooks", json={"url": chaos.receiving.url(receiver.path), **wanted})).raise_for_status().json()
    receiver.secret = made["secret"]
    return int(made["id"])


async def test_every_event_reaches_every_receiver_in_order_whatever_fails(chaos: Chaos, server: EmbeddedServer) -> None:
    """And none a receiver that was switched off: by what it answered, or by its owner."""
    everything = Moody("/everything", wants=lambda event: True)
    ward = Moody("/ward", wants=lambda event: event.agency == "H20.14")
    deadlines = Moody("/deadlines", wants=lambda event: event.family == "deadline")
    critical = Moody("/critical", wants=lambda event: event.is_critical)
    gone = Moody("/gone", wants=lambda event: True, gone_after=EVENTS // 4)
    paused = Moody("/paused", wants=lambda event: True)
    staying, leaving = [everything, ward, deadlines, critical], [gone, paused]
    async with chaos.api() as api:
        await subscribe(api, chaos, everything)
        await subscribe(api, chaos, ward, agencies=["H20.14"], role="handling")
        await subscribe(api, chaos, deadlines, rules=["deadline"])
        await subscribe(api, chaos, critical, least_severity="critical")
        ids = [await subscribe(api, chaos, receiver) for receiver in leaving]
        await chaos.start()
        await chaos.start()
        happening = asyncio.create_task(chaos.happen(EVENTS))
        await until(lambda: chaos.has_told(EVENTS // 5))
        assert paused.accepted
        (await api.patch(f"/v1/webhooks/{ids[1]}", json={"active": False})).raise_for_status()
        paused_at = datetime.now(UTC)
        await chaos.disturb(DISTURBANCES, EVENTS)
        await happening
        await until(lambda: all_delivered(server))

    print(f"{len(chaos.happened)} events, {', '.join(DISTURBANCES)}: {told([*staying, *leaving])}")  # noqa: T201 - what `make chaos` is run for
    for receiver in staying:
        assert receiver.accepted == set(filter(receiver.wants, chaos.happened)), receiver.path
    for receiver in [*staying, *leaving]:
        receiver.assert_in_order()
        assert receiver.accepted_again <= chaos.kills * AT_ONCE, receiver.path
    [(disabled_at,)] = await rows(server, "SELECT disabled_at FROM webhooks WHERE disabled_reason = 'gone'")
    assert isinstance(disabled_at, datetime)
    for receiver, at in ((gone, disabled_at), (paused, paused_at)):
        assert max(arrival.signed_at for arrival in receiver.arrivals) <= at, receiver.path
    for webhook in ids:
        kept = f"SELECT count(*) FROM deliveries WHERE webhook_id = {webhook} AND alert_id IS NOT NULL AND state <> 'waiting'"
        assert await rows(server, kept) == [(len(chaos.happened),)], "what was not sent is there to be replayed"
    assert everything.others == ["endpoint.disabled"]


async def all_delivered(server: EmbeddedServer) -> bool:
    """Everything that happened has been put on its way, and nothing waits any more."""
    behind = (
        "SELECT 1 FROM outbox o, outbox_readers r WHERE r.name = 'webhooks' AND (o.xid, o.id) > (r.xid, r.id)"
        " UNION ALL SELECT 1 FROM deliveries WHERE state = 'waiting' LIMIT 1"
    )
    return not await rows(server, behind)
