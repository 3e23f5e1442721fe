"""What the catalogue says: agencies, procedures, and which system answers for what."""

from datetime import date

import msgspec


class Agency(msgspec.Struct, frozen=True, kw_only=True):
    """A unit that receives or handles dossiers. `level`: 1 province, 2 department, 3 commune or ward; None where nobody said."""

    code: str
    name: str
    parent: str | None = None
    level: int | None = None


class Procedure(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An administrative procedure. A fact nobody stated is None, which accuses no one.

    `online_level`: 0 not online, 1 in part, 2 in full. `legal_limit_days`: working days the law allows.
    """

    code: str
    name: str = ""
    sector: str | None = None
    sector_name: str | None = None
    agencies: tuple[str, ...] = ()
    online_level: int | None = None
    has_fee: bool | None = None
    online_payment: bool | None = None
    gives_paper_result: bool | None = None
    uses_population_data: bool | None = None
    content_complete: bool | None = None
    decided_on: date | None = None
    effective_on: date | None = None
    published_on: date | None = None
    legal_limit_days: int | None = None
