"""The whole system with everything around it that can go wrong: database behind a proxy, province, receivers, services."""

import asyncio
import json
import re
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from itertools import count, cycle
from pathlib import Path
from typing import Any

import asyncpg
import httpx

from services.keys import make_key
from shared.db import schema
from shared.db.embedded import EmbeddedServer
from shared.db.engine import Database, create_engine
from shared.domain.access import Scope
from shared.sealing import new_key
from tests.receivers import Behaviour, Message, Receivers, answer, receivers
from tests.system.keeping import Kept
from tests.system.proxy import Opened, Proxy, proxy
from tests.system.running import Running, until
from tests.system.small_disk import SmallDisk
from tests.system.versions import Version
from tests.waiting import PATIENCE

PROVINCE = "H20"
NAME = "watch766"
"""Of the database and of its owner, as whom the services log in."""

RETRIES = 25
_PAUSE = 0.5
"""Seconds between two requests of a client: the machine has more to do."""
DOSSIERS = 120

_REFUSING = """
CREATE SCHEMA chaos;
CREATE TABLE chaos.refused (relation text, share float8);
CREATE FUNCTION chaos.refuse() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
BEGIN
  IF EXISTS (SELECT FROM chaos.refused WHERE relation IN (TG_TABLE_NAME, 'every table') AND random() < share) THEN
    RAISE EXCEPTION 'could not extend file' USING ERRCODE = 'disk_full';
  END IF;
  RETURN NULL;
END $$;
DO $$ DECLARE named text; BEGIN
  FOR named IN SELECT relname FROM pg_class
    WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition LOOP
    EXECUTE format('CREATE TRIGGER chaos BEFORE INSERT OR UPDATE ON public.%I EXECUTE FUNCTION chaos.refuse()', named);
  END LOOP;
END $$;
"""
"""Refuses statements that write to one table, with the SQLSTATE of a full disk; the server itself goes on well."""

_ASKED = (
    "/v1/alerts?limit=100",
    "/v1/alerts/summary?by=rule",
    "/v1/dossiers?limit=50",
    "/v1/sources",
    "/v1/overview",
    "/v1/events?limit=50",
    "/v1/petitions?limit=20",
    "/v1/webhooks",
    "/readyz",
    "/metrics",
)


class Receiver:
    """One receiver: what it accepted, in order. Its `mood` is how it answers for the present."""

    def __init__(self) -> None:
        self.mood: Behaviour | None = None
        self.accepted: list[str] = []

    async def __call__(self, message: Message, writer: asyncio.StreamWriter) -> None:
        if self.mood:
            await self.mood(message, writer)
            return
        self.accepted.append(message.id)
        await answer(204)(message, writer)


class Whole:
    """Everything that runs. `asked`: the statuses with which the API answered its clients; `told`: what it said.

    `older`: versions that may run beside the present one, by how many schemas they are before it.
    """

    def __init__(self, server: EmbeddedServer, disk: SmallDisk, running: Running, network: Proxy, receiving: Receivers) -> None:
        self.server, self.disk, self.running, self.network, self.receiving = server, disk, running, network, receiving
        self.older: Mapping[int, Version] = {}
        self.places: dict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self.receivers = {path: Receiver() for path in ("/office", "/ward")}
        self.ids: dict[str, int] = {}
        self.asked: Counter[tuple[str, str, int]] = Counter()
        self.told: list[str] = []
        self.seconds: list[Kept] = []

    async def start(self, code: Path | None = None) -> None:
        """Start everything, monitor and API from other code if any is given; they have subscribed before anything is read."""
        await self.running.simulate(f"--dossiers={DOSSIERS}", "--arrival-every=1s")
        self.api = Kept(partial(self.running.process_of, "api", code=code))
        await self.running.answering()
        await self._subscribe("/office")
        await self._subscribe("/ward", rules=["deadline", "intake"], role="handling")
        self.monitor = Kept(partial(self.running.process_of, "monitor", code=code))
        await self.has_started("monitor")

    def second_monitor(self, *, config: Path | None = None, code: Path | None = None) -> tuple[Kept, str]:
        """Start one more monitor; returns it and the name of its log."""
        log = f"monitor-{len(self.seconds) + 2}"
        second = Kept(partial(self.running.process_of, "monitor", config=config, log=log, code=code))
        self.seconds.append(second)
        return second, log

    async def has_started(self, log: str, *, within: float = PATIENCE) -> None:
        """Wait until the monitor that has this log has begun to work."""
        await self.has_told(log, "monitor_started", within=within)

    async def has_told(self, log: str, text: str, *, within: float = PATIENCE) -> None:
        """Wait until a log holds a text."""
        path = self.running.folder / f"{log}.log"

        async def is_told() -> bool:
            return path.exists() and text in path.read_text()

        await until(is_told, within=within)

    async def _subscribe(self, path: str, **wanted: Any) -> None:
        self.receiving.behaviours[path] = self.receivers[path]
        sent = {"url": self.receiving.url(path), **wanted}
        self.ids[path] = (await self.running.api.post("/v1/webhooks", json=sent)).raise_for_status().json()["id"]

    async def aclose(self) -> None:
        for kept in (*self.seconds, *(getattr(self, name, None) for name in ("monitor", "api"))):
            if kept:
                await kept.aclose()
        await self.running.stop()

    async def administer(self, statement: str) -> list[Any]:
        """Do something as the database's administrator, beside the proxy; again until the server lets it."""
        found: list[Any] = []

        async def is_done() -> bool:
            try:
                connection = await asyncpg.connect(address(self.server, NAME), timeout=5)
            except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
                return False
            try:
                found[:] = await connection.fetch(statement)
            except (OSError, asyncpg.PostgresConnectionError, asyncpg.InterfaceError, asyncpg.OperatorInterventionError):
                return False
            finally:
                connection.terminate()
            return True

        await until(is_done)
        return found

    async def ask(self) -> None:
        """Be a client of the API, until cancelled: one that takes what it gets, and keeps it."""
        async with self._client() as client:
            for path in cycle(_ASKED):
                await self._asked(client, "GET", path)
                await asyncio.sleep(_PAUSE)

    async def act(self) -> None:
        """Be a person who acknowledges alerts and takes that back, until cancelled: so the receivers have something to hear."""
        async with self._client() as client:
            for turn in count():
                listed = await self._asked(client, "GET", "/v1/alerts?limit=100")
                ids = [alert["id"] for alert in json.loads(listed)["items"]] if listed else []
                for id_ in ids[turn % 7 :: 7]:
                    await self._asked(client, "POST", f"/v1/alerts/{id_}/acknowledge", json={"cause": "workload"})
                    if id_ % 2:
                        await self._asked(client, "DELETE", f"/v1/alerts/{id_}/acknowledge")
                await asyncio.sleep(_PAUSE)

    def _client(self) -> httpx.AsyncClient:
        known = self.running.api
        return httpx.AsyncClient(base_url=known.base_url, headers=known.headers, trust_env=False, timeout=20)

    async def _asked(self, client: httpx.AsyncClient, method: str, path: str, **sent: Any) -> str | None:
        """Return what a request was answered; None where nobody answered, or said that it cannot at present."""
        try:
            answered = await client.request(method, path, **sent)
        except httpx.TransportError:
            return None  # it is away
        self.asked[method, re.sub(r"\d+", "…", path), answered.status_code] += 1
        self.told.append(answered.text)
        return answered.text if answered.is_success else None


@asynccontextmanager
async def whole(server: EmbeddedServer, disk: SmallDisk, folder: Path, version: Version | None = None) -> AsyncIterator[Whole]:
    """Everything in place and started, on that server and its disk; of an older version, if one is given."""
    key = await _prepare(server, version.schema if version else "head")
    async with AsyncExitStack() as stack:
        network = await stack.enter_async_context(proxy(partial(_reach, server)))
        receiving = await stack.enter_async_context(receivers())
        url = f"postgresql://{NAME}@127.0.0.1:{network.port}/{NAME}?sslmode=disable"
        running = Running(url, folder, more=_configuration(receiving.port), environ={"WATCH766_WEBHOOK_KEY": new_key()})
        running.let_in(key)
        made = Whole(server, disk, running, network, receiving)
        stack.push_async_callback(made.aclose)
        await made.start(version and version.folder)
        yield made


def _configuration(port: int) -> dict[str, Any]:
    allowed = {"allow_networks": ["127.0.0.0/8"], "allow_http": ["127.0.0.1"], "allow_ports": [port]}
    return {
        "webhooks": {**allowed, "timeout": "1s", "retry": ["300ms"] * RETRIES},
        "evaluation": {"every": "1m"},
    }


async def _prepare(server: EmbeddedServer, revision: str) -> str:
    """Make the database of a role that is no superuser, with a schema and tables that can be refused; returns a key."""
    connection = await asyncpg.connect(server.url)
    await connection.execute(f"CREATE ROLE {NAME} LOGIN")
    await connection.execute(f"CREATE DATABASE {NAME} OWNER {NAME}")
    await connection.close()
    database = Database(create_engine(address(server, NAME, role=NAME), application="tests"))
    await schema.migrate(database.engine, revision)
    key = await make_key(database, PROVINCE, "chaos", [Scope.ADMIN])
    await database.aclose()
    connection = await asyncpg.connect(address(server, NAME))
    await connection.execute(_REFUSING)
    await connection.close()
    return key


async def _reach(server: EmbeddedServer) -> Opened:
    return await asyncio.open_unix_connection(str(server.data_dir / ".s.PGSQL.5432"))


def address(server: EmbeddedServer, name: str, *, role: str = "postgres") -> str:
    return f"postgresql://{role}@/{name}?host={server.data_dir}"
