"""The public evaluation as far as the contract goes: one province with two units, and it can be told to misbehave."""

import json
from collections import defaultdict
from typing import Any

import httpx

from shared.domain.published import Endpoint

EVALUATION = "http://evaluation.test"
ROOT = "0b7c-tinh"
GROUPS = {"CKMB": 18, "TDGQ": 20, "ONLINE": 12, "TTTT": 10, "MDSH": 22, "MDHL": 18}
TREES = (Endpoint.PROGRESS, Endpoint.ONLINE, Endpoint.PAYMENT)
UNITS = {"H20.07": "Sở Xây dựng", "H20.100": "Xã Tân Phú"}

Item = dict[str, Any]


def named(code: str, name: str) -> Item:
    return {"departmentId": ROOT if code == "H20" else f"id-{code}", "departmentName": name, "departmentCode": code}


def metric(code: str, numerator: Any, denominator: Any, ratio: Any, score: Any, most: Any, **more: Any) -> Item:
    return {
        "code": code, "name": f"Tỷ lệ {code}", "numerator": numerator, "denominator": denominator,
        "ratio": ratio, "score": score, "maxScore": most, **more,
    }  # fmt: skip


TREE_OF_TIMELINESS = {"totalReceived": 654, "totalOnTime": 653, "totalOverdue": 1, "avgProcessingDays": 3.4, "score": 19.97}
TREE_OF_SERVICES = {"authorityCount": 56, "partialCount": 31, "fullCount": 21, "totalScore": 8.83}
USED_SERVICES = {"onlineDossierCount": 406, "onlineServiceTotal": 1968}
CHANNELS = {"channelOnlineSum": 150956, "channelDirectSum": 1600, "channelPostalSum": 39, "channelTotalSum": 152595}
PAID_DOSSIERS = {"totalDossierOnlinePaymentSuccess": 82913, "totalDossierFinancialObligation": 98459, "score": 6.25}
PAID_PROCEDURES = {"totalDossierOnlineFormalityPaymentSuccess": 93, "totalFeeDossierFormality": 56, "totalFeeFormality": 310}


def figures(endpoint: Endpoint) -> Item:
    """Return the figures of a unit in one part of the evaluation."""
    borrowed = {"dataQualityStatus": "BORROWED", "dataQualityMessage": "Mẫu số tạm lấy"}
    published: dict[Endpoint, Any] = {
        Endpoint.TRANSPARENCY: [
            metric("PUBLISH_ON_TIME", 1, 47, 2.13, 0.13, 6),
            metric("PUBLIC_UPDATE_ON_TIME", 43, 47, 91.49, 3.66, 4),
            metric("PUBLIC_CONTENT_FULL", None, None, None, None, 2),
            metric("DOSSIER_SYNC", 547, 547, 100, 6, 6, **borrowed),
        ],
        Endpoint.DIGITISED: [
            metric("ELECTRONIC_CERTIFIED_COPY", None, None, 100, 2, 2),
            metric("REUSED_DIGITIZED_DATA", 0, 0, None, None, 2),
        ],
        Endpoint.SATISFACTION: [metric("PETITION_PROCESSING_ON_TIME", 0, 0, None, 6, 6)],
        Endpoint.PROGRESS: TREE_OF_TIMELINESS | {"maxScore": 20},
        Endpoint.ONLINE: TREE_OF_SERVICES | USED_SERVICES | CHANNELS,
        Endpoint.PAYMENT: PAID_DOSSIERS | PAID_PROCEDURES,
    }
    if isinstance(published[endpoint], list):
        return {"totalScore": 9.79, "totalMaxScore": 18, "metrics": published[endpoint]}
    return dict(published[endpoint])


def unit(code: str, name: str, endpoint: Endpoint) -> Item:
    return {**named(code, name), **figures(endpoint)}


def province(code: str, name: str, total: Any, points: Any = 10) -> Item:
    metrics = [{"code": group, "score": points, "maxScore": most} for group, most in GROUPS.items()]
    return {**named(code, name), "totalScore": total, "metrics": metrics}


class FakeEvaluation:
    """Answers as told in `above` and `units`, by endpoint; `instead` replaces the body of an endpoint's answers."""

    def __init__(self) -> None:
        parts = [endpoint for endpoint in Endpoint if endpoint is not Endpoint.RESULTS]
        self.above = {endpoint: unit("H20", "Tỉnh Đồng Tháp", endpoint) for endpoint in parts}
        self.units = {endpoint: [unit(code, name, endpoint) for code, name in UNITS.items()] for endpoint in parts}
        self.above[Endpoint.RESULTS] = province("", "Cả nước", 55.5)
        self.units[Endpoint.RESULTS] = [province("H20", "Tỉnh Đồng Tháp", 60.01), province("H19", "Tỉnh Đồng Nai", 60)]
        self.instead: dict[Endpoint, str] = {}
        self.status = 201
        self.asked: dict[Endpoint, list[Item]] = defaultdict(list)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        assert request.url.path.startswith("/api/v1/reporting/evaluation/")
        endpoint, body = Endpoint(request.url.path.rpartition("/")[2]), json.loads(request.content)
        self.asked[endpoint].append(body)
        if endpoint in self.instead:
            return httpx.Response(self.status, text=self.instead[endpoint])
        start = (body["currentPage"] - 1) * body["pageSize"]
        above, below = ("parent", "children") if endpoint in TREES else ("overview", "evaluation")
        data = {above: self.above[endpoint], below: self.units[endpoint][start : start + body["pageSize"]]}
        return httpx.Response(self.status, json={"code": "OK", "data": data, "message": "Thành công"})
