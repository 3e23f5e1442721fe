"""What is not told for the present, and why: silences, and rules that are told in digests only. Pure: events in, reasons out."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

import msgspec

from shared.domain.events import Event, EventType, IncidentNews, ToldAlert
from shared.domain.incidents import CauseKind


class Silence(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody's wish to hear nothing of some alerts for a while. What is left empty covers everything.

    `rules`: rules and families; `agencies`: where the alert stands, with everything below them, None: everywhere. It begins at
    `starts_at` and has ended at `ends_at`.
    """

    id: int
    starts_at: datetime
    ends_at: datetime
    rules: frozenset[str] = frozenset()
    agencies: frozenset[str] | None = None
    procedures: frozenset[str] = frozenset()
    dossier: str | None = None

    def covers(self, alert: ToldAlert, at: datetime) -> bool:
        """Return whether it keeps silent at a moment about what happens to an alert."""
        return (
            self.is_active(at)
            and (not self.rules or not self.rules.isdisjoint((alert.rule, alert.family)))
            and (self.agencies is None or alert.agency in self.agencies)
            and (not self.procedures or alert.procedure in self.procedures)
            and self.dossier in (None, alert.dossier_code)
        )

    def covers_all_of(self, news: IncidentNews, at: datetime) -> bool:
        """Return whether it keeps silent at a moment about everything inside an incident."""
        return (
            self.is_active(at)
            and (not self.rules or self.rules.issuperset(news.rules))
            and (self.agencies is None or self.agencies.issuperset(news.agencies))
            and (not self.procedures or (news.kind is CauseKind.PROCEDURE and news.code in self.procedures))
            and self.dossier is None
        )

    def is_active(self, at: datetime) -> bool:
        return self.starts_at <= at < self.ends_at


class Hush(StrEnum):
    """Why an event is told to nobody by itself."""

    SILENCED = "silenced"
    IN_INCIDENT = "in_incident"
    DIGEST_ONLY = "digest_only"


class Hushed(msgspec.Struct, frozen=True):
    """An event that is told to nobody: why, and by which silence."""

    why: Hush
    silence: int | None = None


class Of(StrEnum):
    """What something is held back of."""

    ALERT = "alert"
    INCIDENT = "incident"


Key = tuple[Of, int]


class Held(msgspec.Struct, frozen=True):
    """The first that a silence held back of something; it is told when the silence ends, if that still stands then."""

    silence: int
    event: EventType


class Quiet(msgspec.Struct, frozen=True, kw_only=True):
    """What keeps silent: the silences that have not been concluded, the rules told in digests only, and what is held back now, by
    `key_of` what it is of.
    """

    silences: tuple[Silence, ...] = ()
    digest_only: frozenset[str] = frozenset()
    held: Mapping[Key, Held] = {}

    def hushed(self, event: Event) -> Hushed | None:
        """Return why an event is told to nobody, None where it may be told.

        The end of an alert or an incident is told to whoever was told that it began, whatever keeps silent now: it leaves nothing
        to be done.
        """
        alert = event.alert
        if alert and alert.in_incident:
            return Hushed(Hush.IN_INCIDENT)
        if alert and alert.rule in self.digest_only:
            return Hushed(Hush.DIGEST_ONLY)
        if event.event in _ENDS:
            held = self._held(event)
            return Hushed(Hush.SILENCED, held.silence) if held and held.event in _BEGINNINGS else None
        silence = next((one.id for one in self.silences if _covers(one, event)), None)
        return None if silence is None else Hushed(Hush.SILENCED, silence)

    def after(self, event: Event) -> "Quiet":
        """Return what keeps silent after an event: what it held back is kept, what has ended or was told is not held any more."""
        key = key_of(event)
        if key is None:
            return self
        hushed, held = self.hushed(event), self.held.get(key)
        if hushed and hushed.silence and event.event in HELD:
            return msgspec.structs.replace(self, held={**self.held, key: held or Held(hushed.silence, event.event)})
        if held and (event.event in _ENDS or (hushed is None and event.event in HELD)):
            return msgspec.structs.replace(self, held={of: one for of, one in self.held.items() if of != key})
        return self

    def _held(self, event: Event) -> Held | None:
        key = key_of(event)
        return None if key is None else self.held.get(key)


def key_of(event: Event) -> Key | None:
    """Return what an event is of, as what is held back is kept: an alert or an incident; None for anything else."""
    if event.alert:
        return Of.ALERT, event.alert.id
    return (Of.INCIDENT, event.data.incident_id) if isinstance(event.data, IncidentNews) else None


def _covers(silence: Silence, event: Event) -> bool:
    if event.alert:
        return silence.covers(event.alert, event.at)
    return isinstance(event.data, IncidentNews) and silence.covers_all_of(event.data, event.at)


_ENDS = frozenset({EventType.ALERT_RESOLVED, EventType.INCIDENT_CLOSED})
_BEGINNINGS = frozenset({EventType.ALERT_OPENED, EventType.INCIDENT_OPENED})
HELD = _BEGINNINGS | {EventType.ALERT_WORSENED, EventType.ALERT_MOVED}
"""What is told when the silence that held it back has ended; anything else a silence holds back is told no more."""

NOTHING_QUIET = Quiet()
