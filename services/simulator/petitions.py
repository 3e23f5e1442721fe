"""Complaints and questions of citizens on the portal: most are answered in time, a few late, repeated or still open."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from random import Random
from typing import Any

from services.simulator.timeline import Plan
from services.simulator.wording import portal_date
from shared.domain.working_time import WorkingTime

_NEW, _REFUSED, _MORE_WANTED, _IN_WORK, _ANSWERED, _PUBLISHED = range(1, 7)
_DAYS = 58
_TO_REFUSE, _TO_ASK, _TO_ANSWER, _TO_PUBLISH = 2, 5, 15, 2
"""Working days the law gives for each step."""

Petition = tuple[datetime, dict[str, Any]]
"""When it last changed, and what the portal says of it."""


def build(seed: int, origin: datetime, plans: Sequence[Plan], office: WorkingTime) -> list[Petition]:
    """Return the petitions of a world in the order of their last change, one for about a hundred dossiers."""
    rng = Random(f"{seed}/petitions")
    settled = [plan for plan in plans if plan.submitted < origin - timedelta(days=2) and plan.left_at is None]
    return sorted(
        (_petition(rng, number, origin, settled, office) for number in range(len(settled) // 100)), key=lambda item: item[0]
    )


def page(petitions: Sequence[Petition], since: datetime, until: datetime | None) -> list[dict[str, Any]]:
    """Return the petitions changed from `since` to `until`, both inclusive."""
    return [entry for at, entry in petitions if since <= at and (until is None or at <= until)]


def _petition(rng: Random, number: int, origin: datetime, plans: Sequence[Plan], office: WorkingTime) -> Petition:
    plan = rng.choice(plans)
    received = origin - timedelta(seconds=rng.randint(3600, _DAYS * 86400))
    status, steps = _course(rng, received, office)
    if max(steps.values(), default=received) > origin:
        status, steps = _IN_WORK, {}
    changed = max(steps.values(), default=received)
    return changed, {
        "MaPAKN": f"PAKN.20.{received:%y%m%d}.{number:04d}",
        "TrangThai": status if number % 2 else str(status),
        "DonViXuLy": plan.agency,
        "LoaiPAKN": 1 if rng.random() < 0.8 else "2",
        "NgayTiepNhan": portal_date(received),
        "HanXuLy": portal_date(office.after(received, office.days(_TO_ANSWER))),
        "NgayTuChoi": portal_date(steps.get(_REFUSED)),
        "NgayYeuCauBoSung": portal_date(steps.get(_MORE_WANTED)),
        "NgayTraLoi": portal_date(steps.get(_ANSWERED)),
        "NgayCongKhai": portal_date(steps.get(_PUBLISHED)),
        "MaHoSo": plan.code if rng.random() < 0.5 else None,
        "HaiLong": rng.choice((1, "1", 1, 0, None)) if _ANSWERED in steps else None,
        "PhanAnhLai": int(_ANSWERED in steps and rng.random() < 0.06),
        "NgayCapNhat": portal_date(changed),
    }


def _course(rng: Random, received: datetime, office: WorkingTime) -> tuple[int, dict[int, datetime]]:
    """Draw how far a petition comes, and when each step was made; one answer in ten is late."""
    chance = rng.random()
    if chance < 0.06:
        return _NEW, {}
    if chance < 0.14:
        return _REFUSED, {_REFUSED: _within(rng, received, _TO_REFUSE, office)}
    if chance < 0.22:
        return _MORE_WANTED, {_MORE_WANTED: _within(rng, received, _TO_ASK, office)}
    answered = _within(rng, received, _TO_ANSWER, office, late=rng.random() < 0.1)
    if chance < 0.5:
        return _ANSWERED, {_ANSWERED: answered}
    return _PUBLISHED, {_ANSWERED: answered, _PUBLISHED: _within(rng, answered, _TO_PUBLISH, office)}


def _within(rng: Random, start: datetime, days: int, office: WorkingTime, *, late: bool = False) -> datetime:
    share = rng.uniform(1.05, 1.5) if late else rng.uniform(0.1, 0.95)
    return office.after(start, timedelta(seconds=round(office.days(days).total_seconds() * share)))
