"""Scoring figures over HTTP: the card they are worth, and every way they can be refused."""

from copy import deepcopy
from datetime import datetime
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from services.api.app import create_app
from services.api.schemas.problem import ProblemDocument
from services.api.schemas.scores import ScoreCardBody
from shared.config import Config
from shared.db.engine import Database
from shared.domain.working_time import LOCAL
from tests.api.world import World, ask, let_in

PATH = "/v1/scores/preview"
POLICY = "766-2026"
HALF = {"numerator": 1, "denominator": 2}


def figures(**named: tuple[Any, Any]) -> dict[str, Any]:
    """Return a body with figures named `i2_1=(653, 654)`."""
    counts = {name[1:].replace("_", "."): {"numerator": numerator, "denominator": of} for name, (numerator, of) in named.items()}
    return {"policy": POLICY, "ratios": counts}


async def card(client: httpx.AsyncClient, body: dict[str, Any]) -> dict[str, Any]:
    response = await client.post(PATH, json=body)
    assert response.status_code == 200, response.text
    ScoreCardBody.model_validate(response.json())
    return dict(response.json())


def indicator(body: dict[str, Any], name: str) -> dict[str, Any]:
    return next(found for group in body["groups"] for found in group["indicators"] if found["id"] == name)


async def refused(client: httpx.AsyncClient, **sent: Any) -> list[dict[str, str]]:
    response = await client.post(PATH, **sent)
    assert (response.status_code, response.headers["content-type"]) == (422, "application/problem+json"), response.text
    return [error.model_dump() for error in ProblemDocument.model_validate(response.json()).errors]


async def test_figures_become_a_card(client: httpx.AsyncClient) -> None:
    body = await card(client, figures(i2_1=(653, 654), i3_4=(8, 12), i3_5=(8, 12), i3_6=(145, 165), i4_7=(752, 1780)))
    frame = {name: body[name] for name in ("agency", "period", "view", "policy", "max", "data_as_of", "complete")}
    assert frame == {
        "agency": None,
        "period": None,
        "view": "preview",
        "policy": POLICY,
        "max": 100,
        "data_as_of": None,
        "complete": False,
    }
    assert {group["id"]: group["points"] for group in body["groups"]} == {
        "CKMB": 0,
        "TDGQ": 19.97,
        "ONLINE": 0,
        "TTTT": 8.61,
        "MDSH": 2.84,
        "MDHL": 0,
    }
    assert (body["total"], body["target"], body["gap"]) == (31.42, 90, 58.58)


async def test_an_indicator_is_explained(client: httpx.AsyncClient) -> None:
    assert indicator(await card(client, figures(i4_7=(752, 1780))), "4.7") == {
        "id": "4.7",
        "code": "CITIZEN_DATA_CONNECTED_DOSSIER",
        "name": "Tỷ lệ hồ sơ sử dụng dữ liệu dân cư",
        "numerator": 752,
        "denominator": 1780,
        "ratio": 0.422471,
        "percent": 42.25,
        "factor": 1,
        "points": 0.84,
        "unrounded": 0.844943,
        "max": 2,
        "lost": 1.16,
        "state": "scored",
        "quality": None,
        "target": 100,
        "gap": 57.75,
        "missing_count": 1028,
        "role": None,
        "change": {"yesterday": None, "last_month": None},
        "reachable": None,
        "portal": None,
    }


async def test_points_are_written_with_two_decimals(client: httpx.AsyncClient) -> None:
    text = (await client.post(PATH, json=figures(i2_1=(1, 1)))).text
    assert '"total":22.00,"max":100.00' in text
    assert '"points":20.00,"unrounded":20.000000,"max":20.00,"lost":0.00' in text


async def test_what_has_no_score_is_null_and_says_why(client: httpx.AsyncClient) -> None:
    body = await card(client, figures(i1_1=(0, 0), i5_1=(0, 0), i2_1=(0, 0), i3_1=(1, 2), i2_2=(35, 10)))
    indicators = [found for group in body["groups"] for found in group["indicators"]]
    told = {found["id"]: (found["state"], found["points"]) for found in indicators if found["state"] != "no_data"}
    assert told == {
        "1.1": ("no_cases", None),
        "5.1": ("no_cases", 6),
        "2.1": ("no_cases", 0),
        "2.2": ("scored", None),
        "3.1": ("provisional", 1.25),
        "4.4": ("scored", 2),
    }
    assert (indicator(body, "5.3")["state"], indicator(body, "5.3")["points"]) == ("no_data", None)
    days = indicator(body, "2.2")
    assert (days["ratio"], days["percent"], days["points"], days["max"], days["state"]) == (3.5, None, None, None, "scored")
    assert body["total"] == 9.25


async def test_a_share_is_never_said_to_be_all_of_it(client: httpx.AsyncClient) -> None:
    almost = indicator(await card(client, figures(i2_1=(9_999_999, 10_000_000))), "2.1")
    assert (almost["ratio"], almost["unrounded"], almost["points"]) == (0.999999, 19.999998, 20)


async def test_groups_and_indicators_come_in_the_order_of_the_policy(client: httpx.AsyncClient) -> None:
    body = await card(client, figures(i5_1=(1, 1), i1_1=(1, 1)))
    assert [group["id"] for group in body["groups"]] == ["CKMB", "TDGQ", "ONLINE", "TTTT", "MDSH", "MDHL"]
    names = [found["id"] for group in body["groups"] for found in group["indicators"]]
    assert names == sorted(names)


async def test_without_a_version_that_of_today_scores(client: httpx.AsyncClient, world: World) -> None:
    assert (await card(client, {"ratios": {"2.1": HALF}}))["policy"] == POLICY
    world.now = datetime(2026, 1, 1, tzinfo=LOCAL)
    assert (await card(client, {"ratios": {"2.1": HALF}, "policy": None}))["policy"] == POLICY


async def test_a_day_without_a_version_asks_for_one(client: httpx.AsyncClient, world: World) -> None:
    world.now = datetime(2025, 12, 31, 23, 59, tzinfo=LOCAL)
    errors = await refused(client, json={"ratios": {"2.1": HALF}})
    assert errors[0]["parameter"] == "policy"
    assert "2025-12-31" in errors[0]["reason"]
    assert (await card(client, figures(i2_1=(1, 2))))["total"] == 12


async def test_a_migrated_database_and_nothing_in_it_are_enough(database: Database) -> None:
    await let_in(database)
    async with ask(create_app(database, Config())) as fresh:
        assert (await card(fresh, figures(i2_1=(1, 2))))["total"] == 12
        assert (await fresh.get("/v1/indicators", params={"policy": POLICY})).status_code == 200
        assert (await fresh.get("/v1/policies")).status_code == 200


async def test_the_answer_is_not_to_be_kept(client: httpx.AsyncClient) -> None:
    response = await client.post(PATH, json=figures(i2_1=(1, 2)), headers={"If-None-Match": "*"})
    assert (response.status_code, response.headers["cache-control"], "etag" in response.headers) == (200, "no-store", False)


@pytest.mark.parametrize(
    ("sent", "place", "reason"),
    [
        ({"ratios": {"2.1": HALF}, "policy": "766-1999"}, "policy", "unknown policy; there are: 766-2026"),
        ({"ratios": {"2.1": HALF}, "policy": ""}, "policy", "unknown policy"),
        ({"ratios": {"2.1": HALF}, "policy": 766}, "policy", "string"),
        ({"ratios": {"2.1": HALF}, "policies": POLICY}, "policies", "unknown key"),
        ({}, "ratios", "required"),
        ({"ratios": {}}, "ratios", "at least 1"),
        ({"ratios": None}, "ratios", "dictionary"),
        ({"ratios": [HALF]}, "ratios", "dictionary"),
        ({"ratios": {"9.9": HALF}}, "ratios.9.9", "unknown indicator"),
        (
            {"ratios": {"PUBLISH_ON_TIME": HALF}},
            "ratios.PUBLISH_ON_TIME",
            "give an id, not the portal's code; the ids are 1.1, 1.2",
        ),
        ({"ratios": {"4.4": HALF}}, "ratios.4.4", "takes no figures"),
        ({"ratios": {"2.1": None}}, "ratios.2.1", "dictionary"),
        ({"ratios": {"2.1": 0.5}}, "ratios.2.1", "dictionary"),
        ({"ratios": {"2.1": {"numerator": 1}}}, "ratios.2.1.denominator", "required"),
        ({"ratios": {"2.1": {"denominator": 1}}}, "ratios.2.1.numerator", "required"),
        ({"ratios": {"3.3": {**HALF, "factor": 1}}}, "ratios.3.3.factor", "unknown key"),
        (figures(i2_1=(3, 2)), "ratios.2.1.numerator", "must not be larger than the denominator"),
        (figures(i2_1=(1, 0)), "ratios.2.1.numerator", "must not be larger than the denominator"),
        (figures(i2_2=(1, 0)), "ratios.2.2.numerator", "must be 0 where the denominator is"),
        (figures(i2_1=(-1, 2)), "ratios.2.1.numerator", "greater than or equal to 0"),
        (figures(i2_1=(1, -2)), "ratios.2.1.denominator", "greater than or equal to 0"),
        (figures(i2_1=(1.5, 2)), "ratios.2.1.numerator", "integer"),
        (figures(i2_1=(1.0, 2)), "ratios.2.1.numerator", "integer"),
        (figures(i2_1=("1", 2)), "ratios.2.1.numerator", "integer"),
        (figures(i2_1=(True, 2)), "ratios.2.1.numerator", "integer"),
        (figures(i2_1=(None, 2)), "ratios.2.1.numerator", "integer"),
        (figures(i2_1=(1, 2**53)), "ratios.2.1.denominator", "less than or equal to 9007199254740991"),
        (figures(i2_1=(1, 10**400)), "ratios.2.1.denominator", "less than or equal to"),
    ],
)
async def test_what_cannot_be_scored_is_named_with_the_way_to_it(
    client: httpx.AsyncClient, sent: dict[str, Any], place: str, reason: str
) -> None:
    errors = await refused(client, json=sent)
    assert [error["parameter"] for error in errors] == [place]
    assert reason in errors[0]["reason"]


async def test_everything_that_is_wrong_is_named_at_once(client: httpx.AsyncClient) -> None:
    errors = await refused(client, json=figures(i2_1=(3, 2), i9_9=(1, 2), i4_4=(1, 2)))
    assert [error["parameter"] for error in errors] == ["ratios.2.1.numerator", "ratios.9.9", "ratios.4.4"]


@pytest.mark.parametrize(
    ("content", "media_type", "reason"),
    [
        (b"", "application/json", "must be a JSON object"),
        (b"[]", "application/json", "must be a JSON object"),
        (b"null", "application/json", "must be a JSON object"),
        (b'{"ratios": {}}', "text/plain", "must be a JSON object, sent as application/json"),
        (b"{", "application/json", "is not JSON"),
        (b"\xff\xfe{", "application/json", "is not JSON"),
        (b'{"ratios": {"2.1": {"numerator": ' + b"9" * 5000 + b', "denominator": 2}}}', "application/json", "is not JSON"),
        (b"[" * 100_000, "application/json", "is not JSON"),
    ],
)
async def test_a_body_that_is_none_is_refused_as_a_whole(
    client: httpx.AsyncClient, content: bytes, media_type: str, reason: str
) -> None:
    errors = await refused(client, content=content, headers={"Content-Type": media_type})
    assert [error["parameter"] for error in errors] == ["body"]
    assert reason in errors[0]["reason"]


@pytest.mark.parametrize("number", ["NaN", "Infinity", "1e400"])
async def test_a_number_json_does_not_have_is_no_count(client: httpx.AsyncClient, number: str) -> None:
    content = f'{{"policy": "{POLICY}", "ratios": {{"2.1": {{"numerator": {number}, "denominator": 2}}}}}}'
    errors = await refused(client, content=content, headers={"Content-Type": "application/json"})
    assert [error["parameter"] for error in errors] == ["ratios.2.1.numerator"]


@pytest.mark.parametrize(("key", "told"), [(r"\ud800", "ratios.?"), ("x" * 500, "ratios." + "x" * 93)])
async def test_a_name_that_cannot_be_told_is_cut_to_what_can(client: httpx.AsyncClient, key: str, told: str) -> None:
    content = f'{{"policy": "{POLICY}", "ratios": {{"{key}": {{"numerator": 1, "denominator": 2}}}}}}'
    errors = await refused(client, content=content, headers={"Content-Type": "application/json"})
    assert errors[0]["parameter"] == told


async def test_it_takes_post_only_and_no_parameter(client: httpx.AsyncClient) -> None:
    read = await client.get(PATH)
    assert (read.status_code, read.headers["allow"]) == (405, "POST")
    errors = await refused(client, json=figures(i2_1=(1, 2)), params={"policy": POLICY})
    assert errors == [{"parameter": "policy", "reason": "unknown parameter"}]


async def test_it_answers_as_json_only(client: httpx.AsyncClient) -> None:
    response = await client.post(PATH, json=figures(i2_1=(1, 2)), headers={"Accept": "text/csv"})
    assert response.status_code == 406


def test_the_document_tells_what_may_be_sent(app: FastAPI) -> None:
    document = app.openapi()
    operation = document["paths"][PATH]["post"]
    assert operation["requestBody"]["required"]
    ids = document["components"]["schemas"]["PreviewRequest"]["properties"]["ratios"]["propertyNames"]["enum"]
    assert (len(ids), "4.4" in ids) == (21, False)


async def test_the_example_of_the_document_is_what_is_answered(client: httpx.AsyncClient, app: FastAPI) -> None:
    """The example of a card is one of a unit: the same figures, with what is known of a unit beside them."""
    schemas = app.openapi()["components"]["schemas"]
    sent = schemas["PreviewRequest"]["examples"][0]
    answered, example = await card(client, sent), deepcopy(schemas["ScoreCardBody"]["examples"][0])
    for body in (answered, example):
        for name in ("agency", "period", "view", "data_as_of", "rank", "change", "reachable"):
            del body[name]
        for found in (found for group in body["groups"] for found in group["indicators"]):
            for name in ("change", "reachable", "portal"):
                del found[name]
    assert answered == example
