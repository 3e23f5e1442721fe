"""The portal's list of petitions: no field of theirs that could hold a citizen or what they wrote is ever decoded."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import TypeVar

import msgspec

from services.monitor.sources import identities
from services.monitor.sources.decoding import FieldRefused, decode_item, decode_key
from services.monitor.sources.dvcqg import wire
from services.monitor.sources.moments import Moments, portal_moment, update_time
from services.monitor.sources.source import MAPPING_VERSION, Head, Page
from services.monitor.sources.values import Word, flag, number_word
from shared.domain import codes
from shared.domain.dossiers import fingerprint
from shared.domain.petitions import Petition, PetitionKind, PetitionStatus

T = TypeVar("T")

PageOf = Callable[[str, datetime, int, int], Awaitable[Page]]
"""Asks a service for a page: its name, from when on, the page's number from 0, its size."""

_STATUSES = {str(int(status)): status for status in PetitionStatus}
_KINDS = {str(int(kind)): kind for kind in PetitionKind}
_NO_KEY = wire.PetitionKey()


class DvcqgPetitions:
    """The portal's petitions as a `PetitionSource`, over the session of the portal."""

    def __init__(self, name: str, province: str, page_of: PageOf) -> None:
        self.name = name
        self.mark = fingerprint(MAPPING_VERSION)
        self._province = province
        self._page_of = page_of

    async def page(self, *, since: datetime, number: int, size: int) -> Page:
        """Return page `number` (from 0) of the petitions updated at or after `since`."""
        return await self._page_of("DanhSachPAKN", since, number, size)

    def head(self, item: msgspec.Raw) -> Head:
        """Return key and update time of a petition; raises `RecordRefused`."""
        known = _NO_KEY
        try:
            known = decode_item(item, wire.PETITION_KEY)
            code = identities.key(known.MaPAKN, "MaPAKN")
            return Head(code, update_time(portal_moment, known.NgayCapNhat, "NgayCapNhat"))
        except FieldRefused as problem:
            raise problem.of(None, identities.key_or_none(known.MaPAKN)) from None

    def petition(self, item: msgspec.Raw, *, requested_at: datetime) -> Petition:
        """Translate a petition asked for at `requested_at`; raises `RecordRefused`."""
        try:
            return _translated(decode_item(item, wire.PETITION), self._province, requested_at)
        except FieldRefused as problem:
            known = decode_key(item, wire.PETITION_KEY, _NO_KEY)
            raise problem.of(None, identities.key_or_none(known.MaPAKN)) from None


def _translated(petition: wire.Petition, province: str, requested_at: datetime) -> Petition:
    moment, odd = Moments(portal_moment, requested_at).read, set[str]()
    received_at = moment(petition.NgayTiepNhan, "NgayTiepNhan")
    if received_at is None:
        raise FieldRefused("NgayTiepNhan", "missing")
    return Petition(
        code=identities.key(petition.MaPAKN, "MaPAKN"),
        status=_known(_STATUSES, petition.TrangThai, "TrangThai"),
        agency=identities.agency_within(province, petition.DonViXuLy, "DonViXuLy"),
        kind=_KINDS.get(number_word(petition.LoaiPAKN)),
        received_at=received_at,
        due_at=moment(petition.HanXuLy, "HanXuLy"),
        refused_at=moment(petition.NgayTuChoi, "NgayTuChoi"),
        supplement_asked_at=moment(petition.NgayYeuCauBoSung, "NgayYeuCauBoSung"),
        answered_at=moment(petition.NgayTraLoi, "NgayTraLoi"),
        published_at=moment(petition.NgayCongKhai, "NgayCongKhai"),
        dossier_code=_dossier_code(petition.MaHoSo),
        satisfied=flag(petition.HaiLong, odd),
        repeated=flag(petition.PhanAnhLai, odd) is True,
        updated_at=update_time(portal_moment, petition.NgayCapNhat, "NgayCapNhat"),
    )


def _known(table: dict[str, T], value: Word, field: str) -> T:
    """Return what a code means; an unknown one is an error, never a default."""
    written = number_word(value)
    if written not in table:
        raise FieldRefused(field, "an unknown code" if written else "missing")
    return table[written]


def _dossier_code(value: Word) -> str | None:
    """Return the dossier a petition names; what has not the form of a dossier's code names none."""
    written = identities.key_or_none(value)
    return codes.dossier(written) if written and "-" in written else None
