"""The stock as it goes out."""

from datetime import date, datetime
from typing import Any

from shared.domain.stock import Stock

_WAITING = ("supplement", "payment", "stopped", "paused")
_PLAIN = ("open", "overdue", "due_soon", "untouched", "on_portal", "overdue_on_portal")


def stock_body(stock: Stock) -> dict[str, Any]:
    """Return how many dossiers are open, and how they stand."""
    return {
        **{name: getattr(stock, name) for name in _PLAIN},
        "waiting": {name: getattr(stock, name) for name in _WAITING},
        "apologies_owed": stock.apologies,
    }


def stock_day(day: date, stock: Stock, kept_at: datetime | None = None) -> dict[str, Any]:
    """Return the stock of a day; `kept_at` None: counted now."""
    return {"day": day, "kept_at": kept_at, **stock_body(stock)}
