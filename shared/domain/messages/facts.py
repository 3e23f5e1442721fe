"""What goes into a message and what comes out."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec

from shared.domain.alert_endings import Resolution
from shared.domain.alerts import AlertState
from shared.domain.findings import Responsible, Severity


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """What a message is made of. No citizen, no officer's name, no cause the data does not show.

    It is about a dossier, a petition, a procedure (`procedure_code`: only then), a unit (`unit_code`: likewise) or a source.
    `escalated_to_name`: of the agency above it was passed on to. `happened`: what is told besides the alert itself: `reminder`,
    `escalated`, `acknowledged` or `unacknowledged`.
    """

    rule: str
    severity: Severity
    state: AlertState
    since: datetime
    responsible: Responsible
    details: Mapping[str, Any]
    due_at: datetime | None = None
    resolved_at: datetime | None = None
    dossier_code: str | None = None
    petition_code: str | None = None
    procedure_code: str | None = None
    procedure_name: str | None = None
    unit_code: str | None = None
    agency_name: str | None = None
    responsible_agency_name: str | None = None
    source: str | None = None
    stage: str | None = None
    data_as_of: datetime | None = None
    acknowledged_until: datetime | None = None
    escalated_to_name: str | None = None
    resolution: Resolution | None = None
    happened: str | None = None


class Message(msgspec.Struct, frozen=True):
    """`title` for a list, `text` at most 600 characters, `short` at most 160; Vietnamese in NFC.

    `asked`: who is asked to act; `left`: how much time is left or gone, None where nothing is asked any more.
    """

    title: str
    text: str
    short: str
    asked: str | None = None
    left: str | None = None
