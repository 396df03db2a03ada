"""Sockets that keep to an exchange's limits, however slowly a server drips, and note whether a request has left."""

from __future__ import annotations

import io
import math
import threading
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final, cast

from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection

if TYPE_CHECKING:
    import socket

_STOP_CHECK_S: Final = 0.5
"""How often a silent stream looks whether it must stop."""


class Exchange(threading.local):
    """What every socket that this thread reads from must obey, and what it learnt."""

    sent: bool = False
    deadline: float = math.inf
    quiet_s: float = 10.0
    stop: threading.Event | None = None

    def begin(self, *, deadline: float, quiet_s: float, stop: threading.Event | None = None) -> None:
        self.sent, self.deadline, self.quiet_s, self.stop = False, deadline, quiet_s, stop


this_exchange = Exchange()


class _Reader(io.RawIOBase):
    """Reads a socket within the exchange's limits, byte by byte if the server wants it so, but never longer."""

    def __init__(self, sock: socket.socket) -> None:
        super().__init__()
        self._sock = sock
        self._keeps_open = sock.makefile("rb", buffering=0)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:  # noqa: ANN401 - io's own signature: any writable buffer
        quiet_until = time.monotonic() + this_exchange.quiet_s
        while True:
            stop = this_exchange.stop
            left = min(this_exchange.deadline, quiet_until) - time.monotonic()
            if left <= 0 or (stop is not None and stop.is_set()):
                raise TimeoutError("the server did not answer in time")
            self._sock.settimeout(left if stop is None else min(left, _STOP_CHECK_S))
            with suppress(TimeoutError):
                return self._sock.recv_into(buffer)

    def close(self) -> None:
        self._keeps_open.close()
        super().close()


class _GuardedSocket:
    """A connected socket that notes when a whole request head has left, and whose reads keep to the limits."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - everything else is the socket's own
        return getattr(self._sock, name)

    def sendall(self, data: bytes) -> None:
        # The first call carries the head. When it fails, the server has no whole head and no body: it cannot act.
        if not this_exchange.sent and time.monotonic() >= this_exchange.deadline:
            raise TimeoutError("connecting took all the time that there was")
        self._sock.sendall(data)
        this_exchange.sent = True

    def makefile(self, *_mode: object, **_options: object) -> io.BufferedReader:
        return io.BufferedReader(_Reader(self._sock))


class _Connection(HTTPConnection):
    def connect(self) -> None:
        super().connect()
        self.sock = cast("socket.socket", _GuardedSocket(self.sock))


class _TlsConnection(HTTPSConnection):
    def connect(self) -> None:
        super().connect()
        self.sock = cast("socket.socket", _GuardedSocket(self.sock))


class Pool(HTTPConnectionPool):
    ConnectionCls = _Connection


class TlsPool(HTTPSConnectionPool):
    ConnectionCls = _TlsConnection


POOLS: Final = {"http": Pool, "https": TlsPool}
"""What urllib3 takes its connections from, by scheme."""
