"""The daemon: each source on its own schedule, reviews in between, a stop that loses nothing."""

import asyncio
import signal
from collections.abc import Awaitable, Callable
from contextlib import nullcontext
from datetime import UTC, datetime, timedelta
from functools import partial
from time import perf_counter
from typing import Any
from uuid import uuid4

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.base import BaseTrigger
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger
from structlog.contextvars import bound_contextvars

from services.monitor.monitor import Monitor
from shared.db.engine import Database, translated
from shared.domain.working_time import LOCAL
from shared.errors import DatabaseUnavailable
from shared.tracing import span

log = structlog.get_logger()

_REVIEW_EVERY = timedelta(seconds=1)
_SOON = timedelta(seconds=5)
"""How often that is done, also beside a long review, for which nobody waits by the second."""

_SWEEP_ASKED_EVERY = timedelta(minutes=10)
_EVALUATE_ASKED_EVERY = timedelta(minutes=10)
_HOURLY_ASKED_EVERY = timedelta(seconds=10)
_VALUED_EVERY = timedelta(minutes=1)
_LOOKED_AFTER_EVERY = timedelta(seconds=30)
NIGHTLY = CronTrigger(hour=2, timezone=LOCAL)
LETTING_GO = CronTrigger(hour=3, timezone=LOCAL)
"""When little else is to be done."""

_CANCEL = timedelta(seconds=3)
_DRAIN = timedelta(seconds=12)
"""How long a stop waits for running steps; what is cancelled then is repeated by the next run."""


def told_to_stop() -> asyncio.Event:
    """Return an event that SIGTERM and SIGINT set from now on, also while the monitor is still being built."""
    stop = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    return stop


class Daemon:
    """Runs a monitor until it is told to stop."""

    def __init__(
        self,
        monitor: Monitor,
        database: Database,
        stop: asyncio.Event,
        *,
        drain: timedelta = _DRAIN,
        soon: timedelta = _SOON,
    ) -> None:
        self._monitor = monitor
        self._database = database
        self._draining = drain
        self._soon = soon
        self._scheduler = AsyncIOScheduler(timezone=UTC)
        self._running: set[asyncio.Task[Any]] = set()
        self._stop = stop

    async def run(self) -> None:
        """Run until told to stop; running steps may finish then."""
        for item in self._monitor.watched:
            self._every(item.every, f"poll {item.source.name}", partial(self._monitor.poll, item))
            if item.petitions_every:
                self._every(
                    item.petitions_every, f"poll petitions {item.source.name}", partial(self._monitor.poll_petitions, item)
                )
            self._every(_REVIEW_EVERY, f"look up {item.source.name}", partial(self._monitor.look_up, item))
            self._every(_SWEEP_ASKED_EVERY, f"sweep {item.source.name}", partial(self._monitor.sweep, item))
        if self._monitor.steps.evaluation:
            self._every(min(self._monitor.steps.evaluation.every, _EVALUATE_ASKED_EVERY), "evaluate", self._monitor.evaluate)
        self._every(_REVIEW_EVERY, "review", self._monitor.review)
        self._every(self._soon, "follow up", self._monitor.follow_up)
        self._every(self._soon, "tell", self._monitor.tell)
        if self._monitor.steps.heartbeat.is_wanted:
            self._every(self._monitor.steps.heartbeat.every, "beat", self._monitor.beat)
        for name, keeping in self._monitor.hourly.items():
            self._every(_HOURLY_ASKED_EVERY, name, keeping.run)
        self._every(_VALUED_EVERY, "value alerts", self._monitor.value_alerts)
        self._every(_LOOKED_AFTER_EVERY, "look after alerts", self._monitor.look_after_alerts)
        self._every(_LOOKED_AFTER_EVERY, "write digests", self._monitor.write_digests)
        self._add(NIGHTLY, "audit", self._monitor.audit)
        self._add(LETTING_GO, "let go", self._monitor.let_go)
        if self._monitor.steps.dispatcher:
            self._keep(asyncio.create_task(self._guarded("deliver", self._monitor.steps.dispatcher.run, traced=False)))
        self._scheduler.start()
        log.info("monitor_started", sources=[item.source.name for item in self._monitor.watched])
        await self._stop.wait()
        await self._drain()

    def _every(self, interval: timedelta, name: str, step: Callable[[], Awaitable[object]]) -> None:
        """Run a step now and then every so often."""
        self._add(IntervalTrigger(seconds=interval.total_seconds()), name, step, next_run_time=datetime.now(UTC))

    def _add(self, trigger: BaseTrigger, name: str, step: Callable[[], Awaitable[object]], **first: datetime) -> None:
        """Run a step at its times: never twice at once, missed runs as one."""
        self._scheduler.add_job(
            self._guarded,
            trigger,
            args=(name, step),
            id=name,
            **first,
            max_instances=1,
            coalesce=True,
            misfire_grace_time=None,
        )

    async def _guarded(self, name: str, step: Callable[[], Awaitable[object]], *, traced: bool = True) -> None:
        """Run one step; whatever it raises is told and never ends the daemon: the next run does it again.

        The log lines of a run carry its id, and so does its span; one that goes on until the end has none.
        """
        task = asyncio.current_task()
        if task is not None:
            self._keep(task)
        start = perf_counter()
        run = uuid4().hex[:12]
        with bound_contextvars(run=run), span(name, watch766__run=run) if traced else nullcontext() as noted:
            outcome = await self._outcome(name, step)
            if noted:
                noted.set_attribute("watch766.outcome", outcome)
        self._monitor.metrics.stepped(name, outcome, timedelta(seconds=perf_counter() - start))

    async def _outcome(self, name: str, step: Callable[[], Awaitable[object]]) -> str:
        try:
            with translated():
                await step()
        except asyncio.CancelledError:
            log.warning("step_cancelled", step=name)  # ends here: the scheduler would tell it as an error
            return "cancelled"
        except DatabaseUnavailable as error:
            log.warning("database_unavailable", step=name, reason=str(error))
            await self._database.revive()
            return "database_unavailable"
        except Exception as error:
            log.exception("step_failed", step=name, error=type(error).__name__)
            return "failed"
        return "done"

    def _keep(self, task: asyncio.Task[Any]) -> None:
        """Count a task among what a stop waits for."""
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def _drain(self) -> None:
        """Start nothing new, let running steps finish, cancel what takes too long."""
        self._scheduler.pause()
        if self._monitor.steps.dispatcher:
            self._monitor.steps.dispatcher.stop()
        log.info("monitor_stopping", running=len(self._running))
        if self._running:
            await asyncio.wait(self._running, timeout=self._draining.total_seconds())
        for task in self._running:
            task.cancel()
        if self._running:
            await asyncio.wait(self._running, timeout=_CANCEL.total_seconds())
        self._scheduler.shutdown(wait=False)
        log.info("monitor_stopped")
