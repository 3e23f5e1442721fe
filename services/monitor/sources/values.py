"""The wire habits both contracts share: strings or numbers, many ways to say nothing, texts as people typed them.

`""`, null and a missing key all mean none. What is odd but readable becomes a note: a short, stable English phrase that holds no
value.
"""

import math
import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from typing import TypeAlias, TypeVar

import msgspec

from services.monitor.sources.decoding import FieldRefused

T = TypeVar("T")

Word = str | int | float | None
"""A code, id, amount, text or date: a string or a number."""

Flag = str | int | float | bool | None
"""Yes or no: a boolean, 0 or 1, or those as strings."""

Many: TypeAlias = list[T | None] | str | None
"""A list; `""` and null are the empty one."""

One: TypeAlias = T | str | None
"""An object; `""` and null are none."""

NOTHING = msgspec.Raw(b"null")

_FLAGS: dict[object, bool] = {"1": True, "true": True, "0": False, "false": False}
_AMOUNT = re.compile(r"[0-9][0-9.,\s]*")
_MORE_THAN_NOTHING = frozenset("123456789")
_UNPRINTABLE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
_LONGEST_TEXT = 500
_LONGEST_STATUS = 40


def word(value: object, field: str = "") -> str:
    """Return a string or number as text without outer blanks, `""` for none; raises `FieldRefused`."""
    if isinstance(value, str):
        return value.strip()
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise FieldRefused(field, "wrong type")
    if isinstance(value, float):
        if not math.isfinite(value):
            raise FieldRefused(field, "wrong type")
        value = int(value) if value.is_integer() else value
    return str(value)


def number_word(value: Word) -> str:
    """Return a small code without leading zeros: `04`, `4` and 4 are one word."""
    found = word(value)
    return found.lstrip("0") or found[:1]


def flag(value: Flag, odd: set[str]) -> bool | None:
    """Return yes or no, None for none; an unknown word is noted and none."""
    if value in _FLAGS:  # as nearly all are written
        return _FLAGS[value]
    if value is None or isinstance(value, bool):
        return value
    found = word(value).lower()
    if found and found not in _FLAGS:
        odd.add("unreadable flag")
    return _FLAGS.get(found)


def is_owed(amount: Word, odd: set[str]) -> bool:
    """Return whether an amount is more than nothing, however its thousands are written; nonsense is noted and is nothing."""
    owed = _is_owed(word(amount))
    if owed is None:
        odd.add("unreadable fee")
    return owed is True


@lru_cache(maxsize=4096)
def _is_owed(written: str) -> bool | None:
    # Kept: fees are a few hundred amounts. None for what is no amount.
    if written and not _AMOUNT.fullmatch(written):
        return None
    return not _MORE_THAN_NOTHING.isdisjoint(written)


def text(value: Word, odd: set[str], longest: int = _LONGEST_TEXT) -> str:
    """Return a name fit to store and show: no control characters, NFC, single blanks, at most `longest` characters."""
    found = word(value)
    if not found:
        return found
    found = _clean(found)
    if "\ufffd" in found:
        odd.add("unreadable characters in a text")
    if len(found) > longest:
        odd.add("text cut")
        found = found[:longest].rstrip()
    return found


@lru_cache(maxsize=4096)
def _clean(found: str) -> str:
    # Kept: the names of agencies, procedures, stages and officers come again with every dossier.
    if not found.isprintable():
        found = "".join(c for c in found if c.isspace() or unicodedata.category(c) not in _UNPRINTABLE)
    return unicodedata.normalize("NFC", " ".join(found.split()))


def raw_status(value: Word) -> str:
    """Return a status as its system wrote it, cleaned, at most 40 characters."""
    return text(value, set(), _LONGEST_STATUS)


def is_present(raw: msgspec.Raw, field: str) -> bool:
    """Return whether a path or address is given, without ever making it a value of ours; raises `FieldRefused`."""
    written = bytes(raw)
    if written[:1] in (b"[", b"{"):
        raise FieldRefused(field, "wrong type")
    return written not in (b"null", b"false") and bool(written.strip(b'" \t'))


def many(value: Sequence[T | None] | str | None, field: str) -> list[T]:
    """Return the items of a list, none for `""`, null or a missing key; raises `FieldRefused`."""
    if not value:
        return []
    if isinstance(value, str):
        _must_be_blank(value, field)
        return []
    return [item for item in value if item is not None]


def one(value: T | str | None, field: str) -> T | None:
    """Return an object, None for `""`, null or a missing key; raises `FieldRefused`."""
    if isinstance(value, str):
        _must_be_blank(value, field)
        return None
    return value


def _must_be_blank(value: str, field: str) -> None:
    if value.strip():
        raise FieldRefused(field, "wrong type")
