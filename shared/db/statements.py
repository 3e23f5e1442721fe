"""A span for every statement: what it does to which table, never its text and never a value."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import Connection, Engine, ExceptionContext

from shared import tracing
from shared.db.tables import metadata

_VERBS = frozenset({"SELECT", "INSERT", "UPDATE", "DELETE", "WITH", "COPY", "SET", "CREATE", "DROP", "ALTER"})
_TABLE = re.compile(r"\b(?:FROM|INTO|UPDATE|JOIN)\s+(\w+)", re.IGNORECASE | re.ASCII)
_LOOKED_AT = 4000


def trace_statements(engine: Engine) -> None:
    """Trace what an engine executes from now on."""
    event.listen(engine, "before_cursor_execute", _begin)
    event.listen(engine, "after_cursor_execute", _end)
    event.listen(engine, "handle_error", _fail)


@contextmanager
def told(statement: str) -> Iterator[None]:
    """Trace what the driver itself is asked in the block, if anything is traced."""
    if not tracing.is_on():
        yield
        return
    what = summary(statement)
    with tracing.span(what, tracing.Kind.CLIENT, **_attributes(what)):
        yield


def summary(statement: str) -> str:
    """Return what a statement begins with and the first of our tables it names, such as `SELECT dossiers`; nothing else of it."""
    looked_at = statement[:_LOOKED_AT]
    verb = next(iter(looked_at.split(maxsplit=1)), "").upper()
    if verb not in _VERBS:
        return "SQL"
    table = next((found[1] for found in _TABLE.finditer(looked_at) if found[1] in metadata.tables), None)
    return f"{verb} {table}" if table else verb


def _begin(_connection: Connection, _cursor: Any, statement: str, _parameters: Any, context: Any, _many: Any) -> None:
    what = summary(statement)
    context.watch766_span = tracing.leaf(what, tracing.Kind.CLIENT, **_attributes(what))


def _end(_connection: Connection, _cursor: Any, _statement: str, _parameters: Any, context: Any, _many: Any) -> None:
    if context.watch766_span is not None:
        context.watch766_span.end()


def _fail(failure: ExceptionContext) -> None:
    opened = getattr(failure.execution_context, "watch766_span", None)
    if opened is not None:
        tracing.failed(opened, failure.original_exception)
        opened.end()


def _attributes(what: str) -> dict[str, str]:
    return {"db__system__name": "postgresql", "db__query__summary": what}
