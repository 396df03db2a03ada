"""Finds out who stands between us and a port: which process holds it, which group may open it."""

from __future__ import annotations

import grp
import os
from pathlib import Path


def holders(path: str) -> tuple[int, ...]:
    """Give the ids of the processes that have `path` open, ours included.

    Only processes whose descriptors we may read are found (our own user's, or all as root); an empty answer is no
    proof that nobody holds it.
    """
    try:
        wanted = os.stat(path)  # noqa: PTH116 - one call that follows links
    except OSError:
        return ()
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            descriptors = list((process / "fd").iterdir())
        except OSError:
            continue
        for descriptor in descriptors:
            try:
                seen = descriptor.stat()
            except OSError:
                continue
            if (seen.st_dev, seen.st_ino) == (wanted.st_dev, wanted.st_ino):
                found.append(int(process.name))
                break
    return tuple(sorted(found))


def group_of(path: str) -> str:
    """Give the group that may open `path` (usually `dialout`), its number when it has no name, "" when unknown."""
    try:
        number = os.stat(path).st_gid  # noqa: PTH116 - one call that follows links
    except OSError:
        return ""
    try:
        return grp.getgrgid(number).gr_name
    except KeyError:
        return str(number)
