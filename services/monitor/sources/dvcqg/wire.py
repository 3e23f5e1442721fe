"""The portal's JSON, only what is used. Fields have the portal's names, so there is none for a citizen or a file."""

from typing import Any

import msgspec

from services.monitor.sources.values import NOTHING, Flag, Many, Word


class Answer(msgspec.Struct, frozen=True):
    """The envelope of every answer. `result` stays raw: a list, or nothing."""

    error_code: Word = None
    message: Any = None
    session: Word = None
    tongso: Any = None
    result: msgspec.Raw = NOTHING


class Key(msgspec.Struct, frozen=True):
    """The least of a dossier, of any type, so that one can be named even when the rest is unreadable."""

    MaHoSo: Any = None
    NgayCapNhat: Any = None


class Fee(msgspec.Struct, frozen=True):
    """A fee: only how much."""

    Gia: Word = None


class Paper(msgspec.Struct, frozen=True):
    """A paper handed in: only how it came to be there."""

    DuocSoHoa: Flag = None
    DuocTaiSuDung: Flag = None
    DuocLayTuKhoDMQG: Flag = None


class Request(msgspec.Struct, frozen=True):
    """A supplement request."""

    NgayBoSung: Word = None
    NgayTiepNhanBoSung: Word = None
    NgayHenTraTruoc: Word = None
    NgayHenTraMoi: Word = None


class Result(msgspec.Struct, frozen=True):
    """A result paper: only whether its file exists."""

    DuongDanTepTinKetQua: msgspec.Raw = NOTHING


class Dossier(msgspec.Struct, frozen=True):
    """An item of `DanhSachHoSo` and `TraCuuHoSo`."""

    MaHoSo: Word = None
    MaTTHC: Word = None
    DonViXuLy: Word = None
    KenhThucHien: Word = None
    NoiNopHoSo: Word = None
    NgayNopHoSo: Word = None
    NgayTiepNhan: Word = None
    NgayHenTra: Word = None
    NgayKetThucXuLy: Word = None
    NgayTra: Word = None
    NgayTuChoi: Word = None
    NgayCapNhat: Word = None
    TrangThaiHoSo: Word = None
    HinhThuc: Word = None
    DuocThanhToanTrucTuyen: Word = None
    DanhSachLePhi: Many[Fee] = None
    TaiLieuNop: Many[Paper] = None
    HoSoCoThanhPhanSoHoa: Flag = None
    TaiKhoanDuocXacThucVoiVNeID: Flag = None
    DanhSachHoSoBoSung: Many[Request] = None
    DanhSachGiayToKetQua: Many[Result] = None


class Unit(msgspec.Struct, frozen=True):
    """An item of `LayDanhMucCoQuan`."""

    MADONVI: Word = None
    TENDONVI: Word = None
    CAPDONVI: Word = None


class Formality(msgspec.Struct, frozen=True):
    """An item of `LayDanhSachTTHC`."""

    MaTTHC: Word = None
    TenTTHC: Word = None
    MaLinhVuc: Word = None
    TenLinhVuc: Word = None
    MaCoQuan: Many[Word] = None
    MucDo: Word = None
    CoPhi: Flag = None
    TichHopThanhToan: Flag = None
    TraKetQuaGiay: Flag = None
    KetNoiDanCu: Flag = None
    DayDuNoiDung: Flag = None
    NgayQuyetDinh: Word = None
    NgayHieuLuc: Word = None
    NgayCongKhai: Word = None
    ThoiHanToiDa: Word = None


class PetitionKey(msgspec.Struct, frozen=True):
    """The least of a petition, of any type."""

    MaPAKN: Any = None
    NgayCapNhat: Any = None


class Petition(msgspec.Struct, frozen=True):
    """An item of `DanhSachPAKN`: its course, nothing of who wrote what."""

    MaPAKN: Word = None
    TrangThai: Word = None
    DonViXuLy: Word = None
    LoaiPAKN: Word = None
    NgayTiepNhan: Word = None
    HanXuLy: Word = None
    NgayTuChoi: Word = None
    NgayYeuCauBoSung: Word = None
    NgayTraLoi: Word = None
    NgayCongKhai: Word = None
    MaHoSo: Word = None
    HaiLong: Flag = None
    PhanAnhLai: Flag = None
    NgayCapNhat: Word = None


ANSWER = msgspec.json.Decoder(Answer)
ITEMS = msgspec.json.Decoder(list[msgspec.Raw])
KEY = msgspec.json.Decoder(Key)
DOSSIER = msgspec.json.Decoder(Dossier)
UNIT = msgspec.json.Decoder(Unit)
FORMALITY = msgspec.json.Decoder(Formality)
PETITION_KEY = msgspec.json.Decoder(PetitionKey)
PETITION = msgspec.json.Decoder(Petition)
