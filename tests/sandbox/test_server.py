"""The sandbox as a server: it can be cut off, brought back and made to misbehave, and it ends cleanly."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import threading
from http.client import HTTPConnection, HTTPException, IncompleteRead
from typing import TYPE_CHECKING, Any

import pytest

from dispatch_client.sandbox import Behaviour, Sandbox, serve

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

WISH = {"client_ref": "a-reference", "pickup": {"label": "", "lat": 1, "lon": 2}, "boarding_number": 7}


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(speed=0) as running:
        yield running


def connect(sandbox: Sandbox) -> HTTPConnection:
    return HTTPConnection(sandbox.url.removeprefix("http://"), timeout=5)


def ask(connection: HTTPConnection, method: str = "GET", path: str = "/v1/health", body: object = None) -> Any:  # noqa: ANN401 - JSON
    headers = {
        "Authorization": "Bearer sandbox",
        "Content-Type": "application/json",
        "Idempotency-Key": "a-good-key",
    }
    connection.request(method, path, None if body is None else json.dumps(body), headers)
    return json.loads(connection.getresponse().read())


def test_a_connection_serves_many_requests(sandbox: Sandbox) -> None:
    connection = connect(sandbox)
    ask(connection)
    kept = connection.sock
    assert [ask(connection) for _ in range(3)] == [{"status": "ok"}] * 3
    assert connection.sock is kept
    connection.close()


def test_a_cut_breaks_what_is_open_and_refuses_what_is_new_and_time_goes_on(sandbox: Sandbox) -> None:
    connection = connect(sandbox)
    trip = ask(connection, "POST", "/v1/trips", WISH)
    url = sandbox.url
    sandbox.cut()
    with pytest.raises((HTTPException, OSError)):
        ask(connection)
    connection.close()
    with pytest.raises(ConnectionRefusedError):
        ask(connect(sandbox))
    sandbox.advance(30)
    sandbox.cut()
    sandbox.restore()
    sandbox.restore()
    assert sandbox.url == url
    connection = connect(sandbox)
    assert ask(connection, path=f"/v1/trips/{trip['id']}")["status"] == "driver_assigned"
    connection.close()


def test_a_cut_ends_an_open_stream(sandbox: Sandbox) -> None:
    connection = connect(sandbox)
    connection.request("GET", "/v1/events", headers={"Authorization": "Bearer sandbox"})
    response = connection.getresponse()
    assert response.readline() == b":\n"
    sandbox.cut()
    with pytest.raises(IncompleteRead):
        response.read()
    connection.close()


def test_time_passes_by_itself_at_its_speed() -> None:
    done = threading.Event()
    told: list[dict[str, Any]] = []

    def note(trip: dict[str, Any]) -> None:
        told.append(trip)
        if trip["status"] == "completed":
            done.set()

    with Sandbox(speed=600, on_change=note) as quick:
        connection = connect(quick)
        ask(connection, "POST", "/v1/trips", WISH)
        assert done.wait(20)
        connection.close()
        assert quick.trips()[0]["status"] == "completed"
    assert [trip["revision"] for trip in told] == list(range(1, len(told) + 1))


@pytest.mark.parametrize(
    ("spoil", "heard"),
    [
        (Sandbox.lose_next_reply, b""),
        (Sandbox.garbage_next, b"HTTP/1.1 200 OK\r\nContent-Type: text/html"),
        (Sandbox.half_answer_next, b"HTTP/1.1 201 CREATED\r\n"),
    ],
)
def test_a_fault_hits_the_next_press_and_the_press_counts(
    sandbox: Sandbox, spoil: Callable[[Sandbox], None], heard: bytes
) -> None:
    spoil(sandbox)
    connection = connect(sandbox)
    ask(connection)  # another operation is not hit
    connection.close()
    body = json.dumps(WISH).encode()
    head = (
        "POST /v1/trips HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer sandbox\r\nContent-Type: application/json\r\n"
        f"Idempotency-Key: a-good-key\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", int(sandbox.url.rpartition(":")[2])), 5) as raw:
        raw.sendall(head.encode() + body)
        got = b""
        while more := raw.recv(4096):
            got += more
    assert got.startswith(heard)
    assert bool(got) == bool(heard)
    assert len(sandbox.trips()) == 1
    connection = connect(sandbox)
    assert ask(connection, "POST", "/v1/trips", WISH)["id"] == sandbox.trips()[0]["id"]
    connection.close()


def test_a_hanging_request_ends_with_the_sandbox(sandbox: Sandbox) -> None:
    sandbox.hang_next(None)
    connection = connect(sandbox)
    connection.request("GET", "/v1/health", headers={"Authorization": "Bearer sandbox"})
    sandbox.stop()
    with pytest.raises((HTTPException, OSError)):
        connection.getresponse()
    connection.close()


def test_an_unknown_problem_is_refused_with_the_names_that_there_are(sandbox: Sandbox) -> None:
    with pytest.raises(ValueError, match=r"problem 'tired': expected one of invalid-request, .*not-taken"):
        sandbox.refuse_next("tired")


@pytest.mark.parametrize(
    "request_", [b"hello\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n", b"GET /" + b"x" * 70_000 + b" HTTP/1.1\r\n\r\n"]
)
def test_what_is_no_http_gets_a_problem_document(sandbox: Sandbox, request_: bytes) -> None:
    with socket.create_connection(("127.0.0.1", int(sandbox.url.rpartition(":")[2])), 5) as raw:
        raw.sendall(request_)
        got = b""
        while more := raw.recv(65536):
            got += more
    head, _, body = got.partition(b"\r\n\r\n")
    assert b"application/problem+json" in head
    assert json.loads(body)["type"] == "urn:taxi-kiosk:problem:invalid-request"


@pytest.mark.parametrize("length", ["-1", "x", "9" * 5000])
def test_a_senseless_length_ends_the_connection(sandbox: Sandbox, length: str) -> None:
    with socket.create_connection(("127.0.0.1", int(sandbox.url.rpartition(":")[2])), 5) as raw:
        raw.sendall(f"POST /v1/trips HTTP/1.1\r\nHost: x\r\nContent-Length: {length}\r\n\r\n".encode())
        assert raw.recv(4096) == b""


def test_a_chunked_press_is_read(sandbox: Sandbox) -> None:
    connection = connect(sandbox)
    headers = {"Authorization": "Bearer sandbox", "Content-Type": "application/json", "Idempotency-Key": "a-good-key"}
    raw = json.dumps(WISH).encode()
    connection.request("POST", "/v1/trips", iter([raw[:9], raw[9:]]), headers, encode_chunked=True)
    assert json.loads(connection.getresponse().read())["status"] == "requested"
    assert ask(connection) == {"status": "ok"}
    connection.close()


def test_head_has_no_body_and_no_stream(sandbox: Sandbox) -> None:
    connection = connect(sandbox)
    for path in ("/v1/health", "/v1/events"):
        connection.request("HEAD", path, headers={"Authorization": "Bearer sandbox"})
        response = connection.getresponse()
        assert (response.status, response.read()) == (200, b"")
    connection.close()


def test_a_port_in_use_is_said_in_one_sentence(sandbox: Sandbox) -> None:
    port = int(sandbox.url.rpartition(":")[2])
    with pytest.raises(OSError, match=f"the sandbox cannot listen on 127.0.0.1 port {port} .*: choose another port"):
        Sandbox(port).start()


def test_it_can_be_stopped_twice_and_started_again(sandbox: Sandbox) -> None:
    sandbox.stop()
    sandbox.stop()
    sandbox.start()
    connection = connect(sandbox)
    assert ask(connection) == {"status": "ok"}
    connection.close()


def test_serving_goes_on_until_it_is_stopped() -> None:
    stop, ready = threading.Event(), threading.Event()
    started: list[Sandbox] = []

    def note(sandbox: Sandbox) -> None:
        started.append(sandbox)
        ready.set()

    serving = threading.Thread(
        target=serve,
        kwargs={
            "port": 0,
            "token": "t",
            "seed": 3,
            "speed": 2,
            "behaviour": Behaviour.OFFERS,
            "ready": note,
            "stop": stop,
        },
        daemon=True,
    )
    serving.start()
    assert ready.wait(10)
    assert started[0].behaviour is Behaviour.OFFERS
    socket.create_connection(("127.0.0.1", int(started[0].url.rpartition(":")[2])), 5).close()
    stop.set()
    serving.join(10)
    assert not serving.is_alive()


@pytest.mark.parametrize("missing", ["werkzeug", "jsonschema", "yaml"])
def test_a_missing_extra_is_one_clear_sentence(missing: str) -> None:
    code = f"import sys; sys.modules[{missing!r}] = None; import dispatch_client.sandbox"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    last = ran.stderr.strip().splitlines()[-1]
    assert last == "ImportError: The sandbox needs its extra: pip install 'one-touch-taxi[sandbox]'"


def test_the_provider_needs_no_extra() -> None:
    code = (
        "import sys; sys.modules.update(dict.fromkeys(['werkzeug', 'jsonschema', 'yaml']));"
        "from dispatch_client.providers import load; load('hail_api')('http://127.0.0.1:9', 'token').close()"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
