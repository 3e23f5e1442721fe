"""What an event says: in bounds, in NFC, enough to act on without asking back."""

import unicodedata
from datetime import datetime
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.alerts import AlertState
from shared.domain.events import OF_ALERTS, EventType
from shared.domain.findings import Responsible, Severity
from shared.domain.messages import SHORT_LIMIT, TEXT_LIMIT
from shared.domain.payloads import MOST_BYTES, BodyTooLong, addressed, body_of, data_of, expires_at
from shared.domain.recipients import Role
from shared.domain.rendering import Names, Rendering
from shared.domain.rules import RULES
from shared.domain.samples import NAMES, sample

from .builders import CODE, at, calendar
from .events import HAPPENED, RENDERING, happened, told_alert
from .test_messages import DETAILS, LONG

REMINDERS = {rule for rule in RULES if rule.endswith("due_soon") or rule.startswith("portal.")}


def said(rule: str, **values: Any) -> dict[str, Any]:
    return data_of(happened(alert=told_alert(rule, **{"details": DETAILS[rule], **values})), RENDERING)


@pytest.mark.parametrize("state", AlertState)
@pytest.mark.parametrize("rule", RULES)
def test_every_rule_is_told_within_its_limits(rule: str, state: AlertState) -> None:
    names = Names({"H20.14": LONG * 9}, {"1.001193": LONG * 9})
    alert = told_alert(rule, details=DETAILS[rule], state=state, dossier_code=CODE * 200, officer_id="cb" * 900)
    event = happened(alert=alert, subject=alert.subject)
    data = data_of(event, Rendering(names, calendar(), "https://watch766.example.vn"))
    assert len(data["text"]) <= TEXT_LIMIT
    assert len(data["short"]) <= SHORT_LIMIT
    assert len(body_of(event, data).encode()) < MOST_BYTES


@pytest.mark.parametrize("rule", RULES)
def test_vietnamese_goes_out_in_one_form(rule: str) -> None:
    apart = unicodedata.normalize("NFD", "Đăng ký biến động quyền sử dụng đất")
    names = Names({"H20.14": apart}, {"1.001193": apart})
    event = happened(alert=told_alert(rule, details=DETAILS[rule], source=apart, officer_id=apart))
    body = body_of(event, data_of(event, Rendering(names, calendar())))
    assert unicodedata.is_normalized("NFC", body)
    assert "Đăng ký biến động" in body


@given(st.text(max_size=400), st.text(max_size=400), st.sampled_from(RULES), st.sampled_from(AlertState))
def test_whatever_things_are_called_it_can_be_told(agency: str, procedure: str, rule: str, state: AlertState) -> None:
    event = happened(alert=told_alert(rule, details=DETAILS[rule], state=state))
    data = data_of(event, Rendering(Names({"H20.14": agency}, {"1.001193": procedure}), calendar()))
    assert len(data["text"]) <= TEXT_LIMIT
    assert unicodedata.is_normalized("NFC", body_of(event, data))


def test_data_are_enough_for_a_message_of_ones_own() -> None:
    data = said("deadline.due_soon", officer_id="cb-0193")
    assert data["params"] == {
        "ma_ho_so": CODE,
        "ten_tthc": "Đăng ký khai sinh",
        "don_vi": "Sở Nông nghiệp và Môi trường",
        "han": "16:00 18/11/2026",
        "con_lai": "còn 4 giờ làm việc",
    }
    about = {"id": 1042, "rule": "deadline.due_soon", "severity": "warning", "state": "open", "sequence": 1}
    assert data["alert"] == {**about, "cause": None, "resolution": None, "reopens": None}
    assert data["agency"] == {"code": "H20.14", "name": "Sở Nông nghiệp và Môi trường"}
    assert (data["dossier_code"], data["officer_id"], data["test"]) == (CODE, "cb-0193", False)
    assert data["text"].endswith("Dữ liệu đến 10 giờ 00 phút ngày 18/11/2026.")
    assert data["url"] == f"https://watch766.example.vn/v1/dossiers/{CODE}"


def test_without_a_public_address_there_is_no_link() -> None:
    assert data_of(happened(), Rendering(Names(), calendar()))["url"] is None


def test_the_same_event_reads_the_same_whenever_it_is_rendered() -> None:
    first, again = (body_of(happened(), data_of(happened(), RENDERING)) for _ in range(2))
    assert first == again


def test_the_envelope_is_that_of_standard_webhooks() -> None:
    body = msgspec.json.decode(body_of(happened(), data_of(happened(), RENDERING)))
    assert list(body) == ["type", "timestamp", "data"]
    assert (body["type"], body["timestamp"]) == ("alert.opened", "2026-11-18T10:00:00+07:00")


def test_a_rule_may_have_a_type_of_its_own_when_it_opens() -> None:
    stale = told_alert("source.stale", responsible=Responsible.OPS)
    assert happened(alert=stale).type is EventType.SOURCE_STALE
    assert happened(EventType.ALERT_RESOLVED, stale).type is EventType.ALERT_RESOLVED
    assert happened(alert=told_alert("score.dropped")).type is EventType.SCORE_DROPPED


def test_somebody_is_told_in_his_role_and_what_it_follows() -> None:
    data = said("sync.status_mismatch", responsible=Responsible.CONNECTION)
    assert data["recipient_role"] is Role.SYNC
    copy = addressed(data, role=Role.HANDLING, supersedes="msg_1")
    assert (copy["recipient_role"], copy["supersedes"]) == (Role.HANDLING, "msg_1")
    assert addressed({"webhook": {}}, role=Role.OPS) == {"webhook": {}}


@pytest.mark.parametrize("rule", RULES)
def test_a_reminder_is_of_use_until_what_it_reminds_of_and_anything_else_for_ever(rule: str) -> None:
    due = at("18 16:00")
    assert expires_at(happened(alert=told_alert(rule))) == (due if rule in REMINDERS else None)
    assert expires_at(happened(alert=told_alert(rule, severity=Severity.CRITICAL))) is None
    assert expires_at(happened(EventType.ALERT_RESOLVED, told_alert(rule, state=AlertState.RESOLVED))) is None


def test_what_cannot_be_worded_is_told_by_the_name_of_its_rule() -> None:
    assert said("deadline.due_soon", details={"status": "no number"})["text"] == "Sắp đến hạn trả"


@pytest.mark.parametrize("type_", EventType)
def test_there_is_a_sample_of_every_event(type_: EventType) -> None:
    event = sample(type_, HAPPENED)
    body = msgspec.json.decode(body_of(event, data_of(event, Rendering(NAMES, calendar()), test=True)))
    assert (body["type"], body["data"]["test"]) == (type_, True)
    assert ("alert" in body["data"]) == (type_ in OF_ALERTS)


def test_a_body_that_would_be_too_long_is_refused() -> None:
    event = happened()
    with pytest.raises(BodyTooLong):
        body_of(event, {"text": "x" * MOST_BYTES})
    assert body_of(event, {"text": "x" * 100})


def test_no_name_of_an_officer_or_citizen_goes_out() -> None:
    kept = {"officer_name": "Nguyễn Văn A", "citizen": "Trần Thị B"}
    body = body_of(happened(), said("deadline.due_soon", details=DETAILS["deadline.due_soon"] | kept))
    assert [name for name in kept.values() if name in body] == []


def test_moments_are_told_in_local_time() -> None:
    data = msgspec.json.decode(body_of(happened(), said("deadline.due_soon")))["data"]
    assert data["due_at"] == data["expires_at"] == "2026-11-18T16:00:00+07:00"
    assert datetime.fromisoformat(data["due_at"]) == at("18 16:00")
    assert at("18 16:00") > HAPPENED
