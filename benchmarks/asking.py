"""What is read over HTTP, from the application in this process, without a network."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
from fastapi import FastAPI
from sqlalchemy import text

from benchmarks import items
from benchmarks.province import CONFIG
from services.api.app import create_app
from services.keys import make_key
from shared.access_config import AccessConfig, RateConfig
from shared.db.engine import Database
from shared.domain.access import Scope

HELLO = "/v1/hello"
ALERTS = "/v1/alerts?limit=50"


@asynccontextmanager
async def asking(database: Database) -> AsyncIterator[httpx.AsyncClient]:
    """Open a client of the application with a good key; `HELLO` is a route that answers one line and asks the database nothing.

    The client asks as often as the machine can: the limit of a key is not what is measured.
    """
    key = await make_key(database, CONFIG.province, "benchmark", [Scope.ALERTS_READ, Scope.DOSSIERS_READ, Scope.SCORES_READ])
    transport, headers = httpx.ASGITransport(application(database)), {"Authorization": f"Bearer {key}"}
    async with httpx.AsyncClient(transport=transport, base_url="http://bench", headers=headers, timeout=60) as client:
        yield client


async def reads(client: httpx.AsyncClient) -> dict[str, str]:
    """Return what is read, by what it is called in the figures."""
    second = (await client.get(ALERTS)).raise_for_status().json()["next_cursor"]
    return {
        "first page of 50 alerts": ALERTS,
        "second page of 50 alerts": f"{ALERTS}&cursor={second}",
        "50 alerts of an agency": f"{ALERTS}&agency=H20.07",
        "page of 50 dossiers": "/v1/dossiers?limit=50",
        "a dossier": f"/v1/dossiers/{items.code(7)}",
        "score card of the province": "/v1/scores",
        "score card of an agency": "/v1/scores?agency=H20.07",
        "ranking": "/v1/scores/ranking",
    }


async def write(database: Database) -> None:
    """Change any hundred open alerts as the monitor might: whatever is kept of them is void, every answer from before is."""
    change = text(
        "UPDATE alerts SET sequence = sequence + 1, since = since + interval '1 second'"
        " WHERE id IN (SELECT id FROM alerts WHERE state = 'open' ORDER BY random() LIMIT 100)"
    )
    async with database.begin() as connection:
        await connection.execute(change)


def application(database: Database) -> FastAPI:
    """Return the application, whose keys may ask as often as they want, with the route `HELLO`."""
    often = AccessConfig(rate=RateConfig(per_second=1e6, burst=1_000_000))
    app = create_app(database, CONFIG.model_copy(update={"access": often}))

    async def hello() -> dict[str, str]:
        return {"hello": "world"}

    app.add_api_route(HELLO, hello)
    return app
