"""The Vietnamese names of what answers tell in codes: every code has one."""

from collections.abc import Iterable
from typing import get_args

import httpx
import pytest

from services.api.schemas.labels import Labels
from services.api.schemas.scores import View
from services.api.schemas.sources import SourceFacts
from shared.db.views.dossier_filters import SyncState
from shared.db.views.freshness import Status as Freshness
from shared.db.views.incidents import IncidentState
from shared.db.views.silences import SilenceState
from shared.domain.alert_endings import Cause, Resolution
from shared.domain.alerts import AlertState
from shared.domain.changes import Since
from shared.domain.findings import Responsible, Severity
from shared.domain.incidents import CauseKind
from shared.domain.indicators import AgencyKind, Basis, Elsewhere, GroupId, Scoring, WhenEmpty
from shared.domain.labels import LABELS
from shared.domain.measures import Level, Must, Over
from shared.domain.moves import RepairKind
from shared.domain.petitions import PetitionKind, PetitionStatus
from shared.domain.ranking import Of
from shared.domain.records import Channel
from shared.domain.rules import FAMILY_OF, RULES
from shared.domain.scoring import State
from shared.domain.statuses import Status
from shared.domain.targets import Owner
from shared.policy.scoring import scoring_policies

CODES: dict[str, Iterable[str]] = {
    "rules": RULES,
    "families": FAMILY_OF.values(),
    "statuses": [str(status.value) for status in Status],
    "severities": Severity,
    "responsible": Responsible,
    "alert_states": AlertState,
    "channels": Channel,
    "sync_states": SyncState,
    "petition_statuses": [str(status.value) for status in PetitionStatus],
    "petition_kinds": [str(kind.value) for kind in PetitionKind],
    "source_roles": get_args(SourceFacts.model_fields["role"].annotation),
    "freshness": Freshness,
    "agency_kinds": AgencyKind,
    "owners": Owner,
    "bases": Basis,
    "scorings": Scoring,
    "when_empty": WhenEmpty,
    "elsewhere": Elsewhere,
    "groups": GroupId,
    "score_states": State,
    "score_views": get_args(View),
    "measure_spans": Over,
    "measure_targets": Must,
    "agency_levels": Level,
    "repairs": RepairKind,
    "ranked_among": Of,
    "since": Since,
    "causes": Cause,
    "resolutions": Resolution,
    "incident_kinds": CauseKind,
    "incident_states": IncidentState,
    "silence_states": SilenceState,
}


async def test_labels_are_told_with_a_tag_and_without_a_database_behind(client: httpx.AsyncClient) -> None:
    response = await client.get("/v1/labels")
    Labels.model_validate(response.json())
    assert response.json() == LABELS
    assert (await client.get("/v1/labels", headers={"If-None-Match": response.headers["etag"]})).status_code == 304


def test_every_kind_of_code_is_listed() -> None:
    assert set(LABELS) == set(CODES) == set(Labels.model_fields)


@pytest.mark.parametrize("kind", CODES)
def test_every_code_has_a_name_of_its_own_and_nothing_else_has(kind: str) -> None:
    assert set(LABELS[kind]) == {str(code) for code in CODES[kind]}
    assert all(LABELS[kind].values())
    assert len(set(LABELS[kind].values())) == len(LABELS[kind])


def test_a_group_of_indicators_is_called_what_every_policy_calls_it() -> None:
    for policy in scoring_policies():
        assert {group.id.value: group.name for group in policy.groups} == LABELS["groups"]
