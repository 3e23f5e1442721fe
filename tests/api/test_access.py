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
from services.api.caller import NOBODY, caller
from shared.config import Config
from shared.db import views
from shared.db.stores import audit_log
from shared.domain.access import RANDOM_BYTES, Scope, missing, new_key
from shared.domain.agencies import AgencyTree
from tests.api.conftest import OFTEN
from tests.api.world import AGO, World, ask, bearer, let_in

ROUTES = [route for router in ROUTERS for route in router.routes if isinstance(route, APIRoute)]


FOR_ALL_ALIKE = {"/v1/agencies", "/v1/agencies/{code}", "/v1/procedures", "/v1/labels"}
"""What every caller may ask for, whatever his scopes: what agencies, procedures and codes are called."""

OPEN = {"/healthz", "/readyz"}
OF_THE_PROVINCE = {"/metrics"}
"""What only those may ask for who are bound to no agency."""

GUARDED = [route for route in ROUTES if route.path not in OPEN]
ITEMS = {
    "alert_id": "1",
    "code": "H20.114",
    "name": "igate",
    "webhook_id": "1",
    "delivery_id": "1",
    "silence_id": "1",
    "incident_id": "1",
}
OTHER_KEY = new_key(bytes([1]) * RANDOM_BYTES)


def callers(dependant: Dependant) -> Iterator[Dependant]:
    """Every place where a route, or something it depends on, asks who asks."""
    if dependant.call is caller:
        yield dependant
    for inner in dependant.dependencies:
        yield from callers(inner)


def scopes(route: APIRoute) -> set[str]:
    """What a route declares that it needs."""
    return {scope for found in callers(route.dependant) for scope in found.own_oauth_scopes or []}


def view_functions() -> Iterator[FunctionType]:
    """Every function that reads something for a caller: coroutines of the view modules that ask a snapshot."""
    for module_info in pkgutil.iter_modules(views.__path__):
        module = importlib.import_module(f"{views.__name__}.{module_info.name}")
        for _, function in inspect.getmembers(module, inspect.iscoroutinefunction):
            if function.__module__ == module.__name__ and "snapshot" in inspect.signature(function).parameters:
                yield function


def address(route: APIRoute) -> str:
    return route.path.format_map(ITEMS)


def named(route: APIRoute) -> str:
    return f"{min(route.methods)} {route.path}"


every_guarded_route = pytest.mark.parametrize("route", GUARDED, ids=named)


@every_guarded_route
def test_every_route_asks_who_asks_and_names_the_scope_it_needs(route: APIRoute) -> None:
    assert len(list(callers(route.dependant))) == 1
    assert scopes(route) <= set(Scope)
    assert bool(scopes(route)) == (route.path not in FOR_ALL_ALIKE)


@every_guarded_route
async def test_without_credentials_nothing_is_told(client: httpx.AsyncClient, route: APIRoute) -> None:
    del client.headers["Authorization"]
    answer = await client.request(min(route.methods), address(route))
    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")


@every_guarded_route
async def test_with_every_scope_but_its_own_a_route_is_refused(client: httpx.AsyncClient, world: World, route: APIRoute) -> None:
    lacking = scopes(route)
    held = [scope for scope in Scope if scope not in {*lacking, Scope.ADMIN}]
    await let_in(world.database, OTHER_KEY, *held)
    answer = await client.request(min(route.methods), address(route), json={"ratios": {}}, headers=bearer(OTHER_KEY))
    assert (answer.status_code == 403) == bool(lacking)
    if lacking:
        error, _, named_scopes = answer.headers["www-authenticate"].partition(", scope=")
        assert (error, set(named_scopes.strip('"').split())) == ('Bearer error="insufficient_scope"', lacking)


@every_guarded_route
async def test_its_own_scope_is_enough(client: httpx.AsyncClient, world: World, route: APIRoute) -> None:
    await let_in(world.database, OTHER_KEY, *([Scope(scope) for scope in scopes(route)] or [Scope.OPS_READ]))
    answer = await client.request(min(route.methods), address(route), json={"ratios": {}}, headers=bearer(OTHER_KEY))
    assert answer.status_code not in {401, 403, 429}


@every_guarded_route
async def test_a_bound_caller_is_told_nothing_of_another_agency(commune: httpx.AsyncClient, route: APIRoute) -> None:
    answer = await commune.request(min(route.methods), address(route), json={"ratios": {}})
    assert (answer.status_code == 403) == (route.path in OF_THE_PROVINCE)
    assert "H20.115" not in answer.text


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/openapi.json", "/docs", "/docs/start.js"])
async def test_what_tells_nothing_of_the_province_is_open(client: httpx.AsyncClient, path: str) -> None:
    del client.headers["Authorization"]
    assert (await client.get(path)).status_code in {200, 503}


NOWHERE = ["/", "/v1", "/v1/", "/v1/nothing", "/docsecret", "/healthz/", "/healthz/../v1/alerts", "//v1/alerts"]


@pytest.mark.parametrize("path", NOWHERE)
async def test_what_is_not_known_is_not_told_either(client: httpx.AsyncClient, path: str) -> None:
    del client.headers["Authorization"]
    assert (await client.get(path)).status_code == 401


def test_an_admin_may_everything_and_nobody_else_what_he_was_not_given() -> None:
    assert missing({Scope.ADMIN}, list(Scope)) == []
    assert missing({Scope.ALERTS_READ}, [Scope.ALERTS_READ]) == []
    assert missing({Scope.ALERTS_READ}, [Scope.ALERTS_WRITE]) == [Scope.ALERTS_WRITE]
    assert missing(set(), [Scope.ADMIN]) == [Scope.ADMIN]


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
    app = create_app(world.database, Config(access=OFTEN), clock=world.clock)
    await let_in(world.database, OTHER_KEY, agency="H20.114")
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
        await world.petition(f"{agency}.{number}", agency=agency)
        await world.official(agency)
        async with world.database.begin() as connection:
            await audit_log.record(connection, "H20", NOBODY, "key.created", f"key:{agency}", {}, agency=agency, now=world.now)
    await world.alert("H20-261120-0003")
    async with ask(app) as client:
        client.headers.update(bearer(OTHER_KEY))
        yield client


async def test_a_bounded_caller_sees_his_own_in_every_list(commune: httpx.AsyncClient) -> None:
    wanted = {
        "/v1/alerts": ("dossier_code", ["H20.114-261120-0001"]),
        "/v1/alerts/summary?by=agency": ("key", ["H20.114"]),
        "/v1/dossiers": ("code", ["H20.114-261120-0001"]),
        "/v1/delays?by=agency": ("key", ["H20.114"]),
        "/v1/agencies": ("code", ["H20.114"]),
        "/v1/petitions": ("code", ["H20.114.1"]),
        "/v1/procedures": ("code", ["1.1"]),
        "/v1/audit-log": ("subject", ["key:H20.114"]),
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
