"""How often somebody may ask: token buckets in memory, each process for itself.

A shared counter would cost a write for every reading; where several processes serve, each lets through its share. The libraries
that do this for web frameworks count by address and need a store; a bucket by the holder of a key is these few lines.
"""

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from shared.access_config import RateConfig

_MOST = 10_000


@dataclass
class _Bucket:
    filled: float
    at: float


class Buckets:
    """One bucket a name, full at first; those not asked for longest are forgotten, so that names cost no more than so much."""

    def __init__(self, rate: RateConfig, *, most: int = _MOST, seconds: Callable[[], float] = time.monotonic) -> None:
        self._rate = rate
        self._most = most
        self._seconds = seconds
        self._buckets: OrderedDict[str, _Bucket] = OrderedDict()

    def take(self, name: str) -> float:
        """Take one from a bucket; returns 0, or in how many seconds there is one again and then takes none."""
        at = self._seconds()
        bucket = self._buckets.setdefault(name, _Bucket(self._rate.burst, at))
        self._buckets.move_to_end(name)
        if len(self._buckets) > self._most:
            self._buckets.popitem(last=False)
        bucket.filled = min(self._rate.burst, bucket.filled + (at - bucket.at) * self._rate.per_second)
        bucket.at = at
        if bucket.filled < 1:
            return (1 - bucket.filled) / self._rate.per_second
        bucket.filled -= 1
        return 0.0

    def __len__(self) -> int:
        return len(self._buckets)
