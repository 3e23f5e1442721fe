"""Who is told of an event. Pure: a subscription and an event in, the decision with its reason out."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum

import msgspec

from shared.domain.agencies import AgencyTree
from shared.domain.alerts import Reason
from shared.domain.events import OF_DIGESTS, OF_MASSES, Event, EventType, IncidentNews, ToldAlert
from shared.domain.findings import Responsible, Severity
from shared.domain.quiet import NOTHING_QUIET, Quiet
from shared.domain.windows import OPEN, Window


class Role(StrEnum):
    """As whom somebody is told: who takes dossiers in, who handles them, who answers for synchronisation, the People's Committee
    office, operations.
    """

    RECEIVING = "receiving"
    HANDLING = "handling"
    SYNC = "sync"
    OFFICE = "office"
    OPS = "ops"


class Mode(StrEnum):
    """Whether every event is told by itself, or what they come to in digests."""

    EACH = "each"
    DIGEST = "digest"


_WEEKLY = frozenset({Role.OFFICE, Role.SYNC})
_DAILY = frozenset(Role) - {Role.OPS}


class Why(StrEnum):
    """Why somebody is told, or is not."""

    RESPONSIBLE = "responsible"
    COPY = "copy"
    OVERSIGHT = "oversight"
    BASELINE = "baseline"
    RULES_CHANGED = "rules_changed"
    EARLIER = "earlier_than_the_subscription"
    OTHER_ROLE = "other_role"
    OTHER_RULE = "other_rule"
    LESS_SEVERE = "less_severe"
    OTHER_AGENCY = "other_agency"
    SILENCED = "silenced"
    IN_INCIDENT = "in_incident"
    DIGESTS_ALONE = "digests_alone"
    NO_DIGESTS = "no_digests"
    DIGEST_ONLY = "digest_only"


_TOLD = frozenset({Why.RESPONSIBLE, Why.COPY, Why.OVERSIGHT})
_IN_ONE_DIGEST: Mapping[Reason | None, Why] = {Reason.BASELINE: Why.BASELINE, Reason.RULES_CHANGED: Why.RULES_CHANGED}
"""What comes in such numbers that one by one it would bury what is new."""

_OPENED_AND_ENDED = 2
"""The sequence of an end before which nothing but the opening was told."""

_ACTS: Mapping[Responsible, Role] = {
    Responsible.RECEIVING: Role.RECEIVING,
    Responsible.HANDLING: Role.HANDLING,
    Responsible.OTHER_AGENCY: Role.HANDLING,
    Responsible.CITIZEN: Role.HANDLING,
    Responsible.UNKNOWN: Role.HANDLING,
    Responsible.CONNECTION: Role.SYNC,
    Responsible.OPS: Role.OPS,
}
"""Who acts. A citizen is reminded by the unit that handles the dossier, never written to."""


_OF_THOSE_WHO_ACT = frozenset({EventType.ALERT_ACKNOWLEDGED, EventType.ALERT_UNACKNOWLEDGED})
"""What whoever acts has said themselves."""


class Decision(msgspec.Struct, frozen=True):
    """Whether somebody is told, and why or why not."""

    why: Why

    @property
    def is_told(self) -> bool:
        return self.why in _TOLD


class Subscription(msgspec.Struct, frozen=True, kw_only=True):
    """What one webhook wants to hear.

    `agencies`: with everything below them; None: everything there is, also what names no agency. `rules`: rules and families;
    none: all. `is_listening`: it is neither paused nor switched off. `window`: at which hours it is told.
    `heads`: the agencies whose digests it is told, in which everything below them is summed up.
    """

    id: int
    role: Role
    created_at: datetime
    agencies: frozenset[str] | None = None
    rules: frozenset[str] = frozenset()
    least_severity: Severity = Severity.WARNING
    is_listening: bool = True
    window: Window = OPEN
    mode: Mode = Mode.EACH
    heads: frozenset[str] = frozenset()


def agencies_heard(tree: AgencyTree, owner: str | None, named: Sequence[str]) -> frozenset[str] | None:
    """Return the agencies a subscription hears of: those named, of its owner's, each with everything below it.

    `owner`: the agency it was made for, None for the whole province. None: everything, also what names no agency.
    """
    of_owner = tree if owner is None else tree.below(owner)
    if named:
        return of_owner.narrowed_to(named).codes
    return None if owner is None else of_owner.codes


def recipients(responsible: Responsible) -> Mapping[Role, Why]:
    """Return who is told of an alert and why: who has to act, the handling agency of what synchronisation must mend, and the
    office, which hears everything. The first is the one asked to act; a copy is of what stands at the agency itself, or is passed
    on to it: who answers for synchronisation is asked in that role and gets no copy of the whole province's.
    """
    told = {_ACTS[responsible]: Why.RESPONSIBLE}
    if responsible is Responsible.CONNECTION:
        told[Role.HANDLING] = Why.COPY
    return {**told, Role.OFFICE: Why.OVERSIGHT}


def decide(subscription: Subscription, event: Event, quiet: Quiet = NOTHING_QUIET) -> Decision:
    """Return whether an event is told to a subscription, and why. `quiet`: what keeps silent just before it."""
    if event.at < subscription.created_at:
        return Decision(Why.EARLIER)
    if event.event in OF_DIGESTS:
        return Decision(_of_digests(subscription, event))
    if subscription.mode is Mode.DIGEST:
        return Decision(Why.DIGESTS_ALONE)
    if isinstance(event.data, IncidentNews):
        return Decision(_of_incident(subscription, event, event.data, quiet))
    if event.alert is None:
        return Decision(_of_endpoint(subscription, event))
    if digest := _of_digest(event, event.alert):
        return Decision(digest)
    if unwanted := _unwanted(subscription, event.alert):
        return Decision(unwanted)
    if hushed := quiet.hushed(event):
        return Decision(Why(hushed.why))
    if event.event in _OF_THOSE_WHO_ACT and subscription.role is not Role.OFFICE:
        return Decision(Why.OTHER_ROLE)
    return Decision(recipients(event.alert.responsible)[subscription.role])


def _of_digest(event: Event, alert: ToldAlert) -> Why | None:
    """Return the digest an event belongs to instead; the end of an alert of which nothing but a digest told belongs to none."""
    is_end = event.event is EventType.ALERT_RESOLVED
    if event.reason is None and is_end and alert.sequence == _OPENED_AND_ENDED:
        return Why.BASELINE if alert.baseline else _IN_ONE_DIGEST.get(alert.reason)
    return _IN_ONE_DIGEST.get(event.reason)


def _unwanted(subscription: Subscription, alert: ToldAlert) -> Why | None:
    told = recipients(alert.responsible)
    if subscription.role not in told:
        return Why.OTHER_ROLE
    if subscription.rules and not subscription.rules & {alert.rule, alert.family}:
        return Why.OTHER_RULE
    if subscription.least_severity is Severity.CRITICAL and alert.severity is not Severity.CRITICAL:
        return Why.LESS_SEVERE
    concerned = {alert.agency, alert.escalated_to} if told[subscription.role] is Why.COPY else alert.agencies
    if subscription.agencies is not None and subscription.agencies.isdisjoint(concerned):
        return Why.OTHER_AGENCY
    return None


def _of_digests(subscription: Subscription, event: Event) -> Why:
    """Whose digest it is, and in whose role; what comes in masses is told also to who is told every event by itself."""
    if subscription.mode is not Mode.DIGEST and event.event not in OF_MASSES:
        return Why.NO_DIGESTS
    if subscription.role not in (_WEEKLY if event.event is EventType.DIGEST_WEEKLY else _DAILY):
        return Why.OTHER_ROLE
    return Why.OVERSIGHT if event.subject.removeprefix("agency:") in subscription.heads else Why.OTHER_AGENCY


def _of_incident(subscription: Subscription, event: Event, news: IncidentNews, quiet: Quiet) -> Why:
    """An incident is told like an alert that synchronisation must mend: to everyone of whose dossiers some are inside it."""
    told = recipients(Responsible.CONNECTION)
    if subscription.role not in told:
        return Why.OTHER_ROLE
    if subscription.rules and subscription.rules.isdisjoint(news.rules):
        return Why.OTHER_RULE
    if subscription.least_severity is Severity.CRITICAL and news.severity is not Severity.CRITICAL:
        return Why.LESS_SEVERE
    asked = () if told[subscription.role] is Why.COPY else (news.responsible_agency,)
    if subscription.agencies is not None and subscription.agencies.isdisjoint((*news.agencies, *asked)):
        return Why.OTHER_AGENCY
    hushed = quiet.hushed(event)
    return Why(hushed.why) if hushed else told[subscription.role]


def _of_endpoint(subscription: Subscription, event: Event) -> Why:
    """Operations and the office of the whole province hear of an endpoint that was switched off, not the endpoint itself."""
    if event.event is EventType.ENDPOINT_TEST or event.subject == endpoint_subject(subscription.id):
        return Why.OTHER_ROLE
    if subscription.agencies is not None:
        return Why.OTHER_AGENCY
    return {Role.OPS: Why.RESPONSIBLE, Role.OFFICE: Why.OVERSIGHT}.get(subscription.role, Why.OTHER_ROLE)


def endpoint_subject(webhook_id: int) -> str:
    """Return what an event about a webhook is about."""
    return f"webhook:{webhook_id}"
