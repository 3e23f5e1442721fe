"""The portal's lists of agencies and procedures, translated item by item; a bad item is counted and costs only itself."""

from collections.abc import Callable, Iterable
from datetime import date
from typing import TypeVar

import msgspec

from services.monitor.sources import identities
from services.monitor.sources.decoding import FieldRefused, decode_item
from services.monitor.sources.dvcqg import wire
from services.monitor.sources.moments import portal_day
from services.monitor.sources.values import Word, flag, many, number_word, text
from shared.domain.catalogue import Agency, Procedure

T = TypeVar("T", Agency, Procedure)

_LEVELS = {"1": 1, "2": 2, "3": 3}
_ONLINE_LEVELS = {"0": 0, "1": 1, "2": 2}
_MOST_DAYS = 3650


def agencies(items: Iterable[msgspec.Raw], province: str) -> tuple[list[Agency], list[str]]:
    """Return the province's agencies and, as `field: reason`, what was refused."""
    return _each(items, lambda item, _: _agency(item, province))


def procedures(items: Iterable[msgspec.Raw]) -> tuple[list[Procedure], list[str]]:
    """Return the procedures and, as `field: reason`, what was refused: items without a code, and single unreadable facts."""
    return _each(items, _procedure)


def _each(items: Iterable[msgspec.Raw], translate: Callable[[msgspec.Raw, list[str]], T]) -> tuple[list[T], list[str]]:
    found: dict[str, T] = {}
    refused: list[str] = []
    for item in items:
        try:
            entry = translate(item, refused)
        except FieldRefused as problem:
            refused.append(str(problem))
        else:
            found[entry.code] = entry
    return list(found.values()), refused


def _agency(item: msgspec.Raw, province: str) -> Agency:
    unit = decode_item(item, wire.UNIT)
    code = identities.agency_within(province, unit.MADONVI, "MADONVI")
    return Agency(
        code=code,
        name=text(unit.TENDONVI, set()) or code,
        parent=code.rpartition(".")[0] or None,
        level=_LEVELS.get(number_word(unit.CAPDONVI)),
    )


def _procedure(item: msgspec.Raw, refused: list[str]) -> Procedure:
    formality = decode_item(item, wire.FORMALITY)
    odd: set[str] = set()
    code = identities.procedure(formality.MaTTHC, odd)
    if not code:
        raise FieldRefused("MaTTHC", "not a code" if formality.MaTTHC else "missing")
    return Procedure(
        code=code,
        name=text(formality.TenTTHC, odd),
        sector=identities.code_or_none(formality.MaLinhVuc, odd),
        sector_name=text(formality.TenLinhVuc, odd) or None,
        agencies=_agency_codes(formality, odd),
        online_level=_ONLINE_LEVELS.get(number_word(formality.MucDo)),
        has_fee=flag(formality.CoPhi, odd),
        online_payment=flag(formality.TichHopThanhToan, odd),
        gives_paper_result=flag(formality.TraKetQuaGiay, odd),
        uses_population_data=flag(formality.KetNoiDanCu, odd),
        content_complete=flag(formality.DayDuNoiDung, odd),
        decided_on=_day(formality.NgayQuyetDinh, "NgayQuyetDinh", refused),
        effective_on=_day(formality.NgayHieuLuc, "NgayHieuLuc", refused),
        published_on=_day(formality.NgayCongKhai, "NgayCongKhai", refused),
        legal_limit_days=_days(formality.ThoiHanToiDa, refused),
    )


def _agency_codes(formality: wire.Formality, odd: set[str]) -> tuple[str, ...]:
    listed: list[Word] = many(formality.MaCoQuan, "MaCoQuan")
    found = (identities.agency_or_none(code, odd) for code in listed)
    return tuple(dict.fromkeys(code for code in found if code))


def _day(value: Word, field: str, refused: list[str]) -> date | None:
    try:
        return portal_day(value, field)
    except FieldRefused as problem:
        refused.append(str(problem))
        return None


def _days(value: Word, refused: list[str]) -> int | None:
    """Return a limit in working days. Zero states none: no procedure has to be done before it is asked for."""
    written = number_word(value)
    if written in ("", "0"):
        return None
    if not (written.isascii() and written.isdigit() and len(written) <= 4 and int(written) <= _MOST_DAYS):
        refused.append("ThoiHanToiDa: not a number of days")
        return None
    return int(written)
