"""Who asks is known on every route, and every view keeps to what he may see."""

import importlib
import inspect
import pkgutil
from collections.abc import AsyncIterator, Iterator
from types import FunctionType

import httpx
import pytest
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute

from services.api.app import ROUTERS, create_app
from services.api.caller import Caller, caller
from shared.config import Config
from shared.db import views
from shared.domain.agencies import AgencyTree
from tests.api.world import AGO, World, ask

ROUTES = [route for router in ROUTERS for route in router.routes if isinstance(route, APIRoute)]


def depends_on(dependant: Dependant, call: object) -> bool:
    return dependant.call is call or any(depends_on(inner, call) for inner in dependant.dependencies)


def view_functions() -> Iterator[FunctionType]:
    """Every function that reads something for a caller: coroutines of the view modules that ask a snapshot."""
    for module_info in pkgutil.iter_modules(views.__path__):
        module = importlib.import_module(f"{views.__name__}.{module_info.name}")
        for _, function in inspect.getmembers(module, inspect.iscoroutinefunction):
            if function.__module__ == module.__name__ and "snapshot" in inspect.signature(function).parameters:
                yield function


@pytest.mark.parametrize("route", [route for route in ROUTES if route.path.startswith("/v1")], ids=lambda route: route.path)
def test_every_route_knows_who_asks(route: APIRoute) -> None:
    assert depends_on(route.dependant, caller)


def test_no_route_is_forgotten(world: World) -> None:
    paths = create_app(world.database, Config()).openapi()["paths"]
    assert set(paths) == {route.path for route in ROUTES}
    assert len([path for path in paths if path.startswith("/v1")]) >= 14


@pytest.mark.parametrize("view", list(view_functions()), ids=lambda view: view.__name__)
def test_every_view_takes_what_may_be_seen(view: FunctionType) -> None:
    parameter = inspect.signature(view).parameters["within"]
    assert parameter.annotation is AgencyTree
    assert parameter.kind is inspect.Parameter.KEYWORD_ONLY
    assert parameter.default is inspect.Parameter.empty


def test_views_that_read_without_a_snapshot_are_few() -> None:
    assert len(list(view_functions())) >= 24


@pytest.fixture
async def commune(world: World) -> AsyncIterator[httpx.AsyncClient]:
    """A client of one commune, in a province with another."""
    app = create_app(world.database, Config(), clock=world.clock)
    app.dependency_overrides[caller] = lambda: Caller(AgencyTree({"H20.114": "H20"}))
    await world.source("igate", records=2)
    for number, agency in ((1, "H20.114"), (2, "H20.115")):
        code = f"{agency}-261120-000{number}"
        await world.agency(agency)
        await world.procedure(f"1.{number}", agencies=(agency,))
        await world.judged(code, agency=agency, procedure=f"1.{number}", source="igate")
        await world.delay(code, since=world.now - AGO, agency=agency)
        await world.record("igate", code, source_id=code, agency=agency, notes=("odd",))
        await world.refusal("igate", code)
        await world.alert(code, agency=agency, procedure=f"1.{number}")
    await world.alert("H20-261120-0003")
    async with ask(app) as client:
        yield client


async def test_a_bounded_caller_sees_his_own_in_every_list(commune: httpx.AsyncClient) -> None:
    wanted = {
        "/v1/alerts": ("dossier_code", ["H20.114-261120-0001"]),
        "/v1/alerts/summary?by=agency": ("key", ["H20.114"]),
        "/v1/dossiers": ("code", ["H20.114-261120-0001"]),
        "/v1/delays?by=agency": ("key", ["H20.114"]),
        "/v1/agencies": ("code", ["H20.114"]),
        "/v1/procedures": ("code", ["1.1"]),
        "/v1/sources/igate/rejects": ("code", ["H20.114-261120-0001"]),
    }
    for path, (field, values) in wanted.items():
        items = (await commune.get(path)).json()["items"]
        assert [item[field] for item in items] == values, path


async def test_a_bounded_caller_is_counted_only_his_own(commune: httpx.AsyncClient) -> None:
    for path in ("/v1/alerts", "/v1/dossiers"):
        assert (await commune.get(path, params={"count": "true"})).json()["count"] == 1, path
    sync = (await commune.get("/v1/sync")).json()
    assert (sync["total"], [part["code"] for part in sync["by_agency"]]) == (1, ["H20.114"])
    counts = (await commune.get("/v1/sources/igate")).json()["counts"]
    assert counts == {"records": 1, "refused": 1, "skewed": 0, "notes": {"odd": 1}}


async def test_a_bounded_caller_reads_one_of_his_own_and_no_other(commune: httpx.AsyncClient) -> None:
    own, other = "/v1/dossiers/H20.114-261120-0001", "/v1/dossiers/H20.115-261120-0002"
    assert (await commune.get(own)).json()["sides"][0]["state"] == "unreadable"
    assert (await commune.get(other)).status_code == 404
    assert (await commune.get("/v1/agencies/H20.115")).status_code == 404


async def test_to_a_bounded_caller_the_others_do_not_exist(commune: httpx.AsyncClient, world: World) -> None:
    for path in ("/v1/alerts", "/v1/alerts/summary", "/v1/dossiers", "/v1/sync", "/v1/delays"):
        assert (await commune.get(path, params={"agency": "H20.115"})).status_code == 422, path
    assert (await commune.get("/v1/alerts", params={"procedure": "1.2"})).status_code == 422
    hidden = await world.alert("H20.115-261120-0009", agency="H20.115")
    assert (await commune.get(f"/v1/alerts/{hidden}")).status_code == 404
