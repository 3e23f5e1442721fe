"""What becomes of a delivery: decided from the answer alone, with the reason."""

from datetime import datetime, timedelta
from enum import StrEnum

import msgspec

RETRY_WAITS = (
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=14),
    timedelta(hours=20),
    timedelta(hours=24),
)
"""How long after each failed attempt the next one is made; after the last one the delivery has failed, a good three days on."""

DISABLE_AFTER = timedelta(days=5)
"""How long nothing may have been accepted before a receiver is switched off."""

FAILING_MATTERS_AFTER = timedelta(hours=1)
"""How long nothing was accepted before it is worth telling that something is again."""

LONGEST_ASKED = timedelta(days=1)
"""The longest wait a receiver may ask for with Retry-After."""

GONE = 410
"""The status by which a receiver says that it wants nothing more, ever."""

_SPREAD = 0.2


class DeliveryState(StrEnum):
    """Where a delivery stands; only `waiting` ones are sent."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    FAILED = "failed"
    EXPIRED = "expired"
    CANCELLED = "cancelled"


class Reason(StrEnum):
    """Why a delivery went on as it did."""

    ACCEPTED = "accepted"
    GONE = "gone"
    TRY_AGAIN = "try_again"
    ASKED_TO_WAIT = "asked_to_wait"
    GIVEN_UP = "given_up"
    TOO_LATE = "too_late"


class Switch(StrEnum):
    """What happens to the receiver itself; the value of the two that switch it off is the `disabled_reason`."""

    NONE = "none"
    GONE = "gone"
    FAILING = "failing"
    RECOVERED = "recovered"


class Answer(msgspec.Struct, frozen=True):
    """What came of one sending: the status of the answer, or None and what went wrong; `asked` is what Retry-After asks for."""

    status: int | None
    error: str | None = None
    asked: timedelta | None = None


class Retrying(msgspec.Struct, frozen=True):
    """The waits after failed attempts, and how long nothing may have been accepted before a receiver is switched off."""

    waits: tuple[timedelta, ...] = RETRY_WAITS
    disable_after: timedelta = DISABLE_AFTER


class Decision(msgspec.Struct, frozen=True):
    """Where a delivery stands after an attempt and why; `due_at` is when it is sent again, None where it is not."""

    state: DeliveryState
    reason: Reason
    due_at: datetime | None = None


def decide(
    answer: Answer, tried: int, retrying: Retrying, *, now: datetime, jitter: float, expires_at: datetime | None = None
) -> Decision:
    """Return what becomes of a delivery after its attempt number `tried` (from 1) of the present round.

    2xx is accepted; 410 cancels it with everything else for that receiver; all else, redirects too, is tried again until the
    waits are used up. `jitter` from 0 to 1 spreads a wait by a tenth either way. Retry-After makes a wait longer, never shorter,
    and a day at most. What would be sent again only when its event has expired, expires now.
    """
    if is_accepted(answer):
        return Decision(DeliveryState.DELIVERED, Reason.ACCEPTED)
    if answer.status == GONE:
        return Decision(DeliveryState.CANCELLED, Reason.GONE)
    if tried > len(retrying.waits):
        return Decision(DeliveryState.FAILED, Reason.GIVEN_UP)
    wait = retrying.waits[tried - 1] * (1 + _SPREAD * (jitter - 0.5))
    asked = min(answer.asked or timedelta(), LONGEST_ASKED)
    due_at = now + max(wait, asked)
    if is_expired(expires_at, due_at):
        return Decision(DeliveryState.EXPIRED, Reason.TOO_LATE)
    return Decision(DeliveryState.WAITING, Reason.ASKED_TO_WAIT if asked > wait else Reason.TRY_AGAIN, due_at)


def is_accepted(answer: Answer) -> bool:
    """Return whether a receiver took a message."""
    return answer.status is not None and 200 <= answer.status < 300


def is_expired(expires_at: datetime | None, at: datetime) -> bool:
    """Return whether nobody needs an event any more at a moment."""
    return expires_at is not None and expires_at <= at


class Health(msgspec.Struct, frozen=True):
    """Since when a receiver accepted nothing (None: it accepted the last), and when it last accepted something."""

    failing_since: datetime | None = None
    delivered_at: datetime | None = None


def after(health: Health, answer: Answer, disable_after: timedelta, *, now: datetime) -> tuple[Health, Switch]:
    """Return how a receiver fares after an answer, and whether it is switched off or has recovered thereby.

    410 switches it off at once, and so does a failure when it accepted nothing for `disable_after`.
    """
    failed_for = now - health.failing_since if health.failing_since else timedelta()
    if is_accepted(answer):
        return Health(None, now), Switch.RECOVERED if failed_for >= FAILING_MATTERS_AFTER else Switch.NONE
    failing = Health(health.failing_since or now, health.delivered_at)
    if answer.status == GONE:
        return failing, Switch.GONE
    return failing, Switch.FAILING if failed_for >= disable_after else Switch.NONE
