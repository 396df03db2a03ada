"""The endless answer: it brings what comes, notices silence, and stops when it is told to."""

from __future__ import annotations

import collections
import itertools
import threading
from typing import TYPE_CHECKING

import pytest
from http_faults import Caller, RawServer, answer, problem
from hypothesis import given
from hypothesis import strategies as st

from dispatch_client.errors import Ambiguous, Refusal, Refused, Unreachable
from dispatch_client.http import Http, Limits
from dispatch_client.providers._sse import MAX_LINE, EventParser, EventTooLargeError, ServerEvent

if TYPE_CHECKING:
    from collections.abc import Callable

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"
QUICK = Limits(connect_s=0.4, read_s=0.4, total_s=0.8)


def follow(
    behave: Callable[[Caller], None], stop: threading.Event | None = None, quiet_s: float = 0.3, enough: int = 10**9
) -> bytes:
    """Follow a stream until it ends or `enough` bytes are there; give what came before it stopped by itself."""
    stop = stop or threading.Event()
    got = bytearray()

    def take(data: bytes) -> None:
        got.extend(data)
        if len(got) >= enough:
            stop.set()

    with RawServer(behave) as server:
        http = Http(server.url, headers={}, limits=QUICK)
        try:
            http.stream("/v1/events", take, stop=stop, quiet_s=quiet_s)
        finally:
            http.close()
    return bytes(got)


@pytest.mark.parametrize("chunked", [True, False])
def test_bytes_are_given_as_they_come(chunked: bool) -> None:
    taken = threading.Event()

    def behave(caller: Caller) -> None:
        caller.request()
        caller.send(CHUNKED if chunked else HEAD + b"\r\n")
        for part in (b"data: 1\n\n", b"data: 2\n\n"):
            caller.send(b"9\r\n" + part + b"\r\n" if chunked else part)
            assert taken.wait(10)
            taken.clear()
        caller.wait_gone()

    stop = threading.Event()
    got: list[bytes] = []

    def take(data: bytes) -> None:
        got.append(data)
        if len(got) == 2:
            stop.set()
        taken.set()

    with RawServer(behave) as server:
        http = Http(server.url, headers={}, limits=QUICK)
        http.stream("/", take, stop=stop, quiet_s=10)
        http.close()
    assert got == [b"data: 1\n\n", b"data: 2\n\n"]


def test_it_lives_longer_than_any_other_exchange_as_long_as_something_comes() -> None:
    def behave(caller: Caller) -> None:
        caller.request()
        caller.send(HEAD + b"\r\n")
        caller.drip(b":\n\n", every_s=0.1)

    assert len(follow(behave, enough=12)) == 12  # 1.2 s, and a whole exchange may take 0.8 s


def silent(caller: Caller) -> None:
    caller.request()
    caller.send(CHUNKED)
    caller.wait_gone()


def ends(caller: Caller) -> None:
    caller.request()
    caller.send(CHUNKED + b"0\r\n\r\n")


def breaks(caller: Caller) -> None:
    caller.request()
    caller.send(CHUNKED + b"9\r\ndata")
    caller.reset()


def never_begins(caller: Caller) -> None:
    caller.request()
    caller.wait_gone()


@pytest.mark.parametrize("behave", [silent, ends, breaks, never_begins])
def test_a_stream_that_falls_silent_or_breaks_is_unreachable(behave: Callable[[Caller], None]) -> None:
    with pytest.raises(Unreachable):
        follow(behave)


@pytest.mark.parametrize("behave", [silent, never_begins])
def test_it_stops_although_the_server_says_nothing(behave: Callable[[Caller], None]) -> None:
    stop, asked = threading.Event(), threading.Event()

    def and_tell(caller: Caller) -> None:
        asked.set()
        behave(caller)

    with RawServer(and_tell) as server:
        http = Http(server.url, headers={}, limits=Limits(read_s=600, total_s=600))
        following = threading.Thread(
            target=http.stream, args=("/", bytes), kwargs={"stop": stop, "quiet_s": 600}, daemon=True
        )
        following.start()
        assert asked.wait(10)
        stop.set()
        following.join(5)
        assert not following.is_alive()
        http.close()


@pytest.mark.parametrize(
    ("reply", "error"),
    [
        (problem(401, "unauthorized"), Refused),
        (problem(429, "rate-limited", "Retry-After: 2\r\n"), Refused),
        (answer(b"oops", "500 Oops"), Ambiguous),
        (answer(b"", "302 Found", "Location: /x\r\n"), Ambiguous),
    ],
)
def test_a_stream_that_is_not_granted_says_why(reply: bytes, error: type[Exception]) -> None:
    def behave(caller: Caller) -> None:
        caller.request()
        caller.send(reply)

    with pytest.raises(error) as caught:
        follow(behave)
    if isinstance(caught.value, Refused):
        assert caught.value.refusal in {Refusal.AUTH, Refusal.RATE_LIMITED}


def test_an_exchange_of_the_listener_does_not_change_the_streams_limits() -> None:
    def behave(caller: Caller) -> None:
        request = caller.request()
        if b"/events" in request:
            caller.send(HEAD + b"\r\n:\n\n")
            caller.gone.wait(0.6)  # longer than an exchange may be silent, shorter than the stream may
            caller.send(b":\n\n")
            caller.wait_gone()
        else:
            caller.send(answer({"id": "t-1"}))

    stop = threading.Event()
    got: list[dict[str, object]] = []
    with RawServer(behave) as server:
        http = Http(server.url, headers={}, limits=QUICK)

        def take(_data: bytes) -> None:
            got.append(http.call("GET", "/v1/trips/t-1"))
            if len(got) == 2:
                stop.set()

        http.stream("/events", take, stop=stop, quiet_s=10)
        http.close()
    assert got == [{"id": "t-1"}] * 2


STREAM = (
    "\ufeff: hello\r\n\r\nid: 7\revent: trip\rdata: {\ndata:  1}\n\n"
    "retry: 9\nid: 8\n\ndata\n\nid: x\0y\ndata: 王\n\ndata: cut"
)
EVENTS = [
    ServerEvent("trip", "{\n 1}", "7"),
    ServerEvent("message", "", "8"),
    ServerEvent("message", "王", "8"),
]


@given(st.lists(st.integers(0, 200), max_size=20))
def test_events_do_not_depend_on_how_the_bytes_are_cut(cuts: list[int]) -> None:
    raw = STREAM.encode()
    edges = [0, *sorted(min(cut, len(raw)) for cut in cuts), len(raw)]
    parser = EventParser()
    events = [event for a, b in itertools.pairwise(edges) for event in parser.feed(raw[a:b])]
    assert events == EVENTS


@given(st.binary(max_size=2000))
def test_no_bytes_break_the_reader(raw: bytes) -> None:
    parser = EventParser("5")
    for event in parser.feed(raw):
        assert event.kind
    assert "\0" not in parser.last_id


@pytest.mark.parametrize(("part", "what"), [(b"data: xx", "a line"), (b"data: " + b"x" * 1000 + b"\n", "an event")])
def test_a_line_and_an_event_have_a_largest_size(part: bytes, what: str) -> None:
    parser = EventParser()
    with pytest.raises(EventTooLargeError, match=what):
        collections.deque(map(parser.feed, itertools.repeat(part)), maxlen=0)
    assert len(parser._line) <= MAX_LINE + len(part)  # noqa: SLF001 - what is in memory is the promise


def test_an_event_of_the_largest_size_passes() -> None:
    parser = EventParser()
    line = b"data: " + b"x" * (MAX_LINE - 6) + b"\n"
    assert len(parser.feed(line * 2 + b"\n")[0].data) == 2 * (MAX_LINE - 6) + 1
