"""A dispatcher behind real HTTP on loopback, that a test can make answer anything, or break off."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections import deque
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from werkzeug.http import http_date
from werkzeug.serving import WSGIRequestHandler, make_server
from werkzeug.wrappers import Request, Response

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from types import TracebackType
    from typing import Self


class _Quiet(WSGIRequestHandler):
    protocol_version = "HTTP/1.1"

    def log(self, type: str, message: str, *args: Any) -> None:  # noqa: A002, ANN401 - werkzeug's own signature
        pass


class FaultyServer:
    """Start it with `with`. `log` holds (method, path, members) of every request that came."""

    def __init__(self) -> None:
        self.log: list[tuple[str, str, dict[str, Any]]] = []
        self.lock = threading.RLock()
        self._answered = threading.Condition(self.lock)
        self._faults: deque[tuple[str, str, Callable[[Request], Response | None]]] = deque()
        stamp = {"date_time_string": lambda _, __=None: http_date(self.seconds())}
        handler = type("_Handler", (_Quiet,), stamp)
        self._server = make_server("127.0.0.1", 0, self._wsgi, threaded=True, request_handler=handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._thread.join(10)
        self._server.server_close()

    def seconds(self) -> float:
        """What the Date of an answer is, in seconds since 1970."""
        return time.time()

    def members(self, request: Request) -> dict[str, Any]:
        """What the body of a request says, for the log."""
        raise NotImplementedError

    def answered(self, request: Request) -> Response:
        """Carry a request out; called under the lock."""
        raise NotImplementedError

    def until(self, so: Callable[[], object]) -> None:
        """Wait until a request has made it so."""
        with self._answered:
            assert self._answered.wait_for(so, 30), "it never came to that"

    def forgive(self) -> None:
        """Plan no more faults."""
        with self.lock:
            self._faults.clear()

    def answer_next(
        self, method: str, start: str, status: int, body: object, headers: dict[str, str] | None = None
    ) -> None:
        """Answer the next such request with this and do nothing else; bytes go out as they are."""
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        kind = "application/json" if not raw.startswith(b"<") else "text/html"
        self._faults.append((method, start, lambda _: Response(raw, status, headers, content_type=kind)))

    def lose_next(self, method: str, start: str, *, before: bool = False) -> None:
        """Carry out the next such request (or not, with `before`) and break the connection without an answer."""

        def lose(request: Request) -> Response:
            if not before:
                self.answered(request)
            connection: socket.socket = request.environ["werkzeug.socket"]
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
            return Response(b"")

        self._faults.append((method, start, lose))

    def repeat_next(self, method: str, start: str) -> None:
        """Something on the way sends the next such request twice, and gives the answer to the second."""

        def twice(request: Request) -> Response:
            self.answered(request)
            return self.answered(request)

        self._faults.append((method, start, twice))

    def after_next(self, method: str, start: str, action: Callable[[], None]) -> None:
        """Let something happen right after the next such request was carried out, before its answer is read."""

        def answered_then(request: Request) -> Response:
            response = self.answered(request)
            action()
            return response

        self._faults.append((method, start, answered_then))

    def _wsgi(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        request = Request(environ)
        with self.lock:
            self.log.append((request.method, request.full_path.rstrip("?"), self.members(request)))
            fault = next((f for f in self._faults if f[0] == request.method and request.path.startswith(f[1])), None)
            if fault:
                self._faults.remove(fault)
            response = (fault[2](request) if fault else None) or self.answered(request)
            self._answered.notify_all()
        return response(environ, start_response)
