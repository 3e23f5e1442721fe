"""What is not told for the present, and why: silences, and rules that are told in digests only. Pure: events in, reasons out."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

import msgspec

from shared.domain.events import Event, EventType, ToldAlert


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
            self.starts_at <= at < self.ends_at
            and (not self.rules or not self.rules.isdisjoint((alert.rule, alert.family)))
            and (self.agencies is None or alert.agency in self.agencies)
            and (not self.procedures or alert.procedure in self.procedures)
            and self.dossier in (None, alert.dossier_code)
        )


class Hush(StrEnum):
    """Why an event is told to nobody by itself."""

    SILENCED = "silenced"
    DIGEST_ONLY = "digest_only"


class Hushed(msgspec.Struct, frozen=True):
    """An event that is told to nobody: why, and by which silence."""

    why: Hush
    silence: int | None = None


class Held(msgspec.Struct, frozen=True):
    """The first that a silence held back of an alert; it is told when the silence ends, if the alert still stands then."""

    silence: int
    event: EventType


class Quiet(msgspec.Struct, frozen=True, kw_only=True):
    """What keeps silent: the silences that have not been concluded, the rules told in digests only, and what is held back now, by
    alert.
    """

    silences: tuple[Silence, ...] = ()
    digest_only: frozenset[str] = frozenset()
    held: Mapping[int, Held] = {}

    def hushed(self, event: Event) -> Hushed | None:
        """Return why an event is told to nobody, None where it may be told.

        The end of an alert is told to whoever was told that it opened, whatever keeps silent now: it leaves nothing to be done.
        """
        alert = event.alert
        if alert is None:
            return None
        if alert.rule in self.digest_only:
            return Hushed(Hush.DIGEST_ONLY)
        if event.event is EventType.ALERT_RESOLVED:
            held = self.held.get(alert.id)
            unheard = held is not None and held.event is EventType.ALERT_OPENED
            return Hushed(Hush.SILENCED, held.silence) if held and unheard else None
        silence = next((one.id for one in self.silences if one.covers(alert, event.at)), None)
        return None if silence is None else Hushed(Hush.SILENCED, silence)

    def after(self, event: Event) -> "Quiet":
        """Return what keeps silent after an event: what it held back is kept, what has ended or was told is not held any more."""
        alert = event.alert
        if alert is None:
            return self
        hushed, held = self.hushed(event), self.held.get(alert.id)
        if hushed and hushed.silence and event.event in HELD:
            kept = held or Held(hushed.silence, event.event)
            return msgspec.structs.replace(self, held={**self.held, alert.id: kept})
        if held and (event.event is EventType.ALERT_RESOLVED or (hushed is None and event.event in HELD)):
            return msgspec.structs.replace(self, held={id_: one for id_, one in self.held.items() if id_ != alert.id})
        return self


HELD = frozenset({EventType.ALERT_OPENED, EventType.ALERT_WORSENED, EventType.ALERT_MOVED})
"""What is told when the silence that held it back has ended; anything else a silence holds back is told no more."""

NOTHING_QUIET = Quiet()
