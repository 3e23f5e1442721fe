"""Who is told of an event, and why."""

import msgspec
import pytest

from shared.domain.agencies import AgencyTree
from shared.domain.alerts import AlertState, Reason
from shared.domain.events import EventType, IncidentNews
from shared.domain.findings import Responsible, Severity
from shared.domain.recipients import Role, Why, agencies_heard, decide, endpoint_subject, recipients
from shared.domain.samples import sample

from .builders import MICROSECOND
from .events import HAPPENED, changed, happened, subscription, told_alert

TREE = AgencyTree({"H20": None, "H20.14": "H20", "H20.14.05": "H20.14", "H20.15": "H20"}, is_whole=True)


@pytest.mark.parametrize(
    ("responsible", "acts"),
    [
        (Responsible.RECEIVING, Role.RECEIVING),
        (Responsible.HANDLING, Role.HANDLING),
        (Responsible.OTHER_AGENCY, Role.HANDLING),
        (Responsible.CITIZEN, Role.HANDLING),
        (Responsible.UNKNOWN, Role.HANDLING),
        (Responsible.CONNECTION, Role.SYNC),
        (Responsible.OPS, Role.OPS),
    ],
)
def test_who_has_to_act_is_told_and_the_office_hears_everything(responsible: Responsible, acts: Role) -> None:
    told = recipients(responsible)
    assert (next(iter(told)), told[acts], told[Role.OFFICE]) == (acts, Why.RESPONSIBLE, Why.OVERSIGHT)
    copied = {Role.HANDLING} if responsible is Responsible.CONNECTION else set()
    assert set(told) == {acts, Role.OFFICE} | copied


def test_the_handling_agency_gets_a_copy_of_what_synchronisation_must_mend() -> None:
    assert recipients(Responsible.CONNECTION)[Role.HANDLING] is Why.COPY


@pytest.mark.parametrize("role", Role)
def test_a_subscription_hears_what_its_role_is_told(role: Role) -> None:
    decision = decide(subscription(role), happened(alert=told_alert(responsible=Responsible.RECEIVING)))
    assert decision.is_told == (role in (Role.RECEIVING, Role.OFFICE))
    assert decision.why is {Role.RECEIVING: Why.RESPONSIBLE, Role.OFFICE: Why.OVERSIGHT}.get(role, Why.OTHER_ROLE)


@pytest.mark.parametrize("reason", [Reason.BASELINE, Reason.RULES_CHANGED])
def test_what_comes_in_great_numbers_is_not_told_one_by_one(reason: Reason) -> None:
    assert decide(subscription(Role.OFFICE), happened(reason=reason)).why.value == reason.value
    assert decide(subscription(Role.OFFICE), happened(reason=Reason.MERGED)).is_told


def test_events_are_told_from_the_creation_of_the_subscription_on() -> None:
    assert decide(subscription(created_at=HAPPENED), happened()).is_told
    assert decide(subscription(created_at=HAPPENED + MICROSECOND), happened()).why is Why.EARLIER


@pytest.mark.parametrize(
    ("rules", "is_told"),
    [(set(), True), ({"deadline.due_soon"}, True), ({"deadline"}, True), ({"deadline.overdue"}, False), ({"intake"}, False)],
)
def test_rules_are_named_singly_or_by_family(rules: set[str], *, is_told: bool) -> None:
    assert decide(subscription(rules=frozenset(rules)), happened()).is_told is is_told


def test_who_wants_only_what_is_critical_is_not_told_of_warnings() -> None:
    critical = subscription(least_severity=Severity.CRITICAL)
    assert decide(critical, happened()).why is Why.LESS_SEVERE
    assert decide(critical, happened(alert=told_alert("deadline.overdue", severity=Severity.CRITICAL))).is_told


@pytest.mark.parametrize(
    ("named", "is_told"), [(["H20.14"], True), (["H20.09"], True), (["H20.15"], False), (["H20.15", "H20.09"], True)]
)
def test_an_agency_hears_of_what_stands_there_and_of_what_it_is_asked_to_do(named: list[str], *, is_told: bool) -> None:
    alert = told_alert(responsible=Responsible.CONNECTION, agency="H20.14", responsible_agency="H20.09")
    assert decide(subscription(Role.SYNC, agencies=frozenset(named)), happened(alert=alert)).is_told is is_told


@pytest.mark.parametrize(("named", "is_told"), [("H20.14", True), ("H20.09", False), ("H20", True), ("H20.15", False)])
def test_a_copy_is_of_what_stands_at_the_agency_or_was_passed_on_to_it(named: str, *, is_told: bool) -> None:
    """Who answers for a whole province's synchronisation would else hear all of it once more as one that handles dossiers."""
    lost = told_alert(responsible=Responsible.CONNECTION, agency="H20.14", responsible_agency="H20.09", escalated_to="H20")
    assert decide(subscription(Role.HANDLING, agencies=frozenset({named})), happened(alert=lost)).is_told is is_told
    passed_on = changed(lost, responsible=Responsible.HANDLING)
    assert decide(subscription(Role.HANDLING, agencies=frozenset({"H20.09"})), happened(alert=passed_on)).is_told


@pytest.mark.parametrize(
    ("role", "named", "is_told"),
    [
        (Role.SYNC, "H20.09", True),
        (Role.HANDLING, "H20.09", False),
        (Role.HANDLING, "H20.114", True),
        (Role.SYNC, "H20.114", True),
    ],
)
def test_an_incident_is_told_to_who_must_mend_it_and_in_copy_where_its_dossiers_stand(
    role: Role, named: str, *, is_told: bool
) -> None:
    begun = sample(EventType.INCIDENT_OPENED, HAPPENED)
    assert isinstance(begun.data, IncidentNews)
    begun = msgspec.structs.replace(begun, data=msgspec.structs.replace(begun.data, responsible_agency="H20.09"))
    assert decide(subscription(role, agencies=frozenset({named})), begun).is_told is is_told


def test_what_belongs_to_no_agency_is_told_to_those_who_named_none() -> None:
    stale = told_alert("source.stale", responsible=Responsible.OPS, agency=None, responsible_agency=None)
    assert decide(subscription(Role.OPS), happened(alert=stale)).is_told
    assert decide(subscription(Role.OPS, agencies=frozenset({"H20"})), happened(alert=stale)).why is Why.OTHER_AGENCY


@pytest.mark.parametrize(
    ("owner", "named", "heard"),
    [
        (None, [], None),
        (None, ["H20.14"], {"H20.14", "H20.14.05"}),
        ("H20.14", [], {"H20.14", "H20.14.05"}),
        ("H20.14", ["H20.14.05"], {"H20.14.05"}),
        ("H20.14", ["H20.15"], set()),
    ],
)
def test_agencies_include_those_below_and_never_more_than_the_owners(
    owner: str | None, named: list[str], heard: set[str] | None
) -> None:
    assert agencies_heard(TREE, owner, named) == heard


@pytest.mark.parametrize("role", Role)
def test_operations_and_the_office_hear_of_an_endpoint_but_not_the_endpoint_itself(role: Role) -> None:
    about = sample(EventType.ENDPOINT_DISABLED, HAPPENED)
    about = msgspec.structs.replace(about, subject=endpoint_subject(4))
    assert decide(subscription(role), about).is_told == (role in (Role.OPS, Role.OFFICE))
    assert not decide(subscription(role, id=4), about).is_told
    assert not decide(subscription(role, agencies=frozenset({"H20"})), about).is_told


def test_the_tops_of_a_tree_stand_below_no_other_of_it() -> None:
    assert TREE.tops == ("H20",)
    assert TREE.narrowed_to(["H20.14", "H20.14.05", "H20.15"]).tops == ("H20.14", "H20.15")
    assert AgencyTree({"H20.14.05": None}).tops == ("H20.14.05",)
    assert AgencyTree().tops == ()


@pytest.mark.parametrize("told", [{"baseline": True}, {"reason": Reason.BASELINE}, {"reason": Reason.RULES_CHANGED}])
def test_the_end_of_what_only_a_digest_told_of_is_told_to_nobody(told: dict[str, object]) -> None:
    office = subscription(Role.OFFICE)
    ended = told_alert(state=AlertState.RESOLVED, sequence=2, **told)
    assert decide(office, happened(EventType.ALERT_RESOLVED, ended)).why in (Why.BASELINE, Why.RULES_CHANGED)
    worse_before = msgspec.structs.replace(ended, sequence=3)
    assert decide(office, happened(EventType.ALERT_RESOLVED, worse_before)).is_told
    assert decide(office, happened(EventType.ALERT_WORSENED, ended)).is_told


def test_the_end_of_what_was_told_is_told() -> None:
    assert decide(subscription(), happened(EventType.ALERT_RESOLVED, told_alert(sequence=2))).is_told
