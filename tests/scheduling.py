"""Which tests run beside which, where several processes share them: `make test` takes two."""

import pytest
from xdist.scheduler import LoadScopeScheduling

_SYSTEM = "tests/system"


class Scheduling(LoadScopeScheduling):
    """A file stays together, for what its tests share is made once; so do all tests of the whole system.

    Those are several processes each and mostly wait: one at a time, and beside it what computes.
    """

    def _split_scope(self, nodeid: str) -> str:
        return _SYSTEM if nodeid.startswith(_SYSTEM) else nodeid.partition("::")[0]


def longest_first(items: list[pytest.Item]) -> None:
    """Begin with the tests of the whole system, or one process would end with them alone; the rest as it was."""
    items.sort(key=lambda item: not item.nodeid.startswith(_SYSTEM))
