"""How Alembic reaches the database: over the connection that `shared.db.schema` hands it."""

from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlalchemy import Connection

from shared.db.schema import belongs_to_schema
from shared.db.tables import Xid8, metadata
from shared.db.types import Json


def run(connection: Connection) -> None:
    """Run the migrations asked for."""
    context.configure(
        connection=connection,
        target_metadata=metadata,
        include_name=belongs_to_schema,
        compare_server_default=True,
        render_item=_render,
    )
    with context.begin_transaction():
        context.run_migrations()


def _render(kind: str, item: Any, autogen: AutogenContext) -> str | Literal[False]:
    """Write our own column types into a new migration as what they are in the database."""
    if kind == "type" and isinstance(item, Json):
        autogen.imports.add("from sqlalchemy.dialects import postgresql")
        return "postgresql.JSONB()"
    if kind == "type" and isinstance(item, Xid8):
        autogen.imports.add("from shared.db.tables import Xid8")
        return "Xid8()"
    return False


run(context.config.attributes["connection"])
