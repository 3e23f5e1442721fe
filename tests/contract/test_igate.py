"""iGate's contract, seen from our side."""

import asyncio
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from services.monitor.sources.igate.client import IgateSource
from services.monitor.sources.source import DossierSource
from shared.errors import SourcePayload, SourceRejected, SourceUnavailable
from tests.contract.contract_fakes import PRIVATE, Clock, FakeIgate, home_dossier

SINCE = datetime(2026, 11, 21, 1, 2, 3, 456_999, tzinfo=UTC)
HTML = "<html>Nguyễn Thị Bí Mật</html>"


# --- calls ---


async def test_it_is_a_dossier_source(igate_source: IgateSource) -> None:
    source: DossierSource = igate_source
    assert source.name == "igate"


async def test_a_page_is_asked_for_with_a_percent_encoded_offset_and_no_upper_bound(
    igate_source: IgateSource, igate: FakeIgate
) -> None:
    await igate_source.page(since=SINCE, number=2, size=200)
    (url,) = igate.searched()
    assert dict(url.params) == {
        "spec": "slice",
        "page": "2",
        "size": "200",
        "sort": "updatedDate,asc",
        "updated-from": "2026-11-21T08:02:03.456+0700",
    }
    assert b"%2B0700" in url.query
    assert b"+" not in url.query


async def test_every_call_names_the_monitor_and_the_search_carries_the_token(igate_source: IgateSource, igate: FakeIgate) -> None:
    await igate_source.page(since=SINCE, number=0, size=1)
    token, search = igate.requests
    assert all(request.headers["User-Agent"].startswith("Watch766/") for request in igate.requests)
    assert search.headers["Authorization"] == "Bearer the-token-1"
    assert "Authorization" not in token.headers
    assert b"grant_type=client_credentials" in token.content


@pytest.mark.parametrize(
    ("count", "last", "full"),
    [
        (2, None, True),
        (2, False, True),
        (2, True, False),
        (2, "true", False),
        (1, False, True),
        (1, None, False),
        (0, None, False),
        (0, False, False),
    ],
)
async def test_a_page_is_full_as_it_says_itself_else_by_its_count(
    igate_source: IgateSource, igate: FakeIgate, count: int, last: object, full: object
) -> None:
    igate.items, igate.last = [home_dossier()] * count, last
    page = await igate_source.page(since=SINCE, number=0, size=2)
    assert (len(page.items), page.full) == (count, full)


@pytest.mark.parametrize("code", ["H20.14-261121-0001", "SNV-7"])
async def test_a_look_up_finds_a_dossier_by_either_code(igate_source: IgateSource, igate: FakeIgate, code: str) -> None:
    igate.items = [home_dossier(), home_dossier(code="other", nationCode="another")]
    (item,) = await igate_source.look_up(("000.00.14.H20-261121-0001", code, "never asked"))
    assert igate_source.head(item).source_id == "66f0a1"
    assert [url.params["code"] for url in igate.searched()] == ["000.00.14.H20-261121-0001", code]


async def test_a_dossier_nobody_knows_is_no_items(igate_source: IgateSource) -> None:
    assert await igate_source.look_up(("a", "b")) == ()


@pytest.mark.parametrize("content", [b"null", b'""', b"[]"])
async def test_no_content_is_no_items(igate_source: IgateSource, igate: FakeIgate, content: bytes) -> None:
    await igate_source.look_up(("x",))
    igate.misbehaviours = [httpx.Response(200, content=b'{"content": ' + content + b"}")]
    assert await igate_source.look_up(("x",)) == ()


# --- token ---


async def test_parallel_calls_share_one_token_and_at_most_three_run_at_once(igate_source: IgateSource, igate: FakeIgate) -> None:
    await asyncio.gather(*(igate_source.page(since=SINCE, number=n, size=1) for n in range(12)))
    assert igate.log_ins == 1
    assert igate.most_calling <= 3


@pytest.mark.parametrize(("expires_in", "still_held"), [(300, 270), ("300", 270), (10, 8)])
async def test_a_token_is_renewed_shortly_before_it_expires(
    igate_source: IgateSource, igate: FakeIgate, clock: Clock, expires_in: object, still_held: int
) -> None:
    igate.expires_in = expires_in
    for clock.seconds, log_ins in ((0, 1), (still_held - 0.001, 1), (still_held, 2)):
        await igate_source.page(since=SINCE, number=0, size=1)
        assert igate.log_ins == log_ins


@pytest.mark.parametrize("expires_in", [None, "", "soon", 1e300])
async def test_a_token_without_a_readable_life_is_used_until_it_is_refused(
    igate_source: IgateSource, igate: FakeIgate, clock: Clock, expires_in: object
) -> None:
    igate.expires_in = expires_in
    await igate_source.page(since=SINCE, number=0, size=1)
    clock.seconds = 1e6
    await igate_source.page(since=SINCE, number=0, size=1)
    assert igate.log_ins == 1


async def test_a_refused_token_is_replaced_once_for_all_and_the_call_repeated(
    igate_source: IgateSource, igate: FakeIgate
) -> None:
    await igate_source.page(since=SINCE, number=0, size=1)
    igate.tokens.clear()
    igate.items = [home_dossier()]
    pages = await asyncio.gather(*(igate_source.page(since=SINCE, number=0, size=1) for _ in range(6)))
    assert [len(page.items) for page in pages] == [1] * 6
    assert igate.log_ins == 2


async def test_a_second_refusal_is_a_rejection(igate_source: IgateSource, igate: FakeIgate) -> None:
    igate.misbehaviours = [
        lambda request: igate.answer(request),
        httpx.Response(401),
        lambda request: igate.answer(request),
        httpx.Response(401),
    ]
    with pytest.raises(SourceRejected, match="401"):
        await igate_source.page(since=SINCE, number=0, size=1)
    assert len(igate.requests) == 4


async def test_wrong_credentials_are_rejected_and_never_shown(igate_source: IgateSource, igate: FakeIgate) -> None:
    right, igate.secret = igate.secret, "đã đổi"
    for _ in range(5):
        with pytest.raises(SourceRejected, match="token: HTTP 401") as caught:
            await igate_source.page(since=SINCE, number=0, size=1)
        assert right not in repr(caught.value)
    assert igate.log_ins == 1


@pytest.mark.parametrize("answer", [{}, {"access_token": ""}, {"access_token": "a\nb"}, {"access_token": []}, []])
async def test_a_token_answer_without_a_usable_token_is_unreadable(
    igate_source: IgateSource, igate: FakeIgate, answer: object
) -> None:
    igate.misbehaviours = [httpx.Response(200, json=answer) for _ in range(3)]
    with pytest.raises(SourcePayload):
        await igate_source.page(since=SINCE, number=0, size=1)


# --- errors ---

ANSWERS = {
    "a web page": (lambda: httpx.Response(200, html=HTML), SourcePayload, 3),
    "201 with a web page": (lambda: httpx.Response(201, html=HTML), SourcePayload, 3),
    "an empty body": (lambda: httpx.Response(200), SourcePayload, 3),
    "a body cut short": (lambda: httpx.Response(200, content=b'{"content": [{"id": "Nguy'), SourcePayload, 3),
    "no content": (lambda: httpx.Response(200, json={"error": PRIVATE[0]}), SourcePayload, 3),
    "content that is a text": (lambda: httpx.Response(200, json={"content": PRIVATE[0]}), SourcePayload, 3),
    "content that is an object": (lambda: httpx.Response(200, json={"content": {PRIVATE[0]: 1}}), SourcePayload, 3),
    "a redirect": (lambda: httpx.Response(302, headers={"Location": "http://igate.test/"}), SourceRejected, 1),
    "403": (lambda: httpx.Response(403, html=HTML), SourceRejected, 1),
    "404": (lambda: httpx.Response(404, html=HTML), SourceRejected, 1),
    "429": (lambda: httpx.Response(429, html=HTML), SourceUnavailable, 3),
    "500": (lambda: httpx.Response(500, html=HTML), SourceUnavailable, 3),
    "502": (lambda: httpx.Response(502, html=HTML), SourceUnavailable, 3),
    "503": (lambda: httpx.Response(503, html=HTML), SourceUnavailable, 3),
    "504": (lambda: httpx.Response(504, html=HTML), SourceUnavailable, 3),
}


@pytest.mark.parametrize(("answer", "kind", "calls"), ANSWERS.values(), ids=ANSWERS)
async def test_a_failure_says_what_to_do_next_and_shows_nothing(
    igate_source: IgateSource, igate: FakeIgate, answer: object, kind: type[Exception], calls: int
) -> None:
    await igate_source.page(since=SINCE, number=0, size=1)
    igate.requests.clear()
    igate.misbehaviours = [answer() for _ in range(calls)]
    with pytest.raises(kind) as caught:
        await igate_source.page(since=SINCE, number=0, size=1)
    assert len(igate.requests) == calls
    assert caught.value.__cause__ is None
    assert not any(private in repr(caught.value) for private in (*PRIVATE, "the-token", igate.secret, "igate.test"))


@pytest.mark.parametrize("error", [httpx.ConnectTimeout("x"), httpx.ConnectError("x"), httpx.ReadError("x"), OSError("x")])
async def test_a_broken_connection_is_unavailable(igate_source: IgateSource, igate: FakeIgate, error: Exception) -> None:
    igate.misbehaviours = [error] * 3
    with pytest.raises(SourceUnavailable):
        await igate_source.page(since=SINCE, number=0, size=1)


async def test_what_the_system_asks_to_wait_is_handed_on(igate_source: IgateSource, igate: FakeIgate) -> None:
    igate.misbehaviours = [httpx.Response(429, headers={"Retry-After": "90"}) for _ in range(3)]
    with pytest.raises(SourceUnavailable) as caught:
        await igate_source.page(since=SINCE, number=0, size=1)
    assert caught.value.retry_after == timedelta(seconds=90)
