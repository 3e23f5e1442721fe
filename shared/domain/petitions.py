"""Citizens' petitions (phản ánh, kiến nghị) as the portal tells of them, without the citizen and without their words."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from enum import IntEnum
from hashlib import blake2b
from typing import Literal

import msgspec

from shared.domain.working_time import WorkingTime

REFUSE_WITHIN = 2
ASK_WITHIN = 5
RESOLVE_WITHIN = 15
PUBLISH_WITHIN = 2
"""Working days: from receipt to a refusal, to a request for more and to the answer; from the answer to its publication
(`facts/calendar.md`)."""

Step = Literal["refuse", "ask", "resolve", "publish"]


class PetitionStatus(IntEnum):
    """The portal's codes."""

    NEW = 1
    REFUSED = 2
    MORE_WANTED = 3
    IN_WORK = 4
    ANSWERED = 5
    PUBLISHED = 6


class PetitionKind(IntEnum):
    """What it is about: a procedure, or the conduct of an officer."""

    PROCEDURE = 1
    OFFICER = 2


class Petition(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One petition. `agency` and `dossier_code` are in normal form; `due_at` is the portal's own date for the answer.

    `satisfied`: what the citizen said of the answer, None for nothing. `repeated`: they complained again.
    """

    code: str
    status: PetitionStatus
    agency: str
    received_at: datetime
    updated_at: datetime
    kind: PetitionKind | None = None
    due_at: datetime | None = None
    refused_at: datetime | None = None
    supplement_asked_at: datetime | None = None
    answered_at: datetime | None = None
    published_at: datetime | None = None
    dossier_code: str | None = None
    satisfied: bool | None = None
    repeated: bool = False

    @property
    def is_complained_of(self) -> bool:
        """Whether the citizen was dissatisfied with the answer, or complained again."""
        return self.satisfied is False or self.repeated


class PetitionDeadline(msgspec.Struct, frozen=True):
    """A step that is owed, since when, and until when.

    `binds`: passing it is late; otherwise there is only a last moment to be reminded of. `stands_still`: the citizen is waited
    for, after it was late.
    """

    step: Step
    since: datetime
    due_at: datetime
    binds: bool = True
    stands_still: bool = False


def deadlines_of(petition: Petition, calendar: WorkingTime) -> tuple[PetitionDeadline, ...]:
    """Return the deadlines a petition is under, the earliest first; none where nothing is owed or none certainly binds.

    One that nobody has taken up must be refused within 2 working days, or more be asked for within 5, or it is late in being
    taken up. One in work may need nothing more: it is reminded of the last moment to ask. Both must be answered within 15, or by
    the portal's own date; what would come later than that is not owed.
    """
    if petition.status is PetitionStatus.ANSWERED and petition.answered_at:
        due = calendar.after(petition.answered_at, calendar.days(PUBLISH_WITHIN))
        return (PetitionDeadline("publish", petition.answered_at, due),)
    due_at = resolution_due(petition, calendar)
    if due_at is None:
        return ()
    answer = PetitionDeadline("resolve", petition.received_at, due_at)
    if petition.status in (PetitionStatus.NEW, PetitionStatus.IN_WORK):
        return (*_earlier_steps(petition, due_at, calendar), answer)
    asked_at = petition.supplement_asked_at
    if petition.status is PetitionStatus.MORE_WANTED and asked_at and asked_at > due_at:
        return (msgspec.structs.replace(answer, stands_still=True),)
    return ()


def _earlier_steps(petition: Petition, before: datetime, calendar: WorkingTime) -> Iterator[PetitionDeadline]:
    """Yield what can be done with a petition only in its first days; nothing once more was asked for."""
    if petition.supplement_asked_at is not None:
        return
    new = petition.status is PetitionStatus.NEW
    within: dict[Step, int] = {"refuse": REFUSE_WITHIN, "ask": ASK_WITHIN} if new else {"ask": ASK_WITHIN}
    for step, days in within.items():
        due = calendar.after(petition.received_at, calendar.days(days))
        if due < before:
            yield PetitionDeadline(step, petition.received_at, due, binds=new)


def owed(deadlines: Sequence[PetitionDeadline], as_of: datetime) -> PetitionDeadline | None:
    """Return what is owed at a moment: the last that is late, otherwise the next that binds; None where nothing does."""
    binding = [deadline for deadline in deadlines if deadline.binds]
    late = [deadline for deadline in binding if deadline.due_at < as_of]
    return late[-1] if late else next(iter(binding), None)


def resolution_due(petition: Petition, calendar: WorkingTime) -> datetime | None:
    """Return until when a petition must be answered: the portal's date, else 15 working days from its receipt.

    None where the portal gives no date and more was asked for within those days: how long the citizen took to answer is not told.
    """
    if petition.due_at is not None:
        return petition.due_at
    due = calendar.after(petition.received_at, calendar.days(RESOLVE_WITHIN))
    asked_at = petition.supplement_asked_at
    return None if asked_at is not None and asked_at <= due else due


def late_from(petition: Petition, calendar: WorkingTime) -> datetime | None:
    """Return from when on a petition counts as late in 5.1, None for never (`facts/scoring.md`).

    What was answered, refused or asked about counts by that moment, and is in time where the portal does not tell it.
    """
    due_at = resolution_due(petition, calendar)
    if due_at is None:
        return None
    if petition.status not in (PetitionStatus.NEW, PetitionStatus.IN_WORK):
        settled_at = _settled_at(petition)
        if settled_at is None or settled_at <= due_at:
            return None
    return due_at + timedelta(microseconds=1)


def _settled_at(petition: Petition) -> datetime | None:
    if petition.status is PetitionStatus.REFUSED:
        return petition.refused_at
    return petition.supplement_asked_at if petition.status is PetitionStatus.MORE_WANTED else petition.answered_at


def petition_digest(petition: Petition) -> bytes:
    """Return 16 bytes that differ when any value of the petition differs."""
    return blake2b(msgspec.msgpack.encode(petition), digest_size=16).digest()
