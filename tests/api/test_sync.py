"""How many dossiers agree on both sides."""

from typing import Any

import httpx
import pytest

from services.api.schemas.sync import Sync
from tests.api.world import World

KIND, OTHER = "sync.status_mismatch", "sync.payment_mismatch"


async def sync(client: httpx.AsyncClient, **params: object) -> dict[str, Any]:
    response = await client.get("/v1/sync", params=params)
    assert response.status_code == 200, response.text
    Sync.model_validate(response.json())
    return dict(response.json())


@pytest.fixture
async def two_agencies(world: World) -> None:
    """Two agencies, two sectors and two home systems, in and out of step."""
    for source in ("igate", "land"):
        await world.source(source)
    await world.agency("H20.14", "Sở Nông nghiệp và Môi trường")
    await world.agency("H20.14.05", parent="H20.14")
    await world.agency("H20.15")
    await world.procedure("1.1", "Đăng ký đất đai", "DD", sector_name="Đất đai")
    land = {"agency": "H20.14.05", "sector": "DD", "source": "land"}
    await world.judged("H20.1-1", **land, out_of_step=[KIND])
    await world.judged("H20.1-2", **land, out_of_step=[KIND, OTHER])
    await world.judged("H20.1-3", **land)
    await world.judged("H20.1-4", agency="H20.14", sector="HT", source="igate", out_of_step=[OTHER])
    await world.judged("H20.1-5", agency="H20.15", sector="HT", source="igate")
    await world.judged("H20.1-6", agency="H20.15", sector="HT")
    await world.judged("H20.1-7", agency=None, status=None)
    await world.dossier("H20.1-8")


async def test_an_empty_database_has_no_share(client: httpx.AsyncClient) -> None:
    body = await sync(client)
    assert (body["total"], body["share"], body["unjudged"], body["by_agency"]) == (0, None, 0, [])
    assert {kind["out_of_step"] for kind in body["by_kind"]} == {0}
    assert (body["data_as_of"], body["freshness"]["status"]) == (None, "loading")


@pytest.mark.usefixtures("two_agencies")
async def test_the_whole_counts_each_dossier_once_and_the_unjudged_apart(client: httpx.AsyncClient) -> None:
    body = await sync(client)
    assert [body[name] for name in ("total", "in_step", "out_of_step", "unjudged", "share")] == [6, 3, 3, 1, 50.0]
    kinds = {kind["code"]: kind["out_of_step"] for kind in body["by_kind"]}
    assert (kinds[KIND], kinds[OTHER], len(kinds)) == (2, 2, 7)
    assert body["by_kind"][0]["name"] == "Lệch trạng thái"
    assert body["freshness"]["status"] == "ok"


@pytest.mark.usefixtures("two_agencies")
async def test_every_list_has_the_worst_first(client: httpx.AsyncClient) -> None:
    body = await sync(client)
    counts = {
        by: [(part["code"], part["total"], part["out_of_step"]) for part in body[by]]
        for by in body
        if by.startswith("by_") and by != "by_kind"
    }
    assert counts == {
        "by_source": [("land", 3, 2), ("igate", 2, 1), (None, 1, 0)],
        "by_agency": [("H20.14.05", 3, 2), ("H20.14", 1, 1), ("H20.15", 2, 0)],
        "by_sector": [("DD", 3, 2), ("HT", 3, 1)],
    }


@pytest.mark.usefixtures("two_agencies")
async def test_a_part_tells_its_name_its_share_and_its_kinds(client: httpx.AsyncClient) -> None:
    body = await sync(client)
    land = body["by_sector"][0]
    assert (land["name"], land["in_step"], land["share"]) == ("Đất đai", 1, 33.33)
    assert (land["kinds"][KIND], land["kinds"][OTHER], land["kinds"]["sync.missing_at_home"]) == (2, 1, 0)
    assert body["by_agency"][1]["name"] == "Sở Nông nghiệp và Môi trường"
    assert [part["name"] for part in body["by_source"]] == ["land", "igate", None]


@pytest.mark.usefixtures("two_agencies")
@pytest.mark.parametrize(
    ("params", "total", "out_of_step"),
    [
        ({"agency": "H20.14"}, 4, 3),
        ({"agency": ["H20.14.05", "H20.15"]}, 5, 2),
        ({"sector": "HT"}, 3, 1),
        ({"sector": ["HT", "DD"]}, 6, 3),
        ({"source": "land"}, 3, 2),
        ({"source": "igate", "agency": "H20.15"}, 1, 0),
    ],
)
async def test_filters_narrow_what_is_counted_and_leave_no_unjudged(
    client: httpx.AsyncClient, params: dict[str, object], total: int, out_of_step: int
) -> None:
    body = await sync(client, **params)
    assert (body["total"], body["out_of_step"], body["unjudged"]) == (total, out_of_step, 0)


async def test_a_hundred_percent_is_said_of_all_and_of_nothing_less(client: httpx.AsyncClient, world: World) -> None:
    async with world.database.begin() as connection:
        await connection.exec_driver_sql(
            "INSERT INTO dossiers (province_code, code, first_seen_at, judged_at, status, agency, out_of_step)"
            " SELECT 'H20', 'H20.1-' || n, now(), now(), 4, 'H20.1',"
            " CASE WHEN n = 1 THEN ARRAY['sync.status_mismatch'] ELSE '{}' END FROM generate_series(1, 30000) n"
        )
    assert (await sync(client))["share"] == 99.99
    async with world.database.begin() as connection:
        await connection.exec_driver_sql("UPDATE dossiers SET out_of_step = '{}' WHERE out_of_step <> '{}'")
    assert (await sync(client))["share"] == 100.0
