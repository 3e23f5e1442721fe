"""What an earlier version cannot decode costs the dossiers it belongs to, and nobody else."""

from datetime import UTC, datetime

import msgspec
import pytest

from services.monitor.steps.audit import Auditor
from shared.config import CalendarConfig
from shared.domain.statuses import Status
from shared.policy import working_time
from tests.integration.test_cycle import ago, both
from tests.integration.world import PROVINCE, RULES, World, record

CODE = "H20.14-261120-0003"
BREACHED = {(f"H20.14-261120-000{number}", "intake.breached") for number in (1, 2, 3, 4, 5)}
SPOIL = {
    "a record": f"UPDATE records SET record = jsonb_set(record, '{{status}}', '99') WHERE code = '{CODE}'",
    "a finding": f"UPDATE findings SET finding = jsonb_set(finding, '{{severity}}', '\"dire\"') WHERE code = '{CODE}'",
    "a mark": f"UPDATE marks SET view = 'moon' WHERE code = '{CODE}'",
    "a procedure's facts": "INSERT INTO procedures (province_code, code, name, in_catalogue, facts)"
    f" VALUES ('{PROVINCE}', '9.999999', '', false, '{{}}')",
}


@pytest.fixture
async def reviewed(world: World) -> World:
    """Five dossiers that nobody takes up, reviewed; the third under a procedure of its own."""
    untouched = [record(number, at=ago(9)) for number in range(1, 6)]
    untouched[2] = msgspec.structs.replace(untouched[2], procedure="9.999999")
    both(world, *untouched)
    await world.monitor.once()
    assert await world.open_alerts() == BREACHED
    return world


async def spoil(world: World, what: str) -> None:
    """Write what no version of today can decode."""
    assert await world.rows(f"{SPOIL[what]} RETURNING 1")


@pytest.mark.parametrize("what", SPOIL)
async def test_one_that_cannot_be_decoded_is_parked_and_the_others_are_judged(reviewed: World, what: str) -> None:
    await spoil(reviewed, what)
    await reviewed.rows("UPDATE dossiers SET next_review_at = now(), judged_at = NULL RETURNING 1")
    assert await reviewed.monitor.settle()
    assert await reviewed.open_alerts() == BREACHED | {(CODE, "review.failed")}
    parked = await reviewed.rows("SELECT code, parked_reason FROM dossiers WHERE parked_at IS NOT NULL AND judged_at IS NULL")
    assert parked == [{"code": CODE, "parked_reason": "ValueError" if what == "a mark" else "ValidationError"}]
    assert await reviewed.rows("SELECT count(*) AS judged FROM dossiers WHERE judged_at IS NOT NULL") == [{"judged": 4}]


async def test_its_alerts_stay_as_they_were_while_it_is_parked(reviewed: World) -> None:
    await spoil(reviewed, "a finding")
    alerts = "SELECT * FROM alerts WHERE rule = 'intake.breached' ORDER BY id"
    before = await reviewed.rows(alerts)
    for _ in range(2):
        await reviewed.rows("UPDATE dossiers SET next_review_at = now() RETURNING 1")
        await reviewed.monitor.settle()
        assert await reviewed.rows(alerts) == before
    assert await reviewed.rows("SELECT count(*) AS n FROM alerts WHERE rule = 'review.failed'") == [{"n": 1}]


async def test_a_newer_record_in_its_place_is_stored_and_judged(reviewed: World) -> None:
    await spoil(reviewed, "a record")
    await reviewed.rows("UPDATE dossiers SET next_review_at = now() RETURNING 1")
    await reviewed.monitor.settle()
    running = {"status": Status.PROCESSING, "accepted_at": ago(8), "due_at": ago(-99), "procedure": "9.999999"}
    both(reviewed, record(3, at=ago(9), updated_at=datetime.now(UTC).replace(microsecond=0), **running))
    assert await reviewed.monitor.once()
    assert await reviewed.open_alerts() == {alert for alert in BREACHED if alert[0] != CODE}
    assert await reviewed.rows("SELECT changes FROM record_history WHERE code = :code", code=CODE) == [{"changes": "{}"}] * 2


@pytest.mark.parametrize("what", SPOIL)
async def test_an_audit_tells_of_it_and_goes_on(reviewed: World, what: str) -> None:
    await spoil(reviewed, what)
    report = await Auditor(reviewed.database, RULES, working_time(CalendarConfig())).run()
    assert report.judged + report.owed == 5
    assert report.told[0] == f"dossier {CODE}: unreadable"
    assert all(not told.startswith("dossier") for told in report.told[1:])
