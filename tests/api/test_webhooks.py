"""Webhooks over HTTP: made, read, changed, rotated, deleted; and everything that is refused."""

import base64
from datetime import timedelta
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import select

from services.api.app import create_app
from services.api.caller import Caller, caller
from services.api.routes.webhooks import MOST_SECRETS, MOST_WEBHOOKS, OVERLAP
from services.api.schemas.problem import ProblemDocument
from services.api.schemas.webhooks import Webhook, WebhookList, WebhookWithSecret
from shared.config import Config
from shared.db import tables
from shared.domain.agencies import AgencyTree
from shared.domain.recipients import Role
from tests.api.world import AGO, World, ask

PATH = "/v1/webhooks"
URL = "https://vanphong.example.vn/watch766?k=1"


async def make(client: httpx.AsyncClient, **values: Any) -> dict[str, Any]:
    response = await client.post(PATH, json={"url": URL, **values})
    assert response.status_code == 201, response.text
    WebhookWithSecret.model_validate(response.json())
    return dict(response.json())


async def refused(response: httpx.Response, status: int) -> list[tuple[str, str]]:
    assert (response.status_code, response.headers["content-type"]) == (status, "application/problem+json"), response.text
    return [(error.parameter, error.reason) for error in ProblemDocument.model_validate(response.json()).errors]


async def stored(world: World) -> list[Any]:
    async with world.database.begin() as connection:
        query = select(tables.webhook_secrets).order_by(tables.webhook_secrets.c.id)
        return list((await connection.execute(query)).mappings())


def opened(app: FastAPI, sealed: bytes) -> str:
    return str(app.state.subscribing.sealer.open(sealed).decode())


async def test_a_webhook_is_made_with_what_was_left_out_as_usual(client: httpx.AsyncClient, world: World) -> None:
    response = await client.post(PATH, json={"url": URL})
    body = response.json()
    assert response.headers["location"] == f"{PATH}/{body['id']}"
    assert response.headers["cache-control"] == "no-store"
    wanted = {name: body[name] for name in ("agencies", "rules", "least_severity", "role", "mode", "active", "state")}
    usual = {"agencies": [], "rules": [], "least_severity": "warning", "role": "office", "mode": "each", "active": True}
    assert wanted == {**usual, "state": "listening"}
    assert (body["owner_agency"], body["created_at"]) == (None, "2026-11-20T14:00:00+07:00")


async def test_the_secret_is_shown_once_and_kept_sealed(client: httpx.AsyncClient, app: FastAPI, world: World) -> None:
    made = await make(client)
    assert made["secret"].startswith("whsec_")
    assert len(base64.b64decode(made["secret"].removeprefix("whsec_"))) == 32
    row = (await stored(world))[0]
    assert opened(app, row["sealed"]) == made["secret"]
    for path in (PATH, f"{PATH}/{made['id']}", f"{PATH}/{made['id']}/deliveries", "/v1/events", "/metrics"):
        assert made["secret"][6:] not in (await client.get(path)).text
    Webhook.model_validate((await client.get(f"{PATH}/{made['id']}")).json())


async def test_no_secret_and_no_address_is_logged(client: httpx.AsyncClient, log_lines: list[dict[str, Any]]) -> None:
    made = await make(client)
    again = (await client.post(f"{PATH}/{made['id']}/secret/rotate")).json()
    for told in (made["secret"][6:], again["secret"][6:], "vanphong"):
        assert told not in str(log_lines)


async def test_webhooks_are_listed_in_the_order_they_were_made(client: httpx.AsyncClient) -> None:
    ids = [(await make(client, description=f"số {number}"))["id"] for number in range(3)]
    first = (await client.get(PATH, params={"limit": 2})).json()
    WebhookList.model_validate(first)
    rest = (await client.get(PATH, params={"limit": 2, "cursor": first["next_cursor"]})).json()
    assert [item["id"] for item in first["items"] + rest["items"]] == ids


async def test_what_is_named_is_changed_and_the_rest_stays(client: httpx.AsyncClient, world: World) -> None:
    await world.agency("H20.114")
    made = await make(client, role="handling", rules=["deadline"], agencies=["000.00.114.H20"])
    assert made["agencies"] == ["H20.114"]
    world.now += timedelta(minutes=1)
    changed = (await client.patch(f"{PATH}/{made['id']}", json={"least_severity": "critical", "rules": []})).json()
    Webhook.model_validate(changed)
    assert changed["changed_at"] == "2026-11-20T14:01:00+07:00"
    kept = ("url", "role", "agencies", "created_at", "active", "secrets")
    assert {name: changed[name] for name in kept} == {name: made[name] for name in kept}
    assert (changed["least_severity"], changed["rules"]) == ("critical", [])


@pytest.mark.parametrize("window", ["always", "working_time", ["07:00-11:30", "13:30-17:00"]])
async def test_a_window_is_told_as_it_was_given(client: httpx.AsyncClient, window: str | list[str]) -> None:
    made = await make(client, window=window, critical_at_once=False)
    assert (made["window"], made["critical_at_once"]) == (window, False)
    other = (await client.patch(f"{PATH}/{made['id']}", json={"critical_at_once": True})).json()
    assert (other["window"], other["critical_at_once"]) == (window, True)


async def test_another_window_lets_go_of_what_is_held(client: httpx.AsyncClient, world: World) -> None:
    made, later = await make(client, window="working_time"), world.now + timedelta(hours=15)
    await world.delivery(made["id"], state="waiting", attempts=0, finished_at=None, due_at=later, held_until=later)
    await client.patch(f"{PATH}/{made['id']}", json={"description": "như cũ"})
    [waiting] = (await client.get(f"{PATH}/{made['id']}/deliveries")).json()["items"]
    assert waiting["due_at"] == "2026-11-21T05:00:00+07:00"
    await client.patch(f"{PATH}/{made['id']}", json={"window": "always"})
    [waiting] = (await client.get(f"{PATH}/{made['id']}/deliveries")).json()["items"]
    assert waiting["due_at"] == "2026-11-20T14:00:00+07:00"


async def test_a_paused_webhook_says_so(client: httpx.AsyncClient) -> None:
    made = await make(client, active=False)
    assert made["state"] == "paused"
    assert (await client.patch(f"{PATH}/{made['id']}", json={"active": True})).json()["state"] == "listening"


@pytest.mark.parametrize("how", ["enable", "patch"])
async def test_a_webhook_that_was_switched_off_is_enabled_again(client: httpx.AsyncClient, world: World, how: str) -> None:
    off = {"disabled_at": world.now - AGO, "disabled_reason": "failing", "failing_since": world.now - 100 * AGO}
    made = await world.webhook(**off)
    before = (await client.get(f"{PATH}/{made}")).json()
    assert (before["state"], before["disabled_reason"]) == ("disabled", "failing")
    if how == "enable":
        after = (await client.post(f"{PATH}/{made}/enable")).json()
    else:
        after = (await client.patch(f"{PATH}/{made}", json={"active": True})).json()
    assert [after[name] for name in ("state", "disabled_at", "disabled_reason", "failing_since")] == [
        "listening",
        None,
        None,
        None,
    ]


async def test_after_a_rotation_both_secrets_sign_for_a_day(client: httpx.AsyncClient, app: FastAPI, world: World) -> None:
    made = await make(client)
    world.now += timedelta(hours=1)
    turned = (await client.post(f"{PATH}/{made['id']}/secret/rotate")).json()
    WebhookWithSecret.model_validate(turned)
    assert turned["secret"] != made["secret"]
    assert [opened(app, row["sealed"]) for row in await stored(world)] == [made["secret"], turned["secret"]]
    assert [row["expires_at"] for row in await stored(world)] == [world.now + OVERLAP, None]
    assert len(turned["secrets"]) == 2
    world.now += OVERLAP - timedelta(microseconds=1)
    assert len((await client.get(f"{PATH}/{made['id']}")).json()["secrets"]) == 2
    world.now += timedelta(microseconds=1)
    assert len((await client.get(f"{PATH}/{made['id']}")).json()["secrets"]) == 1
    await client.post(f"{PATH}/{made['id']}/secret/rotate")
    assert len(await stored(world)) == 2, "what signs no more is forgotten"


async def test_not_every_secret_there_ever_was_signs(client: httpx.AsyncClient) -> None:
    made = await make(client)
    rotate = f"{PATH}/{made['id']}/secret/rotate"
    assert [(await client.post(rotate)).status_code for _ in range(MOST_SECRETS)] == [200] * (MOST_SECRETS - 1) + [409]


async def test_a_deleted_webhook_leaves_nothing(client: httpx.AsyncClient, world: World) -> None:
    made = await make(client)
    await world.delivery(made["id"])
    other = await world.webhook()
    kept = await world.delivery(other)
    response = await client.delete(f"{PATH}/{made['id']}")
    assert (response.status_code, response.content) == (204, b"")
    assert (await client.get(f"{PATH}/{made['id']}")).status_code == 404
    assert await stored(world) == []
    async with world.database.begin() as connection:
        assert list((await connection.execute(select(tables.deliveries.c.id))).scalars()) == [kept]
        assert list((await connection.execute(select(tables.delivery_attempts.c.delivery_id))).scalars()) == [kept]
    assert (await client.delete(f"{PATH}/{made['id']}")).status_code == 404


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("http://one.example.vn/in", "must begin with https://"),
        ("ftp://one.example.vn/in", "must begin with https://"),
        ("one.example.vn", "must"),
        ("https://user:pass@one.example.vn/in", "must hold no user and no password"),
        ("https://one.example.vn:22/in", "must name port"),
        ("https://one.example.vn:99999/in", "must name a port"),
        ("https://127.0.0.1/in", "private network"),
        ("https://[::1]/in", "private network"),
        ("https://169.254.169.254/latest", "private network"),
        ("https://inside.example.vn/in", "not allowed"),
        ("https://nowhere.example.vn/in", "cannot be resolved"),
        ("https://one.example.vn/#part", "must have no fragment"),
        ("https://one.example.vn/a b", "printable"),
        ("https://one.example.vn/" + "a" * 2000, "at most 2000"),
        ("", "at least 1"),
    ],
)
async def test_an_address_that_nothing_would_be_sent_to_is_refused(
    client: httpx.AsyncClient, world: World, url: str, reason: str
) -> None:
    errors = await refused(await client.post(PATH, json={"url": url}), 422)
    assert [parameter for parameter, _ in errors] == ["url"]
    assert reason in errors[0][1]
    assert (await client.get(PATH)).json()["items"] == [], "nothing is half stored"
    assert await stored(world) == []
    made = await make(client)
    assert (await client.patch(f"{PATH}/{made['id']}", json={"url": url})).status_code == 422
    assert (await client.get(f"{PATH}/{made['id']}")).json()["url"] == URL


@pytest.mark.parametrize(
    ("body", "parameter", "reason"),
    [
        ({"rules": ["deadline", "deadline.sometime"]}, "rules.1", "unknown rule or family"),
        ({"rules": ["deadline"] * 201}, "rules", "at most 200"),
        ({"agencies": ["H20.77"]}, "agencies", "unknown agency"),
        ({"agencies": ["H20"] * 201}, "agencies", "at most 200"),
        ({"agencies": [1]}, "agencies.0", "valid string"),
        ({"role": "mayor"}, "role", "'receiving', 'handling', 'sync', 'office' or 'ops'"),
        ({"least_severity": "high"}, "least_severity", "'warning' or 'critical'"),
        ({"mode": "hourly"}, "mode", "Input should be 'each' or 'digest'"),
        ({"mode": "often"}, "mode", "'each'"),
        ({"window": "never"}, "window", "must be `always`, `working_time` or shifts"),
        ({"window": ["08:00-07:00"]}, "window", "must be `always`, `working_time` or shifts"),
        ({"window": ["25:00-26:00"]}, "window", "must be `always`, `working_time` or shifts"),
        ({"critical_at_once": "no"}, "critical_at_once", "boolean"),
        ({"active": "yes"}, "active", "boolean"),
        ({"active": None}, "active", "boolean"),
        ({"description": "x" * 501}, "description", "at most 500"),
        ({"description": "a\0b"}, "description", "character that cannot be used"),
        ({"url": None}, "url", "string"),
        ({"secret": "whsec_mine"}, "secret", "unknown key"),
        ({"owner_agency": "H20"}, "owner_agency", "unknown key"),
    ],
)
async def test_what_cannot_be_used_is_named(client: httpx.AsyncClient, body: dict[str, Any], parameter: str, reason: str) -> None:
    for response in (
        await client.post(PATH, json={"url": URL, **body}),
        await client.patch(f"{PATH}/{(await make(client))['id']}", json=body),
    ):
        errors = await refused(response, 422)
        assert [name for name, _ in errors] == [parameter]
        assert reason in errors[0][1]


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"null", b"\xff"])
async def test_what_is_no_object_is_refused(client: httpx.AsyncClient, content: bytes) -> None:
    response = await client.post(PATH, content=content, headers={"Content-Type": "application/json"})
    assert [name for name, _ in await refused(response, 422)] == ["body"]


@pytest.mark.parametrize("chunked", [False, True], ids=["at once", "in pieces"])
async def test_a_body_that_is_too_long_is_refused(client: httpx.AsyncClient, chunked: bool) -> None:  # noqa: FBT001 - a parameter
    async def pieces() -> Any:
        for _ in range(30):
            yield b" " * 10_000

    content = pieces() if chunked else b" " * 300_000
    await refused(await client.post(PATH, content=content, headers={"Content-Type": "application/json"}), 413)


async def test_there_are_only_so_many(client: httpx.AsyncClient, world: World) -> None:
    for _ in range(MOST_WEBHOOKS - 1):
        await world.webhook()
    await make(client)
    await refused(await client.post(PATH, json={"url": URL}), 409)


async def test_without_a_key_no_secret_is_made(world: World) -> None:
    async with ask(create_app(world.database, Config(), clock=world.clock, resolve=world.addresses)) as client:
        response = await client.post(PATH, json={"url": URL})
        assert "WATCH766_WEBHOOK_KEY" in response.json()["detail"]
        await refused(response, 503)
        assert (await client.get(PATH)).json()["items"] == []


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "9"),
        ("PATCH", "9"),
        ("DELETE", "9"),
        ("POST", "9/enable"),
        ("POST", "9/secret/rotate"),
        ("POST", "9/test"),
        ("POST", "9/replay"),
        ("POST", "9/deliveries/1/replay"),
        ("GET", "9/deliveries"),
    ],
)
async def test_a_webhook_that_is_not_there_is_a_404(client: httpx.AsyncClient, world: World, method: str, path: str) -> None:
    bodies = {"9/test": {}, "9/replay": {"since": "2026-11-20T00:00:00Z"}}
    json = {} if method == "PATCH" else bodies.get(path)
    await refused(await client.request(method, f"{PATH}/{path}", json=json), 404)
    await refused(await client.request(method, f"{PATH}/{path}?colour=red", json=json), 422)


async def test_roles_are_those_that_are_told(client: httpx.AsyncClient) -> None:
    for role in Role:
        assert (await make(client, role=role.value))["role"] == role


@pytest.fixture
def commune(world: World, app: FastAPI) -> FastAPI:
    """The application as one commune sees it."""
    config = Config()
    mine = create_app(world.database, config, sealer=app.state.subscribing.sealer, clock=world.clock, resolve=world.addresses)
    mine.dependency_overrides[caller] = lambda: Caller(AgencyTree({"H20.114": "H20", "H20.114.01": "H20.114"}))
    return mine


async def test_a_bounded_caller_makes_and_sees_his_own_only(commune: FastAPI, world: World) -> None:
    for code, parent in (("H20", None), ("H20.114", "H20"), ("H20.114.01", "H20.114"), ("H20.115", "H20")):
        await world.agency(code, parent=parent)
    others = [await world.webhook(), await world.webhook(owner_agency="H20.115")]
    async with ask(commune) as client:
        made = await make(client, agencies=["H20.114.01"])
        assert made["owner_agency"] == "H20.114"
        assert [item["id"] for item in (await client.get(PATH)).json()["items"]] == [made["id"]]
        assert await refused(await client.post(PATH, json={"url": URL, "agencies": ["H20.115"]}), 422) == [
            ("agencies", "unknown agency")
        ]
        for other in others:
            for method, path in (
                ("GET", ""),
                ("DELETE", ""),
                ("POST", "/enable"),
                ("POST", "/secret/rotate"),
                ("GET", "/deliveries"),
            ):
                assert (await client.request(method, f"{PATH}/{other}{path}")).status_code == 404
            assert (await client.patch(f"{PATH}/{other}", json={"active": False})).status_code == 404
            assert (await client.post(f"{PATH}/{other}/test", json={})).status_code == 404


async def test_who_sees_several_agencies_cannot_make_one_for_all_of_them(commune: FastAPI) -> None:
    commune.dependency_overrides[caller] = lambda: Caller(AgencyTree({"H20.114": "H20", "H20.115": "H20"}))
    async with ask(commune) as client:
        assert (await client.post(PATH, json={"url": URL})).json()["type"].endswith(":no-single-agency")
