"""`petition.*`: the answer to a citizen's petition, and its publication, are due or late."""

from datetime import timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.findings import Finding, Responsible, Review, Severity
from shared.domain.petitions import (
    Petition,
    PetitionKind,
    PetitionStatus,
    deadlines_of,
    late_from,
    owed,
    petition_digest,
    resolution_due,
)
from shared.domain.phases import read_off
from shared.domain.rules import petition as rule

from .builders import MICROSECOND, RULES, at, calendar

RECEIVED = at("2 08:00")  # a Monday; fifteen working days later is Monday 23 November
DUE = at("23 08:00")
OPEN = (PetitionStatus.NEW, PetitionStatus.IN_WORK)


def petition(**values):
    ordinary = {
        "code": "PAKN.20.261102.0001",
        "status": PetitionStatus.IN_WORK,
        "agency": "H20.14",
        "kind": PetitionKind.PROCEDURE,
        "received_at": RECEIVED,
        "updated_at": RECEIVED,
    }
    return Petition(**(ordinary | values))


def answered(moment, **values):
    return petition(status=PetitionStatus.ANSWERED, answered_at=at(moment), updated_at=at(moment), **values)


def judge(about: Petition, now, rules=RULES) -> Review:
    phases = rule.nearing_or_passed(about, deadlines_of(about, calendar()), rules, calendar())
    return read_off(rule.FAMILY, phases, as_of=now)


def found(about: Petition, now) -> Finding:
    (finding,) = judge(about, now).findings
    return finding


def rules_at(about: Petition, now) -> list[str]:
    return [finding.rule for finding in judge(about, now).findings]


def turns(about: Petition, moment, before, after):
    """Assert what stands one microsecond before a moment, and exactly at it."""
    assert rules_at(about, moment - MICROSECOND) == before
    assert rules_at(about, moment) == after


def test_an_answer_is_due_fifteen_working_days_after_receipt():
    turns(petition(), at("18 08:00"), [], ["petition.due_soon"])  # 24 working hours before
    turns(petition(), DUE + MICROSECOND, ["petition.due_soon"], ["petition.overdue"])


def test_the_portals_own_date_counts_where_it_gives_one():
    about = petition(due_at=at("12 10:00"))
    turns(about, at("12 10:00") + MICROSECOND, ["petition.due_soon"], ["petition.overdue"])
    assert rules_at(about, DUE) == ["petition.overdue"]


def test_a_holiday_is_no_working_day():
    about = petition(received_at=at("3 10:00"))  # Tuesday 24 November is a holiday
    turns(about, at("25 10:00") + MICROSECOND, ["petition.due_soon"], ["petition.overdue"])


def test_an_answer_is_published_within_two_working_days():
    about = answered("17 08:00")
    turns(about, at("18 08:00"), [], ["petition.due_soon"])  # 8 of 16 working hours before
    turns(about, at("19 08:00") + MICROSECOND, ["petition.due_soon"], ["petition.overdue"])


@pytest.mark.parametrize("status", [PetitionStatus.REFUSED, PetitionStatus.PUBLISHED])
def test_what_is_refused_or_published_owes_nothing_however_late_it_was(status):
    assert judge(petition(status=status, answered_at=at("30 08:00")), at("30 08:00")) == Review(findings=())


def test_an_answer_without_a_moment_accuses_nobody():
    assert judge(petition(status=PetitionStatus.ANSWERED), at("30 08:00")) == Review(findings=())


def test_nobody_is_late_while_the_citizen_is_waited_for():
    about = petition(status=PetitionStatus.MORE_WANTED, supplement_asked_at=DUE)
    assert judge(about, at("30 08:00")) == Review(findings=())


def test_a_request_for_more_after_the_deadline_does_not_make_it_in_time_again():
    about = petition(status=PetitionStatus.MORE_WANTED, supplement_asked_at=DUE + MICROSECOND)
    assert rules_at(about, at("30 08:00")) == ["petition.overdue"]


def test_after_a_request_for_more_only_the_portals_date_binds():
    asked = {"supplement_asked_at": at("4 08:00")}
    assert judge(petition(**asked), at("30 08:00")) == Review(findings=())
    assert rules_at(petition(**asked, due_at=at("27 08:00")), at("30 08:00")) == ["petition.overdue"]
    assert resolution_due(petition(**asked), calendar()) is None


# Nobody has taken it up

NEW = petition(status=PetitionStatus.NEW)
REFUSE = at("4 08:00")
ASK = at("9 08:00")


def stands(about: Petition, now) -> tuple[str, str, Severity]:
    finding = found(about, now)
    return finding.rule, finding.details["step"], finding.severity


def test_what_nobody_has_taken_up_must_be_refused_within_two_working_days():
    turns(NEW, at("3 08:00"), [], ["petition.due_soon"])  # 8 of 16 working hours before
    assert stands(NEW, REFUSE) == ("petition.due_soon", "refuse", Severity.WARNING)
    assert stands(NEW, REFUSE + MICROSECOND) == ("petition.overdue", "refuse", Severity.WARNING)


def test_what_nobody_has_taken_up_stays_late_and_becomes_critical_with_its_answer():
    assert stands(NEW, ASK) == ("petition.overdue", "refuse", Severity.WARNING)
    assert stands(NEW, ASK + MICROSECOND) == ("petition.overdue", "ask", Severity.WARNING)
    assert stands(NEW, DUE) == ("petition.overdue", "ask", Severity.WARNING)
    assert stands(NEW, DUE + MICROSECOND) == ("petition.overdue", "resolve", Severity.CRITICAL)


def test_what_is_in_work_is_reminded_of_the_last_moment_to_ask_and_not_accused_of_having_asked_nothing():
    about = petition()
    turns(about, at("6 08:00"), [], ["petition.due_soon"])  # 8 of 40 working hours before
    assert stands(about, ASK) == ("petition.due_soon", "ask", Severity.WARNING)
    turns(about, ASK + MICROSECOND, ["petition.due_soon"], [])


def test_the_warning_of_an_early_answer_follows_that_of_the_last_moment_to_ask():
    about = petition(due_at=at("10 08:00"))  # 48 working hours were allowed: warned 24 before
    assert stands(about, at("5 08:00"))[1] == "resolve"
    assert [deadline.step for deadline in deadlines_of(about, calendar())] == ["ask", "resolve"]


@pytest.mark.parametrize(("due", "steps"), [
    (REFUSE, ["resolve"]), (REFUSE + MICROSECOND, ["refuse", "resolve"]),
    (ASK, ["refuse", "resolve"]), (ASK + MICROSECOND, ["refuse", "ask", "resolve"]),
])  # fmt: skip
def test_what_would_be_due_after_the_answer_is_not_owed(due, steps):
    about = msgspec.structs.replace(NEW, due_at=due)
    assert [deadline.step for deadline in deadlines_of(about, calendar())] == steps


@pytest.mark.parametrize("status", OPEN)
def test_once_more_was_asked_for_neither_is_owed(status):
    about = petition(status=status, supplement_asked_at=at("3 08:00"), due_at=DUE)
    assert [deadline.step for deadline in deadlines_of(about, calendar())] == ["resolve"]


@pytest.mark.parametrize(("status", "moment", "step"), [
    (PetitionStatus.NEW, RECEIVED, "refuse"), (PetitionStatus.NEW, ASK, "refuse"), (PetitionStatus.NEW, DUE, "ask"),
    (PetitionStatus.NEW, DUE + MICROSECOND, "resolve"),
    (PetitionStatus.IN_WORK, RECEIVED, "resolve"), (PetitionStatus.IN_WORK, DUE + MICROSECOND, "resolve"),
])  # fmt: skip
def test_what_is_owed_is_what_is_late_else_what_binds_next(status, moment, step):
    assert owed(deadlines_of(petition(status=status), calendar()), moment).step == step


def test_nothing_is_owed_of_what_is_published():
    assert owed(deadlines_of(petition(status=PetitionStatus.PUBLISHED), calendar()), DUE) is None


def test_the_handling_agency_is_asked_and_told_what_is_owed():
    finding = found(petition(dossier_code="H20.14-261105-0311"), at("24 08:00"))
    assert (finding.family, finding.severity, finding.ripe) == ("petition", Severity.CRITICAL, True)
    assert (finding.responsible, finding.responsible_agency) == (Responsible.HANDLING, "H20.14")
    assert (finding.since, finding.due_at) == (DUE, DUE)
    assert (finding.details["step"], finding.details["dossier_code"]) == ("resolve", "H20.14-261105-0311")
    assert found(answered("17 08:00"), at("24 08:00")).details["step"] == "publish"


def test_the_lead_is_that_of_the_configured_deadlines():
    rules = msgspec.structs.replace(RULES, deadline_leads=((None, timedelta(hours=4)),))
    soon = at("20 14:00")  # an hour on Monday morning, three on Friday afternoon
    assert judge(petition(), soon - MICROSECOND, rules).findings == ()
    assert [finding.rule for finding in judge(petition(), soon, rules).findings] == ["petition.due_soon"]


def test_a_deadline_before_the_receipt_is_late_at_once():
    assert rules_at(petition(due_at=at("1 08:00")), RECEIVED) == ["petition.overdue"]


# 5.1


@pytest.mark.parametrize("status", OPEN)
def test_an_open_petition_counts_as_late_just_after_its_deadline(status):
    assert late_from(petition(status=status), calendar()) == DUE + MICROSECOND


@pytest.mark.parametrize(
    ("status", "field"),
    [
        (PetitionStatus.REFUSED, "refused_at"),
        (PetitionStatus.MORE_WANTED, "supplement_asked_at"),
        (PetitionStatus.ANSWERED, "answered_at"),
        (PetitionStatus.PUBLISHED, "answered_at"),
    ],
)
@pytest.mark.parametrize("due_at", [None, at("12 10:00")])
def test_what_was_settled_by_the_deadline_is_never_late(status, field, due_at):
    due = due_at or DUE
    assert late_from(petition(status=status, due_at=due_at, **{field: due}), calendar()) is None
    assert late_from(petition(status=status, due_at=due_at, **{field: due + MICROSECOND}), calendar()) == due + MICROSECOND


@pytest.mark.parametrize("status", set(PetitionStatus) - set(OPEN))
def test_what_was_settled_nobody_knows_when_is_not_late(status):
    assert late_from(petition(status=status), calendar()) is None


def test_what_no_deadline_binds_is_never_late():
    assert late_from(petition(supplement_asked_at=at("4 08:00")), calendar()) is None


moments = st.datetimes(at("2 00:00").replace(tzinfo=None), at("30 00:00").replace(tzinfo=None)).map(
    lambda naive: naive.replace(tzinfo=RECEIVED.tzinfo)
)
maybe = st.none() | moments
petitions = st.builds(
    petition,
    status=st.sampled_from(PetitionStatus),
    received_at=moments,
    due_at=maybe,
    answered_at=maybe,
    supplement_asked_at=maybe,
)


@given(petitions, moments)
def test_between_two_reviews_the_answer_never_changes_by_itself(about, now):
    answer = judge(about, now)
    assert len(answer.findings) <= 1
    following = answer.next_review_at
    if following is None:
        assert judge(about, now + timedelta(days=400)).findings == answer.findings
    else:
        assert following > now
        assert judge(about, following - MICROSECOND).findings == answer.findings


@given(petitions)
def test_a_digest_tells_petitions_apart_and_itself_never(about):
    assert petition_digest(about) == petition_digest(msgspec.msgpack.decode(msgspec.msgpack.encode(about), type=Petition))
    assert petition_digest(about) != petition_digest(msgspec.structs.replace(about, repeated=not about.repeated))
