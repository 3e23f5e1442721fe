"""The stock: what of the dossiers is open now, and how it stands. Of the moment, never of a period."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta
from fractions import Fraction

import msgspec

from shared.domain.working_time import WorkingTime

DUE_WITHIN = timedelta(hours=24)
"""Working hours."""


class Stock(msgspec.Struct, frozen=True, kw_only=True):
    """How many dossiers stand so at one moment; of an agency alone, or summed over several.

    `open`: not ended (at home, else on the portal); of these `overdue` at home, `due_soon` (running, due within 24 working
    hours), `untouched` online ones past the window, and waiting for papers (`supplement`), for payment (`payment`), `stopped`,
    or `paused` in home's own sense. `on_portal`: open on the portal; of these `overdue_on_portal`. `apologies`: owed for a
    dossier that is late at home, or ended late within 30 days.
    """

    open: int = 0
    overdue: int = 0
    on_portal: int = 0
    overdue_on_portal: int = 0
    untouched: int = 0
    supplement: int = 0
    payment: int = 0
    stopped: int = 0
    paused: int = 0
    apologies: int = 0
    due_soon: int = 0


STOCK: tuple[str, ...] = Stock.__struct_fields__


def summed(stocks: Iterable[Stock]) -> Stock:
    """Return the sum of several agencies' own stocks."""
    sums = dict.fromkeys(STOCK, 0)
    for stock in stocks:
        for name in STOCK:
            sums[name] += getattr(stock, name)
    return Stock(**sums)


def of_units(own: Mapping[str, Stock], units: Mapping[str, Collection[str]]) -> dict[str, Stock]:
    """Return the stock of each unit, by its code, from those of the agencies it consists of."""
    return {code: summed(own[agency] for agency in agencies if agency in own) for code, agencies in units.items()}


def due_soon_until(calendar: WorkingTime, now: datetime) -> datetime:
    """Return the moment by which what counts as due soon is due: 24 working hours from now."""
    return calendar.after(now, DUE_WITHIN)


class PortalStock(msgspec.Struct, frozen=True):
    """Of one agency's own dossiers open on the portal: how many are `overdue` there, and of these how many are late by home's
    records, or untouched on every side, too (`own`). The others only lag.
    """

    agency: str
    open: int = 0
    overdue: int = 0
    own: int = 0


class RateLimit(msgspec.Struct, frozen=True, kw_only=True):
    """From which share of the dossiers open on the portal, in percent, an agency is told that too many are overdue there.

    `least_open`: not below so many open ones. `margin`: so many percentage points below that share it ends, once it is told.
    """

    percent: Fraction
    least_open: int
    margin: Fraction

    @property
    def ends_below(self) -> Fraction:
        return self.percent - self.margin

    def is_reached(self, overdue: int, open_: int, *, told: bool = False) -> bool:
        """Return whether so many of so many are too many, exactly at the limit too; `told`: whether they are still."""
        least, percent = (1, self.ends_below) if told else (max(self.least_open, 1), self.percent)
        return open_ >= least and Fraction(overdue * 100, open_) >= percent
