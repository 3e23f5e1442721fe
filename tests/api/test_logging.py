"""Log lines of the project and of the libraries, in one form."""

import io
import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from shared.logging import configure


@pytest.fixture
def stream() -> Iterator[io.StringIO]:
    """Where the lines go; afterwards logging is as it was."""
    root = logging.getLogger()
    handlers, level, to = root.handlers[:], root.level, io.StringIO()
    yield to
    root.handlers[:] = handlers
    root.setLevel(level)
    for name in ("httpx", "httpcore", "apscheduler", "alembic", "asyncio"):
        logging.getLogger(name).setLevel(logging.NOTSET)
    structlog.reset_defaults()


def lines(stream: io.StringIO) -> list[dict[str, object]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_an_event_is_one_line_of_json(stream: io.StringIO) -> None:
    configure("INFO", to=stream)
    structlog.get_logger("services.api").info("request_handled", route="/v1/alerts", agency="Sơn Qui")
    line = lines(stream)[0]
    assert (line["event"], line["route"], line["agency"]) == ("request_handled", "/v1/alerts", "Sơn Qui")
    assert (line["level"], line["logger"], str(line["timestamp"])[-1]) == ("info", "services.api", "Z")


def test_a_library_is_told_in_the_same_form(stream: io.StringIO) -> None:
    configure("INFO", to=stream)
    logging.getLogger("uvicorn.error").info("Started %s", "server")
    assert [(line["event"], line["logger"]) for line in lines(stream)] == [("Started server", "uvicorn.error")]


def test_what_is_below_the_level_is_not_told(stream: io.StringIO) -> None:
    configure("WARNING", to=stream)
    structlog.get_logger("services.api").info("request_handled")
    assert lines(stream) == []


def test_addresses_that_were_asked_are_never_told(stream: io.StringIO) -> None:
    configure("DEBUG", to=stream)
    logging.getLogger("httpx").info("HTTP Request: GET http://igate/?code=H20.1-0042")
    assert stream.getvalue() == ""


@pytest.mark.parametrize("is_terminal", [False, True])
def test_a_traceback_shows_no_values(stream: io.StringIO, *, is_terminal: bool) -> None:
    stream.isatty = lambda: is_terminal  # type: ignore[method-assign]
    configure("INFO", to=stream)
    secret = "Nguyễn" + " Văn A"
    try:
        int("x" if secret else "1")
    except ValueError:
        structlog.get_logger("services.api").exception("request_failed")
    assert "ValueError" in stream.getvalue()
    assert secret not in stream.getvalue()


def test_the_id_of_a_request_is_on_every_line_of_it(stream: io.StringIO) -> None:
    configure("INFO", to=stream)
    with structlog.contextvars.bound_contextvars(request_id="a-1"):
        logging.getLogger("uvicorn.error").warning("odd")
    assert lines(stream)[0]["request_id"] == "a-1"
