"""What each rule tells beyond the alert itself: one of the types its family names."""

from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Any

from shared.domain.rules import DETAILS, RULES

if TYPE_CHECKING:
    Details = Any
else:
    Details = reduce(or_, dict.fromkeys(DETAILS.values()))

NAMES = frozenset(kind.__name__ for kind in DETAILS.values())


def rules_telling(name: str) -> list[str]:
    """Return the rules whose details have this type, by the type's name."""
    return [rule for rule in RULES if DETAILS[rule].__name__ == name]
