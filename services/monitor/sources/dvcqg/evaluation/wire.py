"""The evaluation's JSON, only what is used, in the portal's names. Written again, it is what we keep of an answer."""

from typing import Any

import msgspec

from services.monitor.sources.values import NOTHING, Many, Word

Rows = list[msgspec.Raw] | str | None
"""Units, each to be decoded by itself; `""` and null are none."""


class Envelope(msgspec.Struct, frozen=True):
    """Every answer. Only a `code` of OK makes it one."""

    code: Word = None
    message: Any = None
    data: msgspec.Raw = NOTHING


class Listing(msgspec.Struct, frozen=True):
    """The data of an answer: a unit above and the units below it, under the one pair of names or the other."""

    overview: msgspec.Raw = NOTHING
    parent: msgspec.Raw = NOTHING
    evaluation: Rows = None
    children: Rows = None


class Metric(msgspec.Struct, frozen=True, omit_defaults=True, rename="camel"):
    """One figure, of an indicator or of a group."""

    code: Word = None
    name: Word = None
    numerator: Word = None
    denominator: Word = None
    ratio: Word = None
    score: Word = None
    max_score: Word = None
    data_quality_status: Word = None
    data_quality_message: Word = None


class Unit(msgspec.Struct, frozen=True, omit_defaults=True, rename="camel"):
    """A unit of any part of the evaluation; each part fills some of the fields."""

    department_id: Word = None
    department_name: Word = None
    department_code: Word = None
    total_score: Word = None
    total_max_score: Word = None
    score: Word = None
    max_score: Word = None
    metrics: Many[Metric] = None
    total_received: Word = None
    total_on_time: Word = None
    total_overdue: Word = None
    avg_processing_days: Word = None
    authority_count: Word = None
    partial_count: Word = None
    full_count: Word = None
    online_dossier_count: Word = None
    online_service_total: Word = None
    channel_online_sum: Word = None
    channel_direct_sum: Word = None
    channel_postal_sum: Word = None
    channel_total_sum: Word = None
    total_dossier_online_payment_success: Word = None
    total_dossier_financial_obligation: Word = None
    total_dossier_online_formality_payment_success: Word = None
    total_fee_dossier_formality: Word = None
    total_fee_formality: Word = None


class Key(msgspec.Struct, frozen=True, rename="camel"):
    """The least of a unit, of any type, so that it can be named even when the rest is unreadable."""

    department_code: Any = None


class Kept(msgspec.Struct, frozen=True, omit_defaults=True, rename="camel"):
    """An answer, all its pages together, as it is kept."""

    above: Unit
    units: list[Unit]


ENVELOPE = msgspec.json.Decoder(Envelope)
LISTING = msgspec.json.Decoder(Listing)
KEY = msgspec.json.Decoder(Key)
UNIT = msgspec.json.Decoder(Unit)
