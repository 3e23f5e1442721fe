"""How often Python looks for garbage that only refers to itself."""

import gc

_OBJECTS = 50_000
"""New objects between two looks: a page of records or a batch of reviews makes some tens of thousands, none of which is such
garbage, and Python would look after every 700.
"""


def collect_seldom() -> None:
    """Let this process look seldom; what nobody refers to any more goes at once, as ever."""
    gc.set_threshold(_OBJECTS, *gc.get_threshold()[1:])
