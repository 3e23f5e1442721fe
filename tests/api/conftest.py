"""The application over a database of the test's own, asked without a network."""

from collections.abc import AsyncIterator
from datetime import timedelta

import httpx
import pytest
from fastapi import FastAPI

from services.api.app import create_app
from shared.access_config import AccessConfig, RateConfig
from shared.config import Config
from shared.db.engine import Database, create_engine
from shared.sealing import Sealer, new_key
from tests.api.world import NOW, World, ask, let_in
from tests.conftest import Postgres

_ANY = RateConfig(per_second=1e6, burst=1_000_000)
OFTEN = AccessConfig(rate=_ANY, failures=_ANY, longest_stream=timedelta(milliseconds=50))
"""Tests ask faster than anybody may, and no stream lasts."""


@pytest.fixture(scope="session")
async def province(postgres: Postgres) -> AsyncIterator[World]:
    """One database for all tests of the API: they only read, what a test needs is written and taken away again."""
    url = await postgres.create(postgres.template)
    database = Database(create_engine(url, application="tests"))
    yield World(database)
    await database.aclose()
    await postgres.drop(url)


@pytest.fixture
async def world(province: World) -> AsyncIterator[World]:
    """An empty province."""
    province.now = NOW
    await let_in(province.database)
    yield province
    await province.clear()


@pytest.fixture(scope="session")
def app(province: World) -> FastAPI:
    """The application, for which it is `world.now`."""
    config = Config(access=OFTEN)
    return create_app(province.database, config, sealer=Sealer([new_key()]), clock=province.clock, resolve=province.addresses)


@pytest.fixture
async def client(app: FastAPI, world: World) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the application over an empty province; an exception that leaves the application fails the test."""
    async with ask(app) as asked:
        yield asked
