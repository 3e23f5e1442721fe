"""Data that a decree or a plan decides, kept apart from the code that uses it."""

from datetime import date
from functools import lru_cache
from hashlib import blake2b
from importlib.resources import files

import holidays

from shared.config import CalendarConfig
from shared.domain.working_time import Days, WorkingTime
from shared.policy.fields import Day
from shared.strict_yaml import Section, checked, parse

_YEARS = range(2000, 2100)
_CALENDAR = "calendar.yaml"


class _CalendarFile(Section):
    """The project's own table of days."""

    days_off: frozenset[Day]
    days_worked: frozenset[Day]


def working_days(config: CalendarConfig) -> Days:
    """Return the exceptions to Monday to Friday: Vietnam's holidays, the project's table, the province's own; later ones win."""
    table = checked(_CalendarFile, parse((files(__package__) / _CALENDAR).read_text(encoding="utf-8"), _CALENDAR), _CALENDAR)
    off, worked = _national_days()
    for more_off, more_worked in (
        (table.days_off, table.days_worked),
        (config.days_off, config.days_worked),
    ):
        off, worked = (off | more_off) - more_worked, (worked | more_worked) - more_off
    return Days(off=off, worked=worked)


def working_time(config: CalendarConfig) -> WorkingTime:
    """Return the working time of a province with this configuration."""
    return WorkingTime(working_days(config), config.hours)


def policy_marks() -> dict[str, str]:
    """Return what tells the present text of each policy file from any other, by the name of the file without its end."""
    texts = {
        file.name.removesuffix(".yaml"): file.read_bytes() for file in files(__package__).iterdir() if file.name.endswith(".yaml")
    }
    return {name: blake2b(text, digest_size=12).hexdigest() for name, text in sorted(texts.items())}


@lru_cache(maxsize=1)
def _national_days() -> tuple[frozenset[date], frozenset[date]]:
    calendar = holidays.country_holidays("VN", years=_YEARS)
    worked = frozenset(day for day in calendar.weekend_workdays if day.year in _YEARS)
    return frozenset(calendar), worked
