"""The portal's petitions: asked for by time, translated one by one, without the citizen."""

from datetime import UTC, datetime
from typing import Any

import pytest

from services.monitor.sources.dvcqg.client import DvcqgSource
from services.monitor.sources.source import TakesPetitions
from shared.domain.petitions import Petition, PetitionKind, PetitionStatus
from shared.domain.working_time import LOCAL
from shared.errors import RecordRefused, SourceRejected
from tests.contract.contract_fakes import FakePortal, portal_petition, raw

NOW = datetime(2026, 11, 22, tzinfo=UTC)
SINCE = datetime(2026, 11, 10, 8, tzinfo=LOCAL)


def local(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=LOCAL)


def read(source: DvcqgSource, **changes: Any) -> Petition:
    return source.petitions.petition(raw(portal_petition(**changes)), requested_at=NOW)


def refusal(source: DvcqgSource, **changes: Any) -> RecordRefused:
    with pytest.raises(RecordRefused) as caught:
        read(source, **changes)
    return caught.value


def test_a_petition_is_translated_into_our_words(dvcqg: DvcqgSource) -> None:
    assert read(dvcqg) == Petition(
        code="PAKN.20.261110.0001",
        status=PetitionStatus.IN_WORK,
        agency="H20.14",
        kind=PetitionKind.PROCEDURE,
        received_at=local(2026, 11, 10, 8),
        due_at=local(2026, 12, 1, 17),
        dossier_code="H20.14-261121-0001",
        updated_at=local(2026, 11, 10, 8),
    )


def test_each_step_has_its_moment(dvcqg: DvcqgSource) -> None:
    dates = {
        "NgayTuChoi": "20261111080000",
        "NgayYeuCauBoSung": "20261112080000",
        "NgayTraLoi": "20261113080000",
        "NgayCongKhai": "20261114080000",
    }
    petition = read(dvcqg, TrangThai=6, LoaiPAKN="2", **dates)
    told = (petition.refused_at, petition.supplement_asked_at, petition.answered_at, petition.published_at)
    assert told == tuple(local(2026, 11, day, 8) for day in (11, 12, 13, 14))
    assert (petition.status, petition.kind) == (PetitionStatus.PUBLISHED, PetitionKind.OFFICER)


@pytest.mark.parametrize(("said", "satisfied"), [(1, True), ("1", True), (0, False), ("0", False), (None, None), ("", None)])
def test_the_citizen_is_satisfied_or_not_or_says_nothing(dvcqg: DvcqgSource, said: object, satisfied: object) -> None:
    assert read(dvcqg, HaiLong=said).satisfied is satisfied


@pytest.mark.parametrize(("said", "repeated"), [(1, True), ("1", True), (0, False), (None, False), ("?", False)])
def test_a_petition_is_repeated_only_where_the_portal_says_so(dvcqg: DvcqgSource, said: object, repeated: object) -> None:
    assert read(dvcqg, PhanAnhLai=said).repeated is repeated


@pytest.mark.parametrize("named", [None, "", "không rõ", "001199012345", 7])
def test_what_is_no_dossier_code_names_no_dossier(dvcqg: DvcqgSource, named: object) -> None:
    assert read(dvcqg, MaHoSo=named).dossier_code is None


@pytest.mark.parametrize(
    ("changes", "field", "reason"),
    [
        ({"MaPAKN": ""}, "MaPAKN", "missing"),
        ({"MaPAKN": "a b"}, "MaPAKN", "not a code"),
        ({"TrangThai": 7}, "TrangThai", "an unknown code"),
        ({"TrangThai": None}, "TrangThai", "missing"),
        ({"DonViXuLy": "H47.12"}, "DonViXuLy", "outside the province"),
        ({"DonViXuLy": ""}, "DonViXuLy", "missing"),
        ({"NgayTiepNhan": ""}, "NgayTiepNhan", "missing"),
        ({"NgayTraLoi": "20260231080000"}, "NgayTraLoi", "not a date"),
        ({"NgayCapNhat": None}, "NgayCapNhat", "missing"),
        ({"HaiLong": {"diem": 5}}, "HaiLong", "wrong type"),
    ],
)
def test_a_bad_petition_is_refused_by_field_and_reason(dvcqg: DvcqgSource, changes: Any, field: str, reason: str) -> None:
    refused = refusal(dvcqg, **changes)
    assert (refused.field, refused.reason) == (field, reason)
    assert refused.code is None, "its code is no dossier's"
    if field != "MaPAKN":
        assert refused.source_id == "PAKN.20.261110.0001"


def test_the_head_is_the_code_and_the_update_time(dvcqg: DvcqgSource) -> None:
    head = dvcqg.petitions.head(raw(portal_petition()))
    assert (head.source_id, head.updated_at) == ("PAKN.20.261110.0001", local(2026, 11, 10, 8))
    with pytest.raises(RecordRefused, match="NgayCapNhat"):
        dvcqg.petitions.head(raw(portal_petition(NgayCapNhat="?")))


async def test_they_are_asked_for_by_time_and_a_full_page_may_have_a_next(dvcqg_source: DvcqgSource, portal: FakePortal) -> None:
    assert isinstance(dvcqg_source, TakesPetitions)
    portal.lists["DanhSachPAKN"] = [portal_petition(MaPAKN=f"PAKN.{n}") for n in range(3)]
    first = await dvcqg_source.petitions.page(since=SINCE, number=0, size=2)
    assert (len(first.items), first.full) == (2, True)
    rest = await dvcqg_source.petitions.page(since=SINCE, number=1, size=2)
    assert (len(rest.items), rest.full) == (1, False)
    asked = portal.asked()[-1]
    assert {name: asked[name] for name in ("service", "ngaycapnhat1", "trang", "sobanghi")} == {
        "service": "DanhSachPAKN",
        "ngaycapnhat1": "20261110080000",
        "trang": 2,
        "sobanghi": 2,
    }


async def test_a_service_that_is_refused_raises(dvcqg_source: DvcqgSource, portal: FakePortal) -> None:
    portal.refusal = {"error_code": "-3", "message": "Dịch vụ không được phép"}
    with pytest.raises(SourceRejected, match="DanhSachPAKN: refused with code -3"):
        await dvcqg_source.petitions.page(since=SINCE, number=0, size=2)
