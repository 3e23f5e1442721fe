"""Receivers that fail at random, each by its own seed, and remember what came to them and what they made of it."""

import random
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from standardwebhooks import Webhook

from tests.receivers import Behaviour, Message, answer, hang, raw

MOST_FAILURES = 3
"""How often a receiver fails for one message: none has failed for good before it was accepted."""

AT_ONCE = 16

_STEPS = tuple((alert, sequence) for alert in (1, 2) for sequence in (1, 2, 3))
_EVENTS = {1: "alert.opened", 2: "alert.worsened", 3: "alert.resolved"}
_FACTS: dict[int, dict[str, str]] = {
    1: {"family": "deadline", "rule": "deadline.overdue", "severity": "critical"},
    2: {"family": "sync", "rule": "sync.status_mismatch", "severity": "warning"},
}
_BLOCK = 20

_ACCEPTS, _LOST = "accepts", "the answer is lost"
_MOODS: dict[str, tuple[int, Behaviour]] = {
    _ACCEPTS: (75, answer(204)),
    _LOST: (6, raw(b"")),
    "500": (8, answer(500)),
    "429": (3, answer(429, retry_after="1")),
    "closes early": (6, raw(b"HTTP/1.1 2")),
    "hangs": (2, hang),
}
_GONE = answer(410)


@dataclass(frozen=True, order=True)
class Happened:
    """An event: the dossier, and which of its events it is."""

    dossier: int
    step: int

    @property
    def agency(self) -> str:
        return "H20.14" if self.dossier % 2 else "H20.15"

    @property
    def family(self) -> str:
        return _FACTS[_STEPS[self.step][0]]["family"]

    @property
    def is_critical(self) -> bool:
        return _FACTS[_STEPS[self.step][0]]["severity"] == "critical"

    def row(self, province: str, now: datetime) -> dict[str, Any]:
        """Return it as a row of the outbox."""
        number, sequence = _STEPS[self.step]
        code = f"{self.agency}-261120-{self.dossier:05d}"
        alert = {
            **_FACTS[number],
            "id": 10 * self.dossier + number,
            "sequence": sequence,
            "subject": f"dossier:{code}",
            "state": "resolved" if sequence == 3 else "open",
            "responsible": "handling",
            "since": now,
            "details": {},
            "dossier_code": code,
            "agency": self.agency,
        }
        told = {name: alert[name] for name in ("sequence", "subject")} | {"alert_id": alert["id"], "alert": alert}
        return {"province_code": province, "at": now, "event": _EVENTS[sequence], **told}


def happenings(number: int) -> Iterator[list[Happened]]:
    """Give so many events, some of different dossiers at a time; those of one dossier lie closely together."""
    dossiers = -(-number // len(_STEPS))
    for first in range(0, dossiers, _BLOCK):
        for step in range(len(_STEPS)):
            yield [Happened(dossier, step) for dossier in range(first, min(first + _BLOCK, dossiers))]


@dataclass(frozen=True)
class Arrival:
    """One message that came, when it was signed, and what the receiver made of it."""

    id: str
    event: Happened
    signed_at: datetime
    mood: str


@dataclass
class Moody:
    """One receiver. `wants` says what it subscribed; `gone_after`: with how many accepted it wants nothing more."""

    path: str
    wants: Callable[[Happened], bool]
    gone_after: int | None = None
    secret: str = ""
    arrivals: list[Arrival] = field(default_factory=list)
    others: list[str] = field(default_factory=list)
    accepted: set[Happened] = field(default_factory=set)
    again: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self._chance = random.Random(f"766 {self.path}")
        self._failures: Counter[str] = Counter()
        self._last: dict[str, str] = {}

    async def __call__(self, message: Message, writer: Any) -> None:
        body = Webhook(self.secret).verify(message.body, message.headers)
        if "alert" not in body["data"]:
            self.others.append(body["type"])
            await answer(204)(message, writer)
            return
        mood = self._mood(message.id)
        self._note(message, body["data"]["alert"], mood)
        await (_GONE if mood == "410" else _MOODS[mood][1])(message, writer)

    @property
    def is_gone(self) -> bool:
        return self.gone_after is not None and len(self.accepted) >= self.gone_after

    def _mood(self, message_id: str) -> str:
        if self.is_gone:
            return "410"
        if self._failures[message_id] >= MOST_FAILURES:
            return _ACCEPTS
        [mood] = self._chance.choices(list(_MOODS), [weight for weight, _ in _MOODS.values()])
        return mood

    def _note(self, message: Message, alert: dict[str, Any], mood: str) -> None:
        dossier, number = divmod(alert["id"], 10)
        event = Happened(dossier, _STEPS.index((number, alert["sequence"])))
        signed_at = datetime.fromtimestamp(int(message.headers["webhook-timestamp"]), UTC)
        self.arrivals.append(Arrival(message.id, event, signed_at, mood))
        if message.id in self._last:
            self.again[self._last[message.id]] += 1
        self._last[message.id] = mood
        if mood in (_ACCEPTS, _LOST):
            self.accepted.add(event)
        self._failures[message.id] += mood != _ACCEPTS

    def assert_in_order(self) -> None:
        """Of one dossier nothing comes before what was before it was accepted, and nothing old comes after it."""
        expected: dict[int, list[int]] = {}
        done: dict[int, int] = {}
        last: dict[int, int] = {}
        for event in sorted({arrival.event for arrival in self.arrivals}):
            expected.setdefault(event.dossier, []).append(event.step)
        for arrival in self.arrivals:
            dossier = arrival.event.dossier
            place = expected[dossier].index(arrival.event.step)
            assert last.get(dossier, 0) <= place <= done.get(dossier, 0), (self.path, arrival)
            last[dossier] = place
            if arrival.mood in (_ACCEPTS, _LOST):
                done[dossier] = max(done.get(dossier, 0), place + 1)

    @property
    def accepted_again(self) -> int:
        """How many came again though they had been accepted and the answer was on its way."""
        return self.again[_ACCEPTS]


def told(receivers: list[Moody]) -> str:
    """Return in one line what came, and why some of it came more than once."""
    came = sum(len(receiver.arrivals) for receiver in receivers)
    different = sum(len({arrival.id for arrival in receiver.arrivals}) for receiver in receivers)
    again = sum((receiver.again for receiver in receivers), Counter[str]())
    why = ", ".join(f"{number} after «{mood}»" for mood, number in sorted(again.items()))
    return f"{came} sendings of {different} messages to {len(receivers)} receivers; again: {why}"
