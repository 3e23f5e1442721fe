"""The procedures behind an indicator: which count in it, and which of them well."""

from collections.abc import Mapping
from datetime import date

import msgspec

from shared.domain.catalogue import Procedure
from shared.domain.offers import Decisions, Offer, decision_of, last_day_to_decide, last_day_to_publish, offer_of
from shared.domain.working_time import WorkingTime

_OFFERS: Mapping[str, tuple[str, str]] = {
    "1.3": ("procedures", "complete"),
    "3.1": ("procedures", "online"),
    "3.5": ("fee", "payable"),
    "4.6": ("procedures", "connected"),
}
_DECISIONS: Mapping[str, tuple[str, str]] = {"1.1": ("decided", "early"), "1.2": ("decided", "published")}
_SERVICES: Mapping[str, tuple[str, str]] = {"3.2": ("online", "online"), "3.4": ("fee", "paid")}

OF_DECISIONS = frozenset(_DECISIONS)
"""The procedures decided in the period count here."""

OF_PROVINCE = frozenset({*_DECISIONS, "1.3"})
"""Figures of the province, given to every unit alike: its procedures stand behind them, whoever asks."""

SERVICES = frozenset(_SERVICES)
"""What is used counts here, not only what is offered."""

INDICATORS = tuple(sorted({*_OFFERS, *_DECISIONS, *_SERVICES}))
"""Procedures are counted in these."""


class Use(msgspec.Struct, frozen=True):
    """How many dossiers of a procedure were handed in online, and paid online, in one unit and period."""

    online: int = 0
    paid: int = 0


def counts(indicator: str, procedure: Procedure, use: Use, calendar: WorkingTime) -> bool | None:
    """Return whether a procedure counts in the numerator of one of `INDICATORS`; None where not even in the denominator.

    Whether the unit offers it, and it was decided in the period (1.1, 1.2), the caller has looked.
    """
    if indicator in _DECISIONS:
        return _of(decision_of(procedure, calendar), *_DECISIONS[indicator])
    if indicator in _OFFERS:
        return _of(offer_of(procedure), *_OFFERS[indicator])
    offered, used = _SERVICES[indicator]
    return bool(getattr(use, used)) if getattr(offer_of(procedure), offered) else None


def last_day(indicator: str, procedure: Procedure, calendar: WorkingTime) -> date | None:
    """Return until when it had to be decided (1.1) or public (1.2); None for other indicators, and where that cannot be told."""
    if indicator == "1.1":
        return last_day_to_decide(procedure, calendar)
    return last_day_to_publish(procedure, calendar) if indicator == "1.2" else None


def _of(counted: Offer | Decisions, whole: str, well: str) -> bool | None:
    return bool(getattr(counted, well)) if getattr(counted, whole) else None
