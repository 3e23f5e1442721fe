"""One example per schema, by its name in the OpenAPI document. Tests hold each against its schema."""

from typing import Any

from services.api.examples.alerts import AGENCY_NAME, ALERT, ALERT_CHANGE, FRESH, PROCEDURE_NAME
from services.api.examples.catalogue import AGENCY, COUNTS, POLL_RUN, PROCEDURE, REJECT, SOURCE
from services.api.examples.details import DETAILS
from services.api.examples.dossiers import (
    APOLOGY,
    DOSSIER,
    DOSSIER_ITEM,
    FINDING,
    PARKED,
    RECORD,
    RECORD_CHANGE,
    REFUSAL,
    SIDE,
    STAGE,
    STATUS,
    STATUS_NAME,
    SUPPLEMENT,
)
from services.api.examples.official_scores import CHANGE, GROUP, QUALITY, RANK, READING
from services.api.examples.overview import ALERT_GROUP, DELAY_GROUP, LABELS, SYNC, SYNC_KIND, SYNC_KINDS, SYNC_PART
from services.api.examples.problems import PROBLEM
from services.api.examples.scores import (
    FIGURES,
    GROUP_CARD,
    INDICATOR_CARD,
    INDICATOR_FACTS,
    POLICY_FACTS,
    PREVIEW,
    SCORE_CARD,
)


def _page(*items: dict[str, Any]) -> dict[str, Any]:
    return {"items": list(items), "next_cursor": None, **FRESH}


EXAMPLES: dict[str, Any] = {
    **DETAILS,
    "Agency": AGENCY,
    "AgencyList": _page(AGENCY),
    "AgencyName": AGENCY_NAME,
    "Alert": ALERT,
    "AlertChange": ALERT_CHANGE,
    "AlertGroup": ALERT_GROUP,
    "AlertList": {**_page(ALERT), "next_cursor": "q83vEjRWeJqrze8SNFaTpndhcm5pbmc", "count": 57},
    "AlertSummary": _page(ALERT_GROUP),
    "AlertWithHistory": {**ALERT, "history": [ALERT_CHANGE]},
    "ApologyBody": APOLOGY,
    "DelayGroup": DELAY_GROUP,
    "DelaySummary": _page(DELAY_GROUP),
    "Dossier": DOSSIER,
    "DossierAlerts": DOSSIER["alerts"],
    "DossierItem": DOSSIER_ITEM,
    "DossierList": {**_page(DOSSIER_ITEM), "count": 1},
    "Figures": FIGURES,
    "FindingBody": FINDING,
    "FreshnessBody": FRESH["freshness"],
    "GroupCard": GROUP_CARD,
    "GroupMax": POLICY_FACTS["groups"][0],
    "GroupName": INDICATOR_FACTS["group"],
    "Health": {"status": "ok"},
    "IndicatorCard": INDICATOR_CARD,
    "IndicatorFacts": INDICATOR_FACTS,
    "IndicatorList": _page(INDICATOR_FACTS),
    "Labels": LABELS,
    "NotReady": {"status": "not_ready", "reasons": ["source igate is not read any more"]},
    "Officer": {"id": "cb-0193"},
    "OfficialChange": CHANGE,
    "OfficialGroup": GROUP,
    "OfficialHistory": _page(READING),
    "OfficialRank": RANK,
    "OfficialRanking": _page(RANK),
    "OfficialReading": READING,
    "OwnerName": INDICATOR_FACTS["lead"][0],
    "ParameterProblem": PROBLEM["errors"][0],
    "Parked": PARKED,
    "PollRun": POLL_RUN,
    "PolicyFacts": POLICY_FACTS,
    "PolicyList": _page(POLICY_FACTS),
    "PolicySource": POLICY_FACTS["sources"][0],
    "PreviewRequest": PREVIEW,
    "ProblemDocument": PROBLEM,
    "Procedure": PROCEDURE,
    "ProcedureList": _page(PROCEDURE),
    "ProcedureName": PROCEDURE_NAME,
    "Quality": QUALITY,
    "Readiness": {"status": "ready", "reasons": []},
    "RecordBody": RECORD,
    "RecordChange": RECORD_CHANGE,
    "RefusalBody": REFUSAL,
    "Reject": REJECT,
    "RejectList": _page(REJECT),
    "ScoreCardBody": SCORE_CARD,
    "Side": SIDE,
    "Source": {**SOURCE, **FRESH},
    "SourceCounts": COUNTS,
    "SourceFacts": SOURCE,
    "SourceList": _page(SOURCE),
    "StageBody": STAGE,
    "StatusBody": STATUS,
    "StatusName": STATUS_NAME,
    "SupplementBody": SUPPLEMENT,
    "Sync": SYNC,
    "SyncKind": SYNC_KIND,
    "SyncKinds": SYNC_KINDS,
    "SyncPart": SYNC_PART,
    "metrics": 'watch766_alerts_unresolved{rule="deadline.overdue",severity="critical"} 12.0\nwatch766_dossiers_due 0.0\n',
}
