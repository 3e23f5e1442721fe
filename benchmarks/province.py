"""A province of the benchmarks: one portal, one home system, the rules as they are by default."""

from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

from pydantic import HttpUrl, SecretStr

from benchmarks import items
from benchmarks.fake_source import FakeSource
from services.monitor.monitor import Monitor, Steps, Watched
from services.monitor.sources.dvcqg.client import DvcqgSource
from services.monitor.sources.igate.client import IgateSource
from services.monitor.steps.audit import Auditor
from services.monitor.steps.digests import Digests
from services.monitor.steps.heartbeat import Heartbeat
from services.monitor.steps.nightly import NightlyAudit
from services.monitor.steps.retention import Retention
from services.monitor.steps.review import Reviewer
from services.monitor.steps.review_scores import ScoreReviewer
from services.monitor.steps.score_days import ScoreDays
from services.monitor.steps.settle import Settling
from services.monitor.steps.unacknowledged import Unacknowledged
from services.monitor.steps.worth import Valuing
from services.monitor.webhooks.dispatcher import Dispatcher
from services.monitor.webhooks.fan_out import FanOut
from shared.config import AlertsConfig, Config, DigestsConfig, HeartbeatConfig, IgateConfig, KeepConfig, PollConfig, PortalConfig
from shared.db import schema
from shared.db.engine import Database, clock
from shared.db.lease import Leases
from shared.db.stores import sources
from shared.db.stores.sources import Lease, Registration
from shared.domain.units import Offices
from shared.policy import working_time
from shared.policy.score_watch import score_plan
from shared.policy.scoring import scoring_policies
from shared.province_rules import rules_of

PROVINCE = items.PROVINCE
"""Which one, where it is only one."""

_NOWHERE = HttpUrl("http://127.0.0.1:9")
HOME = IgateConfig(name="igate", main=True, base_url=_NOWHERE, client_id="bench", client_secret=SecretStr("-"))


def portal_of(province: str) -> PortalConfig:
    """Return how a province's part of the portal is configured."""
    return PortalConfig(base_url=_NOWHERE, username="bench", password=SecretStr("-"), unit_code=province)


def config_of(province: str) -> Config:
    """Return a province's configuration."""
    return Config(province=province, portal=portal_of(province), home=(HOME,))


PORTAL, CONFIG = portal_of(PROVINCE), config_of(PROVINCE)
POLL = PollConfig(start=(items.NOW - timedelta(days=365)).date())
RULES = rules_of(CONFIG)
CALENDAR = working_time(CONFIG.calendar)


def portal_adapter(province: str = PROVINCE) -> DvcqgSource:
    """Return the portal's adapter; nothing here calls its address."""
    return DvcqgSource(portal_of(province), province)


def home_adapter(province: str = PROVINCE) -> IgateSource:
    """Return the home system's adapter, likewise."""
    return IgateSource(HOME, province)


async def register(database: Database, province: str = PROVINCE, *, every: timedelta = timedelta(seconds=60)) -> None:
    """Write both sources as the monitor does when it starts."""
    configured = [
        Registration(name=PORTAL.name, kind=PORTAL.kind, role="portal", position=0, interval=every),
        Registration(name=HOME.name, kind=HOME.kind, role="home", position=1, interval=every),
    ]
    async with database.begin() as connection:
        now = await clock(connection)
        await schema.ensure_partitions(connection, now)
        await sources.register(connection, province, configured, now=now)


async def take(database: Database, names: Sequence[str]) -> dict[str, Lease]:
    """Take sources without the advisory lock: nobody else is there."""
    async with database.begin() as connection:
        return {name: await sources.take(connection, PROVINCE, name) for name in names}


class Province:
    """Both sides of a province, the monitor that watches them, and its reviewer."""

    def __init__(self, code: str, portal: FakeSource, home: FakeSource, monitor: Monitor, reviewer: Reviewer) -> None:
        self.code = code
        self.portal = portal
        self.home = home
        self.monitor = monitor
        self.reviewer = reviewer

    def fill(self, numbers: Iterable[int], **on_both: Any) -> None:
        """List these dossiers on both sides, which say the same; `on_both` as in `change`."""
        for number in numbers:
            self.change(number, **on_both)

    def change(self, number: int, **said: Any) -> None:
        """List one dossier on both sides; `said` as in `items.both`."""
        on_the_portal, at_home = items.both(number, province=self.code, **said)
        self.portal.put(on_the_portal)
        self.home.put(at_home)

    async def load(self) -> None:
        """Read both sides completely for the first time, as the monitor does."""
        for watched in self.monitor.watched:
            if not await self.monitor.poll(watched):
                raise AssertionError(f"{watched.source.name} was not read")


@asynccontextmanager
async def watched_province(
    database: Database,
    code: str = PROVINCE,
    *,
    every: timedelta = timedelta(seconds=60),
    poll: PollConfig = POLL,
    dispatcher: Dispatcher | None = None,
) -> AsyncIterator[Province]:
    """Open the monitor over two fake sources on a migrated database, polled `every` so often where a daemon runs it.

    `code`: the province's, which has no dossiers yet. `dispatcher`: what sends to webhooks; None: nobody is told.
    """
    await register(database, code, every=every)
    portal, home = FakeSource(portal_adapter(code)), FakeSource(home_adapter(code))
    rules = rules_of(config_of(code))
    reviewer = Reviewer(database, rules, CALENDAR, "benchmarks")
    await reviewer.start()
    watched = [Watched(source, every, None) for source in (portal, home)]
    steps = Steps(
        reviewer=reviewer,
        settling=Settling(database, code),
        nightly=NightlyAudit(database, code, Auditor(database, rules, CALENDAR)),
        score_days=ScoreDays(database, code, Offices()),
        score_reviewer=ScoreReviewer(database, reviewer, score_plan(Offices())),
        valuing=Valuing(database, code, Offices(), scoring_policies()),
        retention=Retention(database, code, KeepConfig()),
        heartbeat=Heartbeat(database, code, HeartbeatConfig()),
        digests=Digests(database, reviewer, score_plan(Offices()), DigestsConfig().at),
        unacknowledged=Unacknowledged(database, code, AlertsConfig().escalating, CALENDAR),
        fan_out=FanOut(database, code, CALENDAR, wake=dispatcher.wake) if dispatcher else None,
        dispatcher=dispatcher,
    )
    leases = Leases(database, code)
    monitor = Monitor(database, poll, watched, leases, steps)
    try:
        yield Province(code, portal, home, monitor, reviewer)
    finally:
        await leases.aclose()
        await portal.aclose()
        await home.aclose()
