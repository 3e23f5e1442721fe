"""Rules about scores: totals and ranks that drop from one day to the next, and figures that are not the portal's."""

from datetime import timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.findings import Responsible, Severity
from shared.domain.ranking import Of
from shared.domain.score_watch import ScoreDay, moves
from shared.domain.scoring import Ratio, score

from .builders import MICROSECOND, at, calendar
from .score_builders import (
    COMMUNE,
    COMMUNES,
    NOON,
    OFFICES,
    PLAN,
    POLICY,
    UNITS,
    day,
    fell,
    found,
    in_time,
    later,
    published,
    scored,
    told,
)

# From when on


def test_scores_are_watched_once_five_working_days_of_the_year_are_over():
    begins = PLAN.watch.begins_at(fell("5.00").period, calendar())
    days = [begins.date() - timedelta(days=back) for back in range(1, begins.timetuple().tm_yday)]
    assert sum(calendar().is_working_day(each) for each in days) == 5
    assert calendar().is_working_day(days[0])
    assert found(fell("5.00", as_of=begins)).keys() >= {"score.dropped", "indicator.below_target"}
    assert found(fell("5.00", as_of=begins - MICROSECOND)) == {}


# A total that drops


@pytest.mark.parametrize(("code", "points", "is_told"), [
    (COMMUNE, "1.00", True), (COMMUNE, "0.99", False), ("H20", "0.50", True), ("H20", "0.49", False),
])  # fmt: skip
def test_a_drop_is_told_from_the_points_of_the_policy_on(code, points, is_told):
    assert (told("score.dropped", fell(points, code=code), code) is not None) is is_told


def test_a_drop_tells_both_totals_and_what_fell_most():
    dropped = told("score.dropped", fell("1.50"))
    assert (dropped.severity, dropped.responsible, dropped.responsible_agency) == (
        Severity.WARNING,
        Responsible.HANDLING,
        COMMUNE,
    )
    assert (dropped.since, dropped.ripe) == (NOON, True)
    assert {name: value for name, value in dropped.details.items() if name != "fallen"} == {
        "period": "2026",
        "day": "2026-11-20",
        "against": "2026-11-19",
        "total": 31.5,
        "before": 33.0,
        "drop": 1.5,
    }
    (fallen,) = dropped.details["fallen"]
    assert (fallen["id"], fallen["before"], fallen["points"], fallen["drop"]) == ("2.1", 19.0, 17.5, 1.5)


def test_the_provinces_drop_is_told_to_its_office_and_to_the_province_without_one():
    assert told("score.dropped", fell("0.50", code="H20"), "H20").responsible_agency == OFFICES.office


def test_the_five_indicators_that_fell_most_are_told_the_most_first():
    ids = ("2.1", "3.3", "4.1", "4.2", "4.3", "4.5", "4.7")
    before = _of(dict.fromkeys(ids, Ratio(1, 1)))
    now = _of({name: Ratio(number, 100) for number, name in enumerate(ids)})
    fallen = told("score.dropped", day([now], [before])).details["fallen"]
    assert [each["id"] for each in fallen] == ["2.1", "3.3", "4.1", "4.2", "4.5"]
    assert [each["drop"] for each in fallen] == sorted((each["drop"] for each in fallen), reverse=True)


def _of(figures):
    """A unit with these figures, and with all others empty."""
    full = {name: figures.get(name, Ratio(0, 0)) for name in POLICY.indicators if name != "4.4"}
    return msgspec.structs.replace(scored(), card=score(full, POLICY, kind=UNITS[COMMUNE].kind))


@pytest.mark.parametrize("before", [[], [scored(accepted=19, on_time=19)]])
def test_without_a_day_before_that_means_something_nothing_is_compared(before):
    now = [scored(on_time=0)]
    assert told("score.dropped", day(now, before)) is None
    assert told("score.dropped", day(now, [scored(accepted=20, on_time=20)])) is not None


@pytest.mark.parametrize("partly", ["now", "before"])
def test_cards_that_are_not_complete_are_never_compared(partly):
    of = fell("5.00")
    card = score({"2.1": Ratio(1900, 2000) if partly == "before" else Ratio(1000, 2000)}, POLICY)
    sides = {"now": of.now[COMMUNE], "before": of.before[COMMUNE]}
    sides[partly] = msgspec.structs.replace(sides[partly], card=card)
    assert told("score.dropped", day([sides["now"]], [sides["before"]])) is None


DROPPED = told("score.dropped", fell("1.50"))


@pytest.mark.parametrize(("points", "stands"), [("0.99", True), ("0.01", True), ("0.00", False), ("-0.01", False)])
def test_a_drop_stands_until_the_total_is_back(points, stands):
    assert (told("score.dropped", fell(points), standing=DROPPED) is not None) is stands


@pytest.mark.parametrize(("days", "clock", "stands"), [(1, "00:00", True), (1, "23:59", True), (2, "00:00", False)])
def test_a_drop_stands_for_a_whole_later_day_without_another(days, clock, stands):
    low = [scored(on_time=1750)]
    of = day(low, low, as_of=at(f"{20 + days} {clock}"))
    assert told("score.dropped", of, standing=DROPPED) == (DROPPED if stands else None)


def test_another_drop_renews_it_and_keeps_since_when():
    of = day([scored(on_time=1600)], [scored(on_time=1750)], as_of=later(NOON, days=1))
    renewed = told("score.dropped", of, standing=DROPPED)
    assert (renewed.since, renewed.details["day"], renewed.details["before"], renewed.details["total"]) == (
        NOON, "2026-11-21", 31.5, 30.0,
    )  # fmt: skip


# A rank that drops


def order(*codes: str) -> list:
    """Communes from the best to the last."""
    return [scored(code, 2000 - place) for place, code in enumerate(codes)]


def behind(places: int) -> ScoreDay:
    """A day on which the first commune fell behind so many others."""
    return day(order(*COMMUNES[1 : places + 1], COMMUNE, *COMMUNES[places + 1 :]), order(*COMMUNES))


@pytest.mark.parametrize(("places", "is_told"), [(5, True), (4, False), (0, False)])
def test_a_fall_is_told_from_the_places_of_the_policy_on(places, is_told):
    fallen = told("rank.dropped", behind(places))
    assert (fallen is not None) is is_told
    if fallen:
        assert fallen.details == {
            "period": "2026", "of": "communes", "units": 12, "day": "2026-11-20", "against": "2026-11-19", "rank": 6, "before": 1,
        }  # fmt: skip
        assert fallen.responsible_agency == COMMUNE


def test_departments_are_ranked_among_departments_and_fall_by_fewer_places():
    departments = ("H20.01", "H20.09", "H20.12")
    assert PLAN.watch.falls == {Of.PROVINCES: 1, Of.DEPARTMENTS: 3, Of.COMMUNES: 5}
    of = day([*order(*departments), *order(*COMMUNES)], [*order(*reversed(departments)), *order(*COMMUNES)])
    assert (of.moves["H20.12"].of, of.moves["H20.12"].units, of.moves["H20.12"].fallen) == (Of.DEPARTMENTS, 3, 2)
    assert told("rank.dropped", of, "H20.12") is None


def test_a_commune_listed_since_yesterday_pushes_nobody_back():
    of = day(order(*COMMUNES[1:7], COMMUNE), order(COMMUNE))
    assert told("rank.dropped", of) is None
    assert (of.moves[COMMUNE].rank, of.moves[COMMUNE].units) == (1, 1)


def test_a_unit_with_few_dossiers_the_day_before_falls_unheard():
    of = behind(5)
    few = [scored(COMMUNE, 19, 19), *order(*COMMUNES)[1:]]
    assert told("rank.dropped", day(of.now.values(), few)) is None


FALLEN = told("rank.dropped", behind(6))


@pytest.mark.parametrize(("places", "stands"), [(4, True), (1, True), (0, False)])
def test_a_fall_stands_until_the_rank_is_back(places, stands):
    assert told("rank.dropped", behind(places), standing=FALLEN) == (FALLEN if stands else None)


@pytest.mark.parametrize(("days", "stands"), [(1, True), (2, False)])
def test_a_fall_stands_for_a_whole_later_day_without_another(days, stands):
    now = list(behind(6).now.values())
    of = day(now, now, as_of=at(f"{20 + days} 00:00"))
    assert (told("rank.dropped", of, standing=FALLEN) is not None) is stands


def nation(now: dict[str, str], before: dict[str, str], **values) -> ScoreDay:
    """A day of what the portal publishes of the provinces."""
    sides = [{code: published(code, total) for code, total in side.items()} for side in (now, before)]
    return day([scored("H20")], published=sides[0], published_before=sides[1], **values)


BEFORE = {"H20": "68.00", "H21": "67.99", "H22": "50.00"}


@pytest.mark.parametrize(("points", "rank"), [("68.00", None), ("67.99", None), ("67.98", 2), ("49.99", 3)])
def test_the_province_falls_in_the_ranking_the_portal_publishes(points, rank):
    fallen = told("rank.dropped", nation(BEFORE | {"H20": points}, BEFORE), "H20")
    assert (fallen and (fallen.details["of"], fallen.details["rank"], fallen.details["before"])) == (
        rank and ("provinces", rank, 1)
    )


def test_the_provinces_rank_waits_while_the_portal_is_not_read():
    fallen = told("rank.dropped", nation(BEFORE | {"H20": "1.00"}, BEFORE), "H20")
    unread = nation({}, BEFORE, as_of=later(NOON, days=9))
    assert told("rank.dropped", unread, "H20", standing=fallen) == fallen
    assert told("rank.dropped", nation(BEFORE, BEFORE, as_of=later(NOON, days=9)), "H20", standing=fallen) is None


# Figures that are not the portal's


@pytest.mark.parametrize(("theirs", "is_told"), [("51.00", False), ("51.01", True), ("49.00", False), ("48.99", True)])
def test_a_difference_beyond_the_tolerance_is_told_to_operations(theirs, is_told):
    of = day([scored(on_time=1000)], published={COMMUNE: published(COMMUNE, **in_time(theirs))})
    differs = told("score.differs", of)
    assert (differs is not None) is is_told
    if differs:
        assert (differs.responsible, differs.responsible_agency) == (Responsible.OPS, None)
        (apart,) = differs.details["indicators"]
        assert (apart["id"], apart["ours"], apart["portal"], apart["tolerance"]) == ("2.1", 50.0, float(theirs), 1.0)


@pytest.mark.parametrize(("on_time", "is_told"), [(1020, False), (1019, True)])
def test_what_agrees_with_yesterdays_figure_is_no_difference(on_time, is_told):
    """The portal's 52 was read when ours was that of yesterday, 51 or almost."""
    of = day([scored(on_time=1000)], [scored(on_time=on_time)], published={COMMUNE: published(COMMUNE, **in_time("52.00"))})
    assert (told("score.differs", of) is not None) is is_told


def test_a_unit_with_few_dossiers_is_not_compared():
    theirs = {COMMUNE: published(COMMUNE, **in_time("90.00"))}
    assert told("score.differs", day([scored(on_time=0, accepted=19)], published=theirs)) is None
    assert told("score.differs", day([scored(on_time=0, accepted=20)], published=theirs)) is not None


def test_a_difference_waits_while_the_portal_is_not_read():
    theirs = {COMMUNE: published(COMMUNE, **in_time("90.00"))}
    differs = told("score.differs", day([scored()], published=theirs))
    assert told("score.differs", day([scored()], as_of=later(NOON, days=9)), standing=differs) == differs
    agreeing = {COMMUNE: published(COMMUNE, **in_time("100.00"))}
    assert told("score.differs", day([scored()], published=agreeing), standing=differs) is None


# Whatever the figures

totals = st.dictionaries(st.sampled_from(COMMUNES), st.decimals(0, 100, places=2), min_size=1)
on_time = st.integers(0, 2000)


@given(totals, st.decimals(-5, 5, places=2))
def test_nobody_moves_where_all_gain_or_lose_the_same(before, points):
    now = {code: total + points for code, total in before.items()}
    assert {move.fallen for move in moves(Of.COMMUNES, now, before).values()} == {0}


@given(totals, totals)
def test_who_gains_and_is_overtaken_by_nobody_does_not_fall(now, before):
    for code, move in moves(Of.COMMUNES, now, before).items():
        ahead = {other for other in now.keys() & before.keys() if now[other] > now[code] and before[other] <= before[code]}
        assert move.fallen <= len(ahead)


@given(st.lists(on_time, min_size=12, max_size=12), st.lists(on_time, min_size=12, max_size=12), on_time)
def test_a_review_repeated_says_the_same_again(now, before, theirs):
    units = [[scored(code, number) for code, number in zip(COMMUNES, numbers, strict=True)] for numbers in (now, before)]
    of = day(*units, published={COMMUNE: published(COMMUNE, **in_time(f"{theirs / 20:.2f}"))})
    first = found(of)
    assert found(of, standing=first) == first
    kept = {rule: msgspec.json.decode(msgspec.json.encode(finding), type=type(finding)) for rule, finding in first.items()}
    assert found(of, standing=kept) == first
