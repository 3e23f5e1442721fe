"""Numbers of the evaluation, written as numbers or texts; none stays none, and what cannot be is refused."""

from decimal import Decimal, InvalidOperation

from services.monitor.sources.decoding import FieldRefused
from services.monitor.sources.values import Word, word
from shared.domain.scoring import LARGEST

_MOST_DECIMALS = 20


def number(value: Word, field: str, *, most: Decimal | int = LARGEST) -> Decimal | None:
    """Return a number from 0 to `most`, None for none; raises `FieldRefused`."""
    written = word(value, field)
    if not written:
        return None
    try:
        found = Decimal(written)
    except InvalidOperation:
        raise FieldRefused(field, "not a number") from None
    if not found.is_finite() or len(written) > len(str(LARGEST)) + _MOST_DECIMALS:
        raise FieldRefused(field, "not a number")
    if found < 0:
        raise FieldRefused(field, "negative")
    if found > most:
        raise FieldRefused(field, "larger than its maximum" if most != LARGEST else "too large")
    return abs(found)  # never -0


def count(value: Word, field: str) -> int | None:
    """Return a whole number, None for none; raises `FieldRefused`."""
    found = number(value, field)
    if found is not None and found != int(found):
        raise FieldRefused(field, "not a whole number")
    return None if found is None else int(found)


def share(numerator: tuple[Word, str], denominator: tuple[Word, str]) -> tuple[int | None, int | None]:
    """Return how many of how many, each given with its field's name; raises `FieldRefused` for more than there are."""
    counted, of = count(*numerator), count(*denominator)
    if counted is not None and of is not None and counted > of:
        raise FieldRefused(numerator[1], f"larger than {denominator[1]}")
    return counted, of
