"""A small HTTP/1.1 server on loopback that keeps connections alive, and breaks them when it is told to."""

from __future__ import annotations

import io
import socket
import sys
import threading
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import IO, TYPE_CHECKING, Any, Final, cast
from urllib.parse import unquote_to_bytes

from werkzeug.serving import DechunkedInput
from werkzeug.wrappers import Request, Response

from dispatch_client.sandbox.api import MAX_BODY, problem
from dispatch_client.sandbox.faults import GARBAGE, Fault, Kind

if TYPE_CHECKING:
    from collections.abc import Callable

_LINE: Final = 65536
_IDLE_S: Final = 60.0
_HANG_STEP_S: Final = 0.05
_DRAIN: Final = 1024 * 1024


class Wire(ThreadingHTTPServer):
    """Listens at once when made; `serve` answers until `end` stops it and breaks what is open.

    Args:
        port: on 127.0.0.1; 0 takes a free one.
        answer: gives the Response to a Request.
        fault: asked for each Request; what is to go wrong with its answer, if anything.
    """

    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 64

    def __init__(
        self, port: int, answer: Callable[[Request], Response], fault: Callable[[Request], Fault | None]
    ) -> None:
        self.answer = answer
        self.fault = fault
        self.ending = threading.Event()
        self._open: dict[socket.socket, threading.Thread] = {}
        self._lock = threading.Lock()
        super().__init__(("127.0.0.1", port), _Handler)

    def serve(self) -> None:
        """Take connections, each into a thread of its own, until `end`."""
        while True:
            try:
                connection, address = self.get_request()
            except OSError:
                if self.ending.is_set():
                    return
                continue
            self.process_request(connection, address)

    def opened(self, connection: socket.socket) -> None:
        """Remember a connection and the thread that serves it."""
        with self._lock:
            self._open[connection] = threading.current_thread()
            if self.ending.is_set():  # accepted while `end` was looking at the others
                _break(connection)

    def closed(self, connection: socket.socket) -> None:
        """Forget a connection."""
        with self._lock:
            self._open.pop(connection, None)

    def end(self) -> None:
        """Stop listening, break every connection and wait for their threads."""
        self.ending.set()
        _break(self.socket)  # wakes `serve`
        self.server_close()
        with self._lock:
            left = dict(self._open)
        for connection, thread in left.items():
            _break(connection)
            thread.join(5)

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ANN401 - http.server's own
        """A client that went away is no error here; anything else is."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    server: Wire
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    timeout = _IDLE_S

    def setup(self) -> None:
        super().setup()
        self.server.opened(self.connection)

    def finish(self) -> None:
        self.server.closed(self.connection)
        super().finish()

    def handle_one_request(self) -> None:
        self.close_connection = True
        try:
            self.command = ""
            self.raw_requestline = self.rfile.readline(_LINE + 1)
            if len(self.raw_requestline) > _LINE:
                self.send_error(414)
            elif self.raw_requestline and not self.server.ending.is_set() and self.parse_request():
                self._serve()
        except (OSError, ValueError):
            self.close_connection = True

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """Answer what is no HTTP with a problem document too."""
        del message, explain
        self.close_connection = True
        self._send(problem("invalid-request", f"the HTTP itself is not understood ({code})"))

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002, ANN401 - http.server's own
        """Say nothing: a demonstration prints its own lines."""

    def _serve(self) -> None:
        body = self._body()
        request = Request(self._environ(body))
        fault = self.server.fault(request)
        response = problem(fault.problem) if fault and fault.kind is Kind.REFUSE else self._answer(request)
        try:
            if fault and fault.kind is not Kind.REFUSE:
                self.close_connection = True
                self._spoil(fault.kind, response)
            elif response.is_streamed:
                self.close_connection = True
                self._stream(response)
            else:
                self._send(response)
        finally:
            response.close()

    def _answer(self, request: Request) -> Response:
        try:
            return self.server.answer(request)
        except Exception:  # noqa: BLE001 - a fault of the sandbox is told to its client, and printed
            self.server.handle_error(self.request, self.client_address)
            return problem("internal-error")

    def _spoil(self, kind: Kind, response: Response) -> None:
        if kind is Kind.GARBAGE:
            self._send(Response(GARBAGE, mimetype="text/html"))
        elif kind is Kind.HALF:
            body = b"" if response.is_streamed else response.get_data()
            self.wfile.write(self._head(response, len(body)) + body[: len(body) // 2])
        elif kind is Kind.HANG:
            self.connection.settimeout(_HANG_STEP_S)
            while not self.server.ending.is_set():
                with suppress(TimeoutError):
                    if not self.connection.recv(1):
                        return

    def _body(self) -> bytes:
        if "chunked" in self.headers.get("Transfer-Encoding", "").lower():
            chunks, gathered = DechunkedInput(cast("IO[bytes]", self.rfile)), bytearray()
            while len(gathered) <= MAX_BODY and (piece := chunks.read(MAX_BODY)):
                gathered += piece
            self.close_connection = self.close_connection or len(gathered) > MAX_BODY
            return bytes(gathered)
        length = int(self.headers.get("Content-Length") or 0)
        if length < 0:
            raise ValueError("a negative length")
        body = self.rfile.read(min(length, _DRAIN))
        if length > _DRAIN:
            self.close_connection = True
        return body[: MAX_BODY + 1]

    def _environ(self, body: bytes) -> dict[str, Any]:
        path, _, query = self.path.partition("?")
        environ: dict[str, Any] = {
            "REQUEST_METHOD": self.command,
            "SCRIPT_NAME": "",
            "PATH_INFO": _unquoted(path),
            "QUERY_STRING": query,
            "SERVER_NAME": "127.0.0.1",
            "SERVER_PORT": str(self.server.server_port),
            "SERVER_PROTOCOL": "HTTP/1.1",
            "CONTENT_LENGTH": str(len(body)),
            "wsgi.url_scheme": "http",
            "wsgi.input": io.BytesIO(body),
        }
        for name, value in self.headers.items():
            key = name.upper().replace("-", "_")
            if key == "CONTENT_TYPE":
                environ[key] = value
            elif key not in {"CONTENT_LENGTH", "TRANSFER_ENCODING"}:  # the body is here already
                environ[f"HTTP_{key}"] = value
        return environ

    def _head(self, response: Response, length: int | None) -> bytes:
        headers = [pair for pair in response.headers.items() if pair[0].lower() != "content-length"]
        headers.append(("Transfer-Encoding", "chunked") if length is None else ("Content-Length", str(length)))
        headers.append(("Date", self.date_time_string()))
        if self.close_connection:
            headers.append(("Connection", "close"))
        lines = [f"HTTP/1.1 {response.status}", *(f"{name}: {value}" for name, value in headers)]
        return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")

    def _send(self, response: Response) -> None:
        # Head and body in one write: two would wait for each other's acknowledgement.
        body = response.get_data()
        self.wfile.write(self._head(response, len(body)) + (b"" if self.command == "HEAD" else body))

    def _stream(self, response: Response) -> None:
        self.wfile.write(self._head(response, None))
        if self.command == "HEAD":
            return
        for data in response.iter_encoded():
            self.wfile.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")
        if not self.server.ending.is_set():  # otherwise it is to look broken, not finished
            self.wfile.write(b"0\r\n\r\n")


def _break(connection: socket.socket) -> None:
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        return


def _unquoted(path: str) -> str:
    return unquote_to_bytes(path).decode("latin-1")
