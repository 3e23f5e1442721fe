"""The dossiers of the portal counted once more, from nothing but the rows that `DanhSachHoSo` shows and the catalogue.

A second way on purpose: the simulated evaluation counts plans, this counts what a reader could see.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from services.simulator.wording import read_portal_date
from shared.domain import codes
from shared.domain.catalogue import Procedure
from tests.unit.builders import calendar

Row = dict[str, Any]
ONLINE, FINISHED, ENDED, STOPPED = 2, (9, 10), (3, 7, 9, 10), 8


def once(rows: Iterable[Row]) -> list[Row]:
    """Return the rows of the province's own dossiers, each once."""
    known = {codes.dossier(row["MaHoSo"]): row for row in rows if isinstance(row["MaHoSo"], str) and row["MaHoSo"]}
    return [row for row in known.values() if unit(row).startswith("H20")]


def recount(rows: Iterable[Row], procedures: Mapping[str, Procedure], first: date, last: date, now: datetime) -> Counter[str]:
    """Return the sums of the dossiers accepted from one day to another, by the names of `GET /evaluation`."""
    counts: Counter[str] = Counter()
    for row in rows:
        accepted, submitted = moment(row, "NgayTiepNhan"), moment(row, "NgayNopHoSo")
        if accepted and first <= accepted.date() <= last:
            counts.update(name for name, holds in _facts(row, accepted, procedures[procedure(row)], now).items() if holds)
        elif not accepted and submitted and first <= submitted.date() <= last:
            untouched = int(row["TrangThaiHoSo"]) == 1 and int(row["KenhThucHien"]) == ONLINE
            counts["untouched"] += untouched and now >= submitted + timedelta(hours=8)
    return counts


def _facts(row: Row, accepted: datetime, asked: Procedure, now: datetime) -> dict[str, bool]:
    result = any(each["DuongDanTepTinKetQua"] for each in row.get("DanhSachGiayToKetQua") or [])
    owing = any(int(each["Gia"]) > 0 for each in row.get("DanhSachLePhi") or [])
    papers, paper, finished = row.get("TaiLieuNop") or [], bool(asked.gives_paper_result), int(row["TrangThaiHoSo"]) in FINISHED
    channel = int(row["KenhThucHien"])
    on_paper = channel == ONLINE and finished and paper and not result
    return {
        "accepted": True,
        "on_time": not is_late(row, accepted, asked, now),
        "ended": end(row) is not None,
        "finished": finished,
        "online": channel == ONLINE and not on_paper,
        "direct": channel == 1 or on_paper,
        "postal": channel == 3,
        "owing": owing,
        "paid": owing and str(row.get("DuocThanhToanTrucTuyen")) in ("1", "2"),
        "on_paper": paper,
        "with_result": paper and result,
        "digitised": result and str(row["HoSoCoThanhPhanSoHoa"]) == "1",
        "reused": any(str(each["DuocTaiSuDung"]) == "1" for each in papers),
        "from_store": any(str(each["DuocLayTuKhoDMQG"]) == "1" for each in papers),
        "population_data": str(row["TaiKhoanDuocXacThucVoiVNeID"]) == "1",
    }


def is_late(row: Row, accepted: datetime, asked: Procedure, now: datetime) -> bool:
    """Return whether a dossier is late: asked for papers twice, or ended (or asked for papers and waiting) after it was due."""
    requests = row.get("DanhSachHoSoBoSung") or []
    if len(requests) > 1:
        return True
    due = _due(row, requests) or _legal_due(accepted, requests, asked)
    stopped = moment(requests[0], "NgayBoSung") if requests and int(row["TrangThaiHoSo"]) == 5 else end(row)
    return due is not None and (stopped or now) > due


def end(row: Row) -> datetime | None:
    """Return when an accepted dossier ended, as far as the row tells."""
    status, names = int(row["TrangThaiHoSo"]), ["NgayKetThucXuLy", "NgayTra", "NgayTuChoi"]
    if status in ENDED:
        names.append("NgayCapNhat")
    elif status != STOPPED:
        return None
    return next(filter(None, (moment(row, name) for name in names)), None)


def unit(row: Row) -> str:
    """Return the unit that a row is published under."""
    return ".".join(codes.agency(row["DonViXuLy"]).split(".")[:2])


def procedure(row: Row) -> str:
    return codes.procedure(row["MaTTHC"])


def moment(row: Row, name: str) -> datetime | None:
    return read_portal_date(row[name]) if row.get(name) else None


def _due(row: Row, requests: list[Row]) -> datetime | None:
    """Return the due date, later by the waits that moved no written date."""
    due = moment(row, "NgayHenTra")
    still = [each for each in requests if each["NgayHenTraMoi"] in ("", each["NgayHenTraTruoc"])]
    return due and sum(_waits(still), due)


def _legal_due(accepted: datetime, requests: list[Row], asked: Procedure) -> datetime | None:
    if asked.legal_limit_days is None:
        return None
    office = calendar()
    answered = [(moment(each, "NgayBoSung"), moment(each, "NgayTiepNhanBoSung")) for each in requests]
    waits = (office.between(first, last) for first, last in answered if first and last)
    return office.after(accepted, sum(waits, office.days(asked.legal_limit_days)))


def _waits(requests: list[Row]) -> Iterable[timedelta]:
    for each in requests:
        first, last = moment(each, "NgayBoSung"), moment(each, "NgayTiepNhanBoSung")
        if first and last:
            yield last - first
