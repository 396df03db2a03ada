"""Server-sent events out of any cut of bytes, never more of them in memory than one event may have."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

MAX_LINE: Final = 64 * 1024
MAX_EVENT: Final = 128 * 1024
"""Bytes. A trip takes about 1 KiB; a dispatcher that sends more than this by the line sends no trips."""


@dataclass(frozen=True, slots=True)
class ServerEvent:
    """One event: its kind, its data (lines joined with a newline) and the id to resume after."""

    kind: str
    data: str
    id: str


class EventTooLargeError(ValueError):
    """A line or an event is longer than it may be."""


class EventParser:
    """Feed it bytes as they come; it gives the events that they complete (WHATWG HTML 9.2.6)."""

    def __init__(self, last_id: str = "") -> None:
        self.last_id = last_id
        self._line = bytearray()
        self._after_cr = False
        self._first = True
        self._kind = ""
        self._data: list[str] = []
        self._size = 0

    def feed(self, chunk: bytes) -> list[ServerEvent]:
        """Take the next bytes. Raises EventTooLargeError."""
        events = []
        if self._after_cr and chunk.startswith(b"\n"):
            chunk = chunk[1:]
        self._after_cr = chunk.endswith(b"\r") if chunk else self._after_cr
        *whole, rest = chunk.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
        for part in whole:
            self._grow(part)
            event = self._take_line(bytes(self._line))
            self._line.clear()
            if event:
                events.append(event)
        self._grow(rest)
        return events

    def _grow(self, part: bytes) -> None:
        self._line += part
        if len(self._line) > MAX_LINE:
            raise EventTooLargeError(f"a line of the stream is longer than {MAX_LINE} bytes")

    def _take_line(self, raw: bytes) -> ServerEvent | None:
        line = raw.decode(errors="replace")
        if self._first:
            line, self._first = line.removeprefix("\ufeff"), False
        if not line:
            return self._dispatch()
        name, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if name == "data":
            self._size += len(raw)
            if self._size > MAX_EVENT:
                raise EventTooLargeError(f"an event of the stream is longer than {MAX_EVENT} bytes")
            self._data.append(value)
        elif name == "event":
            self._kind = value
        elif name == "id" and "\0" not in value:
            self.last_id = value
        return None

    def _dispatch(self) -> ServerEvent | None:
        kind, data = self._kind or "message", self._data
        self._kind, self._data, self._size = "", [], 0
        return ServerEvent(kind, "\n".join(data), self.last_id) if data else None
