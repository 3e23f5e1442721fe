"""The figures of every unit for a period, as the portal publishes them at a moment."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from zlib import crc32

import msgspec

from services.simulator.evaluation import complaints, sums
from services.simulator.evaluation.marks import Mark, mark
from services.simulator.evaluation.offers import Offer, Offers, Published
from services.simulator.evaluation.points import SYNC, Ratio, group_points
from services.simulator.evaluation.request import Period
from services.simulator.evaluation.sums import Sums
from services.simulator.province import PROVINCE
from services.simulator.timeline import PORTAL, Phase, Plan
from services.simulator.world import World
from shared.domain.catalogue import Agency, Procedure

Shown = Mapping[str, tuple[Plan, Phase]]
"""What the portal shows of each dossier, by its code."""


class Figures(msgspec.Struct, frozen=True):
    """What is published of one unit. A ratio that is None is unknown."""

    agency: Agency
    sums: Sums
    offer: Offer
    ratios: dict[str, Ratio | None]

    def points(self, group: str) -> Decimal:
        """Return the points of a group of indicators."""
        return group_points(group, self.ratios)


class Books:
    """Counts what a world's portal shows. What a dossier counts for is kept until its record changes or it is complained of.

    `shown` has to be called where the world moves; `figures` may run beside it, in a thread of its own.
    """

    def __init__(self, world: World) -> None:
        self._world = world
        self._marks: dict[str, tuple[Phase, bool, Mark | None]] = {}
        self._procedures: Sequence[Procedure] = ()
        self.shown()

    def shown(self) -> Shown:
        """Return what the portal shows at present. Junk is nobody's dossier; one that is listed twice is one."""
        self._complaints = complaints.read(self._world.petitions, self._world.plans)
        self._complained = {each.dossier for each in self._complaints if each.unhappy}
        if self._procedures is not self._world.catalogue.procedures:
            self._procedures = self._world.catalogue.procedures
            self._offers = Offers(self._world.catalogue, self._world.office)
        rows = ((row.plan, row.phase) for row in self._world.shelves[PORTAL] if row.plan)
        return {plan.code: (plan, plan.portal[phase]) for plan, phase in rows}

    def figures(self, shown: Shown, period: Period, now: datetime, procedure: str | None = None) -> dict[str, Figures]:
        """Return the figures of every unit, by its code; of one procedure, if that is asked for."""
        counted = sums.by_unit(self._marked(shown), self._complaints, period, now, procedure)
        whole = Sums()
        for each in counted.values():
            whole.take(each)
        published = self._offers.published(period, procedure)
        return {
            agency.code: self._of(
                agency, whole if agency.code == PROVINCE else counted.get(agency.code, Sums()), published, procedure
            )
            for agency in self._world.catalogue.listed
        }

    def _of(self, agency: Agency, counted: Sums, published: Published, procedure: str | None) -> Figures:
        offer = self._offers.of(agency.code, procedure)
        found = _ratios(counted, offer, published)
        return Figures(agency, counted, offer, found | ({SYNC: None} if is_unreported(agency.code) else {}))

    def _marked(self, shown: Shown) -> Iterable[Mark]:
        for code, (plan, phase) in shown.items():
            complained = code in self._complained
            known, was, made = self._marks.get(code, (None, False, None))
            if known is not phase or was is not complained:
                made = mark(plan, phase, self._world.catalogue, self._world.office, complained=complained)
                self._marks[code] = phase, complained, made
            if made:
                yield made


def is_unreported(unit: str) -> bool:
    """Return whether nobody reports a unit's dossiers for synchronisation, so that the portal does not know that ratio."""
    return unit != PROVINCE and crc32(unit.encode()) % 11 == 5


def _ratios(counted: Sums, offer: Offer, published: Published) -> dict[str, Ratio | None]:
    accepted = counted.accepted
    return {
        "PUBLISH_ON_TIME": (published.announced_in_time, published.decided),
        "PUBLIC_UPDATE_ON_TIME": (published.published_in_time, published.decided),
        "PUBLIC_CONTENT_FULL": (published.complete, published.procedures),
        SYNC: (counted.ended, counted.ended),
        "TDGQ": (counted.on_time, accepted),
        "ONLINE_PROVIDED": (offer.in_part + offer.in_full, offer.all),
        "ONLINE_USED": (len(counted.used & offer.services), len(offer.services)),
        "ONLINE_FILED": (counted.online, accepted),
        "PAYMENT_USED": (len(counted.paying & offer.with_fee), len(offer.with_fee)),
        "PAYMENT_PROVIDED": (offer.payable, len(offer.with_fee)),
        "PAID_ONLINE": (counted.paid, counted.owing),
        "ORIGINAL_RESULT_AVAILABLE": (counted.with_result, counted.on_paper),
        "SO_HOA_GIAY_TO_GIAI_QUYET": (counted.digitised, accepted),
        "REUSED_DIGITIZED_DATA": (counted.reused, accepted),
        "ELECTRONIC_CERTIFIED_COPY": (0, 0),
        "SYNCED_WITH_DVCQG_PERSONAL_STORAGE": (counted.from_store, accepted),
        "CITIZEN_DATA_CONNECTED_FORMALITY": (offer.with_population_data, offer.procedures),
        "CITIZEN_DATA_CONNECTED_DOSSIER": (counted.population_data, accepted),
        "PETITION_PROCESSING_ON_TIME": (counted.petitions_on_time, counted.petitions),
        "PETITION_HANDLING_SATISFACTION": (counted.petitions_content, counted.petitions),
        "DOSSIER_RECEIVING_SATISFACTION": (counted.content, accepted + counted.untouched),
    }
