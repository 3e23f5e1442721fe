"""From the portal's words to ours, without I/O and without a clock."""

from datetime import datetime
from typing import TypeVar

import msgspec

from services.monitor.sources import identities, oddities
from services.monitor.sources.decoding import FieldRefused, decode_item, decode_key
from services.monitor.sources.dvcqg import wire
from services.monitor.sources.moments import Moments, portal_moment, update_time
from services.monitor.sources.source import Head, Reading
from services.monitor.sources.values import (
    Word,
    flag,
    is_owed,
    is_present,
    many,
    number_word,
    raw_status,
)
from shared.domain import codes
from shared.domain.records import Channel, Record, Supplement
from shared.domain.statuses import Status

T = TypeVar("T")

_STATUSES: dict[Word, Status] = {str(int(status)): status for status in Status if Status.NEW <= status <= Status.RETURNED}
_CHANNELS: dict[Word, Channel] = {"": Channel.DIRECT, "1": Channel.DIRECT, "2": Channel.ONLINE, "3": Channel.POSTAL}
_PAID: dict[Word, bool] = {"": False, "0": False, "1": True, "2": True, "3": False}
_RETURNED_ONLINE: dict[Word, bool] = {"": False, "0": False, "1": True}
_NO_KEY = wire.Key()


def head(item: msgspec.Raw) -> Head:
    """Return key and update time of a dossier; raises `RecordRefused`."""
    known = _NO_KEY
    try:
        known = decode_item(item, wire.KEY)
        source_id = identities.key(known.MaHoSo, "MaHoSo")
        return Head(source_id, update_time(portal_moment, known.NgayCapNhat, "NgayCapNhat"))
    except FieldRefused as problem:
        raise problem.of(*_identity(known)) from None


def reading(item: msgspec.Raw, *, source: str, province: str, requested_at: datetime) -> Reading:
    """Translate a dossier asked for at `requested_at`; raises `RecordRefused`."""
    try:
        dossier = decode_item(item, wire.DOSSIER)
        return Reading(_Translation(dossier, source, province, requested_at).record())
    except FieldRefused as problem:
        raise problem.of(*_identity(decode_key(item, wire.KEY, _NO_KEY))) from None


def _identity(known: wire.Key) -> tuple[str | None, str | None]:
    written = identities.key_or_none(known.MaHoSo)
    return (codes.dossier(written) if written else None), written


class _Translation:
    """One dossier on its way to a `Record`; what is odd on the way is collected as notes."""

    def __init__(self, dossier: wire.Dossier, source: str, province: str, requested_at: datetime) -> None:
        self._dossier = dossier
        self._source = source
        self._province = province
        self._moment = Moments(portal_moment, requested_at).read
        self._odd: set[str] = set()

    def record(self) -> Record:
        """Return the record; raises `FieldRefused`."""
        dossier, odd = self._dossier, self._odd
        spelling = identities.key(dossier.MaHoSo, "MaHoSo")
        status = self._status()
        digitised, reused, stored = self._papers()
        record = Record(
            source=self._source,
            source_id=spelling,
            code=codes.dossier(spelling),
            spelling=spelling,
            procedure=identities.procedure(dossier.MaTTHC, odd),
            agency=identities.agency_within(self._province, dossier.DonViXuLy, "DonViXuLy"),
            receiving_agency=identities.agency_or_none(dossier.NoiNopHoSo, odd),
            status=status,
            status_raw=raw_status(dossier.TrangThaiHoSo) if status is Status.UNKNOWN else "",
            updated_at=update_time(portal_moment, dossier.NgayCapNhat, "NgayCapNhat"),
            channel=self._known(_CHANNELS, dossier.KenhThucHien, "unknown channel"),
            submitted_at=self._moment(dossier.NgayNopHoSo, "NgayNopHoSo"),
            accepted_at=self._moment(dossier.NgayTiepNhan, "NgayTiepNhan"),
            due_at=self._moment(dossier.NgayHenTra, "NgayHenTra"),
            finished_at=self._moment(dossier.NgayKetThucXuLy, "NgayKetThucXuLy"),
            returned_at=self._moment(dossier.NgayTra, "NgayTra"),
            refused_at=self._moment(dossier.NgayTuChoi, "NgayTuChoi"),
            fee_owed=self._fee_owed(),
            paid_online=self._known(_PAID, dossier.DuocThanhToanTrucTuyen, "unknown way of payment"),
            result_online=self._known(_RETURNED_ONLINE, dossier.HinhThuc, "unknown way of return"),
            electronic_result=self._electronic_result(),
            components_digitised=digitised,
            component_reused=reused,
            personal_store_used=stored,
            population_data_used=flag(dossier.TaiKhoanDuocXacThucVoiVNeID, odd) is True,
            supplements=self._supplements(),
        )
        return oddities.with_notes(record, odd)

    def _status(self) -> Status:
        found = _STATUSES.get(self._dossier.TrangThaiHoSo)
        if found is not None:  # as nearly all are written
            return found
        written = number_word(self._dossier.TrangThaiHoSo)
        if not written:
            self._odd.add("no status")
        return _STATUSES.get(written, Status.UNKNOWN)

    def _known(self, table: dict[Word, T], value: Word, note: str) -> T:
        """Return what a code means; an unknown one is noted and means what none does."""
        if value in table:  # as nearly all are written
            return table[value]
        written = number_word(value)
        if written not in table:
            self._odd.add(note)
            return table[""]
        return table[written]

    def _papers(self) -> tuple[bool, bool, bool]:
        """Return whether a paper was digitised, one reused, one taken from a personal store; all are read, for what is odd."""
        odd, reused, stored = self._odd, False, False
        digitised = flag(self._dossier.HoSoCoThanhPhanSoHoa, odd) is True
        for paper in many(self._dossier.TaiLieuNop, "TaiLieuNop"):
            digitised |= flag(paper.DuocSoHoa, odd) is True
            reused |= flag(paper.DuocTaiSuDung, odd) is True
            stored |= flag(paper.DuocLayTuKhoDMQG, odd) is True
        return digitised, reused, stored

    def _fee_owed(self) -> bool:
        owed = False
        for fee in many(self._dossier.DanhSachLePhi, "DanhSachLePhi"):
            owed |= is_owed(fee.Gia, self._odd)
        return owed

    def _electronic_result(self) -> bool:
        results = many(self._dossier.DanhSachGiayToKetQua, "DanhSachGiayToKetQua")
        field = "DanhSachGiayToKetQua[].DuongDanTepTinKetQua"
        return True in [is_present(result.DuongDanTepTinKetQua, field) for result in results]

    def _supplements(self) -> tuple[Supplement, ...]:
        requests = many(self._dossier.DanhSachHoSoBoSung, "DanhSachHoSoBoSung")
        if not requests:  # as nearly all have none
            return ()
        found = [self._supplement(request) for request in requests]
        return oddities.each_once([supplement for supplement in found if supplement], self._odd)

    def _supplement(self, request: wire.Request) -> Supplement | None:
        within = "DanhSachHoSoBoSung[]."
        asked_at = self._moment(request.NgayBoSung, within + "NgayBoSung")
        answered_at = self._moment(request.NgayTiepNhanBoSung, within + "NgayTiepNhanBoSung")
        due_before = self._moment(request.NgayHenTraTruoc, within + "NgayHenTraTruoc")
        due_after = self._moment(request.NgayHenTraMoi, within + "NgayHenTraMoi")
        if asked_at is None:
            self._odd.add("supplement request without a date")
            return None
        return Supplement(asked_at=asked_at, answered_at=answered_at, due_before=due_before, due_after=due_after)
