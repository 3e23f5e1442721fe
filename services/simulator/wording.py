"""How the systems write things down: dates, codes in two spellings, flags that are sometimes numbers, and words for nothing."""

from datetime import datetime
from typing import Any

from services.simulator.timeline import HOME, PORTAL, SPECIAL, Plan
from shared.domain.working_time import LOCAL

PORTAL_DATE = "%Y%m%d%H%M%S"
_HOME_DATE = "%Y-%m-%dT%H:%M:%S.%f"
_OLD = {PORTAL: (11, 3), HOME: (13, 6)}
"""A dossier's code is written the old way where its mark divided by the first number leaves the second."""


def portal_date(moment: datetime | None) -> str:
    """Write a moment as the portal does; nothing as an empty text."""
    return f"{moment.astimezone(LOCAL):%Y%m%d%H%M%S}" if moment else ""


def home_date(moment: datetime | None) -> str | None:
    """Write a moment as iGate does: milliseconds, and an offset without a colon."""
    return f"{moment.astimezone(LOCAL):%Y-%m-%dT%H:%M:%S.000+0700}" if moment else None


def read_portal_date(text: str) -> datetime:
    """Read a moment of a request to the portal; raises ValueError."""
    return datetime.strptime(text, PORTAL_DATE).replace(tzinfo=LOCAL)


def read_home_date(text: str) -> datetime:
    """Read a moment of a request to iGate; raises ValueError."""
    return datetime.strptime(text, f"{_HOME_DATE}%z")


def old_style(agency: str) -> str:
    """Write an agency the old way: `H20.14` becomes `000.00.14.H20`."""
    groups = agency.split(".")
    return ".".join([*("000", "00", "00")[: 4 - len(groups)], *reversed(groups)])


def agency(code: str, mark: int) -> str:
    """Write an agency code, the old way for one dossier in nine."""
    return old_style(code) if mark % 9 == 4 else code


def procedure(code: str, mark: int) -> str:
    """Write a procedure code, the old way for one dossier in eight."""
    return f"{code}.000.00.00.H20" if mark % 8 == 5 else code


def portal_code(plan: Plan) -> str:
    """Return the code of a dossier as the portal writes it."""
    return _dossier(plan.code, old=_is_old(plan.mark, PORTAL))


def home_id(plan: Plan, system: str) -> str:
    """Return the internal id of a record in a home system."""
    prefix = {HOME: "66a1", SPECIAL: "77c3"}[system]
    return f"{prefix}{plan.mark:012x}{int(plan.submitted.timestamp()):08x}"


def home_codes(plan: Plan) -> tuple[str, str | None]:
    """Return `code` and `nationCode` of a dossier at home: one in five has a code of its own, two in five repeat it.

    A dossier that was taken in under a code of its own has no other until the portal's is known.
    """
    old = _is_old(plan.mark, HOME)
    national = _dossier(plan.code, old=old)
    if plan.own_code:
        return _dossier(plan.own_code, old=old), None if plan.code == plan.own_code else national
    kind = plan.mark % 5
    if kind == 0:
        return f"DT{plan.submitted:%y}.{plan.mark % 10**9:09d}", national
    return national, national if kind < 3 else None


def old_mark(mark: int, system: str) -> int:
    """Return the next mark with which a system writes the dossier's code the old way."""
    divisor, rest = _OLD[system]
    return mark + (rest - mark) % divisor


def nothing(record: dict[str, Any], mark: int) -> dict[str, Any]:
    """Write what is empty in one of three ways: as it is, as null, or not at all."""
    if mark % 3 == 0:
        return record
    empty = [key for key, value in record.items() if value == "" or value is None]
    for key in empty:
        if mark % 3 == 1:
            record[key] = None
        else:
            del record[key]
    return record


def _is_old(mark: int, system: str) -> bool:
    divisor, rest = _OLD[system]
    return mark % divisor == rest


def _dossier(code: str, *, old: bool) -> str:
    head, _, rest = code.partition("-")
    return f"{old_style(head)}-{rest}" if old and head.startswith("H20") else code
