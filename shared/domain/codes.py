"""Codes in their two spellings. The normal form is the key everywhere; each side's own spelling is only for asking that side.

`000.00.14.H20` and `H20.14` are one agency; `000.00.14.H20-261121-0001` and `H20.14-261121-0001` one dossier;
`1.001193.000.00.00.H20` and `1.001193` one procedure.
"""

import re
from functools import lru_cache

_OLD_STYLE = re.compile(r"\d{2,3}\.\d{2,3}\.\d{2,3}\.[A-Z]\d{2}", re.ASCII)
_EMPTY_GROUPS = frozenset({"00", "000"})


@lru_cache(maxsize=4096)
def agency(spelling: str) -> str:
    """Return the normal form of an agency code: `000.05.14.H20` becomes `H20.14.05`.

    Kept: a province has some hundred agencies, and every dossier's code begins with one.
    """
    spelling = spelling.strip().upper()
    if not _OLD_STYLE.fullmatch(spelling):
        return spelling
    groups = spelling.split(".")
    while groups[0] in _EMPTY_GROUPS:
        groups.pop(0)
    return ".".join(reversed(groups))


def dossier(spelling: str) -> str:
    """Return the normal form of a dossier code: its agency part in normal form, the rest as it is."""
    head, dash, rest = spelling.strip().upper().partition("-")
    return agency(head) + dash + rest


def procedure(spelling: str) -> str:
    """Return the normal form of a procedure code: the part before `.000.`."""
    return spelling.strip().upper().partition(".000.")[0]


def spellings(code: str) -> tuple[str, ...]:
    """Return every way a system may write this dossier code, the normal form first."""
    head, dash, rest = code.partition("-")
    groups = head.split(".")
    old_style = ".".join([*["000", "00", "00"][: 4 - len(groups)], *reversed(groups)])
    if not _OLD_STYLE.fullmatch(old_style) or agency(old_style) != head:
        return (code,)
    return (code, old_style + dash + rest)


def is_within(code: str, ancestor: str) -> bool:
    """Return whether an agency is `ancestor` or stands below it, by the groups of its normal form."""
    return code == ancestor or code.startswith(ancestor + ".")
