"""What is told of petitions and of procedures that are not public is what is true, while the province lives on."""

from collections.abc import AsyncIterator

import pytest

from tests.conftest import Postgres
from tests.system.running import Finding, Running, until

RULES = {"petition.due_soon", "petition.overdue", "publication.due_soon", "publication.late"}
PETITIONS, BAD = "portal-petitions", 3


@pytest.fixture(scope="module")
async def running(postgres: Postgres, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Running]:
    url = await postgres.create(postgres.template)
    services = Running(url, tmp_path_factory.mktemp("beside"))
    try:
        await services.start(dossiers=600)
        await services.spawn("monitor")
        yield services
    finally:
        await services.stop()
    await postgres.drop(url)


async def test_every_rule_is_told_where_it_is_true_and_nowhere_else(running: Running) -> None:
    assert {rule for _, rule in await _settled(running)} == RULES


async def test_it_stays_true_while_petitions_come_and_are_answered(running: Running) -> None:
    told = await _settled(running)
    for wanted in (_has_more_than, _has_less_than):
        await until(lambda wanted=wanted: wanted(running, told))
        await _settled(running)


async def test_bad_items_are_refused_one_by_one(running: Running) -> None:
    await _settled(running)
    source = await running.source(PETITIONS)
    assert (source["role"], source["status"], source["error"], source["counts"]["refused"]) == ("petitions", "ok", None, BAD)
    rejects = (await running.api.get(f"/v1/sources/{PETITIONS}/rejects")).raise_for_status().json()["items"]
    assert {reject["field"] for reject in rejects} == {"DonViXuLy", "TrangThai", "HanXuLy"}


async def test_a_portal_that_fails_is_told_at_its_petitions_and_passes(running: Running) -> None:
    await running.fault("portal", "down")
    await until(lambda: _has_failed(running, True))
    (await running.simulator.delete("/faults")).raise_for_status()
    await until(lambda: _has_failed(running, False))
    await _settled(running)


async def test_a_petition_is_listed_as_overdue_when_its_alert_says_so(running: Running) -> None:
    await until(lambda: _listed_as_told(running))


async def _settled(running: Running) -> set[Finding]:
    """Wait until what is told is true, and return it."""
    told: set[Finding] = set()

    async def is_true() -> bool:
        nonlocal told
        before = await running.truth_beside(await running.now())
        told = await running.alerts_beside()
        after = await running.truth_beside(await running.now())
        return before & after <= told <= before | after

    await until(is_true)
    return told


async def _has_more_than(running: Running, told: set[Finding]) -> bool:
    return bool(await running.truth_beside(await running.now()) - told)


async def _has_less_than(running: Running, told: set[Finding]) -> bool:
    return bool(told - await running.truth_beside(await running.now()))


async def _has_failed(running: Running, wanted: bool) -> bool:  # noqa: FBT001 - what is waited for
    return ((await running.source(PETITIONS))["error"] is not None) is wanted


async def _listed_as_told(running: Running) -> bool:
    answer = await running.api.get("/v1/petitions", params={"overdue": "true", "limit": "500"})
    listed = {item["code"] for item in answer.raise_for_status().json()["items"]}
    return bool(listed) and listed == {code for code, rule in await running.alerts_beside() if rule == "petition.overdue"}
