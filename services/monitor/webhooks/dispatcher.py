"""Claims what is due, sends it, records what came of it: three short transactions apart, nothing sent inside one.

A kill between them loses nothing: what was claimed is due again when its lease lapses, and is sent again under the same id.
"""

import asyncio
import random
from collections.abc import Callable
from datetime import timedelta

import structlog

from services.monitor.webhooks.places import Places
from services.monitor.webhooks.recording import Recording, Tried
from services.monitor.webhooks.sending import Sender, Sent
from services.monitor.webhooks.signing import signed_headers
from shared.config import WebhooksConfig
from shared.db.engine import Database, clock, retried, translated
from shared.db.stores import deliveries, endpoints
from shared.db.stores.deliveries import Claimed
from shared.domain.delivery import Answer, DeliveryState, is_accepted
from shared.errors import DatabaseUnavailable, SealBroken
from shared.sealing import Sealer

log = structlog.get_logger()

_LEASE_MARGIN = timedelta(seconds=10)
_STRAY_EVERY = 10.0
_LOOK_EVERY = 1.0
_REST = 1.0  # seconds after a turn that failed
_UNREADABLE_WAITS = timedelta(minutes=1)


class Dispatcher:
    """Sends what waits for the receivers of one province. Several may run, also in several monitors.

    Args:
        jitter: gives the spread of waits, from 0 to 1.
        every: seconds after which it looks for work that nobody told of.
    """

    def __init__(
        self,
        database: Database,
        province: str,
        sender: Sender,
        sealer: Sealer,
        config: WebhooksConfig,
        *,
        jitter: Callable[[], float] = random.random,
        every: float = _LOOK_EVERY,
    ) -> None:
        self._database = database
        self._province = province
        self._sender = sender
        self._sealer = sealer
        self._lease = config.timeout + _LEASE_MARGIN
        self._every = every
        self._recording = Recording(database, province, config.retrying, jitter)
        self._places = Places(config.concurrency, config.per_webhook)
        self._under_way: dict[asyncio.Task[None], Claimed] = {}
        self._tried: list[Tried] = []
        self._unreadable: list[Claimed] = []
        self._woken = asyncio.Event()
        self._stopping = False
        self._strays_at = 0.0

    def wake(self) -> None:
        """Look for what is due now, not only at the next look."""
        self._woken.set()

    def count_with(self, count: Callable[[DeliveryState], None]) -> None:
        """Tell where each delivery stands that was sent, as soon as that is written."""
        self._recording.tell = count

    def stop(self) -> None:
        """Claim nothing more; `run` ends when what is being sent has come to its end."""
        self._stopping = True
        self._woken.set()

    async def run(self) -> None:
        """Send whatever becomes due, until stopped. Cancelled, it gives back what it has not sent to the end."""
        try:
            while not self._stopping or self._has_work:
                await self._guarded_turn()
        finally:
            await self._give_back()

    async def drain(self) -> None:
        """Send all that is due now and record it; a receiver that fails several times in a row is left to the next run."""
        try:
            while (more := await self._turn(giving_up=True)) or self._has_work:
                if not more:
                    await self._wait()
        finally:
            await self._give_back()

    async def aclose(self) -> None:
        """Close the connections to the receivers."""
        await self._sender.aclose()

    @property
    def _has_work(self) -> bool:
        return bool(self._under_way or self._tried or self._unreadable)

    async def _guarded_turn(self) -> None:
        """Whatever a turn raises is told and never ends the sending: what was tried is recorded by the next one."""
        try:
            with translated():
                if not await self._turn():
                    await self._wait()
        except DatabaseUnavailable as error:
            log.warning("database_unavailable", step="deliver", reason=str(error))
            await self._database.revive()
            await asyncio.sleep(_REST)
        except Exception as error:
            log.exception("step_failed", step="deliver", error=type(error).__name__)
            await asyncio.sleep(_REST)

    async def _turn(self, *, giving_up: bool = False) -> bool:
        """Record what was tried and claim what there is room for; returns whether there may be more to claim at once."""
        self._woken.clear()
        await self._record()
        if self._stopping:
            return False
        await self._cancel_strays()
        if not self._places.free:
            return False
        async with self._database.begin() as connection:
            claimed, more = await deliveries.claim(
                connection,
                self._province,
                self._places.rooms(giving_up=giving_up),
                each=self._places.at_first,
                limit=self._places.free,
                lease=self._lease,
                now=await clock(connection),
            )
        for one in claimed:
            self._start(one)
        return more

    async def _wait(self) -> None:
        """Wait until something was sent, or woken, or it is time to look."""
        try:
            async with asyncio.timeout(self._every):
                await self._woken.wait()
        except TimeoutError:
            pass

    def _start(self, claimed: Claimed) -> None:
        self._places.take(claimed.webhook_id)
        task = asyncio.create_task(self._send(claimed))
        self._under_way[task] = claimed
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        """A cancelled one stays among what is under way, to be given back."""
        if not task.cancelled():
            del self._under_way[task]
        self._woken.set()

    async def _send(self, claimed: Claimed) -> None:
        """Sign and send; without a secret that can be read nothing is sent, and nobody is blamed for it."""
        accepted: bool | None = None
        try:
            secrets = [self._sealer.open(sealed).decode() for sealed in claimed.sealed]
            headers = signed_headers(secrets, claimed.message_id, claimed.body, at=claimed.at)
        except (SealBroken, ValueError) as error:
            log.warning("webhook_secret_unreadable", webhook=claimed.webhook_id, error=type(error).__name__)
            self._unreadable.append(claimed)
        else:
            sent = await self._sent(claimed, headers)
            accepted = is_accepted(sent.answer)
            self._tried.append(Tried(claimed, sent))
        finally:
            self._places.give_back(claimed.webhook_id, accepted=accepted)

    async def _sent(self, claimed: Claimed, headers: dict[str, str]) -> Sent:
        try:
            return await self._sender.send(claimed.url, headers, claimed.body.encode())
        except Exception as error:
            log.exception("sending_failed", delivery=claimed.id, error=type(error).__name__)
            return Sent(Answer(None, "it could not be sent"), 0)

    async def _record(self) -> None:
        """Write what was tried; what could not be written stays to be."""
        tried, self._tried = self._tried, []
        unreadable, self._unreadable = self._unreadable, []
        try:
            if tried:
                await retried(lambda: self._recording.write(tried))
                tried = []
            if unreadable:
                await self._put_back(unreadable, _UNREADABLE_WAITS)
                unreadable = []
        finally:
            self._tried[:0] = tried
            self._unreadable[:0] = unreadable

    async def _cancel_strays(self) -> None:
        moment = asyncio.get_running_loop().time()
        if moment < self._strays_at:
            return
        async with self._database.begin() as connection:
            await endpoints.cancel_stray(connection, self._province, now=await clock(connection))
        self._strays_at = moment + _STRAY_EVERY

    async def _put_back(self, claimed: list[Claimed], wait: timedelta) -> None:
        async with self._database.begin() as connection:
            due_at = await clock(connection) + wait
            await deliveries.put_back(connection, self._province, claimed, due_at=due_at)

    async def _give_back(self) -> None:
        """End what is still under way and make it due again; what is not given back is so when its lease lapses."""
        if not self._has_work:
            return
        for task in self._under_way:
            task.cancel()
        await asyncio.gather(*self._under_way, return_exceptions=True)
        unsent = list(self._under_way.values())
        self._under_way.clear()
        await self._record()
        if unsent:
            await self._put_back(unsent, timedelta())
