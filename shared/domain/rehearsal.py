"""How many alerts and messages other rules would have given: a dossier's past lived through again. Pure."""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

import msgspec

from shared.domain.alerts import Alert, Change, Open, Resolve, Worsen, transitions
from shared.domain.case import Case
from shared.domain.catalogue import Procedure
from shared.domain.dossiers import Dossier, Place, Rules
from shared.domain.findings import Finding, Review
from shared.domain.pasts import Past
from shared.domain.review import review
from shared.domain.working_time import WorkingTime

_NEVER = timedelta(days=36_500)
_MOST_REVIEWS = 1000
"""More than any dossier needs in the longest span; what would need more does not end."""


class Span(msgspec.Struct, frozen=True):
    """From a moment on, up to another one."""

    begins: datetime
    ends: datetime


class Happening(msgspec.Struct, frozen=True):
    """Something that would have been told of an alert: `opened`, `worsened`, `moved` or `resolved`."""

    event: str
    rule: str
    agency: str | None


class Volume(msgspec.Struct, frozen=True):
    """How many alerts opened, and how many messages were told of them: opened, worsened, moved and resolved."""

    alerts: int = 0
    messages: int = 0

    def __add__(self, other: "Volume") -> "Volume":
        return Volume(self.alerts + other.alerts, self.messages + other.messages)


def volumes(happenings: Iterable[Happening]) -> dict[tuple[str | None, str], Volume]:
    """Return the volume of each agency and rule."""
    found: Counter[tuple[str | None, str, bool]] = Counter((one.agency, one.rule, one.event == "opened") for one in happenings)
    summed: dict[tuple[str | None, str], Volume] = {}
    for (agency, rule, is_opened), number in found.items():
        key = (agency, rule)
        summed[key] = summed.get(key, Volume()) + Volume(number if is_opened else 0, number)
    return summed


def rehearsed(past: Past, procedure: Procedure | None, rules: Rules, calendar: WorkingTime, span: Span) -> Iterator[Happening]:
    """Give what would have happened to a dossier's alerts after the beginning of a span and up to its end.

    Every source is taken to have been read at every moment and to have answered at once what it was asked, and asked no second
    time. What stood when the span began is no news.
    """
    life = _Life(past, procedure, msgspec.structs.replace(rules, ask_again_after=_NEVER), calendar)
    changes = iter([*past.moments(span.begins, span.ends), None])
    change, at = next(changes), span.begins
    for _ in range(_MOST_REVIEWS):
        for happening in life.live(at):
            if at > span.begins:
                yield happening
        while change is not None and change <= at:
            change = next(changes)
        following = [moment for moment in (change, life.next_at) if moment is not None]
        if not following or min(following) > span.ends:
            return
        at = min(following)


class _Life:
    """One dossier from review to review."""

    def __init__(self, past: Past, procedure: Procedure | None, rules: Rules, calendar: WorkingTime) -> None:
        self._past = past
        self._procedure = procedure
        self._rules = rules
        self._calendar = calendar
        self._standing: dict[str, Finding] = {}
        self._alerts: list[Alert] = []
        self._asked: dict[str, datetime] = {}
        self.next_at: datetime | None = None

    def live(self, at: datetime) -> Iterator[Happening]:
        """Review the dossier as it was at a moment and give what happened to its alerts."""
        dossier, found = self._reviewed(at)
        if found.look_ups:
            self._asked |= dict.fromkeys(found.look_ups, at)
            dossier, found = self._reviewed(at)
        self._standing = {finding.family: finding for finding in found.findings}
        self.next_at = found.next_review_at
        place = Case(dossier, self._procedure, self._rules, self._calendar).place
        for change in transitions(self._alerts, found.findings, place):
            yield from _told(change, place)
            self._take(change, place)

    def _reviewed(self, at: datetime) -> tuple[Dossier, Review]:
        dossier = Dossier(code=self._past.code, sides=self._past.sides(at, self._asked), standing=self._standing)
        read_to = dict.fromkeys(self._rules.sources, at)
        return dossier, review(dossier, self._procedure, self._rules, self._calendar, read_to, now=at)

    def _take(self, change: Change, place: Place) -> None:
        if not isinstance(change, Open):
            self._alerts.remove(change.alert)
        if not isinstance(change, Resolve):
            self._alerts.append(Alert(id=0, finding=change.finding, place=place))


def _told(change: Change, place: Place) -> Iterator[Happening]:
    if isinstance(change, Open):
        yield Happening("opened", change.finding.rule, place.agency)
    elif isinstance(change, Resolve):
        yield Happening("resolved", change.alert.finding.rule, change.alert.place.agency)
    elif isinstance(change, Worsen):
        yield Happening("worsened", change.finding.rule, place.agency)
    elif change.alert.place.agency != place.agency:
        yield Happening("moved", change.finding.rule, place.agency)
