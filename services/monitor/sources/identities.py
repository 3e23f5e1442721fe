"""Codes as they arrive: which can be used, and in which normal form (`shared.domain.codes`)."""

import re
from collections.abc import Iterable
from functools import lru_cache

from services.monitor.sources.decoding import FieldRefused
from services.monitor.sources.values import Word, word
from shared.domain import codes
from shared.domain.catalogue import Agency

_CODE = re.compile(r"[A-Za-z0-9._/-]{1,64}")
_AGENCY = re.compile(r"[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*")


def key(value: object, field: str) -> str:
    """Return a system's own key or a dossier code as written; raises `FieldRefused`."""
    if isinstance(value, str) and _CODE.fullmatch(value):
        return value  # as nearly all are written
    written = word(value, field)
    if not written:
        raise FieldRefused(field, "missing")
    if not _CODE.fullmatch(written):
        raise FieldRefused(field, "not a code")
    return written


def key_or_none(value: object) -> str | None:
    """Return a key or code as written where it can be used."""
    try:
        return key(value, "")
    except FieldRefused:
        return None


def agency_or_none(value: Word, odd: set[str]) -> str | None:
    """Return an agency code in normal form, None for none; what is no code is noted and none."""
    code = _agency(value)
    if code is None:
        odd.add("unreadable agency code")
    return code or None


@lru_cache(maxsize=4096)
def _agency(value: Word) -> str | None:
    # Kept: a province has some hundred agencies, and every dossier names several. Empty for none, None for what is no code.
    written = word(value)
    return codes.agency(written) if not written or (len(written) <= 64 and _AGENCY.fullmatch(written)) else None


def agency_within(province: str, value: Word, field: str) -> str:
    """Return the normal form of an agency of the province; raises `FieldRefused` for any other."""
    odd: set[str] = set()
    code = agency_or_none(value, odd)
    if code is None:
        raise FieldRefused(field, "not an agency code" if odd else "missing")
    if not codes.is_within(code, province):
        raise FieldRefused(field, "outside the province")
    return code


def procedure(value: Word, odd: set[str]) -> str:
    """Return a procedure code in normal form; none, and what is no code, are noted and empty."""
    written = f"{value:.6f}" if isinstance(value, float) else word(value)  # 1.00119 as a number is 1.001190
    code = _procedure(written)
    if not code:
        odd.add("unreadable procedure code" if written else "no procedure code")
    return code


@lru_cache(maxsize=4096)
def _procedure(written: str) -> str:
    # Kept likewise: a province has some thousand procedures.
    return codes.procedure(written) if _CODE.fullmatch(written) else ""


def code_or_none(value: Word, odd: set[str]) -> str | None:
    """Return any other code as written, None for none; what is no code is noted and none."""
    written = word(value)
    if written and not _CODE.fullmatch(written):
        odd.add("unreadable code")
        return None
    return written or None


def named_once(province: str, mentions: Iterable[Agency]) -> tuple[Agency, ...]:
    """Return the agencies of the province that have a name, each once; the mention that knows the parent wins."""
    found: dict[str, Agency] = {}
    for agency in mentions:
        if not agency.name or not codes.is_within(agency.code, province):
            continue
        known = found.get(agency.code)
        if known is None or (known.parent is None and agency.parent is not None):
            found[agency.code] = agency
    return tuple(found.values())
