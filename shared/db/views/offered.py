"""The procedures a unit offers, as the catalogue was counted (`shared.domain.offers`): conditions on `procedures`, as SQL.

They take the parameter `:province`.
"""

_COUNTED = "FROM catalogue_counts WHERE catalogue_counts.province_code = :province"
LISTED = (
    f"procedures.province_code = :province AND procedures.in_catalogue AND (EXISTS (SELECT {_COUNTED} AND NOT counts ? 'codes')"
    f" OR procedures.code IN (SELECT jsonb_array_elements_text(counts -> 'codes') {_COUNTED}))"
)
"""On the portal's list when it was last read. Counts an earlier version wrote name no codes: then whatever was ever on it."""

SERVICE = {
    "service_used": "(procedures.facts ->> 'online_level')::int > 0",
    "service_paid": "(procedures.facts ->> 'has_fee')::boolean",
}
"""What a procedure must offer for its dossiers to count in 3.2, and in 3.4; by the counter of these dossiers."""


def at(unit: str) -> str:
    """Return the condition that an agency, told by an expression, offers it: itself or one below it; the province offers all."""
    below = "EXISTS (SELECT FROM jsonb_array_elements_text(procedures.facts -> 'agencies') AS listed (agency)"
    return (
        f"({unit} = :province OR procedures.facts -> 'agencies' ? {unit}"
        f" OR {below} WHERE starts_with(listed.agency, {unit} || '.')))"
    )
