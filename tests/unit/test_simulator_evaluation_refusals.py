"""What the simulated evaluation refuses, and the faults of a system that stands beside the gateway."""

import json

import httpx
import pytest

from tests.unit.bench import BY_UNIT, EVALUATION, OCTOBER, UNIT, Bench

UNREADABLE = (b"", b"{", b"[]", b"7", b"null", b'{"year": "\xff"}', b"[" * 50_000, b'{"year": ' + b"9" * 5000 + b"}")
NONSENSE = (
    {"timeType": "week"}, {"timeType": None}, {"timeType": ["month"]}, {"month": 0}, {"month": 13}, {"month": "mười"},
    {"month": None}, {"month": 1.5}, {"year": None}, {"year": True}, {"year": 10**9}, {"timeType": "quarter"},
    {"timeType": "quarter", "quarter": 5}, {"currentPage": 0}, {"currentPage": [1]}, {"pageSize": -1}, {"pageSize": "all"},
)  # fmt: skip


async def test_the_ranking_is_of_administrative_units_alone(bench: Bench) -> None:
    for kind in (None, "", "MINISTRY", ["ADMINISTRATIVE_UNIT"]):
        assert (await bench.evaluation("service-results", **OCTOBER, departmentType=kind))["code"] == "BAD_REQUEST"


async def test_a_root_nobody_knows_is_refused(bench: Bench) -> None:
    for name in BY_UNIT:
        for root in (None, "", "H20", "0", 7, ["H20"]):
            told = await bench.evaluation(name, **OCTOBER, rootDepartmentId=root)
            assert (told["code"], told["data"]) == ("NOT_FOUND", None)
            assert told["message"]


async def test_a_name_nobody_knows_is_refused(bench: Bench) -> None:
    assert (await bench.evaluation("weather", **OCTOBER, rootDepartmentId=await bench.root()))["code"] == "NOT_FOUND"


async def test_nonsense_is_refused(bench: Bench) -> None:
    root = await bench.root()
    for nonsense in NONSENSE:
        told = await bench.evaluation("transparency", **{**OCTOBER, "rootDepartmentId": root, **nonsense})
        assert (told["code"], told["data"]) == ("BAD_REQUEST", None), nonsense


async def test_a_body_that_cannot_be_read_is_refused(bench: Bench) -> None:
    for name in (*BY_UNIT, "service-results"):
        for raw in UNREADABLE:
            answer = await bench.portal.post(EVALUATION + name, content=raw)
            assert (answer.status_code, answer.json()["code"]) == (201, "BAD_REQUEST"), raw[:20]


async def test_such_a_body_is_refused_by_the_gateway_and_as_a_fault_too(bench: Bench) -> None:
    for raw in UNREADABLE:
        answer = await bench.portal.post("/mapi/g", content=raw)
        assert (answer.status_code, answer.json()["error_code"]) == (200, "-3"), raw[:20]
        assert (await bench.portal.post("/faults", content=raw)).status_code == 422


async def test_exact_sums_are_of_a_period_and_a_unit_that_exist(bench: Bench) -> None:
    for period in ("", "x", "2026-13", "2026-Q5", "2026-Q0", "2026-1.5", "9999-12"):
        assert (await bench.portal.get("/evaluation", params={"period": period})).status_code == 422, period
    assert (await bench.portal.get("/evaluation", params={"period": "2026", "unit": "H47"})).status_code == 404


@pytest.mark.parametrize(("kind", "status"), [("too_many", 429), ("server_error", 502), ("html", 201)])
async def test_a_fault_spoils_so_many_answers_and_leaves_the_gateway_alone(bench: Bench, kind: str, status: int) -> None:
    await bench.fault(system="evaluation", kind=kind, n=2)
    answers = [await asked(bench) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [status] * 2
    assert all(not answer.headers["content-type"].startswith("application/json") for answer in answers)
    assert (await bench.ask("LayDanhMucCoQuan"))["result"]
    assert (await bench.ranking())["evaluation"]


async def test_a_fault_of_the_gateway_leaves_the_evaluation_alone(bench: Bench) -> None:
    await bench.fault(system="portal", kind="down")
    assert (await bench.ranking())["evaluation"]


async def test_an_answer_is_cut_short(bench: Bench) -> None:
    await bench.fault(system="evaluation", kind="truncated", n=1)
    with pytest.raises(json.JSONDecodeError):
        (await asked(bench)).json()
    assert (await asked(bench)).json()["code"] == "OK"


async def test_it_is_down_until_cleared_and_partly_out(bench: Bench) -> None:
    await bench.fault(system="evaluation", kind="down")
    assert [(await asked(bench)).status_code for _ in range(2)] == [503] * 2
    await bench.portal.delete("/faults/evaluation")
    await bench.fault(system="evaluation", kind="partial_outage")
    assert [(await asked(bench)).status_code for _ in range(4)] == [201, 201, 503, 201]


@pytest.mark.parametrize("kind", ["ties", "moving_rows", "expired", "broken_records"])
async def test_the_evaluation_has_no_rows_and_no_sessions_to_spoil(bench: Bench, kind: str) -> None:
    assert (await bench.portal.post("/faults", json={"system": "evaluation", "kind": kind})).status_code == 422


async def test_nulls_leave_nothing_but_names_and_most_points(bench: Bench) -> None:
    root = await bench.root()
    await bench.fault(system="evaluation", kind="nulls")
    above, below = await bench.scores("dossier-digitized", rootDepartmentId=root)
    tree, _ = await bench.scores("dvc-progress-tree", rootDepartmentId=root)
    assert {key for key, value in tree.items() if value is not None} == UNIT | {"maxScore"}
    for unit in (above, *below):
        assert unit["totalScore"] is None
        assert {unit["departmentCode"] is None, *(each["score"] is None for each in unit["metrics"])} == {False, True}
        assert all(each["maxScore"] for each in unit["metrics"])
    assert {each["totalScore"] for each in (await bench.ranking())["evaluation"]} == {None}
    await bench.portal.delete("/faults")
    assert (await bench.scores("dvc-progress-tree", rootDepartmentId=root))[0]["totalReceived"] > 0


async def asked(bench: Bench) -> httpx.Response:
    return await bench.portal.post(EVALUATION + "service-results", json={**OCTOBER, "departmentType": "ADMINISTRATIVE_UNIT"})
