"""From what was counted to the ratios that are scored (`facts/scoring.md`, "What is counted")."""

from collections.abc import Mapping
from fractions import Fraction

import msgspec

from shared.domain.counters import Counters, View
from shared.domain.offers import Decisions, Offer
from shared.domain.scoring import Ratio

_FULL = Fraction(1)


class Services(msgspec.Struct, frozen=True):
    """Procedures with at least one online dossier (3.2), and with at least one paid online (3.4), each once."""

    used: int = 0
    paid: int = 0


class Petitions(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Petitions received, of which answered by their deadline or still in time (5.1), and without complaint (5.2)."""

    received: int = 0
    in_time: int = 0
    content: int = 0


class Counted(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """All that is counted of one unit in one period and view; `province` and `decisions` are the same for every unit."""

    counters: Counters = Counters()
    services: Services = Services()
    offer: Offer = Offer()
    province: Offer = Offer()
    decisions: Decisions = Decisions()
    petitions: Petitions = Petitions()


def ratios(counted: Counted, view: View, *, day_minutes: int = 480) -> Mapping[str, Ratio]:
    """Return numerator and denominator of every indicator by its id; 4.4 is granted and has none.

    `day_minutes`: the length of a working day, for the working days of 2.2. In the portal's view 3.3 carries 1.4 as its factor;
    at home everything is in step. Dossiers and catalogue are counted at different moments, so that a service may have been used
    which the catalogue no longer offers: it counts no more.
    """
    of, offer = counted.counters, counted.offer
    return {
        "1.1": Ratio(counted.decisions.early, counted.decisions.decided),
        "1.2": Ratio(counted.decisions.published, counted.decisions.decided),
        "1.3": Ratio(counted.province.complete, counted.province.procedures),
        "1.4": Ratio(of.synced, of.to_sync),
        "2.1": Ratio(of.on_time, of.accepted),
        "2.2": Ratio(of.minutes // day_minutes, of.finished),
        "3.1": Ratio(offer.online, offer.procedures),
        "3.2": Ratio(min(counted.services.used, offer.online), offer.online),
        "3.3": Ratio(of.online, of.accepted, _in_step(of) if view is View.PORTAL else _FULL),
        "3.4": Ratio(min(counted.services.paid, offer.fee), offer.fee),
        "3.5": Ratio(offer.payable, offer.fee),
        "3.6": Ratio(of.paid, of.fee),
        "4.1": Ratio(of.result, of.paper),
        "4.2": Ratio(of.digitised, of.accepted),
        "4.3": Ratio(of.reused, of.accepted),
        "4.5": Ratio(of.stored, of.accepted),
        "4.6": Ratio(offer.connected, offer.procedures),
        "4.7": Ratio(of.population, of.accepted),
        "5.1": Ratio(counted.petitions.in_time, counted.petitions.received),
        "5.2": Ratio(counted.petitions.content, counted.petitions.received),
        "5.3": Ratio(of.received - of.wanting, of.received),
    }


def _in_step(of: Counters) -> Fraction:
    """Return the factor of 3.3; 1 where 1.4 has no denominator (provisional)."""
    return Fraction(of.synced, of.to_sync) if of.to_sync else _FULL
