"""Errors that say what to do next. None carries a body, a secret or personal data in its text."""

from datetime import timedelta


class Watch766Error(Exception):
    """Anything the project raises on purpose."""


class ConfigError(Watch766Error):
    """The configuration cannot be used; the text names the key."""


class SchemaError(Watch766Error):
    """The database is not at the schema this code needs; the text names the command that mends it."""


class DatabaseUnavailable(Watch766Error):
    """The database cannot be asked now; it may work later. The text holds no statement and no value."""


class SealBroken(Watch766Error):
    """What was sealed cannot be opened; the text holds neither."""


class AddressRefused(Watch766Error):
    """Nothing is sent there. The text says what is wrong with the URL, and names no address."""


class LeaseLost(Watch766Error):
    """Another monitor took this source; stop writing for it."""


class SourceError(Watch766Error):
    """An outside system could not be read."""

    def __init__(self, source: str, reason: str) -> None:
        super().__init__(f"{source}: {reason}")
        self.source = source
        self.reason = reason


class SourceUnavailable(SourceError):
    """It may work later: a time-out, a broken connection, 429 or 5xx. `retry_after` is what the system asked for."""

    def __init__(self, source: str, reason: str, retry_after: timedelta | None = None) -> None:
        super().__init__(source, reason)
        self.retry_after = retry_after


class SourceRejected(SourceError):
    """A person must act: wrong credentials, a refused service, an address that does not exist."""


class SourcePayload(SourceError):
    """It answered with something that cannot be read: HTML, a body cut short, another shape."""


class RecordRefused(Watch766Error):
    """One record cannot be used. `field` and `reason` hold no value of the record; `code` is its dossier code if it has one."""

    def __init__(self, field: str, reason: str, *, code: str | None = None, source_id: str | None = None) -> None:
        super().__init__(f"{field}: {reason}")
        self.field = field
        self.reason = reason
        self.code = code
        self.source_id = source_id
