"""Whatever a receiver does is one recorded failure, costs at most the time-out, and slows nobody else."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from shared.db.engine import Database
from tests.outgoing import Outgoing, config
from tests.receivers import Behaviour, Receivers, answer, drip, hang, megabytes, raw, receivers
from tests.waiting import PATIENCE

IMPATIENT = timedelta(milliseconds=500)
MILLISECOND = timedelta(milliseconds=1)
IN_TIME = "no complete answer within 0.5 s"


@pytest.fixture
async def receiving() -> AsyncIterator[Receivers]:
    async with receivers() as made:
        yield made


@pytest.fixture
def outgoing(database: Database) -> Outgoing:
    return Outgoing(database)


async def deliver(outgoing: Outgoing, receiving: Receivers, **more) -> None:
    """Send what is due once; nothing that fails is tried again in the same run."""
    dispatcher = outgoing.dispatcher(config(receiving.port, **{"retry": [timedelta(hours=1)], **more}))
    await dispatcher.drain()
    await dispatcher.aclose()


@pytest.mark.parametrize(
    "behaviour",
    [
        pytest.param(hang, id="hangs"),
        pytest.param(drip(b"HTTP/1.1 200 OK\r\nX-Slow: "), id="drips its headers"),
        pytest.param(drip(b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n"), id="drips"),
    ],
)
async def test_who_does_not_come_to_an_end_is_a_failure_that_costs_the_time_out(
    outgoing: Outgoing, receiving: Receivers, behaviour: Behaviour
) -> None:
    receiving.behaviours["/hostile"] = behaviour
    webhook = await outgoing.one(receiving.url("/hostile"))
    async with asyncio.timeout(PATIENCE):
        await deliver(outgoing, receiving, timeout=IMPATIENT)
    [attempt] = await outgoing.attempts(webhook)
    assert (attempt.status, attempt.error, attempt.state) == (None, IN_TIME, "waiting")
    assert attempt.milliseconds >= IMPATIENT / MILLISECOND
    assert list(receiving.messages) == ["/hostile"]


@pytest.mark.parametrize(
    ("behaviour", "status", "error"),
    [
        pytest.param(raw(b""), None, "no answer, or none in HTTP", id="closes early"),
        pytest.param(
            raw(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf"), None, "no answer, or none in HTTP", id="breaks off"
        ),
        pytest.param(raw(b"\x00\xff\x16\x03 garbage\r\n\r\n"), None, "no answer, or none in HTTP", id="garbage"),
        pytest.param(raw(b"HTTP/1.1 200 OK\r\nX: " + b"h" * 300_000), None, "no answer, or none in HTTP", id="endless header"),
        pytest.param(raw(b"HTTP/1.1 100 Continue\r\n\r\n" * 9), None, "no answer, or none in HTTP", id="only promises"),
        pytest.param(answer(302, location="http://127.0.0.1/"), 302, "a redirect, which is not followed", id="redirects"),
        pytest.param(answer(308, location="/elsewhere"), 308, "a redirect, which is not followed", id="redirects at home"),
        pytest.param(answer(400), 400, "HTTP 400", id="400"),
        pytest.param(answer(500, b"broken"), 500, "HTTP 500", id="500"),
    ],
)
async def test_it_is_a_recorded_failure_that_is_tried_again(
    outgoing: Outgoing, receiving: Receivers, behaviour: Behaviour, status: int | None, error: str
) -> None:
    receiving.behaviours["/hostile"] = behaviour
    webhook = await outgoing.one(receiving.url("/hostile"))
    await deliver(outgoing, receiving)
    [attempt] = await outgoing.attempts(webhook)
    assert (attempt.status, attempt.error, attempt.state) == (status, error, "waiting")
    assert list(receiving.messages) == ["/hostile"]


async def test_an_answer_of_megabytes_is_read_to_its_beginning_and_not_further(outgoing: Outgoing, receiving: Receivers) -> None:
    """Its end never comes: whoever waited for it would have none in time."""
    receiving.behaviours["/long"] = megabytes
    webhook = await outgoing.one(receiving.url("/long"))
    await deliver(outgoing, receiving)
    [attempt] = await outgoing.attempts(webhook)
    assert (attempt.status, attempt.state, attempt.answer) == (200, "delivered", "n" * 1024)


async def test_nobody_listening_is_a_failure(outgoing: Outgoing, receiving: Receivers) -> None:
    webhook = await outgoing.one("http://127.0.0.1:9/", secrets=None)
    await deliver(outgoing, receiving, allow_ports=[9])
    [attempt] = await outgoing.attempts(webhook)
    assert (attempt.status, attempt.error) == (None, "no connection, or it broke")


async def test_what_is_kept_of_an_answer_can_be_stored_and_shown(outgoing: Outgoing, receiving: Receivers) -> None:
    told = b"\x00\x1b[31mKh\xc3\xb4ng nh\xe1\xba\xadn\r\n\xff\xfe ng\xc6\xb0\xe1\xbb\x9di 0912 345 678, a@b.test"
    receiving.behaviours["/odd"] = answer(422, told)
    webhook = await outgoing.one(receiving.url("/odd"))
    await deliver(outgoing, receiving)
    [attempt] = await outgoing.attempts(webhook)
    assert attempt.answer == "[31mKhông nhận �� người …, …"


async def test_410_switches_the_receiver_off_and_what_waits_for_it_is_cancelled(outgoing: Outgoing, receiving: Receivers) -> None:
    receiving.behaviours["/gone"] = answer(410)
    webhook = await outgoing.webhook(receiving.url("/gone"), owner="H20.14")
    await outgoing.deliveries(webhook, ["dossier:a", "dossier:a", "dossier:a"])
    await deliver(outgoing, receiving)
    assert await outgoing.states(webhook) == ["cancelled"] * 3
    assert len(receiving.messages["/gone"]) == 1
    [row] = await outgoing.rows("SELECT * FROM webhooks WHERE id = :webhook", webhook=webhook)
    assert (row.disabled_reason, row.disabled_at is not None, row.active) == ("gone", True, True)
    [told] = await outgoing.rows("SELECT event, subject, alert_id, data::text FROM outbox")
    assert (told.event, told.subject, told.alert_id) == ("endpoint.disabled", f"webhook:{webhook}", None)
    assert '"reason": "gone"' in told.data
    assert '"owner_agency": "H20.14"' in told.data
    assert "127.0.0.1" not in told.data


@pytest.mark.parametrize("in_seconds", [True, False])
async def test_429_says_when_to_come_again(outgoing: Outgoing, receiving: Receivers, *, in_seconds: bool) -> None:
    asked = {"retry_after": "7200"} if in_seconds else _date(hours=2)
    receiving.behaviours["/busy"] = answer(429, **asked)
    webhook = await outgoing.one(receiving.url("/busy"))
    await deliver(outgoing, receiving, retry=[timedelta(seconds=5)])
    [row] = await outgoing.rows("SELECT due_at - clock_timestamp() AS wait, state FROM deliveries")
    assert row.state == "waiting"
    assert timedelta(hours=2) - timedelta(seconds=30) < row.wait <= timedelta(hours=2)
    assert (await outgoing.attempts(webhook))[0].status == 429


async def test_none_of_them_slows_the_others(outgoing: Outgoing, receiving: Receivers) -> None:
    """Forty hanging receivers with ten waiting events each, and one that is well: it has all of its hundred long before."""
    for number in range(40):
        receiving.behaviours[f"/dead/{number}"] = hang
        dead = await outgoing.webhook(receiving.url(f"/dead/{number}"))
        await outgoing.deliveries(dead, [f"dossier:{n}" for n in range(10)])
    alive = await outgoing.webhook(receiving.url("/alive"))
    await outgoing.deliveries(alive, [f"dossier:{n}" for n in range(100)])
    dispatcher = outgoing.dispatcher(config(receiving.port, timeout=timedelta(minutes=5), concurrency=100))
    running = asyncio.create_task(dispatcher.run())
    async with asyncio.timeout(240):  # less than the time-out of any of the others
        while await outgoing.states(alive) != ["delivered"] * 100:
            await asyncio.sleep(0.05)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    await dispatcher.aclose()
    [given_back] = await outgoing.rows("SELECT count(*) FROM deliveries WHERE leased_until IS NOT NULL")
    assert given_back.count == 0


class Names:
    """A resolver whose names change with each question."""

    def __init__(self, *answers: list[str]) -> None:
        self._answers = list(answers)
        self.asked = 0

    async def __call__(self, host: str, port: int) -> list[str]:
        self.asked += 1
        return self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]


NAMED = "hooks.gia-lai.test"


@pytest.mark.parametrize(
    "addresses",
    [
        ["10.0.0.1"],
        ["127.0.0.1", "10.0.0.1"],
        ["8.8.8.8", "169.254.169.254"],
        ["::1"],
        ["::ffff:10.0.0.1"],
        ["64:ff9b::a00:1"],
        ["2002:a00:1::"],
        ["fe80::1%lo"],
    ],
)
async def test_a_name_with_a_private_address_is_not_connected_to_and_the_address_is_not_told(
    outgoing: Outgoing, receiving: Receivers, log_lines, addresses: list[str]
) -> None:
    webhook = await outgoing.one(receiving.url("/x", host=NAMED))
    dispatcher = outgoing.dispatcher(
        config(receiving.port, allow_http=[NAMED], retry=[timedelta(hours=1)]), resolve=Names(addresses)
    )
    await dispatcher.drain()
    await dispatcher.aclose()
    [attempt] = await outgoing.attempts(webhook)
    assert (attempt.status, attempt.state) == (None, "waiting")
    assert attempt.error == "the address is not sent to: its name resolves to an address that is not allowed"
    assert receiving.connections == 0
    assert not any(address in str(log_lines) for address in addresses)


async def test_a_name_is_resolved_once_and_connected_to_where_it_was_checked(outgoing: Outgoing, receiving: Receivers) -> None:
    """It would point into the private network at the second question; there is none."""
    names = Names(["127.0.0.1"], ["10.0.0.1"])
    webhook = await outgoing.one(receiving.url("/x", host=NAMED))
    dispatcher = outgoing.dispatcher(config(receiving.port, allow_http=[NAMED]), resolve=names)
    await dispatcher.drain()
    await dispatcher.aclose()
    assert await outgoing.states(webhook) == ["delivered"]
    assert names.asked == 1
    [message] = receiving.messages["/x"]
    assert message.headers["host"] == f"{NAMED}:{receiving.port}"


async def test_a_name_that_moved_into_the_private_network_is_not_sent_to_any_more(
    outgoing: Outgoing, receiving: Receivers
) -> None:
    receiving.behaviours["/x"] = raw(b"HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n")
    webhook = await outgoing.one(receiving.url("/x", host=NAMED))
    names = Names(["127.0.0.1"], ["10.0.0.1"])
    dispatcher = outgoing.dispatcher(config(receiving.port, allow_http=[NAMED], retry=[timedelta(hours=1)]), resolve=names)
    await dispatcher.drain()
    await outgoing.due_again_now(webhook)
    await dispatcher.drain()
    await dispatcher.aclose()
    first, second = await outgoing.attempts(webhook)
    assert (first.status, second.status) == (500, None)
    assert "not allowed" in second.error
    assert receiving.connections == 1


async def test_of_several_allowed_addresses_another_is_tried(outgoing: Outgoing, receiving: Receivers) -> None:
    webhook = await outgoing.one(receiving.url("/x", host=NAMED))
    names = Names(["127.0.0.9", "127.0.0.1"])
    dispatcher = outgoing.dispatcher(config(receiving.port, allow_http=[NAMED]), resolve=names)
    await dispatcher.drain()
    await dispatcher.aclose()
    assert await outgoing.states(webhook) == ["delivered"]


async def test_a_resolver_that_hangs_costs_the_time_out(outgoing: Outgoing, receiving: Receivers) -> None:
    async def never(host: str, port: int) -> list[str]:
        await asyncio.Event().wait()
        return []

    webhook = await outgoing.one(receiving.url("/x", host=NAMED))
    settings = config(receiving.port, allow_http=[NAMED], retry=[timedelta(hours=1)], timeout=IMPATIENT)
    dispatcher = outgoing.dispatcher(settings, resolve=never)
    await dispatcher.drain()
    await dispatcher.aclose()
    [attempt] = await outgoing.attempts(webhook)
    assert attempt.error == IN_TIME


async def test_a_redirect_into_the_private_network_is_not_followed(outgoing: Outgoing, receiving: Receivers) -> None:
    receiving.behaviours["/there"] = answer(307, location=receiving.url("/private"))
    await outgoing.one(receiving.url("/there"))
    await deliver(outgoing, receiving)
    assert list(receiving.messages) == ["/there"]


async def test_proxies_and_passwords_of_the_environment_are_not_heeded(
    outgoing: Outgoing, receiving: Receivers, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login one password two\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    webhook = await outgoing.one(receiving.url("/x"))
    await deliver(outgoing, receiving)
    assert await outgoing.states(webhook) == ["delivered"]
    assert "authorization" not in receiving.messages["/x"][0].headers


@pytest.mark.parametrize(
    ("name", "trusted", "state", "error"),
    [
        (NAMED, True, "delivered", None),
        ("other.gia-lai.test", True, "waiting", "its certificate is not accepted"),
        (NAMED, False, "waiting", "its certificate is not accepted"),
    ],
)
async def test_the_certificate_is_checked_against_the_name_though_the_connection_goes_to_an_address(
    outgoing: Outgoing, tmp_path: Path, *, name: str, trusted: bool, state: str, error: str | None
) -> None:
    authority = _certificate(tmp_path, NAMED)
    serving = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    serving.load_cert_chain(authority)
    seen: list[str | None] = []
    serving.sni_callback = lambda _, asked, __: seen.append(asked)
    async with receivers(serving) as receiving:
        webhook = await outgoing.one(receiving.url("/x", host=name, scheme="https"))
        tls = ssl.create_default_context(cafile=authority if trusted else None)
        settings = config(receiving.port, retry=[timedelta(hours=1)])
        dispatcher = outgoing.dispatcher(settings, resolve=Names(["127.0.0.1"]), tls=tls)
        await dispatcher.drain()
        await dispatcher.aclose()
    [attempt] = await outgoing.attempts(webhook)
    assert (attempt.state, attempt.error) == (state, error)
    assert seen == [name]


def _date(**later: int) -> dict[str, str]:
    """Headers of a system whose clock is an hour behind: what it asks for is the difference of its own two dates."""
    its_now = datetime.now(UTC) - timedelta(hours=1)
    later_then = its_now + timedelta(**later)
    return {"date": format_datetime(its_now, usegmt=True), "retry_after": format_datetime(later_then, usegmt=True)}


def _certificate(folder: Path, name: str) -> Path:
    """Write a certificate that signs itself, with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = folder / "certificate.pem"
    form = serialization.PrivateFormat.TraditionalOpenSSL
    key_text = key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption())
    path.write_bytes(key_text + made.public_bytes(serialization.Encoding.PEM))
    return path
