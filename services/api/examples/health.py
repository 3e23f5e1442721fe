"""Examples of readiness."""

from typing import Any

_AT = "2026-11-20T14:00:00+07:00"


def _source(name: str, age: float, **told: str) -> dict[str, Any]:
    seen = {"observedValue": age, "observedUnit": "s", "time": _AT}
    return {"componentType": "system", "status": "pass", "componentId": name, **seen, **told}


def _queue() -> dict[str, Any]:
    return {"componentType": "component", "status": "pass", "observedValue": 0.0, "observedUnit": "s", "time": _AT}


_BEHIND = "source igate is not read any more"
_STORED: dict[str, Any] = {
    "database:responseTime": [
        {"componentType": "datastore", "status": "pass", "observedValue": 2.4, "observedUnit": "ms", "time": _AT}
    ],
    "schema:revision": [{"componentType": "datastore", "status": "pass", "observedValue": "0009", "time": _AT}],
}
_QUEUES = {"events:age": [_queue()], "webhooks:age": [_queue()]}

READY: dict[str, Any] = {
    "status": "pass",
    "version": "1",
    "reasons": [],
    "checks": {**_STORED, "sources:age": [_source("portal", 12.0), _source("igate", 30.0)], **_QUEUES},
}
NOT_READY: dict[str, Any] = {
    "status": "fail",
    "version": "1",
    "output": _BEHIND,
    "reasons": [_BEHIND],
    "checks": {
        **_STORED,
        "sources:age": [_source("portal", 12.0), _source("igate", 1920.5, status="fail", output=_BEHIND)],
        **_QUEUES,
    },
}
