"""Which form an answer takes: JSON, or CSV for a list, as the header `Accept` asks (RFC 9110, section 12.5.1)."""

import re
from collections.abc import Sequence

import msgspec

JSON = "application/json"
CSV = "text/csv"
EVENT_STREAM = "text/event-stream"

_RANGE = re.compile(r"[^/\s]+/[^/\s]+", re.ASCII)
_QUALITY = re.compile(r"(?:0(?:\.\d{0,3})?|1(?:\.0{0,3})?|\.\d{1,3})", re.ASCII)
_ANY = "*/*"


class _Range(msgspec.Struct, frozen=True):
    """Media types somebody accepts, and how much they are wanted: 0 not at all, 1 most."""

    media: str
    quality: float

    def fit(self, form: str) -> int:
        """Return how closely this names a form: 3 itself, 2 its kind, 1 anything, 0 not at all."""
        names = (_ANY, f"{form.partition('/')[0]}/*", form)
        return names.index(self.media) + 1 if self.media in names else 0


def chosen(accept: str, offered: Sequence[str]) -> str | None:
    """Return the form wanted most of those offered, the first of equals; None where none of them is acceptable.

    A header that says nothing, or nothing that can be read, accepts anything.
    """
    ranges = [found for part in accept.split(",") if (found := _range(part))]
    if not ranges:
        return offered[0]
    best = max(offered, key=lambda form: _wanted(form, ranges))
    return best if _wanted(best, ranges) > 0 else None


def _wanted(form: str, ranges: Sequence[_Range]) -> float:
    """The range that names a form most closely decides."""
    closest = max(ranges, key=lambda found: found.fit(form))
    return closest.quality if closest.fit(form) else 0.0


def _range(part: str) -> _Range | None:
    media, *parameters = (word.strip().lower() for word in part.split(";"))
    media = _ANY if media == "*" else media
    quality = next((word.partition("=")[2].strip() for word in parameters if word.partition("=")[0].strip() == "q"), "1")
    if not _RANGE.fullmatch(media) or not _QUALITY.fullmatch(quality):
        return None
    return _Range(media, float(quality))
