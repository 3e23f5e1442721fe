"""How many dossiers each agency has open on the portal: moved by reviews, in their transaction, as the other tallies are.

A version that does not know of it yet may still be reviewing on this schema: hence it is counted anew now and then.
"""

from collections import Counter
from collections.abc import Iterable

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

_MOVE = text(
    "INSERT INTO open_tally (province_code, agency, dossiers) SELECT :province, agency, moved"
    " FROM unnest(CAST(:agencies AS text[]), CAST(:moves AS bigint[])) AS new (agency, moved) ORDER BY agency"
    " ON CONFLICT (province_code, agency) DO UPDATE SET dossiers = open_tally.dossiers + excluded.dossiers"
)
_CLEAR = text("DELETE FROM open_tally WHERE province_code = :province")
_COUNT = text(
    "INSERT INTO open_tally (province_code, agency, dossiers) SELECT province_code, agency, count(*) FROM dossiers"
    " WHERE province_code = :province AND open_on_portal AND agency IS NOT NULL GROUP BY province_code, agency"
)


async def move(connection: AsyncConnection, province: str, before: Iterable[str | None], after: Iterable[str | None]) -> None:
    """Count dossiers where they are open now and no longer where they were: of each an agency, None: open nowhere.

    The dossiers are locked by the caller.
    """
    moves = Counter(agency for agency in after if agency is not None)
    moves.subtract(agency for agency in before if agency is not None)
    moved = {agency: count for agency, count in moves.items() if count}
    if moved:
        await connection.execute(_MOVE, {"province": province, "agencies": list(moved), "moves": list(moved.values())})


async def count_anew(connection: AsyncConnection, province: str) -> None:
    """Count all that is open; no review may be under way (`fence`, alone)."""
    for statement in (_CLEAR, _COUNT):
        await connection.execute(statement, {"province": province})
