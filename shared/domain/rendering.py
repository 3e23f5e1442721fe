"""What every event is rendered with, and how its data name things: names, working time, links."""

from collections.abc import Mapping
from datetime import datetime

import msgspec

from shared.domain.messages.wording import shorten
from shared.domain.working_time import LOCAL, WorkingTime

_NAME_LIMIT = 300
CODE_LIMIT = 200


class Names(msgspec.Struct, frozen=True):
    """What agencies and procedures are called, by code; the code itself where nobody gave a name."""

    agencies: Mapping[str, str] = {}
    procedures: Mapping[str, str] = {}


class Rendering(msgspec.Struct, frozen=True):
    """What every event is rendered with: names, the province's working time, and the address of the API, None where unknown."""

    names: Names
    calendar: WorkingTime
    public_url: str | None = None


def named(code: str | None, names: Mapping[str, str]) -> dict[str, str] | None:
    """Return a code with its name, None for none."""
    if code is None:
        return None
    return {"code": shorten(code, CODE_LIMIT), "name": shorten(names.get(code) or code, _NAME_LIMIT)}


def local(moment: datetime | None) -> datetime | None:
    """Return a moment in local time."""
    return None if moment is None else moment.astimezone(LOCAL)
