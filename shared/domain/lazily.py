"""What follows from a value, worked out when it is first asked for."""

from collections.abc import Callable
from typing import Any, Generic, TypeVar, overload

T = TypeVar("T")


class lazily(Generic[T]):  # noqa: N801 - written as a decorator
    """`functools.cached_property` without its lock, which Python 3.12 dropped too: a case is built and asked by one task."""

    def __init__(self, derive: Callable[[Any], T]) -> None:
        self._derive = derive
        self.__doc__ = derive.__doc__

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    @overload
    def __get__(self, instance: None, owner: type) -> "lazily[T]": ...

    @overload
    def __get__(self, instance: object, owner: type) -> T: ...

    def __get__(self, instance: object | None, owner: type) -> "T | lazily[T]":
        if instance is None:
            return self
        value: T = self._derive(instance)
        instance.__dict__[self._name] = value
        return value
