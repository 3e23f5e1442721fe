"""The adapters wired to the fakes, with retries that do not wait."""

from collections.abc import AsyncIterator, Iterator
from datetime import timedelta

import pytest
import respx

from services.monitor.sources.dvcqg.client import DvcqgSource
from services.monitor.sources.http import Limits, Retry
from services.monitor.sources.igate.client import IgateSource
from tests.contract.adapters import HOME_CONFIG, PORTAL_CONFIG
from tests.contract.contract_fakes import HOME, PORTAL, Clock, FakeIgate, FakePortal

AT_ONCE = Retry(first_wait=0, longest_wait=0, jitter=0, longest_asked=0)
SMALL = Limits(timeout=timedelta(seconds=10), largest_body=200_000)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def router() -> Iterator[respx.MockRouter]:
    with respx.mock(assert_all_called=False) as router:
        yield router


@pytest.fixture
def portal(router: respx.MockRouter) -> FakePortal:
    fake = FakePortal()
    router.route(url__startswith=PORTAL).mock(side_effect=fake)
    return fake


@pytest.fixture
def igate(router: respx.MockRouter) -> FakeIgate:
    fake = FakeIgate()
    router.route(url__startswith=HOME).mock(side_effect=fake)
    return fake


@pytest.fixture(scope="session")
def dvcqg() -> DvcqgSource:
    """The portal's adapter for translating only: it calls nobody."""
    return DvcqgSource(PORTAL_CONFIG, "H20")


@pytest.fixture(scope="session")
def home() -> IgateSource:
    """The home system's adapter for translating only."""
    return IgateSource(HOME_CONFIG, "H20")


@pytest.fixture
async def dvcqg_source(portal: FakePortal, clock: Clock) -> AsyncIterator[DvcqgSource]:
    source = DvcqgSource(PORTAL_CONFIG, "H20", retry=AT_ONCE, limits=SMALL, clock=clock)
    yield source
    await source.aclose()


@pytest.fixture
async def igate_source(igate: FakeIgate, clock: Clock) -> AsyncIterator[IgateSource]:
    source = IgateSource(HOME_CONFIG, "H20", retry=AT_ONCE, limits=SMALL, clock=clock)
    yield source
    await source.aclose()
