"""What a batch of reviews reads and writes, set by set, under the locks of `dossiers.claim`."""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from functools import partial
from operator import attrgetter
from typing import TypeVar

import msgspec
from sqlalchemy import delete, select, tuple_
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.db.driver import copy_rows
from shared.db.stores import look_ups, marks, petitions, refusals, repairs
from shared.db.tables import delays, findings, procedures, records
from shared.db.views.scope import one_of
from shared.domain.case import procedure_code
from shared.domain.catalogue import Procedure
from shared.domain.dossiers import Absent, Dossier, Rules, Seen, Side, Unreadable, preferred
from shared.domain.findings import Finding
from shared.domain.standing import Delay

T = TypeVar("T")

_delayed = attrgetter(*Delay.__struct_fields__)


async def load_readable(
    connection: AsyncConnection, rules: Rules, codes: Collection[str]
) -> tuple[list[tuple[Dossier, Procedure | None]], dict[str, str]]:
    """Return the dossiers with what is known of their procedures, in the order of their codes, and by code the kind of error of
    those of which something stored cannot be decoded.
    """
    dossiers, unreadable = await _readable(partial(load, connection, rules.province, sources=rules.sources), codes)
    under = {dossier.code: procedure_code(dossier, rules) for dossier in dossiers}
    listed, unlisted = await _readable(partial(procedure_facts, connection, rules.province), set(under.values()))
    facts = {procedure.code: procedure for procedure in listed}
    unreadable |= {code: unlisted[procedure] for code, procedure in under.items() if procedure in unlisted}
    return [(dossier, facts.get(under[dossier.code])) for dossier in dossiers if dossier.code not in unreadable], unreadable


async def load(connection: AsyncConnection, province: str, codes: Collection[str], sources: Collection[str]) -> list[Dossier]:
    """Return the dossiers as a review sees them, with their sides in the configured sources, in the order of their codes."""
    complaints = await petitions.of_dossiers(connection, province, codes)
    seen = await records_of(connection, province, codes)
    absences = await look_ups.absences(connection, province, codes)
    refused = await refusals.unreadable(connection, province, codes)
    standing = await _findings(connection, province, codes)
    counted = await marks.load(connection, province, codes)
    possible = await repairs.load(connection, province, codes)
    sides: dict[str, dict[str, Side]] = defaultdict(dict)
    for (code, source), absent in absences.items():
        sides[code][source] = absent
    for (code, source), records_ in seen.items():
        chosen = preferred(records_, {})
        if chosen is not None:
            sides[code][source] = msgspec.structs.replace(chosen, asked_at=absences.get((code, source), Absent()).asked_at)
    for (code, source), refused_at in refused.items():
        sides[code][source] = Unreadable(refused_at, absences.get((code, source), Absent()).asked_at)
    return [
        Dossier(
            code=code,
            sides={source: side for source, side in sides[code].items() if source in sources},
            standing=standing[code],
            marks=counted.get(code, ()),
            repairs=possible.get(code, ()),
            petitions=complaints.get(code, ()),
        )
        for code in sorted(codes)
    ]


async def procedure_facts(connection: AsyncConnection, province: str, codes: Collection[str]) -> list[Procedure]:
    """Return what is known of these procedures, each under its code."""
    query = select(procedures.c.facts).where(procedures.c.province_code == province, one_of(procedures.c.code, codes))
    return list((await connection.execute(query)).scalars())


async def write_findings(
    connection: AsyncConnection,
    province: str,
    found: Mapping[str, Sequence[Finding]],
    before: Mapping[str, Mapping[str, Finding]],
) -> None:
    """Write the findings that changed against those that stood, by dossier code."""
    gone = [(code, family) for code, standing in before.items() for family in standing.keys() - {f.family for f in found[code]}]
    news = [
        {"province_code": province, "code": code, "family": finding.family, "finding": finding}
        for code, now_found in found.items()
        for finding in now_found
        if before[code].get(finding.family) != finding
    ]
    if gone:
        keys = tuple_(findings.c.code, findings.c.family)
        await connection.execute(delete(findings).where(findings.c.province_code == province, keys.in_(gone)))
    if news:
        statement = upsert(findings)
        await connection.execute(
            statement.on_conflict_do_update(
                index_elements=["province_code", "code", "family"], set_={"finding": statement.excluded.finding}
            ),
            news,
        )


async def write_delays(connection: AsyncConnection, province: str, found: Mapping[str, Sequence[Delay]]) -> None:
    """Write the delays of these dossiers in place of those before, where they changed."""
    before = await _delays(connection, province, found)
    changed = [code for code, of_dossier in found.items() if before.get(code, []) != list(of_dossier)]
    gone = [code for code in changed if code in before]
    if gone:
        await connection.execute(delete(delays).where(delays.c.province_code == province, one_of(delays.c.code, gone)))
    rows = [(province, code, position, *_delayed(delay)) for code in changed for position, delay in enumerate(found[code])]
    await copy_rows(connection, "delays", ("province_code", "code", "position", *Delay.__struct_fields__), rows)


async def _delays(connection: AsyncConnection, province: str, codes: Collection[str]) -> dict[str, list[Delay]]:
    query = select(delays).where(delays.c.province_code == province, one_of(delays.c.code, codes))
    stood: dict[str, list[Delay]] = defaultdict(list)
    for row in (await connection.execute(query.order_by(delays.c.code, delays.c.position))).mappings():
        stood[row["code"]].append(Delay(**{name: row[name] for name in Delay.__struct_fields__}))
    return stood


async def _readable(
    read: Callable[[Collection[str]], Awaitable[Sequence[T]]], codes: Collection[str]
) -> tuple[list[T], dict[str, str]]:
    """Return what `read` returns of these codes, and the kind of error of each that stops it: halved until those are alone, so
    that one costs some questions more and not one for each of the others.
    """
    try:
        return list(await read(codes)), {}
    except ValueError as error:  # msgspec's errors and those of enumerations
        if len(codes) == 1:
            return [], dict.fromkeys(codes, type(error).__name__)
    ordered = sorted(codes)
    middle = len(ordered) // 2
    first, unreadable = await _readable(read, ordered[:middle])
    second, others = await _readable(read, ordered[middle:])
    return first + second, unreadable | others


async def records_of(connection: AsyncConnection, province: str, codes: Collection[str]) -> dict[tuple[str, str], list[Seen]]:
    """Return every record of these dossiers, by code and source."""
    query = select(
        records.c.code,
        records.c.source,
        records.c.record,
        records.c.updated_at,
        records.c.status_since,
        records.c.first_updated_at,
    ).where(records.c.province_code == province, one_of(records.c.code, codes))
    seen: dict[tuple[str, str], list[Seen]] = defaultdict(list)
    for row in await connection.execute(query):
        seen[row.code, row.source].append(
            Seen(
                record=row.record,
                updated_at=row.updated_at,
                status_since=row.status_since,
                first_updated_at=row.first_updated_at,
            )
        )
    return seen


async def _findings(connection: AsyncConnection, province: str, codes: Collection[str]) -> dict[str, dict[str, Finding]]:
    query = select(findings.c.code, findings.c.family, findings.c.finding).where(
        findings.c.province_code == province, one_of(findings.c.code, codes)
    )
    standing: dict[str, dict[str, Finding]] = defaultdict(dict)
    for row in await connection.execute(query):
        standing[row.code][row.family] = row.finding
    return standing
