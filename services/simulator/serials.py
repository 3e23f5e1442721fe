"""The serial numbers of dossiers, of which no two of a day are alike, however many dossiers a world has.

Each kind of dossier has a range of its own; what is more than that goes on above all ranges, one kind beside the other.
"""

from enum import IntEnum
from itertools import pairwise

_OWN = 500_000
"""What home adds for the code that it gives by itself: those are in the national form, too."""

_BEYOND = 2 * _OWN


class Kind(IntEnum):
    """How a dossier comes into the world, with the first serial number of its kind."""

    BACKLOG = 1
    LATER = 1500
    PLANTED = 3000
    ARRIVAL = 10_000
    HABIT = 200_000
    NAMED = 300_000

    def serial(self, number: int) -> int:
        """Return the serial number of one dossier of this kind; `number` counts from 0, within a day or longer."""
        beyond = self + number - _ENDS[self]
        return self + number if beyond < 0 else _BEYOND + 2 * len(Kind) * beyond + list(Kind).index(self)


_ENDS = dict(pairwise((*Kind, _OWN)))


def own(given: int) -> int:
    """Return the serial number of the code that home gives by itself to a dossier with this one."""
    return given + (_OWN if given < _BEYOND else len(Kind))
