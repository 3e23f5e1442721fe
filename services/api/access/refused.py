"""Credentials that are not good."""


class Refused(Exception):
    """Credentials let nobody in. `reason` and `what` are for the log; the answer never tells them."""

    def __init__(self, reason: str, what: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.what = what
