"""The whole system while everything around it fails, by a seed: afterwards the alerts are true and everything was told.

`make chaos SEED=17` does it once by that seed, `make chaos SEEDS=10 FIRST=31` by the seeds from 31 to 40.
"""

import asyncio
import json
import os
import time
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.simulator import people
from shared.config import Config
from shared.db.embedded import EmbeddedServer
from shared.province_rules import rules_of
from tests.system.disturbing import OTHER_RULES, disturb
from tests.system.invariants import broken, heal, personal_data
from tests.system.plans import LEAST, LENGTH, MOST, plan
from tests.system.small_disk import SmallDisk
from tests.system.versions import Version
from tests.system.whole import Whole, whole


def seeds() -> list[int]:
    """The seeds asked for; one in every run of the tests."""
    if seed := os.environ.get("SEED"):
        return [int(seed)]
    first = int(os.environ.get("FIRST") or 1)
    return list(range(first, first + int(os.environ.get("SEEDS") or 1)))


@given(st.integers(min_value=0))
def test_the_same_seed_gives_the_same_plan_within_bounds(seed: int) -> None:
    drawn = plan(seed)
    assert drawn == plan(seed)
    assert LEAST <= len(drawn) <= MOST
    assert [one.begins for one in drawn] == sorted(one.begins for one in drawn)
    assert all(0 <= one.begins <= LENGTH and 0 < one.lasts <= 4 for one in drawn)


def test_a_hundred_seeds_draw_everything_there_is() -> None:
    drawn = [one for seed in range(1, 101) for one in plan(seed)]
    assert {one.place.partition(":")[0] for one in drawn} == {
        "monitor", "api", "database", "network", "sources", "receivers", "monitors",
    }  # fmt: skip
    assert len({(one.place.partition(":")[0], one.kind) for one in drawn}) == 42


def test_the_other_rules_are_rules_and_others() -> None:
    assert rules_of(Config.model_validate(OTHER_RULES)) != rules_of(Config())


@given(st.integers(min_value=0, max_value=2**63))
def test_the_search_finds_whatever_the_province_says_of_a_citizen(mark: int) -> None:
    assert len(personal_data(json.dumps(people.on_the_portal(mark), ensure_ascii=False))) == 5
    assert len(personal_data(json.dumps(people.at_home(mark), ensure_ascii=False))) == 4
    assert personal_data(f'"officer_name": "{people.officer(mark)["fullname"]}"') == []


@pytest.mark.parametrize("seed", seeds())
async def test_afterwards_everything_is_true_counted_and_told(
    seed: int, server_on_disk: EmbeddedServer, disk: SmallDisk, older: Mapping[int, Version], tmp_path: Path
) -> None:
    began = time.monotonic()
    planned = "\n".join([f"seed {seed}, to be replayed with `make chaos SEED={seed}`:", *map(str, plan(seed))])
    if disk.refusal:
        print(f"no disk of its own, a full one is every table refused: {disk.refusal}")  # noqa: T201 - a weaker test is told
    async with whole(server_on_disk, disk, tmp_path) as world:
        world.older = older
        asking, acting = (asyncio.create_task(client) for client in (world.ask(), world.act()))
        try:
            await disturb(world, plan(seed))
            acting.cancel()
            await heal(world)
        except TimeoutError:
            pytest.fail(f"{planned}\nnot well again: {_state(world)}")
        finally:
            asking.cancel()
            acting.cancel()
        found = await broken(world)
        heard = sum(len(receiver.accepted) for receiver in world.receivers.values())
    held = "holds" if not found else "\n".join(["BROKEN", planned, *found])
    print(f"seed {seed}: {heard} messages, {time.monotonic() - began:.0f} s: {held}")  # noqa: T201 - what `make chaos` is run for
    assert not found, held


def _state(world: Whole) -> str:
    return "\n".join(world.running.log(name)[-3000:] for name in ("monitor", "api"))
