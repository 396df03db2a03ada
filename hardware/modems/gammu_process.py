"""Runs the gammu program: nothing personal in the list of processes or on the disk, an end in any case."""

from __future__ import annotations

import contextlib
import fcntl
import os
import selectors
import shutil
import signal
import subprocess
import tempfile
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

from hardware.faults import PortMisnamed, TemporaryFault
from hardware.modems.gammu_answers import NOT_OPENED, Run
from hardware.port_names import URL
from hardware.port_trouble import unavailable
from hardware.transport import resolve

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hardware.transport import Trace

_GRACE_S: Final = 0.5
"""Between asking gammu to end and making it."""
_ORPHAN_S: Final = 5.0
"""Should this program be killed, gammu ends by itself so long after its time, and gives the port back."""
_OUTPUT: Final = 64 * 1024
"""Bytes of its words that are read; a look takes about 2 kB."""
_PATH: Final = "/usr/local/bin:/usr/bin:/bin"


class Gammu:
    """The program with its own configuration in a folder that nobody else can read.

    Args:
        port: name of the modem's port (see `hardware.transport.open_port`), none of the URLs.
        baudrate: bits per second.
        program: name or path of the program.
        trace: gets one line for each command, its first word alone, and one for how a run ended.

    Raises:
        TemporaryFault: the program is not installed, or the port is not there.
        PortMisnamed: the name can never be a port that gammu opens.
    """

    def __init__(self, port: str, baudrate: int, *, program: str = "gammu", trace: Trace | None = None) -> None:
        found = shutil.which(program)
        if found is None:
            raise TemporaryFault(f"The program {program} is not installed.", "Run `sudo apt-get install gammu`.")
        self._program, self._port = found, port
        device = _local(port)
        self._trace = trace
        self._folder = Path(tempfile.mkdtemp(prefix="gammu-"))
        self._settings = self._folder / "gammurc"
        self._settings.touch(mode=0o600)
        self._settings.write_text(
            f"[gammu]\ndevice = {device}\nconnection = at{baudrate}\nsynchronizetime = no\nlogformat = nothing\n",
            encoding="utf-8",
        )
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._ended = False

    def run(self, commands: Sequence[str], *, text: str = "", limit_s: float) -> Run:
        """Run commands on one connection; the first that fails ends it.

        Args:
            commands: as on gammu's command line; they go through a pipe.
            text: goes to its standard input.
            limit_s: seconds after which it is ended.

        Raises:
            PortUnavailable: the port is missing, held by another program, or not allowed.
            TemporaryFault: it could not be started.
        """
        began = time.monotonic()
        for command in commands:
            self._tell(f"> {command.split()[0]}")
        _see_free(self._port)
        with self._started(commands, limit_s) as process:
            given, words = process.stdin, process.stdout
            assert given is not None  # noqa: S101 - for mypy
            assert words is not None  # noqa: S101 - for mypy
            with contextlib.suppress(BrokenPipeError), given:
                given.write(text.encode())
            heard = _read(words.fileno(), began + limit_s)
            code = self._finished(process, began + limit_s)
            heard += _read(words.fileno(), time.monotonic() + _GRACE_S)  # what it wrote while it was ended
        if code in NOT_OPENED:
            _see_free(self._port)  # somebody was quicker, or it went away
        self._tell(f"< {'ended by a signal' if code is None else code} after {time.monotonic() - began:.1f} s")
        return Run(code, heard[:_OUTPUT].decode(errors="replace"), whole=len(heard) <= _OUTPUT)

    def end(self) -> None:
        """End the present run, and let no other begin; from any thread."""
        with self._lock:
            self._ended = True
            if self._process is not None:
                self._signal(self._process, signal.SIGKILL)

    def remove(self) -> None:
        """Take its folder away."""
        shutil.rmtree(self._folder, ignore_errors=True)

    def _started(self, commands: Sequence[str], limit_s: float) -> subprocess.Popen[bytes]:
        reads, writes = os.pipe()
        try:
            os.write(writes, "".join(f"{command}\n" for command in commands).encode())
            os.close(writes)
            with self._lock:
                if self._ended:
                    raise TemporaryFault("The modem is switched off in this program.")
                self._process = subprocess.Popen(
                    [
                        *("timeout", "-k", "1", f"{limit_s + _ORPHAN_S:.0f}"),
                        *(self._program, "-c", str(self._settings), "batch", f"/dev/fd/{reads}"),
                    ],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.STDOUT,
                    cwd=self._folder,
                    # Its words must be the English ones, and its input is UTF-8.
                    env={"LC_ALL": "C.UTF-8", "HOME": str(self._folder), "PATH": os.environ.get("PATH", _PATH)},
                    pass_fds=(reads,),
                    process_group=0,
                )
                return self._process
        except OSError as error:
            raise TemporaryFault(
                f"The program gammu cannot be started ({error.strerror}).", "Run `sudo apt-get install gammu`."
            ) from None
        finally:
            os.close(reads)

    def _finished(self, process: subprocess.Popen[bytes], deadline: float) -> int | None:
        """Give how it ended; it is ended where it does not do so by itself."""
        for number in (signal.SIGTERM, signal.SIGKILL):
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(max(0.0, deadline - time.monotonic()))
                break
            self._signal(process, number)
            deadline = time.monotonic() + _GRACE_S
        code = process.wait()
        with self._lock:
            self._process = None
        return code if code >= 0 else None

    def _signal(self, process: subprocess.Popen[bytes], number: int) -> None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, number)

    def _tell(self, line: str) -> None:
        if self._trace is not None:
            self._trace(line)


def _local(port: str) -> str:
    """Give the path that a name stands for now."""
    path = resolve(port)
    if URL.match(path):
        raise PortMisnamed(f"{port}: gammu opens ports of this computer alone", "Name a path or usb:VID:PID.")
    return path


def _see_free(port: str) -> None:
    """Say who has the port, or why it does not open; gammu itself gives one number for all of that.

    gammu locks it too, so nobody who asks for the lock gets it while a message is under way.
    """
    path, descriptor = _local(port), -1
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        raise unavailable(port, path, error) from None
    finally:
        if descriptor >= 0:
            os.close(descriptor)


def _read(descriptor: int, deadline: float) -> bytes:
    """Read to the end, to the deadline, or until it is more than anybody wants to know."""
    heard = bytearray()
    with selectors.DefaultSelector() as selector:
        selector.register(descriptor, selectors.EVENT_READ)
        while len(heard) <= _OUTPUT and (left := deadline - time.monotonic()) > 0 and selector.select(left):
            data = os.read(descriptor, 4096)
            if not data:
                break
            heard += data
    return bytes(heard)
