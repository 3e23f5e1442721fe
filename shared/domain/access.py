"""Who may do what: scopes, and keys of which only a digest is kept."""

import hmac
import re
from base64 import b32encode
from collections.abc import Collection, Iterable
from datetime import datetime
from enum import StrEnum
from hashlib import blake2b

import msgspec

_PREFIX_BYTES, _SECRET_BYTES = 5, 32
RANDOM_BYTES = _PREFIX_BYTES + _SECRET_BYTES
"""How much chance a new key is made of: a prefix to look it up by, and a secret of 256 bits."""

_KEY = re.compile(r"w766_([a-z2-7]{8})_[a-z2-7]{52}", re.ASCII)
_NOBODY = ""
_NO_DIGEST = bytes(32)


class Scope(StrEnum):
    """What somebody may do. `admin` implies all others."""

    SCORES_READ = "scores:read"
    ALERTS_READ = "alerts:read"
    ALERTS_WRITE = "alerts:write"
    DOSSIERS_READ = "dossiers:read"
    WEBHOOKS_MANAGE = "webhooks:manage"
    OPS_READ = "ops:read"
    AUDIT_READ = "audit:read"
    ADMIN = "admin"


class Actor(msgspec.Struct, frozen=True):
    """Who does something: `key:<prefix>`, `token:<subject>` or `command:<user>`; and in which request, where it is one."""

    name: str
    request_id: str | None = None


class NewKey(msgspec.Struct, frozen=True):
    """A key as it is shown once, and what is kept of it."""

    text: str
    prefix: str
    digest: bytes


class Key(msgspec.Struct, frozen=True):
    """What is kept of a key. `agency`: sees that agency and those below it only; None: the whole province."""

    prefix: str
    digest: bytes
    scopes: tuple[str, ...]
    agency: str | None = None
    expires_at: datetime | None = None
    revoked_at: datetime | None = None
    last_used_at: datetime | None = None


def new_key(chance: bytes) -> NewKey:
    """Return the key made of `RANDOM_BYTES` random bytes."""
    if len(chance) != RANDOM_BYTES:
        raise ValueError(f"a key is made of {RANDOM_BYTES} bytes")
    prefix, secret = (_letters(part) for part in (chance[:_PREFIX_BYTES], chance[_PREFIX_BYTES:]))
    text = f"w766_{prefix}_{secret}"
    return NewKey(text, prefix, digest(text))


def prefix_of(text: str) -> str:
    """Return the prefix of what may be a key; of anything else one that no key has."""
    match = _KEY.fullmatch(text)
    return match[1] if match else _NOBODY


def digest(text: str) -> bytes:
    """Return what is kept of a key in the place of it.

    A slow hash, as passwords need, would add nothing: it hinders guessing, and of 256 random bits nothing is guessed.
    """
    return blake2b(text.encode(), digest_size=len(_NO_DIGEST), person=b"watch766-key").digest()


def why_refused(key: Key | None, text: str, *, now: datetime) -> str | None:
    """Return why a key that was presented is not good, for the log; None when it is.

    The same is done, and takes as long, whether no such key was found or it has another secret.
    """
    is_same = hmac.compare_digest(key.digest if key else _NO_DIGEST, digest(text))
    if key is None or not is_same:
        return "unknown"
    if key.revoked_at is not None:
        return "revoked"
    if key.expires_at is not None and now >= key.expires_at:
        return "expired"
    return None


def scopes_of(written: Iterable[str]) -> frozenset[Scope]:
    """Return those of the words that are scopes; a token may hold others, for other services."""
    known = set(Scope)
    return frozenset(Scope(word) for word in written if word in known)


def missing(held: Collection[Scope], needed: Iterable[str]) -> list[str]:
    """Return what is needed and not held; nothing is missing to an admin."""
    return [] if Scope.ADMIN in held else [scope for scope in needed if scope not in held]


def _letters(chance: bytes) -> str:
    return b32encode(chance).decode().rstrip("=").lower()
