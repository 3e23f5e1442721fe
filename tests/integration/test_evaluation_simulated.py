"""The simulated portal is read, and its own card comes out as it counts."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest
import respx

from benchmarks.turned_clock import TurnedClock
from services.api.app import create_app
from services.monitor.sources.dvcqg.evaluation.client import EvaluationSource
from services.simulator.planner import Size
from services.simulator.server import build
from services.simulator.world import World as Simulated
from shared.config import Config, EvaluationConfig
from shared.db.engine import Database
from shared.domain.working_time import LOCAL
from tests.api.world import ask, let_in
from tests.contract.fake_evaluation import EVALUATION
from tests.integration.world import World

UNITS = ("H20", "H20.07")
NOW = datetime(2026, 11, 24, 10, tzinfo=LOCAL)
"""Late in a year: in its first days there is little to count."""


@pytest.fixture
async def portal() -> AsyncIterator[httpx.AsyncClient]:
    """A small simulated province, asked without a network."""
    size = Size(766, NOW, 1500, timedelta(days=1))
    app, *_ = build(Simulated(size, NOW), lambda: NOW)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://simulator") as client:
        with respx.mock(assert_all_called=False) as router:

            async def answer(request: httpx.Request) -> httpx.Response:
                found = await client.post(request.url.path, content=request.content)
                return httpx.Response(found.status_code, content=found.content)

            router.route(url__startswith=EVALUATION).mock(side_effect=answer)
            router.route(host="simulator").pass_through()
            yield client


async def get(client: httpx.AsyncClient, path: str, **params: str) -> Any:
    response = await client.get(path, params=params)
    assert response.status_code == 200, response.text
    return response.json()


async def test_the_official_card_is_what_the_portal_counts(database: Database, portal: httpx.AsyncClient) -> None:
    await TurnedClock(database, NOW).set_up()
    source = EvaluationSource(EvaluationConfig(), EVALUATION, "H20")
    world = World(database, evaluation=source)
    monitor = await world.open()
    assert await monitor.evaluate(), (await world.rows("SELECT error FROM sources WHERE name = 'evaluation'"))[0]
    year = str(NOW.year)
    app = create_app(database, Config())
    await let_in(database)
    async with ask(app) as api:
        for unit in UNITS:
            await _same(api, portal, unit, year)
        ranking = (await get(api, "/v1/scores/ranking", view="official", period=year, limit="100"))["items"]
    totals = [item["total"] for item in ranking]
    assert (len(ranking), totals) == (34, sorted(totals, reverse=True))
    assert {unit["unit_code"] for unit in await world.rows("SELECT unit_code FROM official_scores")} >= {"H20.07", "H13"}
    await world.aclose()
    await source.aclose()


async def _same(api: httpx.AsyncClient, portal: httpx.AsyncClient, unit: str, year: str) -> None:
    """Hold the card of a unit against what the simulated portal says it counted."""
    card = await get(api, "/v1/scores", view="official", agency=unit, period=year)
    exact = await get(portal, "/evaluation", unit=unit, period=year)
    assert {group["id"]: group["points"] for group in card["groups"]} == exact["points"]
    assert card["total"] == pytest.approx(sum(exact["points"].values()), abs=0.001)
    found = {each["code"] or each["id"]: each for group in card["groups"] for each in group["indicators"]}
    compared = 0
    for code, ratio in exact["ratios"].items():
        if code in found and ratio and found[code]["numerator"] is not None:
            assert [found[code]["numerator"], found[code]["denominator"]] == ratio, (unit, code)
            compared += 1
    assert compared >= 9
    assert [found["2.1"]["numerator"], found["2.1"]["denominator"]] == [exact["sums"]["on_time"], exact["sums"]["accepted"]]
