"""What must hold of every review of every dossier, whatever the systems say."""

from datetime import datetime, timedelta

import msgspec
from hypothesis import Phase, assume, given, settings
from hypothesis import strategies as st

from shared.domain.alerts import Alert, Open, Place, Resolve, transitions
from shared.domain.case import Case
from shared.domain.dossiers import Dossier, Seen
from shared.domain.findings import Review, Waits
from shared.domain.rules import FAMILIES
from shared.domain.statuses import Status

from .builders import CODE, MICROSECOND, calendar
from .dossiers import RULES, SOURCES, World, around, by_family, procedures, read_sides, worlds

NEEDS = {family.name: family.needs for family in FAMILIES}


shares = st.floats(0, 1) | st.just(1.0)


def _before_next(answer: Review, now: datetime, share: float) -> datetime:
    """A moment from now to the last microsecond before the next review; sixty days where there is none."""
    end = answer.next_review_at or now + timedelta(days=60)
    return now + (end - MICROSECOND - now) * share


def needed(world: World, family: str) -> frozenset[str]:
    """The sources a family needs to judge this dossier."""
    return NEEDS[family](case(world))


def case(world: World) -> Case:
    dossier = Dossier(code=CODE, sides=world.sides, standing=world.standing)
    return Case(dossier, world.procedure, RULES, calendar())


@given(worlds())
def test_the_same_world_gives_the_same_review(world):
    assert world.judged() == world.judged()


@given(worlds())
def test_a_family_tells_only_the_rules_and_the_details_it_names(world):
    for family in FAMILIES:
        judgement = family.judge(case(world))
        for phase in () if isinstance(judgement, Waits) else judgement:
            assert phase.rule in family.rules
            assert type(phase.details) is family.details


@given(worlds())
def test_a_finding_never_becomes_true_in_the_future(world):
    for finding in world.judged().findings:
        assert finding.since <= world.now
        assert not finding.ripe or finding.opens_at <= world.now


@given(worlds())
def test_the_next_review_is_later_and_every_family_has_at_most_one_finding(world):
    answer = world.judged()
    assert answer.next_review_at is None or answer.next_review_at > world.now
    assert len(by_family(answer)) == len(answer.findings)


@given(worlds())
def test_reviewing_again_finds_the_same(world):
    once = world.judged()
    assert world.judged(standing=by_family(once)).findings == once.findings


@settings(phases=[Phase.generate])
@given(worlds())
def test_reviewing_again_changes_nothing(world):
    once = world.judged()
    assert world.judged(standing=by_family(once)) == once


@given(worlds(), shares)
def test_nothing_changes_by_itself_before_the_next_review(world, share):
    answer = world.judged()
    later = _before_next(answer, world.now, share)
    assert world.judged(now=later, standing=by_family(answer)).findings == answer.findings


@given(worlds(), shares)
def test_nothing_changes_before_the_next_review_though_every_source_is_read_again(world, share):
    world = world._replace(read_to=dict.fromkeys(SOURCES, world.now))
    answer = world.judged()
    assume(not answer.waits_for)
    later = _before_next(answer, world.now, share)
    again = world.judged(now=later, read_to=dict.fromkeys(SOURCES, later), standing=by_family(answer))
    assert again.findings == answer.findings


@given(worlds(), shares)
def test_only_the_sources_waited_for_can_change_it_before_the_next_review(world, share):
    """Every other source may be read up to any moment before it."""
    answer = world.judged()
    later = _before_next(answer, world.now, share)
    read_to = {name: moment if name in answer.waits_for else max(moment, later) for name, moment in world.read_to.items()}
    assert world.judged(now=later, read_to=read_to, standing=by_family(answer)).findings == answer.findings


# Order


def _first_read(side, moment):
    return isinstance(side, Seen) and side.updated_at <= moment


def _moved(side, old, moment):
    """The new record of a side, updated at a moment; what was first read earlier stays first read."""
    first = old.first_updated_at if isinstance(old, Seen) else moment
    record = msgspec.structs.replace(side.record, updated_at=moment)
    return msgspec.structs.replace(side, record=record, updated_at=moment, status_since=moment, first_updated_at=first)


def _stood(draw, sources, moment) -> World:
    """A dossier reviewed once, when every source had been read to that moment."""
    sides = {name: draw(read_sides(name)) for name in sources}
    kept = {name: side for name, side in sides.items() if _first_read(side, moment)}
    world = World(kept, draw(procedures), {}, dict.fromkeys(SOURCES, moment), moment)
    return world._replace(standing=by_family(world.judged()))


@st.composite
def polls(draw, sources=("portal", "igate")):
    """Sources polled at one moment, each with at most one change since the last poll, and the dossier as it stood.

    Every side can be read and every status is known: a rule that waits keeps what stood, which depends on the way there.
    """
    stood, after = _stood(draw, sources, draw(around(-20, -11))), draw(around(-5, 0))
    changed = draw(st.sets(st.sampled_from(sources), min_size=1))
    changes = {name: draw(read_sides(name).filter(_is_seen)) for name in changed}
    changes = {name: _moved(side, stood.sides.get(name), draw(around(-10, -6))) for name, side in changes.items()}
    final = {**stood.sides, **changes}
    assume(all(side.record.status is not Status.UNKNOWN for side in final.values()))
    return stood, changes, after


def _is_seen(side) -> bool:
    return isinstance(side, Seen)


def _read(world: World, order, changes, after) -> World:
    """Return the world after its sources were read one by one, with a review after each."""
    for name in order:
        now_read = world._replace(
            sides={**world.sides, **({name: changes[name]} if name in changes else {})},
            read_to={**world.read_to, name: after},
            now=after,
        )
        world = now_read._replace(standing=by_family(now_read.judged()))
    return world


@given(polls())
def test_sides_read_in_either_order_end_in_the_same_state(given_polls):
    stood, changes, after = given_polls
    portal_first, home_first = (_read(stood, order, changes, after) for order in (SOURCES, SOURCES[::-1]))
    assert portal_first.standing == home_first.standing


# Stale sources


@st.composite
def staleness(draw):
    """A dossier as it stood; later one source was not read since, the others were, and some of them brought a new record."""
    before = draw(around(-20, -11))
    stood = _stood(draw, SOURCES, before)
    stale = draw(st.sampled_from(SOURCES))
    changed = draw(st.sets(st.sampled_from([source for source in SOURCES if source != stale])))
    changes = {name: draw(read_sides(name).filter(_is_seen)) for name in changed}
    changes = {name: _moved(side, stood.sides.get(name), draw(around(-10, 0))) for name, side in changes.items()}
    now = draw(around(1, 60))
    read_to = {name: before if name == stale else now for name in SOURCES}
    return stood, stale, stood._replace(sides={**stood.sides, **changes}, read_to=read_to, now=now)


def _opened_or_resolved(before, after) -> set[str]:
    """Return the families whose alert opens or resolves between two reviews."""
    standing = [Alert(id=0, finding=finding, place=Place()) for finding in before.values() if finding.ripe]
    changes = transitions(standing, after, Place())
    moves = [change for change in changes if isinstance(change, Open | Resolve)]
    return {change.finding.family if isinstance(change, Open) else change.alert.finding.family for change in moves}


@given(staleness())
def test_time_alone_opens_and_resolves_nothing_while_a_source_is_stale(case):
    stood, stale, later = case
    unchanged = later._replace(sides=stood.sides)
    for family in _opened_or_resolved(stood.standing, unchanged.judged().findings):
        assert stale not in needed(unchanged, family)


@given(staleness())
def test_a_stale_source_opens_and_resolves_nothing_whatever_the_others_bring(case):
    stood, stale, later = case
    for family in _opened_or_resolved(stood.standing, later.judged().findings):
        assert stale not in needed(stood, family) & needed(later, family), family
