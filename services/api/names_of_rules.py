"""Rules by name, or by the name of their family: one word for either."""

from typing import Annotated

from pydantic import AfterValidator, Field

from services.api.parameters import known
from shared.domain.rules import FAMILY_OF, RULES

FAMILIES: tuple[str, ...] = tuple(dict.fromkeys(FAMILY_OF.values()))
RULES_AND_FAMILIES: tuple[str, ...] = tuple(dict.fromkeys((*RULES, *FAMILIES)))

Rule = Annotated[str, AfterValidator(known("rule", RULES)), Field(json_schema_extra={"enum": list(RULES)})]
Family = Annotated[str, AfterValidator(known("family", FAMILIES)), Field(json_schema_extra={"enum": list(FAMILIES)})]
RuleOrFamily = Annotated[
    str, AfterValidator(known("rule or family", RULES_AND_FAMILIES)), Field(json_schema_extra={"enum": list(RULES_AND_FAMILIES)})
]
