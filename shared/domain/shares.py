"""What one dossier counts for in each indicator of dossiers: which counters are its denominator and its numerator."""

from collections.abc import Mapping

import msgspec

from shared.domain.counters import Counters


class Share(msgspec.Struct, frozen=True):
    """`of`: the counter that is the denominator. What is `good` of it is a counter of its own, or all but what is `bad`."""

    of: str
    good: str | None = None
    bad: str | None = None

    def well(self, counters: Counters) -> int:
        """Return the numerator."""
        return int(getattr(counters, self.good)) if self.good else self.whole(counters) - int(getattr(counters, self.bad or ""))

    def badly(self, counters: Counters) -> int:
        """Return what is missing to the denominator."""
        return self.whole(counters) - self.well(counters)

    def whole(self, counters: Counters) -> int:
        """Return the denominator."""
        return int(getattr(counters, self.of))


SHARES: Mapping[str, Share] = {
    "1.4": Share("to_sync", good="synced"),
    "2.1": Share("accepted", good="on_time"),
    "3.3": Share("accepted", good="online"),
    "3.6": Share("fee", good="paid"),
    "4.1": Share("paper", good="result"),
    "4.2": Share("accepted", good="digitised"),
    "4.3": Share("accepted", good="reused"),
    "4.5": Share("accepted", good="stored"),
    "4.7": Share("accepted", good="population"),
    "5.3": Share("received", bad="wanting"),
}

SERVICES: Mapping[str, Share] = {
    "3.2": Share("service_used", good="service_used"),
    "3.4": Share("service_paid", good="service_paid"),
}
"""Here procedures count, one dossier is enough for each: it can only be missing, never count badly."""

OF_DOSSIERS: Mapping[str, Share] = dict(sorted({**SHARES, **SERVICES}.items()))
"""Every indicator that dossiers have a part in."""
