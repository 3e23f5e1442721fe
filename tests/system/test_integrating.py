"""What integrators are given to copy works as it stands: against the API, and for what the monitor sends."""

import asyncio
import shutil
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from standardwebhooks import Webhook

from services.api.server import serve
from shared.config import Config, Settings
from shared.db.engine import Database, create_engine
from tests.api.world import KEY, World, let_in
from tests.outgoing import SECRET, Outgoing, config
from tests.ports import free_ports
from tests.system.documents import ROOT, blocks, examples
from tests.system.running import until
from tests.waiting import PATIENCE

INTEGRATING = ROOT / "docs" / "integrating.md"
OTHER_SECRET = "whsec_" + "QUJD" * 11
BODY = '{"type":"alert.opened","data":{"short":"[KHẨN] H20.14-261105-0311: quá hạn"}}'

needs_node = pytest.mark.skipif(shutil.which("node") is None, reason="Node is not installed here")


@asynccontextmanager
async def running(folder: Path, *command: str, **environ: str) -> AsyncIterator[asyncio.subprocess.Process]:
    process = await asyncio.create_subprocess_exec(
        *command, cwd=folder, env={"PATH": "/usr/bin:/bin:/usr/local/bin", **environ}, stdout=asyncio.subprocess.PIPE
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


@pytest.fixture(params=["receiver.py", pytest.param("receiver.mjs", marks=needs_node)])
async def receiver(request, tmp_path: Path) -> AsyncIterator[tuple[str, asyncio.StreamReader]]:
    """The address of a receiver as the guide has it, and what it prints."""
    for name, text in examples(INTEGRATING).items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    (port,) = free_ports(1)
    command = shutil.which("node") if request.param.endswith(".mjs") else sys.executable
    assert command
    async with running(tmp_path, command, request.param, WEBHOOK_SECRET=SECRET, PORT=str(port)) as process:
        assert process.stdout
        await until(lambda: _listens(port))
        yield f"http://127.0.0.1:{port}", process.stdout


async def _listens(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except ConnectionRefusedError:
        return False
    writer.close()
    return True


def signed(secret: str = SECRET, *, at: datetime | None = None, number: str = "msg_1") -> dict[str, str]:
    at = at or datetime.now(UTC)
    signature = Webhook(secret).sign(number, at, BODY)
    return {"webhook-id": number, "webhook-timestamp": str(int(at.timestamp())), "webhook-signature": signature}


def _late() -> dict[str, str]:
    return signed(at=datetime.now(UTC) - timedelta(minutes=6))


def _early() -> dict[str, str]:
    return signed(at=datetime.now(UTC) + timedelta(minutes=6))


FORGED: dict[str, Callable[[], dict[str, str]]] = {
    "signed by somebody else": lambda: signed(OTHER_SECRET),
    "of six minutes ago": _late,
    "of six minutes ahead": _early,
    "with another id": lambda: signed() | {"webhook-id": "msg_2"},
    "with another time": lambda: signed() | {"webhook-timestamp": str(int(datetime.now(UTC).timestamp()) + 1)},
    "under another version": lambda: signed() | {"webhook-signature": signed()["webhook-signature"].replace("v1,", "v2,")},
    "cut short": lambda: signed() | {"webhook-signature": signed()["webhook-signature"][:20]},
    "with no time": lambda: signed() | {"webhook-timestamp": "now"},
    "not signed": dict,
}


async def test_a_receiver_of_the_guide_takes_what_the_monitor_sends_once_and_nothing_forged(
    receiver: tuple[str, asyncio.StreamReader], database: Database
) -> None:
    address, printed = receiver
    async with httpx.AsyncClient(base_url=address, trust_env=False) as client:
        for why, headers in FORGED.items():
            assert (await client.post("/", content=BODY, headers=headers())).status_code == 401, why
        assert (await client.post("/", content=b"x" * 100_001, headers=signed())).status_code == 413
        both = signed() | {"webhook-signature": f"{signed(OTHER_SECRET)['webhook-signature']} {signed()['webhook-signature']}"}
        for headers in (signed(), signed(), both):
            assert (await client.post("/", content=BODY, headers=headers)).status_code == 204
    assert (await asyncio.wait_for(printed.readline(), PATIENCE)).decode() == "alert.opened [KHẨN] H20.14-261105-0311: quá hạn\n"
    await _deliver(database, address)
    assert (await asyncio.wait_for(printed.readline(), PATIENCE)).decode() == "endpoint.test real\n", (
        "what came twice is told once"
    )


async def _deliver(database: Database, address: str) -> None:
    """Send as the monitor does, with its own signature."""
    outgoing = Outgoing(database)
    webhook = await outgoing.one(f"{address}/")
    await outgoing.rows('UPDATE deliveries SET body = \'{"type":"endpoint.test","data":{"short":"real"}}\'')
    dispatcher = outgoing.dispatcher(config(int(address.rpartition(":")[2]), timeout=timedelta(seconds=20)))
    await dispatcher.drain()
    await dispatcher.aclose()
    assert await outgoing.states(webhook) == ["delivered"]


@pytest.fixture
async def api(database_url: str) -> AsyncIterator[tuple[str, World]]:
    """The API on a port, over a province of a test's own."""
    (port,) = free_ports(1)
    database, stop = Database(create_engine(database_url, application="tests")), asyncio.Event()
    world = World(database)
    await let_in(database)
    serving = asyncio.create_task(serve(Settings(api_port=port), Config(), database, stop=stop))
    await until(lambda: _listens(port))
    yield f"http://127.0.0.1:{port}", world
    stop.set()
    await serving
    await database.aclose()


@needs_node
async def test_the_script_of_the_guide_reads_every_page(api: tuple[str, World], tmp_path: Path) -> None:
    address, world = api
    for number in range(501):
        await world.alert(f"H20.114-261120-{number:04d}", severity="critical", agency="H20.114")
    (tmp_path / "alerts.mjs").write_text(examples(INTEGRATING)["alerts.mjs"], encoding="utf-8")
    async with running(tmp_path, "node", "alerts.mjs", WATCH766=address, KEY=KEY.text) as process:
        told, _ = await asyncio.wait_for(process.communicate(), PATIENCE)
    assert process.returncode == 0
    lines = told.decode().splitlines()
    assert len({line for line in lines if "H20.114-261120-" in line}) == 501


@needs_node
async def test_the_script_of_the_guide_says_what_is_wrong(api: tuple[str, World], tmp_path: Path) -> None:
    address, _ = api
    (tmp_path / "alerts.mjs").write_text(examples(INTEGRATING)["alerts.mjs"], encoding="utf-8")
    process = await asyncio.create_subprocess_exec(
        *("node", "alerts.mjs"), cwd=tmp_path, env={"PATH": "/usr/bin:/bin:/usr/local/bin", "WATCH766": address, "KEY": "wrong"},
        stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    _, told = await asyncio.wait_for(process.communicate(), PATIENCE)
    assert process.returncode == 1
    assert "a good key or token is needed" in told.decode()


@needs_node
async def test_the_stream_is_followed_as_it_is_shown(api: tuple[str, World], tmp_path: Path) -> None:
    address, world = api
    world.now = await world.database.now()
    (shown,) = blocks(ROOT / "docs" / "webhooks.md", "js")
    call = "follow(process.env.WATCH766, process.env.KEY, (event) => { console.log(event.type); process.exit(0); });"
    (tmp_path / "stream.mjs").write_text(f"{shown}\n{call}\n", encoding="utf-8")
    async with running(tmp_path, "node", "stream.mjs", WATCH766=address, KEY=KEY.text) as process:
        assert process.stdout
        told = asyncio.create_task(process.stdout.readline())
        async with asyncio.timeout(PATIENCE):
            while not told.done():  # it tells what happens from the moment on at which it is there
                await world.happened()
                await asyncio.wait([told], timeout=0.2)
    assert told.result() == b"alert.opened\n"
