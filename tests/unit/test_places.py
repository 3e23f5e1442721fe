"""A dead receiver keeps nothing from the others."""

from services.monitor.webhooks.places import AT_FIRST, GIVES_UP_AFTER, Places


def fail(places: Places, webhook: int, times: int = 1) -> None:
    for _ in range(times):
        places.take(webhook)
        places.give_back(webhook, accepted=False)


def accept(places: Places, webhook: int, times: int = 1) -> None:
    for _ in range(times):
        places.take(webhook)
        places.give_back(webhook, accepted=True)


def test_a_receiver_that_accepts_earns_one_place_after_the_other_up_to_the_bound() -> None:
    places = Places(total=64, each=4)
    accept(places, 1)
    assert places.rooms()[1].free == AT_FIRST + 1
    accept(places, 1, 9)
    assert places.rooms()[1].free == 4


def test_a_failure_takes_half_of_them_and_leaves_one() -> None:
    places = Places(total=64, each=8)
    accept(places, 1, 9)
    fail(places, 1)
    assert places.rooms()[1].free == 4
    fail(places, 1, 5)
    assert places.rooms()[1].free == 1


def test_what_is_under_way_takes_up_room() -> None:
    places = Places(total=3, each=2)
    places.take(1)
    places.take(1)
    assert (places.free, places.rooms()[1].free, places.rooms()[1].busy) == (1, 0, 2)
    places.give_back(1, accepted=None)
    assert (places.free, places.rooms()[1].free) == (2, 1)


def test_however_many_are_dead_half_of_all_places_are_for_the_others() -> None:
    places = Places(total=10, each=8)
    for webhook in range(100):
        fail(places, webhook, 3)
    rooms = places.rooms()
    assert sum(room.free for room in rooms.values()) == 5
    tried = [webhook for webhook, room in rooms.items() if room.free]
    for webhook in tried:
        places.take(webhook)
    assert sum(room.free for room in places.rooms().values()) == 0
    assert places.free == 5


def test_the_dead_are_tried_in_turn() -> None:
    places = Places(total=4, each=8)
    for webhook in range(6):
        fail(places, webhook, 3)
    seen = []
    for _ in range(3):
        tried = [webhook for webhook, room in places.rooms().items() if room.free]
        seen += tried
        for webhook in tried:
            fail(places, webhook)
    assert seen == [0, 1, 2, 3, 4, 5]


def test_a_run_to_the_end_leaves_out_what_failed_several_times_in_a_row() -> None:
    places = Places(total=64, each=8)
    fail(places, 1, GIVES_UP_AFTER - 1)
    assert places.rooms(giving_up=True)[1].free == 1
    fail(places, 1)
    assert places.rooms(giving_up=True)[1].free == 0
    assert places.rooms()[1].free == 1
    accept(places, 1)
    assert places.rooms(giving_up=True)[1].free == 2
