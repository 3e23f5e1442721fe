"""Problem documents."""

from http import HTTPStatus
from typing import Any

PROBLEM: dict[str, Any] = {
    "type": "urn:watch766:problem:invalid-parameter",
    "title": "Unprocessable Entity",
    "status": 422,
    "detail": "agency: unknown agency",
    "instance": "/v1/alerts",
    "errors": [{"parameter": "agency", "reason": "unknown agency"}],
}

_BAD_CURSOR = "is not a cursor this API gave out"

_KINDS: dict[int, tuple[str, str]] = {
    400: ("bad-cursor", f"cursor: {_BAD_CURSOR}"),
    401: ("unauthorized", "a good key or token is needed: send Authorization: Bearer <key>"),
    403: ("forbidden", "this needs the scope alerts:read"),
    404: ("not-found", "there is none with this name"),
    405: ("method-not-allowed", "this path takes another method: the header Allow names it"),
    406: ("not-acceptable", "Accept: this path answers as application/json"),
    408: ("request-timeout", "the body did not come in time"),
    413: ("body-too-large", "the body is too large: at most 200000 bytes"),
    409: ("webhook-off", "nothing is sent to this webhook: enable it first"),
    422: ("invalid-parameter", "colour: unknown parameter"),
    429: ("too-many-requests", "too many requests: ask again in 2 s"),
    431: ("request-header-fields-too-large", "the address and the headers are too large: at most 32768 bytes"),
    500: ("internal-server-error", "the request could not be answered; the log has the rest under its id"),
    503: ("service-unavailable", "the database does not answer"),
}

_ERRORS: dict[int, list[dict[str, str]]] = {
    400: [{"parameter": "cursor", "reason": _BAD_CURSOR}],
    422: [{"parameter": "colour", "reason": "unknown parameter"}],
}


def problem_example(status: int, path: str) -> dict[str, Any]:
    """Return the problem document of a status on a path."""
    kind, detail = _KINDS[status]
    return {
        "type": f"urn:watch766:problem:{kind}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "instance": path,
        "errors": _ERRORS.get(status, []),
    }
