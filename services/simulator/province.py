"""The agencies of the province: one province, its departments, its communes and wards, and offices below departments."""

from shared.domain.catalogue import Agency

PROVINCE = "H20"

_DEPARTMENTS = """Văn phòng Ủy ban nhân dân tỉnh|Sở Nội vụ|Sở Tư pháp|Sở Tài chính|Sở Công Thương|Sở Xây dựng
Sở Giáo dục và Đào tạo|Sở Y tế|Sở Khoa học và Công nghệ|Sở Văn hóa, Thể thao và Du lịch|Sở Dân tộc và Tôn giáo
Thanh tra tỉnh|Ban Quản lý Khu kinh tế|Sở Nông nghiệp và Môi trường|Bảo hiểm xã hội tỉnh|Thuế tỉnh|Công an tỉnh
Văn phòng Đoàn đại biểu Quốc hội và Hội đồng nhân dân tỉnh"""

_WARDS = """Cao Lãnh|Mỹ Ngãi|Mỹ Trà|Sa Đéc|Hồng Ngự|An Bình|Thường Lạc|Mỹ Tho|Đạo Thạnh|Mỹ Phong|Thới Sơn|Trung An|Gò Công
Long Thuận|Bình Xuân|Sơn Qui|Cai Lậy|Mỹ Phước Tây|Thanh Hòa|Nhị Quý"""

_COMMUNES = """Tân Hồng|Tân Thành|Tân Hộ Cơ|An Phước|Thường Phước|Long Khánh|Long Phú Thuận|An Long|Phú Thọ|Phú Cường|Tam Nông
An Hòa|Tràm Chim|Thanh Bình|Tân Thạnh|Bình Thành|Tân Long|Tháp Mười|Thanh Mỹ|Mỹ Quí|Đốc Binh Kiều|Trường Xuân|Phương Thịnh
Phong Mỹ|Ba Sao|Mỹ Thọ|Bình Hàng Trung|Mỹ Hiệp|Mỹ An Hưng|Tân Khánh Trung|Lấp Vò|Lai Vung|Hòa Long|Phong Hòa|Tân Dương
Phú Hựu|Tân Nhuận Đông|Tân Phú Trung|Tân Phú|Thạnh Phú|Mỹ Thiện|Hội Cư|Hậu Mỹ|Mỹ Thành|Mỹ Đức Tây|Mỹ Lợi|Thanh Hưng|An Hữu
Cái Bè|Bình Phú|Hiệp Đức|Ngũ Hiệp|Long Tiên|Mỹ Thành Nam|Thạnh Hưng|Tân Phước 1|Tân Phước 2|Tân Phước 3|Hưng Thạnh|Tân Hương
Châu Thành|Long Hưng|Long Định|Vĩnh Kim|Kim Sơn|Bình Trưng|Mỹ Tịnh An|Lương Hòa Lạc|Tân Thuận Bình|Chợ Gạo|An Thạnh Thủy
Bình Ninh|Vĩnh Bình|Đồng Sơn|Phú Thành|Long Bình|Vĩnh Hựu|Gò Công Đông|Tân Điền|Tân Hòa|Tân Đông|Gia Thuận"""

_OFFICES = {
    "H20.14": tuple(f"Chi nhánh Văn phòng Đăng ký đất đai khu vực {number}" for number in range(1, 10)),
    "H20.03": ("Phòng Hành chính tư pháp", "Phòng Bổ trợ tư pháp", "Trung tâm Trợ giúp pháp lý"),
    "H20.06": ("Phòng Quản lý xây dựng", "Phòng Quản lý vận tải"),
    "H20.08": ("Phòng Nghiệp vụ Y", "Phòng Nghiệp vụ Dược"),
}


def _names(text: str) -> list[str]:
    return text.replace("\n", "|").split("|")


def departments() -> list[Agency]:
    """Return the departments, H20.01 and on."""
    return [
        Agency(code=f"{PROVINCE}.{number:02d}", name=name, parent=PROVINCE, level=2)
        for number, name in enumerate(_names(_DEPARTMENTS), 1)
    ]


def communes() -> list[Agency]:
    """Return the wards and communes, H20.100 and on."""
    names = [f"Ủy ban nhân dân phường {name}" for name in _names(_WARDS)]
    names += [f"Ủy ban nhân dân xã {name}" for name in _names(_COMMUNES)]
    return [Agency(code=f"{PROVINCE}.{number}", name=name, parent=PROVINCE, level=3) for number, name in enumerate(names, 100)]


def offices() -> list[Agency]:
    """Return the offices below departments; only the home systems know them."""
    return [
        Agency(code=f"{parent}.{number:02d}", name=name, parent=parent)
        for parent, names in _OFFICES.items()
        for number, name in enumerate(names, 1)
    ]


def province() -> Agency:
    """Return the province itself."""
    return Agency(code=PROVINCE, name="Ủy ban nhân dân tỉnh Đồng Tháp", level=1)
