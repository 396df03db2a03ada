"""What a box runs, taken out of the lock file: exact versions with their hashes, and nothing for developers."""

from __future__ import annotations

import importlib.metadata
import re
import tomllib
from typing import TYPE_CHECKING, Final

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

EXTRAS: Final = ("sandbox",)
"""Extras of ours that go into the package: a technician shows and tries a box without any dispatcher."""
UNWANTED: Final = frozenset({"pip"})
"""Asked for by a library, for commands that nobody uses here: a box installs nothing by itself."""
_ENTRY: Final = re.compile(r"^([A-Za-z0-9._-]+)==", re.MULTILINE)


class LockError(Exception):
    """The lock file does not hold what the project asks for. One sentence with its cure."""


def runtime(root: Path, readers: bool = False) -> str:
    """Give the entries of requirements.lock, with their hashes, that the installed program needs.

    Args:
        root: of the checkout; what each library asks for is read from the environment that runs this.
        readers: the card readers that are compiled (requirements-readers.lock) as well.
    """
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    asked = [*project["dependencies"], *(line for extra in EXTRAS for line in project["optional-dependencies"][extra])]
    entries = _entries((root / "requirements.lock").read_text(encoding="utf-8"))
    wanted = _closure(asked) - UNWANTED
    if missing := sorted(wanted - set(entries)):
        raise LockError(f"requirements.lock does not hold {', '.join(missing)}: run make lock, then make setup")
    chosen = [entries[name] for name in sorted(wanted)]
    if readers:
        chosen += _entries((root / "requirements-readers.lock").read_text(encoding="utf-8")).values()
    return "\n".join(chosen) + "\n"


def _entries(lock: str) -> dict[str, str]:
    parts = [part.strip() for part in re.split(r"\n(?=\S)", lock.strip())]
    return {canonicalize_name(found[1]): part for part in parts if (found := _ENTRY.match(part))}


def _closure(lines: Iterable[str]) -> set[str]:
    found: set[str] = set()
    seen: set[tuple[str, frozenset[str]]] = set()
    waiting = [Requirement(line) for line in lines]
    while waiting:
        asked = waiting.pop()
        name, extras = canonicalize_name(asked.name), frozenset(asked.extras)
        if (name, extras) in seen:
            continue
        seen.add((name, extras))
        found.add(name)
        try:
            further = importlib.metadata.requires(name) or []
        except importlib.metadata.PackageNotFoundError:
            raise LockError(f"{name} is not installed here, so what it needs is not known: run make setup") from None
        waiting += [one for one in map(Requirement, further) if _applies(one, extras)]
    return found


def _applies(asked: Requirement, extras: Iterable[str]) -> bool:
    return asked.marker is None or any(asked.marker.evaluate({"extra": extra}) for extra in ("", *extras))
