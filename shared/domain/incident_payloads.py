"""What an event about an incident says."""

from typing import Any

import msgspec

from shared.domain.events import IncidentNews
from shared.domain.incidents import CauseKind
from shared.domain.messages.facts import Message
from shared.domain.messages.incident_texts import incident_message
from shared.domain.paths import incident_path
from shared.domain.rendering import Names, Rendering, local


def incident_data(news: IncidentNews, rendering: Rendering) -> dict[str, Any]:
    """Return the data of an event about an incident."""
    said = said_of(news, rendering.names)
    counted = {name: value for name, value in msgspec.structs.asdict(news).items() if name not in ("incident_id", "agencies")}
    moments = {"opened_at": local(news.opened_at), "closed_at": local(news.closed_at)}
    return {
        "incident": {"id": news.incident_id, **counted, **moments, "name": name_of(news.kind, news.code, rendering.names)},
        "title": said.title,
        "text": said.text,
        "short": said.short,
        "url": None if rendering.public_url is None else rendering.public_url + incident_path(news.incident_id),
    }


def said_of(news: IncidentNews, names: Names) -> Message:
    """Return what officials read of an incident."""
    asked = names.agencies.get(news.responsible_agency or "")
    return incident_message(news, name_of(news.kind, news.code, names), asked)


def name_of(kind: CauseKind, code: str, names: Names) -> str:
    """Return what the dossiers of an incident have in common, by its name where it has one."""
    known = {CauseKind.AGENCY: names.agencies, CauseKind.PROCEDURE: names.procedures}.get(kind, {})
    return known.get(code) or code
