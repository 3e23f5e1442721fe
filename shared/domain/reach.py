"""What a unit can still come to in a period, if everything that can be saved is: what is lost stays lost, nothing new is guessed.

Every indicator is looked at by itself, with the dossiers and the procedures there are now (docs/scoring.md, "What can still be
reached"). Where the sums do not tell whether something is lost, it is taken as lost.
"""

from collections.abc import Mapping
from decimal import Decimal

import msgspec

from shared.domain.counters import Counters, View
from shared.domain.figures import Counted, ratios
from shared.domain.offers import Decisions
from shared.domain.scoring import Ratio, ScoreCard
from shared.domain.shares import SERVICES, SHARES, Share

_MENDED = ("1.3", "1.4", "3.1", "3.5", "4.1", "4.2", "4.6")
"""All of it can be made good: what is out of step, what the catalogue lacks, results and papers that can still be digitised.

In the other indicators of dossiers what counts badly stays so: lateness, complaints, how a dossier was handed in, paid, checked.
"""


class Prospect(msgspec.Struct, frozen=True, kw_only=True):
    """What the reach of a unit follows from.

    `portal`, `home`: what each view counts of it. `alone`: the portal's counters of procedures of which home has no dossier,
    those of a ministry's own system, which no record of home's will mend. `decisions`: those of the period, at best.
    """

    portal: Counted
    home: Counted
    alone: Counters = Counters()
    decisions: Decisions = Decisions()


class Reach(msgspec.Struct, frozen=True, kw_only=True):
    """The points that can still be had, by indicator (None where there is no score), and their sum."""

    total: Decimal
    of: Mapping[str, Decimal | None]


def at_best(prospect: Prospect, view: View) -> dict[str, Ratio]:
    """Return the best ratio that is still possible in a view, of every indicator by its id."""
    found = dict(ratios(prospect.portal if view is View.PORTAL else prospect.home, View.HOME))
    if view is View.PORTAL:
        found |= {name: _in_step(share, prospect) for name, share in SHARES.items()}
        found |= {name: _used(name, prospect) for name in SERVICES}
    for name in _MENDED:
        found[name] = Ratio(found[name].denominator, found[name].denominator)
    decisions = prospect.decisions
    found["1.1"] = Ratio(decisions.early, decisions.decided)
    found["1.2"] = Ratio(decisions.published, decisions.decided)
    return found


def reach(now: ScoreCard, best: ScoreCard) -> Reach:
    """Return what can still be had, from the card as it is and that of the best ratios: nothing that is there goes away."""
    pairs = zip(now.indicators, best.indicators, strict=True)
    of = {found.indicator.id: _more(found.points, then.points) for found, then in pairs}
    return Reach(total=sum((points for points in of.values() if points is not None), Decimal("0.00")), of=of)


def _in_step(share: Share, prospect: Prospect) -> Ratio:
    """Return what the portal will count once everything is in step: what home counts, and what it alone can tell of.

    Of the dossiers that only the portal has although home has others of their procedure, sums do not tell which count badly: as
    many as may be.
    """
    portal, home, alone = prospect.portal.counters, prospect.home.counters, prospect.alone
    left = max(0, share.badly(portal) - share.badly(alone))
    bad = share.badly(home) + share.badly(alone) + min(left, _missing_at_home(share, portal, home, alone))
    well = share.well(home) + share.well(alone)
    return Ratio(well, well + bad)


def _missing_at_home(share: Share, portal: Counters, home: Counters, alone: Counters) -> int:
    """Return how many dossiers of procedures that home handles only the portal has; those untouched count in 5.3 alone."""
    accepted = portal.to_sync - home.accepted - alone.accepted
    known_to_both = home.received - (portal.to_sync - portal.synced)
    received = portal.received - alone.received - known_to_both
    return max(0, accepted, received if share.of == "received" else 0)


def _used(name: str, prospect: Prospect) -> Ratio:
    """Return a service indicator with what home knows to be used and the portal does not yet."""
    here, there = (ratios(counted, View.HOME)[name] for counted in (prospect.portal, prospect.home))
    return Ratio(min(max(here.numerator, there.numerator), here.denominator), here.denominator)


def _more(now: Decimal | None, best: Decimal | None) -> Decimal | None:
    return max((points for points in (now, best) if points is not None), default=None)
