"""What a morning page says: everything counted, the most urgent named, in as many words as a message has room for."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from shared.domain.digest_payloads import agencies_named, digest_data, dossiers_named
from shared.domain.digest_samples import digest_sample
from shared.domain.events import OF_DIGESTS, Event, EventType
from shared.domain.messages.digest_texts import mass_message, morning_message, week_message
from shared.domain.morning import (
    SHOWN,
    AgenciesBelow,
    AgencyBelow,
    AgencyWeek,
    Entry,
    Mass,
    Morning,
    Part,
    ScoreLine,
    Week,
    Work,
    merged,
)
from shared.domain.payloads import MOST_BYTES, body_of, data_of
from shared.domain.recipients import Mode, Role, Subscription, Why, decide
from shared.domain.rendering import Names, Rendering
from tests.unit import events
from tests.unit.builders import at, calendar

NOW = at("18 07:00")
HOUR = timedelta(hours=1)
RENDERING = Rendering(Names({"H20.114": "Phường Sơn Qui"}, {"1.001193": "Đăng ký khai sinh"}), calendar(), "https://w.example.vn")


def part(total: int, *hours: int) -> Part:
    return Part(total, tuple(Entry(NOW + hour * HOUR, f"H20.114-{hour}") for hour in hours))


def morning(**work: object) -> Morning:
    return Morning(agency="H20.114", day=date(2026, 11, 18), as_of=NOW, work=Work(**work))  # type: ignore[arg-type]


def test_the_work_of_several_agencies_is_one_with_the_most_urgent_first() -> None:
    both = merged([Work(overdue=part(4, 1, 3), apologies=1), Work(overdue=part(9, 2), apologies=2)])
    assert both == Work(overdue=part(13, 1, 2, 3), apologies=3)
    assert merged([]) == Work()
    assert merged([]).is_nothing


works = st.builds(
    Work,
    overdue=st.lists(st.integers(0, 50), max_size=SHOWN).map(lambda hours: part(len(hours), *sorted(hours))),
    unacknowledged=st.integers(0, 9),
)


@given(st.lists(works, max_size=6))
def test_however_agencies_are_gathered_the_sum_is_the_same(found: list[Work]) -> None:
    whole = merged(found)
    assert whole == merged([merged(found[:2]), merged(found[2:])])
    assert whole.overdue.total == sum(work.overdue.total for work in found)
    moments = [entry.at for entry in whole.overdue.first]
    assert moments == sorted(moments)
    assert len(whole.overdue.first) == min(SHOWN, whole.overdue.total)


def test_a_morning_is_told_in_counts_and_by_its_most_urgent_dossiers() -> None:
    told = morning_message(
        morning(out_of_hours=part(3, 2), overdue=part(12, -40), apologies=4, supplement=7), RENDERING.names.agencies
    )
    assert told.text == (
        "[BẢN TIN SÁNG] Phường Sơn Qui, ngày 18/11/2026. Nộp ngoài giờ, chưa tiếp nhận: 3 (hết hạn sớm nhất 09:00 18/11/2026, "
        "H20.114-2). Quá hạn: 12 (lâu nhất từ 15:00 16/11/2026, H20.114--40), chưa xin lỗi 4. Đang chờ: bổ sung 7. "
        "Dữ liệu đến 07 giờ 00 phút ngày 18/11/2026."
    )
    assert told.short == "[BẢN TIN SÁNG] Phường Sơn Qui, ngày 18/11/2026: 3 nộp ngoài giờ, 12 quá hạn."


def test_apologies_are_owed_also_where_nothing_is_overdue_any_more() -> None:
    assert "Chưa xin lỗi 2." in morning_message(morning(apologies=2), {}).text


def test_a_score_is_told_with_its_rank_and_what_is_missing() -> None:
    _, sample = digest_sample(EventType.DIGEST_DAILY, NOW)
    assert isinstance(sample, Morning)
    assert "Điểm 84,31 (chỉ tiêu 90,00), hạng 3/102, dưới chỉ tiêu: 2.1 thiếu 12." in morning_message(sample, {}).text
    alone = Morning(agency="H20", day=date(2026, 11, 18), score=ScoreLine(total=90.5))
    assert morning_message(alone, {}).text.endswith("Điểm 90,50.")


def test_the_province_is_told_which_agencies_are_below_what_every_agency_must_reach() -> None:
    first = tuple(AgencyBelow(agency=f"H20.{number}", total=number / 2) for number in range(114, 118))
    standing = ScoreLine(total=84.31, target=90.0, agencies_below=AgenciesBelow(total=4, of=96, first=first))
    page = Morning(agency="H20", day=date(2026, 11, 18), score=standing)
    told = "4/96 đơn vị dưới 90,00 điểm, thấp nhất: Phường Sơn Qui 57,00; H20.115 57,50; H20.116 58,00."
    assert told in morning_message(page, RENDERING.names.agencies).text
    none = replace(page, score=replace(standing, agencies_below=AgenciesBelow(total=0, of=96)))
    assert "đơn vị dưới" not in morning_message(none, {}).text
    assert agencies_named(page) == ["H20", "H20.114", "H20.115", "H20.116", "H20.117"]
    named = digest_data(page, RENDERING)["digest"]["score"]["agencies_below"]["first"]
    assert named[0] == {"agency": {"code": "H20.114", "name": "Phường Sơn Qui"}, "total": 57.0}


def test_a_week_names_the_worst_above_the_line() -> None:
    one = AgencyWeek(agency="H20.114", on_portal=100, overdue=2, unacknowledged=1)
    week = Week(
        day=date(2026, 11, 16), most_percent=2.0, agencies=9, above=(one,), above_count=1, on_portal=2000, overdue=30, causes={}
    )
    told = week_message(week, {"H20.114": "Phường Sơn Qui"})
    assert "quá hạn 30 (1,5 %)" in told.text
    assert "1/9 đơn vị từ 2 % trở lên: Phường Sơn Qui 2/100" in told.text


def test_what_came_in_masses_says_why() -> None:
    mass = Mass(agency="H20", opened={"deadline.overdue": 1200}, resolved=3)
    assert "1.200 cảnh báo đã tồn tại khi bắt đầu theo dõi" in mass_message(mass, "X", {}, from_the_start=True).text
    assert "1.200 cảnh báo do quy tắc thay đổi" in mass_message(mass, "X", {}, from_the_start=False).text


@pytest.mark.parametrize("kind", sorted(OF_DIGESTS))
def test_a_digest_is_short_enough_however_much_there_is(kind: EventType) -> None:
    agency, news = digest_sample(kind, NOW)
    full = Part(10**6, tuple(Entry(NOW, "H20.114-261120-" + "9" * 180, "1" * 150) for _ in range(SHOWN)))
    if isinstance(news, Morning):
        lowest = AgenciesBelow(total=SHOWN, of=SHOWN, first=(AgencyBelow(agency=agency, total=0.0),) * SHOWN)
        news = Morning(
            agency=agency,
            day=news.day,
            score=news.score and replace(news.score, agencies_below=lowest),
            work=Work(out_of_hours=full, due_today=full, overdue=full, unsynced=full),
        )
    long = Rendering(Names({agency: "Ủy ban nhân dân " * 30}, {"1" * 150: "Thủ tục " * 60}), calendar(), "https://w.example.vn")
    event = Event(xid=1, id=1, at=NOW, event=kind, subject=f"agency:{agency}", data=news)
    data = data_of(event, long)
    assert len(data["text"]) <= 600
    assert len(data["short"]) <= 160
    assert len(data["title"]) <= 120
    assert len(body_of(event, data).encode()) < MOST_BYTES


def test_a_digest_leads_to_the_overview() -> None:
    _, news = digest_sample(EventType.DIGEST_DAILY, NOW)
    assert isinstance(news, Morning)
    data = digest_data(news, RENDERING)
    assert data["url"] == "https://w.example.vn/v1/overview?agency=H20.114"
    assert data["digest"]["agency"] == {"code": "H20.114", "name": "Phường Sơn Qui"}
    assert data["digest"]["overdue"]["first"][0]["procedure"] == "Đăng ký khai sinh"
    assert agencies_named(news) == ["H20.114"]
    assert len(dossiers_named(news)) == 4


def happened(kind: EventType, agency: str = "H20.114") -> Event:
    _, news = digest_sample(kind, NOW)
    return Event(xid=1, id=1, at=NOW, event=kind, subject=f"agency:{agency}", data=news)


def wants(mode: Mode, role: Role = Role.OFFICE, *heads: str) -> Subscription:
    return Subscription(id=1, role=role, created_at=NOW - HOUR, mode=mode, heads=frozenset(heads or ["H20.114"]))


@pytest.mark.parametrize(
    ("kind", "subscription", "why"),
    [
        (EventType.DIGEST_DAILY, wants(Mode.DIGEST), Why.OVERSIGHT),
        (EventType.DIGEST_DAILY, wants(Mode.DIGEST, Role.RECEIVING), Why.OVERSIGHT),
        (EventType.DIGEST_DAILY, wants(Mode.DIGEST, Role.OPS), Why.OTHER_ROLE),
        (EventType.DIGEST_DAILY, wants(Mode.DIGEST, Role.OFFICE, "H20"), Why.OTHER_AGENCY),
        (EventType.DIGEST_DAILY, wants(Mode.EACH), Why.NO_DIGESTS),
        (EventType.DIGEST_WEEKLY, wants(Mode.DIGEST, Role.SYNC), Why.OVERSIGHT),
        (EventType.DIGEST_WEEKLY, wants(Mode.DIGEST, Role.HANDLING), Why.OTHER_ROLE),
        (EventType.DIGEST_BASELINE, wants(Mode.EACH), Why.OVERSIGHT),
        (EventType.DIGEST_RULES_CHANGED, wants(Mode.DIGEST), Why.OVERSIGHT),
        (EventType.DIGEST_RULES_CHANGED, wants(Mode.EACH, Role.OFFICE, "H20.115"), Why.OTHER_AGENCY),
    ],
)
def test_who_is_told_of_which_digest(kind: EventType, subscription: Subscription, why: Why) -> None:
    assert decide(subscription, happened(kind)).why == why


def test_who_hears_digests_hears_nothing_else() -> None:
    assert decide(wants(Mode.DIGEST), events.happened(at=NOW)).why == Why.DIGESTS_ALONE
