"""Citizens' petitions on the portal: what it says of each at a moment, and the list it keeps of them."""

from bisect import bisect_right
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

import msgspec

from services.simulator import people
from services.simulator.timeline import Span
from services.simulator.wording import portal_date

NEW, REFUSED, MORE_WANTED, IN_WORK, ANSWERED, PUBLISHED = range(1, 7)
"""The portal's codes of where a petition stands."""

Petition = tuple[datetime, dict[str, Any]]
"""When it last changed, and what the portal says of it."""


class Turn(msgspec.Struct, frozen=True):
    """What the portal says of a petition from a moment on; `due`: until when it must be answered."""

    at: datetime
    status: int
    due: datetime


class PetitionPlan(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that will ever be said of one petition, and the alerts it should carry.

    `content`: whether the citizen is content with the answer, None where they do not say; `again`: they complain once more.
    """

    code: str
    agency: str
    turns: tuple[Turn, ...]
    mark: int
    kind: int = 1
    dossier: str | None = None
    content: bool | None = None
    again: bool = False
    spans: tuple[Span, ...] = ()

    @property
    def received(self) -> datetime:
        return self.turns[0].at

    def position(self, now: datetime) -> int:
        """Return which turn is in force at a moment, -1 before its receipt."""
        return bisect_right(self.turns, now, key=lambda turn: turn.at) - 1

    def taken(self, status: int, position: int) -> datetime | None:
        """Return when a status was taken up, None where it was not yet at this turn."""
        return next((turn.at for turn in self.turns[: position + 1] if turn.status == status), None)


def shown(plans: Iterable[PetitionPlan], now: datetime) -> list[Petition]:
    """Return what the portal shows of the petitions at a moment, in the order of their last change."""
    found = ((plan, plan.position(now)) for plan in plans)
    entries = [(plan.turns[position].at, entry(plan, position)) for plan, position in found if position >= 0]
    return sorted(entries, key=lambda item: (item[0], item[1]["MaPAKN"]))


def changed(petitions: Iterable[Petition], since: datetime, until: datetime | None) -> list[dict[str, Any]]:
    """Return the petitions changed from `since` to `until`, both inclusive, in the order of their last change."""
    found = [(at, said) for at, said in petitions if since <= at and (until is None or at <= until)]
    return [said for _, said in sorted(found, key=lambda item: item[0])]


def entry(plan: PetitionPlan, position: int) -> dict[str, Any]:
    """Return what the portal says of a petition at one of its turns, its citizen included."""
    turn, answered = plan.turns[position], plan.taken(ANSWERED, position)
    return people.on_the_portal(plan.mark) | {
        "MaPAKN": plan.code,
        "TrangThai": turn.status if plan.mark % 2 else str(turn.status),
        "DonViXuLy": plan.agency,
        "LoaiPAKN": plan.kind if plan.mark % 3 else str(plan.kind),
        "NgayTiepNhan": portal_date(plan.received),
        "HanXuLy": portal_date(turn.due),
        "NgayTuChoi": portal_date(plan.taken(REFUSED, position)),
        "NgayYeuCauBoSung": portal_date(plan.taken(MORE_WANTED, position)),
        "NgayTraLoi": portal_date(answered),
        "NgayCongKhai": portal_date(plan.taken(PUBLISHED, position)),
        "MaHoSo": plan.dossier,
        "HaiLong": None if answered is None or plan.content is None else int(plan.content),
        "PhanAnhLai": int(answered is not None and plan.again),
        "NgayCapNhat": portal_date(turn.at),
    }


def junk(origin: datetime) -> list[Petition]:
    """Return items of the list that cannot be used: of another province, of no known status, with a date that is none."""
    updated = origin - timedelta(days=2)
    turn = Turn(updated, IN_WORK, origin)
    base = entry(PetitionPlan(code="PAKN.20.0001", agency="H20", turns=(turn,), mark=1), 0)
    items = (
        base | {"MaPAKN": "PAKN.47.0001", "DonViXuLy": "H47.12"},
        base | {"MaPAKN": "PAKN.20.0002", "TrangThai": "đang xem"},
        base | {"MaPAKN": "PAKN.20.0003", "HanXuLy": "20260231080000"},
    )
    return [(updated, item) for item in items]
