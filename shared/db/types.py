"""Column types that carry the project's own values."""

from collections.abc import Callable
from typing import Any

import msgspec
from sqlalchemy import Dialect
from sqlalchemy.types import UserDefinedType


class Json(UserDefinedType[Any]):
    """A jsonb column that holds a msgspec type, decoded once and straight to that type."""

    cache_ok = True

    def __init__(self, type_: Any = Any) -> None:
        self.type_ = type_

    def get_col_spec(self, **_: Any) -> str:
        return "JSONB"

    def bind_processor(self, dialect: Dialect) -> Callable[[Any], str | None]:  # noqa: ARG002 - SQLAlchemy's signature
        return lambda value: None if value is None else to_json(value)

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], Any]:  # noqa: ARG002 - likewise
        decoder = msgspec.json.Decoder(self.type_)
        return lambda value: None if value is None else decoder.decode(value)


class ReadableJson(Json):
    """A column of `Json` as a page shows it: None for a value of another version that can no longer be decoded."""

    cache_ok = True

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], Any]:
        decode = super().result_processor(dialect, coltype)

        def decoded(value: Any) -> Any:
            try:
                return decode(value)
            except msgspec.DecodeError:
                return None

        return decoded


def to_json(value: object) -> str:
    """Return a value as the text of a jsonb column, as `Json` and COPY both write it."""
    return msgspec.json.encode(value).decode()
