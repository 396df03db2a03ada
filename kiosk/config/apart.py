"""Checks the configuration in a process apart, so that the kiosk itself never imports what checks it.

Measured here: the checking costs 25 MB and 0.1 s. As a child it runs while the kiosk imports its own libraries, and its
memory is given back before the first picture.
"""

from __future__ import annotations

import contextlib
import pickle
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final, NoReturn, cast

from kiosk.config.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from kiosk.config.model import Config

_DEADLINE_S: Final = 60.0
"""A second is usual; a small board that starts everything at once may need many."""


class Plain:
    """A table as attributes that cannot be set: what a checked model becomes on the other side."""

    def __init__(self, values: Mapping[str, object]) -> None:
        self.__dict__.update(values)

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError(f"{name}: the configuration cannot be changed while it is in force")

    def __delattr__(self, name: str) -> NoReturn:
        self.__setattr__(name, None)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Plain) and self.__dict__ == other.__dict__

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"Plain({', '.join(f'{name}={value!r}' for name, value in self.__dict__.items())})"


def begin(source: Path | Mapping[str, Mapping[str, object]]) -> Callable[[], Config]:
    """Begin to check a file, or tables as TOML would give them; what is returned waits for the outcome.

    The outcome has every attribute that `Config` is typed with, as plain values that cannot be set; it has none of
    pydantic's methods. Relative paths are relative to the file's folder, or to the current one.

    Raises (when called the second time):
        ConfigError: see there.
    """
    command = [sys.executable, "-m", "kiosk.config.child"]
    child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    given, child.stdin = child.stdin, None
    with contextlib.suppress(BrokenPipeError):  # it ended early, which its code will tell
        assert given  # noqa: S101 - for mypy
        with given:
            given.write(pickle.dumps(source if isinstance(source, Path) else dict(source)))

    def finish() -> Config:
        with child:
            try:
                answer, _ = child.communicate(timeout=_DEADLINE_S)
            except subprocess.TimeoutExpired:
                child.kill()
                raise ConfigError((f"the configuration was not checked within {_DEADLINE_S:g} s",)) from None
        if child.returncode:
            raise ConfigError(("the configuration could not be checked: its process ended early",))
        outcome = pickle.loads(answer)  # noqa: S301 - written by our own child, over a pipe of our own
        if isinstance(outcome, tuple):
            raise ConfigError(outcome)
        return cast("Config", outcome)

    return finish
