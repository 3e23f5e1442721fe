"""Who handles what: the agencies and procedures of the province, and draws from them."""

from functools import lru_cache
from random import Random

from services.simulator import procedures, province
from services.simulator.procedures import CENTRAL_SECTOR, SPECIAL_SECTOR
from shared.domain.catalogue import Agency, Procedure

__all__ = ["CENTRAL_SECTOR", "SPECIAL_SECTOR", "Catalogue", "load"]


class Catalogue:
    """The agencies of the province and its procedures, with how often each is asked for."""

    def __init__(self) -> None:
        self.listed = [province.province(), *province.departments(), *province.communes()]
        """What the portal lists; offices below departments are known to the home systems only."""
        self.communes = tuple(agency.code for agency in province.communes())
        self.agencies: dict[str, Agency] = {a.code: a for a in [*self.listed, *province.offices()]}
        self.procedures = procedures.build(self.communes)
        self.by_code = {procedure.code: procedure for procedure in self.procedures}
        self._offices = {code: self._below(code) for code in self.agencies}
        self._weights = _cumulative_weights(self.procedures)
        self.planted = [p for p in self.procedures if p.sector not in (CENTRAL_SECTOR, SPECIAL_SECTOR) and p.legal_limit_days]
        """Procedures in which scenarios are planted: in one home system and on the portal."""
        self._suitable: dict[tuple[int, bool | None, bool | None], list[Procedure]] = {}
        self.land = [p for p in self.procedures if p.sector == SPECIAL_SECTOR and p.legal_limit_days]

    def any_procedure(self, rng: Random) -> Procedure:
        """Draw a procedure, the frequent sectors more often."""
        return rng.choices(self.procedures, cum_weights=self._weights)[0]

    def agency_for(self, procedure: Procedure, rng: Random) -> str:
        """Draw who handles one dossier of a procedure."""
        return rng.choice(procedure.agencies)

    def office_for(self, agency: str, rng: Random) -> str:
        """Draw the office that handles it at home: one below the agency for some, else the agency itself."""
        offices = self._offices[agency]
        return rng.choice(offices) if offices and rng.random() < 0.7 else agency

    def suitable(self, days: int, *, paper: bool | None, fee: bool | None) -> list[Procedure]:
        """Return the planted procedures with a legal limit of at least so many days, and with or without paper result and fee."""
        wanted = (days, paper, fee)
        if wanted not in self._suitable:
            self._suitable[wanted] = [
                procedure
                for procedure in self.planted
                if (procedure.legal_limit_days or 0) >= days
                and paper in (None, procedure.gives_paper_result)
                and fee in (None, procedure.has_fee)
            ]
        return self._suitable[wanted]

    def name(self, agency: str) -> str:
        """Return the name of an agency, or an empty text."""
        known = self.agencies.get(agency)
        return known.name if known else ""

    def _below(self, code: str) -> tuple[str, ...]:
        return tuple(a.code for a in self.agencies.values() if a.parent == code and a.level is None)


def _cumulative_weights(listed: list[Procedure]) -> list[float]:
    """Return running totals: a sector's weight spread over its procedures."""
    weight = {sector.code: sector.weight for sector in procedures.SECTORS}
    count: dict[str, int] = {}
    for procedure in listed:
        count[procedure.sector or ""] = count.get(procedure.sector or "", 0) + 1
    total, totals = 0.0, []
    for procedure in listed:
        total += weight[procedure.sector or ""] / count[procedure.sector or ""]
        totals.append(total)
    return totals


@lru_cache(maxsize=1)
def load() -> Catalogue:
    """Return the catalogue, the same in every world."""
    return Catalogue()
