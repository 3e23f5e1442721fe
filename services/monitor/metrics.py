"""What a monitor counts of its own work, on a port of its own; the state of the data is told by the API."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest, start_http_server
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from shared.db.engine import Database
from shared.db.stores.sources import Counts
from shared.domain.delivery import DeliveryState
from shared.errors import ConfigError

_BUCKETS = (0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300)


class MonitorMetrics:
    """One monitor's counts in a registry of its own."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._steps = Histogram(
            "watch766_monitor_step_seconds",
            "Time of a scheduled step: a poll, a review, an audit",
            ["step", "outcome"],
            registry=self._registry,
            buckets=_BUCKETS,
        )
        self._records = Counter(
            "watch766_monitor_records",
            "Records read: all that were received, of these added, changed, refused or of a skewed clock",
            ["source", "what"],
            registry=self._registry,
        )
        self._reviews = Counter("watch766_monitor_reviews", "Dossiers reviewed", registry=self._registry)
        self._polls = Counter("watch766_monitor_polls", "Polls of dossiers", ["source", "outcome"], registry=self._registry)
        self._cycles = Histogram(
            "watch766_monitor_cycle_seconds",
            "From the start of a poll until all that follows from it is settled",
            ["source"],
            registry=self._registry,
            buckets=_BUCKETS,
        )
        self._settled: dict[str, datetime] = {}
        self._deliveries = Counter("watch766_monitor_deliveries", "Sendings to webhooks", ["outcome"], registry=self._registry)
        self._heartbeats = Counter("watch766_monitor_heartbeats", "Heartbeats sent", ["outcome"], registry=self._registry)

    def stepped(self, step: str, outcome: str, took: timedelta) -> None:
        """Note a scheduled step; `outcome`: done, cancelled, database_unavailable or failed."""
        self._steps.labels(step, outcome).observe(took.total_seconds())

    def read(self, source: str, counts: Counts) -> None:
        """Note what a poll brought."""
        for what in ("received", "added", "changed", "refused", "skewed"):
            self._records.labels(source, what).inc(getattr(counts, what))

    def polled(self, source: str, outcome: str) -> None:
        """Note a poll; `outcome`: read, held_elsewhere or failed."""
        self._polls.labels(source, outcome).inc()

    def settled(self, read_to: Mapping[str, datetime], now: datetime) -> None:
        """Note that all that follows from the polls that started then is done; each of them counts once."""
        for source, moment in read_to.items():
            if self._settled.get(source) != moment:
                self._cycles.labels(source).observe((now - moment).total_seconds())
        self._settled = dict(read_to)

    def delivered(self, outcome: DeliveryState) -> None:
        """Note a sending that was recorded; `outcome`: where its delivery stands now; `waiting`: it is tried again."""
        self._deliveries.labels(outcome.value).inc()

    def reviewed(self, dossiers: int) -> None:
        """Note how many dossiers were reviewed."""
        self._reviews.inc(dossiers)

    def beat(self, outcome: str) -> None:
        """Note a heartbeat: sent, held_back or failed."""
        self._heartbeats.labels(outcome).inc()

    def watch_pool(self, database: Database) -> None:
        """Tell of the database's connections whenever asked."""
        self._registry.register(_Pool(database))

    def text(self) -> bytes:
        """Return everything in the format Prometheus reads."""
        return generate_latest(self._registry)

    @contextmanager
    def served(self, host: str, port: int | None) -> Iterator[None]:
        """Serve `/metrics` inside the block; without a port, nothing. Raises `ConfigError` when the port cannot be had."""
        if port is None:
            yield
            return
        try:
            server, thread = start_http_server(port, host, self._registry)
        except OSError as error:
            raise ConfigError(f"WATCH766_MONITOR_METRICS_PORT: cannot listen on {host}:{port}: {error.strerror}") from None
        try:
            yield
        finally:
            server.shutdown()
            server.server_close()
            thread.join()


class _Pool(Collector):
    """The connections of a pool, in use and idle."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Yield the gauge as it is now."""
        in_use, idle = self._database.connections
        gauge = GaugeMetricFamily("watch766_monitor_connections", "Connections to the database", labels=["state"])
        gauge.add_metric(["in_use"], in_use)
        gauge.add_metric(["idle"], idle)
        yield gauge
