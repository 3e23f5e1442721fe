"""The portal's own scores on a real database: kept as received, never in the way of the dossiers."""

from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
import respx

from services.api.app import create_app
from services.monitor.sources.dvcqg.evaluation.client import EvaluationSource
from shared.config import Config, EvaluationConfig
from shared.db.engine import Database
from shared.domain.periods import local_day
from shared.domain.published import Endpoint
from tests.api.world import ask, let_in
from tests.contract.conftest import AT_ONCE, SMALL
from tests.contract.fake_evaluation import EVALUATION, ROOT, FakeEvaluation
from tests.integration.world import World, record

ALWAYS = timedelta(microseconds=1)
YEAR = str(local_day(datetime.now(UTC)).year)
SCORES = f"SELECT * FROM official_scores WHERE period = '{YEAR}' ORDER BY unit_code, fetched_at"
SEEN = f"SELECT last_seen_at, fetched_at FROM evaluation_answers WHERE period = '{YEAR}'"
REFUSED = f"SELECT * FROM refusals WHERE source = 'evaluation' AND source_id LIKE '% {YEAR} %'"


@pytest.fixture
def portal() -> Iterator[FakeEvaluation]:
    with respx.mock(assert_all_called=False) as router:
        fake = FakeEvaluation()
        router.route(url__startswith=EVALUATION).mock(side_effect=fake)
        yield fake


@pytest.fixture
async def world(database: Database, portal: FakeEvaluation) -> AsyncIterator[World]:
    """A portal that publishes scores, and a monitor that reads them whenever it is asked to."""
    source = EvaluationSource(EvaluationConfig(), EVALUATION, "H20", retry=AT_ONCE, limits=SMALL)
    made = World(database, evaluation=source)
    made.evaluation_every = ALWAYS
    await made.open()
    yield made
    await made.aclose()
    await source.aclose()


async def source_row(world: World) -> dict[str, Any]:
    return (await world.rows("SELECT * FROM sources WHERE name = 'evaluation'"))[0]


async def get(world: World, path: str, **params: str) -> httpx.Response:
    app = create_app(world.database, Config())
    await let_in(world.database)
    async with ask(app) as client:
        return await client.get(path, params=params)


async def test_every_part_of_every_period_is_read_and_kept(world: World, portal: FakeEvaluation) -> None:
    assert await world.monitor.evaluate()
    answers = await world.rows("SELECT period, count(*) AS parts FROM evaluation_answers GROUP BY period")
    assert {row["parts"] for row in answers} == {len(Endpoint)}
    asked = portal.asked[Endpoint.ONLINE]
    assert len(answers) == len({(body.get("month"), body.get("quarter")) for body in asked}) == len(asked)
    assert {body["rootDepartmentId"] for body in asked} == {ROOT}
    scores = {row["unit_code"]: row for row in await world.rows(SCORES)}
    assert set(scores) == {"H19", "H20", "H20.07", "H20.100"}
    assert (float(scores["H20"]["total"]), scores["H20.07"]["total"]) == (60.01, None)
    row = await source_row(world)
    assert (row["role"], row["error"], row["records"]) == ("evaluation", None, 4 * len(answers))
    assert row["read_to"] is not None


async def test_what_did_not_change_is_one_row_that_was_seen_again(world: World) -> None:
    await world.monitor.evaluate()
    before = await world.rows(SEEN)
    await world.monitor.evaluate()
    after = await world.rows(SEEN)
    assert {row["fetched_at"] for row in after} == {row["fetched_at"] for row in before}
    assert min(row["last_seen_at"] for row in after) > max(row["last_seen_at"] for row in before)
    scores = await world.rows(SCORES)
    assert len(scores) == 4
    assert all(row["seen_at"] > row["fetched_at"] for row in scores)


async def test_what_changed_is_a_second_row_beside_the_first(world: World, portal: FakeEvaluation) -> None:
    await world.monitor.evaluate()
    first = await world.rows(SCORES)
    portal.units[Endpoint.PROGRESS][0] |= {"totalOnTime": 654, "totalOverdue": 0, "score": 20}
    await world.monitor.evaluate()
    rows = await world.rows(SCORES)
    assert [row["unit_code"] for row in rows] == ["H19", "H20", "H20.07", "H20.07", "H20.100"]
    assert rows[2]["scores"] == next(row["scores"] for row in first if row["unit_code"] == "H20.07")
    assert '"2.1":{"max":"20","points":"20","numerator":654' in rows[3]["scores"].replace(" ", "")
    twice = f"SELECT endpoint FROM evaluation_answers WHERE period = '{YEAR}' GROUP BY 1 HAVING count(*) > 1"
    answers = await world.rows(twice)
    assert [row["endpoint"] for row in answers] == [Endpoint.PROGRESS]


async def test_a_broken_part_is_told_and_the_others_are_stored(world: World, portal: FakeEvaluation) -> None:
    portal.instead[Endpoint.PAYMENT] = "<html>blocked</html>"
    assert not await world.monitor.evaluate()
    parts = await world.rows("SELECT DISTINCT endpoint FROM evaluation_answers")
    assert {row["endpoint"] for row in parts} == set(Endpoint) - {Endpoint.PAYMENT}
    assert len(await world.rows(SCORES)) == 4
    row = await source_row(world)
    assert row["read_to"] is None
    assert row["error"].startswith(f"{YEAR} a web page instead of JSON")
    told = (await get(world, "/v1/sources/evaluation")).json()
    assert (told["role"], told["status"], told["error"]) == ("evaluation", "loading", row["error"])
    assert (told["last_run"]["error"], told["last_run"]["received"] > 0) == (row["error"], True)


async def test_while_a_part_is_broken_its_figures_stay_and_are_not_called_fresh(world: World, portal: FakeEvaluation) -> None:
    await world.monitor.evaluate()
    seen = {row["unit_code"]: row["seen_at"] for row in await world.rows(SCORES)}
    portal.instead[Endpoint.PAYMENT] = '{"code": "ERROR", "message": "Hệ thống bận"}'
    portal.units[Endpoint.PROGRESS][0] |= {"totalOnTime": 654, "totalOverdue": 0}
    await world.monitor.evaluate()
    rows = await world.rows(SCORES)
    assert [row["unit_code"] for row in rows] == ["H19", "H20", "H20.07", "H20.07", "H20.100"]
    assert "3.6" in rows[3]["scores"]
    assert rows[3]["seen_at"] == seen["H20.07"]
    assert rows[0]["seen_at"] > seen["H19"]
    assert "Hệ thống bận" in (await source_row(world))["error"]


async def test_without_the_ranking_the_id_known_before_is_asked_by(world: World, portal: FakeEvaluation) -> None:
    await world.monitor.evaluate()
    portal.instead[Endpoint.RESULTS] = "{}"
    portal.asked.clear()
    await world.monitor.evaluate()
    assert {body["rootDepartmentId"] for body in portal.asked[Endpoint.ONLINE]} == {ROOT}


async def test_without_any_id_every_part_says_what_is_missing(world: World, portal: FakeEvaluation) -> None:
    portal.instead[Endpoint.RESULTS] = "{}"
    assert not await world.monitor.evaluate()
    assert await world.rows("SELECT * FROM evaluation_answers") == []
    assert "evaluation.root_department_id" in (await source_row(world))["error"]


async def test_a_unit_that_cannot_be_used_is_refused_once_and_mended(world: World, portal: FakeEvaluation) -> None:
    portal.units[Endpoint.PROGRESS][0]["totalOnTime"] = 655
    assert await world.monitor.evaluate()
    first = await world.rows(REFUSED)
    assert [(row["field"], row["source_id"]) for row in first] == [("totalOnTime", f"dvc-progress-tree {YEAR} H20.07")]
    assert {row["unit_code"] for row in await world.rows(SCORES)} == {"H19", "H20", "H20.07", "H20.100"}  # by its other parts
    portal.units[Endpoint.PROGRESS][0]["totalOnTime"] = 656
    await world.monitor.evaluate()
    assert len(await world.rows(REFUSED)) == 1
    portal.units[Endpoint.PROGRESS][0]["totalOnTime"] = 654
    await world.monitor.evaluate()
    assert await world.rows(f"{REFUSED} AND mended_at IS NULL") == []


async def test_it_is_read_again_only_when_it_is_due(database: Database, portal: FakeEvaluation) -> None:
    source = EvaluationSource(EvaluationConfig(), EVALUATION, "H20", retry=AT_ONCE, limits=SMALL)
    world = World(database, evaluation=source)
    monitor = await world.open()
    assert await monitor.evaluate()
    portal.asked.clear()
    assert await monitor.evaluate()
    assert not portal.asked
    await world.aclose()
    await source.aclose()


async def test_dossiers_do_not_care_whether_scores_can_be_read(world: World, portal: FakeEvaluation) -> None:
    for endpoint in Endpoint:
        portal.instead[endpoint] = "<html></html>"
    world.portal.put(record(1))
    assert await world.monitor.once()  # what the exit code of `monitor --once` says
    assert (await source_row(world))["error"]
    body = (await get(world, "/v1/alerts")).json()
    assert body["data_as_of"] is not None
    assert body["freshness"] == {"status": "ok", "sources": []}
    assert (await get(world, "/readyz")).status_code == 200
    assert {side["source"] for side in (await get(world, "/v1/dossiers/H20.14-261120-0001")).json()["sides"]} == {
        "portal",
        "igate",
    }


async def test_a_stale_evaluation_opens_no_alert_and_holds_nothing_back(world: World, portal: FakeEvaluation) -> None:
    await world.monitor.once()
    await world.rows("UPDATE sources SET read_to = now() - interval '9 days' WHERE name = 'evaluation' RETURNING 1")
    await world.monitor.follow_up()
    assert await world.rows("SELECT * FROM alerts WHERE rule = 'source.stale'") == []
    assert (await get(world, "/readyz")).status_code == 200
    assert (await get(world, "/v1/sources/evaluation")).json()["status"] == "stale"


async def test_once_reads_the_scores_too(world: World, portal: FakeEvaluation) -> None:
    assert await world.monitor.once()
    card = (await get(world, "/v1/scores", view="official", period=YEAR)).json()
    assert (card["total"], card["agency"]["name"]) == (60.01, "Tỉnh Đồng Tháp")


async def test_a_monitor_that_lost_the_source_writes_nothing(world: World, portal: FakeEvaluation) -> None:
    await world.monitor.evaluate()
    await world.rows("UPDATE sources SET epoch = epoch + 1 WHERE name = 'evaluation' RETURNING 1")
    portal.units[Endpoint.PROGRESS][0]["score"] = 1
    assert not await world.monitor.evaluate()
    assert len(await world.rows(SCORES)) == 4
