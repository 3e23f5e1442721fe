"""Receivers verify what we send with any library of the specification."""

import base64
import os
import time
from datetime import UTC, datetime, timedelta, timezone

import pytest
from standardwebhooks import Webhook
from standardwebhooks.webhooks import WebhookVerificationError

from services.monitor.webhooks.signing import signed_headers

# The example of the specification.
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
MESSAGE = "msg_p5jXN8AQM9LWM0D4loKWxJek"
AT = datetime.fromtimestamp(1614265330, UTC)
BODY = '{"test": 2432232314}'
SIGNATURE = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="

OTHER = "whsec_" + base64.b64encode(b"another secret of thirty-two byt").decode()


@pytest.fixture(params=["UTC", "Asia/Ho_Chi_Minh", "America/New_York"])
def _zone(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("TZ", request.param)
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.usefixtures("_zone")
@pytest.mark.parametrize("zone", [UTC, timezone(timedelta(hours=7)), timezone(timedelta(hours=-5))])
def test_the_example_of_the_specification_is_signed_as_published_wherever_we_run(zone: timezone) -> None:
    assert signed_headers([SECRET], MESSAGE, BODY, at=AT.astimezone(zone)) == {
        "webhook-id": MESSAGE,
        "webhook-timestamp": "1614265330",
        "webhook-signature": SIGNATURE,
    }


@pytest.mark.usefixtures("_zone")
def test_the_library_of_the_receiver_accepts_it_and_nothing_that_was_changed() -> None:
    body = '{"message":"Đề nghị đơn vị tiếp nhận"}'
    headers = signed_headers([SECRET], MESSAGE, body, at=datetime.now(UTC))
    assert Webhook(SECRET).verify(body.encode(), headers)["message"] == "Đề nghị đơn vị tiếp nhận"
    changed = headers | {"webhook-timestamp": str(int(headers["webhook-timestamp"]) - 1)}
    for other_body, other_headers in ((body + " ", headers), (body, headers | {"webhook-id": "msg_2"}), (body, changed)):
        with pytest.raises(WebhookVerificationError):
            Webhook(SECRET).verify(other_body, other_headers)


def test_after_a_rotation_both_secrets_are_accepted() -> None:
    headers = signed_headers([OTHER, SECRET], MESSAGE, BODY, at=datetime.now(UTC))
    assert headers["webhook-signature"].count(" ") == 1
    for secret in (OTHER, SECRET):
        Webhook(secret).verify(BODY, headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(base64.b64encode(os.urandom(24)).decode()).verify(BODY, headers)


def test_a_moment_without_an_offset_is_refused() -> None:
    with pytest.raises(ValueError, match="offset"):
        signed_headers([SECRET], MESSAGE, BODY, at=AT.replace(tzinfo=None))


@pytest.mark.parametrize("secrets", [[], ["whsec_"], ["whsec_!"], [""]])
def test_without_a_secret_nothing_is_signed(secrets: list[str]) -> None:
    with pytest.raises(ValueError):
        signed_headers(secrets, MESSAGE, BODY, at=AT)
