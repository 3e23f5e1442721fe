"""Keys, as values."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.access import RANDOM_BYTES, Key, digest, new_key, prefix_of, scopes_of, why_refused

CHANCE = st.binary(min_size=RANDOM_BYTES, max_size=RANDOM_BYTES)
NOW = datetime(2026, 11, 20, 7, tzinfo=UTC)
MADE = new_key(b"k" * RANDOM_BYTES)
KEPT = Key(prefix=MADE.prefix, digest=MADE.digest, scopes=("alerts:read",))


@given(CHANCE)
def test_a_key_is_found_by_its_prefix_and_known_by_its_digest(chance):
    made = new_key(chance)
    assert prefix_of(made.text) == made.prefix
    assert made.text.startswith(f"w766_{made.prefix}_")
    assert digest(made.text) == made.digest


@given(CHANCE, CHANCE)
def test_other_chance_makes_another_key(one, other):
    assert (new_key(one) == new_key(other)) == (one == other)


@given(st.text(max_size=100))
def test_whatever_is_no_key_has_a_prefix_that_no_key_has(text):
    assert prefix_of(text) == ""


@pytest.mark.parametrize("size", [0, RANDOM_BYTES - 1, RANDOM_BYTES + 1])
def test_a_key_is_not_made_of_less_chance(size):
    with pytest.raises(ValueError, match="made of"):
        new_key(bytes(size))


@pytest.mark.parametrize("text", [MADE.text[:-1], MADE.text + "a", MADE.text.upper(), f" {MADE.text}", MADE.text + "\n", ""])
def test_a_key_is_good_as_it_is_written_and_in_no_other_way(text):
    assert why_refused(KEPT, text, now=NOW) == "unknown"
    assert why_refused(KEPT, MADE.text, now=NOW) is None


def test_why_a_key_is_refused():
    def refused(**facts):
        kept = Key(prefix=MADE.prefix, digest=MADE.digest, scopes=(), **facts)
        return why_refused(kept, MADE.text, now=NOW)

    assert refused(expires_at=NOW + timedelta(microseconds=1)) is None
    assert refused(expires_at=NOW) == "expired"
    assert refused(revoked_at=NOW) == "revoked"
    assert refused(revoked_at=NOW, expires_at=NOW) == "revoked"
    assert why_refused(None, MADE.text, now=NOW) == "unknown"


def test_of_a_revoked_key_nobody_hears_who_does_not_have_it():
    kept = Key(prefix=MADE.prefix, digest=MADE.digest, scopes=(), revoked_at=NOW)
    assert why_refused(kept, "w766_other", now=NOW) == "unknown"


@given(st.lists(st.text(max_size=20)))
def test_words_that_are_no_scopes_are_passed_over(words):
    assert scopes_of([*words, "admin"]) >= {"admin"}
    assert scopes_of(f"{word}!" for word in words) == frozenset()
