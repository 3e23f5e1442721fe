"""The portal's dossiers, translated."""

from datetime import UTC, datetime, timedelta

import pytest

from services.monitor.sources.dvcqg.client import DvcqgSource
from services.monitor.sources.source import Reading
from shared.domain.records import Channel, Supplement
from shared.domain.statuses import Status
from shared.domain.working_time import LOCAL
from shared.errors import RecordRefused
from tests.contract.contract_fakes import PRIVATE, portal_dossier, raw

NOW = datetime(2026, 11, 22, tzinfo=UTC)


def local(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=LOCAL)


def read(source: DvcqgSource, **changes: object) -> Reading:
    return source.reading(raw(portal_dossier(**changes)), requested_at=NOW)


def refusal(source: DvcqgSource, **changes: object) -> RecordRefused:
    with pytest.raises(RecordRefused) as caught:
        read(source, **changes)
    return caught.value


def test_a_dossier_becomes_a_record(dvcqg: DvcqgSource) -> None:
    record = read(
        dvcqg,
        MaHoSo=" 000.00.14.H20-261121-0001 ",
        MaTTHC="1.001193.000.00.00.H20",
        DonViXuLy="000.05.14.H20",
        NoiNopHoSo="000.00.00.H20",
        TrangThaiHoSo=9,
        NgayKetThucXuLy="20261125101500",
        NgayTra="20261125110000",
        HinhThuc=1,
        DuocThanhToanTrucTuyen="2",
        TaiLieuNop=[{"DuocSoHoa": 0, "DuocTaiSuDung": "1"}, None, {"DuocLayTuKhoDMQG": True}],
        HoSoCoThanhPhanSoHoa="1",
        TaiKhoanDuocXacThucVoiVNeID="1",
    ).record
    assert (record.source, record.source_id, record.spelling) == ("portal", *["000.00.14.H20-261121-0001"] * 2)
    assert (record.code, record.procedure) == ("H20.14-261121-0001", "1.001193")
    assert (record.agency, record.receiving_agency) == ("H20.14.05", "H20")
    assert (record.status, record.status_raw, record.channel) == (Status.FINISHED, "", Channel.ONLINE)
    assert record.submitted_at == local(2026, 11, 21, 8)
    assert record.submitted_at.tzinfo is UTC
    assert (record.accepted_at, record.due_at) == (local(2026, 11, 21, 9), local(2026, 11, 30, 17))
    assert (record.finished_at, record.returned_at) == (local(2026, 11, 25, 10, 15), local(2026, 11, 25, 11))
    assert (record.refused_at, record.updated_at) == (None, local(2026, 11, 21, 9, 5))
    assert record.fee_owed
    assert record.paid_online
    assert record.result_online
    assert record.electronic_result
    assert record.components_digitised
    assert record.component_reused
    assert record.personal_store_used
    assert record.population_data_used
    assert record.notes == ()


def test_a_dossier_with_the_least_becomes_a_record(dvcqg: DvcqgSource) -> None:
    item = raw({"MaHoSo": "G09.20-20260609-0092637", "DonViXuLy": "H20", "NgayCapNhat": 20261121090500})
    reading = dvcqg.reading(item, requested_at=NOW)
    assert reading.record.code == "G09.20-20260609-0092637"
    assert (reading.record.status, reading.record.channel) == (Status.UNKNOWN, Channel.DIRECT)
    assert reading.record.notes == ("no procedure code", "no status")
    assert (reading.agencies, reading.procedure) == ((), None)


@pytest.mark.parametrize(("written", "status"), [(1, 1), ("10", 10), ("04", 4), ("8", 8), (3.0, 3)])
def test_the_portals_statuses_are_its_codes(dvcqg: DvcqgSource, written: object, status: int) -> None:
    assert read(dvcqg, TrangThaiHoSo=written).record.status == status


@pytest.mark.parametrize("written", ["0", 11, "Đang  xử\x00 lý", "99", -1])
def test_an_unknown_status_is_kept_as_written(dvcqg: DvcqgSource, written: object) -> None:
    record = read(dvcqg, TrangThaiHoSo=written).record
    assert record.status is Status.UNKNOWN
    assert record.status_raw == str(written).replace("  ", " ").replace("\x00", "")


def test_a_long_unknown_status_is_cut(dvcqg: DvcqgSource) -> None:
    assert read(dvcqg, TrangThaiHoSo="x" * 1000).record.status_raw == "x" * 40


@pytest.mark.parametrize(
    ("written", "channel", "notes"),
    [
        (1, Channel.DIRECT, ()),
        ("2", Channel.ONLINE, ()),
        ("3", Channel.POSTAL, ()),
        ("", Channel.DIRECT, ()),
        (None, Channel.DIRECT, ()),
        ("qua mạng", Channel.DIRECT, ("unknown channel",)),
    ],
)
def test_the_channel_is_direct_unless_said_otherwise(
    dvcqg: DvcqgSource, written: object, channel: Channel, notes: tuple[str, ...]
) -> None:
    record = read(dvcqg, KenhThucHien=written).record
    assert (record.channel, record.notes) == (channel, notes)


@pytest.mark.parametrize(
    ("fees", "owed"),
    [
        ([{"Gia": 0}, {"Gia": "8000"}], True),
        ([{"Gia": "1.000.000"}], True),
        ([{"Gia": 0.5}], True),
        ([{"Gia": "0"}, {"Gia": ""}, {}], False),
        ("", False),
        (None, False),
        ([{"Gia": -5}], False),
        ([{"Gia": "miễn phí"}], False),
    ],
)
def test_a_fee_is_owed_when_some_price_is_above_nothing(dvcqg: DvcqgSource, fees: object, owed: object) -> None:
    assert read(dvcqg, DanhSachLePhi=fees).record.fee_owed is owed


def test_a_nonsense_fee_is_noted(dvcqg: DvcqgSource) -> None:
    assert read(dvcqg, DanhSachLePhi=[{"Gia": "miễn phí"}]).record.notes == ("unreadable fee",)


@pytest.mark.parametrize(("written", "paid"), [("1", True), (2, True), ("3", False), ("", False), (None, False), ("9", False)])
def test_paid_online_is_on_the_portal_or_another_system(dvcqg: DvcqgSource, written: object, paid: object) -> None:
    assert read(dvcqg, DuocThanhToanTrucTuyen=written).record.paid_online is paid


@pytest.mark.parametrize(("path", "present"), [("/a.pdf", True), ("", False), ("  ", False), (None, False)])
def test_an_electronic_result_has_a_path_that_is_not_kept(dvcqg: DvcqgSource, path: object, present: object) -> None:
    record = read(dvcqg, DanhSachGiayToKetQua=[{}, {"DuongDanTepTinKetQua": path}]).record
    assert record.electronic_result is present
    assert "a.pdf" not in repr(record)


def test_supplement_requests_keep_their_dates_and_repeat_once(dvcqg: DvcqgSource) -> None:
    request = {"NgayBoSung": "20261122080000", "NgayTiepNhanBoSung": "", "NgayHenTraTruoc": "20261130170000"}
    undated = {"NgayTiepNhanBoSung": "20261122080000"}
    record = read(dvcqg, DanhSachHoSoBoSung=[request, request, undated]).record
    assert record.supplements == (Supplement(asked_at=local(2026, 11, 22, 8), due_before=local(2026, 11, 30, 17)),)
    assert record.notes == ("duplicate supplement request", "supplement request without a date")


ODD = {
    "due before accepted": {"NgayHenTra": "20261121085959"},
    "accepted before submitted": {"NgayNopHoSo": "20261121090001"},
    "end date in a running status": {"NgayTra": "20261122080000"},
    "finished before accepted": {"NgayKetThucXuLy": "20261121085959", "TrangThaiHoSo": "9"},
    "returned before finished": {"NgayKetThucXuLy": "20261122090000", "NgayTra": "20261122080000", "TrangThaiHoSo": "10"},
    "unreadable agency code": {"NoiNopHoSo": "bộ phận một cửa"},
    "unreadable procedure code": {"MaTTHC": "khai sinh"},
    "unreadable flag": {"HoSoCoThanhPhanSoHoa": "có"},
    "unknown way of payment": {"DuocThanhToanTrucTuyen": "7"},
    "unknown way of return": {"HinhThuc": "7"},
}


@pytest.mark.parametrize(("note", "changes"), ODD.items(), ids=ODD)
def test_what_is_odd_but_readable_is_kept_with_a_note(dvcqg: DvcqgSource, note: str, changes: dict) -> None:
    assert read(dvcqg, **changes).record.notes == (note,)


@pytest.mark.parametrize("written", ["20270231080000", "202611210800", "hôm nay", "2026-11-21", "20261121250000", "²" * 14])
@pytest.mark.parametrize("field", ["NgayNopHoSo", "NgayTiepNhan", "NgayHenTra", "NgayKetThucXuLy", "NgayTra", "NgayTuChoi"])
def test_a_date_that_is_none_refuses_the_record(dvcqg: DvcqgSource, field: str, written: str) -> None:
    error = refusal(dvcqg, **{field: written})
    assert (error.field, error.reason) == (field, "not a date")
    assert (error.code, error.source_id) == ("H20.14-261121-0001", "H20.14-261121-0001")


@pytest.mark.parametrize("written", ["19991231235959", "20461123080000", "00010101000000", "99991231235959"])
def test_an_impossible_year_refuses_the_record(dvcqg: DvcqgSource, written: str) -> None:
    error = refusal(dvcqg, DanhSachHoSoBoSung=[{"NgayBoSung": written}])
    assert (error.field, error.reason) == ("DanhSachHoSoBoSung[].NgayBoSung", "an impossible year")


def test_the_first_and_last_possible_dates_are_kept(dvcqg: DvcqgSource) -> None:
    last = (NOW + timedelta(days=7305)).astimezone(LOCAL)
    record = read(dvcqg, NgayNopHoSo="20000101000000", NgayHenTra=last.strftime("%Y%m%d%H%M%S")).record
    assert (record.submitted_at, record.due_at) == (local(2000, 1, 1), last)


@pytest.mark.parametrize("year", ["2027", "2099", "9999"])
def test_an_update_time_ahead_is_kept_as_received(dvcqg: DvcqgSource, year: str) -> None:
    item = raw(portal_dossier(NgayCapNhat=f"{year}1231000000"))
    record = dvcqg.reading(item, requested_at=NOW).record
    assert record.updated_at == dvcqg.head(item).updated_at == local(int(year), 12, 31)
    assert record.notes == ()


REFUSED = {
    "no code": ({"MaHoSo": " "}, "MaHoSo: missing", None),
    "a code of nothing": ({"MaHoSo": None}, "MaHoSo: missing", None),
    "a code too long": ({"MaHoSo": "H" * 65}, "MaHoSo: not a code", None),
    "a code with blanks": ({"MaHoSo": "H20 14"}, "MaHoSo: not a code", None),
    "a code with NUL": ({"MaHoSo": "H20\x0014"}, "MaHoSo: not a code", None),
    "a code that is yes": ({"MaHoSo": True}, "MaHoSo: wrong type", None),
    "no update time": ({"NgayCapNhat": ""}, "NgayCapNhat: missing", "H20.14-261121-0001"),
    "no date of update": ({"NgayCapNhat": "20260231000000"}, "NgayCapNhat: not a date", "H20.14-261121-0001"),
    "an old update": ({"NgayCapNhat": "19991231235959"}, "NgayCapNhat: an impossible year", "H20.14-261121-0001"),
    "no agency": ({"DonViXuLy": ""}, "DonViXuLy: missing", "H20.14-261121-0001"),
    "another province": ({"DonViXuLy": "000.00.14.H21"}, "DonViXuLy: outside the province", "H20.14-261121-0001"),
    "a like-named province": ({"DonViXuLy": "H201"}, "DonViXuLy: outside the province", "H20.14-261121-0001"),
    "no agency's code": ({"DonViXuLy": "H20..1"}, "DonViXuLy: not an agency code", "H20.14-261121-0001"),
    "a list for a text": ({"TrangThaiHoSo": [PRIVATE[0]]}, "TrangThaiHoSo: wrong type", "H20.14-261121-0001"),
    "a text for a list": ({"TaiLieuNop": PRIVATE[4]}, "TaiLieuNop: wrong type", "H20.14-261121-0001"),
    "a wrong type inside": ({"DanhSachLePhi": [{"Gia": {}}]}, "DanhSachLePhi[].Gia: wrong type", "H20.14-261121-0001"),
    "a path that is a list": (
        {"DanhSachGiayToKetQua": [{"DuongDanTepTinKetQua": [PRIVATE[4]]}]},
        "DanhSachGiayToKetQua[].DuongDanTepTinKetQua: wrong type",
        "H20.14-261121-0001",
    ),
}


@pytest.mark.parametrize(("changes", "message", "code"), REFUSED.values(), ids=REFUSED)
def test_a_record_is_refused_in_our_own_words_with_its_code(
    dvcqg: DvcqgSource, changes: dict, message: str, code: str | None
) -> None:
    error = refusal(dvcqg, **changes)
    assert (str(error), error.code) == (message, code)


HEADLESS = [name for name, (changes, _, _) in REFUSED.items() if "MaHoSo" in changes or "NgayCapNhat" in changes]


@pytest.mark.parametrize("name", HEADLESS)
def test_the_head_is_refused_for_the_same_reason(dvcqg: DvcqgSource, name: str) -> None:
    changes, message, code = REFUSED[name]
    with pytest.raises(RecordRefused) as caught:
        dvcqg.head(raw(portal_dossier(**changes)))
    assert (str(caught.value), caught.value.code) == (message, code)


@pytest.mark.parametrize("item", [b"null", b"[]", b'"x"', b"7", b"true"])
def test_an_item_that_is_no_object_is_refused(dvcqg: DvcqgSource, item: bytes) -> None:
    for call in (dvcqg.head, lambda i: dvcqg.reading(i, requested_at=NOW)):
        with pytest.raises(RecordRefused, match="record: wrong type"):
            call(raw(item))


def test_the_longest_code_is_taken(dvcqg: DvcqgSource) -> None:
    assert read(dvcqg, MaHoSo="H" * 64).record.code == "H" * 64
