"""From bytes to structs: a whole answer at once, its items one by one, so that one bad item costs one item.

Refusals name a field and what is wrong in our own words. msgspec's messages may quote what they met, so only their path is used,
and a path holds nothing but the names of fields our structs declare.
"""

import re
from collections.abc import Iterator
from typing import Any, TypeVar

import msgspec

from shared.errors import RecordRefused, SourcePayload

T = TypeVar("T")

_PATH = re.compile(r" - at `\$\.?(.*)`$", re.DOTALL)
_INDEX = re.compile(r"\[[^\]]*\]")
_ESCAPE = re.compile(
    r"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|(?P<lone>u[dD][89a-fA-F][0-9a-fA-F]{2})|.)", re.DOTALL
)
_STRING_OR_BRACKET = re.compile(rb'"(?:[^"\\]|\\.)*"|[\[\]{}]', re.DOTALL)
_CONTROL = dict.fromkeys(range(0x20), " ")
_UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
_DEEPEST = 64
"""Levels of nesting kept; a contract needs six."""


class FieldRefused(Exception):
    """A field of an item cannot be used. Holds no value; becomes a `RecordRefused` once the item's code is known."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(f"{field}: {reason}")
        self.field = field
        self.reason = reason

    def of(self, code: str | None, source_id: str | None) -> RecordRefused:
        """Return the refusal of the whole record."""
        return RecordRefused(self.field, self.reason, code=code, source_id=source_id)


def decode_answer(source: str, body: bytes, decoder: msgspec.json.Decoder[T]) -> T:
    """Return the envelope of an answer, its items still raw; raises `SourcePayload`.

    What a careless encoder leaves in a text (half a surrogate pair, a raw line break, bytes that are no UTF-8) makes the whole
    body invalid JSON; it is mended, so that a dossier is not lost for its neighbour's name.
    """
    if not body.strip():
        raise SourcePayload(source, "an empty answer")
    if body.lstrip()[:1] == b"<":
        raise SourcePayload(source, "a web page instead of JSON")
    for attempt in _as_it_came_then_mended(body):
        try:
            return decoder.decode(attempt)
        except msgspec.ValidationError:
            raise SourcePayload(source, "JSON of another shape than the contract's") from None
        except _UNREADABLE:
            continue
    raise SourcePayload(source, "broken JSON, or an answer cut short")


def decode_item(item: msgspec.Raw, decoder: msgspec.json.Decoder[T]) -> T:
    """Return one item as a struct; raises `FieldRefused`. Almost every item can be read as it came."""
    try:
        return decoder.decode(item)
    except _UNREADABLE:
        return _decode_with_patience(item, decoder)


def _decode_with_patience(item: msgspec.Raw, decoder: msgspec.json.Decoder[T]) -> T:
    for attempt in _as_it_came_then_mended(item):
        try:
            return decoder.decode(attempt)
        except msgspec.ValidationError as error:
            raise FieldRefused(_path(error), "wrong type") from None
        except _UNREADABLE:
            continue
    raise FieldRefused("record", "not readable JSON")


def decode_key(item: msgspec.Raw, decoder: msgspec.json.Decoder[T], nothing: T) -> T:
    """Return the key fields of an item that was refused, or `nothing` where not even they can be read."""
    try:
        return decode_item(item, decoder)
    except FieldRefused:
        return nothing


def mended(body: bytes) -> bytes:
    """Return JSON without what a strict parser stops at inside texts; anything else that is wrong stays wrong."""
    text = body.decode("utf-8-sig", "replace").translate(_CONTROL)
    return _ESCAPE.sub(lambda escape: r"\ufffd" if escape["lone"] else escape[0], text).encode()


def pruned(body: bytes) -> bytes:
    """Return JSON with everything nested deeper than any contract replaced by null."""
    return b"".join(_shallow_parts(body))


def _as_it_came_then_mended(body: Any) -> Iterator[Any]:
    yield body
    yield pruned(mended(bytes(body)))


def _shallow_parts(body: bytes) -> Iterator[bytes]:
    depth = kept = 0
    for token in _STRING_OR_BRACKET.finditer(body):
        if token[0] in b"[{":
            depth += 1
            if depth == _DEEPEST + 1:
                yield body[kept : token.start()] + b"null"
        elif token[0] in b"]}":
            depth -= 1
            if depth == _DEEPEST:
                kept = token.end()
    if depth <= _DEEPEST:
        yield body[kept:]


def _path(error: msgspec.ValidationError) -> str:
    found = _PATH.search(str(error))
    return _INDEX.sub("[]", found[1]) if found and found[1] else "record"
