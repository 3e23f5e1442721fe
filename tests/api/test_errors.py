"""Every error is a problem document that names what is wrong, and none gives anything away."""

import httpx
import pytest

from services.api.app import create_app
from services.api.schemas.problem import ProblemDocument
from shared.config import Config
from shared.db.engine import Database, create_engine
from tests.api.world import World, ask


def problem(response: httpx.Response) -> dict[str, object]:
    """Return a response's problem document, which it must be."""
    assert response.headers["content-type"] == "application/problem+json"
    document = ProblemDocument.model_validate(response.json())
    assert document.status == response.status_code
    assert document.instance == response.request.url.path
    return dict(response.json())


@pytest.mark.parametrize(
    ("parameter", "value"),
    [
        ("rule", "deadline.sometime"),
        ("family", "deadlines"),
        ("state", "closed"),
        ("severity", "high"),
        ("responsible", "somebody"),
        ("sort", "name"),
        ("limit", "0"),
        ("limit", "501"),
        ("limit", "many"),
        ("limit", "1e400"),
        ("count", "perhaps"),
        ("due_from", "tomorrow"),
        ("due_from", "2026-11-20"),
        ("due_to", "2026-11-20T07:00:00"),
        ("due_to", "0001-01-01T00:00:00+14:00"),
        ("due_to", "99999999999999999999"),
        ("q", ""),
        ("q", "x" * 201),
        ("q", "a\0b"),
        ("dossier", "H20\0"),
        ("sector", "\0"),
        ("officer", "x" * 201),
        ("cursor", "a\0"),
        ("cursor", "x" * 1001),
        ("agency", "H20.77"),
        ("agency", "\0"),
        ("procedure", "9.999"),
    ],
)
async def test_a_parameter_that_cannot_be_used_is_named(client: httpx.AsyncClient, parameter: str, value: str) -> None:
    response = await client.get("/v1/alerts", params={parameter: value})
    assert response.status_code == 422
    assert [error["parameter"] for error in problem(response)["errors"]] == [parameter]  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("path", "parameter", "value"),
    [
        ("/v1/alerts/summary", "by", "colour"),
        ("/v1/alerts/summary", "sort", "urgency"),
        ("/v1/alerts/summary", "agency", "H20.77"),
        ("/v1/alerts/summary", "procedure", "9.999"),
        ("/v1/dossiers", "status", "12"),
        ("/v1/dossiers", "status", "new"),
        ("/v1/dossiers", "portal_status", "-1"),
        ("/v1/dossiers", "sync_state", "deadline.overdue"),
        ("/v1/dossiers", "sort", "urgency"),
        ("/v1/dossiers", "open", "perhaps"),
        ("/v1/dossiers", "due_from", "today"),
        ("/v1/dossiers", "agency", "H20.77"),
        ("/v1/dossiers", "procedure", "9.999"),
        ("/v1/dossiers", "source", "gate"),
        ("/v1/dossiers", "q", "a\0b"),
        ("/v1/sync", "agency", "H20.77"),
        ("/v1/sync", "source", "gate"),
        ("/v1/sync", "limit", "5"),
        ("/v1/delays", "by", "rule"),
        ("/v1/delays", "from", "2026-11-20"),
        ("/v1/delays", "to", "soon"),
        ("/v1/delays", "since", "2026-11-20T07:00:00Z"),
        ("/v1/delays", "agency", "H20.77"),
    ],
)
async def test_every_route_names_what_it_cannot_use(client: httpx.AsyncClient, path: str, parameter: str, value: str) -> None:
    response = await client.get(path, params={parameter: value})
    assert response.status_code == 422
    assert [error["parameter"] for error in problem(response)["errors"]] == [parameter]  # type: ignore[attr-defined]


async def test_an_unknown_agency_is_called_that(client: httpx.AsyncClient) -> None:
    document = problem(await client.get("/v1/alerts", params={"agency": "H20.77"}))
    assert document["errors"] == [{"parameter": "agency", "reason": "unknown agency"}]


async def test_too_many_values_of_one_filter_are_refused(client: httpx.AsyncClient) -> None:
    response = await client.get("/v1/alerts", params={"dossier": [str(number) for number in range(201)]})
    assert (response.status_code, problem(response)["title"]) == (422, "Unprocessable Entity")


@pytest.mark.parametrize(
    "path",
    [
        "/v1/alerts",
        "/v1/alerts/summary",
        "/v1/alerts/1",
        "/v1/dossiers",
        "/v1/dossiers/H20.1-1",
        "/v1/sync",
        "/v1/delays",
        "/v1/agencies",
        "/v1/agencies/H20",
        "/v1/procedures",
        "/v1/sources",
        "/v1/sources/igate",
        "/v1/sources/igate/rejects",
        "/v1/labels",
        "/v1/indicators",
        "/v1/policies",
    ],
)
async def test_an_unknown_parameter_is_refused_by_name_everywhere(client: httpx.AsyncClient, path: str) -> None:
    response = await client.get(path, params={"colour": "red"})
    assert response.status_code == 422
    assert problem(response)["errors"] == [{"parameter": "colour", "reason": "unknown parameter"}]


@pytest.mark.parametrize(
    "path",
    [
        "/v1/alerts/1",
        "/v1/alerts/9223372036854775807",
        "/v1/dossiers/H20.1-1",
        "/v1/agencies/H20",
        "/v1/sources/igate",
        "/v1/sources/igate/rejects",
        "/v1/nothing",
        "/v1/alerts/",
        "/",
    ],
)
async def test_what_is_not_there_is_404(client: httpx.AsyncClient, path: str) -> None:
    response = await client.get(path)
    assert response.status_code == 404
    assert problem(response)["type"] == "urn:watch766:problem:not-found"


@pytest.mark.parametrize(
    "path",
    ["/v1/alerts/0", "/v1/alerts/x", "/v1/alerts/9223372036854775808", "/v1/dossiers/%00", "/v1/sources/%00/rejects"]
    + [f"/v1/{resource}/{'x' * 300}" for resource in ("dossiers", "agencies", "sources")],
)
async def test_a_path_that_cannot_be_used_is_422(client: httpx.AsyncClient, path: str) -> None:
    response = await client.get(path)
    assert response.status_code == 422
    problem(response)


async def test_only_reading_is_allowed(client: httpx.AsyncClient) -> None:
    response = await client.post("/v1/alerts")
    assert (response.status_code, response.headers["allow"]) == (405, "GET")
    problem(response)


async def test_a_database_that_does_not_answer_is_503_and_may_work_later() -> None:
    database = Database(create_engine("postgresql://nobody@127.0.0.1:1/nothing", application="tests"))
    async with ask(create_app(database, Config())) as client:
        response = await client.get("/v1/alerts")
        assert (response.status_code, response.headers["retry-after"]) == (503, "5")
        assert problem(response)["detail"] == "the database does not answer"
    await database.aclose()


async def test_a_connection_the_server_closed_is_opened_again(client: httpx.AsyncClient, world: World) -> None:
    assert (await client.get("/v1/alerts")).status_code == 200
    async with world.database.begin() as connection:
        await connection.exec_driver_sql(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    assert (await client.get("/v1/alerts")).status_code == 200


async def test_our_own_mistake_is_500_without_a_trace_of_it(world: World, log_lines: list[dict[str, object]]) -> None:
    app = create_app(world.database, Config())

    @app.get("/v1/broken")
    async def broken() -> None:
        raise RuntimeError("the value was 42")

    async with ask(app) as client:
        response = await client.get("/v1/broken", headers={"X-Request-ID": "abc"})
    assert response.status_code == 500
    assert "42" not in response.text
    assert response.headers["x-request-id"] == "abc"
    problem(response)
    failed = next(line for line in log_lines if line["event"] == "request_failed")
    assert (failed["error"], failed["route"]) == ("RuntimeError", "/v1/broken")
