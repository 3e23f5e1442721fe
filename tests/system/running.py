"""The services as processes, and the comparison of what the API says with what is true."""

import asyncio
import json
import os
import sys
from collections.abc import Awaitable, Callable, Iterator
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

import httpx
import yaml

from tests.ports import free_ports
from tests.waiting import PATIENCE

Finding = tuple[str, str]

_OTHER_CODE = """
import json, sys
from services import cli
print(json.dumps({"level": "info", "event": "code_found", "path": cli.__file__}), file=sys.stderr, flush=True)
sys.exit(cli.main())
"""
"""Runs `services.cli` of the folder it is started in, which comes first on the path, and tells where it was found."""

_STEP = timedelta(seconds=20)
"""No alert is shorter than two minutes: between two moments so close none comes and goes unseen."""


class Running:
    """A simulated province, the API and, if wanted, the monitor, each a process of its own on one database.

    `more`: what the configuration holds besides; `environ`: further variables of the processes.
    """

    def __init__(
        self,
        database_url: str | None,
        folder: Path,
        *,
        data_dir: Path | None = None,
        more: dict[str, Any] | None = None,
        environ: dict[str, str] | None = None,
    ) -> None:
        self.folder = folder
        self._more = more or {}
        self._ports = dict(zip(("portal", "home", "special", "api"), free_ports(4), strict=True))
        self._processes: dict[str, asyncio.subprocess.Process] = {}
        self._environ = {
            **{name: value for name, value in os.environ.items() if not name.startswith("WATCH766_")},
            **({"WATCH766_DATABASE_URL": database_url} if database_url else {"WATCH766_DATA_DIR": str(data_dir)}),
            "WATCH766_CONFIG": str(self.config("config.yaml")),
            "WATCH766_API_PORT": str(self._ports["api"]),
            "DVCQG_PASSWORD": "dvcqg-test-secret",
            "IGATE_SECRET": "igate-test-secret",
            **(environ or {}),
        }
        self.simulator = _client(self._ports["portal"])
        self.api = _client(self._ports["api"])

    async def start(self, dossiers: int) -> None:
        """Start simulator and API and wait until both answer."""
        self.let_in(await self._key())
        await self.simulate(f"--dossiers={dossiers}", "--arrival-every=2s")
        await self.spawn("api")
        await self.answering()

    async def simulate(self, *arguments: str) -> None:
        """Start the simulator."""
        ports = [f"--{name}-port={self._ports[name]}" for name in ("portal", "home", "special")]
        await self.spawn("simulate", *ports, *arguments)

    def let_in(self, key: str) -> None:
        """Ask the API with this key from now on."""
        self.api.headers["Authorization"] = f"Bearer {key}"

    async def answering(self) -> None:
        """Wait until simulator and API answer."""
        await until(lambda: _answers(self.simulator, "/world"))
        await until(lambda: _answers(self.api, "/healthz"))

    async def spawn(self, command: str, *arguments: str, config: Path | None = None) -> asyncio.subprocess.Process:
        """Start one service; its log is a file in the folder. `config`: another configuration than that of the others."""
        self._processes[command] = process = await self.process_of(command, *arguments, config=config)
        return process

    async def process_of(
        self, command: str, *arguments: str, config: Path | None = None, log: str | None = None, code: Path | None = None
    ) -> asyncio.subprocess.Process:
        """Start one service that whoever asked for it stops. `log`: the name of its log, where it is not the command's.

        `code`: the folder of other code than the present; the first line of the log then tells which code runs.
        """
        environ = {**self._environ, **({"WATCH766_CONFIG": str(config)} if config else {})}
        service = ("-c", _OTHER_CODE) if code else ("-m", "services.cli")
        with (self.folder / f"{log or command}.log").open("ab") as written:
            return await asyncio.create_subprocess_exec(
                sys.executable, *service, command, *arguments, cwd=code, env=environ, stdout=written, stderr=written
            )

    async def run(self, command: str, *arguments: str) -> int:
        """Run one command to its end and return its exit status."""
        return await (await self.spawn(command, *arguments)).wait()

    async def _key(self) -> str:
        """Make a key as an operator does."""
        command = ("keys", "create", "--name=tests", "--scope=admin", "--json")
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "services.cli", *command, env=self._environ, stdout=asyncio.subprocess.PIPE
        )
        told, _ = await asyncio.wait_for(process.communicate(), PATIENCE)
        return str(json.loads(told)["key"])

    async def stop(self) -> None:
        """Stop what still runs."""
        for process in reversed(self._processes.values()):
            if process.returncode is None:
                process.terminate()
                await asyncio.wait_for(process.wait(), PATIENCE)
        await self.simulator.aclose()
        await self.api.aclose()

    def process(self, command: str) -> asyncio.subprocess.Process:
        return self._processes[command]

    def log(self, command: str) -> str:
        return (self.folder / f"{command}.log").read_text(encoding="utf-8")

    async def settled_after(self, moment: datetime) -> None:
        """Wait until every alert is settled as of a later moment."""
        await until(lambda: self._is_settled_after(moment))

    async def alerts(self) -> tuple[set[Finding], datetime, datetime]:
        """Return the open dossier alerts, the moment they are settled to, and the end of the second of the last answer."""
        found: set[Finding] = set()
        cursor: str | None = ""
        t0: datetime | None = None
        while cursor is not None:
            query = {"state": "active", "limit": "500", "sort": "opened_at", **({"cursor": cursor} if cursor else {})}
            answer = await self.api.get("/v1/alerts", params=query)
            body = answer.raise_for_status().json()
            t0 = t0 or datetime.fromisoformat(body["data_as_of"])
            found |= {(alert["dossier_code"], alert["rule"]) for alert in body["items"] if alert["dossier_code"]}
            cursor = body["next_cursor"]
        assert t0
        return found, t0, parsedate_to_datetime(answer.headers["date"]) + timedelta(seconds=1)

    async def truth(self, at: datetime) -> set[Finding]:
        body = (await self.simulator.get("/truth", params={"at": at.isoformat()})).raise_for_status().json()
        return {(finding["code"], finding["rule"]) for finding in body["findings"]}

    async def alerts_beside(self) -> set[Finding]:
        """Return the open alerts about petitions and procedures."""
        query = {"family": ["petition", "publication"], "state": "active", "limit": "500"}
        items = (await self.api.get("/v1/alerts", params=query)).raise_for_status().json()["items"]
        return {(alert["subject"].partition(":")[2], alert["rule"]) for alert in items}

    async def truth_beside(self, at: datetime) -> set[Finding]:
        """Return what is true of petitions and procedures."""
        body = (await self.simulator.get("/truth", params={"at": at.isoformat()})).raise_for_status().json()
        return {(finding["code"], finding["rule"]) for finding in (*body["petitions"], *body["procedures"])}

    async def assert_alerts_are_true(self) -> set[Finding]:
        """What is true all the time from settled to answered is open; what is open is true at some time of it.

        Returns what is surely true.
        """
        found, t0, t1 = await self.alerts()
        truths = [await self.truth(moment) for moment in _moments(t0, t1)]
        always, sometimes = set.intersection(*truths), set.union(*truths)
        assert always <= found, f"not told between {t0} and {t1}: {sorted(always - found)[:10]}"
        assert found <= sometimes, f"told but not true between {t0} and {t1}: {sorted(found - sometimes)[:10]}"
        return always

    async def fault(self, system: str, kind: str, **values: Any) -> None:
        """Let a fault of the simulated systems begin."""
        (await self.simulator.post("/faults", json={"system": system, "kind": kind, **values})).raise_for_status()

    async def faults(self) -> list[Any]:
        listed: list[Any] = (await self.simulator.get("/faults")).json()["faults"]
        return listed

    async def now(self) -> datetime:
        return datetime.fromisoformat((await self.simulator.get("/world")).json()["now"])

    async def source(self, name: str) -> dict[str, Any]:
        items: list[dict[str, Any]] = (await self.api.get("/v1/sources")).raise_for_status().json()["items"]
        return next(item for item in items if item["name"] == name)

    async def _is_settled_after(self, moment: datetime) -> bool:
        answer = await self.api.get("/v1/alerts", params={"limit": "1"})
        if answer.status_code == httpx.codes.SERVICE_UNAVAILABLE:
            return False
        as_of = answer.raise_for_status().json()["data_as_of"]
        return as_of is not None and datetime.fromisoformat(as_of) > moment

    def config(self, name: str, **more: Any) -> Path:
        """Write a configuration and return where; `more` stands beside or in place of what it holds."""
        home = {"kind": "igate", "client_id": "watch766", "client_secret": "${IGATE_SECRET}", "every": "1s"}
        path = self.folder / name
        config = {
            "province": "H20",
            "portal": {
                "base_url": f"http://127.0.0.1:{self._ports['portal']}",
                "username": "watch766",
                "password": "${DVCQG_PASSWORD}",
                "unit_code": "H20",
                "every": "1s",
                "petitions_every": "1s",
                "catalogue_every": "5s",
            },
            "home": [
                {"name": "igate", "main": True, "base_url": f"http://127.0.0.1:{self._ports['home']}", **home},
                {
                    "name": "land",
                    "base_url": f"http://127.0.0.1:{self._ports['special']}",
                    "answers_for": {"sectors": ["G13-DD"]},
                    **home,
                },
            ],
            "central": {"sectors": ["G01-XNC"]},
            "poll": {"lookups_per_second": 200},
            **self._more,
            **more,
        }
        path.write_text(yaml.safe_dump(config), encoding="utf-8")
        return path


async def until(condition: Callable[[], Awaitable[bool]], *, within: float = PATIENCE) -> None:
    """Wait for a condition; fail when it does not come true."""
    async with asyncio.timeout(within):
        while not await condition():
            await asyncio.sleep(0.1)


async def _answers(client: httpx.AsyncClient, path: str) -> bool:
    try:
        return (await client.get(path)).is_success
    except httpx.TransportError:
        return False


def _client(port: int) -> httpx.AsyncClient:
    """Return a client that gives an idle connection up before the server does: the server could close it under a request."""
    limits = httpx.Limits(keepalive_expiry=1)
    return httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False, timeout=60, limits=limits)


def _moments(first: datetime, last: datetime) -> Iterator[datetime]:
    """Yield the first moment, every one a step after another, and the last."""
    while first < last:
        yield first
        first += _STEP
    yield last
