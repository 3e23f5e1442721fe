"""Traces arrive at a collector as OTLP over HTTP: requests, steps, statements and calls, and nothing personal or secret."""

import asyncio
import threading
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from time import monotonic

import httpx
import pytest
import respx
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from services.api.app import create_app
from services.monitor.scheduler import Daemon
from services.monitor.sources.http import Http, Limits, Retry
from shared.config import Config
from shared.db.engine import Database, create_engine
from shared.errors import SourceUnavailable
from shared.tracing import told_to_collector
from tests.api.world import CODE, KEY, ask, let_in
from tests.api.world import World as Province
from tests.integration.world import World

ENDPOINT = "OTEL_EXPORTER_OTLP_ENDPOINT"


class Collector:
    """Takes what is exported to it."""

    def __init__(self) -> None:
        self.raw: list[bytes] = []
        self.paths: set[str] = set()
        collector = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                collector.paths.add(self.path)
                collector.raw.append(self.rfile.read(int(self.headers["Content-Length"])))
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)

    @property
    def environ(self) -> dict[str, str]:
        return {ENDPOINT: f"http://127.0.0.1:{self.server.server_port}"}

    @property
    def spans(self) -> list[Span]:
        return [
            span
            for raw in self.raw
            for resource in ExportTraceServiceRequest.FromString(raw).resource_spans
            for scope in resource.scope_spans
            for span in scope.spans
        ]

    def named(self, name: str) -> list[Span]:
        return [span for span in self.spans if span.name == name]


@pytest.fixture
def collector(monkeypatch: pytest.MonkeyPatch) -> Iterator[Collector]:
    made = Collector()
    serving = threading.Thread(target=made.server.serve_forever)
    serving.start()
    monkeypatch.setenv(ENDPOINT, made.environ[ENDPOINT])  # the exporter reads it there
    yield made
    made.server.shutdown()
    made.server.server_close()
    serving.join()


def attributes(span: Span) -> dict[str, object]:
    return {one.key: one.value.string_value or one.value.int_value for one in span.attributes}


async def test_a_request_is_told_with_its_statements_and_without_what_was_asked(collector: Collector, database_url: str) -> None:
    with told_to_collector("watch766-api", collector.environ):
        database = Database(create_engine(database_url, application="tests"))
        province = Province(database)
        await let_in(database)
        await province.judged()
        async with ask(create_app(database, Config(), clock=province.clock)) as client:
            headers = {"X-Request-ID": "r-1"}
            assert (await client.get(f"/v1/dossiers/{CODE}", params={"q": "geheim"}, headers=headers)).status_code == 422
            assert (await client.get(f"/v1/dossiers/{CODE}", headers=headers)).status_code == 200
            await client.request("GEHEIM", "/v1/nothing/geheim")
        await database.aclose()
    refused, answered = sorted(collector.named("GET /v1/dossiers/{code}"), key=lambda span: span.start_time_unix_nano)
    assert attributes(refused)["http.response.status_code"] == 422
    assert attributes(answered) == {
        "http.request.method": "GET",
        "http.route": "/v1/dossiers/{code}",
        "http.response.status_code": 200,
        "watch766.request_id": "r-1",
    }
    below = {
        span.name for span in collector.spans if span.trace_id == answered.trace_id and span.parent_span_id == answered.span_id
    }
    assert {"SELECT records", "SELECT api_keys"} <= below
    assert len(collector.named("OTHER unmatched")) == 1
    assert collector.paths == {"/v1/traces"}
    told = b"".join(collector.raw)
    assert b"watch766-api" in told
    for secret in (CODE, "geheim", "GEHEIM", KEY.text, KEY.prefix, "WHERE"):
        assert secret.encode() not in told, secret


async def test_a_step_of_the_monitor_is_told_with_its_run_and_its_statements(collector: Collector, database_url: str) -> None:
    with told_to_collector("watch766-monitor", collector.environ):
        world = World(Database(create_engine(database_url, application="tests")))
        await world.open()
        stop = asyncio.Event()
        page = world.portal.page

        async def asked(**position: object) -> object:
            stop.set()
            return await page(**position)

        world.portal.page = asked  # type: ignore[method-assign]
        await Daemon(world.monitor, world.database, stop).run()
        await world.aclose()
        await world.database.aclose()
    (poll,) = collector.named("poll portal")
    told = attributes(poll)
    assert (told["watch766.outcome"], len(str(told["watch766.run"]))) == ("done", 12)
    assert any(span.trace_id == poll.trace_id and span.name.endswith(" sources") for span in collector.spans)


@respx.mock
async def test_a_call_to_a_source_is_told_with_its_status_and_without_its_path(collector: Collector) -> None:
    respx.route(host="igate.example").mock(side_effect=[httpx.Response(200), httpx.Response(503)])
    respx.route(host="127.0.0.1").pass_through()
    with told_to_collector("watch766-monitor", collector.environ):
        http = Http("igate", "http://igate.example", Limits(timedelta(seconds=5)), Retry(), {"Authorization": "Bearer geheim"})
        await http.exchange("GET", "/padman/dossier", params={"code": CODE})
        with pytest.raises(SourceUnavailable):
            await http.exchange("GET", "/padman/dossier", params={"code": CODE})
        await http.aclose()
    well, badly = sorted(collector.named("GET"), key=lambda span: span.start_time_unix_nano)
    assert attributes(well) == {
        "http.request.method": "GET",
        "server.address": "igate.example",
        "server.port": 80,
        "watch766.source": "igate",
        "http.response.status_code": 200,
    }
    assert (attributes(badly)["error.type"], badly.status.message) == ("SourceUnavailable", "")
    for secret in (CODE, "geheim", "padman"):
        assert secret.encode() not in b"".join(collector.raw), secret


async def test_a_statement_that_fails_is_told_as_failed_and_nothing_of_it(collector: Collector, database_url: str) -> None:
    with told_to_collector("watch766-api", collector.environ):
        database = Database(create_engine(database_url, application="tests"))
        with pytest.raises(Exception, match="geheim"):
            async with database.begin() as connection:
                await connection.exec_driver_sql("SELECT geheim FROM dossiers")
        await database.aclose()
    (failed,) = collector.named("SELECT dossiers")
    assert failed.status.code == failed.status.STATUS_CODE_ERROR
    assert b"geheim" not in b"".join(collector.raw)


async def test_a_collector_that_is_away_holds_nothing_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(ENDPOINT, "http://127.0.0.1:1")
    started = monotonic()
    with told_to_collector("watch766-api", {ENDPOINT: "http://127.0.0.1:1"}):
        async with ask(
            create_app(Database(create_engine("postgresql://n@127.0.0.1:1/n", application="tests")), Config())
        ) as client:
            assert (await client.get("/healthz")).status_code == 200
    assert monotonic() - started < 25, "it would try for 30 seconds"
