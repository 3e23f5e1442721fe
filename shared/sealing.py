"""Secrets at rest: encrypted with keys of the environment (Fernet), never stored or logged in clear.

A webhook's secret is sealed as its text, `whsec_…` in ASCII.
"""

import base64
import binascii
import os
from collections.abc import Sequence

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from shared.errors import ConfigError, SealBroken

_KEY_BYTES = 32
_WRONG = "WATCH766_WEBHOOK_KEY: must be 32 random bytes in base64 (openssl rand -base64 32), several separated by commas"


class Sealer:
    """Seals with the first key and opens with any: a new key is put in front of the old one, which stays as long as it is needed.

    Raises `ConfigError` for a key that is none, without telling it.
    """

    def __init__(self, keys: Sequence[str]) -> None:
        if not keys:
            raise ConfigError(_WRONG)
        self._fernet = MultiFernet([Fernet(_checked(key)) for key in keys])

    @classmethod
    def of(cls, written: str) -> "Sealer":
        """Return the sealer of keys written as in the environment: separated by commas, the one to seal with first."""
        return cls([key.strip() for key in written.split(",")])

    def seal(self, clear: bytes) -> bytes:
        """Return what may be stored."""
        return self._fernet.encrypt(clear)

    def open(self, sealed: bytes) -> bytes:
        """Return what was sealed; raises `SealBroken` when none of the keys fits, or it was changed."""
        try:
            return self._fernet.decrypt(sealed)
        except InvalidToken:
            raise SealBroken("none of the keys in WATCH766_WEBHOOK_KEY opens it") from None


def new_key() -> str:
    """Return a new random key, as it is written in the environment."""
    return base64.urlsafe_b64encode(os.urandom(_KEY_BYTES)).decode("ascii")


def _checked(key: str) -> bytes:
    """Return a key in the alphabet of URLs, whichever alphabet of base64 it was written in."""
    try:
        raw = base64.b64decode(key.translate(str.maketrans("-_", "+/")), validate=True)
    except (binascii.Error, ValueError):
        raise ConfigError(_WRONG) from None
    if len(raw) != _KEY_BYTES:
        raise ConfigError(_WRONG)
    return base64.urlsafe_b64encode(raw)
