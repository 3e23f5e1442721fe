"""What a trace tells, and what it never does."""

import asyncio

import pytest
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import StatusCode

from shared import tracing
from shared.calls import asked
from shared.db.statements import summary
from shared.errors import ConfigError
from shared.tracing import told_to_collector, traced_by


@pytest.fixture
def told():
    """Every span that ends inside a test."""
    exporter, provider = InMemorySpanExporter(), TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    with traced_by(provider):
        yield exporter


def only(exporter: InMemorySpanExporter) -> ReadableSpan:
    (found,) = exporter.get_finished_spans()
    return found


def test_without_an_endpoint_nothing_is_traced() -> None:
    with told_to_collector("watch766-api", {"OTEL_EXPORTER_OTLP_ENDPOINT": ""}):
        assert not tracing.is_on()
        with tracing.span("step") as noted:
            noted.set_attribute("a", 1)
            noted.update_name("b")


def test_another_protocol_is_refused_by_name() -> None:
    environ = {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:1", "OTEL_EXPORTER_OTLP_PROTOCOL": "grpc"}
    with (
        pytest.raises(ConfigError, match=r"^OTEL_EXPORTER_OTLP_PROTOCOL: only http/protobuf is spoken"),
        told_to_collector("w", environ),
    ):
        pass


def test_of_a_call_host_and_port_are_told_and_neither_path_nor_query_nor_user(told: InMemorySpanExporter) -> None:
    with asked("POST", "https://me:geheim@beats.example:8443/secret-token?code=H20.14-1#x"):
        pass
    span = only(told)
    assert (span.name, dict(span.attributes or {})) == (
        "POST",
        {"http.request.method": "POST", "server.address": "beats.example", "server.port": 8443},
    )


def test_of_an_error_only_its_kind_is_told(told: InMemorySpanExporter) -> None:
    with pytest.raises(ValueError, match="Nguyễn"), tracing.span("step"):
        raise ValueError("Nguyễn Văn A")
    span = only(told)
    assert (span.status.is_ok, dict(span.attributes or {}), span.events) == (False, {"error.type": "ValueError"}, ())
    assert "Nguyễn" not in span.to_json()


def test_a_step_that_was_cancelled_did_not_fail(told: InMemorySpanExporter) -> None:
    with pytest.raises(asyncio.CancelledError), tracing.span("step"):
        raise asyncio.CancelledError
    assert only(told).status.status_code is StatusCode.UNSET


def test_what_begins_inside_belongs_to_it(told: InMemorySpanExporter) -> None:
    with tracing.span("outer"), tracing.span("inner"):
        pass
    inner, outer = told.get_finished_spans()
    assert inner.parent
    assert inner.parent.span_id == outer.context.span_id


@pytest.mark.parametrize(
    ("statement", "told"),
    [
        ("SELECT a, b FROM dossiers WHERE code = 'H20.14-1'", "SELECT dossiers"),
        ("\n  select 1", "SELECT"),
        ("INSERT INTO alerts (a) VALUES ('geheim')", "INSERT alerts"),
        ("UPDATE alerts SET state = 'x'", "UPDATE alerts"),
        ("DELETE FROM outbox", "DELETE outbox"),
        ("WITH gone AS (SELECT id FROM unnest(a)) DELETE FROM deliveries", "WITH deliveries"),
        ("SELECT 'from Nguyen' FROM dossiers", "SELECT dossiers"),
        ("geheim FROM dossiers", "SQL"),
        ("", "SQL"),
        ("SELECT " + "x, " * 5000 + "y FROM dossiers", "SELECT"),
    ],
)
def test_of_a_statement_only_verb_and_table_are_told(statement: str, told: str) -> None:
    assert summary(statement) == told
