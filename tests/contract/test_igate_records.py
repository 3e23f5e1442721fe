"""iGate's dossiers, translated."""

from datetime import UTC, datetime

import pytest

from services.monitor.sources.igate.client import IgateSource
from services.monitor.sources.source import Reading
from shared.domain.catalogue import Agency, Procedure
from shared.domain.records import Apology, Channel, Stage, Supplement
from shared.domain.statuses import Status
from shared.domain.working_time import LOCAL
from shared.errors import RecordRefused
from tests.contract.contract_fakes import PRIVATE, home_dossier, raw

NOW = datetime(2026, 11, 22, tzinfo=UTC)


def local(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=LOCAL)


def read(source: IgateSource, **changes: object) -> Reading:
    return source.reading(raw(home_dossier(**changes)), requested_at=NOW)


def task(id_: object, **changes: object) -> dict[str, object]:
    return {
        "id": id_,
        "name": "Thẩm định",
        "assignee": {"id": 7, "fullname": "Trần Văn Cán Bộ"},
        "agency": {"code": "000.05.14.H20", "name": "Phòng Hộ tịch"},
        "createdDate": "2026-11-21T09:00:00.000+0700",
        "dueDate": "2026-11-25T17:00:00+0700",
        **changes,
    }


def test_a_dossier_becomes_a_record(home: IgateSource) -> None:
    record = read(
        home,
        dossierStatus={"id": "5", "name": "Đã trả"},
        receivingAgency={"code": "000.00.00.H20", "name": "Trung tâm"},
        completedDate="2026-11-25T10:15:00Z",
        returnedDate="2026-11-26T08:00:00+07:00",
        apology={"sentDate": "2026-11-24T08:00:00.000+0700", "newAppointmentDate": "2026-12-01T17:00:00.000+0700"},
        payment={"required": "true", "amount": 0, "paidOnline": 1, "paidDate": "2026-11-21T08:30:00.000+0700"},
        digitization={"components": 1, "reused": "1", "personalStore": True, "populationData": "true", "resultFile": "a.pdf"},
    ).record
    assert (record.source, record.source_id, record.spelling) == ("igate", "66f0a1", "H20.14-261121-0001")
    assert (record.code, record.procedure, record.sector) == ("H20.14-261121-0001", "1.001193", "HT")
    assert (record.agency, record.agency_parent, record.receiving_agency) == ("H20.14", "H20", "H20")
    assert (record.status, record.status_raw, record.channel) == (Status.RETURNED, "", Channel.ONLINE)
    assert (record.submitted_at, record.accepted_at) == (local(2026, 11, 21, 8), local(2026, 11, 21, 9))
    assert (record.due_at, record.updated_at) == (local(2026, 11, 30, 17), local(2026, 11, 21, 9, 5, 0, 250_000))
    assert (record.finished_at, record.returned_at) == (local(2026, 11, 25, 17, 15), local(2026, 11, 26, 8))
    assert record.updated_at.tzinfo is UTC
    assert record.apology == Apology(sent_at=local(2026, 11, 24, 8), new_due_at=local(2026, 12, 1, 17))
    assert record.fee_owed
    assert (record.paid_online, record.paid_at) == (True, local(2026, 11, 21, 8, 30))
    assert record.components_digitised
    assert record.component_reused
    assert record.personal_store_used
    assert record.population_data_used
    assert record.electronic_result
    assert record.notes == ()


def test_the_code_is_the_systems_own_where_the_portal_gave_none(home: IgateSource) -> None:
    record = read(home, nationCode="", code="000.00.14.H20-7").record
    assert (record.code, record.spelling) == ("H20.14-7", "000.00.14.H20-7")


def test_it_names_the_agencies_of_the_province_and_the_procedure(home: IgateSource) -> None:
    abroad = {"code": "G09.20", "name": "Bộ"}
    nameless = {"code": "H20.99", "name": ""}
    receiving = {"code": "H20.14", "name": "Sở Tư pháp (một cửa)", "parent": None}
    reading = read(home, receivingAgency=receiving, task=[task(1), task(2, agency=abroad), task(3, agency=nameless)])
    assert reading.agencies == (
        Agency(code="H20.14", name="Sở Tư pháp", parent="H20"),
        Agency(code="H20", name="UBND tỉnh"),
        Agency(code="H20.14.05", name="Phòng Hộ tịch"),
    )
    assert reading.procedure == Procedure(code="1.001193", name="Đăng ký khai sinh", sector="HT", sector_name="Hộ tịch")
    assert [stage.agency for stage in reading.record.stages] == ["H20.14.05", "G09.20", "H20.99"]


def test_an_agency_is_never_its_own_parent(home: IgateSource) -> None:
    agency = {"code": "H20", "name": "UBND", "parent": {"code": "000.00.00.H20", "name": "UBND"}}
    reading = read(home, agency=agency)
    assert reading.record.agency_parent is None
    assert reading.agencies == (Agency(code="H20", name="UBND"),)


def test_stages_are_merged_and_the_current_one_wins(home: IgateSource) -> None:
    done = task("t1", completedDate="2026-11-21T10:00:00.000+0700")
    listed = task("t2", completedDate="2026-11-21T11:00:00.000+0700", dueDate="2026-11-24T17:00:00+0700")
    current = {"id": "t2", "name": "Phê duyệt", "assignee": {"id": "8"}, "dueDate": "2026-11-26T17:00:00.000+0700"}
    record = read(home, task=[done, listed], currentTask=[current, task("t3")]).record
    first, second, third = record.stages
    assert (first.id, first.completed_at, first.current) == ("t1", local(2026, 11, 21, 10), False)
    assert second == Stage(
        id="t2",
        name="Phê duyệt",
        agency="H20.14.05",
        officer_id="8",
        started_at=local(2026, 11, 21, 9),
        due_at=local(2026, 11, 26, 17),
        current=True,
    )
    assert (third.officer_id, third.officer_name, third.current) == ("7", "Trần Văn Cán Bộ", True)
    assert [stage.id for stage in record.open_stages] == ["t3", "t2"]


def test_a_stage_without_an_id_goes_by_its_name_or_is_noted(home: IgateSource) -> None:
    record = read(home, task=[task(None), task("", name=None), None, task(5), task("5")], currentTask="").record
    assert [stage.id for stage in record.stages] == ["Thẩm định", "5"]
    assert record.notes == ("duplicate stage", "stage without an id")


def test_supplement_requests_keep_their_dates(home: IgateSource) -> None:
    answered = {
        "requestedDate": "2026-11-22T08:00:00.000+0700",
        "answeredDate": "2026-11-23T08:00:00.000+0700",
        "oldAppointmentDate": "2026-11-30T17:00:00.000+0700",
        "newAppointmentDate": None,
    }
    record = read(home, additionalRequirement=[answered]).record
    assert record.supplements == (
        Supplement(asked_at=local(2026, 11, 22, 8), answered_at=local(2026, 11, 23, 8), due_before=local(2026, 11, 30, 17)),
    )


STATUSES = {"0": 1, "1": 5, "2": 4, "3": 11, "4": 9, "5": 10, "6": 7, "7": 3, "8": 6, "9": 2}


@pytest.mark.parametrize(("id_", "status"), STATUSES.items())
@pytest.mark.parametrize("kind", [str, int])
def test_statuses_are_translated_by_the_installations_table(home: IgateSource, kind: type, id_: str, status: int) -> None:
    record = read(home, dossierStatus={"id": kind(id_), "name": "gì cũng được"}).record
    assert (record.status, record.status_raw) == (status, "")


@pytest.mark.parametrize(
    ("written", "raw_status", "notes"),
    [
        ({"id": 42, "name": "Chờ ký số"}, "42", ()),
        ({"id": "", "name": "Chờ ký số"}, "Chờ ký số", ()),
        ({"name": None}, "", ("no status",)),
        (None, "", ("no status",)),
        ("", "", ("no status",)),
    ],
)
def test_an_unknown_status_is_kept_as_written(
    home: IgateSource, written: object, raw_status: str, notes: tuple[str, ...]
) -> None:
    record = read(home, dossierStatus=written).record
    assert (record.status, record.status_raw, record.notes) == (Status.UNKNOWN, raw_status, notes)


@pytest.mark.parametrize(
    ("written", "channel", "notes"),
    [
        ({"id": "0"}, Channel.ONLINE, ()),
        ({"id": 1}, Channel.DIRECT, ()),
        ({"id": 2}, Channel.POSTAL, ()),
        ({"id": 9}, Channel.DIRECT, ("unknown channel",)),
        (None, Channel.DIRECT, ("unknown channel",)),
    ],
)
def test_channels_are_translated_by_the_installations_table(
    home: IgateSource, written: object, channel: Channel, notes: tuple[str, ...]
) -> None:
    record = read(home, applyMethod=written).record
    assert (record.channel, record.notes) == (channel, notes)


@pytest.mark.parametrize(
    ("payment", "owed"),
    [
        ({"required": True, "amount": "50000"}, True),
        ({"required": True}, True),
        ({"required": False, "amount": 50000}, False),
        ({"amount": "50.000"}, True),
        ({"amount": 0}, False),
        ({}, False),
        (None, False),
        ("", False),
    ],
)
def test_a_fee_is_owed_when_required_or_priced(home: IgateSource, payment: object, owed: object) -> None:
    assert read(home, payment=payment).record.fee_owed is owed


@pytest.mark.parametrize("apology", [None, "", {}, {"sentDate": None}])
def test_no_letter_sent_is_no_apology(home: IgateSource, apology: object) -> None:
    record = read(home, apology=apology).record
    assert (record.apology, record.notes) == (None, ())


ODD = {
    "apology without a date": {"apology": {"newAppointmentDate": "2026-12-01T17:00:00.000+0700"}},
    "due before accepted": {"appointmentDate": "2026-11-21T08:59:59.999+0700"},
    "end date in a running status": {"completedDate": "2026-11-22T08:00:00.000+0700"},
    "no procedure code": {"procedure": None},
    "unreadable code": {"procedure": {"code": "1.001193", "sector": {"code": "hộ tịch"}}},
    "supplement answered before asked": {
        "additionalRequirement": [
            {"requestedDate": "2026-11-22T08:00:00.000+0700", "answeredDate": "2026-11-21T08:00:00.000+0700"}
        ]
    },
}


@pytest.mark.parametrize(("note", "changes"), ODD.items(), ids=ODD)
def test_what_is_odd_but_readable_is_kept_with_a_note(home: IgateSource, note: str, changes: dict) -> None:
    assert read(home, **changes).record.notes == (note,)


CODE = "H20.14-261121-0001"
REFUSED = {
    "no key": ({"id": None}, "id: missing", CODE, None),
    "no code at all": ({"nationCode": None, "code": ""}, "code: missing", None, "66f0a1"),
    "no code in the code": ({"nationCode": "mã số"}, "nationCode: not a code", "SNV-7", "66f0a1"),
    "no update time": ({"updatedDate": None}, "updatedDate: missing", CODE, "66f0a1"),
    "no offset": ({"updatedDate": "2026-11-21T09:05:00"}, "updatedDate: not a date", CODE, "66f0a1"),
    "no day": ({"acceptedDate": "2026-02-31T09:05:00.000+0700"}, "acceptedDate: not a date", CODE, "66f0a1"),
    "no date": ({"currentTask": [task(1, dueDate="mai")]}, "currentTask[].dueDate: not a date", CODE, "66f0a1"),
    "an old date": ({"appliedDate": "1999-12-31T23:59:59.999+0700"}, "appliedDate: an impossible year", CODE, "66f0a1"),
    "a far date": ({"appointmentDate": "2047-01-01T00:00:00.000+0700"}, "appointmentDate: an impossible year", CODE, "66f0a1"),
    "the end of time": ({"returnedDate": "9999-12-31T23:59:59-0700"}, "returnedDate: an impossible year", CODE, "66f0a1"),
    "the start of time": ({"returnedDate": "0001-01-01T00:00:00+0700"}, "returnedDate: an impossible year", CODE, "66f0a1"),
    "a number as a date": ({"acceptedDate": 1763690700000}, "acceptedDate: not a date", CODE, "66f0a1"),
    "no agency": ({"agency": None}, "agency.code: missing", CODE, "66f0a1"),
    "another province": ({"agency": {"code": "H21.14"}}, "agency.code: outside the province", CODE, "66f0a1"),
    "a text for an object": ({"agency": PRIVATE[0]}, "agency: wrong type", CODE, "66f0a1"),
    "a list for a text": ({"procedure": {"sector": {"name": [PRIVATE[0]]}}}, "procedure.sector.name: wrong type", CODE, "66f0a1"),
    "a list for a key": ({"id": [PRIVATE[0]]}, "id: wrong type", CODE, None),
    "an object for a file": ({"digitization": {"resultFile": {}}}, "digitization.resultFile: wrong type", CODE, "66f0a1"),
}


@pytest.mark.parametrize(("changes", "message", "code", "key"), REFUSED.values(), ids=REFUSED)
def test_a_record_is_refused_in_our_own_words_with_its_code(
    home: IgateSource, changes: dict, message: str, code: str | None, key: str | None
) -> None:
    with pytest.raises(RecordRefused) as caught:
        read(home, **changes)
    assert (str(caught.value), caught.value.code, caught.value.source_id) == (message, code, key)


@pytest.mark.parametrize("name", [name for name, (changes, *_) in REFUSED.items() if changes.keys() & {"id", "updatedDate"}])
def test_the_head_is_refused_for_the_same_reason(home: IgateSource, name: str) -> None:
    changes, message, code, key = REFUSED[name]
    with pytest.raises(RecordRefused) as caught:
        home.head(raw(home_dossier(**changes)))
    assert (str(caught.value), caught.value.code, caught.value.source_id) == (message, code, key)


def test_an_update_time_ahead_is_kept_as_received(home: IgateSource) -> None:
    item = raw(home_dossier(updatedDate="2099-12-31T00:00:00.000+0700"))
    assert home.reading(item, requested_at=NOW).record.updated_at == home.head(item).updated_at == local(2099, 12, 31)
