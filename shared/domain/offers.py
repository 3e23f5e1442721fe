"""What the catalogue alone says: how many procedures an agency offers, how, and whether they were published in time."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from functools import reduce
from typing import TypeVar

import msgspec

from shared.domain.catalogue import Procedure
from shared.domain.working_time import WorkingTime

_NOTICE = 5
_TO_PUBLISH = 5
"""Working days: decided so long before it takes effect (1.1), public so soon after the decision (1.2)."""


class Offer(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How many procedures there are, of which `online` in part or in full (3.1), `complete` in what is published (1.3),
    `connected` to population data (4.6), with a `fee`, and of these with online payment `payable` (3.5).
    """

    procedures: int = 0
    online: int = 0
    complete: int = 0
    connected: int = 0
    fee: int = 0
    payable: int = 0


class Decisions(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Procedures decided in a month, of which `early` enough before they take effect (1.1) and `published` in time (1.2)."""

    decided: int = 0
    early: int = 0
    published: int = 0


C = TypeVar("C", Offer, Decisions)


class Catalogue(msgspec.Struct, frozen=True, kw_only=True):
    """The counts of a whole catalogue: by agency, those above it included; of the province, each once; by month of decision.

    `codes`: the procedures that were counted.
    """

    by_agency: Mapping[str, Offer] = {}
    whole: Offer = Offer()
    decisions: Mapping[date, Decisions] = {}
    codes: frozenset[str] = frozenset()

    def of(self, agency: str, province: str) -> Offer:
        """Return what an agency offers; the province offers every procedure, once."""
        return self.whole if agency == province else self.by_agency.get(agency, Offer())

    def decided_between(self, first: date, last: date) -> Decisions:
        """Return the decisions of the months from one day to another."""
        return reduce(added, (found for month, found in self.decisions.items() if first <= month <= last), Decisions())


def count(procedures: Iterable[Procedure], calendar: WorkingTime) -> Catalogue:
    """Return the counts of these procedures. A fact nobody stated counts as not so."""
    by_agency: dict[str, Offer] = {}
    whole = Offer()
    decisions: dict[date, Decisions] = {}
    listed = {procedure.code: procedure for procedure in procedures}
    for procedure in listed.values():
        one = offer_of(procedure)
        whole = added(whole, one)
        for agency in set(_with_those_above(procedure.agencies)):
            by_agency[agency] = added(by_agency.get(agency, Offer()), one)
        if procedure.decided_on:
            month = procedure.decided_on.replace(day=1)
            decisions[month] = added(decisions.get(month, Decisions()), decision_of(procedure, calendar))
    return Catalogue(by_agency=by_agency, whole=whole, decisions=decisions, codes=frozenset(listed))


def added(one: C, other: C) -> C:
    """Return the sum of two counts, field by field."""
    sums = {name: getattr(one, name) + getattr(other, name) for name in one.__struct_fields__}
    return type(one)(**sums)


def offer_of(procedure: Procedure) -> Offer:
    """Return what one procedure counts for."""
    fee = bool(procedure.has_fee)
    return Offer(
        procedures=1,
        online=int(bool(procedure.online_level)),
        complete=int(bool(procedure.content_complete)),
        connected=int(bool(procedure.uses_population_data)),
        fee=int(fee),
        payable=int(fee and bool(procedure.online_payment)),
    )


def decision_of(procedure: Procedure, calendar: WorkingTime) -> Decisions:
    """Return what the decision of one procedure counts for in the month it was taken."""
    if procedure.decided_on is None:
        return Decisions()
    decide_by, publish_by = last_day_to_decide(procedure, calendar), last_day_to_publish(procedure, calendar)
    early = decide_by is not None and procedure.decided_on <= decide_by
    published = publish_by is not None and procedure.published_on is not None and procedure.published_on <= publish_by
    return Decisions(decided=1, early=int(early), published=int(published))


def decision_at_best(procedure: Procedure, calendar: WorkingTime, *, today: date) -> Decisions:
    """Return what it can still count for: a day that nobody stated yet may turn out in time while it is not too late."""
    found = decision_of(procedure, calendar)
    publish_by = last_day_to_publish(procedure, calendar)
    may_be_published = procedure.published_on is None and publish_by is not None and today <= publish_by
    return Decisions(
        decided=found.decided,
        early=max(found.early, int(bool(found.decided) and procedure.effective_on is None)),
        published=max(found.published, int(may_be_published)),
    )


def last_day_to_decide(procedure: Procedure, calendar: WorkingTime) -> date | None:
    """Return the last day on which it would have been decided early enough (1.1); None without a day from which it holds."""
    return None if procedure.effective_on is None else calendar.nth_day_before(procedure.effective_on, _NOTICE)


def last_day_to_publish(procedure: Procedure, calendar: WorkingTime) -> date | None:
    """Return the last day on which it is public in time (1.2); None for one nobody decided."""
    return None if procedure.decided_on is None else calendar.nth_day_after(procedure.decided_on, _TO_PUBLISH)


def _with_those_above(agencies: Iterable[str]) -> Iterator[str]:
    for agency in agencies:
        groups = agency.split(".")
        yield from (".".join(groups[:length]) for length in range(1, len(groups) + 1))
