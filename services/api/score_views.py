"""The views of scores one request may ask for, over one snapshot and one period."""

from datetime import date
from enum import StrEnum

from services.api.caller import Caller
from services.api.live_scores import LiveScores
from services.api.official_scores import OfficialScores
from services.api.problems import ParameterError, invalid_parameters
from services.api.reader import Reader
from services.api.scoring import Scoring
from shared.db.views.snapshot import Snapshot
from shared.domain.counters import View
from shared.domain.periods import Period, PeriodKind, PeriodState, local_day


class CardView(StrEnum):
    """The portal's records, home's as if everything were in step, or the portal's own figures."""

    PORTAL = "portal"
    HOME = "home"
    OFFICIAL = "official"

    @property
    def live(self) -> View:
        """The view of the dossiers the monitor watches; raises ValueError for the portal's own figures."""
        return View(self.value)


class ScoreViews:
    """Makes what answers a request, of the current year where no period is named."""

    def __init__(self, snapshot: Snapshot, reader: Reader, scoring: Scoring, caller: Caller, period: Period | None) -> None:
        self.period = period or Period.of(PeriodKind.YEAR, local_day(snapshot.now))
        self._snapshot, self._reader, self._scoring, self._caller = snapshot, reader, scoring, caller

    def check(self, **days: date | None) -> None:
        """Raise the problem of a period that has not begun, or of a day, by the name of its parameter, that lies ahead."""
        today = local_day(self._snapshot.now)
        errors = [ParameterError(name, "lies in the future") for name, day in days.items() if day and day > today]
        if self.period.state(self._snapshot.now) is PeriodState.FUTURE:
            errors.append(ParameterError("period", "has not begun yet"))
        if errors:
            raise invalid_parameters(errors)

    def live(self, view: View) -> LiveScores:
        """Return what makes the cards of the dossiers the monitor watches."""
        scoring, calendar = self._scoring, self._reader.calendar
        return LiveScores(self._snapshot, scoring, scoring.offices, calendar, view, self.period, self._caller.within)

    @property
    def official(self) -> OfficialScores:
        """What makes the answers of the portal's own figures."""
        return OfficialScores(self._snapshot, self._scoring, self.period, self._caller.within)
