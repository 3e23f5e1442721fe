"""Where the API tells more of something: the path below its base address."""

from urllib.parse import quote


def dossier_path(code: str) -> str:
    """Return where a dossier is read."""
    return f"/v1/dossiers/{quote(code, safe='')}"


def petition_path(code: str) -> str:
    """Return where a petition is read."""
    return f"/v1/petitions/{quote(code, safe='')}"


def incident_path(incident_id: int) -> str:
    """Return where an incident is read."""
    return f"/v1/incidents/{incident_id}"


def overview_path(agency: str | None) -> str:
    """Return where the morning page of an agency is read, None for the province's."""
    return "/v1/overview" if agency is None else f"/v1/overview?agency={quote(agency, safe='')}"


_SCORES = {
    "indicators": "/v1/scores?agency={unit}&period={period}",
    "score": "/v1/scores/history?agency={unit}&period={period}",
    "rank": "/v1/scores/history?agency={unit}&period={period}",
    "comparison": "/v1/scores/compare?agency={unit}&period={period}",
}
_OF_CODES = {
    "dossier": "/v1/dossiers/{code}",
    "source": "/v1/sources/{code}",
    "petition": "/v1/petitions/{code}",
    "agency": "/v1/dossiers?agency={code}&overdue_on_portal=true",
}


def alert_path(alert_id: int, subject: str) -> str:
    """Return where to read more of what an alert is about, else the alert itself."""
    kind, _, about = subject.partition(":")
    if kind in _OF_CODES:
        return _OF_CODES[kind].format(code=quote(about, safe=""))
    if kind in _SCORES:
        unit, _, period = about.partition(":")
        return _SCORES[kind].format(unit=quote(unit, safe=""), period=quote(period, safe=""))
    return f"/v1/alerts/{alert_id}"


def unit_of(subject: str) -> str | None:
    """Return the code of the unit an alert is about: an agency, or somebody's scores; None where it is about something else."""
    kind, _, about = subject.partition(":")
    return about.partition(":")[0] if kind in (*_SCORES, "agency") else None
