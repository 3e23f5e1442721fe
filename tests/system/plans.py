"""What goes wrong when, drawn from a seed. Pure: the same seed gives the same plan, on every machine."""

import random
from collections.abc import Callable
from dataclasses import dataclass, replace

LENGTH = 12.0
"""Seconds within which everything begins; the first of them meets the first load."""

MOST, LEAST = 11, 6

SYSTEMS = ("portal", "home", "special")
REFUSED_TABLES = (
    "records",
    "dossiers",
    "alerts",
    "alert_history",
    "outbox",
    "deliveries",
    "outbox_readers",
    "sources",
    "every table",
)
FULL_FOR = ("tables", "the log")
SCHEMAS_BEFORE = (1, 2)
"""How much older a version may be that runs beside this one."""

MOODS = ("refuse", "hang", "close", "answer 500", "answer 429")


@dataclass(frozen=True)
class Disturbance:
    """One thing that goes wrong: where (two of one place follow each other), what, from when on and for how many seconds.

    `target`: which of several; `amount`: how much, in the unit of the kind.
    """

    place: str
    kind: str
    target: str = ""
    amount: float = 0
    begins: float = 0
    lasts: float = 0

    def __str__(self) -> str:
        much = f" {self.amount:g}" if self.amount else ""
        return f"{self.begins:4.1f} s: {self.place}: {self.kind} {self.target}{much}".rstrip() + f", for {self.lasts:.1f} s"


Draw = Callable[[random.Random], Disturbance]


def plan(seed: int) -> list[Disturbance]:
    """Return what goes wrong by a seed, in the order in which it begins."""
    chance = random.Random(f"chaos {seed}")
    drawn = [_drawn(chance) for _ in range(chance.randint(LEAST, MOST))]
    return sorted(drawn, key=lambda one: one.begins)


def _drawn(chance: random.Random) -> Disturbance:
    """Draw a place first, then what happens there: no place is rare because little can happen in it."""
    one = chance.choice(chance.choice(list(_DRAWS.values())))(chance)
    return replace(one, begins=round(chance.uniform(0, LENGTH), 1), lasts=one.lasts or round(chance.uniform(0.5, 4), 1))


def _simply(place: str, *kinds: str) -> tuple[Draw, ...]:
    return tuple(lambda _, kind=kind: Disturbance(place, kind) for kind in kinds)  # type: ignore[misc]


def _refused(chance: random.Random) -> Disturbance:
    return Disturbance("database", "table refused", chance.choice(REFUSED_TABLES), chance.choice((1, 1, 0.3)))


def _full(chance: random.Random) -> Disturbance:
    return Disturbance("database", "disk full", chance.choice(FULL_FOR), lasts=round(chance.uniform(1, 4), 1))


def _few_connections(chance: random.Random) -> Disturbance:
    return Disturbance("database", "out of connections", amount=chance.randint(1, 6))


def _slow_network(chance: random.Random) -> Disturbance:
    return Disturbance("network", "slow", amount=chance.choice((0.01, 0.05, 0.3)))


def _fault(kind: str, amount: Callable[[random.Random], float] = lambda _: 0) -> Draw:
    def draw(chance: random.Random) -> Disturbance:
        system = chance.choice(SYSTEMS)
        return Disturbance(f"sources: {system}", kind, system, round(amount(chance), 1))

    return draw


def _evaluation(chance: random.Random) -> Disturbance:
    return Disturbance("sources: evaluation", chance.choice(("down", "nulls", "html", "truncated")), "evaluation")


def _receiver(chance: random.Random) -> Disturbance:
    return Disturbance("receivers", chance.choice(MOODS), chance.choice(("/office", "/ward")))


def _older_version(chance: random.Random) -> Disturbance:
    return Disturbance("monitors", "one of an older version", amount=chance.choice(SCHEMAS_BEFORE))


def _hours(chance: random.Random) -> float:
    return chance.choice((600, 3600, 6 * 3600, 23 * 3600))


_DRAWS: dict[str, tuple[Draw, ...]] = {
    "monitor": _simply("monitor", "kill", "kill", "stop", "freeze"),
    "api": _simply("api", "kill", "freeze"),
    "database": (
        *_simply("database", "kill", "fast shutdown", "immediate shutdown", "kill a session", "cut every session"),
        _few_connections,
        _refused,
        _refused,
        _full,
        _full,
    ),
    "network": (*_simply("network", "refuse", "reset", "silent"), _slow_network),
    "sources": (
        *map(_fault, ("down", "partial_outage", "expired", "too_many", "server_error", "html", "truncated", "broken_records")),
        *map(_fault, ("moving_rows", "replayed", "ties", "late_rows")),
        _fault("slow", lambda chance: chance.uniform(0.2, 2)),
        _fault("clock_ahead", _hours),
        _fault("clock_behind", _hours),
        _evaluation,
    ),
    "more sources": tuple(map(_fault, ("down", "replayed", "broken_records", "moving_rows", "truncated"))),
    "receivers": (_receiver,),
    "monitors": (
        *_simply("monitors", "a second one", "a second one that is killed", "one with other rules"),
        _older_version,
    ),
}
