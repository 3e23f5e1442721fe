"""The score in a morning page: of an agency what it answers for, of the province everything."""

from decimal import Decimal

import msgspec

from shared.domain.counters import Counters
from shared.domain.figures import Counted
from shared.domain.indicators import AgencyKind
from shared.domain.morning import SHOWN, AgencyBelow, ScoreLine
from shared.domain.score_lines import score_line
from shared.domain.score_watch import Scored

from .score_builders import COMMUNE, COMMUNES, PLAN, day, scored
from .test_rules_indicator import GOOD, but


def line(code: str, *units: Scored, asked: Decimal = PLAN.targets.total) -> ScoreLine:
    plan = msgspec.structs.replace(PLAN, targets=msgspec.structs.replace(PLAN.targets, total=asked))
    found = score_line(code, day(units), plan)
    assert found is not None
    return found


def below(code: str, *units: Scored) -> set[str]:
    return {one.id for one in line(code, *units).below}


def test_the_province_is_told_every_indicator_of_its_own_below_target() -> None:
    whole = scored("H20", counted=but(on_time=94, stored=99))
    assert below("H20", whole, scored(counted=but(digitised=1))) == {"2.1", "3.4", "4.5"}
    assert "2.1" not in below("H20", scored("H20", counted=but(on_time=95)))


def test_a_province_with_few_dossiers_is_told_of_no_indicator() -> None:
    few = {number: scored("H20", counted=Counted(counters=Counters(accepted=number))) for number in (19, 20)}
    assert [bool(below("H20", one)) for one in few.values()] == [False, True]


def test_the_province_is_told_the_agencies_whose_total_is_below_the_lowest_first() -> None:
    totals = [scored(code, counted=but(on_time=number)) for number, code in enumerate(COMMUNES)]
    whole = scored("H20", counted=GOOD)
    found = line("H20", whole, *totals, asked=totals[-1].card.total).agencies_below
    assert found is not None
    assert (found.total, found.of) == (len(COMMUNES) - 1, len(COMMUNES)), "one that reaches it is not below"
    assert [one.agency for one in found.first] == COMMUNES[:SHOWN]
    assert found.first[0] == AgencyBelow(agency=COMMUNE, total=float(totals[0].card.total))


def test_agencies_whose_total_says_nothing_are_not_counted() -> None:
    few = scored(COMMUNES[1], counted=Counted(counters=Counters(accepted=19)))
    found = line("H20", scored("H20", counted=but(on_time=0)), few, scored(counted=but(on_time=0))).agencies_below
    assert found is not None
    assert (found.total, found.of) == (1, 1)
    assert [one.agency for one in found.first] == [COMMUNE]


def test_an_agency_is_told_of_itself_alone() -> None:
    own = scored(counted=but(on_time=0))
    assert own.unit.kind is AgencyKind.COMMUNE
    assert line(COMMUNE, own, scored("H20", counted=but(stored=0))).agencies_below is None
    assert below(COMMUNE, own, scored("H20", counted=but(stored=0))) == {"2.1", "3.4"}
