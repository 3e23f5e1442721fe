"""Traces: what a request or a step spent its time on, told to an OpenTelemetry collector where the environment names one.

A span holds names of ours, methods, templates of routes, hosts and statuses. It never holds a path or an address as it was asked
for, a query, a value of a statement, or the text of an error: any of them may be a dossier's or a secret.
"""

from asyncio import CancelledError
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from enum import Enum
from threading import Thread
from typing import TYPE_CHECKING, Any, Protocol

from shared.errors import ConfigError

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider

ENDPOINTS = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")
_PROTOCOLS = ("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL")
_SPOKEN = "http/protobuf"
_LAST_WORDS = 2.0
"""Seconds in which what is left is sent when the process ends; a collector that is away holds no stop up."""

_tracer: ContextVar[Any] = ContextVar("tracer", default=None)


class Kind(Enum):
    """Whether something is answered, asked of others, or neither."""

    INTERNAL = "INTERNAL"
    SERVER = "SERVER"
    CLIENT = "CLIENT"


class Span(Protocol):
    """What is noted while it goes on."""

    def set_attribute(self, key: str, value: str | int | float) -> None: ...

    def update_name(self, name: str) -> None: ...


class _Nothing:
    """Where nobody listens, nothing is noted."""

    def set_attribute(self, key: str, value: str | float) -> None:
        """Forget it."""

    def update_name(self, name: str) -> None:
        """Forget it."""


_NOTHING = _Nothing()


@contextmanager
def told_to_collector(service: str, environ: Mapping[str, str]) -> Iterator[None]:
    """Trace what happens inside the block, if the environment names a collector; raises `ConfigError` for another protocol."""
    if not any(environ.get(name) for name in ENDPOINTS):
        yield
        return
    provider = _provider(service, environ)
    try:
        with traced_by(provider):
            yield
    finally:
        ending = Thread(target=provider.shutdown, daemon=True)
        ending.start()
        ending.join(_LAST_WORDS)


@contextmanager
def traced_by(provider: "TracerProvider") -> Iterator[None]:
    """Give spans to a provider, inside the block and in whatever is started there."""
    token = _tracer.set(provider.get_tracer("watch766"))
    try:
        yield
    finally:
        _tracer.reset(token)


def is_on() -> bool:
    """Return whether anything is traced here."""
    return _tracer.get() is not None


@contextmanager
def span(name: str, kind: Kind = Kind.INTERNAL, **attributes: str | int) -> Iterator[Span]:
    """Trace the block. `__` in the names of attributes stands for a dot. Of an error its kind is told, nothing else."""
    tracer = _tracer.get()
    if tracer is None:
        yield _NOTHING
        return
    from opentelemetry.trace import use_span

    current = _started(tracer, name, kind, attributes)
    with use_span(current, end_on_exit=True, record_exception=False, set_status_on_exception=False):
        try:
            yield current
        except BaseException as error:
            failed(current, error)
            raise


def leaf(name: str, kind: Kind, **attributes: str | int) -> Any:
    """Start a span in which no other begins, and which whoever starts it has to end; None where nothing is traced."""
    tracer = _tracer.get()
    return None if tracer is None else _started(tracer, name, kind, attributes)


def failed(current: Any, error: BaseException) -> None:
    """Note in a span what kind of error it ended with; a cancellation is none."""
    from opentelemetry.trace import Status, StatusCode

    if not isinstance(error, CancelledError):
        current.set_status(Status(StatusCode.ERROR))
    current.set_attribute("error.type", type(error).__name__)


def _started(tracer: Any, name: str, kind: Kind, attributes: Mapping[str, str | int]) -> Any:
    from opentelemetry.trace import SpanKind

    told = {key.replace("__", "."): value for key, value in attributes.items()}
    return tracer.start_span(name, kind=SpanKind[kind.value], attributes=told)


def _provider(service: str, environ: Mapping[str, str]) -> "TracerProvider":
    for name in _PROTOCOLS:
        if environ.get(name, _SPOKEN) != _SPOKEN:
            raise ConfigError(f"{name}: only {_SPOKEN} is spoken")
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    named = {} if environ.get("OTEL_SERVICE_NAME") else {"service.name": service}
    provider = TracerProvider(resource=Resource.create(named), shutdown_on_exit=False)
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    return provider
