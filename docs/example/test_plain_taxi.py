"""The contract suite against a Plain Taxi of our own: replace it with your test system and keep the class."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from plain_taxi import STATES, PlainTaxi

from dispatch_client.contract import ProviderContract, Street, wish
from dispatch_client.provider import Provider
from dispatch_client.trips import ENDS, TripRequest, TripStatus

METHODS = {"create": "POST", "get": "GET", "cancel": "DELETE"}


class PlainStreet:
    """The whole company, in memory."""

    def __init__(self) -> None:
        self.rides: dict[str, dict[str, Any]] = {}
        self.faults: dict[str, str] = {}
        self.made: list[PlainTaxi] = []
        street = self

        class Desk(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                street.answer(self)

            do_POST = do_DELETE = do_GET

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Desk)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    def answer(self, desk: BaseHTTPRequestHandler) -> None:
        body = desk.rfile.read(int(desk.headers.get("Content-Length") or 0))
        status, answer = self.carried_out(desk.command, desk.path, body)
        fault = self.faults.pop(desk.command, "")
        if fault == "lose":
            desk.close_connection = True
            return
        text = b"<html>Welcome</html>" if fault else json.dumps(answer).encode()
        desk.send_response(status)
        kind = "application/json" if status == 200 else "application/problem+json"
        desk.send_header("Content-Type", kind)
        desk.send_header("Content-Length", str(len(text)))
        desk.end_headers()
        desk.wfile.write(text)

    def carried_out(self, method: str, path: str, body: bytes) -> tuple[int, dict[str, Any]]:
        if path == "/health":
            return 200, {}
        if method == "POST":
            asked = json.loads(body)
            return 200, self.rides.setdefault(asked["key"], {"id": f"r{len(self.rides)}", "state": "searching"})
        ride = next((ride for ride in self.rides.values() if path == f"/rides/{ride['id']}"), None)
        if ride is None:
            return 404, {"type": "urn:plain-taxi:no-such-ride"}
        if method == "DELETE":
            ride["state"] = "cancelled"
        return 200, ride

    # -- what the suite asks for -------------------------------------------------------------------------------------

    def provider(self) -> Provider:
        self.made.append(PlainTaxi(f"http://127.0.0.1:{self.server.server_port}", "token"))
        return self.made[-1]

    def request(self) -> TripRequest:
        return wish()

    def alive(self, ref: str) -> int:
        return int(ref in self.rides and STATES[self.rides[ref]["state"]] not in ENDS)

    def move(self, ref: str, status: TripStatus) -> None:
        state = next(state for state, known in STATES.items() if known is status)
        self.rides[ref] |= {"state": state, "plate": "TEST-0001"}

    def lose_next_reply(self, operation: str) -> None:
        self.faults[METHODS[operation]] = "lose"

    def nonsense_next(self, operation: str) -> None:
        self.faults[METHODS[operation]] = "nonsense"

    def cut(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        for made in self.made:
            made.close()


class TestPlainTaxi(ProviderContract):
    @pytest.fixture
    def street(self) -> Iterator[Street]:
        street = PlainStreet()
        yield street
        street.cut()
