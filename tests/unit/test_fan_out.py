"""From events to deliveries: the same ids however often, one poisoned event alone, what follows what."""

from collections.abc import Iterable

import msgspec
import pytest

from shared.domain.delivery import DeliveryState
from shared.domain.events import (
    EndpointNews,
    Event,
    EventType,
    earlier_event_id,
    earlier_message_ids,
    event_id,
    event_of,
    message_id,
)
from shared.domain.fan_out import Addressed, FannedOut, earlier_ids, fan_out, sort_out
from shared.domain.payloads import MOST_BYTES
from shared.domain.recipients import Role, Subscription

from .events import HAPPENED, RENDERING, changed, happened, subscription, told_alert

OPENED = happened()
WORSE = happened(EventType.ALERT_WORSENED, changed(told_alert("deadline.overdue"), sequence=2), id=9)


def addressees(events: list[Event], listening: list[Subscription]) -> tuple[Addressed, ...]:
    return sort_out(events, listening).addressed


def made(found: tuple[Addressed, ...], told_before: Iterable[str] = ()) -> FannedOut:
    return fan_out("H20", found, RENDERING, told_before, now=HAPPENED)


def supersedes(delivery) -> str | None:
    return msgspec.json.decode(delivery.body)["data"]["supersedes"]


def test_an_event_has_the_same_id_for_a_webhook_for_ever_and_another_for_any_other() -> None:
    ids = {message_id(province, webhook, event) for province in ("H20", "H21") for webhook in (1, 2) for event in (OPENED, WORSE)}
    assert len(ids) == 8
    assert message_id("H20", 1, OPENED) == message_id("H20", 1, happened(xid=1, id=1))
    assert all(len(id_) <= 64 and id_.startswith("msg_") for id_ in ids)
    assert event_id("H20", OPENED) == earlier_event_id("H20", WORSE)
    assert earlier_event_id("H20", OPENED) is None


def test_events_about_no_alert_are_told_apart_by_their_place() -> None:
    about = {
        "event": "endpoint.disabled",
        "subject": "webhook:4",
        "at": OPENED.at,
        "reason": None,
        "alert": None,
        "data": {"webhook_id": 4},
    }
    first, second = (event_of({**about, "xid": 5, "id": number}) for number in (1, 2))
    assert message_id("H20", 1, first) != message_id("H20", 1, second)
    assert earlier_message_ids("H20", 1, first) == []


def test_an_event_names_the_one_it_follows_if_that_was_told() -> None:
    found = addressees([OPENED, WORSE], [subscription()])
    first, second = made(found).deliveries
    assert (supersedes(first), supersedes(second)) == (None, first.message_id)
    alone = made(addressees([WORSE], [subscription()])).deliveries[0]
    assert (supersedes(alone), alone.message_id) == (None, second.message_id)
    later = made(addressees([WORSE], [subscription()]), {first.message_id}).deliveries[0]
    assert later == second
    assert first.message_id in earlier_ids("H20", addressees([WORSE], [subscription()]))


def test_everybody_concerned_is_told_and_nobody_else() -> None:
    listening = [subscription(Role.HANDLING, id=1), subscription(Role.OFFICE, id=2), subscription(Role.SYNC, id=3)]
    fanned = made(addressees([OPENED], listening)).deliveries
    assert [delivery.webhook_id for delivery in fanned] == [1, 2]
    assert len({delivery.message_id for delivery in fanned}) == 2


def test_who_does_not_listen_now_can_have_it_later() -> None:
    fanned = made(addressees([OPENED], [subscription(is_listening=False)])).deliveries
    assert [delivery.state for delivery in fanned] == [DeliveryState.CANCELLED]


def test_an_event_that_cannot_be_told_costs_itself_alone() -> None:
    poisoned = happened(EventType.ENDPOINT_DISABLED, id=8, alert=OPENED.alert)
    about = EndpointNews(webhook_id=9, reason="x" * MOST_BYTES)
    poisoned = msgspec.structs.replace(poisoned, alert=None, subject="webhook:9", data=about)
    office = [subscription(Role.OFFICE)]
    fanned = made(addressees([OPENED, poisoned, WORSE], office))
    assert [delivery.event.id for delivery in fanned.deliveries] == [OPENED.id, WORSE.id]
    assert [(event.id, error) for event, error in fanned.unrendered] == [(8, "BodyTooLong")]


@pytest.mark.parametrize("odd", [{"event": "alert.exploded"}, {"alert": None}, {"alert": {"id": 1}}, {"reason": "whim"}])
def test_a_row_this_version_cannot_read_is_refused(odd: dict[str, object]) -> None:
    row = msgspec.to_builtins(OPENED, builtin_types=()) | odd
    with pytest.raises(msgspec.ValidationError):
        event_of(row)
    assert event_of({**row, "event": "alert.opened", "reason": None, "alert": msgspec.to_builtins(OPENED.alert)}) == OPENED
