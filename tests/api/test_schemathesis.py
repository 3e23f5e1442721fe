"""Whatever the OpenAPI document allows, and what it does not: every answer is as documented, and none is our own mistake.

`make fuzz` looks further than the some seconds every run of the tests may take.
"""

import asyncio
import os
import socket
import threading
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, assume, given, settings
from pydantic import SecretStr
from schemathesis.checks import CHECKS
from schemathesis.generation import GenerationMode

from services.api.app import create_app
from services.api.routes.events import LONGEST_WAIT
from services.api.server import serve
from shared.config import Config, Settings
from shared.db.engine import Database, create_engine
from shared.sealing import new_key
from tests.api.conftest import OFTEN
from tests.api.world import KEY, World, bearer, let_in
from tests.conftest import Postgres
from tests.ports import free_ports

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "20"))
"""Requests to each operation, and of each kind: as documented, and not."""

HOLDS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    "unsupported_method",
    "allow_header_conformance",
    "ignored_auth",
)
"""Not that whatever fits a schema is accepted: of an agency nobody knows the document cannot tell."""

OF_BODIES = (*HOLDS, "negative_data_rejection")
"""In an address a number is a text, a list of one its item, and an empty list nothing: what the document forbids can arrive as
something it allows. In a body everything arrives as it was drawn.
"""

_BREAKS_HTTP = frozenset({"content-length", "transfer-encoding"})
"""Headers that are drawn by chance and say how a request is framed: where they lie the server answers before the application."""

NOWHERE = Database(create_engine("postgresql://nobody@127.0.0.1:1/nothing", application="tests"))
DOCUMENT = create_app(NOWHERE, Config()).openapi()
REFUSED = ["400", "401", "403", "404", "405", "406", "408", "413", "422", "431"]
CONFIG = schemathesis.Config.from_dict({"checks": {"negative_data_rejection": {"expected-statuses": REFUSED}}})
SCHEMA = schemathesis.openapi.from_dict(DOCUMENT, config=CONFIG)
OPERATIONS = {found.ok().label: found.ok() for found in SCHEMA.exclude(path="/v1/stream").get_all_operations()}
"""All but the stream, which would only end when it has lasted its time."""

steady = settings(
    derandomize="FUZZ_EXAMPLES" not in os.environ,
    max_examples=EXAMPLES,
    deadline=None,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture(scope="module")
async def address(postgres: Postgres) -> AsyncIterator[str]:
    """The API over a province with something of everything, served by a thread of its own."""
    url = await postgres.create(postgres.template)
    database = Database(create_engine(url, application="tests"))
    await _fill(World(database))
    await database.aclose()
    with _served(url) as port:
        yield f"http://127.0.0.1:{port}"
    await postgres.drop(url)


async def _fill(world: World) -> None:
    world.now = await world.database.now()
    await world.history_starts()
    await let_in(world.database)
    for name, role in (("portal", "portal"), ("igate", "home")):
        await world.source(name, role=role, interval_seconds=86_400)  # fresh, however long it takes
    await world.agency("H20.114", "Phường Sơn Qui", "H20", level=3)
    await world.procedure("1.001193", "Đăng ký khai sinh", "G15-TP02", agencies=("H20.114",))
    await world.judged(procedure="1.001193", source="igate")
    await world.record("igate")
    await world.refusal("igate")
    await world.petition()
    await world.official("H20")
    await world.alert(agency="H20.114", procedure="1.001193")


@contextmanager
def _served(url: str) -> Iterator[int]:
    (port,) = free_ports(1)
    own = Settings(api_port=port, webhook_key=SecretStr(new_key()))
    loop, stop, ready = asyncio.new_event_loop(), asyncio.Event(), threading.Event()

    async def run() -> None:
        database = Database(create_engine(url, application="tests"))
        serving = asyncio.create_task(serve(own, Config(access=OFTEN), database, stop=stop))
        ready.set()
        await serving
        await database.aclose()

    thread = threading.Thread(target=loop.run_until_complete, args=[run()])
    thread.start()
    ready.wait()
    try:
        _until_it_listens(port, thread)
        yield port
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join()
        loop.close()


def _until_it_listens(port: int, thread: threading.Thread) -> None:
    while True:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except ConnectionRefusedError:
            assert thread.is_alive(), "it did not start"
            time.sleep(0.01)
        else:
            return


KINDS = [
    (label, mode)
    for label, operation in OPERATIONS.items()
    for mode in GenerationMode
    if mode.is_positive or list(operation.iter_parameters()) or operation.body
]
"""An operation that takes nothing cannot be asked otherwise than documented."""


@pytest.mark.parametrize(("label", "mode"), KINDS, ids=lambda part: getattr(part, "value", part))
def test_every_answer_is_as_documented(address: str, label: str, mode: GenerationMode) -> None:
    holds = OF_BODIES if OPERATIONS[label].body else HOLDS

    @steady
    @given(OPERATIONS[label].as_strategy(generation_mode=mode))
    def ask(case: schemathesis.Case) -> None:
        _hurry(case)
        assume(not _BREAKS_HTTP.intersection(name.lower() for name in case.headers or ()))
        case.call_and_validate(base_url=address, headers=bearer(KEY), checks=CHECKS.get_by_names(holds))

    ask()


def _hurry(case: schemathesis.Case) -> None:
    """Let nothing wait for news that will not come: a wait that is allowed is cut to none."""
    wait = (case.query or {}).get("wait")
    if type(wait) is int and 0 < wait <= LONGEST_WAIT:
        case.query["wait"] = 0
