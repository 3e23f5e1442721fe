"""Errors as RFC 9457 problem documents. None tells a value that was sent, a statement or a stack trace."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

import msgspec
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from shared.errors import DatabaseUnavailable

MEDIA_TYPE = "application/problem+json"
_RETRY_AFTER = "5"
_MOST_ERRORS = 20
_TOO_LARGE = "body-too-large"

_REASONS = {"extra_forbidden": "unknown parameter", "string_pattern_mismatch": "holds a character that cannot be used"}


class ParameterError(msgspec.Struct, frozen=True):
    """What is wrong with one parameter."""

    parameter: str
    reason: str


class Problem(Exception):
    """A request that cannot be answered. `kind` is the last part of `type`; `detail` says what to do about it."""

    def __init__(
        self,
        status: HTTPStatus,
        detail: str,
        *,
        kind: str | None = None,
        errors: Sequence[ParameterError] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.kind = kind or status.phrase.lower().replace(" ", "-")
        self.errors = tuple(errors)
        self.headers = dict(headers or {})


def not_found(what: str) -> Problem:
    """Return the problem of something that is not there or may not be seen: which of the two is not told."""
    return Problem(HTTPStatus.NOT_FOUND, f"there is no {what}")


def invalid_parameters(errors: Sequence[ParameterError]) -> Problem:
    """Return the problem of parameters, or places in a body, that cannot be used; at least one."""
    errors = [ParameterError(_tellable(error.parameter), error.reason) for error in errors]
    detail = "; ".join(f"{error.parameter}: {error.reason}" for error in errors[:3])
    return Problem(HTTPStatus.UNPROCESSABLE_ENTITY, detail, kind="invalid-parameter", errors=errors[:_MOST_ERRORS])


def bad_cursor(reason: str, parameter: str = "cursor") -> Problem:
    """Return the problem of a cursor that cannot be continued from; `parameter` holds it."""
    errors = [ParameterError(parameter, reason)]
    return Problem(HTTPStatus.BAD_REQUEST, f"{parameter}: {reason}", kind="bad-cursor", errors=errors)


def not_acceptable(offered: Sequence[str]) -> Problem:
    """Return the problem of a request that accepts none of the forms there are."""
    return Problem(HTTPStatus.NOT_ACCEPTABLE, f"Accept: this path answers as {' or '.join(offered)}", headers={"Vary": "Accept"})


def unauthorized(*, were_given: bool = False) -> Problem:
    """Return the problem of credentials that are missing or, `were_given`, not good: why not, nobody is told."""
    challenge = 'Bearer error="invalid_token"' if were_given else "Bearer"
    detail = "a good key or token is needed: send Authorization: Bearer <key>"
    return Problem(HTTPStatus.UNAUTHORIZED, detail, headers={"WWW-Authenticate": challenge})


def forbidden(detail: str, *, scope: str = "") -> Problem:
    """Return the problem of somebody who is known and may not do this; `scope` would let him."""
    challenge = f'Bearer error="insufficient_scope", scope="{scope}"' if scope else 'Bearer error="insufficient_scope"'
    return Problem(HTTPStatus.FORBIDDEN, detail, headers={"WWW-Authenticate": challenge})


def too_many_requests(seconds: int) -> Problem:
    """Return the problem of somebody who asks too often, and after how many seconds he may ask again."""
    detail = f"too many requests: ask again in {seconds} s"
    return Problem(HTTPStatus.TOO_MANY_REQUESTS, detail, headers={"Retry-After": str(seconds)})


def head_too_large(largest: int) -> Problem:
    """Return the problem of an address and headers that are together more than so many bytes."""
    detail = f"the address and the headers are too large: at most {largest} bytes"
    return Problem(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, detail)


def too_large(largest: int) -> Problem:
    """Return the problem of a body of more than so many bytes. What is left of it is not read: the connection ends."""
    detail = f"the body is too large: at most {largest} bytes"
    return Problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, detail, kind=_TOO_LARGE, headers={"Connection": "close"})


def took_too_long(*, by_client: bool) -> Problem:
    """Return the problem of a request that was given up: its body did not come in time, or we could not answer it in time."""
    if by_client:
        detail = "the body did not come in time"
        return Problem(HTTPStatus.REQUEST_TIMEOUT, detail, headers={"Connection": "close"})
    detail = "the answer took too long: ask for less, or again later"
    return Problem(HTTPStatus.SERVICE_UNAVAILABLE, detail, kind="took-too-long", headers={"Retry-After": _RETRY_AFTER})


def unavailable(error: DatabaseUnavailable) -> Problem:
    """Return the problem of a database that does not answer; it may work later."""
    return Problem(HTTPStatus.SERVICE_UNAVAILABLE, str(error), headers={"Retry-After": _RETRY_AFTER})


def internal_error() -> Problem:
    """Return the problem of our own mistake; the log has the rest under the request's id."""
    return Problem(HTTPStatus.INTERNAL_SERVER_ERROR, "the request could not be answered; the log has the rest under its id")


def respond(problem: Problem, instance: str) -> Response:
    """Return a problem as a response; `instance` is the path that was asked for."""
    body: dict[str, Any] = {
        "type": f"urn:watch766:problem:{problem.kind}",
        "title": problem.status.phrase,
        "status": problem.status.value,
        "detail": problem.detail,
        "instance": instance,
        "errors": problem.errors,
    }
    headers = {"Cache-Control": "no-store", **problem.headers}
    return Response(msgspec.json.encode(body), problem.status.value, headers, MEDIA_TYPE)


def install(app: FastAPI) -> None:
    """Answer every error the application meets with a problem document."""

    @app.exception_handler(Problem)
    async def on_problem(request: Request, problem: Problem) -> Response:
        return respond(problem, request.url.path)

    @app.exception_handler(RequestValidationError)
    async def on_invalid(request: Request, error: RequestValidationError) -> Response:
        return respond(invalid_parameters([_parameter_error(found) for found in error.errors()]), request.url.path)

    @app.exception_handler(HTTPException)
    async def on_http(request: Request, error: HTTPException) -> Response:
        return respond(_from_http(error), request.url.path)

    @app.exception_handler(DatabaseUnavailable)
    async def on_unavailable(request: Request, error: DatabaseUnavailable) -> Response:
        return respond(unavailable(error), request.url.path)


def _parameter_error(found: Mapping[str, Any]) -> ParameterError:
    """Name the parameter without its place in the request or in a repeated one; in a body, name the whole way to it."""
    reason = _REASONS.get(found["type"], found["msg"].removeprefix("Value error, "))
    if found["loc"][:1] == ("body",):
        return _body_error(found, reason)
    names = [part for part in found["loc"][1:] if isinstance(part, str)]
    return ParameterError(names[0] if names else "request", reason)


def _body_error(found: Mapping[str, Any], reason: str) -> ParameterError:
    if found["type"] == "json_invalid":
        return ParameterError("body", "is not JSON")
    place = ".".join(str(part) for part in found["loc"][1:])
    if not place:
        return ParameterError("body", "must be a JSON object, sent as application/json")
    return ParameterError(place, "unknown key" if found["type"] == "extra_forbidden" else reason)


def _tellable(name: str) -> str:
    """Return the beginning of a name somebody sent, without what no text can hold."""
    return name[:100].encode("utf-8", "replace").decode()


def _from_http(error: HTTPException) -> Problem:
    status = HTTPStatus(error.status_code)
    if status is HTTPStatus.BAD_REQUEST:  # only ever a body that could not even be decoded
        return invalid_parameters([ParameterError("body", "is not JSON")])
    details = {
        HTTPStatus.NOT_FOUND: "there is no such path; /openapi.json lists those there are",
        HTTPStatus.METHOD_NOT_ALLOWED: "this path takes another method: the header Allow names it",
    }
    kind = _TOO_LARGE if status is HTTPStatus.REQUEST_ENTITY_TOO_LARGE else None
    return Problem(status, details.get(status, str(error.detail)), kind=kind, headers=error.headers)
