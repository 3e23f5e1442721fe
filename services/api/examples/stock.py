"""What is open, and the plans' measures."""

from decimal import Decimal
from typing import Any

import msgspec

from services.api.answers import plain
from services.api.bodies.measures import figure_body
from services.api.bodies.stock import stock_body
from services.api.examples.alerts import AGENCY_NAME, FRESH
from services.api.sheets import as_json
from shared.domain.measures import PAUSED, Figure
from shared.domain.stock import Stock
from shared.policy.measures import measures

_PLAN = measures()
_STOCK = Stock(
    open=642,
    overdue=7,
    due_soon=58,
    untouched=1,
    supplement=31,
    payment=12,
    paused=9,
    on_portal=655,
    overdue_on_portal=14,
    apologies=5,
)


def _sent(body: object) -> Any:
    return msgspec.json.decode(as_json(plain(body)))


STOCK = _sent(stock_body(_STOCK))
STOCK_DAY = {"day": "2026-11-19", "kept_at": "2026-11-19T23:12:04.021777+07:00", **STOCK}


def _figure(name: str, numerator: int, denominator: int, days: Decimal | None = None) -> Any:
    measure = _PLAN.of[name]
    figure = Figure(measure=measure, numerator=numerator, denominator=denominator, goal=measure.goal, days=days)
    return _sent(figure_body(figure, _PLAN, agency=AGENCY_NAME))


MEASURE = _figure("m.overdue_on_portal", 14, 655)
MEASURE_LIST: dict[str, Any] = {
    "from": "2026-10-15",
    "to": "2026-11-14",
    "as_of": "2026-11-20T13:55:00+07:00",
    "items": [MEASURE, _figure(PAUSED, 52, 642, Decimal("3.87"))],
    "next_cursor": None,
    **FRESH,
}
SECTOR_NAME = {"code": "G15-TP02", "name": "Hộ tịch"}
