"""Where the API tells more of something: the path below its base address."""

from urllib.parse import quote


def dossier_path(code: str) -> str:
    """Return where a dossier is read."""
    return f"/v1/dossiers/{quote(code, safe='')}"


def petition_path(code: str) -> str:
    """Return where a petition is read."""
    return f"/v1/petitions/{quote(code, safe='')}"


def alert_path(alert_id: int, subject: str) -> str:
    """Return where to read more of what an alert is about: its dossier, source or petition, else the alert itself."""
    kind, _, code = subject.partition(":")
    if kind == "dossier":
        return dossier_path(code)
    if kind == "source":
        return f"/v1/sources/{quote(code, safe='')}"
    return petition_path(code) if kind == "petition" else f"/v1/alerts/{alert_id}"
