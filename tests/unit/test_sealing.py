"""Secrets are stored sealed, and keys can be replaced without losing any."""

import base64
import os

import pytest

from shared.config import Settings
from shared.errors import ConfigError, SealBroken
from shared.sealing import Sealer, new_key

CLEAR = b"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


def test_what_was_sealed_is_opened_and_is_not_there_in_clear() -> None:
    sealer = Sealer([new_key()])
    sealed = sealer.seal(CLEAR)
    assert sealer.open(sealed) == CLEAR
    assert CLEAR[6:] not in sealed


def test_after_a_new_key_was_put_in_front_the_old_seals_still_open() -> None:
    old, new = new_key(), new_key()
    sealed = Sealer([old]).seal(CLEAR)
    both = Sealer.of(f"{new}, {old}")
    assert both.open(sealed) == CLEAR
    assert Sealer([new]).open(both.seal(CLEAR)) == CLEAR


def test_another_key_opens_nothing_and_nothing_is_told() -> None:
    sealed = Sealer([new_key()]).seal(CLEAR)
    with pytest.raises(SealBroken) as refused:
        Sealer([new_key()]).open(sealed)
    assert refused.value.__cause__ is None
    assert sealed.decode() not in str(refused.value)


def test_a_key_made_by_openssl_is_one() -> None:
    raw = b"\xfb\xff" + os.urandom(30)  # has + and / where the other alphabet has - and _
    written = base64.b64encode(raw).decode()
    assert Sealer.of(written).open(Sealer.of(base64.urlsafe_b64encode(raw).decode()).seal(CLEAR)) == CLEAR


@pytest.mark.parametrize(
    "written", ["", "short", "khóa", "A" * 40 + "=" * 4, "A" * 43 + "=,", base64.b64encode(b"x" * 31).decode()]
)
def test_what_is_no_key_is_refused_without_telling_it(written: str) -> None:
    with pytest.raises(ConfigError, match=r"^WATCH766_WEBHOOK_KEY: ") as refused:
        Sealer.of(written)
    assert not written or written not in str(refused.value)


def test_without_a_key_there_is_no_sealer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WATCH766_WEBHOOK_KEY", raising=False)
    assert Settings.load().sealer is None
    monkeypatch.setenv("WATCH766_WEBHOOK_KEY", new_key())
    assert Settings.load().sealer
