"""What operations watches: requests as they are answered, the state of the data when it is asked for."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import msgspec
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from shared.db.views.freshness import SourceFreshness
from shared.db.views.gauges import Backlog
from shared.db.views.queues import Queues

_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)


def known_method(method: str) -> str:
    """Return a method by its name, OTHER for one nobody knows: what somebody invents is no name of ours."""
    return method if method in _METHODS else "OTHER"


class State(msgspec.Struct, frozen=True, kw_only=True):
    """The data as one snapshot saw them. `alerts`: rule, severity and how many; `refused`: items of each source."""

    now: datetime
    backlog: Backlog
    queues: Queues
    alerts: Sequence[tuple[str, str, int]]
    sources: Sequence[SourceFreshness]
    refused: Mapping[str, int]
    deliveries: int


class Metrics:
    """One application's counts and gauges in a registry of its own."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._requests = Counter("watch766_requests", "Requests answered", ["method", "route", "status"], registry=self._registry)
        self._seconds = Histogram(
            "watch766_request_seconds", "Time to the answer", ["method", "route"], registry=self._registry, buckets=_BUCKETS
        )
        self._remembered = Counter(
            "watch766_answers_from_memory", "Answers that were kept and given again", ["route"], registry=self._registry
        )
        self._up = self._gauge("watch766_database_up", "1 when the database answered this scrape")
        self._alerts = self._gauge("watch766_alerts_unresolved", "Alerts open or acknowledged", "rule", "severity")
        self._due = self._gauge("watch766_dossiers_due", "Dossiers due for review")
        self._parked = self._gauge("watch766_dossiers_parked", "Dossiers whose review failed")
        self._outdated = self._gauge("watch766_dossiers_outdated", "Dossiers judged by other rules than the present ones")
        self._owed = self._gauge("watch766_look_ups_owed", "Single questions owed to sources")
        self._differences = self._gauge("watch766_audit_differences", "What the last audit found different from what is stored")
        self._age = self._gauge("watch766_source_read_to_age_seconds", "Since the start of the last complete poll", "source")
        self._settled = self._gauge(
            "watch766_source_settled_to_age_seconds", "Since the moment up to which every alert is settled", "source"
        )
        self._refused = self._gauge("watch766_source_refused", "Items refused and not mended", "source")
        self._queues = self._gauge("watch766_queue_age_seconds", "Since what waits first was due; 0 where nothing is", "queue")
        self._waiting = self._gauge("watch766_deliveries_waiting", "Deliveries that wait for a receiver")
        self._connections = self._gauge("watch766_connections", "Connections of this process to the database", "state")

    def answered(self, method: str, route: str, status: int, took: timedelta) -> None:
        """Count one request under its route's template; a method nobody knows counts as OTHER."""
        known = known_method(method)
        self._requests.labels(known, route, str(status)).inc()
        self._seconds.labels(known, route).observe(took.total_seconds())

    def remembered(self, route: str) -> None:
        """Count one answer from memory under its route's template."""
        self._remembered.labels(route).inc()

    def connected(self, in_use: int, idle: int) -> None:
        """Take over how many connections of the pool are in use and how many are idle."""
        self._connections.labels("in_use").set(in_use)
        self._connections.labels("idle").set(idle)

    def database_down(self) -> None:
        """Tell that the state of the data is not known: its gauges are left out, not kept."""
        self._forget()
        self._up.set(0)

    def database_up(self, state: State) -> None:
        """Take over the state of the data as one snapshot saw it. A source never read completely has no age."""
        self._forget()
        self._up.set(1)
        self._due.set(state.backlog.due)
        self._parked.set(state.backlog.parked)
        self._outdated.set(state.backlog.outdated)
        self._owed.set(state.backlog.owed)
        self._differences.set(state.backlog.differences)
        self._waiting.set(state.deliveries)
        for rule, severity, number in state.alerts:
            self._alerts.labels(rule, severity).set(number)
        for queue, age in msgspec.structs.asdict(state.queues).items():
            self._queues.labels(queue).set(age.total_seconds())
        for source in state.sources:
            self._refused.labels(source.name).set(state.refused.get(source.name, 0))
            self._tell_age(self._age, source.name, source.read_to, state.now)
            self._tell_age(self._settled, source.name, source.settled_to, state.now)

    def _tell_age(self, gauge: Gauge, source: str, since: datetime | None, now: datetime) -> None:
        if since:
            gauge.labels(source).set((now - since).total_seconds())

    def text(self) -> bytes:
        """Return everything in the format Prometheus reads."""
        return generate_latest(self._registry)

    def _forget(self) -> None:
        for labelled in (self._alerts, self._age, self._settled, self._refused, self._queues):
            labelled.clear()
        for single in (self._due, self._parked, self._outdated, self._owed, self._differences, self._waiting):
            single.set(float("nan"))

    def _gauge(self, name: str, told: str, *labels: str) -> Gauge:
        return Gauge(name, told, labels, registry=self._registry)
