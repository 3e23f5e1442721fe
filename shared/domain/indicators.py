"""Indicators, their groups and the policy that scores them, as values; `shared.policy.scoring` reads them from data.

A policy is one version of how Decision 766 is scored: every number in it names its source, and it holds from a day to a day.
"""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from functools import cached_property

import msgspec

INDICATOR_IDS = (
    *("1.1", "1.2", "1.3", "1.4"),
    *("2.1", "2.2"),
    *("3.1", "3.2", "3.3", "3.4", "3.5", "3.6"),
    *("4.1", "4.2", "4.3", "4.4", "4.5", "4.6", "4.7"),
    *("5.1", "5.2", "5.3"),
)
"""Every indicator anything is counted for; a policy scores no other."""


class GroupId(StrEnum):
    """The groups of the Decision, by the portal's names."""

    CKMB = "CKMB"
    TDGQ = "TDGQ"
    ONLINE = "ONLINE"
    TTTT = "TTTT"
    MDSH = "MDSH"
    MDHL = "MDHL"


class Scoring(StrEnum):
    """How an indicator comes to its points: by its ratio, granted in full without one, or not at all (analysis only)."""

    RATIO = "ratio"
    GRANTED = "granted"
    ANALYSIS = "analysis"


class WhenEmpty(StrEnum):
    """What an empty denominator is worth: nothing that could be scored, 0 points, or full points."""

    NO_SCORE = "no_score"
    ZERO = "zero"
    FULL = "full"


class Basis(StrEnum):
    """What the figures are counted from; several where an indicator needs several."""

    CATALOGUE = "catalogue"
    DOSSIERS = "dossiers"
    PETITIONS = "petitions"
    CONFIGURATION = "configuration"


class AgencyKind(StrEnum):
    """Kinds of agency a card is made for: sở, ban, ngành are specialised; xã, phường, đặc khu are communes."""

    PROVINCE = "province"
    SPECIALISED = "specialised"
    ECONOMIC_ZONE = "economic_zone"
    COMMUNE = "commune"


class Elsewhere(StrEnum):
    """What holds for an agency an indicator does not apply to: nothing, or the province's own figure."""

    NOT_APPLICABLE = "not_applicable"
    PROVINCE_FIGURE = "province_figure"


class Source(msgspec.Struct, frozen=True, kw_only=True):
    """Where numbers come from, in Vietnamese. `note` says what was taken from there and how."""

    id: str
    title: str
    note: str


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """Whether our ratio may be held against the one the portal publishes, and why.

    `tolerance`: up to so many percentage points of the ratio apart is no difference; None where nothing is compared.
    """

    comparable: bool
    why: str
    tolerance: Decimal | None = None


class Indicator(msgspec.Struct, frozen=True, kw_only=True):
    """One indicator under one policy.

    `code`: the portal's own, None where it publishes none. `max`: points, None where it has none. `full_marks_at`: the ratio from
    which all points are given, None where there is no ratio. `formula`: in Vietnamese words. `provisional`: why its rule may yet
    change, None where it is settled. `sources`: for each number, the id of its source.
    """

    id: str
    code: str | None
    name: str
    group: GroupId
    scoring: Scoring
    max: Decimal | None
    full_marks_at: Fraction | None
    when_empty: WhenEmpty | None
    basis: tuple[Basis, ...]
    formula: str
    comparison: Comparison
    applies_to: frozenset[AgencyKind]
    elsewhere: Elsewhere
    provisional: str | None
    sources: Mapping[str, str]

    def is_scored_for(self, kind: AgencyKind | None) -> bool:
        """Return whether a card of such an agency has a figure here, its own or the province's; None: of no agency."""
        return kind is None or kind in self.applies_to or self.elsewhere is Elsewhere.PROVINCE_FIGURE


class Group(msgspec.Struct, frozen=True, kw_only=True):
    """A group of indicators; `max` is the sum of theirs."""

    id: GroupId
    name: str
    max: Decimal
    source: str
    indicators: tuple[Indicator, ...]


class Policy(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """One version of the scoring, valid from one day to another, both included; `valid_until` None: until further notice.

    `sources_of` names the sources of its own numbers: `from`, `until`, `max`.
    """

    id: str
    name: str
    valid_from: date
    valid_until: date | None
    max: Decimal
    groups: tuple[Group, ...]
    sources: tuple[Source, ...]
    sources_of: Mapping[str, str]

    @cached_property
    def indicators(self) -> Mapping[str, Indicator]:
        """Every indicator by its id, in the order of the policy."""
        return {indicator.id: indicator for group in self.groups for indicator in group.indicators}

    def is_valid_on(self, day: date) -> bool:
        return self.valid_from <= day and (self.valid_until is None or day <= self.valid_until)
