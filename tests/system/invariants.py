"""What holds of the whole system once everything is well again, whatever went wrong before."""

import json
import re
from collections import defaultdict
from collections.abc import Iterable
from itertools import islice

from shared.config import QuietConfig
from shared.db.engine import Database, create_engine
from shared.db.stores import fan_out as store
from shared.db.stores import outbox
from shared.db.views.events import position_of
from shared.db.views.queues import WEBHOOKS
from shared.domain.events import BEGINNING, event_of, message_id
from shared.domain.fan_out import sort_out
from shared.domain.quiet import Quiet
from tests.system.databases import LOST
from tests.system.running import until
from tests.system.whole import NAME, PROVINCE, RETRIES, Whole, address

WRONG = {
    **LOST,
    "a delivery waits without a time": "SELECT id FROM deliveries WHERE state = 'waiting' AND due_at IS NULL",
    "a delivery was given up before its attempts were used up, or without a reason": (
        "SELECT d.id FROM deliveries d WHERE d.state = 'failed' AND (d.attempts <= {retries} OR NOT EXISTS ("
        "SELECT FROM delivery_attempts t WHERE t.delivery_id = d.id AND t.number = d.attempts"
        " AND coalesce(t.status::text, t.error) IS NOT NULL))"
    ),
    "a delivery was cancelled, or expired while it was still of use": (
        "SELECT id FROM deliveries WHERE state = 'cancelled'"
        " OR state = 'expired' AND (expires_at IS NULL OR expires_at > finished_at + interval '2 s')"
    ),
}
"""What no row may be found for."""

_BEHIND = (
    "SELECT 1 FROM outbox o, outbox_readers r WHERE r.name = 'webhooks' AND (o.xid, o.id) > (r.xid, r.id)"
    " UNION ALL SELECT 1 FROM deliveries WHERE state = 'waiting' AND held_until IS NULL LIMIT 1"
)

_PERSONAL = {
    "a name": r"(?:Nguyễn|Trần|Lê|Phạm|Huỳnh|Võ|Đặng|Bùi|Hồ|Ngô|Dương|Lý) (?:Văn|Thị|Minh|Ngọc|Thanh|Hoàng|Kim|Hữu|Mỹ|Quốc)"
    r" (?:An|Bình|Châu|Dũng|Giang|Hạnh|Khoa|Lan|Nam|Oanh|Phúc|Quyên|Sơn|Trang|Vinh)\b",
    "an identity number": r"(?<![\w.])087\d{9}(?!\w)",
    "a telephone number": r"(?<![\w.])09\d{8}(?!\w)",
    "an address": r"congdan\d+@|\d+ ấp \d",
    "a citizen's number": r"\bCD\d{8}\b",
}
"""What the simulated province says of citizens and officers, as `services/simulator/people.py` makes it."""

_OFFICER = re.compile(r"officer_name\W+[\w ]+")
"""A public servant at work, of whom the name is kept."""

_ANSWERS = (200, 404, 409, 503, 504)
"""What the API may say: an alert that was listed may be resolved or merged meanwhile, and it may be without a database."""

_RUN = re.compile(r'"run": "\w+"')
_WITHOUT_DATABASE = (
    "watch766: the database does not answer, see WATCH766_DATABASE_URL",
    "watch766: the disk of the database is full",
)
"""All that a command may say that cannot start; the lines of those that could are JSON."""

_UNHANDLED = re.compile(r"Traceback|unhandled|never awaited|never retrieved", re.IGNORECASE)


async def heal(world: Whole) -> None:
    """Wait until everything is well again, settled and told."""
    (await world.running.simulator.delete("/faults")).raise_for_status()
    await world.running.answering()
    await world.running.settled_after(await world.running.now())
    await until(lambda: _is_told(world))


async def broken(world: Whole) -> list[str]:
    """Return every invariant that does not hold, in words. Stops the monitors."""
    found = [*await _untrue(world), *await _untrue_beside(world)]
    for kept in (*world.seconds, world.monitor):
        await kept.aclose()
    if await world.running.run("audit") != 0:
        found.append(f"an audit finds differences: {world.running.log('audit')[-2000:]}")
    found += [
        f"{what}: {rows}" for what, query in WRONG.items() if (rows := await world.administer(query.format(retries=RETRIES)))
    ]
    found += await _undelivered(world)
    found += await _personal(world)
    return found + _unhandled(world)


async def _is_told(world: Whole) -> bool:
    return not await world.administer(_BEHIND)


async def _untrue(world: Whole) -> list[str]:
    try:
        await world.running.assert_alerts_are_true()
    except AssertionError as error:
        return [f"alerts: {error}"]
    return []


async def _untrue_beside(world: Whole) -> list[str]:
    """Petitions and procedures are judged a little later than they change: what is told becomes what is true."""
    running, seen = world.running, ""

    async def is_true() -> bool:
        nonlocal seen
        before = await running.truth_beside(await running.now())
        told = await running.alerts_beside()
        after = await running.truth_beside(await running.now())
        seen = f"not told {sorted((before & after) - told)[:5]}, not true {sorted(told - (before | after))[:5]}"
        return before & after <= told <= before | after

    try:
        await until(is_true)
    except TimeoutError:
        return [f"alerts of petitions and procedures: {seen}"]
    return []


async def _undelivered(world: Whole) -> list[str]:
    """What was told is what one calm reading of the outbox tells; what counts as delivered was accepted, in order."""
    expected = await _expected(world)
    rows = await world.administer("SELECT webhook_id, message_id, subject, state FROM deliveries ORDER BY xid, outbox_id, id")
    made = {(row["webhook_id"], row["message_id"]) for row in rows}
    found = [f"never put on its way: {one} {expected[one]}" for one in sorted(expected.keys() - made)[:5]]
    found += [f"put on its way though nobody wanted it: {one}" for one in sorted(made - expected.keys())[:5]]
    for path, receiver in world.receivers.items():
        own = [row for row in rows if row["webhook_id"] == world.ids[path]]
        delivered = [(row["subject"], row["message_id"]) for row in own if row["state"] == "delivered"]
        first = {id_: place for place, id_ in reversed(list(enumerate(receiver.accepted)))}
        found += [f"{path} never accepted {id_}, delivered as it is" for _, id_ in delivered if id_ not in first][:5]
        found += _out_of_order(path, [one for one in delivered if one[1] in first], first)
    return found


def _out_of_order(path: str, delivered: Iterable[tuple[str, str]], first: dict[str, int]) -> list[str]:
    places: dict[str, list[int]] = defaultdict(list)
    for subject, id_ in delivered:
        places[subject].append(first[id_])
    return [f"{path} heard of {subject} out of order" for subject, heard in places.items() if heard != sorted(heard)][:5]


async def _expected(world: Whole) -> dict[tuple[int, str], str]:
    """Return what one calm reading of the outbox, up to where it was read, puts on its way: webhook and message, which event."""
    database = Database(create_engine(address(world.server, NAME), application="tests"))
    try:
        async with database.begin() as connection:
            tree = await store.agency_tree(connection, PROVINCE)
            listening = await store.subscriptions(connection, PROVINCE, tree)
            read_to = await position_of(connection, PROVINCE, WEBHOOKS) or BEGINNING
            rows = await outbox.read(connection, PROVINCE, after=BEGINNING, to=read_to, limit=10**6)
    finally:
        await database.aclose()
    told = sort_out(map(event_of, rows), listening, Quiet(digest_only=QuietConfig().digest_only)).addressed
    return {
        (one.id, message_id(PROVINCE, one.id, event)): f"{event.type} {event.subject} in outbox {event.id}"
        for event, to in told
        for one in to
    }


async def _personal(world: Whole) -> list[str]:
    """Search the database, every log, what the API said and what receivers were sent."""
    names = await world.administer("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    told = {f"table {name}": await world.administer(f'SELECT t::text FROM "{name}" t') for [name] in names}
    texts = {place: "\n".join(row[0] for row in rows) for place, rows in told.items()}
    texts |= {f"log {path.name}": _RUN.sub("", path.read_text()) for path in world.running.folder.glob("*.log")}
    texts["answers"] = "\n".join(world.told)
    texts["messages"] = "\n".join(message.body.decode() for sent in world.receiving.messages.values() for message in sent)
    return [f"{what} in {place}" for place, text in texts.items() for what in personal_data(text)]


def personal_data(text: str) -> list[str]:
    """Return what a text holds of a simulated citizen."""
    without = _OFFICER.sub("", text)
    return [f"{what}: {match.group()}" for what, pattern in _PERSONAL.items() if (match := re.search(pattern, without))]


def _unhandled(world: Whole) -> list[str]:
    """Every error is one that is translated: every line of a log is a fact, no answer is 500, no service ends by itself."""
    logs = [path for path in world.running.folder.glob("*.log") if path.stem != "audit"]  # which is an answer to a person
    lines = ((path.name, line) for path in logs for line in path.read_text().splitlines())
    found = list(islice((f"{name}: {_briefly(line)}" for name, line in lines if not _is_foreseen(line)), 8))
    found += [f"{what} answered {status} {n} times" for (*what, status), n in world.asked.items() if status not in _ANSWERS]
    ends = [end for kept in (world.api, world.monitor, *world.seconds) for end in kept.ends]
    return found + ([f"a service ended by itself with {ends}"] if ends else [])


def _is_foreseen(line: str) -> bool:
    if line.startswith(_WITHOUT_DATABASE):
        return True
    try:
        return json.loads(line)["level"] in ("info", "warning") and not _UNHANDLED.search(line)
    except (ValueError, KeyError, TypeError):
        return False


def _briefly(line: str) -> str:
    """Return a line of a log without its time, of a traceback only our own places and what was raised."""
    try:
        facts = json.loads(line)
    except ValueError:
        return line[-300:]
    trace = str(facts.pop("exception", "")).splitlines()
    places = re.findall(r'File "[^"]*/((?:services|shared)/[^"]*", line \d+)', "\n".join(trace))
    raised = [text for text in trace if re.match(r"[\w.]+(Error|Exception|Timeout|Lost|Unavailable)\b", text)]
    told = {name: value for name, value in facts.items() if name not in ("timestamp", "run", "level")}
    return "\n      ".join([str(told), *(text[:300] for text in raised[-4:]), *places[-12:]])
