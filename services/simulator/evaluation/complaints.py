"""What one petition counts for, read from what the portal shows of it."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

import msgspec

from services.simulator.evaluation.marks import unit_of
from services.simulator.petitions import Petition
from services.simulator.timeline import Plan
from services.simulator.wording import read_portal_date

_ABOUT_PROCEDURES = 1


class Complaint(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A petition: received on `day`, to be settled by `due`; `settled` is its answer or refusal."""

    unit: str
    day: date
    due: datetime
    settled: datetime | None
    unhappy: bool
    about_procedures: bool
    dossier: str | None
    procedure: str | None

    def is_late(self, now: datetime) -> bool:
        """Return whether it was settled late, or is open and past its deadline."""
        return (self.settled or now) > self.due


def read(petitions: Sequence[Petition], plans: Mapping[str, Plan]) -> list[Complaint]:
    """Return every petition of the portal."""
    return [_complaint(entry, plans) for _, entry in petitions]


def _complaint(entry: Mapping[str, object], plans: Mapping[str, Plan]) -> Complaint:
    settled = entry["NgayTraLoi"] or entry["NgayTuChoi"]
    plan = plans.get(str(entry["MaHoSo"]))
    return Complaint(
        unit=unit_of(str(entry["DonViXuLy"])),
        day=read_portal_date(str(entry["NgayTiepNhan"])).date(),
        due=read_portal_date(str(entry["HanXuLy"])),
        settled=read_portal_date(str(settled)) if settled else None,
        unhappy=entry["HaiLong"] == 0 or entry["PhanAnhLai"] == 1,
        about_procedures=int(str(entry["LoaiPAKN"])) == _ABOUT_PROCEDURES,
        dossier=plan.code if plan else None,
        procedure=plan.procedure.code if plan else None,
    )
