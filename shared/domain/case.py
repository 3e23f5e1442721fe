"""One dossier as the rules look at it: which record speaks for which side, and the few questions several rules ask."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from shared.domain import codes
from shared.domain.catalogue import Procedure
from shared.domain.dossiers import Dossier, HomeSystem, Place, Rules, Seen, Side, Unreadable, preferred
from shared.domain.findings import Duty, Phase, Responsible, Severity
from shared.domain.lazily import lazily
from shared.domain.records import Record, effective_due
from shared.domain.statuses import RUNNING, Status
from shared.domain.working_time import WorkingTime

_INSTANT = timedelta(microseconds=1)
"""A threshold is reached at its instant; only a due date is passed after it."""


@dataclass(frozen=True)
class Case:
    """The inputs of one review, and what follows from them without looking at the time."""

    dossier: Dossier
    procedure: Procedure | None
    rules: Rules
    calendar: WorkingTime

    # Sides and place

    @lazily
    def portal(self) -> Seen | None:
        return _seen(self.dossier.side(self.rules.portal)) if self.rules.portal else None

    @lazily
    def home(self) -> Seen | None:
        """The dossier's home side; None for a dossier judged on the portal alone."""
        return preferred(self.homes, {home.name: index for index, home in enumerate(self.rules.homes)})

    @lazily
    def homes(self) -> list[Seen]:
        """Every home system's record of it."""
        return [] if self.is_central else self.dossier.seen(home.name for home in self.rules.homes)

    @lazily
    def judged(self) -> Seen | None:
        """At home, else on the portal; the other side while a status is one the table does not map."""
        sides = [seen for seen in (self.home, self.portal) if seen]
        known = [seen for seen in sides if seen.record.status is not Status.UNKNOWN]
        return known[0] if known else None

    @lazily
    def entry(self) -> Record | None:
        """Where "online" and "submitted" are read: on the portal where its record can be read, else at home."""
        seen = self.portal or self.home
        return seen.record if seen else None

    @lazily
    def responsible_homes(self) -> tuple[HomeSystem, ...]:
        """The home systems that must have this dossier; none for a central procedure."""
        if self.is_central:
            return ()
        procedure, sector = self._subject
        return tuple(home for home in self.rules.homes if home.answers_for(procedure, sector))

    @lazily
    def is_central(self) -> bool:
        return self.rules.is_central(*self._subject)

    @lazily
    def _subject(self) -> tuple[str, str | None]:
        """Procedure code and sector, which choose the systems a dossier belongs to."""
        records = [seen.record for seen in self.dossier.seen(self.rules.sources)]
        listed = [self.procedure.sector] if self.procedure else []
        sectors = (sector for sector in [*listed, *(record.sector for record in records)] if sector)
        return procedure_code(self.dossier, self.rules), next(sectors, None)

    @lazily
    def place(self) -> Place:
        """Where the dossier stands: what its alerts are filtered by."""
        seen = self.home or self.portal
        procedure, sector = self._subject
        return Place(seen.record.agency if seen else None, procedure or None, sector)

    def unreadable(self, sources: Iterable[str]) -> frozenset[str]:
        """Return those of the sources whose side cannot be read."""
        return frozenset(name for name in sources if isinstance(self.dossier.side(name), Unreadable))

    # Which sources a rule needs

    @lazily
    def both(self) -> frozenset[str]:
        """The portal and every home system that has the dossier, or every responsible one where none of them has it."""
        homes = self._unreadable_homes | {seen.record.source for seen in self.homes}
        if not any(isinstance(self.dossier.side(home.name), Seen) for home in self.responsible_homes):
            homes |= {home.name for home in self.responsible_homes}
        return self._portal_name | homes

    @lazily
    def judged_source(self) -> frozenset[str]:
        """The source of the record that is judged at home, else on the portal; a home that cannot be read is waited for."""
        if self.home is None and self._unreadable_homes:
            return self._unreadable_homes
        return frozenset({self.judged.record.source}) if self.judged else self._portal_name

    @lazily
    def home_source(self) -> frozenset[str]:
        return frozenset({self.home.record.source}) if self.home else self._unreadable_homes

    @lazily
    def portal_source(self) -> frozenset[str]:
        """The portal; a home that cannot be read is waited for where the portal does not know of an acceptance itself."""
        accepted = self.portal is not None and self.portal.record.accepted_at is not None
        return self._portal_name if accepted else self._portal_name | self._unreadable_homes

    @lazily
    def specialised_and_main(self) -> frozenset[str]:
        return self.home_source | (frozenset({self.rules.main}) if self.rules.main else frozenset())

    @lazily
    def _portal_name(self) -> frozenset[str]:
        return frozenset({self.rules.portal} if self.rules.portal else ())

    @lazily
    def _unreadable_homes(self) -> frozenset[str]:
        return frozenset() if self.is_central else self.unreadable(home.name for home in self.rules.homes)

    @lazily
    def homes_to_come(self) -> frozenset[str]:
        """The home systems that may still bring a record: nothing is judged on the portal alone before they were read once."""
        return frozenset() if self.home else frozenset(home.name for home in self.responsible_homes)

    # Questions several rules ask

    @lazily
    def is_online(self) -> bool:
        return self.entry is not None and self.entry.is_online

    @lazily
    def missing_at_home(self) -> bool:
        """Handed in online, wanted at home, and in no home system that answers for it."""
        if self.portal is None or not self.responsible_homes:
            return False
        if self.dossier.seen(home.name for home in self.responsible_homes):
            return False
        return self.portal.record.is_online and self.portal.record.status not in (
            Status.REFUSED,
            Status.WITHDRAWN,
        )

    @lazily
    def lagging(self) -> frozenset[str]:
        """The side with the older update time; both where the times are equal."""
        if not (self.portal and self.home):
            return frozenset()
        oldest = min(self.portal.updated_at, self.home.updated_at)
        return frozenset(seen.record.source for seen in (self.portal, self.home) if seen.updated_at == oldest)

    def standing_since(self, family: str, otherwise: datetime) -> datetime:
        """Return since when a finding has stood at every review, else the moment given."""
        standing = self.dossier.standing.get(family)
        return standing.since if standing else otherwise

    # Duties

    @lazily
    def handling_agency(self) -> str | None:
        """The agency of the current stage, else the dossier's."""
        seen = self.home or self.portal
        if seen is None:
            return None
        stages = seen.record.open_stages
        return (stages[0].agency if stages else None) or seen.record.agency

    @lazily
    def handling(self) -> Duty:
        """The unit that works on it; another agency where the current stage is outside the province."""
        if self.handling_agency is None:
            return Duty(Responsible.UNKNOWN)
        inside = codes.is_within(self.handling_agency, self.rules.province)
        return Duty(Responsible.HANDLING if inside else Responsible.OTHER_AGENCY, self.handling_agency)

    @lazily
    def waiting_on(self) -> Duty:
        """Who the next step belongs to: the citizen while papers (5) or an unpaid fee (6) are awaited, else the handling unit."""
        record = self.judged.record if self.judged else None
        if record and (record.status is Status.SUPPLEMENT or (record.status is Status.PAYMENT and not self.is_paid)):
            return Duty(Responsible.CITIZEN)
        return self.handling

    @lazily
    def receiving(self) -> Duty:
        """The unit that takes it in; the connection while the dossier has not arrived at home."""
        if self.missing_at_home:
            return self.connection
        if self.entry is None:
            return Duty(Responsible.UNKNOWN)
        return Duty(Responsible.RECEIVING, self.entry.receiving_agency or self.entry.agency)

    @lazily
    def connection(self) -> Duty:
        """The province's owner of synchronisation."""
        return Duty(Responsible.CONNECTION, self.rules.sync_owner or self.rules.province)

    @lazily
    def is_paid(self) -> bool:
        return any(seen.record.is_paid for seen in (self.home, self.portal) if seen)


def procedure_code(dossier: Dossier, rules: Rules) -> str:
    """Return the code of the procedure a dossier is about, home before portal; empty where no side can be read."""
    return next((seen.record.procedure for seen in dossier.seen(rules.sources)), "")


def _seen(side: Side) -> Seen | None:
    return side if isinstance(side, Seen) else None


def passed(due: datetime) -> datetime:
    """Return the first moment at which a due date is passed."""
    return due + _INSTANT


def due_of(seen: Seen) -> datetime | None:
    return effective_due(seen.record)


def runs(seen: Seen) -> bool:
    """Return whether the clock runs: statuses 2, 4 and 6."""
    return seen.record.status in RUNNING


def still_since(seen: Seen) -> datetime | None:
    """Return since when the clock has stood still, or None where it does not.

    Status 5: since the last unanswered request, else since the status was first seen; the others since the status was first seen.
    """
    if not seen.record.stands_still:
        return None
    return waiting_since(seen)


def waiting_since(seen: Seen) -> datetime:
    """Return when the present wait began, for the statuses in which somebody is waited for (5, 6, 8 and paused)."""
    if seen.record.status is Status.SUPPLEMENT:
        unanswered = [request.asked_at for request in seen.record.requests if request.answered_at is None]
        if unanswered:
            return unanswered[-1]
    return seen.status_since


def ended_in_time(seen: Seen) -> bool:
    """Return whether a dossier ended by its effective due date, or ended and never had one."""
    due = due_of(seen)
    return seen.ended_at is not None and (due is None or seen.ended_at <= due)


def phase(
    rule: str,
    severity: Severity,
    duty: Duty,
    *,
    since: datetime,
    details: object,
    starts_at: datetime | None = None,
    opens_at: datetime | None = None,
    ends_at: datetime | None = None,
    due_at: datetime | None = None,
    ask: frozenset[str] = frozenset(),
) -> Phase:
    """Return a phase that starts at `since` and opens when it starts, unless other moments are given."""
    starts = starts_at or since
    return Phase(
        rule=rule,
        severity=severity,
        since=since,
        starts_at=starts,
        opens_at=max(opens_at or starts, starts),
        ends_at=ends_at,
        duty=duty,
        due_at=due_at,
        details=details,
        ask=ask,
    )
