"""A proxy of bare sockets before a real dispatcher, that spoils the exchange it is told to in the way it is told to."""

from __future__ import annotations

import json
import socket
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass
from threading import Event
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from http_faults import Caller, RawServer, answer

if TYPE_CHECKING:
    from types import TracebackType
    from typing import Self

TEN_MB = 10 * 1024 * 1024
DRIP_S = 0.02
"""One byte at a time, so slowly that no exchange lives to see the end: a byte a second against limits of 15 s."""

Spoil = Callable[[Caller, bytes], None]


@dataclass(frozen=True, slots=True)
class Fault:
    """What happens to one exchange: whether the dispatcher gets it, and what `spoil(caller, its reply)` gives back."""

    name: str
    carried_out: bool
    spoil: Spoil

    def __str__(self) -> str:
        return f"{self.name}{', carried out' if self.carried_out else ''}"


def _whole(raw: bytes) -> Spoil:
    return lambda caller, _reply: caller.send(raw)


def _half(caller: Caller, reply: bytes) -> None:
    caller.send((reply or answer({"id": "1"}))[: -len(reply) // 2 or 40])


def _half_head(caller: Caller, _reply: bytes) -> None:
    caller.send(b"HTTP/1.1 200 OK\r\nContent-")


def _drip(caller: Caller, reply: bytes) -> None:
    caller.drip(reply or answer({}), every_s=DRIP_S)


def _hang(caller: Caller, _reply: bytes) -> None:
    caller.wait_gone()


def _reset(caller: Caller, _reply: bytes) -> None:
    caller.reset()


def _close(_caller: Caller, _reply: bytes) -> None:
    """The end of the connection and not a byte before it."""


def _other_types(caller: Caller, reply: bytes) -> None:
    body = reply.partition(b"\r\n\r\n")[2]
    try:
        document = json.loads(body)
    except ValueError:
        document = {"id": "1", "status": "requested"}
    caller.send(answer(_turned(document)))


def _turned(value: object) -> object:
    """The same members with other types."""
    match value:
        case dict():
            return {key: _turned(one) for key, one in value.items()}
        case list():
            return {"0": [_turned(one) for one in value]}
        case str():
            return [value]
        case bool() | None:
            return "perhaps"
        case _:
            return {"amount": value}


def _ten_megabytes(caller: Caller, _reply: bytes) -> None:
    """A body without an end in sight; `taken` of the caller is how much of it was taken."""
    caller.sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 65536)
    caller.send(f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {TEN_MB}\r\n\r\n[".encode())
    for _ in range(TEN_MB // 16384):
        caller.send(b"1," * 8192)
        caller.taken += 16384


HTML = b"<html><head><title>Welcome</title></head><body>Please log in.</body></html>"
SPOILS: dict[str, Spoil] = {
    "hang": _hang,
    "reset": _reset,
    "close": _close,
    "half a reply": _half,
    "half a head": _half_head,
    "drip": _drip,
    "500": _whole(answer(HTML, "500 Internal Server Error", kind="text/html")),
    "503": _whole(answer({"error": "later"}, "503 Unavailable", "Retry-After: 2\r\n")),
    "429": _whole(answer({"error": "slow down"}, "429 Too Many Requests", "Retry-After: 2\r\n")),
    "web page": _whole(answer(HTML, kind="text/html")),
    "garbage": _whole(answer(bytes(range(256)) * 8)),
    "no HTTP": _whole(b"\x15\x03\x01\x00\x02\x02\x16" * 20),
    "empty object": _whole(answer({})),
    "list": _whole(answer([1, 2, 3])),
    "deep": _whole(answer(b"[" * 100_000 + b"]" * 100_000)),
    "other types": _other_types,
    "10 MB": _ten_megabytes,
}
FAULTS = [Fault(name, carried_out, spoil) for name, spoil in SPOILS.items() for carried_out in (False, True)]


class FaultProxy:
    """Passes everything on to `url` but for the faults that are planned; use it with `with`.

    `name_of(method, path, body)` names the operation of a request. `met` counts the faults that were met by operation,
    `carried_out` the requests by operation that the dispatcher got. `before` and `after` are called with the
    operation's name before a request is passed on, and before its reply is.
    """

    def __init__(self, url: str, name_of: Callable[[str, str, bytes], str]) -> None:
        self.met: Counter[str] = Counter()
        self.carried_out: list[str] = []
        self.most_taken = 0
        self.before: Callable[[str], None] = lambda _: None
        self.after: Callable[[str], None] = lambda _: None
        self._target = urlsplit(url)
        self._name_of = name_of
        self._plan: dict[str, deque[Fault]] = {}
        self._always: dict[str, Fault] = {}
        self._server = RawServer(self._behave)
        self.url = self._server.url

    def __enter__(self) -> Self:
        self._server.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.__exit__(kind, error, trace)

    def next(self, operation: str, fault: Fault, times: int = 1) -> None:
        """Spoil the next exchanges of this operation."""
        self._plan.setdefault(operation, deque()).extend([fault] * times)

    def forget(self) -> None:
        """Spoil none of the exchanges that were planned and did not come."""
        self._plan.clear()

    def always(self, operation: str, fault: Fault | None) -> None:
        """Spoil every exchange of this operation; None: no more."""
        self._always.pop(operation, None)
        if fault:
            self._always[operation] = fault

    def _behave(self, caller: Caller) -> None:
        while request := caller.request():
            head, _, body = request.partition(b"\r\n\r\n")
            method, path, _ = head.split(b"\r\n", 1)[0].decode("latin-1").split(" ", 2)
            operation = self._name_of(method, path, body)
            plan = self._plan.get(operation)
            fault = plan.popleft() if plan else self._always.get(operation)
            if fault is None:
                self.before(operation)
                reply = self._passed_on(request, operation)
                self.after(operation)
                caller.send(reply)
                continue
            self.met[operation] += 1
            reply = self._passed_on(request, operation) if fault.carried_out else b""
            try:
                fault.spoil(caller, reply)
            finally:
                self.most_taken = max(self.most_taken, caller.taken)
            return

    def _passed_on(self, request: bytes, operation: str) -> bytes:
        self.carried_out.append(operation)
        assert self._target.hostname is not None
        assert self._target.port is not None
        head, _, body = request.partition(b"\r\n\r\n")
        lines = [line for line in head.split(b"\r\n") if not line.lower().startswith(b"connection:")]
        with socket.create_connection((self._target.hostname, self._target.port), 10) as sock:
            sock.sendall(b"\r\n".join([*lines, b"Connection: close", b"", b""]) + body)
            reply = b""
            reply = Caller(sock, Event()).request()  # an answer has the form of a request, but for its first line
        head, _, body = reply.partition(b"\r\n\r\n")
        lines = [line for line in head.split(b"\r\n") if not line.lower().startswith(b"connection:")]
        return b"\r\n".join([*lines, b"", b""]) + body
