"""What a developer beside the demo can do without configuring anything."""

import pytest

from services.demo_config import demo_config
from shared.config import Config
from shared.domain.addresses import receiver
from shared.errors import AddressRefused

PORTS = {"portal": 9101, "home": 9102, "special": 9103, "receiver": 9104}
CONFIG = Config.model_validate(demo_config(PORTS, "http://127.0.0.1:8766"))


@pytest.mark.parametrize("port", [9104, 8080])
def test_events_are_sent_to_the_demos_own_receiver_and_to_that_of_the_guide(port: int) -> None:
    assert receiver(f"http://127.0.0.1:{port}/", CONFIG.webhooks.allowed).port == port


def test_events_are_sent_to_no_other_port_of_this_machine() -> None:
    with pytest.raises(AddressRefused):
        receiver("http://127.0.0.1:8081/", CONFIG.webhooks.allowed)


def test_pages_served_on_this_machine_may_ask_and_no_others() -> None:
    assert {"http://localhost:3000", "http://localhost:5173", "http://127.0.0.1:8080"} <= set(CONFIG.access.origins)
    assert all(origin.startswith(("http://localhost:", "http://127.0.0.1:")) for origin in CONFIG.access.origins)
