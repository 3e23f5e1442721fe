"""The tables of docs/configuration.md, written from the settings themselves: `make docs` (`python -m shared.reference`)."""

import re
from collections.abc import Iterator, Mapping
from datetime import date, time, timedelta
from pathlib import Path
from typing import Any, get_args

import msgspec
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from shared.config import AnyHome, Config, Settings

PAGE = Path(__file__).parent.parent / "docs" / "configuration.md"

_MARK = re.compile(r"(<!-- from the settings: (.+) -->\n)(?:\|.*\n)*")
_ENVIRONMENT = "WATCH766"
_UNITS = (("d", timedelta(days=1)), ("h", timedelta(hours=1)), ("m", timedelta(minutes=1)), ("s", timedelta(seconds=1)))


class Setting(msgspec.Struct, frozen=True):
    """One key of the file, or one variable of the environment, with its default and meaning as a reader is told them."""

    name: str
    default: str
    meaning: str


def settings() -> list[Setting]:
    """Return every variable and every key, in the order of the code."""
    variables = [
        Setting(f"{_ENVIRONMENT}_{name.upper()}", _default(field), _meaning(field))
        for name, field in Settings.model_fields.items()
    ]
    return [*variables, *_keys(Config)]


def rendered(page: str) -> str:
    """Return a page whose tables after `<!-- from the settings: … -->` hold what begins with one of the names given there."""
    found = settings()
    return _MARK.sub(lambda mark: mark[1] + _table(found, mark[2].split(", ")), page)


def _table(found: list[Setting], names: list[str]) -> str:
    rows = [one for name in names for one in found if re.match(rf"{re.escape(name)}(\W|_[A-Z]|$)", one.name)]
    lines = ["| key | default | |", "|---|---|---|", *(f"| `{one.name}` | {one.default} | {one.meaning} |" for one in rows)]
    return "\n".join(lines) + "\n"


def _keys(model: type[BaseModel], within: str = "", about: str = "", given: object = None) -> Iterator[Setting]:
    """Yield the keys of a section; `about`: what it is, where several are of one shape; `given`: it, where it has a default."""
    for name, field in model.model_fields.items():
        told = ": ".join(text for text in (about, _meaning(field)) if text)
        sections = _homes() if name == "home" else _sections(field)
        place = f"{within}{name}[]" if name == "home" else f"{within}{name}"
        for section in sections:
            yield from _keys(section, f"{place}.", told, field.default if isinstance(field.default, section) else None)
        if not sections:
            yield Setting(place, _default(field) if given is None else _shown(getattr(given, name)), told)


def _homes() -> list[type[BaseModel]]:
    kinds, *_ = get_args(AnyHome)
    return list(get_args(kinds) or (kinds,))


def _sections(field: FieldInfo) -> list[type[BaseModel]]:
    parts = (field.annotation, *get_args(field.annotation))
    return [part for part in parts if isinstance(part, type) and issubclass(part, BaseModel)]


def _meaning(field: FieldInfo) -> str:
    return " ".join((field.description or "").split())


def _default(field: FieldInfo) -> str:
    return "–" if field.is_required() else _shown(field.default)


def _shown(value: Any) -> str:
    """Return a default as it would be written in the file."""
    if isinstance(value, Mapping):
        return "see the example"
    if isinstance(value, frozenset | tuple):
        return ", ".join(map(_item, sorted(value) if isinstance(value, frozenset) else value)) or "none"
    if isinstance(value, str | Path):
        return f"`{value}`"
    if value is None:
        return "none"
    return _item(value)


def _item(value: Any) -> str:
    match value:
        case (time() as begin, time() as end):
            return f"{begin:%H:%M}–{end:%H:%M}"
        case (bound, timedelta() as lead):
            return f"{'more' if bound is None else _item(bound)}→{_item(lead)}"
        case timedelta():
            return _length(value)
        case bool():
            return str(value).lower()
        case date():
            return value.isoformat()
        case str():
            return f"`{value}`"
    return f"{value:g}" if isinstance(value, float) else str(value)


def _length(value: timedelta) -> str:
    """Return a length in the largest unit of which it holds at least two; a second alone is one."""
    for unit, one in _UNITS:
        if value >= 2 * one and value % one == timedelta():
            return f"{value // one}{unit}"
    return f"{value.total_seconds():g}s"


if __name__ == "__main__":
    PAGE.write_text(rendered(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
