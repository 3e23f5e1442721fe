"""Messages: every rule is told, in bounds, in NFC, and never more than the data shows."""

import unicodedata
from datetime import timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.alerts import AlertState
from shared.domain.findings import Responsible, Severity
from shared.domain.messages import RULE_LABELS, TELLINGS, Facts, Message, message
from shared.domain.messages.wording import brief_moment, length, moment, shorten
from shared.domain.rules import RULES
from shared.domain.statuses import Status

from .builders import at, calendar

NOW = at("20 10:00")
LONG = "Đăng ký biến động quyền sử dụng đất, quyền sở hữu tài sản gắn liền với đất " * 7

Z = "2026-11-18T02:00:00Z"  # 09:00 local time on the 18th
DETAILS: dict[str, dict[str, Any]] = {
    "sync.missing_on_portal": {"present": "home", "absent_from": ["portal"], "status": 4, "submitted_at": None, "accepted_at": Z},
    "sync.missing_at_home": {"present": "portal", "absent_from": ["igate"], "status": 1, "submitted_at": Z, "accepted_at": None},
    "sync.status_mismatch": {
        "home_status": 6,
        "portal_status": 5,
        "home_updated_at": Z,
        "portal_updated_at": "2026-11-17T02:00:00Z",
        "lags": "portal",
    },
    "sync.field_mismatch": {
        "fields": [
            {"field": "due_at", "home": "2026-11-19T10:00:00+00:00", "portal": None},
            {"field": "accepted_at", "home": "2026-11-19T10:00:00+00:00", "portal": "2026-11-19T10:01:00+00:00"},
            {"field": "procedure", "home": "1.001193", "portal": "1.001194"},
            {"field": "agency", "home": "H20.14", "portal": "H20.15"},
        ]
    },
    "sync.result_missing": {"finished_at": Z},
    "sync.payment_mismatch": {"paid_on": "portal", "paid_at": Z},
    "sync.status_unknown": {"words": {"igate": "Chờ số", "portal": "17"}},
    "main.missing": {"found_in": "land", "absent_from": "igate", "accepted_at": Z},
    "portal.intake": {"submitted_at": Z, "window_ends_at": Z, "home_status": 2, "home_updated_at": Z},
    "portal.deadline": {
        "reason": "ended_in_time",
        "portal_due_at": Z,
        "home_due_at": Z,
        "home_status": 9,
        "home_ended_at": "2026-11-17T02:00:00Z",
    },
    "intake.due_soon": {"submitted_at": Z, "window_ends_at": Z, "working_window_ends_at": Z},
    "intake.breached": {"submitted_at": Z, "window_ends_at": Z, "working_window_ends_at": Z},
    "stage.overdue": {"stage": "Thẩm định", "stage_agency": "H20.14", "stage_due_at": Z, "dossier_due_at": Z},
    "deadline.due_soon": {"due_at": Z, "accepted_at": Z, "status": 6, "stood_still_since": None},
    "deadline.overdue": {"due_at": Z, "accepted_at": Z, "status": 6, "stood_still_since": Z},
    "deadline.missing": {"accepted_at": Z, "legal_limit_days": 15},
    "supplement.repeated": {"requests": 3, "asked_at": Z, "due_then_at": Z},
    "request.late": {"requests": 1, "asked_at": Z, "due_then_at": "2026-11-17T02:00:00Z"},
    "pause.too_long": {"status": 6, "began_at": Z},
    "payment.unnoticed": {"paid_at": Z},
    "result.missing": {"finished_at": Z},
    "apology.missing": {"due_at": Z, "ended_at": "2026-11-18T09:00:00Z"},
    "petition.due_soon": {
        "step": "resolve",
        "status": 4,
        "kind": 1,
        "received_at": Z,
        "answered_at": None,
        "due_at": Z,
        "dossier_code": "H20.14-261117-0001",
    },
    "petition.overdue": {"step": "publish", "status": 5, "kind": 2, "received_at": Z, "answered_at": Z, "due_at": Z},
    "publication.due_soon": {"decided_on": "2026-11-11", "publish_by": "2026-11-18", "effective_on": None},
    "publication.late": {"decided_on": "2026-11-11", "publish_by": "2026-11-18", "effective_on": "2026-12-01"},
    "overdue_rate.high": {"open": 655, "overdue": 14, "own": 9, "limit": 2.0, "counted_at": Z, "ends_below": 1.5},
    "indicator.below_target": {
        "period": "2026",
        "day": "2026-11-20",
        "indicators": [
            {
                "id": f"4.{n}",
                "name": LONG,
                "agency": "H20.14",
                "percent": 89.5,
                "target": 100.0,
                "gap": 10.5,
                "missing_count": n,
            }
            for n in range(1, 8)
        ],
        "total_below": {"points": 84.31, "target": 90.0, "gap": 5.69},
    },
    "score.dropped": {
        "period": "2026",
        "day": "2026-11-20",
        "against": "2026-11-19",
        "total": 84.31,
        "before": 85.5,
        "drop": 1.19,
        "fallen": [{"id": "2.1", "name": LONG, "points": 18.61, "before": 19.8, "drop": 1.19}] * 5,
    },
    "rank.dropped": {
        "period": "2026",
        "of": "communes",
        "units": 102,
        "day": "2026-11-20",
        "against": "2026-11-19",
        "rank": 17,
        "before": 9,
    },
    "score.differs": {
        "period": "2026",
        "day": "2026-11-20",
        "indicators": [{"id": "2.1", "name": LONG, "ours": 93.1, "portal": 95.25, "tolerance": 1.0}] * 20,
    },
    "source.stale": {"read_to": Z, "interval_seconds": 60.0},
    "review.failed": {"error": "ValueError"},
    "audit.differs": {"differences": 12, "told": ["dossier H20.14-261120-0002: findings, marks", "agency_tally home"]},
}


def facts(rule: str, **values: Any) -> Facts:
    ordinary: dict[str, Any] = {
        "rule": rule,
        "severity": Severity.WARNING,
        "state": AlertState.OPEN,
        "since": at("18 09:00"),
        "due_at": at("18 09:00"),
        "responsible": Responsible.HANDLING,
        "details": DETAILS[rule],
        "dossier_code": "H20.14-261117-0001",
        "procedure_name": "Đăng ký khai sinh",
        "agency_name": "Ủy ban nhân dân phường Pleiku",
        "responsible_agency_name": "Ủy ban nhân dân phường Pleiku",
        "data_as_of": at("20 09:59"),
    }
    return Facts(**(ordinary | values))


def told(rule: str, now=NOW, **values: Any) -> Message:
    return message(facts(rule, **values), calendar(), now=now)


def test_every_rule_has_a_message_and_a_label_of_its_own():
    assert set(TELLINGS) == set(RULES) == set(RULE_LABELS)
    assert len(set(RULE_LABELS.values())) == len(RULES)
    assert set(DETAILS) == set(RULES)


@pytest.mark.parametrize("state", AlertState)
@pytest.mark.parametrize("rule", RULES)
def test_a_message_says_kind_dossier_and_data_as_of(rule, state):
    said = told(rule, state=state)
    assert said.text.startswith("[")
    assert "H20.14-261117-0001 – Đăng ký khai sinh. " in said.text
    assert said.text.endswith("Dữ liệu đến 09 giờ 59 phút ngày 20/11/2026.")
    assert said.title == f"{RULE_LABELS[rule]} – H20.14-261117-0001"
    assert "H20.14-261117-0001: " in said.short


@pytest.mark.parametrize("rule", RULES)
def test_a_standing_alert_asks_somebody_to_do_something(rule):
    assert "Đề nghị Ủy ban nhân dân phường Pleiku " in told(rule).text


@pytest.mark.parametrize("rule", RULES)
def test_a_standing_alert_says_how_much_is_left_or_late(rule):
    assert any(f"; {word} " in told(rule).text for word in ("còn", "đã", "đã quá"))
    assert any(f" ({word} " in told(rule).short for word in ("còn", "đã", "đã quá"))


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("state", [AlertState.OPEN, AlertState.RESOLVED])
def test_long_names_are_cut_and_limits_hold(rule, state):
    said = told(
        rule,
        state=state,
        dossier_code="H20.14.05.007-261117-000123456789-" * 3,
        procedure_name=LONG,
        agency_name=LONG,
        responsible_agency_name=LONG,
        source=LONG,
        details=_stretched(DETAILS[rule]),
    )
    assert len(said.text) <= 600
    assert len(said.short) <= 160
    assert len(said.title) <= 120
    assert said.text.endswith("Dữ liệu đến 09 giờ 59 phút ngày 20/11/2026.")
    assert "Đăng ký biến động" in said.text


def _stretched(details: dict[str, Any]) -> dict[str, Any]:
    """The same details with every name from outside far too long."""
    names = {"found_in": LONG, "absent_from": LONG, "stage": LONG, "error": LONG}
    long = {name: value for name, value in names.items() if isinstance(details.get(name), str)}
    if "words" in details:
        long["words"] = {LONG: LONG, "portal": LONG}
    if isinstance(details.get("absent_from"), list):
        long["absent_from"] = [LONG] * 9
    if "fields" in details:
        long["fields"] = [f if f["field"].endswith("_at") else f | {"home": LONG, "portal": LONG} for f in details["fields"]]
    return details | long


@pytest.mark.parametrize("rule", RULES)
def test_text_is_in_nfc_on_one_line(rule):
    decomposed = unicodedata.normalize("NFD", "Đăng ký\nkhai  sinh")
    said = told(rule, procedure_name=decomposed, responsible_agency_name=decomposed, source=decomposed)
    for text in (said.title, said.text, said.short):
        assert unicodedata.is_normalized("NFC", text)
        assert "\n" not in text
        assert "  " not in text


@pytest.mark.parametrize("rule", RULES)
def test_a_message_needs_no_more_than_the_rule_and_its_moment(rule):
    said = message(
        Facts(
            rule=rule,
            severity=Severity.WARNING,
            state=AlertState.OPEN,
            since=at("18 09:00"),
            responsible=Responsible.UNKNOWN,
            details={},
        ),
        calendar(),
        now=NOW,
    )
    assert "Đề nghị đơn vị liên quan " in said.text
    assert "None" not in said.text + said.short


@pytest.mark.parametrize("rule", sorted(set(RULES) - {"source.stale", "review.failed", "audit.differs", "sync.status_unknown"}))
def test_what_is_kept_beside_the_facts_is_never_told(rule):
    said = told(rule, details=DETAILS[rule] | {"officer_name": "Nguyễn Văn A", "citizen": "Trần Thị B"}, stage="Bước riêng")
    assert not any(name in said.text + said.short for name in ("Nguyễn Văn A", "Trần Thị B", "Bước riêng"))


# Kinds


@pytest.mark.parametrize("rule", RULES)
def test_the_kind_follows_state_then_severity_then_whether_it_can_still_be_prevented(rule):
    before = rule.endswith("due_soon") or rule.startswith("portal.")
    assert told(rule).text.startswith("[NHẮC VIỆC]" if before else "[CẢNH BÁO]")
    assert told(rule, severity=Severity.CRITICAL).text.startswith("[KHẨN]")
    assert told(rule, severity=Severity.CRITICAL, state=AlertState.ACKNOWLEDGED).short.startswith("[KHẨN]")
    assert told(rule, severity=Severity.CRITICAL, state=AlertState.RESOLVED).text.startswith("[ĐÃ KHẮC PHỤC]")


@pytest.mark.parametrize("rule", RULES)
def test_a_resolved_alert_says_since_and_until_when_it_stood_and_asks_nothing(rule):
    said = told(rule, state=AlertState.RESOLVED, resolved_at=at("18 11:30"))
    assert "từ 09 giờ 00 phút ngày 18/11/2026 không còn từ 11 giờ 30 phút cùng ngày, sau 2 giờ 30 phút" in said.text
    assert "Đề nghị" not in said.text


# What is said


def test_a_reminder_of_intake_gives_the_window_and_the_time_left():
    said = told("intake.due_soon", now=at("18 15:10"), due_at=at("18 17:00"), responsible=Responsible.RECEIVING)
    assert "lúc 09 giờ 00 phút ngày 18/11/2026, chưa được tiếp nhận; còn 1 giờ 50 phút." in said.text
    assert "trước 17 giờ 00 phút cùng ngày" in said.text
    assert "trừ điểm chỉ số Mức độ hài lòng" in said.text


def test_a_window_that_closes_on_another_day_names_it():
    assert "trước 01 giờ 00 phút ngày 19/11/2026" in told("intake.due_soon", now=at("18 20:00"), due_at=at("19 01:00")).text


def test_a_breach_counts_elapsed_time():
    said = told("intake.breached", now=at("21 10:05"), due_at=at("20 16:00"))
    assert "đã quá 18 giờ 5 phút" in said.text
    assert "làm việc" not in said.text


def test_a_deadline_counts_working_time_before_and_after():
    assert "còn 2 giờ làm việc" in told("deadline.due_soon", now=at("20 16:00"), due_at=at("23 08:00")).text
    assert "đã quá 3 giờ làm việc" in told("deadline.overdue", now=at("23 09:00"), due_at=at("20 16:00")).text
    assert "đã quá 1 ngày 2 giờ làm việc" in told("deadline.overdue", now=at("25 08:00"), due_at=at("20 16:00")).text


@pytest.mark.parametrize("rule", ["deadline.due_soon", "intake.due_soon", "portal.intake"])
def test_a_reminder_read_late_says_that_the_moment_is_past_and_asks_at_once(rule):
    said = told(rule, now=at("23 09:00"), due_at=at("20 16:00")).text
    assert "đã quá" in said
    assert "trước 16 giờ 00 phút" not in said
    assert " ngay. " in said


@pytest.mark.parametrize(("status", "what"), [(Status.SUPPLEMENT, "bổ sung giấy tờ"), (Status.PAYMENT, "nghĩa vụ tài chính")])
@pytest.mark.parametrize("rule", ["deadline.due_soon", "deadline.overdue", "pause.too_long"])
def test_a_citizen_is_reminded_by_the_unit(rule, status, what):
    said = told(
        rule,
        responsible=Responsible.CITIZEN,
        responsible_agency_name=None,
        details=DETAILS[rule] | {"status": int(status)},
    )
    assert f"Đề nghị Ủy ban nhân dân phường Pleiku nhắc người nộp hồ sơ {_does(what)}" in said.text


def _does(what: str) -> str:
    return what if what.startswith("bổ sung") else f"thực hiện {what}"


@pytest.mark.parametrize(
    ("who", "role"),
    [
        (Responsible.RECEIVING, "đơn vị tiếp nhận"),
        (Responsible.HANDLING, "đơn vị giải quyết"),
        (Responsible.OTHER_AGENCY, "cơ quan đang giải quyết"),
        (Responsible.CITIZEN, "đơn vị giải quyết"),
        (Responsible.CONNECTION, "đơn vị phụ trách đồng bộ"),
        (Responsible.OPS, "bộ phận vận hành"),
        (Responsible.UNKNOWN, "đơn vị liên quan"),
    ],
)
def test_without_a_name_the_role_is_asked(who, role):
    said = told("deadline.overdue", responsible=who, responsible_agency_name=None, agency_name=None)
    assert f"Đề nghị {role} " in said.text


def test_the_portal_is_blamed_on_synchronisation_only_when_home_ended_in_time():
    in_time = told("portal.deadline", severity=Severity.CRITICAL)
    assert "do chưa đồng bộ, không phải do xử lý chậm" in in_time.text
    paused = told("portal.deadline", details=DETAILS["portal.deadline"] | {"reason": "stands_still", "home_status": 11})
    assert "xử lý chậm" not in paused.text
    assert '"Tạm dừng"' in paused.text


def test_a_mismatch_names_both_statuses_and_the_side_that_lags():
    said = told("sync.status_mismatch").text
    assert 'Hệ thống của tỉnh ghi "Yêu cầu thực hiện nghĩa vụ tài chính", Cổng ghi "Yêu cầu bổ sung giấy tờ"' in said
    assert "trên Cổng trong ngày" in said
    unknown = told("sync.status_mismatch", details=DETAILS["sync.status_mismatch"] | {"lags": None}).text
    assert "Cổng cập nhật" not in unknown


def test_fields_are_told_with_both_values():
    assert "hạn trả (tỉnh 17:00 19/11/2026, Cổng không ghi)" in told("sync.field_mismatch").text


def test_a_source_is_told_by_its_name():
    said = told("source.stale", dossier_code=None, procedure_name=None, source="igate", responsible=Responsible.OPS)
    assert said.text.startswith("[CẢNH BÁO] Nguồn igate. Lần đọc đủ gần nhất bắt đầu lúc 09 giờ 00 phút ngày 18/11/2026")
    assert said.title == f"{RULE_LABELS['source.stale']} – igate"
    never = told("source.stale", details={"read_to": None, "interval_seconds": 60.0})
    assert "chưa đọc đủ lần nào" in never.text.lower()


def test_an_audit_is_told_of_the_system_with_the_first_difference():
    nobody = dict.fromkeys(("dossier_code", "procedure_name", "agency_name", "responsible_agency_name"))
    said = told("audit.differs", **nobody, responsible=Responsible.OPS, severity=Severity.CRITICAL)
    first = "thấy 12 điểm khác với kết quả đang lưu, trước hết: dossier H20.14-261120-0002: findings, marks"
    assert said.text.startswith(f"[KHẨN] Hệ thống. Lần xét lại ban đêm {first}")
    assert "Đề nghị bộ phận vận hành xem chi tiết" in said.text
    assert said.title == f"{RULE_LABELS['audit.differs']} – hệ thống"


def test_moments_are_those_of_viet_nam():
    assert moment(at("20 07:05")) == "07 giờ 05 phút ngày 20/11/2026"
    assert moment(at("20 23:59"), beside=at("20 00:01")) == "23 giờ 59 phút cùng ngày"
    assert moment(at("21 00:00"), beside=at("20 23:59")) == "00 giờ 00 phút ngày 21/11/2026"
    assert brief_moment(at("20 07:05")) == "07:05 20/11/2026"


@pytest.mark.parametrize(
    ("span", "words"),
    [
        (timedelta(), "dưới 1 phút"),
        (timedelta(seconds=59), "dưới 1 phút"),
        (timedelta(seconds=-5), "dưới 1 phút"),
        (timedelta(minutes=1), "1 phút"),
        (timedelta(hours=1), "1 giờ"),
        (timedelta(hours=3, minutes=20), "3 giờ 20 phút"),
        (timedelta(days=1), "1 ngày"),
        (timedelta(days=2, hours=5, minutes=59), "2 ngày 5 giờ"),
    ],
)
def test_lengths_are_told_in_the_two_units_that_matter(span, words):
    assert length(span) == words


def test_a_working_day_is_as_long_as_its_hours():
    assert length(timedelta(hours=17), day=timedelta(hours=8)) == "2 ngày 1 giờ"


def test_a_cut_ends_on_a_word_and_says_so():
    assert shorten("Đăng ký khai sinh", 12) == "Đăng ký…"
    assert shorten("Đăng ký khai sinh", 17) == "Đăng ký khai sinh"
    assert shorten("x" * 50, 10) == "x" * 9 + "…"


def test_a_cut_never_parts_a_letter_from_its_marks():
    marked = "q\u0323\u0303"  # no single character exists for it
    for limit in range(1, 12):
        cut = shorten(marked * 4, limit).removesuffix("…")
        assert cut == marked * (len(cut) // 3)


@given(st.text(max_size=60), st.integers(1, 40))
def test_a_cut_is_never_too_long_and_keeps_what_fits(text, limit):
    cut = shorten(text, limit)
    assert len(cut) <= limit
    assert shorten(cut, limit) == cut


def test_messages_read_the_same_from_stored_details():
    kept = msgspec.json.decode(msgspec.json.encode(DETAILS["sync.field_mismatch"]))
    assert told("sync.field_mismatch", details=kept) == told("sync.field_mismatch")


# Petitions and publication


def test_a_petition_is_named_with_its_code_and_the_step_that_is_owed():
    about = {"dossier_code": None, "procedure_name": None, "petition_code": "PAKN.20.261102.0001"}
    said = told("petition.due_soon", now=at("18 10:00"), due_at=at("19 09:00"), **about)
    assert said.text.startswith(
        "[NHẮC VIỆC] Phản ánh, kiến nghị PAKN.20.261102.0001. Tiếp nhận lúc 09 giờ 00 phút ngày 18/11/2026"
    )
    assert "hạn trả lời là 09 giờ 00 phút ngày 19/11/2026; còn 7 giờ làm việc" in said.text
    late = told("petition.overdue", severity=Severity.CRITICAL, **about)
    assert "quá hạn công khai kết quả trả lời lúc 09 giờ 00 phút ngày 18/11/2026" in late.text
    assert ("5.1" in said.text, "5.1" in late.text) == (True, False), "only the answer is scored"
    assert late.title == "Phản ánh, kiến nghị quá hạn – PAKN.20.261102.0001"


@pytest.mark.parametrize(("step", "fact", "ask"), [
    ("refuse", "chưa được xử lý, quá hạn từ chối hoặc tiếp nhận xử lý lúc ", " tiếp nhận xử lý phản ánh, kiến nghị ngay"),
    ("ask", "chưa được xử lý, quá hạn yêu cầu bổ sung thông tin lúc ", " tiếp nhận xử lý phản ánh, kiến nghị ngay"),
])  # fmt: skip
def test_a_petition_nobody_has_taken_up_is_told_so(step, fact, ask):
    details = DETAILS["petition.overdue"] | {"step": step, "status": 1, "answered_at": None}
    said = told("petition.overdue", dossier_code=None, petition_code="PAKN.20.261102.0001", due_at=NOW, details=details)
    assert fact in said.text
    assert ask in said.text


def test_a_procedure_that_is_not_public_is_told_by_days():
    about = {"dossier_code": None, "procedure_code": "1.001193", "due_at": at("19 00:00")}
    said = told("publication.due_soon", now=at("17 07:00"), **about)
    assert "] Thủ tục 1.001193 – Đăng ký khai sinh. Công bố theo quyết định ngày 11/11/2026, chưa công khai" in said.text
    assert "hết ngày 18/11/2026; còn 2 ngày làm việc" in said.text
    assert "công khai thủ tục trên Cổng chậm nhất ngày 18/11/2026" in said.text
    assert "công khai thủ tục ngay" in told("publication.late", severity=Severity.CRITICAL, **about).text


# Agencies


def test_an_overdue_rate_is_told_of_the_agency_by_name_and_asks_for_what_helps():
    about = {"dossier_code": None, "procedure_name": None, "unit_code": "H20.14", "agency_name": "Sở Tư pháp", "due_at": None}
    said = told("overdue_rate.high", **about)
    assert said.text.startswith("[CẢNH BÁO] Đơn vị H20.14 – Sở Tư pháp. Lúc 09 giờ 00 phút ngày 18/11/2026")
    assert "14/655 hồ sơ (2,13%)" in said.text
    assert "chỉ tiêu là dưới 2% (cảnh báo này kết thúc khi tỷ lệ xuống dưới 1,5%); trong đó 5 hồ sơ không chậm" in said.text
    assert "giải quyết dứt điểm" in said.text
    assert said.short == "[CẢNH BÁO] H20.14: quá hạn trên Cổng 14/655 hồ sơ (2,13%) (đã 2 ngày 1 giờ)."
    lags = told("overdue_rate.high", **about | {"responsible": Responsible.CONNECTION})
    assert "đồng bộ lại" in lags.text
    earlier = {name: value for name, value in DETAILS["overdue_rate.high"].items() if name != "ends_below"}
    assert "chỉ tiêu là dưới 2%; trong đó" in told("overdue_rate.high", **about, details=earlier).text


# About the scores of a unit

UNIT = {"dossier_code": None, "procedure_name": None, "unit_code": "H20.14"}


def test_scores_are_told_by_unit_indicators_and_points():
    said = told("indicator.below_target", **UNIT)
    assert said.text.startswith(
        "[CẢNH BÁO] Đơn vị H20.14 – Ủy ban nhân dân phường Pleiku. Tổng điểm năm 2026 là 84,31, chỉ tiêu 90,00; "
    )
    assert "; 7 chỉ số chưa đạt chỉ tiêu: " in said.text
    assert "4.1 (89,50%, chỉ tiêu 100,00%)" in said.text
    assert "4.4 (89,50%, chỉ tiêu 100,00%) và 3 chỉ số khác; đã 2 ngày" in said.text
    assert "chậm nhất ngày 31/12/2026" in said.text
    assert said.title == f"{RULE_LABELS['indicator.below_target']} – H20.14"
    alone = DETAILS["indicator.below_target"] | {"indicators": []}
    assert "Tổng điểm năm 2026 là 84,31, chỉ tiêu 90,00; đã 2 ngày" in told("indicator.below_target", **UNIT, details=alone).text
    dropped = told("score.dropped", **UNIT).text
    assert "Tổng điểm năm 2026 còn 84,31, giảm 1,19 điểm so với 85,50 cuối ngày 19/11/2026" in dropped
    assert ", giảm nhiều nhất: 2.1 (−1,19), " in dropped


def test_a_rank_is_told_with_those_it_is_among():
    details = DETAILS["rank.dropped"]
    assert "Xếp hạng năm 2026 17/102 trong các xã, phường, đặc khu, tụt 8 bậc so với hạng 9 cuối ngày 19/11/2026" in (
        told("rank.dropped", **UNIT).text
    )
    nation = told("rank.dropped", **UNIT, details=details | {"of": "provinces"}).text
    assert "trong các tỉnh, thành phố theo điểm Cổng công bố, tụt" in nation


def test_operations_are_told_both_figures():
    nobody = {"responsible": Responsible.OPS, "responsible_agency_name": None}
    said = told("score.differs", **UNIT, **nobody).text
    assert "20 chỉ số năm 2026 lệch với số liệu Cổng công bố quá mức cho phép: 2.1 (hệ thống 93,10%, Cổng 95,25%)" in said
    assert "Đề nghị bộ phận vận hành đối chiếu" in said
