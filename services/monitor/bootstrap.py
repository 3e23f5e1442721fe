"""Building the monitor: everything in one place, closed in reverse."""

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import date, timedelta

from services.monitor.monitor import Monitor, Steps, Watched
from services.monitor.sources.dvcqg.evaluation.client import EvaluationSource
from services.monitor.sources.factory import build
from services.monitor.sources.source import DossierSource
from services.monitor.steps.audit import Auditor
from services.monitor.steps.digests import Digests
from services.monitor.steps.evaluate import Evaluate
from services.monitor.steps.heartbeat import Heartbeat
from services.monitor.steps.nightly import NightlyAudit
from services.monitor.steps.policies import note_policies
from services.monitor.steps.retention import Retention
from services.monitor.steps.review import Reviewer
from services.monitor.steps.review_scores import ScoreReviewer
from services.monitor.steps.score_days import ScoreDays
from services.monitor.steps.settle import Settling
from services.monitor.steps.unacknowledged import Unacknowledged
from services.monitor.steps.worth import Valuing
from services.monitor.webhooks.dispatcher import Dispatcher
from services.monitor.webhooks.fan_out import FanOut
from services.monitor.webhooks.sending import Sender
from shared.config import EVALUATION, Config, HomeConfig, PortalConfig
from shared.db import schema
from shared.db.engine import Database, clock
from shared.db.lease import Leases
from shared.db.stores import rule_sets, sources
from shared.db.stores.sources import Registration
from shared.db.tables import PETITIONS
from shared.domain.dossiers import fingerprint
from shared.domain.incidents import Mass
from shared.domain.review import REVIEW_VERSION
from shared.domain.rules import RULES
from shared.errors import ConfigError
from shared.policy import policy_marks, working_days, working_time
from shared.policy.score_watch import score_plan
from shared.policy.scoring import scoring_policies
from shared.province_rules import rules_of
from shared.sealing import Sealer


@asynccontextmanager
async def monitor(config: Config, database: Database, sealer: Sealer | None = None) -> AsyncIterator[Monitor]:
    """Open the monitor of a province: sources registered, rules at work. Without a `sealer` nothing is sent to webhooks."""
    rules = rules_of(config)
    async with AsyncExitStack() as stack:
        leases = Leases(database, config.province)
        stack.push_async_callback(leases.aclose)
        watched = []
        for source_config in config.sources:
            source = build(source_config, province=config.province)
            stack.push_async_callback(source.aclose)
            watched.append(_watched(source, source_config))
        await _register(database, config, {item.source.name: item.source.mark for item in watched})
        mark = fingerprint_of(config)
        reviewer = Reviewer(database, rules, working_time(config.calendar), mark, mass=mass_of(config))
        await reviewer.start()
        await note_policies(database, config.province, {"rules": mark, **policy_marks()})
        heartbeat = Heartbeat(database, config.province, config.heartbeat)
        stack.push_async_callback(heartbeat.aclose)
        dispatcher = dispatcher_of(config, database, sealer) if sealer else None
        if dispatcher:
            stack.push_async_callback(dispatcher.aclose)
        steps = Steps(
            reviewer=reviewer,
            settling=Settling(database, config.province),
            nightly=NightlyAudit(database, config.province, auditor(config, database)),
            score_days=ScoreDays(database, config.province, config.agencies.offices),
            score_reviewer=ScoreReviewer(database, reviewer, score_plan(config.agencies.offices)),
            valuing=Valuing(database, config.province, config.agencies.offices, scoring_policies()),
            retention=Retention(database, config.province, config.keep),
            heartbeat=heartbeat,
            unacknowledged=Unacknowledged(database, config.province, config.alerts.escalating, working_time(config.calendar)),
            digests=Digests(database, reviewer, score_plan(config.agencies.offices), config.digests.at),
            evaluation=await _evaluation(config, database, stack),
            fan_out=fan_out_of(config, database, dispatcher),
            dispatcher=dispatcher,
        )
        yield Monitor(database, config.poll, watched, leases, steps)


def mass_of(config: Config) -> Mass:
    """Return from how many dossiers on they are one incident."""
    return Mass(least=config.quiet.incident.least, within=config.quiet.incident.within)


def fan_out_of(config: Config, database: Database, dispatcher: Dispatcher | None) -> FanOut:
    """Return what puts events on their way to a province's webhooks; whoever sends them is woken."""
    wake = dispatcher.wake if dispatcher else None
    calendar, digest_only = working_time(config.calendar), config.quiet.digest_only
    return FanOut(database, config.province, calendar, config.webhooks.address, digest_only=digest_only, wake=wake)


def dispatcher_of(config: Config, database: Database, sealer: Sealer) -> Dispatcher:
    """Return what sends to the receivers of a province's webhooks."""
    webhooks = config.webhooks
    sender = Sender(webhooks.allowed, webhooks.timeout, webhooks.concurrency)
    return Dispatcher(database, config.province, sender, sealer, webhooks)


def auditor(config: Config, database: Database) -> Auditor:
    """Return the auditor of a province, by the rules its monitor works with."""
    return Auditor(database, rules_of(config), working_time(config.calendar))


def fingerprint_of(config: Config) -> str:
    """Return what tells the rules of a configuration, and the version of the review, from others."""
    return fingerprint(REVIEW_VERSION, rules_of(config), working_days(config.calendar), config.calendar.hours)


async def check_rules(config: Config, database: Database) -> None:
    """Raise `ConfigError` unless the province is judged by the rules of this configuration: by others all would differ."""
    async with database.begin() as connection:
        at_work = await rule_sets.fingerprint(connection, config.province)
    if at_work not in (None, fingerprint_of(config)):
        raise ConfigError("the province is judged by other rules than this configuration's: set WATCH766_CONFIG to the monitor's")


def check(config: Config) -> None:
    """Raise `ConfigError` for a configuration with nothing to watch, or with a rule nobody knows."""
    if unknown := sorted(config.quiet.digest_only.difference(RULES)):
        raise ConfigError(f"quiet.digest_only: there is no rule {unknown[0]}")
    if config.portal is None:
        raise ConfigError("portal: is missing, the monitor needs the portal (set WATCH766_CONFIG to the configuration file)")
    if not config.home:
        raise ConfigError("home: is missing, the monitor needs at least one home system")


def _watched(source: DossierSource, config: PortalConfig | HomeConfig) -> Watched:
    """Only the portal has a catalogue and petitions."""
    if isinstance(config, PortalConfig):
        return Watched(source, config.every, config.catalogue_every, config.petitions_every)
    return Watched(source, config.every, None)


async def _evaluation(config: Config, database: Database, stack: AsyncExitStack) -> Evaluate | None:
    """Return what reads the portal's own scores, None where they are not to be read."""
    if config.evaluation_url is None:
        return None
    source = EvaluationSource(config.evaluation, config.evaluation_url, config.province)
    stack.push_async_callback(source.aclose)
    return Evaluate(database, source, config.evaluation.every)


async def _register(database: Database, config: Config, marks: Mapping[str, str]) -> None:
    async with database.begin() as connection:
        now = await clock(connection)
        await schema.ensure_partitions(connection, now)
        configured = [
            Registration(
                name=source.name,
                kind=source.kind,
                role="portal" if isinstance(source, PortalConfig) else "home",
                position=position,
                interval=source.every,
                mark=marks[source.name],
                start=config.poll.start,
            )
            for position, source in enumerate(config.sources)
        ]
        if config.portal:
            configured.append(_petitions(config.portal, marks[config.portal.name], len(configured), config.poll.start))
        if config.evaluation_url is not None:
            configured.append(evaluation_registration(config.evaluation.every, position=len(configured)))
        await sources.register(connection, config.province, configured, now=now)


def evaluation_registration(every: timedelta, *, position: int) -> Registration:
    """Return how the portal's own scores are registered: a source nothing waits for, the last one."""
    return Registration(name=EVALUATION, kind="dvcqg", role=EVALUATION, position=position, interval=every)


def _petitions(portal: PortalConfig, mark: str, position: int, start: date) -> Registration:
    return Registration(
        name=portal.petitions_name,
        kind=portal.kind,
        role=PETITIONS,
        position=position,
        interval=portal.petitions_every,
        mark=mark,
        start=start,
    )
