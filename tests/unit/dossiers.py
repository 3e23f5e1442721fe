"""Whole dossiers as hypothesis makes them: several systems, every status, dates around one moment, and what stood before.

Moments fall on a grid of half hours around `NOON`, so that thresholds, update times and readings often meet exactly.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import NamedTuple

from hypothesis import strategies as st

from shared.domain.catalogue import Procedure
from shared.domain.dossiers import Absent, Dossier, HomeSystem, Rules, Seen, Side, Unreadable
from shared.domain.findings import Finding, Review
from shared.domain.records import Apology, Channel, Record, Stage, Supplement
from shared.domain.review import review
from shared.domain.statuses import Status

from .builders import CODE, at, calendar

NOON = at("18 12:00")
SOURCES = ("portal", "igate", "land")
ANY_PROCEDURE = ["1.1", "1.1", "1.1", "9.9"]
RULES = Rules(
    province="H20",
    portal="portal",
    homes=(HomeSystem("igate", main=True), HomeSystem("land", sectors=("LAND",))),
    central_procedures=frozenset({"9.9"}),
)


def around(low: int, high: int) -> st.SearchStrategy:
    """Moments from `low` to `high` half hours after noon, now and then a microsecond off."""
    grid = st.integers(low, high).map(lambda n: NOON + n * timedelta(minutes=30))
    return st.tuples(grid, st.sampled_from([0, 0, 0, -1, 1])).map(lambda pair: pair[0] + pair[1] * timedelta(microseconds=1))


past = around(-96, 0)
dates = st.none() | around(-96, 48)
statuses = st.sampled_from([*Status, Status.NEW, Status.PROCESSING, Status.PROCESSING, Status.FINISHED])
supplements = st.builds(Supplement, asked_at=past, answered_at=st.none() | past, due_before=st.none() | dates, due_after=dates)
stages = st.builds(
    Stage, id=st.just("1"), agency=st.sampled_from([None, "H20.14.01", "G09"]), due_at=dates, current=st.just(True)
)


def records(source: str, codes: list[str] = ANY_PROCEDURE) -> st.SearchStrategy[Record]:
    flags = st.booleans()
    return st.builds(
        Record,
        source=st.just(source),
        source_id=st.just("1"),
        code=st.just(CODE),
        spelling=st.just(CODE),
        procedure=st.sampled_from(codes),
        sector=st.sampled_from([None, "LAND"]),
        agency=st.sampled_from(["H20.14", "H20.14", "H20.15"]),
        status=statuses,
        updated_at=past,
        channel=st.sampled_from([Channel.ONLINE, Channel.ONLINE, Channel.DIRECT]),
        submitted_at=dates,
        accepted_at=dates,
        due_at=dates,
        finished_at=dates,
        returned_at=st.none() | dates,
        refused_at=st.none() | dates,
        paid_online=flags,
        paid_at=st.none() | dates,
        electronic_result=flags,
        supplements=st.lists(supplements, max_size=2).map(tuple),
        stages=st.lists(stages, max_size=1).map(tuple),
        apology=st.none() | st.just(Apology(sent_at=NOON)),
    )


def _seen(record: Record, before: timedelta, asked_at) -> Seen:
    """The status was first seen, and the record first read, some time before its last update."""
    first = record.updated_at - before
    return Seen(record=record, updated_at=record.updated_at, status_since=first, first_updated_at=first, asked_at=asked_at)


def sides(source: str) -> st.SearchStrategy[Side]:
    age = st.integers(0, 4).map(timedelta)
    seen = st.builds(_seen, records(source), age, st.none() | past)
    absent = st.builds(Absent, st.none() | past)
    return seen | seen | seen | absent | st.builds(Unreadable, past, st.none() | past)


def read_sides(source: str) -> st.SearchStrategy[Side]:
    """Sides that can be read, of a dossier whose procedure never changes."""
    seen = st.builds(_seen, records(source, ["1.1"]), st.integers(0, 4).map(timedelta), st.none() | past)
    return seen | seen | seen | st.builds(Absent, st.none() | past)


procedures = st.none() | st.builds(
    Procedure,
    code=st.just("1.1"),
    sector=st.sampled_from([None, "LAND"]),
    gives_paper_result=st.booleans(),
    legal_limit_days=st.sampled_from([None, 5]),
)
sides_of_all = st.fixed_dictionaries({source: sides(source) for source in SOURCES})


class World(NamedTuple):
    """All that one review reads, its moment included."""

    sides: Mapping[str, Side]
    procedure: Procedure | None
    standing: Mapping[str, Finding]
    read_to: Mapping
    now: object

    def judged(self, **other) -> Review:
        """Return the review of this world, some of its parts replaced."""
        world = self._replace(**other)
        dossier = Dossier(code=CODE, sides=world.sides, standing=world.standing)
        return review(dossier, world.procedure, RULES, calendar(), world.read_to, now=world.now)


def by_family(answer: Review) -> dict[str, Finding]:
    return {finding.family: finding for finding in answer.findings}


@st.composite
def worlds(draw) -> World:
    """A dossier that was reviewed once before, on other or the same sides, and is reviewed now or later."""
    before = draw(around(-24, 0))
    earlier = World(draw(sides_of_all), draw(procedures), {}, dict.fromkeys(SOURCES, before), before)
    stood = by_family(earlier.judged()) if draw(st.booleans()) else {}
    now = draw(around(1, 48))
    read_to = {source: draw(around(-24, 0) | st.just(now)) for source in SOURCES}
    changed = {source: draw(st.just(side) | sides(source)) for source, side in earlier.sides.items()}
    return World(changed, earlier.procedure, stood, read_to, now)
