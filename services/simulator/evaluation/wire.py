"""What the evaluation writes: the units and their figures in its own field names."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any
from uuid import NAMESPACE_DNS, uuid5
from zlib import crc32

from services.simulator import wording
from services.simulator.evaluation.figures import Figures
from services.simulator.evaluation.nation import Standing, mean
from services.simulator.evaluation.points import CERTIFIED_COPY, GROUPS, RULES, SYNC, Ratio, Rule, percent, points, r2
from shared.domain.working_time import WorkingTime

Item = dict[str, Any]
Writer = Callable[[Figures], Item]

_KEPT = frozenset({"departmentId", "departmentName", "departmentCode", "code", "name", "maxScore", "totalMaxScore"})
"""What stays known of a unit when its figures are not."""

_BORROWED = ("TEMP_NATIONAL_REPORT_DENOMINATOR", "Mẫu số tạm lấy theo số hồ sơ đã giải quyết")
_MISSING = ("NO_NATIONAL_REPORT_DATA", "Chưa có số liệu báo cáo tổng hợp của đơn vị")


def department_id(code: str) -> str:
    """Return the id by which a unit is asked for; it follows from the code, and tells nothing of it."""
    return str(uuid5(NAMESPACE_DNS, f"dichvucong.example.vn/{code}"))


def scored(group: str, unit: Figures) -> Item:
    """Return a unit with its metrics of a group."""
    metrics = [_metric(code, rule, unit) for code, rule in RULES.items() if rule.group == group]
    if group == "MDHL":
        metrics += _kinds_of_petitions(unit)
    return _head(unit) | _total(group, unit.points(group)) | {"metrics": metrics}


def progress(unit: Figures, office: WorkingTime) -> Item:
    """Return a unit of the tree of timeliness; the mean is in working days."""
    sums = unit.sums
    mean_days = r2(Fraction(sums.worked / sums.finished / office.day_length)) if sums.finished else None
    return _head(unit) | {
        "totalReceived": sums.accepted,
        "totalOnTime": sums.on_time,
        "totalOverdue": sums.accepted - sums.on_time,
        "avgProcessingDays": _number(mean_days),
        "score": _number(unit.points("TDGQ")),
        "maxScore": GROUPS["TDGQ"].most,
    }


def online_parent(unit: Figures) -> Item:
    """Return the unit asked for in the tree of online services."""
    offer, sums = unit.offer, unit.sums
    used, services = unit.ratios["ONLINE_USED"] or (None, None)
    return online_child(unit) | {
        "authorityCount": offer.all,
        "partialCount": offer.in_part,
        "fullCount": offer.in_full,
        "onlineDossierCount": used,
        "onlineServiceTotal": services,
        "channelOnlineSum": sums.online,
        "channelDirectSum": sums.direct,
        "channelPostalSum": sums.postal,
        "channelTotalSum": sums.accepted,
    }


def online_child(unit: Figures) -> Item:
    """Return a unit below it: its score alone."""
    return _head(unit) | _total("ONLINE", unit.points("ONLINE"))


def payment(unit: Figures) -> Item:
    """Return a unit of the tree of online payment."""
    used, with_fee = unit.ratios["PAYMENT_USED"] or (None, None)
    return _head(unit) | {
        "totalDossierOnlinePaymentSuccess": unit.sums.paid,
        "totalDossierFinancialObligation": unit.sums.owing,
        "totalDossierOnlineFormalityPaymentSuccess": used,
        "totalFeeDossierFormality": unit.offer.payable,
        "totalFeeFormality": with_fee,
        "score": _number(unit.points("TTTT")),
        "maxScore": GROUPS["TTTT"].most,
    }


def ranked(standing: Standing) -> Item:
    """Return a province of the ranking."""
    return _department(standing.code, standing.name) | _results(standing.groups)


def average(standings: list[Standing]) -> Item:
    """Return what heads the ranking: the country as a whole, which has no code."""
    return {"departmentId": None, "departmentName": "Cả nước", "departmentCode": None} | _results(mean(standings))


def told(item: Item) -> Item:
    """Return a unit as it leaves the portal: for some, code and figures are written another way."""
    code = str(item["departmentCode"])
    if "." not in code:
        return item
    spelled = item | {"departmentCode": wording.agency(code, crc32(code.encode()))}
    return _as_text(spelled) if crc32(code.encode()) % 7 == 3 else spelled


def unknown(item: Item) -> Item:
    """Return a unit of which no figure is known."""
    return {key: value if key in _KEPT else _blank(value) for key, value in item.items()}


def _head(unit: Figures) -> Item:
    return _department(unit.agency.code, unit.agency.name)


def _department(code: str, name: str) -> Item:
    return {"departmentId": department_id(code), "departmentName": name, "departmentCode": code}


def _total(group: str, score: Decimal) -> Item:
    most = GROUPS[group].most
    return {"totalScore": _number(score), "totalMaxScore": most, "ratio": _share(score, most)}


def _results(groups: Mapping[str, Decimal]) -> Item:
    total = sum(groups.values(), Decimal("0.00"))
    metrics = [_group_metric(code, score) for code, score in groups.items()]
    return {"totalScore": _number(total), "totalMaxScore": 100, "ratio": _share(total, 100), "metrics": metrics}


def _group_metric(code: str, score: Decimal) -> Item:
    name, most = GROUPS[code]
    written = {"numerator": None, "denominator": None, "ratio": _share(score, most), "score": _number(score), "maxScore": most}
    return {"code": code, "name": name} | written


def _metric(code: str, rule: Rule, unit: Figures) -> Item:
    ratio, score = unit.ratios[code], points(rule, unit.ratios[code])
    written = _certified(score) if code == CERTIFIED_COPY else _ratio(ratio, score, unit.agency.code)
    item = {"code": code, "name": rule.name} | written | {"score": _number(score), "maxScore": rule.most}
    return item | (_quality(score is not None) if code == SYNC else {})


def _certified(score: Decimal | None) -> Item:
    return {"numerator": None, "denominator": None, "ratio": 100 if score is not None else None}


def _ratio(ratio: Ratio | None, score: Decimal | None, unit: str) -> Item:
    """Return a ratio; without a score it is null, and half of the units then leave its parts null, too."""
    if ratio is None or (score is None and crc32(unit.encode()) % 2):
        return {"numerator": None, "denominator": None, "ratio": None}
    return {"numerator": ratio[0], "denominator": ratio[1], "ratio": None if score is None else _number(percent(ratio))}


def _quality(known: bool) -> Item:  # noqa: FBT001 - one of two
    status, message = _BORROWED if known else _MISSING
    return {"dataQualityStatus": status, "dataQualityMessage": message}


def _kinds_of_petitions(unit: Figures) -> list[Item]:
    """Return what is published beside the score: what the petitions are about."""
    whole, about = unit.sums.petitions, unit.sums.petitions_about_procedures
    kinds = (("TTHC", "quy định, thủ tục hành chính", about), ("STAFF", "hành vi cán bộ, công chức", whole - about))
    return [
        {
            "code": f"PETITION_CLASSIFICATION_{kind}",
            "name": f"Tỷ lệ phản ánh, kiến nghị về {name}",
            "numerator": number,
            "denominator": whole,
            "ratio": _number(percent((number, whole))),
            "score": None,
            "maxScore": 0,
        }
        for kind, name, number in kinds
    ]


def _share(score: Decimal, most: int) -> int | float | None:
    return _number(r2(Fraction(score) * 100 / most))


def _number(value: Decimal | None) -> int | float | None:
    """Write a number as JavaScript does: a whole one without a point."""
    if value is None:
        return None
    return int(value) if value == int(value) else float(value)


def _as_text(value: Any) -> Any:
    """Return numbers as texts, wherever they stand."""
    match value:
        case dict():
            return {key: _as_text(each) for key, each in value.items()}
        case list():
            return [_as_text(each) for each in value]
        case int() | float():
            return str(value)
        case _:
            return value


def _blank(value: Any) -> Any:
    return [unknown(each) for each in value] if isinstance(value, list) else None
