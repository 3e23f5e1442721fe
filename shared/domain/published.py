"""The portal's own scores, as it publishes them: figures as received, null where it knows none, which is never 0."""

from collections.abc import Mapping
from decimal import Decimal
from enum import StrEnum

import msgspec

from shared.domain.indicators import GroupId


class Endpoint(StrEnum):
    """The parts of the public evaluation, by the portal's names; the one that ranks the provinces comes last."""

    TRANSPARENCY = "transparency"
    PROGRESS = "dvc-progress-tree"
    ONLINE = "provide-online-tree"
    PAYMENT = "formality-online-payment-tree"
    DIGITISED = "dossier-digitized"
    SATISFACTION = "handling-satisfaction"
    RESULTS = "service-results"


class PublishedMetric(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One indicator. `ratio`: in percent, for the mean of 2.2 in working days; None where the portal gives none."""

    name: str = ""
    numerator: int | None = None
    denominator: int | None = None
    ratio: Decimal | None = None
    points: Decimal | None = None
    max: Decimal | None = None
    quality_status: str | None = None
    quality_message: str | None = None


class PublishedGroup(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One group's points."""

    points: Decimal | None = None
    max: Decimal | None = None


class PublishedScores(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is published of a unit. `metrics` go by the portal's code, those without one by our id of the indicator.

    `endpoints`: the parts of the evaluation these figures come from.
    """

    groups: dict[GroupId, PublishedGroup] = {}
    metrics: dict[str, PublishedMetric] = {}
    endpoints: tuple[Endpoint, ...] = ()


class PublishedUnit(msgspec.Struct, frozen=True, kw_only=True):
    """A unit with its scores; `department_id` is the portal's own id, `total` None where it publishes none."""

    code: str
    name: str
    department_id: str | None = None
    total: Decimal | None = None
    scores: PublishedScores = PublishedScores()

    @property
    def points(self) -> Decimal | None:
        """The total as published, else the sum of the groups; None while a group is not known."""
        known = [group.points for group in self.scores.groups.values() if group.points is not None]
        if self.total is not None or len(known) < len(GroupId):
            return self.total
        return sum(known, Decimal("0.00"))


def merged(earlier: PublishedUnit | None, read: Mapping[Endpoint, PublishedUnit]) -> PublishedUnit:
    """Return a unit after a reading of some parts of the evaluation; at least one.

    What could not be read stays as it was, except for a total that the groups have left behind. Of a province the ranking knows
    better: total and groups are published there together.
    """
    parts = [read[endpoint] for endpoint in Endpoint if endpoint in read]
    before = earlier.scores if earlier else PublishedScores()
    groups, metrics = dict(before.groups), dict(before.metrics)
    for part in parts:
        groups |= part.scores.groups
        metrics |= part.scores.metrics
    total = parts[-1].total if Endpoint.RESULTS in read else earlier.total if earlier and groups == before.groups else None
    endpoints = tuple(endpoint for endpoint in Endpoint if endpoint in read or endpoint in before.endpoints)
    return PublishedUnit(
        code=parts[-1].code,
        name=parts[-1].name,
        department_id=parts[-1].department_id or (earlier.department_id if earlier else None),
        total=total,
        scores=PublishedScores(groups=groups, metrics=metrics, endpoints=endpoints),
    )
