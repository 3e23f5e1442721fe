"""What an event about a digest says; the overview says the same of a morning."""

from collections.abc import Mapping
from typing import Any

import msgspec

from shared.domain.messages import RULE_LABELS
from shared.domain.messages.digest_texts import mass_message, morning_message, week_message
from shared.domain.messages.facts import Message
from shared.domain.messages.wording import shorten
from shared.domain.morning import Entry, Mass, Morning, Part, ScoreLine, Week, Work
from shared.domain.paths import overview_path
from shared.domain.rendering import Names, Rendering, local, named

_NAME_LIMIT = 90

Digest = Morning | Week | Mass


def digest_data(news: Digest, rendering: Rendering, *, from_the_start: bool = False) -> dict[str, Any]:
    """Return the data of an event about a digest. `from_the_start`: a mass was wrong when everything was first read."""
    names, of_unit = rendering.names, None if isinstance(news, Week) else news.agency
    if isinstance(news, Morning):
        told, said = morning_data(news, names), morning_message(news, names.agencies)
    elif isinstance(news, Week):
        told, said = _week(news, names), week_message(news, names.agencies)
    else:
        told = msgspec.structs.asdict(news) | {"agency": named(news.agency, names.agencies)}
        said = mass_message(news, _name(news.agency, names), RULE_LABELS, from_the_start=from_the_start)
    path = overview_path(of_unit)
    return {"digest": told, **_said(said), "url": None if rendering.public_url is None else rendering.public_url + path}


def morning_data(morning: Morning, names: Names) -> dict[str, Any]:
    """Return a morning page with the names of what it names, moments in local time."""
    work = morning.work
    parts = {name: _part(getattr(work, name), names) for name in _PARTS}
    numbers = {name: getattr(work, name) for name in Work.__struct_fields__ if name not in _PARTS}
    return {
        "agency": named(morning.agency, names.agencies),
        "day": morning.day,
        "as_of": local(morning.as_of),
        **parts,
        **numbers,
        "score": None if morning.score is None else _score(morning.score, names),
    }


def dossiers_named(news: Digest) -> list[Entry]:
    """Return the dossiers a digest names."""
    work = news.work if isinstance(news, Morning) else Work()
    return [entry for name in _PARTS for entry in getattr(work, name).first]


def agencies_named(news: Digest) -> list[str]:
    """Return the codes of the agencies a digest names."""
    if isinstance(news, Week):
        return [one.agency for one in news.above]
    below = news.score.agencies_below if isinstance(news, Morning) and news.score else None
    return [news.agency, *(one.agency for one in (below.first if below else ()))]


_PARTS = ("out_of_hours", "due_today", "overdue", "unsynced")


def _week(week: Week, names: Names) -> dict[str, Any]:
    above = [msgspec.structs.asdict(one) | {"agency": named(one.agency, names.agencies)} for one in week.above]
    return msgspec.structs.asdict(week) | {"as_of": local(week.as_of), "above": above}


def _score(score: ScoreLine, names: Names) -> dict[str, Any]:
    told: dict[str, Any] = msgspec.to_builtins(score)
    for one in told["agencies_below"]["first"] if score.agencies_below else ():
        one["agency"] = {"code": one["agency"], "name": shorten(_name(one["agency"], names), _NAME_LIMIT)}
    return told


def _part(part: Part, names: Names) -> dict[str, Any]:
    return {"total": part.total, "first": [_entry(entry, names.procedures) for entry in part.first]}


def _entry(entry: Entry, procedures: Mapping[str, str]) -> dict[str, Any]:
    name = procedures.get(entry.procedure or "") or entry.procedure
    return {"code": entry.code, "at": local(entry.at), "procedure": name and shorten(name, _NAME_LIMIT)}


def _name(agency: str, names: Names) -> str:
    return names.agencies.get(agency) or agency


def _said(said: Message) -> dict[str, str]:
    return {"title": said.title, "text": said.text, "short": said.short}
