"""How many sendings at once each receiver gets, so that a dead one keeps nothing from the others."""

from collections import Counter

from shared.db.stores.deliveries import Room

AT_FIRST = 2
"""Places of a receiver of which nothing is known yet."""

GIVES_UP_AFTER = 3
"""Failures in a row after which one run to the end leaves a receiver to the next."""


class Places:
    """A receiver earns its places: one more with each delivery it accepts, up to `each`; a failure takes half of them.

    Receivers left with a single place have half of all places between them, those first that have waited longest: however many
    are dead, the others find room.
    """

    def __init__(self, total: int, each: int) -> None:
        self.at_first = min(AT_FIRST, each)
        self._total = total
        self._each = each
        self._earned: dict[int, int] = {}
        self._busy: Counter[int] = Counter()
        self._failures: Counter[int] = Counter()

    @property
    def free(self) -> int:
        """How many more sendings there is room for in all."""
        return max(0, self._total - self._busy.total())

    def rooms(self, *, giving_up: bool = False) -> dict[int, Room]:
        """Return the room of every receiver that is known; `giving_up`: none for those that failed several times in a row."""
        failing = [webhook for webhook in self._earned if self._failures[webhook]]
        spare = max(1, self._total // 2) - sum(self._busy[webhook] for webhook in failing)
        rooms = {}
        for webhook in self._earned.keys() | self._busy.keys():
            if not self._failures[webhook]:
                rooms[webhook] = Room(max(0, self._places(webhook) - self._busy[webhook]), self._busy[webhook])
        for webhook in failing:
            free = min(max(0, self._places(webhook) - self._busy[webhook]), max(0, spare))
            if giving_up and self._failures[webhook] >= GIVES_UP_AFTER:
                free = 0
            spare -= free
            rooms[webhook] = Room(free, self._busy[webhook])
        return rooms

    def take(self, webhook: int) -> None:
        """Note that a sending begins."""
        self._busy[webhook] += 1

    def give_back(self, webhook: int, *, accepted: bool | None) -> None:
        """Note that a sending ended; None: nothing was learnt of the receiver."""
        self._busy[webhook] -= 1
        if not self._busy[webhook]:
            del self._busy[webhook]
        if accepted is None:
            return
        earned = self._earned.pop(webhook, self.at_first)  # and goes to the end of those that wait
        self._earned[webhook] = min(earned + 1, self._each) if accepted else max(1, earned // 2)
        self._failures[webhook] = 0 if accepted else self._failures[webhook] + 1

    def _places(self, webhook: int) -> int:
        return self._earned.get(webhook, self.at_first)
