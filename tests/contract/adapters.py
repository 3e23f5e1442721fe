"""Every kind of source, for what must hold of all of them: `test_wire_habits.py` runs over this table."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from services.monitor.sources.factory import build
from services.monitor.sources.source import DossierSource
from shared.config import AnyHome, IgateConfig, PortalConfig
from tests.contract.contract_fakes import HOME, PORTAL, home_dossier, portal_dossier

PORTAL_CONFIG = PortalConfig(base_url=PORTAL, username="watch766", password="mật khẩu", unit_code="H20", dst_code="VN:GOV")
HOME_CONFIG = IgateConfig(name="igate", base_url=HOME, client_id="watch766", client_secret="bí-mật-iGate")


@dataclass(frozen=True)
class Adapter:
    """One kind of source.

    `dossier`: an item of its wire that is read without a note, `PRIVATE` in the fields that are a citizen's. `names`: the fields
    by which a refusal names the dossier. `lists`: the fields that hold lists, with the fields of their items.
    """

    config: PortalConfig | AnyHome
    dossier: dict[str, Any]
    names: set[str]
    lists: dict[str, list[str]]

    @cached_property
    def source(self) -> DossierSource:
        """The adapter for translating only: it calls nobody."""
        return build(self.config, province="H20")


ADAPTERS = {
    "dvcqg": Adapter(
        config=PORTAL_CONFIG,
        dossier=portal_dossier(),
        names={"MaHoSo"},
        lists={
            "DanhSachLePhi": ["Gia"],
            "TaiLieuNop": ["DuocSoHoa", "DuocTaiSuDung"],
            "DanhSachHoSoBoSung": ["NgayBoSung", "NgayTiepNhanBoSung", "NgayHenTraMoi"],
            "DanhSachGiayToKetQua": ["DuongDanTepTinKetQua"],
        },
    ),
    "igate": Adapter(
        config=HOME_CONFIG,
        dossier=home_dossier(),
        names={"id", "code", "nationCode"},
        lists={
            "task": ["id", "name", "assignee", "agency", "dueDate"],
            "currentTask": ["id", "name", "assignee", "completedDate"],
            "additionalRequirement": ["requestedDate", "answeredDate"],
        },
    ),
}
