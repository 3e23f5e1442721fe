"""What came of sendings, written in one transaction with what it means for their receivers."""

from collections.abc import Callable, Sequence
from datetime import datetime

import msgspec
import structlog

from services.monitor.webhooks.sending import Sent
from shared.db.engine import Connection, Database, clock
from shared.db.stores import attempts as store
from shared.db.stores import endpoints
from shared.db.stores.attempts import Attempt
from shared.db.stores.deliveries import Claimed
from shared.db.stores.endpoints import Endpoint
from shared.domain.delivery import DeliveryState, Retrying, Switch, after, decide

log = structlog.get_logger()


class Tried(msgspec.Struct, frozen=True):
    """A delivery that was claimed, and what came of sending it."""

    claimed: Claimed
    sent: Sent


class Recording:
    """Decides what becomes of each delivery and of its receiver, and writes both. `tell` hears of what was written."""

    def __init__(self, database: Database, province: str, retrying: Retrying, jitter: Callable[[], float]) -> None:
        self._database = database
        self._province = province
        self._retrying = retrying
        self._jitter = jitter
        self.tell: Callable[[DeliveryState], None] | None = None

    async def write(self, tried: Sequence[Tried]) -> None:
        """Write the outcomes, in the order in which they came; those that another monitor took over meanwhile are left to it."""
        async with self._database.begin() as connection:
            held = await endpoints.hold(connection, self._province, {one.claimed.webhook_id for one in tried})
            now = await clock(connection)
            attempts = [self._attempt(one, now) for one in tried]
            recorded = await store.record(connection, self._province, attempts, now=now)
            ours = [attempt for attempt in attempts if attempt.claimed.id in recorded]
            for endpoint in held:
                await self._fare(connection, endpoint, [one for one in ours if one.claimed.webhook_id == endpoint.id], now)
        for attempt in ours:
            _log(attempt)
            if self.tell:
                self.tell(attempt.decision.state)

    def _attempt(self, one: Tried, now: datetime) -> Attempt:
        decision = decide(
            one.sent.answer,
            one.claimed.tried + 1,
            self._retrying,
            now=now,
            jitter=self._jitter(),
            expires_at=one.claimed.expires_at,
        )
        return Attempt(one.claimed, one.sent.answer, one.sent.milliseconds, one.sent.beginning, decision)

    async def _fare(self, connection: Connection, endpoint: Endpoint, attempts: Sequence[Attempt], now: datetime) -> None:
        """Write how a receiver fares after these attempts; one that is off already is only noted to have accepted something."""
        health = endpoint.health
        for attempt in attempts:
            failing_since = health.failing_since
            health, switch = after(health, attempt.answer, self._retrying.disable_after, now=now)
            if switch in (Switch.GONE, Switch.FAILING) and endpoint.on:
                await endpoints.switch_off(
                    connection, self._province, endpoint, switch, failing_since=health.failing_since, now=now
                )
                log.warning("webhook_disabled", webhook=endpoint.id, reason=switch.value)
                break
            if switch is Switch.RECOVERED:
                await endpoints.tell_recovered(connection, self._province, endpoint, failing_since=failing_since, now=now)
                log.info("webhook_recovered", webhook=endpoint.id)
        if health != endpoint.health:
            await endpoints.keep_health(connection, self._province, endpoint.id, health)


def _log(attempt: Attempt) -> None:
    """Log an attempt: ids and the outcome, never an address, a body or an answer."""
    said = {
        "delivery": attempt.claimed.id,
        "webhook": attempt.claimed.webhook_id,
        "attempt": attempt.claimed.tried + 1,
        "status": attempt.answer.status,
        "milliseconds": attempt.milliseconds,
    }
    if attempt.decision.state is DeliveryState.DELIVERED:
        log.debug("delivery_accepted", **said)
    else:
        log.info("delivery_not_accepted", **said, error=attempt.answer.error, reason=attempt.decision.reason.value)
