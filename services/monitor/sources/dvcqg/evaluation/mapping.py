"""From the evaluation's units to published scores. Figures are taken as they are: nothing is computed, null stays null."""

from collections.abc import Callable, Mapping
from decimal import Decimal

import msgspec

from services.monitor.sources import identities
from services.monitor.sources.decoding import FieldRefused
from services.monitor.sources.dvcqg.evaluation import wire
from services.monitor.sources.dvcqg.evaluation.numbers import count, number, share
from services.monitor.sources.values import Word, many, text
from shared.domain.indicators import GroupId
from shared.domain.published import Endpoint, PublishedGroup, PublishedMetric, PublishedScores, PublishedUnit

_PERCENT = 100
_LONGEST_DAYS = 10_000

Translated = tuple[dict[GroupId, PublishedGroup], dict[str, PublishedMetric]]


def unit(found: wire.Unit, endpoint: Endpoint, code: str) -> PublishedUnit:
    """Return what one part of the evaluation says of a unit; raises `FieldRefused`."""
    groups, metrics = _READERS[endpoint](found)
    return PublishedUnit(
        code=code,
        name=text(found.department_name, set()) or code,
        department_id=text(found.department_id, set(), 100) or None,
        total=number(found.total_score, "totalScore", most=_PERCENT) if endpoint is Endpoint.RESULTS else None,
        scores=PublishedScores(groups=groups, metrics=metrics, endpoints=(endpoint,)),
    )


def code_of(found: wire.Unit) -> str:
    """Return a unit's code in normal form, `""` for none; raises `FieldRefused` for what is no code."""
    odd: set[str] = set()
    code = identities.agency_or_none(found.department_code, odd)
    if odd:
        raise FieldRefused("departmentCode", "not an agency code")
    return code or ""


def _results(found: wire.Unit) -> Translated:
    """A province of the ranking: its metrics are the groups, and every group is there."""
    groups = {}
    for metric in many(found.metrics, "metrics"):
        code = text(metric.code, set())
        if code in GroupId.__members__:
            groups[GroupId(code)] = _group(metric.score, metric.max_score, "metrics[].score")
    if missing := [group for group in GroupId if group not in groups]:
        raise FieldRefused("metrics", f"without the group {missing[0]}")
    return groups, {}


def _scored(group: GroupId) -> Callable[[wire.Unit], Translated]:
    """A group with a metric for each indicator."""

    def read(found: wire.Unit) -> Translated:
        listed = many(found.metrics, "metrics")
        if not listed:
            raise FieldRefused("metrics", "missing")
        metrics = dict(map(_metric, listed))
        return {group: _group(found.total_score, found.total_max_score, "totalScore")}, metrics

    return read


def _progress(found: wire.Unit) -> Translated:
    in_time, received = share((found.total_on_time, "totalOnTime"), (found.total_received, "totalReceived"))
    share((found.total_overdue, "totalOverdue"), (found.total_received, "totalReceived"))
    points = _group(found.score, found.max_score, "score")
    days = number(found.avg_processing_days, "avgProcessingDays", most=_LONGEST_DAYS)
    return {GroupId.TDGQ: points}, {
        "2.1": PublishedMetric(numerator=in_time, denominator=received, points=points.points, max=points.max),
        "2.2": PublishedMetric(ratio=days),
    }


def _online(found: wire.Unit) -> Translated:
    """The tree of online services; the units below have a score alone."""
    in_part, in_full = count(found.partial_count, "partialCount"), count(found.full_count, "fullCount")
    offered = None if in_part is None or in_full is None else in_part + in_full
    figures = {
        "3.1": ((offered, "partialCount + fullCount"), (found.authority_count, "authorityCount")),
        "3.2": ((found.online_dossier_count, "onlineDossierCount"), (found.online_service_total, "onlineServiceTotal")),
        "3.3": ((found.channel_online_sum, "channelOnlineSum"), (found.channel_total_sum, "channelTotalSum")),
    }
    return {GroupId.ONLINE: _group(found.total_score, found.total_max_score, "totalScore")}, _shares(figures)


def _payment(found: wire.Unit) -> Translated:
    with_fee = (found.total_fee_formality, "totalFeeFormality")
    figures = {
        "3.4": ((found.total_dossier_online_formality_payment_success, "totalDossierOnlineFormalityPaymentSuccess"), with_fee),
        "3.5": ((found.total_fee_dossier_formality, "totalFeeDossierFormality"), with_fee),
        "3.6": (
            (found.total_dossier_online_payment_success, "totalDossierOnlinePaymentSuccess"),
            (found.total_dossier_financial_obligation, "totalDossierFinancialObligation"),
        ),
    }
    return {GroupId.TTTT: _group(found.score, found.max_score, "score")}, _shares(figures)


def _shares(figures: Mapping[str, tuple[tuple[Word, str], tuple[Word, str]]]) -> dict[str, PublishedMetric]:
    """Return the figures that are there, by indicator."""
    read = {indicator: share(*fields) for indicator, fields in figures.items()}
    return {
        indicator: PublishedMetric(numerator=counted, denominator=of)
        for indicator, (counted, of) in read.items()
        if (counted, of) != (None, None)
    }


def _metric(found: wire.Metric) -> tuple[str, PublishedMetric]:
    code = text(found.code, set(), 100)
    if not code:
        raise FieldRefused("metrics[].code", "missing")
    numerator, denominator = share((found.numerator, "metrics[].numerator"), (found.denominator, "metrics[].denominator"))
    points = _group(found.score, found.max_score, "metrics[].score")
    return code, PublishedMetric(
        name=text(found.name, set()),
        numerator=numerator,
        denominator=denominator,
        ratio=number(found.ratio, "metrics[].ratio", most=_PERCENT),
        points=points.points,
        max=points.max,
        quality_status=text(found.data_quality_status, set(), 100) or None,
        quality_message=text(found.data_quality_message, set()) or None,
    )


def _group(score: Word, most: Word, field: str) -> PublishedGroup:
    largest = number(most, f"maximum of {field}", most=_PERCENT)
    return PublishedGroup(points=number(score, field, most=Decimal(_PERCENT) if largest is None else largest), max=largest)


_READERS: Mapping[Endpoint, Callable[[wire.Unit], Translated]] = {
    Endpoint.TRANSPARENCY: _scored(GroupId.CKMB),
    Endpoint.PROGRESS: _progress,
    Endpoint.ONLINE: _online,
    Endpoint.PAYMENT: _payment,
    Endpoint.DIGITISED: _scored(GroupId.MDSH),
    Endpoint.SATISFACTION: _scored(GroupId.MDHL),
    Endpoint.RESULTS: _results,
}


def kept(above: wire.Unit, units: list[wire.Unit]) -> bytes:
    """Return an answer as it is kept: the fields of the contract as received, nothing else that may have come with them."""
    return msgspec.json.encode(wire.Kept(above, units))
