"""The states of a dossier, and which of them the clock runs in."""

from enum import IntEnum


class Status(IntEnum):
    """The portal's status codes, the home-only state *paused*, and "unknown" for a word no table maps."""

    UNKNOWN = 0
    NEW = 1
    ACCEPTED = 2
    REFUSED = 3
    PROCESSING = 4
    SUPPLEMENT = 5
    PAYMENT = 6
    WITHDRAWN = 7
    STOPPED = 8
    FINISHED = 9
    RETURNED = 10
    PAUSED = 11


RUNNING = frozenset({Status.ACCEPTED, Status.PROCESSING, Status.PAYMENT})
"""The clock runs; waiting for the citizen's payment still counts (seed 001, footnote 5)."""

STANDING_STILL = frozenset({Status.SUPPLEMENT, Status.STOPPED, Status.PAUSED})
"""The clock stands still; `STOPPED` only until it has a finish, refusal or return date."""

ENDED = frozenset({Status.REFUSED, Status.WITHDRAWN, Status.FINISHED, Status.RETURNED})
"""Nothing more will happen; `STOPPED` joins them once it has an end date."""

FINISHED = frozenset({Status.FINISHED, Status.RETURNED})

_PAUSED_ON_THE_PORTAL = frozenset({Status.PROCESSING, Status.SUPPLEMENT, Status.PAYMENT, Status.STOPPED})

LABELS: dict[Status, str] = {
    Status.UNKNOWN: "Trạng thái không xác định",
    Status.NEW: "Mới đăng ký",
    Status.ACCEPTED: "Được tiếp nhận",
    Status.REFUSED: "Không được tiếp nhận",
    Status.PROCESSING: "Đang xử lý",
    Status.SUPPLEMENT: "Yêu cầu bổ sung giấy tờ",
    Status.PAYMENT: "Yêu cầu thực hiện nghĩa vụ tài chính",
    Status.WITHDRAWN: "Công dân yêu cầu rút hồ sơ",
    Status.STOPPED: "Dừng xử lý",
    Status.FINISHED: "Đã xử lý xong",
    Status.RETURNED: "Đã trả kết quả",
    Status.PAUSED: "Tạm dừng",
}
"""What officials read."""


def agree(home: Status, portal: Status) -> bool:
    """Return whether two known statuses say the same; the portal has no word for *paused*."""
    return home == portal or (home is Status.PAUSED and portal in _PAUSED_ON_THE_PORTAL)
