"""The indicators and the versions of the policy, as they are read."""

from datetime import datetime
from typing import Any

import httpx
import pytest

from services.api.schemas.indicators import IndicatorList, PolicyList
from shared.domain.indicators import INDICATOR_IDS
from shared.domain.working_time import LOCAL
from tests.api.world import World


async def indicators(client: httpx.AsyncClient, **params: object) -> dict[str, dict[str, Any]]:
    response = await client.get("/v1/indicators", params=params)
    assert response.status_code == 200, response.text
    IndicatorList.model_validate(response.json())
    return {item["id"]: item for item in response.json()["items"]}


async def test_every_indicator_is_told_with_who_answers_for_it(client: httpx.AsyncClient) -> None:
    found = await indicators(client)
    assert list(found) == sorted(INDICATOR_IDS)
    satisfaction = found["5.3"]
    assert satisfaction["name"] == "Tỷ lệ hài lòng trong tiếp nhận, giải quyết TTHC"
    assert satisfaction["group"] == {"id": "MDHL", "name": "Mức độ hài lòng"}
    assert (satisfaction["max"], satisfaction["full_marks_at"], satisfaction["target"]) == (6, 90, 95)
    assert satisfaction["basis"] == ["dossiers", "petitions"]
    assert [owner["name"] for owner in satisfaction["lead"]] == [
        "Cơ quan chuyên môn thuộc UBND tỉnh",
        "Ban Quản lý Khu kinh tế",
        "UBND cấp xã",
    ]
    assert satisfaction["support"] == [{"code": "office", "name": "Văn phòng UBND tỉnh"}]
    assert satisfaction["sources"]["target"].startswith("Kế hoạch năm 2026")


async def test_what_has_no_number_has_none(client: httpx.AsyncClient) -> None:
    found = await indicators(client)
    assert (found["3.2"]["target"], found["3.2"]["comparable"], found["3.2"]["tolerance"]) == (None, False, None)
    assert (found["4.4"]["full_marks_at"], found["4.4"]["max"], found["4.4"]["scoring"]) == (None, 2, "granted")
    assert (found["2.2"]["max"], found["2.2"]["lead"], found["2.2"]["when_empty"]) == (None, [], None)
    assert found["1.1"]["elsewhere"] == "province_figure"
    assert [name for name, item in found.items() if item["provisional"]] == ["3.1", "3.2", "3.3", "3.5"]


async def test_a_version_may_be_named(client: httpx.AsyncClient) -> None:
    assert await indicators(client, policy="766-2026") == await indicators(client)
    refused = await client.get("/v1/indicators", params={"policy": "766-1999"})
    assert refused.status_code == 422
    assert refused.json()["errors"] == [{"parameter": "policy", "reason": "unknown policy; there are: 766-2026"}]


async def test_on_a_day_without_a_version_one_must_be_named(client: httpx.AsyncClient, world: World) -> None:
    world.now = datetime(2025, 6, 1, tzinfo=LOCAL)
    assert (await client.get("/v1/indicators")).status_code == 422
    assert len(await indicators(client, policy="766-2026")) == len(INDICATOR_IDS)


async def test_the_list_is_paged_like_any_other(client: httpx.AsyncClient) -> None:
    first = await client.get("/v1/indicators", params={"limit": 20})
    rest = await client.get(first.links["next"]["url"])
    assert [item["id"] for item in first.json()["items"] + rest.json()["items"]] == sorted(INDICATOR_IDS)
    assert (len(first.json()["items"]), rest.json()["next_cursor"]) == (20, None)
    whole = await client.get("/v1/indicators", params={"limit": len(INDICATOR_IDS)})
    assert whole.json()["next_cursor"] is None


@pytest.mark.parametrize("cursor", ["x", "q83vEjRWeJqrze8SNFaTpndhcm5pbmc"])
async def test_a_cursor_of_another_list_is_refused(client: httpx.AsyncClient, cursor: str) -> None:
    assert (await client.get("/v1/indicators", params={"cursor": cursor})).status_code == 400
    of_indicators = (await client.get("/v1/indicators", params={"limit": 1})).json()["next_cursor"]
    assert (await client.get("/v1/policies", params={"cursor": of_indicators})).status_code == 400


async def test_the_versions_are_told_with_their_validity_and_sources(client: httpx.AsyncClient) -> None:
    response = await client.get("/v1/policies")
    PolicyList.model_validate(response.json())
    (policy,) = response.json()["items"]
    assert (policy["id"], policy["valid_from"], policy["valid_until"], policy["max"]) == ("766-2026", "2026-01-01", None, 100)
    assert sum(group["max"] for group in policy["groups"]) == 100
    assert {source["id"] for source in policy["sources"]} == {"plan", "evaluation", "online_evaluation", "watch766"}
