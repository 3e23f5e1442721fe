"""Alerts acknowledged over HTTP: who, why, until when; and everything that is refused."""

from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from services.api.schemas.acknowledgements import LONGEST, LONGEST_NOTE, MOST_AT_ONCE
from services.api.schemas.alerts import Alert, AlertWithHistory
from shared.db import tables
from shared.db.schema import ensure_partitions
from shared.db.stores.acknowledgements import lapse
from shared.domain.access import RANDOM_BYTES, Scope, new_key
from tests.api.world import KEY, NOW, PROVINCE, World, bearer, let_in

TICK = timedelta(microseconds=1)
UNTIL = NOW + timedelta(hours=2)
BODY = {"cause": "workload", "until": UNTIL.isoformat(), "note": "Đã phân công"}
BY = f"key:{KEY.prefix}"


@pytest.fixture(autouse=True)
async def partitions(world: World) -> None:
    async with world.database.begin() as connection:
        await ensure_partitions(connection, NOW)


def path(alert_id: int | str) -> str:
    return f"/v1/alerts/{alert_id}/acknowledge"


async def history(client: httpx.AsyncClient, alert_id: int) -> list[dict[str, Any]]:
    body = (await client.get(f"/v1/alerts/{alert_id}")).json()
    AlertWithHistory.model_validate(body)
    return list(body["history"])


async def summary(client: httpx.AsyncClient, **params: Any) -> dict[str | None, int]:
    items = (await client.get("/v1/alerts/summary", params=params)).json()["items"]
    return {item["key"]: item["count"] for item in items}


async def test_who_acknowledges_says_why_and_until_when(client: httpx.AsyncClient, world: World) -> None:
    alert = await world.alert()
    response = await client.post(path(alert), json=BODY)
    body = response.json()
    assert response.status_code == 200, response.text
    Alert.model_validate(body)
    said = {"by": BY, "at": "2026-11-20T14:00:00+07:00", "until": "2026-11-20T16:00:00+07:00", "note": "Đã phân công"}
    assert (body["state"], body["acknowledgement"]) == ("acknowledged", {**said, "cause": "workload"})
    changes = {
        "state": ["open", "acknowledged"],
        "cause": [None, "workload"],
        "acknowledged_until": [None, "2026-11-20T16:00:00+07:00"],
    }
    assert await history(client, alert) == [
        {"at": "2026-11-20T14:00:00+07:00", "event": "acknowledged", "changes": changes, "reason": None, "actor": BY}
    ]


async def test_the_note_stays_out_of_the_audit_log(client: httpx.AsyncClient, world: World) -> None:
    alert = await world.alert()
    await client.post(path(alert), json=BODY)
    async with world.database.begin() as connection:
        log = tables.audit_log.c
        entries = (await connection.execute(select(log.action, log.subject, log.details))).all()
    action, subject, details = entries[-1]
    assert (action, subject) == ("alert.acknowledged", f"alert:{alert}")
    assert details.keys() == {"cause", "until"}


async def test_an_acknowledgement_is_taken_back(client: httpx.AsyncClient, world: World) -> None:
    alert = await world.alert()
    await client.post(path(alert), json=BODY)
    body = (await client.delete(path(alert))).json()
    assert (body["state"], body["acknowledgement"]) == ("open", None)
    assert (await client.delete(path(alert))).status_code == 200
    assert [change["event"] for change in await history(client, alert)] == ["unacknowledged", "acknowledged"]


async def test_what_is_resolved_cannot_be_acknowledged(client: httpx.AsyncClient, world: World) -> None:
    alert = await world.alert()
    await world.resolve(alert)
    response = await client.post(path(alert), json=BODY)
    assert (response.status_code, response.json()["type"]) == (409, "urn:watch766:problem:alert-resolved")


async def test_many_are_acknowledged_at_once_and_the_rest_is_named(client: httpx.AsyncClient, world: World) -> None:
    alerts = [await world.alert(f"H20.14-261117-{number:04}") for number in range(3)]
    await world.resolve(alerts[1])
    response = await client.post("/v1/alerts/acknowledge", json={"ids": [*alerts, 10**9], "cause": "software"})
    assert response.json() == {"acknowledged": [alerts[0], alerts[2]], "left": sorted([alerts[1], 10**9])}
    assert await summary(client, by="cause") == {"software": 2}
    assert await summary(client, by="cause", cause="citizen") == {}


async def test_who_sees_one_agency_acknowledges_what_stands_there_only(client: httpx.AsyncClient, world: World) -> None:
    for agency in ("H20.114", "H20.115"):
        await world.agency(agency)
    own, other = [await world.alert(f"H20.14-261117-{code[-3:]}0", agency=code) for code in ("H20.114", "H20.115")]
    key = new_key(bytes([1] * RANDOM_BYTES))
    await let_in(world.database, key, Scope.ALERTS_READ, Scope.ALERTS_WRITE, agency="H20.114")
    headers = bearer(key)
    assert (await client.post(path(other), json=BODY, headers=headers)).status_code == 404
    assert (await client.delete(path(other), headers=headers)).status_code == 404
    many = await client.post("/v1/alerts/acknowledge", json={"ids": [own, other], "cause": "other"}, headers=headers)
    assert many.json() == {"acknowledged": [own], "left": [other]}


async def test_reading_is_not_enough(client: httpx.AsyncClient, world: World) -> None:
    alert = await world.alert()
    key = new_key(bytes([2] * RANDOM_BYTES))
    await let_in(world.database, key, Scope.ALERTS_READ)
    assert (await client.post(path(alert), json=BODY, headers=bearer(key))).status_code == 403


@pytest.mark.parametrize(
    ("values", "parameter"),
    [
        ({"cause": "weather"}, "cause"),
        ({"until": NOW.isoformat()}, "until"),
        ({"until": (NOW + LONGEST + TICK).isoformat()}, "until"),
        ({"until": "2026-11-20T16:00:00"}, "until"),
        ({"note": "a" * (LONGEST_NOTE + 1)}, "note"),
        ({"note": "a\x07b"}, "note"),
        ({"note": ""}, "note"),
        ({"by": "somebody"}, "by"),
    ],
)
async def test_what_cannot_be_used_is_refused_by_name(
    client: httpx.AsyncClient, world: World, values: dict[str, Any], parameter: str
) -> None:
    alert = await world.alert()
    response = await client.post(path(alert), json={**BODY, **values})
    assert (response.status_code, response.json()["errors"][0]["parameter"]) == (422, parameter)
    assert await history(client, alert) == []


@pytest.mark.parametrize(
    "values", [{"until": (NOW + TICK).isoformat()}, {"until": (NOW + LONGEST).isoformat()}, {"note": "a" * LONGEST_NOTE}]
)
async def test_the_bounds_themselves_are_fine(client: httpx.AsyncClient, world: World, values: dict[str, Any]) -> None:
    assert (await client.post(path(await world.alert()), json={**BODY, **values})).status_code == 200


@pytest.mark.parametrize("ids", [[], [0], list(range(1, MOST_AT_ONCE + 2))])
async def test_at_least_one_and_not_too_many_at_once(client: httpx.AsyncClient, ids: list[int]) -> None:
    assert (await client.post("/v1/alerts/acknowledge", json={"ids": ids, "cause": "other"})).status_code == 422


async def test_it_is_open_again_once_its_time_has_come(client: httpx.AsyncClient, world: World) -> None:
    alert = await world.alert()
    await client.post(path(alert), json=BODY)
    lapsed = []
    for moment in (UNTIL - TICK, UNTIL, UNTIL):
        async with world.database.begin() as connection:
            lapsed.append(await lapse(connection, PROVINCE, now=moment))
    assert lapsed == [0, 1, 0]
    body = (await client.get(f"/v1/alerts/{alert}")).json()
    assert (body["state"], body["acknowledgement"]["cause"]) == ("open", "workload")
    assert [(change["event"], change["actor"]) for change in body["history"]] == [("lapsed", None), ("acknowledged", BY)]


async def test_how_alerts_ended_is_counted_and_filtered(client: httpx.AsyncClient, world: World) -> None:
    first = await world.alert(state="resolved", resolved_at=NOW, resolution="late")
    again = await world.alert(reopens=first)
    assert await summary(client, by="resolution", state="resolved") == {"late": 1}
    listed = (await client.get("/v1/alerts", params={"state": "resolved", "resolution": "late"})).json()["items"]
    assert [(alert["id"], alert["resolution"], alert["reopened_by"]) for alert in listed] == [(first, "late", again)]
    assert (await client.get(f"/v1/alerts/{again}")).json()["reopens"] == first


async def test_alerts_are_counted_by_when_they_opened(client: httpx.AsyncClient, world: World) -> None:
    await world.alert(opened_at=NOW)
    for moments, expected in (
        ({"opened_from": NOW.isoformat(), "opened_to": (NOW + TICK).isoformat()}, {None: 1}),
        ({"opened_from": (NOW + TICK).isoformat()}, {}),
        ({"opened_to": NOW.isoformat()}, {}),
    ):
        assert await summary(client, by="cause", **moments) == expected
