"""`indicator.below_target`: what a unit leads on and has not reached."""

from decimal import Decimal
from fractions import Fraction

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.alerts import Alert, Place, Resolve, Update, Worsen, transitions
from shared.domain.counters import Counters
from shared.domain.figures import Counted
from shared.domain.findings import Responsible, Severity, TotalBelow
from shared.domain.offers import Decisions, Offer
from shared.domain.rules.indicator import below_target
from shared.domain.score_review import review_scores
from shared.domain.score_watch import Scored
from shared.domain.scoring import Ratio, score

from .builders import calendar
from .score_builders import COMMUNE, COMMUNES, NOON, PLAN, POLICY, day, later, scored, told

RULE = "indicator.below_target"
GOOD = Counted(
    counters=Counters(
        accepted=100, to_sync=100, synced=100, on_time=100, online=100, fee=10, paid=10, paper=10, result=10, digitised=100,
        reused=100, stored=100, population=100, received=100,
    ),
    offer=Offer(procedures=10, online=10, complete=10, connected=10, fee=5, payable=5),
    province=Offer(procedures=10, complete=10),
    decisions=Decisions(decided=10, early=10, published=10),
)  # fmt: skip
"""Everything as the plan asks for it, but for services paid online (3.4)."""


def but(**counters: int) -> Counted:
    return msgspec.structs.replace(GOOD, counters=msgspec.structs.replace(GOOD.counters, **counters))


def listed(code: str = COMMUNE, counted: Counted = GOOD, province: Counted = GOOD) -> list[tuple[str, str]]:
    """The indicators below target a unit is told of, each with whose figures they are; 3.4 left out."""
    units = [scored("H20", counted=province), *([scored(code, counted=counted)] if code != "H20" else [])]
    finding = told(RULE, day(units), code)
    found = finding.details["indicators"] if finding else []
    return [(each["id"], each["agency"]) for each in found if each["id"] != "3.4"]


def test_a_unit_that_reaches_everything_is_told_nothing():
    assert [listed(code) for code in (COMMUNE, "H20.01", "H20.09", "H20.12", "H20")] == [[]] * 5


@pytest.mark.parametrize(("on_time", "is_told"), [(949_999, True), (950_000, False)])
def test_below_is_below_the_exact_target(on_time, is_told):
    finding = told(RULE, day([scored(counted=but(accepted=1_000_000, on_time=on_time))]))
    found = {each["id"]: each for each in finding.details["indicators"]}
    assert ("2.1" in found) is is_told
    if is_told:
        assert (found["2.1"]["percent"], found["2.1"]["target"], found["2.1"]["gap"], found["2.1"]["missing_count"]) == (
            95.0, 95.0, 0.0, 1,
        )  # fmt: skip


def test_it_is_a_warning_to_the_unit_itself():
    finding = told(RULE, day([scored(counted=but(on_time=90))]))
    assert (finding.severity, finding.responsible, finding.responsible_agency) == (
        Severity.WARNING,
        Responsible.HANDLING,
        COMMUNE,
    )
    assert (finding.since, finding.opens_at, finding.ripe) == (NOON, NOON, True)
    assert (finding.details["period"], finding.details["day"]) == ("2026", "2026-11-20")


@pytest.mark.parametrize(("accepted", "is_told"), [(20, True), (19, False)])
def test_a_unit_with_few_dossiers_is_told_nothing_not_even_of_its_procedures(accepted, is_told):
    few = Counted(counters=Counters(accepted=accepted), offer=Offer(procedures=10))
    assert (told(RULE, day([scored("H20.12", counted=few)]), "H20.12") is not None) is is_told


def test_only_the_lead_is_told():
    nothing = {"offer": Offer(procedures=10), "province": Offer(procedures=10), "decisions": Decisions(decided=1)}
    poor = msgspec.structs.replace(but(synced=0), **nothing)
    assert not {"1.1", "1.2", "1.3", "1.4", "3.1", "4.6"} & {name for name, _ in listed(COMMUNE, poor)}
    assert {("3.1", "H20.12"), ("4.6", "H20.12")} <= set(listed("H20.12", poor))
    assert listed("H20", province=poor) == []


def test_figures_of_the_province_are_named_as_such():
    late = msgspec.structs.replace(GOOD, decisions=Decisions(decided=10, early=9, published=10))
    assert listed("H20.12", late) == [("1.1", "H20")]


def test_a_task_of_ones_own_is_answered_for_with_the_figures_of_the_province():
    """The office leads on 1.3, science on 1.4; neither handles a dossier of its own."""
    poor = msgspec.structs.replace(but(synced=90), province=Offer(procedures=10, complete=9))
    none = Counted()
    assert listed("H20.09", none, poor) == [("1.4", "H20")]
    assert listed("H20.01", none, poor) == [("1.3", "H20")]
    assert listed("H20.12", GOOD, poor) == []
    assert ("1.4", "H20.09") not in listed("H20.09", but(synced=0))


def test_an_indicator_without_cases_or_without_a_number_is_not_below():
    empty = Counted(counters=Counters(accepted=100, on_time=100, received=100))
    names = {name for name, _ in listed(COMMUNE, empty)}
    assert not {"3.2", "3.6", "4.1", "5.1"} & names
    assert "4.2" in names


# The total


def with_points(code: str = COMMUNE, **counters: int) -> Scored:
    return scored(code, counted=but(**counters))


def total_told(of: Scored) -> dict[str, float] | None:
    finding = told(RULE, day([of]), of.unit.code)
    return finding.details["total_below"] if finding else None


@pytest.mark.parametrize(("target", "is_told"), [("-0.01", False), ("0.00", False), ("0.01", True)])
def test_a_total_is_below_what_every_agency_must_reach_by_a_hundredth_and_not_when_it_reaches_it(target, is_told):
    of = with_points(on_time=0)
    asked = of.card.total + Decimal(target)
    plan = msgspec.structs.replace(PLAN, targets=msgspec.structs.replace(PLAN.targets, total=asked))
    found = below_target(COMMUNE, day([of]), plan)
    expected = TotalBelow(points=float(of.card.total), target=float(asked), gap=0.01)
    assert found.total_below == (expected if is_told else None)


def test_every_agency_answers_for_its_total_and_the_province_for_none():
    told_of = {code: total_told(with_points(code, received=0, on_time=0)) for code in ("H20.12", COMMUNE, "H20")}
    assert {code: found and found["target"] for code, found in told_of.items()} == {"H20.12": 90.0, COMMUNE: 90.0, "H20": None}


def test_a_total_without_all_its_figures_says_nothing():
    of = with_points(on_time=0)
    partly = msgspec.structs.replace(of, card=score({"2.1": Ratio(1, 2)}, POLICY))
    assert below_target(COMMUNE, day([partly]), PLAN).total_below is None


@pytest.mark.parametrize("accepted", [19, 20])
def test_the_total_of_a_unit_with_few_dossiers_says_nothing(accepted):
    few = scored("H20.12", counted=Counted(counters=Counters(accepted=accepted), offer=Offer(procedures=10)))
    assert (total_told(few) is not None) is (accepted == 20)


def test_a_total_that_joins_what_is_below_on_the_same_day_is_news():
    above = msgspec.structs.replace(PLAN, targets=msgspec.structs.replace(PLAN.targets, total=Decimal(1)))
    of = day([with_points(on_time=0)])
    first = review_scores(COMMUNE, of, above, calendar(), {})
    again = review_scores(COMMUNE, of, PLAN, calendar(), first)
    assert (first[RULE].details["total_below"], again[RULE].details["total_below"]["target"]) == (None, 90.0)


# The life of its alert


def alert_of(counted: Counted, **values) -> Alert:
    return Alert(id=1, finding=told(RULE, day([scored(counted=counted)], **values)), place=Place(COMMUNE))


def changes(standing: Alert, counted: Counted, **values) -> list:
    finding = told(RULE, day([scored(counted=counted)], **values), standing=standing.finding)
    return transitions([standing], [finding] if finding else [], Place(COMMUNE))


def ids(change) -> list[str]:
    return [each["id"] for each in change.finding.details["indicators"]]


def test_an_indicator_that_joins_worsens_the_alert_and_one_that_leaves_updates_it():
    one, two = but(on_time=90), but(on_time=90, stored=90)
    (worse,) = changes(alert_of(one), two)
    assert (type(worse), ids(worse)) == (Worsen, ["2.1", "3.4", "4.5"])
    (better,) = changes(alert_of(two), one)
    assert (type(better), ids(better)) == (Update, ["2.1", "3.4"])
    assert better.finding.since == NOON


def test_the_same_list_is_told_anew_once_a_day():
    standing = alert_of(but(on_time=90))
    assert changes(standing, but(on_time=91)) == []
    (again,) = changes(standing, but(on_time=91), as_of=later(NOON, days=1))
    assert (type(again), again.finding.details["indicators"][0]["percent"]) == (Update, 91.0)
    assert again.finding.since == NOON


def test_it_is_resolved_when_nothing_is_below():
    paid = msgspec.structs.replace(GOOD, offer=Offer(procedures=10, online=10, complete=10, connected=10))
    assert changes(alert_of(but(on_time=90)), paid) == [Resolve(alert_of(but(on_time=90)))]


@given(st.integers(20, 3000), st.data())
def test_whatever_is_listed_is_below_its_target_and_nothing_else_is(accepted, data):
    counts = {name: data.draw(st.integers(0, accepted)) for name in ("on_time", "online", "digitised", "reused", "stored")}
    card = scored(counted=Counted(counters=Counters(accepted=accepted, **counts)))
    finding = told(RULE, day([card]))
    found = {each["id"] for each in finding.details["indicators"]} if finding else set()
    for name, field in {"2.1": "on_time", "4.2": "digitised", "4.3": "reused", "4.5": "stored"}.items():
        target = PLAN.targets.of[name].percent
        assert (name in found) == (Fraction(counts[field], accepted) * 100 < Fraction(target or Decimal(0)))


def test_every_commune_is_told_of_its_own():
    units = [scored(code, 100 - place, 100) for place, code in enumerate(COMMUNES)]
    told_of = {code: told(RULE, day(units), code) for code in COMMUNES}
    assert {each["agency"] for finding in told_of.values() for each in finding.details["indicators"]} == set(COMMUNES)
    assert [code for code, finding in told_of.items() if "2.1" in {each["id"] for each in finding.details["indicators"]}] == (
        COMMUNES[6:]
    )
