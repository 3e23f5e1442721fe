"""iGate's JSON, only what is used. Fields are iGate's, with underscores; none is for a citizen or the name of a file."""

from typing import Any

import msgspec

from services.monitor.sources.values import NOTHING, Flag, Many, One, Word


class Token(msgspec.Struct, frozen=True):
    """The answer of the token address; `expires_in` in seconds."""

    access_token: Word = None
    expires_in: Word = None


class Slice(msgspec.Struct, frozen=True, rename="camel"):
    """A page without a total. `content` has no default: an answer without it is not a page."""

    content: list[msgspec.Raw] | str | None
    last: Flag = None


class Key(msgspec.Struct, frozen=True, rename="camel"):
    """The least of a dossier, of any type, so that one can be named even when the rest is unreadable."""

    id: Any = None
    code: Any = None
    nation_code: Any = None
    updated_date: Any = None


class Sector(msgspec.Struct, frozen=True, rename="camel"):
    """A sector of procedures."""

    code: Word = None
    name: Word = None


class Formality(msgspec.Struct, frozen=True, rename="camel"):
    """A procedure as a dossier names it."""

    code: Word = None
    name: Word = None
    sector: One[Sector] = None


class Unit(msgspec.Struct, frozen=True, rename="camel"):
    """An agency as another names it."""

    code: Word = None
    name: Word = None


class Office(msgspec.Struct, frozen=True, rename="camel"):
    """An agency with its parent."""

    code: Word = None
    name: Word = None
    parent: One[Unit] = None


class Choice(msgspec.Struct, frozen=True, rename="camel"):
    """An entry of a table whose ids are configuration."""

    id: Word = None
    name: Word = None


class Officer(msgspec.Struct, frozen=True, rename="camel"):
    """A public servant at work."""

    id: Word = None
    fullname: Word = None


class Task(msgspec.Struct, frozen=True, rename="camel"):
    """A stage of the work."""

    id: Word = None
    name: Word = None
    assignee: One[Officer] = None
    agency: One[Unit] = None
    created_date: Word = None
    due_date: Word = None
    completed_date: Word = None


class Requirement(msgspec.Struct, frozen=True, rename="camel"):
    """A supplement request."""

    requested_date: Word = None
    answered_date: Word = None
    old_appointment_date: Word = None
    new_appointment_date: Word = None


class Letter(msgspec.Struct, frozen=True, rename="camel"):
    """A letter of apology."""

    sent_date: Word = None
    new_appointment_date: Word = None


class Payment(msgspec.Struct, frozen=True, rename="camel"):
    """What is owed and how it was paid."""

    required: Flag = None
    amount: Word = None
    paid_online: Flag = None
    paid_date: Word = None


class Digitization(msgspec.Struct, frozen=True, rename="camel"):
    """What was done electronically; of the result's file only whether it exists."""

    components: Flag = None
    reused: Flag = None
    personal_store: Flag = None
    population_data: Flag = None
    result_file: msgspec.Raw = NOTHING


class Dossier(msgspec.Struct, frozen=True, rename="camel"):
    """An item of `content`."""

    id: Word = None
    code: Word = None
    nation_code: Word = None
    procedure: One[Formality] = None
    agency: One[Office] = None
    receiving_agency: One[Office] = None
    apply_method: One[Choice] = None
    dossier_status: One[Choice] = None
    applied_date: Word = None
    accepted_date: Word = None
    appointment_date: Word = None
    completed_date: Word = None
    returned_date: Word = None
    updated_date: Word = None
    task: Many[Task] = None
    current_task: Many[Task] = None
    additional_requirement: Many[Requirement] = None
    apology: One[Letter] = None
    payment: One[Payment] = None
    digitization: One[Digitization] = None


TOKEN = msgspec.json.Decoder(Token)
SLICE = msgspec.json.Decoder(Slice)
KEY = msgspec.json.Decoder(Key)
DOSSIER = msgspec.json.Decoder(Dossier)
