"""What stands on the pages: their commands, their examples, their links."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]

_FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_INLINE = re.compile(r"(?<!`)`([^`\n]+)`(?!`)")
_LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")


@dataclass(frozen=True)
class Step:
    """One command of a console block, and the lines that are shown as its answer."""

    command: str
    shown: tuple[str, ...]


def text(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def blocks(page: Path, kind: str) -> list[str]:
    return [body for name, body in _FENCE.findall(text(page)) if name == kind]


def steps(page: Path) -> list[Step]:
    found: list[Step] = []
    for block in blocks(page, "console"):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, *shown = part.splitlines()
            found.append(Step(command.split("  #")[0].strip(), tuple(shown)))
    return found


def inline(page: Path) -> list[str]:
    return _INLINE.findall(_FENCE.sub("", text(page)))


def commands(program: str) -> list[tuple[Path, str]]:
    """Every call of a program, in console blocks and in running text, without the program's name."""
    found = [(page, step.command) for page in PAGES for step in steps(page)]
    found += [(page, code) for page in PAGES for code in inline(page)]
    return [(page, code[len(program) + 1 :]) for page, code in found if f"{code} ".startswith(f"{program} ")]


def links(page: Path) -> list[str]:
    return [link for link in _LINK.findall(text(page)) if "://" not in link]


def anchors(page: Path) -> set[str]:
    """What a link may point to after its `#`."""
    titles = re.findall(r"^#+ (.+)$", _FENCE.sub("", text(page)), flags=re.MULTILINE)
    return {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles}
