"""A list as CSV that spreadsheets open as it is meant: one column for each value, none of them taken for a formula."""

import csv
import io
import re
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any, get_args, get_origin

import msgspec

from services.api.schemas.base import Schema

as_json = msgspec.json.Encoder(decimal_format="number").encode
"""Writes JSON; a decimal is a number with the decimals it has."""

Path = tuple[str, ...]
"""Where a value is found in an item, outermost name first."""

_FORMULA = re.compile(r"(^|;)(?=[=+\-@＝＋－＠\t\r\n])")
"""Where a spreadsheet may take what follows for a formula: at the beginning of a cell, which after a semicolon is one, too, for
those set to part cells there.
"""


def sheet(item: type[Schema], rows: Iterable[Mapping[str, Any]]) -> str:
    """Return rows as CSV (RFC 4180) with a header: the fields of the item's schema, those inside a field as `field_inner`."""
    paths, text = paths_of(item), io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(header(path) for path in paths)
    writer.writerows([_cell(_value(row, path)) for path in paths] for row in rows)
    return text.getvalue()


def header(path: Path) -> str:
    return "_".join(path).replace(".", "_")


@cache
def paths_of(item: type[Schema]) -> tuple[Path, ...]:
    """Return where each value of an item is found, in the order of its schema."""
    return tuple((name, *inner) for name, annotation in _fields(item) for inner in _inner_paths(annotation))


def _fields(item: type[Schema]) -> Iterable[tuple[str, Any]]:
    return ((field.alias or name, field.annotation) for name, field in item.model_fields.items())


def _inner_paths(annotation: Any) -> tuple[Path, ...]:
    """Look into a field that holds a schema or none; a list of them stays in one cell."""
    if get_origin(annotation) is list:
        return ((),)
    choices = [kind for kind in (get_args(annotation) or (annotation,)) if kind is not type(None)]
    only = choices[0] if len(choices) == 1 else None
    return paths_of(only) if isinstance(only, type) and issubclass(only, Schema) else ((),)


def _value(row: Mapping[str, Any], path: Path) -> Any:
    found: Any = row
    for name in path:
        if found is None:
            return None
        found = found[name]
    return found


def _cell(value: Any) -> object:
    """Numbers stay numbers; several words are one text with semicolons; anything deeper is JSON."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float | Decimal):
        return value
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, list) and all(isinstance(word, str) for word in value):
        return _harmless(";".join(value))
    return _harmless(value if isinstance(value, str) else as_json(value).decode())


def _harmless(text: str) -> str:
    return _FORMULA.sub(r"\1'", text)
