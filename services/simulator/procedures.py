"""The procedures of the province: sectors with the names officials read, varied in the ways the real catalogue varies."""

from dataclasses import dataclass
from datetime import date, timedelta

from shared.domain.catalogue import Procedure

CENTRAL_SECTOR = "G01-XNC"
"""Handled on a ministry's own system: such dossiers exist on the portal only."""

SPECIAL_SECTOR = "G13-DD"
"""Land: such dossiers are in the ministry's land software and in the province's system, in step."""

COMMUNES = "communes"
"""Stands for every commune and ward as the place where a procedure is handled."""


@dataclass(frozen=True)
class Sector:
    """A sector: who handles it, how often it is asked for, its usual legal limits and what is done with each subject."""

    code: str
    name: str
    handled_by: str
    weight: int
    limits: tuple[int, ...]
    acts: tuple[str, ...]
    subjects: tuple[str, ...]


_PERMIT = ("Cấp", "Cấp lại", "Gia hạn", "Điều chỉnh")
_REGISTER = ("Đăng ký", "Đăng ký lại", "Đăng ký thay đổi, cải chính")

SECTORS = (
    Sector("G15-HT", "Hộ tịch", COMMUNES, 30, (1, 2, 3, 5), _REGISTER, (
        "khai sinh", "kết hôn", "khai tử", "giám hộ", "nhận cha, mẹ, con", "khai sinh có yếu tố nước ngoài",
        "kết hôn có yếu tố nước ngoài", "khai sinh kết hợp nhận cha, mẹ, con",
    )),
    Sector("G15-CT", "Chứng thực", COMMUNES, 22, (1, 1, 2), ("Chứng thực",), (
        "bản sao từ bản chính", "chữ ký trong giấy tờ, văn bản", "hợp đồng, giao dịch liên quan đến tài sản là động sản",
        "di chúc", "văn bản từ chối nhận di sản", "chữ ký người dịch", "việc sửa đổi, bổ sung hợp đồng, giao dịch",
    )),
    Sector("G12-BTXH", "Bảo trợ xã hội", COMMUNES, 14, (5, 7, 10), ("Thực hiện", "Điều chỉnh", "Chi trả"), (
        "trợ cấp xã hội hằng tháng", "hỗ trợ chi phí mai táng", "trợ giúp xã hội đột xuất", "xác định mức độ khuyết tật",
        "chế độ hưu trí xã hội", "hỗ trợ kinh phí chăm sóc, nuôi dưỡng hằng tháng",
    )),
    Sector("G12-NCC", "Người có công", COMMUNES, 5, (5, 10, 12), ("Giải quyết", "Thực hiện"), (
        "chế độ trợ cấp một lần đối với thân nhân liệt sĩ", "chế độ ưu đãi đối với thương binh",
        "chế độ đối với người có công giúp đỡ cách mạng", "trợ cấp thờ cúng liệt sĩ", "chế độ mai táng phí",
    )),
    Sector("G04-HKD", "Thành lập và hoạt động của hộ kinh doanh", COMMUNES, 8, (1, 3), ("Đăng ký",), (
        "thành lập hộ kinh doanh", "thay đổi nội dung hộ kinh doanh", "tạm ngừng kinh doanh của hộ kinh doanh",
        "chấm dứt hoạt động hộ kinh doanh", "cấp lại giấy chứng nhận đăng ký hộ kinh doanh",
    )),
    Sector("G17-XD", "Hoạt động xây dựng", COMMUNES, 6, (7, 10, 15), _PERMIT, (
        "giấy phép xây dựng nhà ở riêng lẻ", "giấy phép xây dựng công trình cấp III, cấp IV", "giấy phép di dời công trình",
        "giấy phép sửa chữa, cải tạo nhà ở riêng lẻ",
    )),
    Sector("G22-GD", "Giáo dục tiểu học và trung học cơ sở", COMMUNES, 3, (3, 7, 10), ("Giải quyết",), (
        "việc tiếp nhận học sinh chuyển trường", "việc tuyển sinh trung học cơ sở", "việc thành lập lớp mẫu giáo độc lập",
        "việc hỗ trợ ăn trưa cho trẻ em mẫu giáo", "việc miễn, giảm học phí",
    )),
    Sector(SPECIAL_SECTOR, "Đất đai", "H20.14", 14, (5, 10, 15, 20), ("Đăng ký", "Cấp giấy chứng nhận do"), (
        "biến động quyền sử dụng đất", "chuyển nhượng quyền sử dụng đất", "tặng cho quyền sử dụng đất",
        "thừa kế quyền sử dụng đất", "tách thửa, hợp thửa đất", "thế chấp quyền sử dụng đất", "xóa thế chấp quyền sử dụng đất",
        "chuyển mục đích sử dụng đất", "đăng ký lần đầu quyền sử dụng đất", "đính chính giấy chứng nhận đã cấp",
    )),
    Sector("G13-MT", "Môi trường", "H20.14", 2, (10, 15, 25), _PERMIT, (
        "giấy phép môi trường", "giấy phép khai thác nước dưới đất", "giấy phép xả nước thải vào nguồn nước",
        "giấy phép thăm dò khoáng sản",
    )),
    Sector("G10-TT", "Trồng trọt và bảo vệ thực vật", "H20.14", 3, (3, 7, 10), _PERMIT, (
        "giấy chứng nhận đủ điều kiện buôn bán phân bón", "giấy chứng nhận đủ điều kiện buôn bán thuốc bảo vệ thực vật",
        "mã số vùng trồng", "giấy chứng nhận cơ sở đủ điều kiện an toàn thực phẩm nông sản",
    )),
    Sector("G10-TS", "Thủy sản", "H20.14", 2, (3, 6, 10), _PERMIT, (
        "giấy phép khai thác thủy sản", "giấy chứng nhận đăng ký tàu cá", "giấy xác nhận đăng ký nuôi trồng thủy sản lồng bè",
    )),
    Sector("G15-LLTP", "Lý lịch tư pháp và quốc tịch", "H20.03", 6, (5, 10, 15), ("Cấp", "Xác nhận"), (
        "phiếu lý lịch tư pháp số 1", "phiếu lý lịch tư pháp số 2", "giấy xác nhận có quốc tịch Việt Nam",
        "giấy xác nhận là người gốc Việt Nam",
    )),
    Sector("G15-BTTP", "Bổ trợ tư pháp", "H20.03", 2, (5, 7, 10), _PERMIT, (
        "thẻ công chứng viên", "giấy đăng ký hoạt động của văn phòng luật sư", "thẻ đấu giá viên",
    )),
    Sector("G05-LTHH", "Lưu thông hàng hóa trong nước", "H20.05", 3, (5, 7, 10), _PERMIT, (
        "giấy phép bán buôn rượu", "giấy phép bán lẻ thuốc lá", "giấy chứng nhận đủ điều kiện bán lẻ xăng dầu",
        "giấy phép bán buôn sản phẩm thuốc lá",
    )),
    Sector("G05-XTTM", "Xúc tiến thương mại", "H20.05", 3, (3, 5), ("Đăng ký", "Thông báo"), (
        "hoạt động khuyến mại", "sửa đổi nội dung chương trình khuyến mại", "tổ chức hội chợ, triển lãm thương mại",
    )),
    Sector("G06-VT", "Vận tải đường bộ", "H20.06", 7, (2, 3, 5), _PERMIT, (
        "giấy phép kinh doanh vận tải bằng xe ô tô", "phù hiệu xe ô tô", "giấy phép vận tải đường bộ quốc tế",
        "giấy phép liên vận giữa Việt Nam và Campuchia",
    )),
    Sector("G08-KCB", "Khám bệnh, chữa bệnh", "H20.08", 3, (15, 20, 30), _PERMIT, (
        "giấy phép hành nghề khám bệnh, chữa bệnh", "giấy phép hoạt động phòng khám đa khoa",
        "giấy phép hoạt động phòng khám chuyên khoa",
    )),
    Sector("G08-DP", "Dược phẩm", "H20.08", 3, (5, 10, 20), _PERMIT, (
        "chứng chỉ hành nghề dược", "giấy chứng nhận đủ điều kiện kinh doanh dược",
        "giấy chứng nhận thực hành tốt cơ sở bán lẻ thuốc",
    )),
    Sector("G11-VH", "Văn hóa cơ sở", "H20.10", 2, (3, 5, 7), _PERMIT, (
        "giấy phép tổ chức biểu diễn nghệ thuật", "giấy phép kinh doanh dịch vụ karaoke",
        "giấy tiếp nhận thông báo quảng cáo ngoài trời",
    )),
    Sector("G11-DL", "Du lịch", "H20.10", 2, (5, 10), _PERMIT, (
        "giấy phép kinh doanh dịch vụ lữ hành nội địa", "thẻ hướng dẫn viên du lịch nội địa",
        "thẻ hướng dẫn viên du lịch quốc tế",
    )),
    Sector("G12-VL", "Việc làm", "H20.02", 3, (5, 7, 10), _PERMIT, (
        "giấy phép lao động cho người nước ngoài", "giấy phép hoạt động dịch vụ việc làm",
        "giấy xác nhận không thuộc diện cấp giấy phép lao động",
    )),
    Sector("G04-DN", "Thành lập và hoạt động của doanh nghiệp", "H20.04", 6, (2, 3), ("Đăng ký",), (
        "thành lập công ty trách nhiệm hữu hạn một thành viên", "thành lập công ty cổ phần", "thành lập doanh nghiệp tư nhân",
        "thay đổi người đại diện theo pháp luật", "thay đổi vốn điều lệ", "tạm ngừng kinh doanh", "giải thể doanh nghiệp",
        "thành lập chi nhánh, văn phòng đại diện",
    )),
    Sector("G22-VB", "Văn bằng, chứng chỉ", "H20.07", 2, (1, 3, 5), ("Cấp", "Chỉnh sửa nội dung"), (
        "bản sao văn bằng từ sổ gốc", "giấy công nhận bằng tốt nghiệp do cơ sở nước ngoài cấp", "chứng chỉ ngoại ngữ, tin học",
    )),
    Sector("G14-VT", "Viễn thông và giao dịch điện tử", "H20.09", 1, (5, 10), _PERMIT, (
        "giấy chứng nhận đủ điều kiện hoạt động điểm cung cấp dịch vụ trò chơi điện tử công cộng",
        "giấy phép thiết lập trang thông tin điện tử tổng hợp",
    )),
    Sector("G12-TG", "Tôn giáo Chính phủ", "H20.11", 1, (10, 20), ("Đăng ký", "Thông báo"), (
        "hoạt động tín ngưỡng", "người được phong phẩm", "sinh hoạt tôn giáo tập trung",
        "sửa đổi hiến chương của tổ chức tôn giáo",
    )),
    Sector(CENTRAL_SECTOR, "Quản lý xuất nhập cảnh", "H20.17", 9, (3, 5, 8), ("Cấp", "Cấp lại"), (
        "hộ chiếu phổ thông trong nước", "giấy thông hành", "thẻ tạm trú cho người nước ngoài", "thẻ thường trú",
        "thị thực cho người nước ngoài", "giấy phép xuất nhập cảnh",
    )),
)  # fmt: skip

_VARIANTS = ("", " trực tuyến toàn trình", " (thẩm quyền cấp xã, cấp tỉnh)")
_WANTED = 300


def build(communes: tuple[str, ...]) -> list[Procedure]:
    """Return the 300 procedures, those of the first variant of every subject before any other."""
    titles = [
        (sector, f"{act} {subject}{variant}")
        for variant in _VARIANTS
        for sector in SECTORS
        for act in sector.acts
        for subject in sector.subjects
    ]
    return [_procedure(number, *titles[number], communes) for number in range(_WANTED)]


def _procedure(number: int, sector: Sector, name: str, communes: tuple[str, ...]) -> Procedure:
    """Return one procedure; its facts follow from its number, so every world has the same catalogue."""
    decided = date(2025, 7, 1) + timedelta(days=number * 7 % 420)
    has_fee = number % 5 in (0, 2) or sector.code in (SPECIAL_SECTOR, CENTRAL_SECTOR)
    return Procedure(
        code=f"{1 + number % 3}.{1000 + number * 37:06d}",
        name=name,
        sector=sector.code,
        sector_name=sector.name,
        agencies=communes if sector.handled_by == COMMUNES else (sector.handled_by,),
        online_level=(2, 2, 1, 2, 1, 2, 0)[number % 7],
        has_fee=has_fee,
        online_payment=has_fee and number % 6 != 0,
        gives_paper_result=number % 8 != 3,
        uses_population_data=number % 3 != 0,
        content_complete=number % 17 != 0,
        decided_on=decided,
        effective_on=decided + timedelta(days=(10, 14, 5)[number % 3]),
        published_on=decided + timedelta(days=(3, 5, 12)[number % 3 if number % 11 == 0 else number % 2]),
        legal_limit_days=sector.limits[number % len(sector.limits)] if number % 50 != 49 else None,
    )
