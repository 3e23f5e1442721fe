"""Deliveries go out at least once, of one subject in order, and to nobody who is switched off."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from standardwebhooks import Webhook

from shared.db.engine import Database
from shared.db.stores import attempts as store
from shared.db.stores import deliveries, endpoints
from shared.db.stores.attempts import Attempt
from shared.domain.delivery import DISABLE_AFTER, FAILING_MATTERS_AFTER, Answer, Decision, DeliveryState, Reason
from tests.outgoing import PROVINCE, SECRET, Outgoing, config
from tests.receivers import Message, Receivers, answer, hang, receivers
from tests.waiting import PATIENCE

LATER = [timedelta(hours=1)] * 9
OTHER_SECRET = "whsec_YW5vdGhlciBzZWNyZXQgb2YgdGhpcnR5LXR3byBieXQ="
TICK = timedelta(microseconds=1)


@pytest.fixture
async def receiving() -> AsyncIterator[Receivers]:
    async with receivers() as made:
        yield made


@pytest.fixture
def outgoing(database: Database) -> Outgoing:
    return Outgoing(database)


async def deliver(outgoing: Outgoing, receiving: Receivers, **more) -> None:
    dispatcher = outgoing.dispatcher(config(receiving.port, **more))
    await dispatcher.drain()
    await dispatcher.aclose()


def numbers(messages: list[Message]) -> list[int]:
    return [json.loads(message.body)["n"] for message in messages]


async def claim(outgoing: Outgoing, *, each: int = 2, limit: int = 100, now: datetime | None = None, rooms=None):
    async with outgoing.database.begin() as connection:
        now = now or datetime.now(UTC) + timedelta(seconds=1)
        found, _ = await deliveries.claim(
            connection, PROVINCE, rooms or {}, each=each, limit=limit, lease=timedelta(seconds=30), now=now
        )
    return found


async def test_what_arrives_is_what_was_stored_and_is_signed(outgoing: Outgoing, receiving: Receivers) -> None:
    webhook = await outgoing.webhook(receiving.url("/x?key=mot"))
    await outgoing.deliveries(webhook, ["dossier:Đăng ký"])
    await deliver(outgoing, receiving)
    [message] = receiving.messages["/x?key=mot"]
    assert Webhook(SECRET).verify(message.body, message.headers) == {"n": 0, "subject": "dossier:Đăng ký"}
    [stored] = await outgoing.rows("SELECT body, message_id FROM deliveries")
    assert (message.body.decode(), message.id) == (stored.body, stored.message_id)
    assert message.headers["content-type"] == "application/json"
    assert message.headers["user-agent"].startswith("Watch766/")
    assert message.headers["content-length"] == str(len(message.body))


async def test_every_attempt_has_the_same_id_and_the_same_bytes(outgoing: Outgoing, receiving: Receivers) -> None:
    receiving.behaviours["/x"] = answer(503)
    webhook = await outgoing.one(receiving.url("/x"))
    for _ in range(3):
        await deliver(outgoing, receiving, retry=LATER)
        await outgoing.due_again_now(webhook)
    receiving.behaviours["/x"] = answer(200, b"thanks")
    await deliver(outgoing, receiving, retry=LATER)
    assert len({(message.id, message.body) for message in receiving.messages["/x"]}) == 1
    found = await outgoing.attempts(webhook)
    assert [(a.number, a.status, a.answer) for a in found] == [(1, 503, ""), (2, 503, ""), (3, 503, ""), (4, 200, "thanks")]
    assert await outgoing.states(webhook) == ["delivered"]


async def test_what_was_recorded_of_a_sending_is_counted(outgoing: Outgoing, receiving: Receivers) -> None:
    receiving.behaviours["/no"] = answer(503)
    counted: list[str] = []
    for path in ("/yes", "/no"):
        await outgoing.one(receiving.url(path))
    dispatcher = outgoing.dispatcher(config(receiving.port, retry=LATER))
    dispatcher.count_with(counted.append)
    await dispatcher.drain()
    await dispatcher.aclose()
    assert sorted(counted) == ["delivered", "waiting"]


async def test_after_the_last_attempt_it_has_failed_and_the_next_of_its_subject_is_sent(
    outgoing: Outgoing, receiving: Receivers
) -> None:
    receiving.behaviours["/x"] = answer(500)
    webhook = await outgoing.webhook(receiving.url("/x"))
    await outgoing.deliveries(webhook, ["dossier:a", "dossier:a"])
    for _ in range(2):
        await deliver(outgoing, receiving, retry=LATER[:1])
        await outgoing.rows("UPDATE deliveries SET due_at = now() WHERE attempts > 0 AND state = 'waiting'")
    receiving.behaviours["/x"] = answer(200)
    await deliver(outgoing, receiving, retry=LATER[:1])
    assert numbers(receiving.messages["/x"]) == [0, 0, 1, 1]
    assert await outgoing.states(webhook) == ["failed", "delivered"]


async def test_of_one_subject_nothing_is_overtaken_and_other_subjects_do_not_wait(
    outgoing: Outgoing, receiving: Receivers
) -> None:
    """The first event of one subject fails: what comes after it stays behind, whatever goes past."""

    async def refuse_the_first(message: Message, writer: asyncio.StreamWriter) -> None:
        await answer(500 if numbers([message]) == [0] else 200)(message, writer)

    receiving.behaviours["/x"] = refuse_the_first
    webhook = await outgoing.webhook(receiving.url("/x"))
    await outgoing.deliveries(webhook, ["dossier:a", "dossier:a", "dossier:b", "dossier:a", "dossier:b"])
    await deliver(outgoing, receiving, retry=LATER)
    assert set(numbers(receiving.messages["/x"])) == {0, 2, 4}
    assert await outgoing.states(webhook) == ["waiting", "waiting", "delivered", "waiting", "delivered"]
    receiving.behaviours["/x"] = answer(200)
    await outgoing.rows("UPDATE deliveries SET due_at = now() WHERE attempts > 0 AND state = 'waiting'")
    await deliver(outgoing, receiving, retry=LATER)
    assert [n for n in numbers(receiving.messages["/x"]) if n not in (2, 4)] == [0, 0, 1, 3]


async def test_a_row_behind_a_failing_one_is_looked_at_once_and_not_at_every_claim(outgoing: Outgoing) -> None:
    webhook = await outgoing.webhook("https://hooks.gia-lai.test/")
    await outgoing.deliveries(webhook, ["dossier:a"] * 500)
    [first] = await claim(outgoing)
    await claim(outgoing)
    [due] = await outgoing.rows("SELECT count(*) FROM deliveries WHERE due_at <= now() + interval '1 minute'")
    assert (due.count, first.subject) == (1, "dossier:a")


@pytest.mark.parametrize("looked_at_first", [True, False])
async def test_what_another_monitor_is_just_done_with_holds_back_nothing(
    outgoing: Outgoing, receiving: Receivers, *, looked_at_first: bool
) -> None:
    """One monitor writes that the first was accepted while another one looks at the second, whichever of them ends first."""
    webhook = await outgoing.webhook(receiving.url("/x"))
    await outgoing.deliveries(webhook, ["dossier:a"])
    [first] = await claim(outgoing)
    await outgoing.deliveries(webhook, ["dossier:a"])
    now = datetime.now(UTC) + timedelta(seconds=1)
    attempt = Attempt(first, Answer(204), 1, "", Decision(DeliveryState.DELIVERED, Reason.ACCEPTED))
    looked, recorded = asyncio.Event(), asyncio.Event()

    async def look() -> None:
        async with outgoing.database.begin() as connection:
            await deliveries.claim(connection, PROVINCE, {}, each=2, limit=9, lease=timedelta(minutes=1), now=now)
            looked.set()
            if looked_at_first:
                await asyncio.sleep(0.2)  # time for the other to come as far as it does before this one ends

    async def record() -> None:
        async with outgoing.database.begin() as connection:
            await store.record(connection, PROVINCE, [attempt], now=now)
            recorded.set()
            await looked.wait()

    first_of_them, other, begun = (look, record, looked) if looked_at_first else (record, look, recorded)
    one = asyncio.create_task(first_of_them())
    await begun.wait()
    await asyncio.gather(one, other())
    [second] = await claim(outgoing, now=now)
    assert second.message_id == "msg_1"


async def test_two_monitors_never_claim_the_same_nor_two_of_one_subject(outgoing: Outgoing) -> None:
    webhook = await outgoing.webhook("https://hooks.gia-lai.test/")
    await outgoing.deliveries(webhook, [f"dossier:{n % 7}" for n in range(70)])
    found = [one for batch in await asyncio.gather(*(claim(outgoing, each=5) for _ in range(5))) for one in batch]
    assert len({one.id for one in found}) == len(found)
    assert len({one.subject for one in found}) == len(found) > 0


async def test_what_a_killed_monitor_had_claimed_is_sent_when_its_lease_lapses(outgoing: Outgoing, receiving: Receivers) -> None:
    webhook = await outgoing.one(receiving.url("/x"))
    now = datetime.now(UTC)
    [claimed] = await claim(outgoing, now=now)
    assert await claim(outgoing, now=claimed.leased_until - TICK) == []
    assert [again.id for again in await claim(outgoing, now=claimed.leased_until)] == [claimed.id]
    await outgoing.rows("UPDATE deliveries SET leased_until = now()")
    await deliver(outgoing, receiving)
    assert await outgoing.states(webhook) == ["delivered"]


async def test_who_lost_its_lease_records_nothing(outgoing: Outgoing, receiving: Receivers) -> None:
    """While it was sending, another monitor took the delivery over."""

    async def meanwhile_taken_over(_: Message, writer: asyncio.StreamWriter) -> None:
        await outgoing.rows("UPDATE deliveries SET leased_until = leased_until + interval '1 second'")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")

    receiving.behaviours["/x"] = meanwhile_taken_over
    webhook = await outgoing.one(receiving.url("/x"))
    await deliver(outgoing, receiving)
    assert (await outgoing.states(webhook), await outgoing.attempts(webhook)) == (["waiting"], [])


async def test_receivers_are_claimed_for_in_turn(outgoing: Outgoing) -> None:
    for _ in range(5):
        webhook = await outgoing.webhook("https://hooks.gia-lai.test/")
        await outgoing.deliveries(webhook, [f"dossier:{n}" for n in range(50)])
    found = await claim(outgoing, each=8, limit=10)
    assert sorted(one.webhook_id for one in found) == sorted(2 * list({one.webhook_id for one in found}))
    assert len({one.webhook_id for one in found}) == 5


async def test_an_event_that_nobody_needs_any_more_is_not_sent_and_the_next_one_is(
    outgoing: Outgoing, receiving: Receivers
) -> None:
    webhook = await outgoing.webhook(receiving.url("/x"))
    now = datetime.now(UTC)
    await outgoing.deliveries(webhook, ["dossier:a"], expires_at=now)
    await outgoing.deliveries(webhook, ["dossier:a"], expires_at=now + timedelta(hours=1))
    await deliver(outgoing, receiving)
    assert await outgoing.states(webhook) == ["expired", "delivered"]
    assert numbers(receiving.messages["/x"]) == [1]


async def test_it_expires_at_its_instant(outgoing: Outgoing) -> None:
    now = datetime.now(UTC) + timedelta(seconds=1)
    webhook = await outgoing.webhook("https://hooks.gia-lai.test/")
    await outgoing.deliveries(webhook, ["dossier:a"], expires_at=now)
    await outgoing.deliveries(webhook, ["dossier:b"], expires_at=now + TICK)
    assert [one.subject for one in await claim(outgoing, now=now)] == ["dossier:b"]
    assert await outgoing.states(webhook) == ["expired", "waiting"]


@pytest.mark.parametrize("off", ["active = false", "disabled_at = now(), disabled_reason = 'failing'", None])
async def test_nothing_is_sent_to_who_is_switched_off_or_deleted(
    outgoing: Outgoing, receiving: Receivers, off: str | None
) -> None:
    """Also what was made at that very moment, and was not there to be cancelled with the rest."""
    webhook = await outgoing.one(receiving.url("/x"))
    await outgoing.rows(f"UPDATE webhooks SET {off}" if off else "DELETE FROM webhooks")
    assert await claim(outgoing) == []
    await deliver(outgoing, receiving)
    assert await outgoing.states(webhook) == ["cancelled"]
    assert receiving.messages == {}


async def test_what_was_accepted_while_it_was_cancelled_was_delivered(outgoing: Outgoing, receiving: Receivers) -> None:
    async def meanwhile_cancelled(message: Message, writer: asyncio.StreamWriter) -> None:
        async with outgoing.database.begin() as connection:
            webhook = (await outgoing.rows("SELECT webhook_id FROM deliveries"))[0].webhook_id
            await endpoints.cancel_waiting(connection, PROVINCE, webhook, now=datetime.now(UTC))
        await answer(200 if message.path == "/yes" else 500)(message, writer)

    receiving.behaviours["/yes"] = receiving.behaviours["/no"] = meanwhile_cancelled
    for path, state in (("/yes", "delivered"), ("/no", "cancelled")):
        webhook = await outgoing.one(receiving.url(path))
        await deliver(outgoing, receiving)
        assert (await outgoing.states(webhook), len(await outgoing.attempts(webhook))) == ([state], 1)
        await outgoing.rows("DELETE FROM deliveries")


async def test_five_days_of_failures_switch_a_receiver_off_and_operations_hear_of_it(
    outgoing: Outgoing, receiving: Receivers
) -> None:
    receiving.behaviours["/x"] = answer(500)
    webhook = await outgoing.webhook(receiving.url("/x"))
    await outgoing.deliveries(webhook, ["dossier:a", "dossier:b", "dossier:c"])
    await outgoing.rows("UPDATE webhooks SET failing_since = now() - CAST(:since AS interval)", since=DISABLE_AFTER)
    await deliver(outgoing, receiving, retry=LATER, per_webhook=1)
    [row] = await outgoing.rows("SELECT disabled_reason FROM webhooks")
    assert row.disabled_reason == "failing"
    assert await outgoing.states(webhook) == ["cancelled"] * 3
    assert len(receiving.messages["/x"]) == 1
    [told] = await outgoing.rows("SELECT event, data ->> 'reason' AS reason, data ->> 'cancelled' AS cancelled FROM outbox")
    assert tuple(told) == ("endpoint.disabled", "failing", "3")


async def test_a_failing_receiver_that_accepts_again_is_told_of_once(outgoing: Outgoing, receiving: Receivers) -> None:
    webhook = await outgoing.webhook(receiving.url("/x"))
    await outgoing.deliveries(webhook, ["dossier:a", "dossier:b", "dossier:c"])
    await outgoing.rows("UPDATE webhooks SET failing_since = now() - CAST(:since AS interval)", since=FAILING_MATTERS_AFTER)
    await deliver(outgoing, receiving)
    [row] = await outgoing.rows("SELECT failing_since, delivered_at FROM webhooks")
    assert row.failing_since is None
    assert row.delivered_at is not None
    assert [told.event for told in await outgoing.rows("SELECT event FROM outbox")] == ["endpoint.recovered"]
    assert await outgoing.states(webhook) == ["delivered"] * 3


async def test_after_a_rotation_the_old_secret_signs_until_it_expires(outgoing: Outgoing, receiving: Receivers) -> None:
    tomorrow, yesterday = (datetime.now(UTC) + timedelta(days=days) for days in (1, -1))
    await outgoing.one(receiving.url("/both"), secrets={SECRET: tomorrow, OTHER_SECRET: None})
    await outgoing.one(receiving.url("/new"), secrets={SECRET: yesterday, OTHER_SECRET: None})
    await deliver(outgoing, receiving)
    [both], [new] = receiving.messages["/both"], receiving.messages["/new"]
    for secret in (SECRET, OTHER_SECRET):
        Webhook(secret).verify(both.body, both.headers)
    Webhook(OTHER_SECRET).verify(new.body, new.headers)
    assert new.headers["webhook-signature"].count(" ") == 0


async def test_a_secret_sealed_with_another_key_is_our_fault_and_not_the_receivers(
    outgoing: Outgoing, receiving: Receivers, database: Database, log_lines
) -> None:
    webhook = await Outgoing(database).one(receiving.url("/x"))  # whose key is another one
    await deliver(outgoing, receiving)
    [row] = await outgoing.rows("SELECT state, attempts, leased_until, due_at > now() AS later FROM deliveries")
    assert tuple(row) == ("waiting", 0, None, True)
    assert receiving.messages == {}
    [said] = [line for line in log_lines if line["event"] == "webhook_secret_unreadable"]
    assert (said["webhook"], SECRET in str(log_lines)) == (webhook, False)
    assert (await outgoing.rows("SELECT failing_since FROM webhooks"))[0].failing_since is None


async def test_a_replay_sends_it_again_under_its_id_with_all_its_attempts(outgoing: Outgoing, receiving: Receivers) -> None:
    receiving.behaviours["/x"] = answer(500)
    webhook = await outgoing.one(receiving.url("/x"))
    await deliver(outgoing, receiving, retry=[])
    assert await outgoing.states(webhook) == ["failed"]
    await outgoing.rows("UPDATE deliveries SET expires_at = now()")
    [row] = await outgoing.rows("SELECT id FROM deliveries")
    now = datetime.now(UTC)
    async with outgoing.database.begin() as connection:
        assert await endpoints.replay(connection, PROVINCE, webhook, row.id, now=now)
        assert not await endpoints.replay(connection, PROVINCE, webhook, row.id + 1, now=now)
        assert not await endpoints.replay(connection, PROVINCE, webhook + 1, row.id, now=now)
    await deliver(outgoing, receiving, retry=LATER[:1])
    assert await outgoing.states(webhook) == ["waiting"]  # one more attempt is left, though two were made
    receiving.behaviours["/x"] = answer(200)
    await outgoing.due_again_now(webhook)
    await deliver(outgoing, receiving)
    assert [attempt.number for attempt in await outgoing.attempts(webhook)] == [1, 2, 3]
    assert len({message.id for message in receiving.messages["/x"]}) == 1
    assert await outgoing.states(webhook) == ["delivered"]


async def test_what_failed_before_is_sent_as_soon_as_an_older_one_that_was_replayed_is_done(
    outgoing: Outgoing, receiving: Receivers
) -> None:
    webhook = await outgoing.webhook(receiving.url("/x"))
    await outgoing.deliveries(webhook, ["dossier:a"])
    await deliver(outgoing, receiving)
    await outgoing.deliveries(webhook, ["dossier:a"])
    receiving.behaviours["/x"] = answer(500)
    await deliver(outgoing, receiving, retry=LATER)
    [older, _] = await outgoing.rows("SELECT id FROM deliveries ORDER BY id")
    async with outgoing.database.begin() as connection:
        await endpoints.replay(connection, PROVINCE, webhook, older.id, now=datetime.now(UTC))
    await deliver(outgoing, receiving, retry=LATER)
    await outgoing.due_again_now(webhook)
    receiving.behaviours["/x"] = answer(200)
    await deliver(outgoing, receiving, retry=LATER)
    assert numbers(receiving.messages["/x"]) == [0, 1, 0, 0, 1]
    assert await outgoing.states(webhook) == ["delivered"] * 2


async def test_a_replay_since_a_moment_sends_all_of_it_again_in_the_old_order(outgoing: Outgoing, receiving: Receivers) -> None:
    webhook = await outgoing.webhook(receiving.url("/x"))
    await outgoing.deliveries(webhook, ["dossier:a"] * 2)
    await deliver(outgoing, receiving)
    since = (await outgoing.rows("SELECT clock_timestamp() AS now"))[0].now
    await outgoing.deliveries(webhook, ["dossier:a"] * 3)
    await deliver(outgoing, receiving)
    async with outgoing.database.begin() as connection:
        assert await endpoints.replay_since(connection, PROVINCE, webhook, since, now=datetime.now(UTC)) == 3
    await deliver(outgoing, receiving)
    assert numbers(receiving.messages["/x"]) == [0, 1, 2, 3, 4, 2, 3, 4]


async def test_a_stop_gives_back_what_it_was_sending(outgoing: Outgoing, receiving: Receivers) -> None:
    receiving.behaviours["/x"] = hang
    webhook = await outgoing.one(receiving.url("/x"))
    dispatcher = outgoing.dispatcher(config(receiving.port, timeout=timedelta(minutes=1)))
    running = asyncio.create_task(dispatcher.run())
    while not receiving.messages["/x"]:
        await asyncio.sleep(0.01)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    await dispatcher.aclose()
    [row] = await outgoing.rows("SELECT state, attempts, leased_until FROM deliveries WHERE due_at <= now()")
    assert tuple(row) == ("waiting", 0, None)
    receiving.behaviours["/x"] = answer(200)
    await deliver(outgoing, receiving)
    assert await outgoing.states(webhook) == ["delivered"]


async def test_an_orderly_stop_lets_what_is_being_sent_come_to_its_end(outgoing: Outgoing, receiving: Receivers) -> None:
    going_on = asyncio.Event()

    async def slowly(message: Message, writer: asyncio.StreamWriter) -> None:
        await going_on.wait()
        await answer(200)(message, writer)

    receiving.behaviours["/x"] = slowly
    webhook = await outgoing.one(receiving.url("/x"))
    dispatcher = outgoing.dispatcher(config(receiving.port, timeout=timedelta(minutes=1)))
    running = asyncio.create_task(dispatcher.run())
    while not receiving.messages["/x"]:
        await asyncio.sleep(0.01)
    dispatcher.stop()
    going_on.set()
    await asyncio.wait_for(running, PATIENCE)
    await dispatcher.aclose()
    assert await outgoing.states(webhook) == ["delivered"]


async def test_woken_it_sends_at_once(outgoing: Outgoing, receiving: Receivers) -> None:
    """Long before it would have looked by itself."""
    webhook = await outgoing.webhook(receiving.url("/x"))
    dispatcher = outgoing.dispatcher(config(receiving.port), every=2 * PATIENCE)
    running = asyncio.create_task(dispatcher.run())
    async with asyncio.timeout(PATIENCE):
        for number in range(10):
            await asyncio.sleep(0.05)  # time for it to find nothing more
            await outgoing.deliveries(webhook, [f"dossier:{number}"])
            dispatcher.wake()
            while len(receiving.messages["/x"]) <= number:
                await asyncio.sleep(0.005)
    dispatcher.stop()
    await running
    await dispatcher.aclose()
