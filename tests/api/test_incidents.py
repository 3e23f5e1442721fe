"""Incidents over HTTP: what they have in common, how many alerts of each may be seen."""

from typing import Any

import httpx
import pytest
from sqlalchemy import update

from services.api.schemas.incidents import Incident, IncidentList
from shared.db import tables
from shared.domain.access import RANDOM_BYTES, Scope, new_key
from tests.api.world import AGO, NOW, World, bearer, let_in

PATH = "/v1/incidents"


async def incident(world: World, **values: Any) -> int:
    row = {"kind": "agency", "code": "H20.114", "severity": "warning", "rules": ["sync.status_mismatch"], "expected": 3}
    whose = {"agencies": ["H20.114"], "responsible_agency": "H20", "opened_at": NOW - AGO}
    return int(await world.write(tables.incidents, **{**row, **whose, **values}))


async def alert_of(world: World, incident_id: int, number: int, agency: str = "H20.114", **values: Any) -> int:
    code = f"{agency}-261120-{number:04d}"
    inside = {"incident_id": incident_id, "in_incident": True, "agency": agency}
    return await world.alert(code, "sync.status_mismatch", **inside, **values)


async def names(world: World) -> None:
    await world.agency("H20", "Tỉnh Gia Lai")
    for code, name in (("H20.114", "Phường Sơn Qui"), ("H20.115", "Xã Ia Tul")):
        await world.agency(code, name, parent="H20")


async def test_an_incident_tells_what_it_is_and_how_much_of_it_still_stands(client: httpx.AsyncClient, world: World) -> None:
    await names(world)
    made = await incident(world)
    for number in range(3):
        await alert_of(world, made, number)
    await world.resolve(await alert_of(world, made, 9))
    found = (await client.get(f"{PATH}/{made}")).json()
    Incident.model_validate(found)
    assert (found["state"], found["alerts"], found["standing"], found["expected"]) == ("open", 4, 3, 3)
    assert found["cause"] == {"code": "H20.114", "name": "Phường Sơn Qui"}
    assert "Phường Sơn Qui" in found["text"]
    assert "Đề nghị Tỉnh Gia Lai" in found["text"]
    assert len((await client.get(found["url"])).json()["items"]) == 3


async def test_alerts_are_found_by_their_incident(client: httpx.AsyncClient, world: World) -> None:
    one, other = await incident(world), await incident(world, code="H20.115", agencies=["H20.115"])
    mine = await alert_of(world, one, 1)
    await alert_of(world, other, 2, "H20.115")
    await world.alert()
    answer = (await client.get("/v1/alerts", params={"incident": one, "count": True})).json()
    assert [(item["id"], item["incident_id"]) for item in answer["items"]] == [(mine, one)]
    assert answer["count"] == 1
    both = (await client.get("/v1/alerts", params={"incident": [one, other]})).json()
    assert len(both["items"]) == 2
    assert (await client.get("/v1/alerts", params={"incident": "none"})).status_code == 422


async def test_incidents_are_listed_by_state_the_latest_first(client: httpx.AsyncClient, world: World) -> None:
    over, at_work = await incident(world, closed_at=NOW), await incident(world, kind="procedure", code="1.001193")
    await world.procedure("1.001193", "Đăng ký khai sinh")
    body = (await client.get(PATH)).json()
    IncidentList.model_validate(body)
    assert [item["id"] for item in body["items"]] == [at_work, over]
    assert body["items"][0]["cause"] == {"code": "1.001193", "name": "Đăng ký khai sinh"}
    assert body["items"][1]["text"].startswith("[ĐÃ KHẮC PHỤC]")
    for state, found in (("open", [at_work]), ("closed", [over])):
        assert [item["id"] for item in (await client.get(PATH, params={"state": state})).json()["items"]] == found
    assert len((await client.get(PATH, params={"state": ["open", "closed"]})).json()["items"]) == 2
    first = (await client.get(PATH, params={"limit": 1})).json()
    rest = (await client.get(PATH, params={"limit": 1, "cursor": first["next_cursor"]})).json()
    assert [item["id"] for item in first["items"] + rest["items"]] == [at_work, over]


async def test_who_sees_one_agency_sees_its_part_of_an_incident(client: httpx.AsyncClient, world: World) -> None:
    await names(world)
    wide = await incident(world, kind="source", code="portal", agencies=["H20.114", "H20.115"])
    elsewhere = await incident(world, code="H20.115", agencies=["H20.115"])
    await alert_of(world, wide, 1)
    await alert_of(world, wide, 2, "H20.115")
    key = new_key(bytes([1] * RANDOM_BYTES))
    await let_in(world.database, key, Scope.ALERTS_READ, agency="H20.114")
    [seen] = (await client.get(PATH, headers=bearer(key))).json()["items"]
    assert (seen["id"], seen["alerts"], seen["standing"]) == (wide, 1, 1)
    assert (await client.get(f"{PATH}/{elsewhere}", headers=bearer(key))).status_code == 404
    assert (await client.get(f"{PATH}/{wide}")).json()["alerts"] == 2


async def test_its_part_of_what_happened_is_in_the_feed(client: httpx.AsyncClient, world: World) -> None:
    await names(world)
    news = {
        "incident_id": 12,
        "kind": "source",
        "code": "portal",
        "severity": "warning",
        "opened_at": NOW.isoformat(),
        "alerts": 30,
        "standing": 30,
        "agencies": ["H20.114"],
    }
    await world.write(tables.outbox, at=NOW, event="incident.opened", subject="incident:12", data=news)
    [event] = (await client.get("/v1/events")).json()["items"]
    assert event["type"] == "incident.opened"
    assert (event["data"]["incident"]["id"], event["data"]["incident"]["name"]) == (12, "portal")
    for number, (agency, count) in enumerate((("H20.114", 1), ("H20.115", 0)), 1):
        key = new_key(bytes([number] * RANDOM_BYTES))
        await let_in(world.database, key, Scope.ALERTS_READ, agency=agency)
        assert len((await client.get("/v1/events", headers=bearer(key))).json()["items"]) == count


@pytest.mark.parametrize("path", [f"{PATH}/1", f"{PATH}/9223372036854775807"])
async def test_what_is_not_there_is_not_found(client: httpx.AsyncClient, path: str) -> None:
    assert (await client.get(path)).status_code == 404


async def test_an_alert_that_was_told_by_itself_stays_in_its_incident(client: httpx.AsyncClient, world: World) -> None:
    made = await incident(world, closed_at=NOW)
    told = await alert_of(world, made, 1)
    async with world.database.begin() as connection:
        await connection.execute(update(tables.alerts).values(in_incident=False))
    assert [item["id"] for item in (await client.get("/v1/alerts", params={"incident": made})).json()["items"]] == [told]
