"""What the documentation tells its reader to do: its pages, their blocks, and the changes they show."""

import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
PAGES = [ROOT / "README.md", ROOT / "README.vi.md", *sorted((ROOT / "docs").rglob("*.md"))]

_BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def blocks(page: Path, language: str) -> list[str]:
    """Return what stands in a page's blocks of one language, in order."""
    return [text for name, text in _BLOCK.findall(page.read_text(encoding="utf-8")) if name == language]


def examples(page: Path) -> dict[str, str]:
    """Return the files a page gives to copy, by their names: blocks whose first line is a comment with one."""
    found = {}
    for language, mark in (("python", "# "), ("javascript", "// ")):
        for block in blocks(page, language):
            first, _, text = block.partition("\n")
            found[first.removeprefix(mark)] = text
    return found


def follow(page: Path, tree: Path) -> None:
    """Make in a tree of files every change a page shows: new files (`# path`), and differences (`--- path`) with `@@` between."""
    for block in blocks(page, "python"):
        path, _, text = block.partition("\n")
        _write_new(tree / path.removeprefix("# "), text)
    for block in blocks(page, "diff"):
        path, _, changes = block.partition("\n")
        for old, new in _changes(changes):
            _change(tree / path.removeprefix("--- "), old, new)


def _write_new(path: Path, text: str) -> None:
    assert not path.exists(), path
    path.parent.mkdir(exist_ok=True)
    path.write_text(text.lstrip("\n"), encoding="utf-8")


def _changes(block: str) -> Iterator[tuple[str, str]]:
    for change in block.split("@@\n"):
        lines = change.splitlines(keepends=True)
        assert {line[0] for line in lines} <= {" ", "+", "-", "\n"}, change
        yield (
            "".join(line[1:] or line for line in lines if line[0] != "+"),
            "".join(line[1:] or line for line in lines if line[0] != "-"),
        )


def _change(path: Path, old: str, new: str) -> None:
    """Put the new lines in the place of the old ones, which stand there once; at the end where there are none."""
    text = path.read_text(encoding="utf-8")
    if not old:
        path.write_text(f"{text}\n\n{new}", encoding="utf-8")
        return
    assert ("\n" + text).count("\n" + old) == 1, f"{path}: not there once:\n{old}"
    path.write_text(("\n" + text).replace("\n" + old, "\n" + new)[1:], encoding="utf-8")
