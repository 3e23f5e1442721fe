"""Values policy files are made of, read exactly: points as decimals, thresholds as fractions, each with its source."""

import re
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Annotated

from pydantic import BeforeValidator, Field

from shared.domain.indicators import Source
from shared.strict_yaml import Section

_DECIMAL = re.compile(r"\d{1,3}(\.\d{1,2})?", re.ASCII)
_FRACTION = re.compile(r"\d{1,4}(/\d{1,4})?", re.ASCII)
_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


def _decimal(value: object) -> object:
    if isinstance(value, bool) or not _DECIMAL.fullmatch(str(value)):
        raise ValueError("must be a number with at most two decimals")
    return Decimal(str(value))


def _fraction(value: object) -> Fraction:
    if isinstance(value, bool) or not _FRACTION.fullmatch(str(value)):
        raise ValueError("must be a fraction such as 4/5, or 1")
    numerator, _, denominator = str(value).partition("/")
    if not 0 < int(numerator) <= int(denominator or 1):
        raise ValueError("must be above 0 and at most 1")
    return Fraction(int(numerator), int(denominator or 1))


def _date(value: object) -> date:
    if not isinstance(value, str) or not _DATE.fullmatch(value):
        raise ValueError("must be a day such as 2026-01-01")
    return date.fromisoformat(value)


Name = Annotated[str, Field(min_length=1)]
Id = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,31}$")]
Amount = Annotated[Decimal, BeforeValidator(_decimal), Field(gt=0)]
Percent = Annotated[Decimal, BeforeValidator(_decimal), Field(gt=0, le=100)]
Count = Annotated[int, Field(strict=True, ge=1, le=1_000_000)]
Threshold = Annotated[Fraction, BeforeValidator(_fraction)]
Day = Annotated[date, BeforeValidator(_date)]


class Sourced(Section):
    """Something that must say where it comes from: the id of one of the file's sources."""

    source: Name


class SourceFile(Section):
    """Where numbers come from."""

    title: Name
    note: Name


def sources_of(written: Mapping[str, SourceFile]) -> tuple[Source, ...]:
    """Return the sources of a file."""
    return tuple(Source(id=name, title=source.title, note=source.note) for name, source in written.items())


def unknown_sources(value: object, sources: Mapping[str, SourceFile], place: str = "") -> Iterator[tuple[str, str]]:
    """Return every place in a file that names a source it does not list, with what is wrong."""
    if isinstance(value, Sourced) and value.source not in sources:
        yield f"{place}source", f"the file lists no source {value.source}"
    if isinstance(value, Section):
        for name, field in type(value).model_fields.items():
            yield from unknown_sources(getattr(value, name), sources, f"{place}{field.alias or name}.")
    elif isinstance(value, tuple):
        for index, item in enumerate(value):
            yield from unknown_sources(item, sources, f"{place}{index}.")
