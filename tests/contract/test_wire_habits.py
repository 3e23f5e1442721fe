"""What both contracts share: habits of the wire, waiting, personal data, and junk."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, get_args

import httpx
import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.monitor.sources.dvcqg.client import DvcqgSource
from services.monitor.sources.factory import build
from services.monitor.sources.http import Retry, gateway_message, retry_after
from services.monitor.sources.igate.client import IgateSource
from services.monitor.sources.source import DossierSource, Head, Reading
from services.monitor.sources.values import text
from shared.config import AnyHome, HomeConfig, PortalConfig
from shared.errors import RecordRefused, SourcePayload, SourceRejected, SourceUnavailable
from tests.contract.adapters import ADAPTERS, Adapter
from tests.contract.contract_fakes import PRIVATE, FakeIgate, FakePortal, home_dossier, portal_dossier, raw

NOW = datetime(2026, 11, 22, tzinfo=UTC)
SINCE = datetime(2026, 11, 21, tzinfo=UTC)

# --- waiting ---


@pytest.mark.parametrize(
    ("headers", "asked"),
    [
        ({"Retry-After": "7"}, timedelta(seconds=7)),
        ({"Retry-After": " 0 "}, timedelta()),
        ({"Retry-After": "Sun, 22 Nov 2026 00:00:09 GMT", "Date": "Sun, 22 Nov 2026 00:00:00 GMT"}, timedelta(seconds=9)),
        ({"Retry-After": "Sun, 22 Nov 2020 00:00:00 GMT"}, timedelta()),
        ({"Retry-After": "soon"}, None),
        ({"Retry-After": "-5"}, None),
        ({}, None),
    ],
)
def test_what_a_system_asks_to_wait_is_read_in_seconds_or_as_a_date(headers: dict[str, str], asked: timedelta | None) -> None:
    assert retry_after(httpx.Headers(headers)) == asked


@pytest.mark.parametrize(
    ("error", "wait"),
    [
        (SourceUnavailable("s", "r"), True),
        (SourceUnavailable("s", "r", timedelta(seconds=7)), 7.0),
        (SourceUnavailable("s", "r", timedelta(seconds=30)), 30.0),
        (SourceUnavailable("s", "r", timedelta(hours=1)), 30.0),
        (SourcePayload("s", "r"), True),
        (SourceRejected("s", "r"), False),
        (ValueError(), False),
    ],
)
def test_only_what_may_work_later_is_tried_again(error: Exception, wait: float) -> None:
    answer = Retry().back_off(error)
    assert (answer, type(answer)) == (wait, type(wait))


# --- texts ---


@pytest.mark.parametrize(
    ("written", "clean", "notes"),
    [
        ("  Sở \t Tư\n pháp\x00 ", "Sở Tư pháp", set()),
        ("So\u031b\u0309 Tu\u031b", "Sở Tư", set()),
        ("a\u202eb\u200bc\ue000", "abc", set()),
        ("a\ufffdb", "a\ufffdb", {"unreadable characters in a text"}),
        ("a" * 500, "a" * 500, set()),
        ("a" * 499 + " b", "a" * 499, {"text cut"}),
        (7, "7", set()),
        (None, "", set()),
    ],
)
def test_texts_are_made_fit_to_store(written: object, clean: str, notes: set[str]) -> None:
    odd: set[str] = set()
    assert (text(written, odd), odd) == (clean, notes)


def test_a_gateways_message_loses_addresses_and_long_numbers_but_not_dossier_codes() -> None:
    message = "Hồ sơ H20.14-261121-0001 của a.b@c.vn (0912 345 678), mã token"
    assert gateway_message(message, ["token", ""]) == "Hồ sơ H20.14-261121-0001 của … (…), mã …"


# --- one bad item ---

SPOILT = {
    "half a surrogate pair": rb'"\ud800 An"',
    "the other half": rb'"\udc00"',
    "an escaped backslash before it": rb'"\\\ud800"',
    "a raw line break": b'"a\nb\x01"',
    "bytes that are no UTF-8": b'"\xff\xfe"',
    "nesting without end": b"[" * 20_000 + b"]" * 20_000,
}


@pytest.mark.parametrize("value", SPOILT.values(), ids=SPOILT)
@pytest.mark.parametrize("field", [b"ChuHoSo", b"TrangThaiHoSo"])
async def test_one_bad_item_never_spoils_a_page_of_the_portal(
    dvcqg_source: DvcqgSource, portal: FakePortal, field: bytes, value: bytes
) -> None:
    await dvcqg_source.look_up(("x",))
    good = json.dumps(portal_dossier()).encode()
    bad = good[:-1] + b', "' + field + b'": ' + value + b"}"
    body = b'{"error_code": "0", "result": [' + bad + b", " + good + b"]}"
    portal.misbehaviours = [httpx.Response(200, content=body)]
    first, second = (await dvcqg_source.page(since=SINCE, number=0, size=2)).items
    assert dvcqg_source.reading(second, requested_at=NOW).record.notes == ()
    assert dvcqg_source.head(first) == dvcqg_source.head(second)


async def test_one_bad_item_never_spoils_a_page_of_igate(igate_source: IgateSource, igate: FakeIgate) -> None:
    await igate_source.look_up(("x",))
    items = [b"null", b"7", b'{"id": []}', json.dumps(home_dossier()).encode(), rb'{"id": "\ud800"}']
    igate.misbehaviours = [httpx.Response(200, content=b'{"content": [' + b",".join(items) + b"]}")]
    page = await igate_source.page(since=SINCE, number=0, size=9)
    assert [_outcome(lambda item=item: igate_source.head(item)) for item in page.items] == [
        RecordRefused,
        RecordRefused,
        RecordRefused,
        Head,
        RecordRefused,
    ]


def test_a_mended_text_is_noted(home: IgateSource) -> None:
    item = json.dumps(home_dossier()).encode().replace(b'"code": "HT", "name": "', b'"code": "HT", "name": "\xff')
    assert home.reading(raw(item), requested_at=NOW).record.notes == ("unreadable characters in a text",)


# --- personal data ---


@pytest.mark.parametrize("adapter", ADAPTERS.values(), ids=ADAPTERS)
def test_no_personal_data_is_in_anything_translated(adapter: Adapter) -> None:
    item = raw(adapter.dossier)
    assert all(private in bytes(item).decode() for private in PRIVATE)
    translated = (adapter.source.head(item), adapter.source.reading(item, requested_at=NOW))
    encoded = repr(translated) + msgspec.json.encode(translated).decode()
    assert not any(private in encoded for private in PRIVATE)
    assert translated[1].record.notes == ()


@pytest.mark.parametrize("private", PRIVATE)
@pytest.mark.parametrize("wrap", [lambda p: [p], lambda p: {p: p}, lambda p: p], ids=["list", "object", "text"])
@pytest.mark.parametrize("adapter", ADAPTERS.values(), ids=ADAPTERS)
def test_no_refusal_quotes_what_it_refuses(adapter: Adapter, wrap: Callable[[str], object], private: str) -> None:
    for field in adapter.dossier.keys() - adapter.names:
        error = _refusal(adapter.source, {**adapter.dossier, field: wrap(private)})
        assert error is None or not any(private in shown for shown in (repr(error), str(error), str(vars(error))))


# --- junk ---

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=20)
    | st.sampled_from(["", "0", "1", "H20", "H20.14", "20261121090500", "2026-11-21T09:05:00.000+0700", "99991231235959"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


def _junk(template: dict[str, Any], lists: dict[str, list[str]]) -> st.SearchStrategy[dict[str, Any]]:
    """Dossiers with some fields, also those of their lists, replaced by junk."""
    inner = {
        name: JSON | st.lists(st.dictionaries(st.sampled_from(keys), JSON, max_size=4), max_size=3)
        for name, keys in lists.items()
    }
    junk = st.fixed_dictionaries({}, optional={name: inner.get(name, JSON) for name in {*template, *lists}})
    return st.builds(lambda changes: {**template, **changes}, junk)


@pytest.mark.parametrize("adapter", ADAPTERS.values(), ids=ADAPTERS)
@settings(max_examples=200)
@given(data=st.data())
def test_any_junk_is_read_or_refused(data: st.DataObject, adapter: Adapter) -> None:
    _read_or_refused(adapter.source, data.draw(JSON | _junk(adapter.dossier, adapter.lists)))


@pytest.mark.parametrize("adapter", ADAPTERS.values(), ids=ADAPTERS)
@settings(max_examples=200)
@given(item=st.binary(max_size=60))
def test_any_bytes_are_refused(item: bytes, adapter: Adapter) -> None:
    assert _outcome(lambda: adapter.source.head(raw(item))) is RecordRefused
    assert _outcome(lambda: adapter.source.reading(raw(item), requested_at=NOW)) is RecordRefused


def _read_or_refused(source: DossierSource, item: object) -> None:
    """What is read has a head that says the same, and can be stored."""
    encoded = raw(json.dumps(item).encode())
    outcome = _outcome(lambda: source.reading(encoded, requested_at=NOW))
    assert outcome in (Reading, RecordRefused)
    if outcome is Reading:
        record = source.reading(encoded, requested_at=NOW).record
        assert source.head(encoded) == Head(record.source_id, record.updated_at)
        assert b"\\u0000" not in msgspec.json.encode(record)


def _outcome(call: Callable[[], object]) -> type:
    try:
        return type(call())
    except RecordRefused as refused:
        return type(refused)


def _refusal(source: DossierSource, item: object) -> RecordRefused | None:
    try:
        source.reading(raw(item), requested_at=NOW)
    except RecordRefused as refused:
        return refused
    return None


# --- which adapter ---


async def test_every_kind_that_can_be_configured_has_an_adapter_that_is_tested() -> None:
    kinds = {config.model_fields["kind"].default for config in (PortalConfig, *_home_configs())}
    assert kinds == ADAPTERS.keys() == {adapter.config.kind for adapter in ADAPTERS.values()}
    for adapter in ADAPTERS.values():
        source = build(adapter.config, province="H20")
        assert source.name == adapter.config.name
        await source.aclose()
    assert len({type(adapter.source) for adapter in ADAPTERS.values()}) == len(ADAPTERS)


def _home_configs() -> tuple[type[HomeConfig], ...]:
    kinds = get_args(AnyHome)[0]
    return get_args(kinds) or (kinds,)
