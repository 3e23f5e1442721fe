"""Whatever belongs to another agency is not there for who is bound to one: in every path and in every body."""

import json
from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx
import pytest
from sqlalchemy import func, select

from services.api.app import create_app
from services.api.examples import EXAMPLES
from shared.config import Config
from shared.db import tables
from shared.domain.access import RANDOM_BYTES, new_key
from shared.sealing import Sealer
from shared.sealing import new_key as new_seal
from tests.api.conftest import OFTEN
from tests.api.test_attacks import DOCUMENT, OTHER, OWN
from tests.api.world import AGO, World, ask, bearer, let_in

BOUND = new_key(b"o" * RANDOM_BYTES)
DOSSIER = f"{OTHER}-261120-0002"
ABSENT = "999999999"
FOR_ALL = {"/v1/sources/{name}", "/v1/sources/{name}/rejects"}
"""What is no agency's: how far a source is read."""

Operation = tuple[str, str]


def names_one() -> list[Operation]:
    """Every operation about one thing that may be another agency's."""
    return [
        (method, path) for path, methods in DOCUMENT["paths"].items() for method in methods if "{" in path and path not in FOR_ALL
    ]


def takes_agencies() -> Iterator[tuple[str, str, str]]:
    """Every operation whose body names agencies or a dossier, with the field."""
    for path, methods in DOCUMENT["paths"].items():
        for method, operation in methods.items():
            for field in _fields(operation):
                if "agenc" in field or "dossier" in field:
                    yield method, path, field


def _schema(operation: dict[str, Any]) -> str:
    content = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
    return str(content.get("schema", {}).get("$ref", "")).rpartition("/")[2]


def _fields(operation: dict[str, Any]) -> list[str]:
    name = _schema(operation)
    return list(DOCUMENT["components"]["schemas"][name]["properties"]) if name else []


def body_of(method: str, path: str) -> Any:
    """Return a body as the document shows it."""
    name = _schema(DOCUMENT["paths"][path][method])
    return EXAMPLES[name] if name else None


@pytest.fixture
async def theirs(world: World) -> dict[str, str]:
    """One of everything that is another agency's: what stands for it in a path."""
    for agency in (OWN, OTHER):
        await world.agency(agency, parent="H20", level=3)
    await world.official(OTHER)
    await world.source("igate")
    await world.judged(DOSSIER, agency=OTHER, source="igate")
    alert = await world.alert(DOSSIER, agency=OTHER)
    webhook = await world.webhook(owner_agency=OTHER)
    delivery = await world.delivery(webhook, state="failed")
    silence = {"starts_at": world.now, "ends_at": world.now + AGO, "author": "key:tests", "reason": "thử", "owner_agency": OTHER}
    made = await world.write(tables.silences, **silence, created_at=world.now)
    cause = {"kind": "agency", "code": OTHER, "severity": "critical", "rules": [], "agencies": [OTHER], "expected": 9}
    incident = await world.write(tables.incidents, **cause, opened_at=world.now)
    found = {"alert_id": alert, "webhook_id": webhook, "delivery_id": delivery, "silence_id": made, "incident_id": incident}
    return {name: str(number) for name, number in found.items()}


@pytest.fixture
async def bound(world: World) -> AsyncIterator[httpx.AsyncClient]:
    """Who may everything, at one agency."""
    await let_in(world.database, BOUND, agency=OWN)
    config = Config(access=OFTEN)
    app = create_app(world.database, config, sealer=Sealer([new_seal()]), clock=world.clock, resolve=world.addresses)
    async with ask(app) as client:
        client.headers.update(bearer(BOUND))
        yield client


def address(path: str, named: dict[str, str]) -> str:
    of_code = {"/v1/dossiers": DOSSIER, "/v1/petitions": f"{OTHER}.2"}
    code = next((code for start, code in of_code.items() if path.startswith(start)), OTHER)
    return path.format_map({"code": code, **named})


WANTED = {"/v1/scores/{code}/lost/dossiers": "indicator=2.1", "/v1/scores/{code}/procedures": "indicator=3.1"}


async def _rows(world: World) -> dict[str, int]:
    changed = (tables.webhooks, tables.webhook_secrets, tables.deliveries, tables.silences, tables.audit_log, tables.alerts)
    async with world.database.begin() as connection:
        return {table.name: await connection.scalar(select(func.count()).select_from(table)) or 0 for table in changed}


@pytest.mark.parametrize(("method", "path"), names_one(), ids=lambda part: part)
async def test_what_is_anothers_is_as_if_it_were_not_there(
    bound: httpx.AsyncClient, theirs: dict[str, str], world: World, method: str, path: str
) -> None:
    before = await _rows(world)
    wanted = f"?{WANTED[path]}" if path in WANTED else ""
    refused = await bound.request(method, address(path, theirs) + wanted, json=body_of(method, path))
    absent = path.format_map(dict.fromkeys(theirs, ABSENT) | {"code": "H20.999"})
    missing = await bound.request(method, absent + wanted, json=body_of(method, path))
    assert (refused.status_code, missing.status_code) == (404, 404)
    assert _told(refused) == _told(missing), "nobody is told which of the two it is"
    assert await _rows(world) == before


def _told(answer: httpx.Response) -> dict[str, Any]:
    return {name: value for name, value in answer.json().items() if name != "instance"}


@pytest.mark.parametrize(("method", "path", "field"), list(takes_agencies()), ids=lambda part: part)
async def test_another_agency_in_a_body_is_unknown(
    bound: httpx.AsyncClient, theirs: dict[str, str], world: World, method: str, path: str, field: str
) -> None:
    own = await world.webhook(owner_agency=OWN)
    before = await _rows(world)
    answers = []
    for agency, dossier in ((OTHER, DOSSIER), ("H20.999", "H20.999-261120-0009")):
        value = dossier if field == "dossier" else [OWN, agency]
        body = {**(body_of(method, path) or {}), "agencies": [OWN], field: value}
        answers.append(await bound.request(method, path.format(webhook_id=own), json=body))
    refused, missing = answers
    assert (refused.status_code, missing.status_code) == (422, 422)
    assert json.dumps(_told(refused)).replace(OTHER, "H20.999") == json.dumps(_told(missing))
    assert await _rows(world) == before


def test_there_is_something_to_try() -> None:
    assert len(names_one()) >= 18
    assert {path for _, path, _ in takes_agencies()} >= {"/v1/webhooks", "/v1/webhooks/{webhook_id}", "/v1/silences"}
