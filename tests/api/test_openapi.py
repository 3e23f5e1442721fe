"""The OpenAPI document: complete, described, and true."""

from collections.abc import Iterator
from functools import reduce
from typing import Any

import pytest
from fastapi import FastAPI
from pydantic import TypeAdapter

from services.api.examples import EXAMPLES
from services.api.schemas import (
    acknowledgements,
    alerts,
    audit,
    base,
    card_context,
    catalogue,
    dossier_list,
    dossiers,
    events,
    health,
    incidents,
    indicators,
    labels,
    measures,
    opportunities,
    overview,
    petitions,
    problem,
    rehearsal,
    score_details,
    scores,
    silences,
    sources,
    stock,
    summary,
    sync,
    webhooks,
)
from services.api.schemas.details import DETAILS
from shared.domain.access import Scope
from shared.domain.events import EventType
from shared.domain.findings import FieldDifference, IndicatorApart, IndicatorBelow, IndicatorFallen, TotalBelow
from shared.domain.rules import RULES

MODULES = (
    acknowledgements,
    alerts,
    audit,
    base,
    card_context,
    catalogue,
    dossier_list,
    dossiers,
    events,
    health,
    incidents,
    indicators,
    labels,
    measures,
    opportunities,
    overview,
    petitions,
    problem,
    rehearsal,
    score_details,
    scores,
    silences,
    sources,
    stock,
    summary,
    sync,
    webhooks,
)
MODELS: dict[str, Any] = {
    **{name: value for module in MODULES for name, value in vars(module).items() if isinstance(value, type)},
    **{kind.__name__: kind for kind in DETAILS.values()},
    **{kind.__name__: kind for kind in (FieldDifference, IndicatorApart, IndicatorBelow, IndicatorFallen, TotalBelow)},
    "NotReady": health.Readiness,
    "metrics": str,
    "stream": str,
}


@pytest.fixture
def document(app: FastAPI) -> dict[str, Any]:
    return app.openapi()


def operations(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for path, methods in document["paths"].items():
        for operation in methods.values():
            yield path, operation


def test_every_operation_is_described_and_tagged(document: dict[str, Any]) -> None:
    tags = [tag["name"] for tag in document["tags"]]
    for path, operation in operations(document):
        assert operation["summary"], path
        assert operation["description"], path
        assert operation["tags"][0] in tags, path


def test_every_answer_has_an_example(document: dict[str, Any]) -> None:
    for path, operation in operations(document):
        for status, response in operation["responses"].items():
            assert response["description"], (path, status)
            for content in response.get("content", {}).values():
                assert "example" in content, (path, status)


def test_every_route_documents_how_it_fails(document: dict[str, Any]) -> None:
    kept = [methods["get"] for path, methods in document["paths"].items() if "get" in methods and path != "/v1/stream"]
    for path, operation in operations(document):
        if path.startswith("/v1"):
            failures = {status for status in operation["responses"] if status >= "4"}
            assert failures >= {"401", "403", "405", "406", "422", "429", "431", "500", "503"}, path
            pages = any(
                parameter["name"] in ("cursor", "after", "Last-Event-ID") for parameter in operation.get("parameters", ())
            )
            names_one = "{" in path or path in (
                "/v1/scores",
                "/v1/scores/history",
                "/v1/scores/compare",
                "/v1/overview",
            )  # of an agency
            assert ("400" in failures, "404" in failures) == (pages, names_one), path
            for status in failures:
                assert list(operation["responses"][status]["content"]) == ["application/problem+json"], path
            assert ("304" in operation["responses"]) == (operation in kept), path
            assert ("413" in failures) >= ("requestBody" in operation), path


def test_every_operation_says_which_scope_it_needs(document: dict[str, Any]) -> None:
    assert document["components"]["securitySchemes"]["bearer"]["scheme"] == "bearer"
    for path, operation in operations(document):
        scopes = operation.get("security", [{"bearer": None}])[0]["bearer"]
        assert (scopes is None) == (path in ("/healthz", "/readyz")), path
        assert {"401", "403", "429"} <= set(operation["responses"]) or scopes is None, path
        assert set(scopes or []) <= set(Scope), path
    assert document["paths"]["/v1/alerts"]["get"]["security"] == [{"bearer": ["alerts:read"]}]


def test_every_parameter_is_bounded(document: dict[str, Any]) -> None:
    for path, operation in operations(document):
        for parameter in operation.get("parameters", ()):
            schema = parameter["schema"]
            for choice in schema.get("anyOf", [schema]):
                assert is_bounded(choice), (path, parameter["name"])


def is_bounded(schema: dict[str, Any]) -> bool:
    """Whether a value can be only so long or so large."""
    if schema.get("type") == "array":
        return "maxItems" in schema and is_bounded(schema["items"])
    if schema.get("type") == "integer":
        return {"minimum", "maximum"} <= schema.keys() or "enum" in schema
    known = {"enum", "const", "maxLength", "$ref", "pattern"} & schema.keys() or schema.get("format") in {"date", "date-time"}
    return bool(known) or schema.get("type") in {"boolean", "null"}


def test_every_parameter_is_described(document: dict[str, Any]) -> None:
    for path, operation in operations(document):
        for parameter in operation.get("parameters", ()):
            schema = parameter["schema"]
            assert parameter.get("description") or schema.get("description"), (path, parameter["name"])


def test_every_schema_is_described_and_has_an_example(document: dict[str, Any]) -> None:
    for name, schema in document["components"]["schemas"].items():
        assert schema.get("description"), name
        assert schema.get("examples"), name


def test_every_reference_leads_somewhere(document: dict[str, Any]) -> None:
    for reference in references(document):
        reduce(lambda at, part: at[part], reference.removeprefix("#/").split("/"), document)


def references(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"]
        node = list(node.values())
    if isinstance(node, list):
        for item in node:
            yield from references(item)


@pytest.mark.parametrize("name", EXAMPLES)
def test_every_example_is_true(name: str) -> None:
    TypeAdapter(MODELS[name]).validate_python(EXAMPLES[name])


def test_what_webhooks_are_told_is_documented_with_an_example_of_each(document: dict[str, Any]) -> None:
    assert list(document["webhooks"]) == [type_.value for type_ in EventType]
    for name, methods in document["webhooks"].items():
        sent = methods["post"]["requestBody"]["content"]["application/json"]
        assert sent["example"]["type"] == name
        model = MODELS[sent["schema"]["$ref"].rpartition("/")[2]]
        TypeAdapter(model).validate_python(sent["example"])
        assert (bool(methods["post"]["summary"]), bool(methods["post"]["description"])) == (True, True)
        headers = {parameter["name"] for parameter in methods["post"]["parameters"]}
        assert headers == {"webhook-id", "webhook-timestamp", "webhook-signature"}


def test_repeated_filters_are_lists_of_what_there_is(document: dict[str, Any]) -> None:
    parameters = {found["name"]: found["schema"] for found in document["paths"]["/v1/alerts"]["get"]["parameters"]}
    assert parameters["rule"]["items"]["enum"] == list(RULES)
    assert parameters["state"]["items"]["enum"] == ["open", "acknowledged", "resolved", "active"]
    assert (parameters["limit"]["minimum"], parameters["limit"]["maximum"], parameters["limit"]["default"]) == (1, 500, 50)
