"""How many dossiers agree on both sides."""

from typing import Any

from pydantic import Field, create_model

from services.api.dossier_query import SYNC_RULES
from services.api.schemas.base import Fresh, Schema
from shared.domain import labels

_KINDS: dict[str, Any] = {rule.replace(".", "_"): (int, Field(alias=rule, description=labels.RULES[rule])) for rule in SYNC_RULES}

SyncKinds = create_model(
    "SyncKinds",
    __base__=Schema,
    __doc__="How many dossiers each rule finds out of step; one of two rules counts under both.",
    **_KINDS,
)

_SHARE = "How many of `total` are in step, in percent with two decimals, cut: 100 means all; null where there are none"


class SyncKind(Schema):
    """How many dossiers one rule finds out of step."""

    code: str = Field(description="The rule")
    name: str
    out_of_step: int


class SyncPart(Schema):
    """The dossiers of one source, agency or sector."""

    code: str | None = Field(description="Null for the dossiers that have none")
    name: str | None = Field(description="The code itself where nobody gave a name")
    total: int
    in_step: int
    out_of_step: int
    share: float | None = Field(description=_SHARE)
    kinds: SyncKinds


class Sync(Fresh):
    """How many dossiers agree on both sides, as a whole and in parts, the worst first."""

    total: int = Field(description="Dossiers that were judged and that some system has")
    in_step: int
    out_of_step: int
    unjudged: int = Field(description="Dossiers nobody has judged yet: not in `total`, and where they stand is not known")
    share: float | None = Field(description=_SHARE)
    by_kind: list[SyncKind]
    by_source: list[SyncPart] = Field(description="By the home system that speaks for them; null: only the portal has them")
    by_agency: list[SyncPart] = Field(description="By the agency itself, without those below it")
    by_sector: list[SyncPart]
