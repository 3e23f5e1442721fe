"""From iGate's words to ours, without I/O and without a clock."""

from datetime import datetime
from typing import TypedDict

import msgspec

from services.monitor.sources import identities, oddities
from services.monitor.sources.decoding import FieldRefused, decode_item, decode_key
from services.monitor.sources.igate import mentions, stages, wire
from services.monitor.sources.moments import Moments, home_moment, update_time
from services.monitor.sources.source import Head, Reading
from services.monitor.sources.values import flag, is_owed, is_present, many, one, raw_status, word
from shared.config import IgateConfig
from shared.domain import codes
from shared.domain.records import Apology, Channel, Record, Supplement
from shared.domain.statuses import Status

_NO_KEY = wire.Key()


def head(item: msgspec.Raw) -> Head:
    """Return key and update time of a dossier; raises `RecordRefused`."""
    known = _NO_KEY
    try:
        known = decode_item(item, wire.KEY)
        source_id = identities.key(known.id, "id")
        return Head(source_id, update_time(home_moment, known.updated_date, "updatedDate"))
    except FieldRefused as problem:
        raise problem.of(*_identity(known)) from None


def reading(item: msgspec.Raw, *, config: IgateConfig, province: str, requested_at: datetime) -> Reading:
    """Translate a dossier asked for at `requested_at`; raises `RecordRefused`."""
    try:
        dossier = decode_item(item, wire.DOSSIER)
        return _Translation(dossier, config, province, requested_at).reading()
    except FieldRefused as problem:
        raise problem.of(*_identity(decode_key(item, wire.KEY, _NO_KEY))) from None


def _identity(known: wire.Key) -> tuple[str | None, str | None]:
    written = identities.key_or_none(known.nation_code) or identities.key_or_none(known.code)
    return (codes.dossier(written) if written else None), identities.key_or_none(known.id)


class _Digitisation(TypedDict):
    components_digitised: bool
    component_reused: bool
    personal_store_used: bool
    population_data_used: bool
    electronic_result: bool


class _Payment(TypedDict):
    fee_owed: bool
    paid_online: bool
    paid_at: datetime | None


class _Translation:
    """One dossier on its way to a `Reading`; what is odd on the way is collected as notes."""

    def __init__(self, dossier: wire.Dossier, config: IgateConfig, province: str, requested_at: datetime) -> None:
        self._dossier = dossier
        self._config = config
        self._province = province
        self._moments = Moments(home_moment, requested_at)
        self._odd: set[str] = set()

    def reading(self) -> Reading:
        """Return the record and what it names; raises `FieldRefused`."""
        procedure = mentions.procedure(self._dossier, self._odd)
        handling = one(self._dossier.agency, "agency") or wire.Office()
        receiving = one(self._dossier.receiving_agency, "receivingAgency") or wire.Office()
        agencies = mentions.agencies(self._dossier, self._province, handling, receiving, self._odd)
        record = self._record(procedure.code, procedure.sector, handling, receiving)
        return Reading(record, agencies, procedure if procedure.code else None)

    def _record(self, procedure: str, sector: str | None, handling: wire.Office, receiving: wire.Office) -> Record:
        dossier, odd = self._dossier, self._odd
        spelling = self._spelling()
        status, status_raw = self._status()
        record = Record(
            source=self._config.name,
            source_id=identities.key(dossier.id, "id"),
            code=codes.dossier(spelling),
            spelling=spelling,
            procedure=procedure,
            sector=sector,
            agency=identities.agency_within(self._province, handling.code, "agency.code"),
            agency_parent=mentions.parent_code(handling, odd),
            receiving_agency=identities.agency_or_none(receiving.code, odd),
            status=status,
            status_raw=status_raw,
            updated_at=update_time(home_moment, dossier.updated_date, "updatedDate"),
            channel=self._channel(),
            submitted_at=self._moments.read(dossier.applied_date, "appliedDate"),
            accepted_at=self._moments.read(dossier.accepted_date, "acceptedDate"),
            due_at=self._moments.read(dossier.appointment_date, "appointmentDate"),
            finished_at=self._moments.read(dossier.completed_date, "completedDate"),
            returned_at=self._moments.read(dossier.returned_date, "returnedDate"),
            supplements=self._supplements(),
            stages=stages.of(dossier, self._moments, odd),
            apology=self._apology(),
            **self._payment(),
            **self._digitisation(),
        )
        return oddities.with_notes(record, odd)

    def _spelling(self) -> str:
        if word(self._dossier.nation_code):
            return identities.key(self._dossier.nation_code, "nationCode")
        return identities.key(self._dossier.code, "code")

    def _status(self) -> tuple[Status, str]:
        """Return the status, and as written where the installation's table does not have it."""
        written = one(self._dossier.dossier_status, "dossierStatus") or wire.Choice()
        status = self._config.statuses.get(word(written.id), Status.UNKNOWN)
        if status is not Status.UNKNOWN:
            return status, ""
        raw = raw_status(written.id) or raw_status(written.name)
        if not raw:
            self._odd.add("no status")
        return status, raw

    def _channel(self) -> Channel:
        method = one(self._dossier.apply_method, "applyMethod") or wire.Choice()
        channel = self._config.channels.get(word(method.id))
        if channel is None:
            self._odd.add("unknown channel")
        return channel or Channel.DIRECT

    def _supplements(self) -> tuple[Supplement, ...]:
        requests = many(self._dossier.additional_requirement, "additionalRequirement")
        found = [self._supplement(request) for request in requests]
        return oddities.each_once([supplement for supplement in found if supplement], self._odd)

    def _supplement(self, request: wire.Requirement) -> Supplement | None:
        within = "additionalRequirement[]."
        asked_at = self._moments.read(request.requested_date, within + "requestedDate")
        answered_at = self._moments.read(request.answered_date, within + "answeredDate")
        due_before = self._moments.read(request.old_appointment_date, within + "oldAppointmentDate")
        due_after = self._moments.read(request.new_appointment_date, within + "newAppointmentDate")
        if asked_at is None:
            self._odd.add("supplement request without a date")
            return None
        return Supplement(asked_at=asked_at, answered_at=answered_at, due_before=due_before, due_after=due_after)

    def _apology(self) -> Apology | None:
        letter = one(self._dossier.apology, "apology") or wire.Letter()
        sent_at = self._moments.read(letter.sent_date, "apology.sentDate")
        new_due_at = self._moments.read(letter.new_appointment_date, "apology.newAppointmentDate")
        if sent_at is None:
            if new_due_at is not None:
                self._odd.add("apology without a date")
            return None
        return Apology(sent_at=sent_at, new_due_at=new_due_at)

    def _payment(self) -> _Payment:
        payment = one(self._dossier.payment, "payment") or wire.Payment()
        required = flag(payment.required, self._odd)
        return {
            "fee_owed": is_owed(payment.amount, self._odd) if required is None else required,
            "paid_online": flag(payment.paid_online, self._odd) is True,
            "paid_at": self._moments.read(payment.paid_date, "payment.paidDate"),
        }

    def _digitisation(self) -> _Digitisation:
        done = one(self._dossier.digitization, "digitization") or wire.Digitization()
        return {
            "components_digitised": flag(done.components, self._odd) is True,
            "component_reused": flag(done.reused, self._odd) is True,
            "personal_store_used": flag(done.personal_store, self._odd) is True,
            "population_data_used": flag(done.population_data, self._odd) is True,
            "electronic_result": is_present(done.result_file, "digitization.resultFile"),
        }
