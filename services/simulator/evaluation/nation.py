"""The other provinces, so that a ranking has its neighbours: real names and codes since July 2025, scores drawn from the seed."""

from collections.abc import Mapping
from decimal import Decimal
from random import Random

import msgspec

from services.simulator.evaluation.points import GROUPS
from services.simulator.evaluation.request import Period

_CITIES = "H13 Cần Thơ|H17 Đà Nẵng|H19 Đồng Nai|H24 Hải Phòng|H26 Hà Nội|H29 Hồ Chí Minh|H57 Huế"
_PROVINCES = """H01 An Giang|H05 Bắc Ninh|H12 Cà Mau|H14 Cao Bằng|H15 Đắk Lắk|H18 Điện Biên|H21 Gia Lai|H27 Hà Tĩnh|H31 Hưng Yên
H32 Khánh Hòa|H35 Lai Châu|H36 Lâm Đồng|H37 Lạng Sơn|H38 Lào Cai|H41 Nghệ An|H42 Ninh Bình|H44 Phú Thọ|H48 Quảng Ngãi
H49 Quảng Ninh|H50 Quảng Trị|H52 Sơn La|H53 Tây Ninh|H55 Thái Nguyên|H56 Thanh Hóa|H60 Tuyên Quang|H61 Vĩnh Long"""

_USUAL = {
    "CKMB": (800, 1400),
    "TDGQ": (1450, 1930),
    "ONLINE": (640, 990),
    "TTTT": (450, 740),
    "MDSH": (800, 1220),
    "MDHL": (600, 1460),
}
"""Between what hundredths of a point the groups of a province usually lie."""


class Standing(msgspec.Struct, frozen=True):
    """A province in the ranking, with its points by group."""

    code: str
    name: str
    groups: Mapping[str, Decimal]

    @property
    def total(self) -> Decimal:
        return sum(self.groups.values(), Decimal("0.00"))


def ranking(own: Standing, seed: int, period: Period) -> list[Standing]:
    """Return all 34 provinces, the best first; the same seed and period give the same others."""
    others = [_drawn(code, name, seed, period) for code, name in _named()]
    return sorted([own, *others], key=lambda standing: (-standing.total, standing.code))


def mean(standings: list[Standing]) -> dict[str, Decimal]:
    """Return the points that provinces have on average, by group."""
    return {
        group: (sum((each.groups[group] for each in standings), Decimal(0)) / len(standings)).quantize(Decimal("0.01"))
        for group in GROUPS
    }


def _named() -> list[tuple[str, str]]:
    """Return the code and name of every province but the simulated one."""
    cities = [(entry[:3], f"Ủy ban nhân dân thành phố {entry[4:]}") for entry in _CITIES.split("|")]
    entries = _PROVINCES.replace("\n", "|").split("|")
    return [*cities, *((entry[:3], f"Ủy ban nhân dân tỉnh {entry[4:]}") for entry in entries)]


def _drawn(code: str, name: str, seed: int, period: Period) -> Standing:
    rng = Random(f"{seed}/nation/{code}/{period.first}/{period.last}")
    return Standing(code, name, {group: Decimal(rng.randint(*span)).scaleb(-2) for group, span in _USUAL.items()})
