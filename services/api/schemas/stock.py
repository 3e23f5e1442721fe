"""The stock: what is open, and how it stands."""

from datetime import date

from pydantic import Field

from services.api.schemas.base import ListBody, Moment, Schema


class Waiting(Schema):
    """Dossiers that wait, by what for."""

    supplement: int = Field(description="For papers from the citizen (status 5)")
    payment: int = Field(description="For the citizen's payment (status 6)")
    stopped: int = Field(description="Stopped without an end (status 8)")
    paused: int = Field(description="Paused by home's own word (status 11)")


class StockFigures(Schema):
    """How many dossiers of an agency, and of those below it, are open, and how they stand."""

    open: int = Field(description="Not ended: at home, else on the portal")
    overdue: int = Field(description="Of `open`: past due at home, as `GET /v1/dossiers?overdue=true` lists them")
    due_soon: int = Field(description="Of `open`: running and due within 24 working hours")
    untouched: int = Field(description="Of `open`: online, taken up on no side, past the window")
    waiting: Waiting = Field(description="Of `open`")
    on_portal: int = Field(description="Open on the portal")
    overdue_on_portal: int = Field(description="Of `on_portal`: as `GET /v1/dossiers?overdue_on_portal=true` lists them")
    apologies_owed: int = Field(description="Late at home, or ended late within 30 days, without an apology")


class KeptDay(Schema):
    """A local day and when something was kept of it."""

    day: date
    kept_at: Moment | None = Field(description="When it was counted; null for today: at the moment of the request")


class StockDay(StockFigures, KeptDay):
    """The stock of one local day as it was last kept; today's is counted now."""


class StockList(ListBody):
    """The stock day by day, the latest first. A day on which no monitor kept it is missing."""

    items: list[StockDay]
