"""Pages of fifty alerts a second from the application in this process, one request after the other, without a network.

Ten thousand alerts are open, made by the monitor from as many late dossiers. Asked for: the first page by urgency, and
the second. The tables are analysed first, as PostgreSQL does by itself within a minute or so.

Ceiling: a route of the same application that answers one line and asks the database nothing.
"""

from datetime import timedelta
from time import perf_counter

import httpx
from fastapi import FastAPI
from sqlalchemy import text

from benchmarks import items
from benchmarks.figures import Figure, Settings, typical
from benchmarks.province import CONFIG, watched_province
from benchmarks.temporary import Server
from services.api.app import create_app
from services.keys import make_key
from shared.access_config import AccessConfig, RateConfig
from shared.db.engine import Database
from shared.domain.access import Scope

_ALERTS = 10_000
_ROUNDS = 7
_REQUESTS = 40
_PAGE = "/v1/alerts?limit=50"
_HELLO = "/v1/hello"


async def run(server: Server, settings: Settings) -> list[Figure]:
    """Measure in turns, so that whatever else the machine does meets all of them."""
    alerts = min(_ALERTS, settings.dossiers)
    async with server.database() as database:
        await _open_alerts(database, alerts)
        key = await make_key(database, CONFIG.province, "benchmark", [Scope.ALERTS_READ])
        rates = await _rates(_application(database), key)
    hello = typical(rates[_HELLO])
    return [_figure(f"{name} of 50 of {alerts:,} alerts", rates[path], hello) for name, path in _pages(rates)]


async def _open_alerts(database: Database, count: int) -> None:
    """Let the monitor find so many late dossiers."""
    async with watched_province(database) as province:
        late = items.NOW.replace(hour=3, minute=0, second=0) - timedelta(days=2)
        province.fill(range(count), due=late)
        await province.load()
        await province.monitor.settle()
    async with database.begin() as connection:
        found = await connection.scalar(text("SELECT count(*) FROM alerts WHERE state = 'open' AND dossier_code IS NOT NULL"))
    if not found or found < count:
        raise AssertionError(f"{found} alerts are open instead of {count}")
    async with database.begin() as connection:
        await connection.execute(text("ANALYZE"))


def _application(database: Database) -> FastAPI:
    """As often as the machine can: the limit of a key is not what is measured."""
    often = AccessConfig(rate=RateConfig(per_second=1e6, burst=1_000_000))
    app = create_app(database, CONFIG.model_copy(update={"access": often}))

    async def hello() -> dict[str, str]:
        return {"hello": "world"}

    app.add_api_route(_HELLO, hello)
    return app


async def _rates(app: FastAPI, key: str) -> dict[str, list[float]]:
    """Return requests a second by path."""
    headers = {"Authorization": f"Bearer {key}"}
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://bench", headers=headers) as client:
        second = (await client.get(_PAGE)).raise_for_status().json()["next_cursor"]
        rates: dict[str, list[float]] = {_PAGE: [], f"{_PAGE}&cursor={second}": [], _HELLO: []}
        for _ in range(_ROUNDS):
            for path, found in rates.items():
                found.append(await _rate(client, path))
    return rates


async def _rate(client: httpx.AsyncClient, path: str) -> float:
    start = perf_counter()
    for _ in range(_REQUESTS):
        (await client.get(path)).raise_for_status()
    return _REQUESTS / (perf_counter() - start)


def _pages(rates: dict[str, list[float]]) -> list[tuple[str, str]]:
    return list(zip(("first page", "second page"), rates, strict=False))


def _figure(what: str, rates: list[float], hello: float) -> Figure:
    return Figure(benchmark="api", what=what, value=typical(rates), unit="requests/s", ceiling=hello, ceiling_is="hello")
