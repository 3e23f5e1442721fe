"""The portal's contract, seen from our side."""

import asyncio
import json
from datetime import UTC, datetime, timedelta

import httpx
import pytest
import respx

from services.monitor.sources.dvcqg.client import DvcqgSource
from services.monitor.sources.http import Limits
from services.monitor.sources.source import CatalogueSource, DossierSource
from shared.errors import SourcePayload, SourceRejected, SourceUnavailable
from tests.contract.adapters import PORTAL_CONFIG
from tests.contract.conftest import AT_ONCE
from tests.contract.contract_fakes import PRIVATE, Clock, FakePortal, portal_dossier

SINCE = datetime(2026, 11, 21, 1, 2, 3, 999_999, tzinfo=UTC)
HTML = "<!DOCTYPE html><html><body>Nguyễn Thị Bí Mật</body></html>"


# --- calls ---


async def test_it_is_a_dossier_source_and_a_catalogue_source(dvcqg_source: DvcqgSource) -> None:
    dossiers: DossierSource = dvcqg_source
    catalogue: CatalogueSource = dvcqg_source
    assert dossiers.name == catalogue.name == "portal"


async def test_a_page_is_asked_for_in_local_time_from_page_one_without_an_upper_bound(
    dvcqg_source: DvcqgSource, portal: FakePortal
) -> None:
    await dvcqg_source.page(since=SINCE, number=0, size=200)
    assert portal.asked() == [
        {
            "session": "phien-1",
            "madonvi": "H20",
            "service": "DanhSachHoSo",
            "ngaycapnhat1": "20261121080203",
            "trang": 1,
            "sobanghi": 200,
        }
    ]


async def test_every_call_names_the_monitor_and_the_destination(dvcqg_source: DvcqgSource, portal: FakePortal) -> None:
    await dvcqg_source.page(since=SINCE, number=0, size=1)
    for request in portal.requests:
        assert request.headers["User-Agent"].startswith("Watch766/")
        assert request.headers["dstcode"] == "VN:GOV"


@pytest.mark.parametrize(("total", "full"), [(3, True), ("3", True), (1, False), ({"x": 1}, False), (None, False)])
async def test_a_portal_that_gives_fewer_rows_than_asked_says_so_by_its_total(
    dvcqg_source: DvcqgSource, portal: FakePortal, total: object, full: object
) -> None:
    """A cap on its side must not be taken for the end of the list."""
    await dvcqg_source.page(since=SINCE, number=0, size=2)
    answer = {"error_code": "0", "tongso": total, "result": [portal_dossier()]}
    portal.misbehaviours = [httpx.Response(200, json=answer)]
    page = await dvcqg_source.page(since=SINCE, number=0, size=2)
    assert (len(page.items), page.full) == (1, full)


async def test_a_page_is_full_when_it_has_as_many_items_as_asked_for(dvcqg_source: DvcqgSource, portal: FakePortal) -> None:
    portal.lists["DanhSachHoSo"] = [portal_dossier(), portal_dossier(), portal_dossier()]
    first = await dvcqg_source.page(since=SINCE, number=0, size=2)
    second = await dvcqg_source.page(since=SINCE, number=1, size=2)
    assert (len(first.items), first.full, len(second.items), second.full) == (2, True, 1, False)


@pytest.mark.parametrize("success", ["0", "00", 0])
async def test_success_is_zero_in_every_spelling(dvcqg_source: DvcqgSource, portal: FakePortal, success: object) -> None:
    portal.success = success
    assert (await dvcqg_source.page(since=SINCE, number=0, size=2)).items == ()


@pytest.mark.parametrize("body", ['{"error_code":"0","result":null}', '{"error_code":0,"result":""}', '{"error_code":"00"}'])
async def test_no_result_is_no_items(dvcqg_source: DvcqgSource, portal: FakePortal, body: str) -> None:
    await dvcqg_source.page(since=SINCE, number=0, size=2)
    portal.misbehaviours = [httpx.Response(200, text=body)]
    assert (await dvcqg_source.page(since=SINCE, number=0, size=2)).items == ()


async def test_a_look_up_asks_each_spelling_until_one_answers(dvcqg_source: DvcqgSource, portal: FakePortal) -> None:
    old_style = "000.00.14.H20-261121-0001"
    portal.dossiers[old_style] = portal_dossier(MaHoSo=old_style)
    (item,) = await dvcqg_source.look_up(("H20.14-261121-0001", old_style, "never asked"))
    assert dvcqg_source.head(item).source_id == old_style
    assert [asked["mahoso"] for asked in portal.asked()] == ["H20.14-261121-0001", old_style]


async def test_a_look_up_may_answer_with_the_dossier_itself(dvcqg_source: DvcqgSource, portal: FakePortal) -> None:
    await dvcqg_source.look_up(())
    await dvcqg_source.look_up(("x",))
    portal.misbehaviours = [httpx.Response(200, json={"error_code": "0", "result": portal_dossier()})]
    assert len(await dvcqg_source.look_up(("x",))) == 1


async def test_a_dossier_nobody_knows_is_no_items(dvcqg_source: DvcqgSource, portal: FakePortal) -> None:
    assert await dvcqg_source.look_up(("a", "b")) == ()


async def test_a_header_may_hold_any_letter(portal: FakePortal) -> None:
    source = DvcqgSource(PORTAL_CONFIG.model_copy(update={"dst_code": "VN:Đồng Tháp"}), "H20")
    await source.look_up(("x",))
    assert "VN:Đồng Tháp".encode() in [value for _, value in portal.requests[-1].headers.raw]
    await source.aclose()


# --- session ---


async def test_parallel_calls_log_in_once_and_at_most_three_run_at_once(dvcqg_source: DvcqgSource, portal: FakePortal) -> None:
    await asyncio.gather(*(dvcqg_source.page(since=SINCE, number=n, size=1) for n in range(12)))
    assert portal.log_ins == 1
    assert portal.most_calling <= 3


async def test_an_expired_session_is_renewed_once_for_all_and_the_call_repeated(
    dvcqg_source: DvcqgSource, portal: FakePortal
) -> None:
    await dvcqg_source.page(since=SINCE, number=0, size=1)
    portal.sessions.clear()
    portal.lists["DanhSachHoSo"] = [portal_dossier()]
    pages = await asyncio.gather(*(dvcqg_source.page(since=SINCE, number=0, size=1) for _ in range(6)))
    assert [len(page.items) for page in pages] == [1] * 6
    assert portal.log_ins == 2


async def test_a_session_that_expires_at_once_is_rejected_after_one_renewal(
    dvcqg_source: DvcqgSource, portal: FakePortal
) -> None:
    portal.refusal = {"error_code": "3", "message": "Phiên phien-2 hết hạn"}
    with pytest.raises(SourceRejected, match="code 3") as caught:
        await dvcqg_source.page(since=SINCE, number=0, size=1)
    assert portal.log_ins == 2
    assert "phien" not in str(caught.value)


async def test_a_wrong_password_is_rejected_without_repeating_it_and_never_shown(
    dvcqg_source: DvcqgSource, portal: FakePortal
) -> None:
    right, portal.password = portal.password, "đã đổi"
    for _ in range(5):
        with pytest.raises(SourceRejected, match="log-in: refused with code -1") as caught:
            await dvcqg_source.page(since=SINCE, number=0, size=1)
        assert right not in repr(caught.value)
        assert "watch766" not in str(caught.value)
    assert portal.log_ins == 1


async def test_a_refused_log_in_is_tried_again_later(dvcqg_source: DvcqgSource, portal: FakePortal, clock: Clock) -> None:
    right, portal.password = portal.password, "đã đổi"
    with pytest.raises(SourceRejected):
        await dvcqg_source.page(since=SINCE, number=0, size=1)
    portal.password = right
    clock.seconds = 10.0
    assert (await dvcqg_source.page(since=SINCE, number=0, size=1)).items == ()


async def test_a_log_in_without_a_session_is_unreadable(dvcqg_source: DvcqgSource, portal: FakePortal) -> None:
    portal.misbehaviours = [httpx.Response(200, json={"error_code": "0", "session": ""}) for _ in range(3)]
    with pytest.raises(SourcePayload, match="without a session"):
        await dvcqg_source.page(since=SINCE, number=0, size=1)


# --- errors ---


async def fails_with(source: DvcqgSource, portal: FakePortal, *answers: object) -> Exception:
    await source.page(since=SINCE, number=0, size=1)
    before = len(portal.asked())
    portal.misbehaviours = list(answers)
    with pytest.raises((SourceUnavailable, SourceRejected, SourcePayload)) as caught:
        await source.page(since=SINCE, number=0, size=1)
    caught.value.calls = len(portal.asked()) - before
    assert not any(private in repr(caught.value) for private in (*PRIVATE, "phien-", "html", portal.password))
    assert caught.value.__cause__ is None
    assert caught.value.source == "portal"
    return caught.value


UNREADABLE = {
    "201 with a web page": httpx.Response(201, html=HTML),
    "200 with a web page": httpx.Response(200, html="  \n" + HTML),
    "an empty body": httpx.Response(200, content=b" "),
    "no content": httpx.Response(204),
    "broken JSON": httpx.Response(200, content=b'{"error_code": "0", "result": [}'),
    "a body cut short": httpx.Response(200, content=json.dumps({"error_code": "0", "result": [portal_dossier()]}).encode()[:-40]),
    "another envelope": httpx.Response(200, json={"status": "OK", "data": [portal_dossier()]}),
    "a list": httpx.Response(200, json=[portal_dossier()]),
    "a result that is a text": httpx.Response(200, json={"error_code": "0", "result": "Nguyễn Thị Bí Mật"}),
    "a result that is a number": httpx.Response(200, json={"error_code": "0", "result": 7}),
    "an error code that is a list": httpx.Response(200, json={"error_code": ["0"], "result": []}),
    "too large a body": httpx.Response(200, content=b"[" * 200_001),
    "a broken compression": httpx.Response(200, headers={"Content-Encoding": "gzip"}, stream=httpx.ByteStream(b"no gzip")),
}


@pytest.mark.parametrize("answer", UNREADABLE.values(), ids=UNREADABLE)
async def test_what_is_no_answer_of_the_gateway_is_unreadable_after_three_attempts(
    dvcqg_source: DvcqgSource, portal: FakePortal, answer: httpx.Response
) -> None:
    error = await fails_with(dvcqg_source, portal, *[lambda _: _copy(answer)] * 3)
    assert isinstance(error, SourcePayload)
    assert error.calls == 3


UNAVAILABLE = {
    **{f"HTTP {status}": httpx.Response(status, html=HTML) for status in (408, 429, 500, 502, 503, 504)},
    "a time-out": httpx.ReadTimeout("slow"),
    "no connection": httpx.ConnectError("refused"),
    "a cut connection": httpx.RemoteProtocolError("peer closed connection without sending complete message body"),
}


@pytest.mark.parametrize("answer", UNAVAILABLE.values(), ids=UNAVAILABLE)
async def test_what_may_work_later_is_unavailable_after_three_attempts(
    dvcqg_source: DvcqgSource, portal: FakePortal, answer: object
) -> None:
    answers = [answer] * 3 if isinstance(answer, Exception) else [lambda _: _copy(answer)] * 3
    error = await fails_with(dvcqg_source, portal, *answers)
    assert isinstance(error, SourceUnavailable)
    assert error.calls == 3


@pytest.mark.parametrize("status", [301, 302, 307, 400, 401, 403, 404, 410, 422])
async def test_what_a_person_must_mend_is_rejected_at_once(dvcqg_source: DvcqgSource, portal: FakePortal, status: int) -> None:
    answer = httpx.Response(status, html=HTML, headers={"Location": "http://portal.test/login"})
    error = await fails_with(dvcqg_source, portal, answer)
    assert isinstance(error, SourceRejected)
    assert str(status) in error.reason
    assert error.calls == 1


async def test_a_refusal_carries_its_code_and_a_cleaned_message(dvcqg_source: DvcqgSource, portal: FakePortal) -> None:
    message = "Đơn vị\x00 \n không có quyền, phiên phien-1, CCCD 001199012345, bimat@example.vn " + "dài " * 100
    answer = httpx.Response(200, json={"error_code": "-3", "message": message})
    error = await fails_with(dvcqg_source, portal, answer)
    assert isinstance(error, SourceRejected)
    assert error.reason.startswith("DanhSachHoSo: refused with code -3, Đơn vị không có quyền, phiên …, CCCD …, … dài")
    assert len(error.reason) < 260


@pytest.mark.parametrize("message", [None, 7, {"a": PRIVATE[0]}])
async def test_a_refusal_with_a_strange_message_is_still_a_refusal(
    dvcqg_source: DvcqgSource, portal: FakePortal, message: object
) -> None:
    error = await fails_with(dvcqg_source, portal, httpx.Response(200, json={"error_code": 99, "message": message}))
    assert error.reason == "DanhSachHoSo: refused with code 99"


async def test_one_failure_among_three_attempts_is_not_noticed(dvcqg_source: DvcqgSource, portal: FakePortal) -> None:
    portal.lists["DanhSachHoSo"] = [portal_dossier()]
    portal.misbehaviours = [httpx.Response(502), httpx.Response(201, html=HTML)]
    assert len((await dvcqg_source.page(since=SINCE, number=0, size=1)).items) == 1


async def test_a_system_that_is_too_slow_is_unavailable(router: respx.MockRouter, clock: Clock) -> None:
    async def drip(request: httpx.Request) -> httpx.Response:
        async def body():
            while True:
                await asyncio.sleep(0.05)
                yield b" "

        return httpx.Response(200, content=body())

    router.route().mock(side_effect=drip)
    source = DvcqgSource(PORTAL_CONFIG, "H20", retry=AT_ONCE, limits=Limits(timeout=timedelta(seconds=0.2)), clock=clock)
    with pytest.raises(SourceUnavailable, match=r"within 0\.2 s"):
        await source.page(since=SINCE, number=0, size=1)
    await source.aclose()


def _copy(answer: httpx.Response) -> httpx.Response:
    """A response can be read once; each attempt gets its own."""
    return httpx.Response(answer.status_code, headers=answer.headers, stream=httpx.ByteStream(b"".join(answer.stream)))
