"""A server made of bare sockets, that does to its clients whatever a test wants."""

from __future__ import annotations

import json
import socket
import struct
import threading
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType
    from typing import Self


class Caller:
    """One connection, as the server sees it."""

    def __init__(self, sock: socket.socket, gone: threading.Event) -> None:
        self.sock = sock
        self.gone = gone
        self.taken = 0
        """Bytes that it took of a body without end."""

    def request(self) -> bytes:
        """Read one whole request; empty when the client is gone."""
        data = b""
        while b"\r\n\r\n" not in data:
            more = self.sock.recv(65536)
            if not more:
                return b""
            data += more
        head, _, body = data.partition(b"\r\n\r\n")
        length = next(
            (int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")), 0
        )
        while len(body) < length:
            more = self.sock.recv(65536)
            if not more:
                return b""
            body += more
        return head + b"\r\n\r\n" + body

    def send(self, data: bytes) -> None:
        self.sock.sendall(data)

    def drip(self, data: bytes, every_s: float = 0.05) -> None:
        """Send byte after byte, over and over, until the client is gone or the test is over."""
        while True:
            for byte in data:
                self.sock.sendall(bytes([byte]))
                if self.gone.wait(every_s):
                    return

    def wait_gone(self) -> None:
        """Say nothing until the client closes."""
        with suppress(OSError):
            while self.sock.recv(65536):
                pass

    def reset(self) -> None:
        """Close with a reset instead of an end."""
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.sock.close()


class RawServer:
    """Runs `behave` for each connection, in a thread of its own; `requests` and `connections` are what came."""

    def __init__(self, behave: Callable[[Caller], None]) -> None:
        self._behave = behave
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._gone = threading.Event()
        self._threads: list[threading.Thread] = []
        self._sockets: list[socket.socket] = []
        self.connections = 0
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def __enter__(self) -> Self:
        self._spawn(self._accept)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._gone.set()
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for sock in self._sockets:
            with suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(10)

    def _spawn(self, job: Callable[[], None]) -> None:
        thread = threading.Thread(target=job, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                sock, _ = self._listener.accept()
                self.connections += 1
                self._sockets.append(sock)
                self._spawn(lambda sock=sock: self._serve(sock))  # type: ignore[misc]

    def _serve(self, sock: socket.socket) -> None:
        with suppress(OSError), sock:
            self._behave(Caller(sock, self._gone))


def answer(
    body: bytes | object = None, status: str = "200 OK", headers: str = "", kind: str = "application/json"
) -> bytes:
    """Give a whole answer; a body that is no bytes is sent as JSON."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    head = f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {len(raw)}\r\n{headers}\r\n"
    return head.encode() + raw


def problem(status: int, kind: str, headers: str = "", detail: str = "") -> bytes:
    body = {"type": f"urn:taxi-kiosk:problem:{kind}", "title": "no", "status": status, "detail": detail}
    return answer(body, f"{status} No", headers, "application/problem+json")


def replies(*whole: bytes) -> Callable[[Caller], None]:
    """Answer the first request of a connection with the first, the second with the second, and so on."""

    def behave(caller: Caller) -> None:
        for reply in whole:
            if not caller.request():
                return
            caller.send(reply)
        caller.wait_gone()

    return behave
