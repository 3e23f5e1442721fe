"""What the monitor asks of any outside system."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol, runtime_checkable

import msgspec

from shared.domain.catalogue import Agency, Procedure
from shared.domain.petitions import Petition
from shared.domain.records import Record

MAPPING_VERSION = 1
"""Raise it when the same item is translated to another record."""


class Page(msgspec.Struct, frozen=True):
    """Raw items as they came, each to be decoded by itself. `full`: more may follow."""

    items: tuple[msgspec.Raw, ...]
    full: bool


class Head(msgspec.Struct, frozen=True):
    """The least that must be readable of an item: the system's own key and its update time (aware, as received)."""

    source_id: str
    updated_at: datetime


class Reading(msgspec.Struct, frozen=True):
    """One item translated: the record, and the agencies and the procedure it mentions by name."""

    record: Record
    agencies: tuple[Agency, ...] = ()
    procedure: Procedure | None = None


class Listing(Protocol):
    """A list that a system keeps. Every call raises `SourceError` and nothing else when the system cannot be read.

    `mark` differs when items are translated differently, by other tables of ids or a newer `MAPPING_VERSION`: all are read again.
    """

    name: str
    mark: str

    async def page(self, *, since: datetime, number: int, size: int) -> Page:
        """Return page `number` (from 0) of the items updated at or after `since`, ordered by update time, then key."""

    def head(self, item: msgspec.Raw) -> Head:
        """Return key and update time of an item; raises `RecordRefused`."""


class DossierSource(Listing, Protocol):
    """A system that lists dossiers."""

    async def look_up(self, spellings: Sequence[str]) -> tuple[msgspec.Raw, ...]:
        """Return the items the system has under a dossier code, asked in each spelling until one answers."""

    def reading(self, item: msgspec.Raw, *, requested_at: datetime) -> Reading:
        """Translate an item asked for at `requested_at`; raises `RecordRefused`."""

    async def aclose(self) -> None:
        """Close the connections."""


class PetitionSource(Listing, Protocol):
    """The list of petitions of a system."""

    def petition(self, item: msgspec.Raw, *, requested_at: datetime) -> Petition:
        """Translate an item asked for at `requested_at`; raises `RecordRefused`."""


@runtime_checkable
class TakesPetitions(Protocol):
    """A system at which citizens petition; the list is a source of its own, closed with the system."""

    petitions: PetitionSource


@runtime_checkable
class CatalogueSource(Protocol):
    """A system that lists agencies and procedures. A list's second part is what had to be refused, as `field: reason` texts."""

    name: str

    async def agencies(self) -> tuple[list[Agency], list[str]]:
        """Return every agency of the province."""

    async def procedures(self) -> tuple[list[Procedure], list[str]]:
        """Return every procedure of the province."""
