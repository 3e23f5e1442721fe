"""`watch766 keys`: making, listing and revoking keys to the API."""

import argparse
import json
import secrets
import sys
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import msgspec

from services.operator import operator
from shared.config import Settings, load_config
from shared.db import schema
from shared.db.engine import SEE_THE_ADDRESS, Database, clock, translated
from shared.db.opening import open_database
from shared.db.stores import api_keys
from shared.db.views.api_keys import all_keys
from shared.domain import codes
from shared.domain.access import RANDOM_BYTES, Scope, new_key
from shared.domain.working_time import LOCAL
from shared.errors import ConfigError
from shared.lengths import parse_length

Command = Callable[[argparse.Namespace, Settings], Coroutine[Any, Any, int]]
Expiry = timedelta | date | None


async def create(options: argparse.Namespace, settings: Settings) -> int:
    """Make a key and print it: it is shown this once. An empty database is brought to the schema first."""
    province = load_config(settings.config).province
    agency = _agency(options.agency, province)
    async with _opened(settings) as database:
        text = await make_key(database, province, options.name, options.scope, agency=agency, expires=options.expires)
    print(json.dumps({"key": text}) if options.json else text)
    print("The key is shown this once: only a digest of it is kept.", file=sys.stderr)
    return 0


async def show(options: argparse.Namespace, settings: Settings) -> int:
    """List the keys with scopes, agency, expiry and last use, the latest first."""
    province = load_config(settings.config).province
    async with _opened(settings) as database, database.begin() as connection:
        keys = [dict(key) for key in await all_keys(connection, province)]
    print(msgspec.json.encode(keys).decode() if options.json else "\n".join(map(_line, keys)))
    return 0


async def revoke(options: argparse.Namespace, settings: Settings) -> int:
    """Let a key be good no longer; it stays in the list."""
    province = load_config(settings.config).province
    async with _opened(settings) as database, database.begin() as connection:
        now = await clock(connection)
        if await api_keys.revoke(connection, province, options.prefix, by=operator(), now=now):
            return 0
    raise ConfigError("there is no key with this prefix: `watch766 keys list` names those there are")


async def make_key(
    database: Database,
    province: str,
    name: str,
    scopes: Sequence[Scope],
    *,
    agency: str | None = None,
    expires: Expiry = None,
) -> str:
    """Make a key and return its text, which is kept nowhere. `expires`: after so long, or at the end of this local day."""
    key = new_key(secrets.token_bytes(RANDOM_BYTES))
    async with database.begin() as connection:
        now = await clock(connection)
        await api_keys.create(
            connection,
            province,
            key,
            name=name,
            scopes=set(scopes),
            agency=agency,
            expires_at=_expires_at(expires, now),
            by=operator(),
            now=now,
        )
    return key.text


def add_commands(add: Callable[[Any, str, Command], argparse.ArgumentParser], commands: Any) -> None:
    """Add `keys` and what it can do to the command line."""
    keys = commands.add_parser("keys", help="Keys to the API.", description="Keys to the API.")
    actions = keys.add_subparsers(required=True, metavar="action")
    _create(add(actions, "create", create))
    add(actions, "list", show).add_argument("--json", action="store_true", help="as JSON")
    add(actions, "revoke", revoke).add_argument("prefix", type=_prefix, help="the part between w766_ and the next _")


def _create(parser: argparse.ArgumentParser) -> None:
    told = ", ".join(Scope)
    parser.add_argument("--name", type=_name, required=True, help="who is to use it, for people")
    parser.add_argument("--scope", type=_scope, action="append", required=True, help=f"what it may do, again for more: {told}")
    parser.add_argument("--agency", help="sees this agency and those below it only; left out: the whole province")
    parser.add_argument("--expires", type=_expiry, help="after so long (90d) or with a day (2026-12-31); left out: never")
    parser.add_argument("--json", action="store_true", help='print {"key": …} alone')


@asynccontextmanager
async def _opened(settings: Settings) -> AsyncIterator[Database]:
    async with open_database(settings, "watch766 keys") as database:
        await schema.prepare(database.engine)
        with translated(SEE_THE_ADDRESS):
            yield database


def _agency(written: str | None, province: str) -> str | None:
    if written is None:
        return None
    code = codes.agency(written)
    if not codes.is_within(code, province):
        raise ConfigError(f"--agency: is not an agency of {province}")
    return code


def _expires_at(expires: Expiry, now: datetime) -> datetime | None:
    if isinstance(expires, timedelta):
        return now + expires
    if expires is None:
        return None
    end = datetime.combine(expires + timedelta(days=1), time(), LOCAL).astimezone(UTC)
    if end <= now:
        raise ConfigError("--expires: this day has passed")
    return end


def _line(key: dict[str, Any]) -> str:
    expires, used = (_moment(key[name]) for name in ("expires_at", "last_used_at"))
    facts = f"{' '.join(key['scopes'])}; {key['agency'] or 'the province'}; expires {expires}, used {used}"
    return f"{key['prefix']}  {key['name']}: {facts}" + ("; REVOKED" if key["revoked_at"] else "")


def _moment(moment: datetime | None) -> str:
    return f"{moment.astimezone(LOCAL):%Y-%m-%d %H:%M}" if moment else "never"


def _name(value: str) -> str:
    if not (0 < len(value) <= 100 and value.isprintable()):
        raise argparse.ArgumentTypeError("must be 1 to 100 characters that can be printed")
    return value


def _scope(value: str) -> Scope:
    if value not in set(Scope):
        raise argparse.ArgumentTypeError(f"there is no such scope; there are: {', '.join(Scope)}")
    return Scope(value)


def _prefix(value: str) -> str:
    """Also take a whole key, which is what people have at hand."""
    return value.removeprefix("w766_").partition("_")[0]


def _expiry(value: str) -> Expiry:
    try:
        length = parse_length(value) if value[-1:].isalpha() else date.fromisoformat(value)
    except ValueError:
        raise argparse.ArgumentTypeError("must be a length such as 90d or a day such as 2026-12-31") from None
    if isinstance(length, timedelta) and not timedelta() < length <= timedelta(days=3660):
        raise argparse.ArgumentTypeError("must be from 1 second to 10 years")
    return length if isinstance(length, timedelta | date) else None
