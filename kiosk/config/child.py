"""The process that checks a configuration for `kiosk.config.apart`: source on stdin, outcome on stdout, pickled."""

from __future__ import annotations

import pickle
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from kiosk.config.apart import Plain
from kiosk.config.errors import ConfigError
from kiosk.config.file import checked, load

if TYPE_CHECKING:
    from kiosk.config.model import Config


def plain(config: Config) -> Plain:
    """Make plain objects of a checked configuration."""
    return Plain({name: Plain(dict(getattr(config, name))) for name in type(config).model_fields})


def main() -> None:
    """Answer with the plain configuration, or with the problems as a tuple of sentences."""
    source = pickle.load(sys.stdin.buffer)  # noqa: S301 - written by our own parent
    outcome: object
    try:
        is_file = isinstance(source, Path)
        outcome = plain(load(source) if is_file else checked(source, name="configuration", folder=Path()))
    except ConfigError as error:
        outcome = error.problems
    pickle.dump(outcome, sys.stdout.buffer)


if __name__ == "__main__":
    main()
