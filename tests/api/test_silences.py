"""Silences over HTTP: made, listed, ended; and everything that is refused."""

from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import select

from services.api.schemas.problem import ProblemDocument
from services.api.schemas.silences import LONGEST, Silence, SilenceList
from shared.db import tables
from shared.domain.access import RANDOM_BYTES, Scope, new_key
from tests.api.world import CODE, KEY, NOW, World, bearer, let_in

PATH = "/v1/silences"
ENDS = NOW + timedelta(hours=6)
BODY = {"rules": ["deadline"], "ends_at": ENDS.isoformat(), "reason": "Bảo trì"}
TICK = timedelta(microseconds=1)


async def make(client: httpx.AsyncClient, **values: Any) -> dict[str, Any]:
    response = await client.post(PATH, json={**BODY, **values})
    assert response.status_code == 201, response.text
    Silence.model_validate(response.json())
    return dict(response.json())


async def refused(response: httpx.Response, status: int = 422) -> list[tuple[str, str]]:
    assert (response.status_code, response.headers["content-type"]) == (status, "application/problem+json"), response.text
    return [(error.parameter, error.reason) for error in ProblemDocument.model_validate(response.json()).errors]


async def commune(world: World) -> dict[str, str]:
    """The header of somebody who sees H20.114 and may keep silent."""
    await world.agency("H20")
    await world.agency("H20.114", parent="H20")
    await world.agency("H20.115", parent="H20")
    key = new_key(bytes([1] * RANDOM_BYTES))
    await let_in(world.database, key, Scope.ALERTS_READ, Scope.ALERTS_WRITE, agency="H20.114")
    return bearer(key)


async def test_a_silence_is_made_by_who_asks_from_now_on(client: httpx.AsyncClient) -> None:
    response = await client.post(PATH, json=BODY)
    made = response.json()
    assert response.headers["location"] == f"{PATH}/{made['id']}"
    assert (made["starts_at"], made["ends_at"]) == ("2026-11-20T14:00:00+07:00", "2026-11-20T20:00:00+07:00")
    assert (made["author"], made["reason"], made["state"]) == (f"key:{KEY.prefix}", "Bảo trì", "active")
    assert (made["rules"], made["agencies"], made["procedures"], made["dossier"]) == (["deadline"], [], [], None)
    counted = ("events_held", "alerts_held", "alerts_standing", "alerts_told")
    assert [made[name] for name in counted] == [0, 0, 0, 0]
    assert (await client.get(f"{PATH}/{made['id']}")).json() == made


async def test_codes_are_kept_in_normal_form(client: httpx.AsyncClient, world: World) -> None:
    await world.agency("H20.114")
    await world.judged(CODE, procedure="1.001193")
    made = await make(client, agencies=["000.00.114.H20"], dossier=CODE.lower(), procedures=["1.001193"])
    assert (made["agencies"], made["dossier"], made["procedures"]) == (["H20.114"], CODE, ["1.001193"])


async def test_silences_are_listed_by_state_the_latest_first(client: httpx.AsyncClient, world: World) -> None:
    planned = await make(client, starts_at=(NOW + timedelta(hours=2)).isoformat())
    active = await make(client)
    ended = await make(client)
    await client.delete(f"{PATH}/{ended['id']}")
    listed = (await client.get(PATH)).json()
    SilenceList.model_validate(listed)
    assert [item["id"] for item in listed["items"]] == [ended["id"], active["id"], planned["id"]]
    for state, one in (("planned", planned), ("active", active), ("ended", ended)):
        assert [item["id"] for item in (await client.get(PATH, params={"state": state})).json()["items"]] == [one["id"]]
    both = (await client.get(PATH, params={"state": ["planned", "ended"], "limit": 1})).json()
    rest = (await client.get(PATH, params={"state": ["planned", "ended"], "limit": 1, "cursor": both["next_cursor"]})).json()
    assert [item["id"] for item in both["items"] + rest["items"]] == [ended["id"], planned["id"]]


async def test_a_silence_has_begun_at_its_first_moment_and_ended_at_its_last(client: httpx.AsyncClient, world: World) -> None:
    path = f"{PATH}/{(await make(client, starts_at=(NOW + timedelta(hours=1)).isoformat()))['id']}"
    for moment, state in (
        (NOW + timedelta(hours=1) - TICK, "planned"),
        (NOW + timedelta(hours=1), "active"),
        (ENDS - TICK, "active"),
        (ENDS, "ended"),
    ):
        world.now = moment
        assert (await client.get(path)).json()["state"] == state
        assert [item["state"] for item in (await client.get(PATH, params={"state": state})).json()["items"]] == [state]


async def test_a_silence_is_ended_once_by_whoever_is_first(client: httpx.AsyncClient, world: World) -> None:
    made = await make(client)
    world.now = NOW + timedelta(minutes=5)
    ended = (await client.delete(f"{PATH}/{made['id']}")).json()
    assert (ended["state"], ended["ends_at"], ended["ended_by"]) == ("ended", "2026-11-20T14:05:00+07:00", f"key:{KEY.prefix}")
    world.now = NOW + timedelta(minutes=9)
    assert (await client.delete(f"{PATH}/{made['id']}")).json() == ended
    async with world.database.begin() as connection:
        told = (await connection.execute(select(tables.audit_log.c.action, tables.audit_log.c.subject))).all()
    subject = f"silence:{made['id']}"
    assert [tuple(row) for row in told] == [("silence.created", subject), ("silence.ended", subject)]


async def test_what_is_held_back_is_counted(client: httpx.AsyncClient, world: World) -> None:
    made = await make(client)
    for alert_id in (4, 5):
        await world.write(tables.held_alerts, alert_id=alert_id, silence_id=made["id"], event="alert.opened")
    assert (await client.get(f"{PATH}/{made['id']}")).json()["alerts_standing"] == 2


@pytest.mark.parametrize(
    ("values", "parameter", "reason"),
    [
        ({"rules": []}, "rules", "name a rule, an agency, a procedure or a dossier"),
        ({"rules": ["deadline.sometime"]}, "rules.0", "unknown rule or family"),
        ({"agencies": ["H20.77"]}, "agencies", "unknown agency"),
        ({"procedures": ["9.999999"]}, "procedures", "unknown procedure"),
        ({"dossier": "H20.1-1"}, "dossier", "unknown dossier"),
        ({"reason": ""}, "reason", "at least 1"),
        ({"reason": "x" * 501}, "reason", "at most 500"),
        ({"ends_at": "2026-11-20T20:00:00"}, "ends_at", "must be a moment"),
        ({"ends_at": NOW.isoformat()}, "ends_at", "must be later than it starts"),
        ({"ends_at": (NOW + LONGEST + TICK).isoformat()}, "ends_at", "at most 92 days"),
        ({"starts_at": (NOW - TICK).isoformat()}, "starts_at", "must not have passed"),
        ({"until": "tomorrow"}, "until", "unknown key"),
    ],
)
async def test_what_cannot_be_used_is_named(
    client: httpx.AsyncClient, values: dict[str, Any], parameter: str, reason: str
) -> None:
    [(named, why)] = await refused(await client.post(PATH, json={**BODY, **values}))
    assert named == parameter
    assert reason in why
    assert (await client.get(PATH)).json()["items"] == []


async def test_the_longest_silence_is_as_long_as_it_may_be(client: httpx.AsyncClient) -> None:
    made = await make(client, ends_at=(NOW + LONGEST).isoformat())
    assert datetime.fromisoformat(made["ends_at"]) == NOW + LONGEST


async def test_who_sees_one_agency_keeps_silent_about_that_one_only(client: httpx.AsyncClient, world: World) -> None:
    headers = await commune(world)
    whole = await make(client)
    own = (await client.post(PATH, json=BODY, headers=headers)).json()
    assert own["owner_agency"] == "H20.114"
    assert [item["id"] for item in (await client.get(PATH, headers=headers)).json()["items"]] == [own["id"]]
    assert (await client.get(f"{PATH}/{whole['id']}", headers=headers)).status_code == 404
    assert (await client.delete(f"{PATH}/{whole['id']}", headers=headers)).status_code == 404
    assert (await client.get(f"{PATH}/{whole['id']}")).json()["state"] == "active"
    answer = await client.post(PATH, json={**BODY, "agencies": ["H20.115"]}, headers=headers)
    assert await refused(answer) == [("agencies", "unknown agency")]


async def test_what_is_not_there_cannot_be_read_or_ended(client: httpx.AsyncClient, app: FastAPI) -> None:
    assert (await client.get(f"{PATH}/9")).status_code == 404
    assert (await client.delete(f"{PATH}/9")).status_code == 404
