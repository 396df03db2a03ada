"""Runs one child process at a time with a deadline; another thread can end it at any moment."""

from __future__ import annotations

import contextlib
import subprocess
from pathlib import Path
from threading import Lock


class ChildFailed(Exception):
    """The child could not start, did not end in time or ended badly; the text says which."""


class ChildAborted(Exception):
    """`Child.abort` ended it: no failure."""


class Child:
    """A place in which at most one child process runs."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._running: subprocess.Popen[bytes] | None = None
        self._aborted = False

    def run(self, command: list[str], given: bytes, deadline_s: float, *, private: bool = False) -> bytes:
        """Give `given` to the command's stdin and return its stdout.

        With `private` nothing that the child says on stderr is repeated in an error: it might quote its input.

        Raises:
            ChildFailed: see there.
            ChildAborted: see there.
        """
        name = Path(command[0]).name
        try:
            process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        except OSError as error:
            raise ChildFailed(f"{name} could not be started: {error.strerror}") from None
        with self._lock:
            self._running, self._aborted = process, False
        with process:
            try:
                out, said = process.communicate(given, timeout=deadline_s)
            except subprocess.TimeoutExpired:
                process.kill()
                raise ChildFailed(f"{name} did not end within {deadline_s:g} s") from None
            finally:
                with self._lock:
                    self._running, aborted = None, self._aborted
        if aborted:
            raise ChildAborted
        if process.returncode:
            why = "" if private else f": {_last_line(said)}"
            raise ChildFailed(f"{name} ended with {process.returncode}{why}")
        return out

    def abort(self) -> None:
        """End what runs, from any thread; returns at once."""
        with self._lock:
            if self._running:
                self._aborted = True
                with contextlib.suppress(OSError):
                    self._running.kill()


def _last_line(said: bytes) -> str:
    lines = said.decode(errors="replace").strip().splitlines()
    return lines[-1][:200] if lines else "it did not say why"
