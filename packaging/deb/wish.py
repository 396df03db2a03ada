"""Which package is wanted."""

from __future__ import annotations

from dataclasses import dataclass


class BuildError(Exception):
    """The package cannot be built here. One sentence with its cure."""


@dataclass(frozen=True, slots=True)
class Wish:
    """One package."""

    version: str
    """As Debian writes it."""
    arch: str
    """Of the box: `amd64` or `arm64`."""
    epoch: int
    """Seconds since 1970: every file in it is as old as this."""
