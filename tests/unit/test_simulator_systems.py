"""The simulator's three systems: both contracts as a reader meets them, and the faults."""

import time
from datetime import datetime, timedelta
from typing import Any

import pytest

from services.simulator import server
from services.simulator.timeline import Plan
from services.simulator.world import SYSTEMS, World
from shared.domain import codes
from tests.unit.bench import ALL, ORIGIN, SEARCH, TOKEN, Bench


async def test_pages_of_the_portal_are_ordered_and_hold_every_row_once(bench: Bench) -> None:
    first = await bench.ask("DanhSachHoSo", ngaycapnhat1=ALL, trang=1, sobanghi=200)
    rest = [row for page in range(2, 5) for row in await bench.rows(trang=page, sobanghi=200)]
    rows = first["result"] + rest
    assert len(first["result"]) == 200
    assert first["tongso"] == len(rows) == len(bench.world.shelves["portal"])
    updated = [row["NgayCapNhat"] for row in rows if row["NgayCapNhat"].isdigit()]
    assert updated == sorted(updated)


async def test_both_bounds_of_the_portal_are_inclusive(bench: Bench) -> None:
    moment = (await bench.rows())[100]["NgayCapNhat"]
    exact = await bench.rows(ngaycapnhat1=moment, ngaycapnhat2=moment)
    assert exact
    assert {row["NgayCapNhat"] for row in exact} == {moment}


async def test_a_page_never_holds_more_than_five_hundred_rows(bench: Bench) -> None:
    assert len(await bench.rows(sobanghi=5000)) == 500


async def test_a_session_nobody_gave_has_expired(bench: Bench) -> None:
    bench.session = "made-up"
    assert (await bench.ask("TraCuuHoSo", mahoso="H20-1"))["error_code"] == "3"


async def test_a_wrong_name_is_refused_with_status_200(bench: Bench) -> None:
    answer = await bench.portal.post("/mapi/login", json={"username": "someone", "password": "any"})
    assert (answer.status_code, answer.json()["error_code"]) == (200, "-3")


async def test_a_dossier_is_found_by_the_spelling_its_system_uses_and_no_other(bench: Bench) -> None:
    old = next(row for row in await bench.rows() if str(row.get("MaHoSo")).startswith("000."))
    assert (await bench.ask("TraCuuHoSo", mahoso=old["MaHoSo"]))["result"] == [old]
    assert (await bench.ask("TraCuuHoSo", mahoso=codes.dossier(old["MaHoSo"])))["result"] == []


async def test_the_catalogue_lists_agencies_and_procedures(bench: Bench) -> None:
    agencies = (await bench.ask("LayDanhMucCoQuan"))["result"]
    assert {str(agency["CAPDONVI"]) for agency in agencies} == {"1", "2", "3"}
    pages = [(await bench.ask("LayDanhSachTTHC", trang=page, sobanghi=200))["result"] for page in (1, 2, 3)]
    assert [len(page) for page in pages] == [200, 100, 0]


async def test_petitions_are_listed_in_the_order_of_their_last_change(bench: Bench) -> None:
    found = (await bench.ask("DanhSachPAKN", ngaycapnhat1=ALL, trang=1, sobanghi=500))["result"]
    assert found
    assert [entry["NgayCapNhat"] for entry in found] == sorted(entry["NgayCapNhat"] for entry in found)
    assert all(entry["NgayTiepNhan"] <= entry["NgayCapNhat"] <= f"{ORIGIN:%Y%m%d%H%M%S}" for entry in found)


async def test_a_home_slice_has_no_total_and_says_whether_it_is_the_last(bench: Bench) -> None:
    first = await bench.search()
    last = await bench.search(page=(len(bench.world.shelves["home"]) - 1) // 200)
    assert set(first) == {"content", "number", "size", "numberOfElements", "first", "last", "empty"}
    assert (first["first"], first["last"], last["first"], last["last"]) == (True, False, False, True)
    updated = [row["updatedDate"] for row in first["content"] if row["updatedDate"] != "2026-02-31T08:00:00.000+0700"]
    assert updated == sorted(updated)


async def test_a_home_record_is_found_by_its_own_code_and_by_the_portals(bench: Bench) -> None:
    rows = (await bench.search(size=500))["content"]
    row = next(row for row in rows if str(row["code"]).startswith("DT"))
    for code in (row["code"], row["nationCode"]):
        assert (await bench.search(code=code))["content"] == [row]


async def test_home_bounds_are_inclusive(bench: Bench) -> None:
    moment = (await bench.search())["content"][50]["updatedDate"]
    exact = await bench.search(**{"updated-from": moment, "updated-to": moment})
    assert exact["content"]
    assert {row["updatedDate"] for row in exact["content"]} == {moment}


async def test_a_token_is_good_for_three_hundred_seconds(bench: Bench) -> None:
    bench.now += timedelta(seconds=299)
    assert (await bench.home.get(SEARCH)).status_code == 200
    bench.now += timedelta(seconds=1)
    assert (await bench.home.get(SEARCH)).status_code == 401


async def test_the_truth_is_what_is_open_at_the_moment_asked_for(bench: Bench) -> None:
    at = ORIGIN + timedelta(minutes=20)
    answer = (await bench.portal.get("/truth", params={"at": at.isoformat()})).json()
    assert datetime.fromisoformat(answer["at"]) == at
    assert [(f["code"], f["rule"]) for f in answer["findings"]] == [(code, span.rule) for code, span in bench.world.truth(at)]
    assert all(datetime.fromisoformat(f["from"]) <= at for f in answer["findings"])


async def test_the_world_and_its_plans_can_be_looked_into(bench: Bench) -> None:
    world = (await bench.portal.get("/world")).json()
    code = world["planted"]["stage.overdue"]["examples"][0]
    plan = (await bench.portal.get(f"/dossiers/{code}")).json()
    assert "stage.overdue" in {span["rule"] for span in plan["truth"]}
    assert (await bench.portal.get("/dossiers/H20-none")).status_code == 404


async def test_expired_makes_sessions_and_tokens_invalid_once(bench: Bench) -> None:
    await bench.fault(system="portal", kind="expired")
    await bench.fault(system="home", kind="expired")
    assert (await bench.ask("LayDanhMucCoQuan"))["error_code"] == "3"
    assert (await bench.home.get(SEARCH)).status_code == 401
    await bench.log_in()
    assert (await bench.home.get(SEARCH)).status_code == 200


@pytest.mark.parametrize(("kind", "status"), [("too_many", 429), ("server_error", 502), ("html", 201)])
async def test_a_counted_fault_spoils_so_many_calls(bench: Bench, kind: str, status: int) -> None:
    await bench.fault(system="portal", kind=kind, n=2)
    answers = [(await bench.call("LayDanhMucCoQuan")).status_code for _ in range(3)]
    assert answers == [status, status, 200]


async def test_a_body_is_cut_short(bench: Bench) -> None:
    await bench.fault(system="home", kind="truncated", n=1)
    with pytest.raises(ValueError, match=r"Unterminated|Expecting|delimiter"):
        (await bench.home.get(SEARCH)).json()
    assert (await bench.home.get(SEARCH)).json()["content"]


async def test_a_system_that_is_down_stays_down_until_it_is_cleared(bench: Bench) -> None:
    await bench.fault(system="special", kind="down")
    assert [(await bench.special.get(SEARCH)).status_code for _ in range(4)] == [503] * 4
    assert (await bench.home.get(SEARCH)).status_code == 200
    await bench.portal.delete("/faults/special")
    assert (await bench.special.get(SEARCH)).status_code == 200


async def test_broken_records_have_news_when_they_break_and_when_they_are_mended(bench: Bench) -> None:
    bench.now += timedelta(minutes=1)
    broken_at = f"{bench.now:%Y%m%d%H%M%S}"
    before = len(await bench.rows(ngaycapnhat1=broken_at))
    await bench.fault(system="portal", kind="broken_records", every=4)
    assert len(await bench.rows(ngaycapnhat1=broken_at)) > before + 20
    bench.now += timedelta(minutes=1)
    await bench.portal.delete("/faults")
    mended = await bench.rows(ngaycapnhat1=f"{bench.now:%Y%m%d%H%M%S}")
    assert len(mended) > 20
    assert all(row["NgayCapNhat"].isdigit() and str(row["TrangThaiHoSo"]).isdigit() for row in mended)


async def test_rows_move_while_they_are_paged(bench: Bench) -> None:
    bench.now += timedelta(minutes=5)
    await bench.fault(system="portal", kind="moving_rows", n=5)
    first = await bench.rows(sobanghi=200)
    moved = await bench.rows(ngaycapnhat1=f"{bench.now:%Y%m%d%H%M%S}")
    assert len(first) == 200
    assert len({row["MaHoSo"] for row in moved}) >= 10


async def test_a_reader_of_moving_pages_misses_rows_but_comes_to_an_end(bench: Bench) -> None:
    before = {row["MaHoSo"] for page in range(1, 9) for row in await bench.rows(trang=page, sobanghi=80)}
    await bench.fault(system="portal", kind="moving_rows", n=50)
    pages: list[list[dict[str, Any]]] = []
    while len(pages) < 30 and (not pages or len(pages[-1]) == 80):
        bench.now += timedelta(seconds=1)
        pages.append(await bench.rows(trang=len(pages) + 1, sobanghi=80))
    read = [row["MaHoSo"] for page in pages for row in page]
    assert len(pages[-1]) < 80
    assert before - set(read)
    assert len(read) > len(set(read))


async def test_no_more_rows_move_than_a_quarter_of_the_page(bench: Bench) -> None:
    bench.now += timedelta(minutes=4)
    await bench.fault(system="home", kind="moving_rows", n=50)
    await bench.search(size=8)
    moved = bench.world.shelves["home"].page(bench.now.replace(microsecond=0), None, 0, 500)[0]
    assert len([row for row in moved if row.plan in bench.world.quiet]) == 2
    assert (await bench.portal.post("/faults", json={"system": "home", "kind": "moving_rows", "n": 51})).status_code == 422


async def test_ties_share_one_second_on_both_sides(bench: Bench) -> None:
    bench.now += timedelta(minutes=5, microseconds=7)
    codes_ = (await bench.portal.post("/faults", json={"system": "portal", "kind": "ties", "n": 90})).json()["dossiers"]
    plans = [bench.world.plans[code] for code in codes_]
    rows = [bench.world.row(plan, system) for plan in plans for system in SYSTEMS]
    updated = {row.updated for row in rows if row}
    assert len(set(codes_)) == 90
    assert updated == {bench.now.replace(microsecond=0)}
    assert (await bench.portal.get("/faults")).json()["faults"] == []


async def test_late_rows_appear_where_a_reader_has_passed(bench: Bench) -> None:
    bench.now += timedelta(minutes=10)
    since = f"{bench.now - timedelta(seconds=200):%Y%m%d%H%M%S}"
    before = {row["MaHoSo"] for row in await bench.rows(ngaycapnhat1=since)}
    late = (await bench.portal.post("/faults", json={"system": "portal", "kind": "late_rows", "n": 4})).json()["dossiers"]
    news = [row for row in await bench.rows(ngaycapnhat1=since) if row["MaHoSo"] not in before]
    assert {codes.dossier(row["MaHoSo"]) for row in news} == set(late)
    assert {row["NgayCapNhat"] for row in news} == {f"{bench.now - timedelta(seconds=120):%Y%m%d%H%M%S}"}


@pytest.mark.parametrize("kind", ["clock_ahead", "clock_behind"])
async def test_a_wrong_clock_stamps_what_changes_and_is_made_good(bench: Bench, kind: str) -> None:
    off = timedelta(minutes=10 if kind == "clock_ahead" else -10)
    bench.now += timedelta(minutes=30)
    await bench.fault(system="home", kind=kind)
    set_at, known = bench.now, stamps(bench)
    bench.now += timedelta(minutes=3)
    wrong = [key for key, at in stamps(bench).items() if key not in known and set_at <= at - off <= bench.now]
    assert len(wrong) > 5
    await bench.portal.delete("/faults/home", params={"kind": kind})
    bench.now += timedelta(seconds=1)
    right = stamps(bench)
    assert max(right.values()) <= bench.now
    assert {right[key] for key in wrong if key in right} == {bench.now.replace(microsecond=0)}


async def test_a_wrong_clock_leaves_the_listing_in_order_and_the_truth_alone(bench: Bench) -> None:
    at = ORIGIN + timedelta(hours=1)
    truth = World(bench.world.size, ORIGIN).truth(at)
    await bench.fault(system="home", kind="clock_ahead")
    await bench.fault(system="portal", kind="clock_behind")
    for _ in range(60):
        bench.now += timedelta(minutes=1)
        updated = list(stamps(bench).values())
        assert updated == sorted(updated)
    assert updated[-1] > bench.now
    assert bench.world.truth(at) == truth


async def test_old_pages_are_replayed_until_that_is_cleared(bench: Bench) -> None:
    for system in ("portal", "home"):
        await bench.fault(system=system, kind="replayed")
    rows, found = await bench.rows(sobanghi=20), await bench.search(size=20)
    bench.now += timedelta(minutes=4)
    moment = f"{bench.now:%Y%m%d%H%M%S}"
    assert await bench.rows(sobanghi=20, ngaycapnhat1=moment) == rows
    assert (await bench.search(size=20, **{"updated-from": f"{bench.now:%Y-%m-%dT%H:%M:%S.000+0700}"})) == found
    await bench.portal.delete("/faults")
    assert await bench.rows(sobanghi=20, ngaycapnhat1=moment) != rows


async def test_one_clock_is_not_ahead_and_behind(bench: Bench) -> None:
    await bench.fault(system="home", kind="clock_ahead")
    await bench.fault(system="home", kind="clock_behind", seconds=30, n=0)
    faults = (await bench.portal.get("/faults")).json()["faults"]
    assert faults == [{"kind": "clock_behind", "system": "home", "seconds": 30, "n": 0}]


async def test_a_partial_outage_spoils_every_third_call(bench: Bench) -> None:
    await bench.fault(system="special", kind="partial_outage")
    assert [(await bench.special.get(SEARCH)).status_code for _ in range(7)] == [200, 200, 503, 200, 200, 503, 200]
    await bench.portal.delete("/faults", params={"kind": "partial_outage"})
    assert [(await bench.special.get(SEARCH)).status_code for _ in range(3)] == [200] * 3


async def test_a_slow_system_takes_its_time_for_every_answer(bench: Bench) -> None:
    await bench.fault(system="home", kind="slow", seconds=0.05)
    started = time.monotonic()
    assert (await bench.home.get(SEARCH)).status_code == 200
    assert time.monotonic() - started >= 0.05


async def test_one_kind_of_fault_is_cleared_without_the_others(bench: Bench) -> None:
    for kind in ("down", "html"):
        await bench.fault(system="home", kind=kind)
    left = (await bench.portal.delete("/faults/home", params={"kind": "down"})).json()["faults"]
    assert [fault["kind"] for fault in left] == ["html"]
    assert (await bench.portal.delete("/faults", params={"kind": "earthquake"})).status_code == 422


async def test_every_kind_of_fault_says_what_it_does(bench: Bench) -> None:
    kinds = (await bench.portal.get("/faults")).json()["kinds"]
    assert {"moving_rows", "ties", "late_rows", "clock_ahead", "clock_behind", "partial_outage", "slow"} <= kinds.keys()
    assert all(text.endswith(".") for text in kinds.values())


async def test_a_dossier_out_of_step_answers_to_its_old_style_code_alone(bench: Bench) -> None:
    """Asked in the wrong spelling, the side that lags would seem to have nothing."""
    lagging = [
        plan
        for plan in bench.world.plans.values()
        if plan.scenario == "end_not_sent_to_an_old_code" and any(span.begins <= ORIGIN < span.ends for span in plan.spans)
    ]
    assert lagging
    for plan in lagging:
        normal, old = codes.spellings(plan.code)
        assert (await bench.ask("TraCuuHoSo", mahoso=normal))["result"] == []
        assert [row["MaHoSo"] for row in (await bench.ask("TraCuuHoSo", mahoso=old))["result"]] == [old]


async def test_home_answers_to_the_code_it_is_asked_in_before_and_after_it_learns_the_national_one(bench: Bench) -> None:
    own, national = next(p for p in named(bench.world) if p[0].home[0].at > ORIGIN)
    bench.now = own.home[0].at
    assert [r.get("nationCode") for r in await bench.found(own.code)] == [None]
    assert await bench.found(national.code) == []
    bench.now = national.home[0].at
    await bench.log_in()
    assert [r["nationCode"] for r in await bench.found(own.code)] == [r["nationCode"] for r in await bench.found(national.code)]
    assert codes.dossier((await bench.found(own.code))[0]["nationCode"]) == national.code


async def test_a_dossier_that_stands_is_said_to_be_handled_by_who_has_it_then(bench: Bench) -> None:
    plan = next(p for p in bench.world.plans.values() if p.scenario == "moved_while_late" and p.home[-1].at < ORIGIN)
    findings = (await bench.portal.get("/truth", params={"at": ORIGIN.isoformat()})).json()["findings"]
    assert {f["agency"] for f in findings if f["code"] == plan.code} == {plan.home[-1].agency}


def stamps(bench: Bench) -> dict[tuple[str, int], datetime]:
    """Return the update times at home by row and phase, in the order of the listing."""
    bench.world.advance(bench.now)
    shelf = bench.world.shelves["home"]
    rows = shelf.page(shelf.earliest, None, 0, 10_000)[0]
    return {(row.key, row.phase): row.updated for row in rows}


def named(world: World) -> list[tuple[Plan, Plan]]:
    """Return the dossiers whose national code came later: what stands under their own code, and what under the national one."""
    world.truth(ORIGIN + timedelta(hours=1))
    by_own = {plan.own_code: plan for plan in world.plans.values() if plan.own_code and plan.code != plan.own_code}
    return [(plan, by_own[plan.code]) for plan in world.plans.values() if plan.left_at]


async def test_a_caller_that_leaves_in_the_middle_of_asking_breaks_nothing(bench: Bench) -> None:
    sent: list[Any] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        sent.append(message)

    for app, path in zip(server.build(bench.world, lambda: bench.now), ("/mapi/login", TOKEN, TOKEN), strict=True):
        await app({"type": "http", "method": "POST", "path": path, "headers": [], "query_string": b""}, receive, send)
    assert [message["status"] for message in sent if "status" in message] == [400, 400, 400]


async def test_a_fault_nobody_knows_is_refused(bench: Bench) -> None:
    assert (await bench.portal.post("/faults", json={"system": "portal", "kind": "earthquake"})).status_code == 422


def test_a_second_run_goes_on_with_the_world_of_the_state_file(tmp_path: Any) -> None:
    state = tmp_path / "state" / "world.json"
    first = server.choose(server.Options(seed=5, dossiers=300, state=state), ORIGIN)
    again = server.choose(server.Options(seed=6, dossiers=900, state=state), ORIGIN + timedelta(days=1))
    assert first == again
