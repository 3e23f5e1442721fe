"""The tree of agencies: province, departments and communes, offices below them; and the part of it somebody may see."""

from collections.abc import Iterable, Mapping

import msgspec

from shared.domain.codes import is_within


class AgencyTree(msgspec.Struct, frozen=True):
    """Agencies by code with the parent each names, None where nobody said.

    `is_whole`: the whole province, with everything in it that names no agency or one nobody listed; then the codes may be left
    out. Otherwise the tree is exactly its codes.
    """

    parents: Mapping[str, str | None] = {}
    is_whole: bool = False

    @property
    def codes(self) -> frozenset[str]:
        return frozenset(self.parents)

    def __hash__(self) -> int:
        return hash((self.is_whole, self.codes))

    def __contains__(self, code: object) -> bool:
        return code in self.parents

    @property
    def tops(self) -> tuple[str, ...]:
        """The agencies of this tree that stand below no other of it, by code."""
        return tuple(sorted(code for code in self.parents if not self.codes.intersection(self._lineage(code)[1:])))

    def below(self, code: str) -> "AgencyTree":
        """Return an agency of this tree with everything below it; nothing for an agency that is not in it."""
        return self.narrowed_to([code])

    def branches(self) -> dict[str, frozenset[str]]:
        """Return what `below` has of each agency of this tree, by its code, found in one pass."""
        found: dict[str, set[str]] = {code: set() for code in self.parents}
        for code in self.parents:
            for above in found.keys() & self._lineage(code):
                found[above].add(code)
        return {code: frozenset(branch) for code, branch in found.items()}

    def narrowed_to(self, tops: Iterable[str]) -> "AgencyTree":
        """Return the agencies named, of those in this tree, with everything below them."""
        wanted = frozenset(tops) & self.codes
        return AgencyTree({code: parent for code, parent in self.parents.items() if wanted.intersection(self._lineage(code))})

    def _lineage(self, code: str) -> list[str]:
        """Return an agency and its ancestors, nearest first; parents that name each other in a ring are met once."""
        lineage: list[str] = []
        at: str | None = code
        while at is not None and at not in lineage:
            lineage.append(at)
            at = self._parent(at)
        return lineage

    def _parent(self, code: str) -> str | None:
        """Return the parent an agency names, else the nearest agency whose code begins its own."""
        if parent := self.parents.get(code):
            return parent
        groups = code.split(".")
        starts = (".".join(groups[:length]) for length in range(len(groups) - 1, 0, -1))
        return next((start for start in starts if start in self.parents and is_within(code, start)), None)


WHOLE_PROVINCE = AgencyTree(is_whole=True)
