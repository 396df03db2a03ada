"""Each way in which an exchange can go wrong, over real sockets: did the dispatcher perhaps get it?"""

from __future__ import annotations

import socket
import threading
import zlib
from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest
from http_faults import Caller, RawServer, answer, problem, replies

from dispatch_client.errors import Ambiguous, Refusal, Refused, Unreachable
from dispatch_client.http import Http, Limits, Senseless, retry_after_s

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

QUICK = Limits(connect_s=0.4, read_s=0.4, total_s=0.8)
REFUSALS = {
    "urn:taxi-kiosk:problem:out-of-area": Refusal.OUT_OF_AREA,
    "urn:taxi-kiosk:problem:not-taken": Refusal.UNAVAILABLE,
    "urn:taxi-kiosk:problem:not-found": Refusal.NOT_FOUND,
}


def client(url: str, limits: Limits = QUICK, **options: str) -> Http:
    return Http(url, headers={"Authorization": "Bearer sesame-sesame"}, limits=limits, refusals=REFUSALS, **options)


def post(url: str, limits: Limits = QUICK) -> dict[str, object]:
    with ExitStack() as stack:
        http = client(url, limits)
        stack.callback(http.close)
        return http.call("POST", "/v1/trips", body=b'{"wish": 1}')


def against(behave: Callable[[Caller], None], limits: Limits = QUICK) -> dict[str, object]:
    with RawServer(behave) as server:
        return post(server.url, limits)


def test_a_sound_answer_is_its_json_object() -> None:
    assert against(replies(answer({"id": "t-1"}))) == {"id": "t-1"}


def hang(caller: Caller) -> None:
    caller.request()
    caller.wait_gone()


def close(caller: Caller) -> None:
    caller.request()


def reset(caller: Caller) -> None:
    caller.request()
    caller.reset()


def cut_in_the_head(caller: Caller) -> None:
    caller.request()
    caller.send(b"HTTP/1.1 201 Created\r\nContent-Ty")


def cut_in_the_body(caller: Caller) -> None:
    caller.request()
    caller.send(answer({"id": "t-1"}, "201 Created")[:-4])


def cut_in_a_chunk(caller: Caller) -> None:
    caller.request()
    caller.send(b'HTTP/1.1 201 Created\r\nTransfer-Encoding: chunked\r\n\r\n20\r\n{"id": ')


def reset_in_the_body(caller: Caller) -> None:
    caller.request()
    caller.send(answer({"id": "t-1"}, "201 Created")[:-4])
    caller.reset()


def drip_the_body(caller: Caller) -> None:
    caller.request()
    caller.send(b"HTTP/1.1 200 OK\r\nContent-Length: 200000\r\n\r\n")
    caller.drip(b" ")


def drip_the_head(caller: Caller) -> None:
    caller.request()
    caller.send(b"HTTP/1.1 200 OK\r\nX-Slow: ")
    caller.drip(b"z")


def continue_for_ever(caller: Caller) -> None:
    caller.request()
    caller.drip(b"HTTP/1.1 100 Continue\r\n\r\n", every_s=0.005)


def no_http(caller: Caller) -> None:
    caller.request()
    caller.send(b"\x16\x03\x01 hello\r\n\r\n")


@pytest.mark.parametrize(
    "behave",
    [
        hang,
        close,
        reset,
        cut_in_the_body,
        cut_in_a_chunk,
        reset_in_the_body,
        drip_the_body,
        drip_the_head,
        continue_for_ever,
        no_http,
    ],
)
def test_once_sent_and_without_a_whole_answer_the_dispatcher_may_have_it(behave: Callable[[Caller], None]) -> None:
    with pytest.raises(Ambiguous, match="POST /v1/trips: sent, and no whole answer came") as caught:
        against(behave)
    assert not isinstance(caught.value, Senseless)


def test_an_answer_cut_in_its_head_proves_nothing() -> None:
    with pytest.raises(Ambiguous):
        against(cut_in_the_head)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>Please log in</html>",
        b'{"id": "t-1"',
        b'[{"id": "t-1"}]',
        b'"t-1"',
        b"null",
        b"\xff\xfe\x00",
        b"[" * 100_000,
        b'{"n": ' + b"9" * 10_000 + b"}",
        b" " * 300_000,
    ],
    ids=["empty", "html", "cut", "list", "text", "null", "bytes", "deep", "long number", "too large"],
)
def test_a_whole_answer_that_makes_no_sense_proves_nothing(body: bytes) -> None:
    with pytest.raises(Senseless):
        against(replies(answer(body, "201 Created")))


def test_ten_megabytes_are_not_read() -> None:
    sent = threading.Event()

    def flood(caller: Caller) -> None:
        caller.request()
        caller.send(b"HTTP/1.1 200 OK\r\nContent-Length: 100000000\r\n\r\n")
        for _ in range(100):
            caller.send(b" " * 1_000_000)
        sent.set()

    with pytest.raises(Senseless, match="larger than 262144 bytes"):
        against(flood, Limits())
    assert not sent.is_set()


def test_a_compressed_answer_is_bounded_too() -> None:
    packed = zlib.compressobj(wbits=31)
    bomb = packed.compress(b" " * 50_000_000) + packed.flush()
    with pytest.raises(Senseless, match="larger than"):
        against(replies(answer(bomb, headers="Content-Encoding: gzip\r\n")), Limits())


@pytest.mark.parametrize("status", ["500 Oops", "502 Bad Gateway", "503 Busy", "504 Late", "408 Slow", "303 See Other"])
def test_an_error_of_the_server_is_no_refusal(status: str) -> None:
    reply = answer(b"<html>", status, "Location: /elsewhere\r\n", "text/html")
    with RawServer(replies(reply, answer({"id": "t-1"}))) as server, pytest.raises(Ambiguous):
        post(server.url)
    assert server.connections == 1


@pytest.mark.parametrize(
    ("reply", "refusal", "wait"),
    [
        (problem(400, "invalid-request"), Refusal.INVALID_REQUEST, None),
        (problem(401, "unauthorized"), Refusal.AUTH, None),
        (answer(b"<html>", "403 No", kind="text/html"), Refusal.AUTH, None),
        (problem(404, "not-found"), Refusal.NOT_FOUND, None),
        (problem(409, "wrong-state"), Refusal.CONFLICT, None),
        (problem(415, "unsupported-media-type"), Refusal.INVALID_REQUEST, None),
        (problem(422, "out-of-area"), Refusal.OUT_OF_AREA, None),
        (problem(429, "rate-limited", "Retry-After: 7\r\n"), Refusal.RATE_LIMITED, 7.0),
        (answer(b"", "429 Slow down"), Refusal.RATE_LIMITED, None),
        (problem(503, "not-taken", "Retry-After: 5\r\n"), Refusal.UNAVAILABLE, 5.0),
    ],
)
def test_a_refusal_says_why(reply: bytes, refusal: Refusal, wait: float | None) -> None:
    with pytest.raises(Refused) as caught:
        against(replies(reply))
    assert (caught.value.refusal, caught.value.retry_after_s) == (refusal, wait)


def test_a_500_with_a_problem_type_that_means_a_refusal_is_still_no_refusal() -> None:
    with pytest.raises(Ambiguous):
        against(replies(problem(500, "not-taken")))


def test_a_404_from_something_else_does_not_say_that_a_trip_is_unknown() -> None:
    with pytest.raises(Senseless, match="is the URL right"):
        against(replies(answer(b"<html>nothing here</html>", "404 Not Found", kind="text/html")))


def test_a_refused_connection_is_unreachable() -> None:
    with socket.create_server(("127.0.0.1", 0)) as freed:
        port = freed.getsockname()[1]
    with pytest.raises(Unreachable, match="nothing was sent"):
        post(f"http://127.0.0.1:{port}")


def test_a_connection_that_is_never_accepted_is_unreachable() -> None:
    with ExitStack() as stack:
        listener = stack.enter_context(socket.create_server(("127.0.0.1", 0), backlog=0))
        for _ in range(4):  # a full queue: the kernel then ignores whoever knocks
            waiting = stack.enter_context(socket.socket())
            waiting.setblocking(False)  # noqa: FBT003 - the socket's own signature
            waiting.connect_ex(listener.getsockname())
        with pytest.raises(Unreachable, match="nothing was sent"):
            post(f"http://127.0.0.1:{listener.getsockname()[1]}")


def test_when_connecting_took_all_the_time_nothing_is_sent() -> None:
    heard: list[bytes] = []
    listen = RawServer(lambda caller: heard.append(caller.request()))
    with listen as server, pytest.raises(Unreachable, match="nothing was sent"):
        post(server.url, Limits(total_s=-1))
    assert heard in ([], [b""])


def reset_in_the_handshake(caller: Caller) -> None:
    caller.sock.recv(1)
    caller.reset()


@pytest.mark.parametrize("behave", [lambda caller: caller.wait_gone(), reset_in_the_handshake])
def test_a_tls_handshake_that_fails_is_unreachable(behave: Callable[[Caller], None]) -> None:
    with RawServer(behave) as server, pytest.raises(Unreachable, match="nothing was sent"):
        post(server.url.replace("http:", "https:"))


def test_a_connection_is_kept_between_calls() -> None:
    with RawServer(replies(answer({"n": 1}), answer({"n": 2}))) as server:
        http = client(server.url)
        assert [http.call("GET", "/a"), http.call("GET", "/b")] == [{"n": 1}, {"n": 2}]
        http.close()
    assert server.connections == 1


def test_a_kept_connection_that_the_server_closed_meanwhile_is_not_used() -> None:
    closed = threading.Event()

    def once(caller: Caller) -> None:
        caller.request()
        caller.send(answer({"n": 1}))
        caller.sock.shutdown(socket.SHUT_RDWR)
        closed.set()

    with RawServer(once) as server:
        http = client(server.url)
        http.call("GET", "/a")
        assert closed.wait(10)
        closed.clear()
        assert http.call("POST", "/b", body=b"{}") == {"n": 1}
        http.close()
    assert server.connections == 2


def test_a_kept_connection_that_breaks_under_the_request_leaves_it_open_whether_it_arrived() -> None:
    def once(caller: Caller) -> None:
        caller.request()
        caller.send(answer({"n": 1}))
        caller.request()
        caller.reset()

    with RawServer(once) as server:
        http = client(server.url)
        http.call("GET", "/a")
        with pytest.raises(Ambiguous):
            http.call("POST", "/b", body=b"{}")
        http.close()


def test_a_connection_that_rested_too_long_is_not_used() -> None:
    with RawServer(replies(answer({"n": 1}), answer({"n": 2}))) as server:
        http = client(server.url, Limits(idle_s=-1))
        assert [http.call("GET", "/a"), http.call("GET", "/b")] == [{"n": 1}, {"n": 1}]
        http.close()
    assert server.connections == 2


def test_threads_do_not_wait_for_each_other() -> None:
    both = threading.Barrier(2, timeout=10)

    def meet(caller: Caller) -> None:
        caller.request()
        both.wait()
        caller.send(answer({"n": 1}))

    with RawServer(meet) as server:
        http = client(server.url, Limits())
        got: list[object] = []
        threads = [threading.Thread(target=lambda: got.append(http.call("GET", "/a"))) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(20)
        http.close()
    assert got == [{"n": 1}, {"n": 1}]


def test_the_environment_changes_neither_the_way_nor_the_token(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login somebody password else\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    seen: list[bytes] = []

    def note(caller: Caller) -> None:
        seen.append(caller.request())
        caller.send(answer({}))

    against(note)
    assert b"Authorization: Bearer sesame-sesame\r\n" in seen[0]
    assert seen[0].startswith(b"POST /v1/trips HTTP/1.1\r\n")


def test_cookies_are_not_kept() -> None:
    seen: list[bytes] = []

    def note(caller: Caller) -> None:
        for _ in range(2):
            seen.append(caller.request())
            caller.send(answer({}, headers="Set-Cookie: who=me; Path=/\r\n"))

    with RawServer(note) as server:
        http = client(server.url)
        http.call("GET", "/a")
        http.call("GET", "/b")
        http.close()
    assert b"cookie" not in seen[1].lower()


@pytest.mark.parametrize(
    "behave", [reset, hang, replies(problem(422, "out-of-area", detail="call 555-0199")), replies(answer(b"555-0199"))]
)
def test_what_is_logged_holds_neither_the_token_nor_the_servers_words(behave: Callable[[Caller], None]) -> None:
    with pytest.raises((Refused, Ambiguous)) as caught:
        against(behave)
    assert "sesame" not in str(caught.value)
    assert "555" not in str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__ or caught.value.__context__ is None


@pytest.mark.parametrize(
    "url",
    [
        "http://dispatch.example",
        "http://192.0.2.7:8080",
        "http://localhost.example",
        "http://127.0.0.1.example",
        "ftp://127.0.0.1",
        "127.0.0.1:8080",
        "https://",
        "https://host:port",
        "https://host:99999",
        "https://user:secret@host",
        "https://host/?a=b",
        "https://host/#x",
        "https://ho st",
        "https://taxi\nhost",
        "",
    ],
)
def test_a_url_that_is_not_allowed_is_refused_at_once(url: str) -> None:
    with pytest.raises(ValueError, match=r"dispatcher URL .*(expected|https://)") as caught:
        Http(url, headers={})
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("url", ["http://127.0.0.1:1/", "http://[::1]:1", "http://localhost", "https://host:8443/x/"])
def test_a_url_that_is_allowed(url: str) -> None:
    assert Http(url, headers={}).base_url == url.rstrip("/")


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("3", 3.0),
        (" 0 ", 0.0),
        ("9" * 500, 3600.0),
        ("Wed, 21 Oct 2015 07:28:00 GMT", 0.0),
        ("Fri, 31 Dec 9999 23:59:59 GMT", 3600.0),
        ("Wed, 21 Oct 2015 07:28:00 -0000", None),
        ("soon", None),
        ("-1", None),
        ("1.5", None),
        ("٣", None),
        ("", None),
        (None, None),
    ],
)
def test_retry_after_is_read_as_seconds_or_a_date(header: str | None, seconds: float | None) -> None:
    assert retry_after_s(header) == seconds
