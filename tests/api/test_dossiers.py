"""One dossier with everything that is known of it."""

import httpx
import pytest
from sqlalchemy import text

from services.api.schemas.dossiers import Dossier
from shared.db import tables
from shared.domain.records import Stage, Supplement
from shared.domain.statuses import Status
from tests.api.world import AGO, CODE, DUE, World


async def read(client: httpx.AsyncClient, code: str = CODE) -> dict[str, object]:
    response = await client.get(f"/v1/dossiers/{code}")
    assert response.status_code == 200, response.text
    Dossier.model_validate(response.json())
    return dict(response.json())


def side(body: dict[str, object], source: str) -> dict[str, object]:
    return next(found for found in body["sides"] if found["source"] == source)  # type: ignore[attr-defined]


async def test_a_dossier_tells_where_it_stands_and_when_it_is_judged(client: httpx.AsyncClient, world: World) -> None:
    await world.agency("H20.114", "Ủy ban nhân dân phường Sơn Qui")
    await world.procedure("1.001193", "Đăng ký khai sinh", "G15-TP02")
    await world.dossier(
        agency="H20.114", procedure="1.001193", judged_at=world.now, next_review_at=DUE, waits_for=["igate"], parked_at=None
    )
    body = await read(client)
    assert body["agency"] == {"code": "H20.114", "name": "Ủy ban nhân dân phường Sơn Qui"}
    assert body["procedure"] == {"code": "1.001193", "name": "Đăng ký khai sinh", "sector": "G15-TP02"}
    assert (body["judged_at"], body["next_review_at"]) == ("2026-11-20T14:00:00+07:00", "2026-11-23T17:00:00+07:00")
    assert (body["waits_for"], body["parked"], body["sides"], body["history"]) == (["igate"], None, [], [])


@pytest.mark.parametrize("spelling", ["000.00.14.H20-261121-0001", "h20.14-261121-0001", " H20.14-261121-0001"])
async def test_any_spelling_of_the_code_will_do(client: httpx.AsyncClient, world: World, spelling: str) -> None:
    await world.dossier("H20.14-261121-0001")
    assert (await read(client, spelling))["code"] == "H20.14-261121-0001"


async def test_the_sides_stand_beside_each_other_with_all_their_values(client: httpx.AsyncClient, world: World) -> None:
    await world.dossier()
    await world.source("portal", role="portal")
    await world.source("igate")
    await world.record("igate", status=Status.PAUSED, due_at=DUE)
    await world.record("portal", status=Status.NEW)
    body = await read(client)
    assert [found["source"] for found in body["sides"]] == ["portal", "igate"]  # type: ignore[attr-defined]
    portal, home = side(body, "portal"), side(body, "igate")
    assert set(portal["record"]) == set(home["record"])  # type: ignore[call-overload]
    assert (portal["state"], portal["record"]["due_at"]) == ("seen", None)  # type: ignore[index]
    assert home["effective_due_at"] == home["record"]["due_at"] == "2026-11-23T17:00:00+07:00"  # type: ignore[index]
    assert home["status"] == {"code": 11, "label": "Tạm dừng", "since": "2026-11-20T13:00:00+07:00"}


async def test_the_time_the_citizen_took_counts_into_the_effective_due_date(client: httpx.AsyncClient, world: World) -> None:
    await world.dossier()
    await world.source("igate")
    asked = Supplement(asked_at=world.now - 3 * AGO, answered_at=world.now - AGO)
    await world.record("igate", due_at=DUE, supplements=(asked,))
    assert side(await read(client), "igate")["effective_due_at"] == "2026-11-23T19:00:00+07:00"


async def test_an_absent_side_tells_when_it_was_asked(client: httpx.AsyncClient, world: World) -> None:
    await world.dossier()
    await world.source("igate")
    await world.look_up("igate", asked_at=world.now - AGO, wanted_at=world.now)
    absent = side(await read(client), "igate")
    assert (absent["state"], absent["record"], absent["status"]) == ("absent", None, None)
    assert (absent["asked_at"], absent["look_up_wanted_at"]) == ("2026-11-20T13:00:00+07:00", "2026-11-20T14:00:00+07:00")


async def test_an_unreadable_side_tells_why_beside_what_could_be_read_before(client: httpx.AsyncClient, world: World) -> None:
    await world.dossier()
    await world.source("igate")
    await world.record("igate")
    await world.refusal("igate", refused_at=world.now - 2 * AGO, field="older")
    await world.refusal("igate", refused_at=world.now - AGO, field="NgayHenTra")
    unreadable = side(await read(client), "igate")
    assert unreadable["state"] == "unreadable"
    assert unreadable["refusal"] == {
        "field": "NgayHenTra",
        "reason": "is not a date",
        "refused_at": "2026-11-20T13:00:00+07:00",
    }
    assert unreadable["record"] is not None


async def test_a_mended_refusal_leaves_the_side_readable(client: httpx.AsyncClient, world: World) -> None:
    await world.dossier()
    await world.source("igate")
    await world.record("igate")
    await world.refusal("igate", mended_at=world.now)
    assert side(await read(client), "igate")["state"] == "seen"


async def test_of_two_records_of_one_source_the_one_that_speaks_for_home_is_told(client: httpx.AsyncClient, world: World) -> None:
    await world.dossier()
    await world.source("igate")
    await world.record("igate", source_id="a", status=Status.RETURNED)
    await world.record("igate", source_id="b", status=Status.PROCESSING)
    assert side(await read(client), "igate")["record"]["source_id"] == "b"  # type: ignore[index]


async def test_a_source_no_longer_configured_is_told_only_with_a_record(client: httpx.AsyncClient, world: World) -> None:
    await world.dossier()
    await world.source("old", active=False)
    await world.source("older", active=False)
    await world.record("old")
    assert [found["source"] for found in (await read(client))["sides"]] == ["old"]  # type: ignore[attr-defined]


async def test_findings_are_ripe_or_pending(client: httpx.AsyncClient, world: World) -> None:
    await world.dossier()
    await world.finding("pause.too_long", ripe=False, officer_id="cb-1")
    await world.finding("deadline.overdue", ripe=True)
    found = (await read(client))["findings"]
    assert [(one["rule"], one["state"], one["officer"]) for one in found] == [  # type: ignore[attr-defined]
        ("deadline.overdue", "ripe", None),
        ("pause.too_long", "pending", {"id": "cb-1"}),
    ]


async def test_alerts_are_told_apart_by_whether_they_still_stand(client: httpx.AsyncClient, world: World) -> None:
    await world.dossier()
    active = await world.alert()
    past = await world.alert(rule="pause.too_long", state="resolved", resolved_at=world.now)
    await world.alert("H20.1-261120-0001")
    alerts = (await read(client))["alerts"]
    assert [one["id"] for one in alerts["active"]] == [active]  # type: ignore[index, call-overload]
    assert [one["id"] for one in alerts["resolved"]] == [past]  # type: ignore[index, call-overload]


async def test_history_is_told_newest_first_and_not_without_end(client: httpx.AsyncClient, world: World) -> None:
    await world.history_starts()
    await world.dossier()
    async with world.database.begin() as connection:
        rows = [
            {
                "province_code": "H20",
                "at": world.now + number * AGO,
                "source": "igate",
                "source_id": "1",
                "code": CODE,
                "changes": {"due_at": [None, "2026-11-20T00:00:00Z"], "status": [number, number + 1]},
            }
            for number in range(101)
        ]
        await connection.execute(tables.record_history.insert(), rows)
    history = (await read(client))["history"]
    assert [change["changes"]["status"][0] for change in history] == list(range(100, 0, -1))  # type: ignore[attr-defined]
    assert history[0]["changes"]["due_at"] == [None, "2026-11-20T07:00:00+07:00"]  # type: ignore[index]


async def test_no_officer_is_named(client: httpx.AsyncClient, world: World) -> None:
    await world.history_starts()
    await world.dossier()
    await world.source("igate")
    await world.record("igate", stages=(Stage(id="1", officer_id="cb-7", officer_name="Nguyễn Văn A"),))
    changes = {"stages": [[], [{"id": "1", "officer_id": "cb-7", "officer_name": "Nguyễn Văn A"}]]}
    await world.write(tables.record_history, at=world.now, source="igate", source_id="1", code=CODE, changes=changes)
    response = await client.get(f"/v1/dossiers/{CODE}")
    assert "cb-7" in response.text
    assert "officer_name" not in response.text
    assert "Nguyễn" not in response.text


async def test_a_parked_dossier_tells_why(client: httpx.AsyncClient, world: World) -> None:
    await world.dossier(parked_at=world.now, parked_reason="ValueError")
    assert (await read(client))["parked"] == {"at": "2026-11-20T14:00:00+07:00", "reason": "ValueError"}


async def test_what_another_version_wrote_and_nobody_can_decode_hides_nothing_else(
    client: httpx.AsyncClient, world: World
) -> None:
    await world.dossier(parked_at=world.now, parked_reason="ValidationError")
    await world.source("portal", role="portal")
    await world.source("igate")
    await world.record("portal")
    await world.record("igate")
    await world.finding("deadline.due_soon", ripe=True)
    async with world.database.begin() as connection:
        await connection.execute(text("UPDATE records SET record = jsonb_set(record, '{status}', '99') WHERE source = 'igate'"))
        await connection.execute(text("UPDATE findings SET finding = jsonb_set(finding, '{severity}', '\"dire\"')"))
    body = await read(client)
    assert (side(body, "portal")["state"], side(body, "igate")["state"]) == ("seen", "unreadable")
    assert (side(body, "igate")["record"], body["findings"]) == (None, [])
