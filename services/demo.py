"""`watch766 demo`: everything on one machine with nothing else running, each service a process of its own."""

import asyncio
import os
import secrets
import signal
import socket
import sys
from contextlib import AsyncExitStack
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import yaml
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from services.demo_config import demo_config
from services.demo_receiver import Receiver, serving, subscribed
from services.keys import make_key
from shared.config import Settings
from shared.db import schema
from shared.db.opening import open_database
from shared.domain.access import Scope
from shared.errors import Watch766Error
from shared.sealing import new_key

_KEY_LASTS = timedelta(days=7)
_READY = 600.0
_STOP = 25.0


class Demo:
    """Starts the services, shows the first load, and stops all of them on Ctrl-C. Its data stay in the data directory."""

    def __init__(self, settings: Settings, *, dossiers: int) -> None:
        self._settings = settings
        self._dossiers = dossiers
        self._console = Console(stderr=True)
        self._api_port = _free_port(settings.api_port)
        wanted = (("portal", 9101), ("home", 9102), ("special", 9103), ("receiver", 9104))
        self._ports = {name: _free_port(port) for name, port in wanted}
        self._receiver = Receiver(self._tell)
        self._stopped = asyncio.Event()
        self._key = ""

    async def run(self) -> int:
        """Run until Ctrl-C or until a service ends by itself; returns the exit status."""
        loop = asyncio.get_running_loop()
        for name in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(name, self._stopped.set)
        self._data_dir.mkdir(parents=True, exist_ok=True)
        async with AsyncExitStack() as stack:
            database = await stack.enter_async_context(open_database(self._settings, "watch766 demo"))
            await schema.migrate(database.engine)
            self._key = await make_key(database, "H20", "demo", [Scope.ADMIN], expires=_KEY_LASTS)
            await stack.enter_async_context(serving(self._receiver, self._ports["receiver"]))
            services = await self._start(stack)
            stopped = asyncio.create_task(self._stopped.wait())
            showing = asyncio.create_task(self._show())
            showing.add_done_callback(self._stop_if_it_failed)
            ended = [asyncio.create_task(service.wait()) for service in services]
            await asyncio.wait({stopped, *ended}, return_when=asyncio.FIRST_COMPLETED)
            showing.cancel()
            self._console.print("stopping …")
        if not self._stopped.is_set():
            self._console.print(f"a service ended by itself, see the logs in {self._data_dir}")
            return 1
        if showing.done() and not showing.cancelled():
            showing.result()
        return 0

    def _tell(self, line: str) -> None:
        self._console.print(f"told  {line}", soft_wrap=True, highlight=False, markup=False)

    def _stop_if_it_failed(self, showing: asyncio.Task[None]) -> None:
        if not showing.cancelled() and showing.exception():
            self._stopped.set()

    async def _start(self, stack: AsyncExitStack) -> list[asyncio.subprocess.Process]:
        """Start the services; they are stopped in reverse, each given time to finish what it does."""
        environ = self._environ()
        ports = [f"--{name}-port={self._ports[name]}" for name in ("portal", "home", "special")]
        state = f"--state={self._data_dir / 'simulator.json'}"
        commands = (["simulate", *ports, state, f"--dossiers={self._dossiers}"], ["api"], ["monitor"])
        services = []
        for command in commands:
            service = await self._spawn(command, environ)
            stack.push_async_callback(_stop, service)
            services.append(service)
            if command[0] == "simulate":
                await self._answers(f"http://127.0.0.1:{self._ports['portal']}/world", service)
        return services

    async def _spawn(self, command: list[str], environ: dict[str, str]) -> asyncio.subprocess.Process:
        """Start one service in a session of its own, so that Ctrl-C reaches it through us; it logs into a file of its own."""
        with (self._data_dir / f"{command[0]}.log").open("ab") as log:
            return await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "services.cli",
                *command,
                env=environ,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    @property
    def _data_dir(self) -> Path:
        return self._settings.data_dir.resolve()

    @property
    def _url(self) -> str:
        return f"http://{self._settings.api_host}:{self._api_port}"

    @property
    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self._key}"}

    def _environ(self) -> dict[str, str]:
        """Secrets are made for this run and live in its processes only; the key of webhooks is kept with the data."""
        config = self._data_dir / "demo.yaml"
        config.write_text(
            yaml.safe_dump(demo_config(self._ports, self._url), allow_unicode=True, sort_keys=False), encoding="utf-8"
        )
        return {
            "WATCH766_WEBHOOK_KEY": _kept_key(self._data_dir / "webhook.key"),
            **os.environ,
            "WATCH766_CONFIG": str(config),
            "WATCH766_DATA_DIR": str(self._data_dir),
            "WATCH766_API_PORT": str(self._api_port),
            "DVCQG_PASSWORD": secrets.token_urlsafe(16),
            "IGATE_SECRET": secrets.token_urlsafe(16),
        }

    async def _answers(self, url: str, service: asyncio.subprocess.Process) -> None:
        """Wait until an address answers; raises when the service has ended or takes too long."""
        async with asyncio.timeout(_READY), httpx.AsyncClient(trust_env=False) as client:
            while service.returncode is None:
                try:
                    if (await client.get(url)).is_success:
                        return
                except httpx.TransportError:
                    await asyncio.sleep(0.1)
        raise Watch766Error(f"a service ended at its start, see the logs in {self._data_dir}")

    async def _show(self) -> None:
        """Show the first load, then the addresses and a line to try."""
        async with httpx.AsyncClient(base_url=self._url, headers=self._headers, trust_env=False) as client:
            await self._show_progress(client)
            sources = _of_dossiers(await _get(client, "/v1/sources"))
            alerts = await _get(client, "/v1/alerts", limit="1", count="true")
            self._receiver.secret = await subscribed(client, f"http://127.0.0.1:{self._ports['receiver']}/")
        self._console.print(
            f"\n[bold]{_records(sources):,} records of {len(sources)} sources, {alerts['count']:,} open alerts[/bold]\n\n"
            f"  API        {self._url}/v1/alerts   (documentation: {self._url}/docs)\n"
            f"  key        {self._key}   (good for {_KEY_LASTS.days} days, may everything)\n"
            f"  portal     http://127.0.0.1:{self._ports['portal']}/world   (simulated; what is true: /truth)\n"
            f"  home       http://127.0.0.1:{self._ports['home']}, http://127.0.0.1:{self._ports['special']}   (simulated)\n"
            f"  logs       {self._data_dir}/*.log\n\n"
            f"Try:  curl -H 'Authorization: Bearer {self._key}' "
            f"'{self._url}/v1/alerts?severity=critical&sort=urgency&limit=3'\n\n"
            "Ctrl-C stops everything; the data stay. What happens from now on is told to a receiver here, signed and verified:\n",
            soft_wrap=True,
            highlight=False,
        )

    async def _show_progress(self, client: httpx.AsyncClient) -> None:
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        with Progress(*columns, console=self._console) as progress:
            total = await self._expected()
            loading = progress.add_task("first load", total=total)
            while True:
                body = await _get(client, "/v1/sources")
                progress.update(loading, completed=min(total, _records(_of_dossiers(body))))
                if body["data_as_of"]:
                    progress.update(loading, completed=total)
                    return
                await asyncio.sleep(0.3)

    async def _expected(self) -> int:
        async with httpx.AsyncClient(trust_env=False) as client:
            world = (await client.get(f"http://127.0.0.1:{self._ports['portal']}/world")).json()
        return int(sum(world["rows"].values()))


def _of_dossiers(body: dict[str, Any]) -> list[dict[str, Any]]:
    return [source for source in body["items"] if source["role"] != "evaluation"]


def _records(sources: list[dict[str, Any]]) -> int:
    return sum(source["counts"]["records"] for source in sources)


async def _get(client: httpx.AsyncClient, path: str, **parameters: str) -> dict[str, Any]:
    """Ask the API until it answers: it may just be starting."""
    while True:
        try:
            answer = await client.get(path, params=parameters)
            if answer.is_success:
                body: dict[str, Any] = answer.json()
                return body
        except httpx.TransportError:
            pass
        await asyncio.sleep(0.2)


async def _stop(service: asyncio.subprocess.Process) -> None:
    if service.returncode is None:
        service.terminate()
        try:
            await asyncio.wait_for(service.wait(), _STOP)
        except TimeoutError:
            service.kill()
            await service.wait()


def _kept_key(path: Path) -> str:
    """Return the key that seals the secrets of webhooks: made once, and read by its owner only."""
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(new_key(), encoding="ascii")
    return path.read_text(encoding="ascii")


def _free_port(wanted: int) -> int:
    """Return the port if it is free, else any free one."""
    for port in (wanted, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise Watch766Error("no free port on 127.0.0.1")
