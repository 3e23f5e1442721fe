"""Silences, incidents and acknowledgements crossed with everything that happens to alerts: nothing lost, nothing told that should
not be, nothing kept that should be told. The machine keeps what the database keeps; every decision is the real one.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import msgspec
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from shared.domain.alerts import AlertState, Reason
from shared.domain.events import Event, EventType, IncidentNews, ToldAlert, incident_subject
from shared.domain.fan_out import sort_out
from shared.domain.findings import Responsible, Severity
from shared.domain.incidents import Cause, CauseKind, Mass, Standing, Suspect, has_ended, masses
from shared.domain.quiet import Quiet, Silence, key_of
from shared.domain.recipients import Role

from .builders import at
from .events import subscription

MASS = Mass(least=3, within=timedelta(minutes=15))
AGENCIES = ("H20.14", "H20.15")
DUE_SOON, OVERDUE, APART, APOLOGY = "deadline.due_soon", "deadline.overdue", "sync.status_mismatch", "apology.missing"
OFFICE = subscription(Role.OFFICE)
MINUTE = timedelta(minutes=1)
NEWS = frozenset({EventType.ALERT_OPENED, EventType.ALERT_WORSENED, EventType.ALERT_MOVED, EventType.INCIDENT_OPENED})
"""What says that something is wrong."""

ENDS = {EventType.ALERT_RESOLVED, EventType.INCIDENT_CLOSED}
agencies = st.sampled_from(AGENCIES)
waits = st.sampled_from((0, 0, 0, 20)).map(lambda minutes: minutes * MINUTE)
spans = st.sampled_from((0, 20, 40)).map(lambda minutes: minutes * MINUTE)
some = st.integers(0, 1_000)


class Province(RuleBasedStateMachine):
    """A province of two agencies, and an office that listens to everything."""

    @initialize()
    def begins(self) -> None:
        self.now = at("18 08:00")
        self.alerts: dict[int, ToldAlert] = {}
        self.incidents: dict[int, tuple[Cause, IncidentNews, list[int]]] = {}
        self.outbox: list[Event] = []
        self.read = 0
        self.quiet = Quiet(digest_only=frozenset({APOLOGY}))
        self.silences: list[Silence] = []
        self.delivered: list[Event] = []

    # What happens to dossiers.

    @rule(agency=agencies, of=st.sampled_from((DUE_SOON, APOLOGY)))
    def an_alert_opens(self, agency: str, of: str) -> None:
        self.tell(EventType.ALERT_OPENED, self.opened(of, agency))

    @rule(agency=agencies, count=st.integers(1, 4), coming=st.integers(0, 3))
    def dossiers_fall_out_of_step(self, agency: str, count: int, coming: int) -> None:
        """Several at once, and some that wait for their look-up."""
        suspect = Suspect(rule=APART, severity=Severity.WARNING, agency=agency)
        known = {cause: number for number, (cause, news, _) in self.incidents.items() if news.closed_at is None}
        if suspect.causes()[0] not in known:
            for cause in masses([suspect] * count, [suspect] * coming, MASS):
                known[cause] = self.incident_opens(cause, agency, count + coming)
        inside = known.get(suspect.causes()[0])
        for _ in range(count):
            alert = self.opened(APART, agency, in_incident=inside is not None)
            if inside is not None:
                self.incidents[inside][2].append(alert.id)
            self.tell(EventType.ALERT_OPENED, alert, None if inside is None else Reason.INCIDENT)

    @precondition(lambda self: self.standing())
    @rule(which=some)
    def one_gets_worse(self, which: int) -> None:
        alert = self.one(which)
        if alert.rule == DUE_SOON:
            self.tell(EventType.ALERT_WORSENED, alert, rule=OVERDUE, severity=Severity.CRITICAL, state=AlertState.OPEN)

    @precondition(lambda self: self.standing())
    @rule(which=some, agency=agencies)
    def one_moves(self, which: int, agency: str) -> None:
        alert = self.one(which)
        if alert.agency != agency:
            self.tell(EventType.ALERT_MOVED, alert, agency=agency)

    @precondition(lambda self: self.standing())
    @rule(which=some)
    def one_is_acknowledged(self, which: int) -> None:
        """Somebody is at it: that is no news of what is wrong, and changes nothing of what is held back."""
        alert = self.one(which)
        self.alerts[alert.id] = msgspec.structs.replace(alert, state=AlertState.ACKNOWLEDGED)

    @precondition(lambda self: self.standing())
    @rule(which=some, count=st.integers(1, 4))
    def some_are_resolved(self, which: int, count: int) -> None:
        for offset in range(min(count, len(self.standing()))):
            self.tell(EventType.ALERT_RESOLVED, self.one(which + offset), state=AlertState.RESOLVED)

    @rule(minutes=spans)
    def time_passes_and_no_source_is_read(self, minutes: timedelta) -> None:
        """Nothing opens and nothing is resolved while sources are stale."""
        self.now += minutes

    # What people do.

    @rule(
        agency=st.none() | agencies,
        of=st.sampled_from(((), ("deadline",), (DUE_SOON,), (OVERDUE,), (APART,))),
        wait=waits,
        lasts=spans,
    )
    def somebody_keeps_silent(self, agency: str | None, of: Sequence[str], wait: timedelta, lasts: timedelta) -> None:
        silence = Silence(
            id=len(self.silences) + 1,
            starts_at=self.now + wait,
            ends_at=self.now + wait + lasts,
            rules=frozenset(of),
            agencies=None if agency is None else frozenset({agency}),
        )
        self.silences.append(silence)
        self.quiet = msgspec.structs.replace(self.quiet, silences=(*self.quiet.silences, silence))

    @precondition(lambda self: self.quiet.silences)
    @rule(which=some)
    def a_silence_is_ended(self, which: int) -> None:
        unended = [one for one in self.quiet.silences if one.ends_at > self.now]
        if unended:
            ended = unended[which % len(unended)]
            sooner = msgspec.structs.replace(ended, ends_at=self.now)
            self.silences[ended.id - 1] = sooner
            kept = tuple(sooner if one.id == ended.id else one for one in self.quiet.silences)
            self.quiet = msgspec.structs.replace(self.quiet, silences=kept)

    # What the monitor does.

    @rule(size=st.integers(1, 6), is_killed=st.booleans())
    def the_outbox_is_read(self, size: int, *, is_killed: bool) -> None:
        """A batch; killed before it commits, nothing of it has happened."""
        batch = self.outbox[self.read : self.read + size]
        found = sort_out(batch, [OFFICE], self.quiet)
        if is_killed:
            return
        addressed = {event.id for event, _ in found.addressed}
        for event in batch:
            self.check(event, told=event.id in addressed)
            self.delivered += [event] if event.id in addressed else []
        self.read += len(batch)
        self.quiet = found.quiet

    @rule()
    def silences_are_concluded(self) -> None:
        self.read_all()
        self.conclude()

    @rule()
    def incidents_are_closed(self) -> None:
        for number, (cause, news, members) in self.incidents.items():
            left = [id_ for id_ in members if self.alerts[id_].state is not AlertState.RESOLVED]
            if news.closed_at is None and has_ended(Standing(len(members), len(left)), MASS):
                for id_ in left:
                    if self.alerts[id_].in_incident:
                        self.tell(EventType.ALERT_OPENED, self.alerts[id_], Reason.INCIDENT_CLOSED, in_incident=False)
                ended = msgspec.structs.replace(news, closed_at=self.now, alerts=len(members), standing=len(left))
                self.incidents[number] = (cause, ended, members)
                self.write(EventType.INCIDENT_CLOSED, incident_subject(number), data=ended)

    # What must hold.

    def check(self, event: Event, *, told: bool) -> None:
        """Told is all that nothing keeps silent as things stood when it happened, and the end of what somebody was told of."""
        if event.event in ENDS:
            heard = any(key_of(one) == key_of(event) and one.event in NEWS for one in self.delivered)
            assert told == (heard and not is_never_told(event)), event
        else:
            assert told == (not self.must_be_silent(event)), event

    def must_be_silent(self, event: Event) -> bool:
        if is_never_told(event):
            return True
        unconcluded = {one.id for one in self.quiet.silences}
        return any(covers(one, event) for one in self.silences if one.id in unconcluded)

    @invariant()
    def nothing_is_lost(self) -> None:
        """Of whatever stands and was read, somebody was told, or something that has not ended keeps it for later."""
        unread = {key_of(event) for event in self.outbox[self.read :]}
        told = {key_of(event) for event in self.delivered if event.event in NEWS}
        for alert in self.standing():
            key = key_of(Event(xid=1, id=1, at=self.now, event=EventType.ALERT_OPENED, subject=alert.subject, alert=alert))
            kept = alert.in_incident or alert.rule == APOLOGY or key in self.quiet.held
            assert key in told or key in unread or kept, alert

    @invariant()
    def what_is_held_is_held_by_a_silence_that_will_be_concluded(self) -> None:
        concluding = {one.id for one in self.quiet.silences}
        assert {held.silence for held in self.quiet.held.values()} <= concluding

    def teardown(self) -> None:
        """When every silence and every incident is over, everything that stands was told."""
        self.now += timedelta(days=1)
        for alert in self.standing():
            if alert.in_incident:
                self.tell(EventType.ALERT_RESOLVED, alert, state=AlertState.RESOLVED)
        self.incidents_are_closed()
        self.read_all()
        self.conclude()
        self.read_all()
        assert not self.quiet.held
        told = {event.alert.id for event in self.delivered if event.alert and event.event in NEWS}
        assert {alert.id for alert in self.standing() if alert.rule != APOLOGY} <= told

    # How the database keeps it.

    def standing(self) -> list[ToldAlert]:
        return [alert for alert in self.alerts.values() if alert.state is not AlertState.RESOLVED]

    def one(self, which: int) -> ToldAlert:
        return self.standing()[which % len(self.standing())]

    def opened(self, of: str, agency: str, **values: Any) -> ToldAlert:
        number = len(self.alerts) + 1
        alert = ToldAlert(
            id=number,
            sequence=0,
            subject=f"dossier:{number}",
            family="deadline" if of == DUE_SOON else of,
            rule=of,
            severity=Severity.WARNING,
            state=AlertState.OPEN,
            responsible=Responsible.HANDLING,
            since=self.now,
            details={},
            agency=agency,
            **values,
        )
        self.alerts[number] = alert
        return alert

    def tell(self, event: EventType, alert: ToldAlert, reason: Reason | None = None, **values: Any) -> None:
        told = msgspec.structs.replace(alert, sequence=alert.sequence + 1, **values)
        self.alerts[alert.id] = told
        self.write(event, alert.subject, alert=told, reason=reason)

    def incident_opens(self, cause: Cause, agency: str, alerts: int) -> int:
        number = len(self.incidents) + 1
        news = IncidentNews(
            incident_id=number,
            kind=CauseKind.AGENCY,
            code=agency,
            severity=Severity.WARNING,
            opened_at=self.now,
            alerts=alerts,
            standing=alerts,
            rules=(APART,),
            agencies=(agency,),
        )
        self.incidents[number] = (cause, news, [])
        self.write(EventType.INCIDENT_OPENED, incident_subject(number), data=news)
        return number

    def write(self, event: EventType, subject: str, **values: Any) -> None:
        number = len(self.outbox) + 1
        self.outbox.append(Event(xid=number, id=number, at=self.now, event=event, subject=subject, **values))

    def read_all(self) -> None:
        while self.read < len(self.outbox):
            self.the_outbox_is_read(100, is_killed=False)

    def conclude(self) -> None:
        over = {one.id for one in self.quiet.silences if one.ends_at <= self.now}
        held = {key: one for key, one in self.quiet.held.items() if one.silence in over}
        self.quiet = msgspec.structs.replace(
            self.quiet,
            silences=tuple(one for one in self.quiet.silences if one.id not in over),
            held={key: one for key, one in self.quiet.held.items() if key not in held},
        )
        for (of, number), one in held.items():
            if of.value == "alert" and self.alerts[number].state is not AlertState.RESOLVED:
                self.tell(one.event, self.alerts[number], Reason.SILENCE_ENDED)
            if of.value == "incident" and self.incidents[number][1].closed_at is None:
                self.write(EventType.INCIDENT_OPENED, incident_subject(number), data=self.incidents[number][1])


def is_never_told(event: Event) -> bool:
    """Whether an event is of an alert that is told as part of its incident, or in digests, only."""
    return bool(event.alert and (event.alert.in_incident or event.alert.rule == APOLOGY))


def covers(silence: Silence, event: Event) -> bool:
    """What a silence is said to cover, written down once more and more simply."""
    if not silence.starts_at <= event.at < silence.ends_at:
        return False
    if isinstance(event.data, IncidentNews):
        rules, whose = set(event.data.rules), set(event.data.agencies)
        return (not silence.rules or rules <= silence.rules) and (silence.agencies is None or whose <= silence.agencies)
    assert event.alert
    names = {event.alert.rule, event.alert.family}
    return (not silence.rules or bool(names & silence.rules)) and (
        silence.agencies is None or event.alert.agency in silence.agencies
    )


TestProvince = Province.TestCase
TestProvince.settings = settings(max_examples=200, stateful_step_count=40)
