"""Spans of local days that are asked for: `from` one day `to` another, both included."""

from datetime import date, timedelta

from services.api.parameters import Day
from services.api.problems import ParameterError, invalid_parameters
from shared.domain.periods import Span

LONGEST = 366
"""Days."""

_EARLIEST = date(2000, 1, 1)
"""As far back as working time is known."""


def span_of(first: Day | None, last: Day | None, today: date, *, usual: date) -> Span:
    """Return the span asked for; left out, it ends today and begins on the `usual` day, or with its end where that is earlier.

    Raises the problem of days out of order, in the future, too far back or too far apart.
    """
    until = last or today
    begin = first or min(usual, until)
    errors = [ParameterError(name, "lies in the future") for name, day in (("from", begin), ("to", until)) if day > today]
    errors += [
        ParameterError(name, f"lies before {_EARLIEST}") for name, day in (("from", begin), ("to", until)) if day < _EARLIEST
    ]
    if not errors and begin > until:
        errors.append(ParameterError("from", "lies after to"))
    if not errors and until - begin >= timedelta(days=LONGEST):
        errors.append(ParameterError("from", f"lies more than {LONGEST} days before the end of to"))
    if errors:
        raise invalid_parameters(errors)
    return Span(begin, until)
