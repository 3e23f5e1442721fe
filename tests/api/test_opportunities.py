"""Which dossier is worth most: ranked by the card as it stands now, and told together in groups."""

import random
from collections.abc import AsyncIterator
from datetime import date, timedelta
from typing import Any

import httpx
import pytest

from services.api.app import create_app
from services.api.caller import Caller, caller
from services.api.schemas.opportunities import OpportunityList
from shared.config import CalendarConfig, Config
from shared.db.stores import marks
from shared.db.stores.catalogue import store_counts
from shared.domain.agencies import AgencyTree
from shared.domain.catalogue import Procedure
from shared.domain.counters import Counters, Mark, View
from shared.domain.offers import count
from shared.policy import working_time
from tests.api.test_paging import follow
from tests.api.world import DUE, IN_TIME, LATE, PROVINCE, TODAY, World, ask

MISSING = Counters(to_sync=1)
DEPARTMENT, OFFICE, COMMUNE = "H20.14", "H20.14.05", "H20.114"
PATH = "/v1/scores/{}/opportunities"


@pytest.fixture(autouse=True)
async def units(world: World) -> None:
    await world.agency("H20", "Tỉnh Đồng Tháp", level=1)
    await world.agency(DEPARTMENT, "Sở Tư pháp", "H20", level=2)
    await world.agency(OFFICE, "Phòng 5", DEPARTMENT)
    await world.agency(COMMUNE, "Phường Mỹ Ngãi", "H20", level=3)


async def counting(world: World, agency: str, *counters: Counters) -> None:
    """Let other dossiers of an agency count for so much."""
    of = {
        f"{agency}-{number}": (Mark(view=View.PORTAL, day=TODAY, agency=agency, procedure="1.1", counters=each),)
        for number, each in enumerate(counters)
    }
    async with world.database.begin() as connection:
        await marks.write(connection, PROVINCE, {}, of)


async def read(client: httpx.AsyncClient, code: str = "H20", **query: Any) -> dict[str, Any]:
    answer = await client.get(PATH.format(code), params=query)
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    OpportunityList.model_validate(body)
    return body


async def test_an_opportunity_tells_what_it_brings_the_unit_asked_for_and_the_province(
    client: httpx.AsyncClient, world: World
) -> None:
    """One of two late becomes in time: half of 2.1 and, 5.3 being full at nine tenths, 6 − 6 × 0.5 ÷ 0.9."""
    await world.procedure("1.1", "Đăng ký khai sinh", "G15-TP02")
    await counting(world, OFFICE, IN_TIME)
    await counting(world, COMMUNE, IN_TIME, IN_TIME)
    await world.repair("A", "sync", agency=OFFICE, before=LATE, after=IN_TIME)
    alert = await world.alert("A", "sync.status_mismatch", agency=OFFICE)
    (item,) = (await read(client, DEPARTMENT))["items"]
    assert item == {
        "dossier_code": "A",
        "repair": "sync",
        "recoverable": True,
        "agency": {"code": OFFICE, "name": "Phòng 5"},
        "procedure": {"code": "1.1", "name": "Đăng ký khai sinh", "sector": "G15-TP02"},
        "points": 12.666667,
        "province_points": 6,
        "due_at": None,
        "alert": {"id": alert, "rule": "sync.status_mismatch"},
        "url": "/v1/dossiers/A",
    }
    (whole,) = (await read(client))["items"]
    assert whole["points"] == whole["province_points"] == 6
    assert (await read(client, COMMUNE))["items"] == []


async def test_what_must_be_done_in_time_says_until_when(client: httpx.AsyncClient, world: World) -> None:
    await counting(world, COMMUNE, IN_TIME)
    await world.repair("A", due_at=DUE)
    (item,) = (await read(client))["items"]
    assert (item["due_at"], item["points"]) == ("2026-11-23T17:00:00+07:00", 12.666667)


async def test_what_is_lost_is_told_with_its_alert_and_can_be_left_out(client: httpx.AsyncClient, world: World) -> None:
    await counting(world, COMMUNE, IN_TIME)
    await world.repair("A", "lost", before=LATE, after=IN_TIME)
    await world.repair("B", due_at=DUE)
    alert = await world.alert("A", "deadline.overdue")
    items = {item["dossier_code"]: item for item in (await read(client))["items"]}
    assert (items["A"]["recoverable"], items["A"]["alert"]["id"], items["B"]["recoverable"]) == (False, alert, True)
    for query, left in (
        ({"recoverable": "true"}, ["B"]),
        ({"recoverable": "false"}, ["A"]),
        ({"repair": "lost"}, ["A"]),
        ({"repair": ["lost", "in_time"], "recoverable": "true"}, ["B"]),
        ({"repair": "lost", "recoverable": "true"}, []),
    ):
        body = await read(client, **query)
        assert [item["dossier_code"] for item in body["items"]] == left
        assert len(body["groups"]) == len(left)


async def test_only_those_count_that_count_in_the_period(client: httpx.AsyncClient, world: World) -> None:
    await world.repair("A", day=date(2026, 10, 31))
    await world.repair("B", day=date(2026, 11, 1))
    for period, codes in (("2026", ["A", "B"]), ("2026-10", ["A"]), ("2026-11", ["B"]), ("2026-Q3", [])):
        assert [item["dossier_code"] for item in (await read(client, period=period))["items"]] == codes


async def test_a_group_is_counted_together_and_not_added_up(client: httpx.AsyncClient, world: World) -> None:
    """Two missing of four: 1.4 gains 3 points; 3.3, which has all of its points at one half, gains nothing."""
    online = Counters(accepted=1, to_sync=1, synced=1, online=1)
    await counting(world, COMMUNE, online, online)
    for code in ("A", "B"):
        await world.repair(code, "sync", before=MISSING, after=Counters(to_sync=1, synced=1))
    body = await read(client)
    (group,) = body["groups"]
    assert (group["repair"], group["dossiers"], group["procedure"]) == ("sync", 2, None)
    assert group["points"] == 3
    assert group["indicators"] == [
        {"id": "1.4", "name": group["indicators"][0]["name"], "points": 3},
    ]
    assert sum(item["points"] for item in body["items"]) == 3
    assert group["for_a_hundredth"] == 1


async def test_groups_by_procedure_and_the_procedure_counted_once(client: httpx.AsyncClient, world: World) -> None:
    """Two dossiers would both bring the same procedure into 3.2, which counts it once."""
    listed = [Procedure(code=code, agencies=(COMMUNE,), online_level=2) for code in ("1.1", "1.2")]
    async with world.database.begin() as connection:
        await store_counts(connection, PROVINCE, count(listed, working_time(CalendarConfig())), now=world.now)
    using = Counters(to_sync=1, service_used=1)
    await world.procedure("1.1", "Đăng ký khai sinh")
    for code, procedure in (("A", "1.1"), ("B", "1.1"), ("C", "1.2")):
        await world.repair(code, "sync", procedure=procedure, before=MISSING, after=using)
    body = await read(client, by="procedure")
    assert [(group["procedure"], group["dossiers"], group["points"]) for group in body["groups"]] == [
        ({"code": "1.1", "name": "Đăng ký khai sinh"}, 2, 2),
        ({"code": "1.2", "name": "1.2"}, 1, 2),
    ]
    assert [item["points"] for item in body["items"]] == [2, 2, 2]
    assert (await read(client))["groups"][0]["points"] == 4


async def test_a_group_that_moves_nothing_on_the_rounded_card_says_so(client: httpx.AsyncClient, world: World) -> None:
    await counting(world, COMMUNE, *[IN_TIME] * 30)
    async with world.database.begin() as connection:
        await connection.exec_driver_sql("UPDATE agency_tally SET accepted = 99999, on_time = 99998, received = 99999")
    await world.repair("A")
    (group,) = (await read(client))["groups"]
    assert group["for_a_hundredth"] is None
    assert group["points"] > 0


async def test_every_opportunity_is_met_once_the_most_points_first(client: httpx.AsyncClient, world: World) -> None:
    draw = random.Random(766)
    await counting(world, COMMUNE, *[IN_TIME] * 40)
    for number in range(23):
        after = draw.choice([LATE, Counters(accepted=1, to_sync=1, received=1), Counters(accepted=1, on_time=1)])
        kind, agency = draw.choice(["sync", "in_time"]), draw.choice([COMMUNE, OFFICE])
        await world.repair(f"D-{number:02}", kind, agency=agency, procedure=draw.choice(["1.1", "1.2"]), after=after)
        if draw.random() < 0.5:
            mark = Counters(accepted=1, to_sync=1, synced=1, received=1)
            await world.repair(f"E-{number:02}", "lost", agency=agency, before=LATE, after=mark)
    whole = (await read(client, limit=100))["items"]
    keys = [(-item["points"], item["dossier_code"], item["repair"]) for item in whole]
    assert keys == sorted(keys)
    assert len(whole) == len(set(keys)) > 23
    for limit in (1, 4, 7, len(whole)):
        for by in ("repair", "procedure"):
            pages = await follow(client, PATH.format("H20"), limit=limit, by=by)
            assert [item for page in pages for item in page] == whole


async def test_a_tag_answers_the_same_question_again(client: httpx.AsyncClient, world: World) -> None:
    await world.repair("A")
    tag = (await client.get(PATH.format("H20"))).headers["etag"]
    assert (await client.get(PATH.format("H20"), headers={"If-None-Match": tag})).status_code == 304
    await counting(world, COMMUNE, IN_TIME)
    assert (await client.get(PATH.format("H20"), headers={"If-None-Match": tag})).status_code == 200


@pytest.mark.parametrize(
    ("code", "query", "status"),
    [
        ("H99", {}, 404),
        ("H20", {"repair": "magic"}, 422),
        ("H20", {"recoverable": "maybe"}, 422),
        ("H20", {"period": "2027"}, 422),
        ("H20", {"by": "agency"}, 422),
        ("H20", {"view": "home"}, 422),
        ("H20", {"limit": 0}, 422),
        ("H20", {"cursor": "nonsense"}, 400),
    ],
)
async def test_what_cannot_be_answered_is_told(client: httpx.AsyncClient, code: str, query: dict[str, Any], status: int) -> None:
    assert (await client.get(PATH.format(code), params=query)).status_code == status


@pytest.fixture
async def commune(world: World) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the commune alone."""
    app = create_app(world.database, Config(), clock=world.clock)
    app.dependency_overrides[caller] = lambda: Caller(AgencyTree({COMMUNE: "H20"}))
    async with ask(app) as client:
        yield client


async def test_a_bounded_caller_sees_his_own_and_what_it_brings_the_province(
    commune: httpx.AsyncClient, client: httpx.AsyncClient, world: World
) -> None:
    await counting(world, OFFICE, *[IN_TIME] * 3)
    await world.repair("A", due_at=DUE + timedelta(days=1))
    await world.repair("B", agency=OFFICE)
    hidden = await world.alert("A", "deadline.due_soon", agency=OFFICE)
    (item,) = (await read(commune, COMMUNE))["items"]
    (seen_by_all,) = (await read(client, COMMUNE))["items"]
    assert (item["dossier_code"], item["alert"]) == ("A", None)
    assert seen_by_all["alert"]["id"] == hidden
    assert item["province_points"] == seen_by_all["province_points"] < item["points"]
    for code in ("H20", DEPARTMENT, OFFICE):
        assert (await commune.get(PATH.format(code))).status_code == 404
