"""A webhook is no way into the administration's own network, however an address is written."""

from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared import receivers
from shared.domain.addresses import Allowed, may_be_sent_to, receiver, vetted
from shared.errors import AddressRefused

NOTHING_MORE = Allowed()
AGENCY = Allowed(networks=(IPv4Network("10.20.0.0/16"), IPv6Network("fd20::/16")), http_hosts=frozenset({"mot-cua.gia-lai.test"}))

PRIVATE = [
    "0.0.0.0",
    "10.0.0.1",
    "100.64.0.1",
    "100.100.100.200",
    "127.0.0.1",
    "168.63.129.16",
    "169.254.169.254",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.192",
    "192.0.2.1",
    "192.88.99.1",
    "192.168.0.1",
    "198.18.0.1",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::7f00:1",
    "::ffff:127.0.0.1",
    "::ffff:a9fe:a9fe",
    "::ffff:0:127.0.0.1",
    "64:ff9b::169.254.169.254",
    "64:ff9b::10.0.0.1",
    "64:ff9b:1::8.8.8.8",
    "100::1",
    "2001:0:4136:e378:8000:63bf:3fff:fdd2",
    "2001:db8::1",
    "2002:7f00:1::",
    "2002:808:808::",
    "2a00:1450:4001:800::5efe:127.0.0.1",
    "fc00::1",
    "fd00:ec2::254",
    "fe80::1",
    "fe80::1%eth0",
    "fec0::1",
    "ff02::1",
    "4000::1",
]
PUBLIC = ["8.8.8.8", "113.160.0.1", "172.32.0.1", "2001:4860:4860::8888", "::ffff:8.8.8.8", "64:ff9b::8.8.8.8"]


@pytest.mark.parametrize("address", PRIVATE)
def test_what_is_not_public_is_refused_and_not_told(address: str) -> None:
    with pytest.raises(AddressRefused) as refused:
        vetted([address], NOTHING_MORE)
    assert address not in str(refused.value)


@pytest.mark.parametrize("address", PUBLIC)
def test_what_is_public_is_sent_to(address: str) -> None:
    assert vetted([address], NOTHING_MORE) == (address,)


@pytest.mark.parametrize("address", PRIVATE)
def test_one_private_address_beside_a_public_one_is_enough_to_refuse(address: str) -> None:
    for both in (["8.8.8.8", address], [address, "8.8.8.8"]):
        with pytest.raises(AddressRefused):
            vetted(both, NOTHING_MORE)


@pytest.mark.parametrize("address", ["10.20.0.0", "10.20.255.255", "::ffff:10.20.0.1", "64:ff9b::10.20.0.1", "fd20::1"])
def test_an_agencys_own_network_can_be_allowed(address: str) -> None:
    assert vetted([address, "8.8.8.8"], AGENCY)


@pytest.mark.parametrize("address", ["10.19.255.255", "10.21.0.0", "fd21::1", "169.254.169.254", "2002:a14:1::"])
def test_what_lies_beside_that_network_stays_refused(address: str) -> None:
    with pytest.raises(AddressRefused):
        vetted([address], AGENCY)


def test_even_where_everything_is_allowed_nothing_is_sent_to_many_or_to_nobody() -> None:
    everything = Allowed(networks=(IPv4Network("0.0.0.0/0"), IPv6Network("::/0")))
    for address in ("0.0.0.0", "::", "224.0.0.1", "ff02::1", "255.255.255.255", "::ffff:224.0.0.1"):
        assert not may_be_sent_to(ip_address(address), everything)


def test_a_name_without_an_address_is_refused() -> None:
    with pytest.raises(AddressRefused, match="no address"):
        vetted([], NOTHING_MORE)


@given(st.ip_addresses(v=4))
def test_an_ipv4_address_is_judged_alike_in_every_form(address) -> None:
    mapped, translated = (IPv6Address(prefix + int(address)) for prefix in (0xFFFF << 32, 0x64FF9B << 96))
    judged = may_be_sent_to(address, NOTHING_MORE)
    assert may_be_sent_to(mapped, NOTHING_MORE) == may_be_sent_to(translated, NOTHING_MORE) == judged


@given(st.ip_addresses(v=6))
def test_nothing_outside_the_public_ipv6_space_is_sent_to(address) -> None:
    if may_be_sent_to(address, NOTHING_MORE):
        assert address in IPv6Network("2000::/3") or address.ipv4_mapped or address in IPv6Network("64:ff9b::/96")


@pytest.mark.parametrize(
    "url",
    [
        "http://hooks.gia-lai.test/x",
        "ftp://hooks.gia-lai.test/x",
        "file:///etc/passwd",
        "gopher://hooks.gia-lai.test:443/",
        "javascript:alert(1)",
        "//hooks.gia-lai.test/x",
        "hooks.gia-lai.test",
        "https:/hooks.gia-lai.test",
        "https://",
        "https://user@hooks.gia-lai.test/",
        "https://user:password@hooks.gia-lai.test/",
        "https://@hooks.gia-lai.test/",
        "https://hooks.gia-lai.test:22/",
        "https://hooks.gia-lai.test:0/",
        "https://hooks.gia-lai.test:65536/",
        "https://hooks.gia-lai.test:8e1/",
        "https://hooks.gia-lai.test/#part",
        "https://hooks.gia-lai.test/#",
        "https://hooks gia-lai.test/",
        "https://hooks.gia-lai.test/a b",
        "https://hooks.gia-lai.test\\@127.0.0.1/",
        "https://hooks.gia-lai.test/\r\nHost: other",
        "https://một-cửa.test/",
        "https://hooks..test/",
        "https://-hooks.test/",
        "https://%31%32%37.0.0.1/",
        "https://" + "a" * 64 + ".test/",
        "https://hooks.gia-lai.test/" + "a" * 2000,
        "https://127.0.0.1/",
        "https://127.1/",
        "https://0x7f.1/",
        "https://0x7f000001/",
        "https://2130706433/",
        "https://017700000001/",
        "https://0177.0.0.1/",
        "https://127.0.0.1./",
        "https://1.2.3.4.5/",
        "https://[::1]/",
        "https://[::ffff:127.0.0.1]/",
        "https://[fe80::1%25eth0]/",
        "https://[8.8.8.8]/",
        "https://[v1.x]/",
        "https://[::1/",
        "https://169.254.169.254/latest/meta-data/",
    ],
)
def test_a_url_that_nothing_is_ever_sent_to(url: str) -> None:
    with pytest.raises(AddressRefused) as refused:
        receiver(url, NOTHING_MORE)
    assert "127" not in str(refused.value)


@pytest.mark.parametrize(
    ("url", "host", "port", "path", "authority"),
    [
        ("https://hooks.gia-lai.test", "hooks.gia-lai.test", 443, "/", "hooks.gia-lai.test"),
        ("https://Hooks.Gia-Lai.test./a/b?c=d%20e", "hooks.gia-lai.test", 443, "/a/b?c=d%20e", "hooks.gia-lai.test"),
        ("https://hooks.gia-lai.test:8443/x", "hooks.gia-lai.test", 8443, "/x", "hooks.gia-lai.test:8443"),
        ("https://hooks.gia-lai.test:80/", "hooks.gia-lai.test", 80, "/", "hooks.gia-lai.test:80"),
        ("https://8.8.8.8/", "8.8.8.8", 443, "/", "8.8.8.8"),
        ("https://[2001:4860:4860::8888]:8443/", "2001:4860:4860::8888", 8443, "/", "[2001:4860:4860::8888]:8443"),
        ("http://mot-cua.gia-lai.test/x", "mot-cua.gia-lai.test", 80, "/x", "mot-cua.gia-lai.test"),
        ("https://10.20.3.4/", "10.20.3.4", 443, "/", "10.20.3.4"),
    ],
)
def test_a_url_that_may_be_sent_to(url: str, host: str, port: int, path: str, authority: str) -> None:
    found = receiver(url, AGENCY)
    assert (found.host, found.port, found.path, found.authority) == (host, port, path, authority)


def test_a_port_can_be_allowed() -> None:
    assert receiver("https://hooks.gia-lai.test:9000/", Allowed(ports=frozenset({9000}))).port == 9000


async def test_a_url_is_checked_with_what_its_name_resolves_to_now() -> None:
    async def private(host: str, port: int) -> list[str]:
        return ["8.8.8.8", "10.0.0.1"]

    async def public(host: str, port: int) -> list[str]:
        assert (host, port) == ("hooks.gia-lai.test", 443)
        return ["8.8.8.8"]

    async def nothing(host: str, port: int) -> list[str]:
        raise OSError

    url = "https://hooks.gia-lai.test/"
    await receivers.check(url, NOTHING_MORE, public)
    with pytest.raises(AddressRefused, match="not allowed"):
        await receivers.check(url, NOTHING_MORE, private)
    with pytest.raises(AddressRefused, match="cannot be resolved"):
        await receivers.check(url, NOTHING_MORE, nothing)


async def test_the_systems_resolver_is_asked_and_its_answer_checked() -> None:
    assert set(await receivers.resolved("localhost", 443)) <= {"127.0.0.1", "::1"}
    with pytest.raises(AddressRefused):
        await receivers.check("https://localhost/", NOTHING_MORE)
    with pytest.raises(OSError):
        await receivers.resolved("no-such-name.invalid", 443)
