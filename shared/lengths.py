"""Lengths of time as people write them: `60s`, `15m`, `8h`, `10d`."""

import re
from datetime import timedelta
from typing import Annotated

from pydantic import BeforeValidator, Field

_LENGTH = re.compile(r"(\d+)(ms|s|m|h|d)")
_UNITS = {"ms": "milliseconds", "s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
LONGEST = timedelta(days=3660)


def parse_length(value: object) -> object:
    """Turn `15m`, `60s`, `8h` or `10d` into a timedelta; anything else is left for the type to refuse."""
    if isinstance(value, str) and (match := _LENGTH.fullmatch(value)) and len(match[1]) < 8:
        return timedelta(**{_UNITS[match[2]]: int(match[1])})
    if not isinstance(value, timedelta | None):
        raise ValueError("is not a length of time such as 60s, 15m, 8h or 10d")  # noqa: TRY004 - pydantic wants ValueError
    return value


Length = Annotated[timedelta, BeforeValidator(parse_length), Field(gt=timedelta(), le=LONGEST)]
Hold = Annotated[timedelta, BeforeValidator(parse_length), Field(ge=timedelta(), le=LONGEST)]
OptionalLength = Annotated[timedelta | None, BeforeValidator(parse_length)]
