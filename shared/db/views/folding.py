"""Searching names the way people type them: upper or lower case, with or without marks, composed or not."""

from typing import Any

from sqlalchemy import ColumnElement, FromClause, Select, Text, func, literal, literal_column, select

_MARKS = "\u0300\u0301\u0303\u0309\u0323\u0302\u0306\u031b"
"""Grave, acute, tilde, hook, dot below, circumflex, breve, horn: what Vietnamese letters carry once they are taken apart."""


def fold(value: ColumnElement[Any]) -> ColumnElement[str]:
    """Return a text in lower case without marks; `đ` becomes `d`. Needs no extension and no locale beyond UTF-8."""
    apart = func.normalize(value, literal_column("NFD"), type_=Text)
    return func.lower(func.translate(apart, literal("đĐ" + _MARKS, Text), literal("dd", Text)), type_=Text)


def holds(value: ColumnElement[Any], words: str) -> ColumnElement[bool]:
    """Return whether a text holds these words in this order."""
    return func.strpos(fold(value), fold(literal(" ".join(words.split()), Text))) > 0


def codes_named(table: FromClause, province: str, words: str) -> Select[Any]:
    """Return the codes of those agencies or procedures whose name holds these words."""
    return select(table.c.code).where(table.c.province_code == province, holds(table.c.name, words))
