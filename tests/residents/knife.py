"""A process that is killed at a chosen line of the code under test: every line there is, one after the other."""

from __future__ import annotations

import os
import shutil
import signal
import sys
import tempfile
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

import kiosk.residents

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

HOME = kiosk.residents.__path__[0]


def lives(folder: Path, act: Callable[[Path], None], *modules: str, step: int = 1) -> Iterator[Path]:
    """Let a process do something in a copy of `folder` and kill it at the 1st line of these modules, then at a later
    one, and so on until it is done; give the folder that each of them left."""
    # A kill leaves what was written, synced or not, so the disk's own slowness would be waited for in vain.
    memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None  # noqa: S108 - a folder of our own in it
    with tempfile.TemporaryDirectory(dir=memory) as made:
        yield from _lives(folder, Path(made) / "life", act, modules, step)


def _lives(
    folder: Path, scratch: Path, act: Callable[[Path], None], modules: tuple[str, ...], step: int
) -> Iterator[Path]:
    files = {f"{HOME}/{name}.py" for name in modules}
    at, killed = 1, True
    while killed:
        shutil.rmtree(scratch, ignore_errors=True)
        shutil.copytree(folder, scratch)
        killed = _killed(lambda: act(scratch), files, at)
        yield scratch
        at += step


def _killed(act: Callable[[], None], files: set[str], at: int) -> bool:
    with warnings.catch_warnings():
        # Later Pythons warn that other threads are not in the child; nothing in it waits for one.
        warnings.simplefilter("ignore", DeprecationWarning)
        child = os.fork()
    if child == 0:
        try:
            _run(act, files, at)
            os._exit(0)
        except BaseException as error:  # noqa: BLE001 - nothing may go back into pytest from here
            sys.__stderr__.write(f"{type(error).__name__}: {error}\n")
            os._exit(9)
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        assert os.WTERMSIG(status) == signal.SIGKILL
        return True
    assert os.WEXITSTATUS(status) == 0, "it failed by itself"
    return False


def _run(act: Callable[[], None], files: set[str], at: int) -> None:
    left = at

    def line(_frame: Any, event: str, _argument: object) -> Any:  # noqa: ANN401 - the interpreter's own
        nonlocal left
        if event == "line":
            left -= 1
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)
        return line

    def call(frame: Any, _event: str, _argument: object) -> Any:  # noqa: ANN401 - the interpreter's own
        return line if frame.f_code.co_filename in files else None

    sys.settrace(call)
    act()
    sys.settrace(None)
