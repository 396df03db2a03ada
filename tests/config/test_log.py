"""Whatever is logged is one line of JSON, and no canary gets through."""

from __future__ import annotations

import io
import json
import logging
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from kiosk import log

Said = Callable[[], list[dict[str, Any]]]
REF = "2f1e0c1e-0000-4000-8000-138000012347"


@pytest.fixture
def stream() -> io.StringIO:
    return io.StringIO()


@pytest.fixture
def said(stream: io.StringIO) -> Iterator[Said]:
    """Give every entry that was logged so far."""
    root = logging.getLogger()
    before = (root.handlers, root.level, sys.excepthook, threading.excepthook)
    log.configure("info", stream)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    structlog.reset_defaults()
    root.handlers, _, sys.excepthook, threading.excepthook = before
    root.setLevel(before[1])


class Colour(StrEnum):
    RED = "red"


@dataclass
class Resident:
    phone: str = "13800001234"


def test_an_entry_is_a_line_with_time_level_words_and_values(said: Said) -> None:
    log.get_logger().info("slip printed", job="j-1", seconds=1.5, colour=Colour.RED, path=Path("/dev/ttyUSB0"))
    (entry,) = said()
    assert list(entry) == ["at", "level", "event", "job", "seconds", "colour", "path"]
    assert datetime.fromisoformat(entry["at"]).tzinfo is not None
    assert [entry[key] for key in ("level", "event", "job", "seconds", "colour", "path")] == [
        "info",
        "slip printed",
        "j-1",
        1.5,
        "red",
        "/dev/ttyUSB0",
    ]


def test_an_entry_names_the_trip_that_its_thread_is_busy_with(said: Said) -> None:
    with log.bound_to_trip(REF):
        log.get_logger().info("sent")
    log.get_logger().info("idle")
    assert [entry.get("trip") for entry in said()] == [REF, None]


@pytest.mark.parametrize(
    "values",
    [
        {"phone": "canary"},
        {"contact_phone": "canary"},
        {"driver": "canary"},
        {"name": "canary"},
        {"resident_name": "canary"},
        {"holder": "canary"},
        {"card": "canary"},
        {"token": "canary"},
        {"api_key": "canary"},
        {"Authorization": "canary"},
        {"note": "canary"},
        {"payload": b"canary"},
        {"text": "canary"},
        {"lines": ["canary"]},
        {"trip_of": {"driver": {"x": "canary"}}},
        {"deep": {"a": [{"phone": "canary"}]}},
        {"deeper": {"a": {"b": {"c": {"d": {"e": "canary"}}}}}},
        {"data": b"canary"},
    ],
)
def test_what_stands_under_a_personal_key_is_hidden(said: Said, stream: io.StringIO, values: dict[str, object]) -> None:
    log.get_logger().info("something", **values)
    assert len(said()) == 1
    assert "canary" not in stream.getvalue()


PERSONAL = [
    "13800001234",
    "138 0000 1234",
    "138-0000-1234",
    "+86 138 0000 1234",
    "+8613800001234",
    "(021) 6258 0017",
    "021-6258 0017",
    "Bearer canary-token",
    "0415AB2C9F",
    "04a1b2c3d4e5f6a7b8c9d0",
    "王女士",
    "单阿姨",
    "Mrs Canary",
]


@pytest.mark.parametrize("personal", PERSONAL)
def test_what_looks_personal_is_hidden_wherever_it_stands(said: Said, stream: io.StringIO, personal: str) -> None:
    logger = log.get_logger()
    logger.info("about %s, twice %s", personal, personal)
    logger.info("in a value", why=f"could not call {personal}")
    logger.info("in a list", whys=[personal], deep={"a": {"b": personal}}, **{f"about {personal}": 1})
    logger.error("failed", exc_info=ValueError(f"wrong: {personal}"))
    logging.getLogger("library").warning("saw %s", personal)
    assert len(said()) == 5
    assert personal not in stream.getvalue()
    assert personal.rpartition(" ")[2] not in stream.getvalue()


def test_a_number_is_hidden_even_as_a_number(said: Said) -> None:
    log.get_logger().info("x", a=13800001234, b=12345)
    assert (said()[0]["a"], said()[0]["b"]) == (log.HIDDEN, 12345)


@pytest.mark.parametrize(
    "harmless",
    [
        REF,
        f"slip of {REF} number 2",
        "2026-11-21T10:24:00.123456+00:00",
        "2026-11-21 10:24:00",
        "127.0.0.1:8765",
        "usb:1a86:7523",
        "/dev/serial/by-path/pci-0000:00:14.0-usb-0:1:1.0-port0",
        "1080x1920 at 4.03",
        "沪A·12345",
        "number 7",
        "did not answer within 3 s",
        "115200 baud",
    ],
)
def test_what_is_needed_to_find_a_fault_stays(said: Said, harmless: str) -> None:
    log.get_logger().info(harmless, value=harmless)
    assert (said()[0]["event"], said()[0]["value"]) == (harmless, harmless)


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("https://user:canary@dispatch.example/v1", "https://[hidden]dispatch.example/v1"),
        ("https://dispatch.example/v1?api_token=canary&x=1", "https://dispatch.example/v1?[hidden]&x=1"),
    ],
)
def test_an_address_loses_its_secrets(said: Said, address: str, shown: str) -> None:
    log.get_logger().info("asked", url=address)
    assert said()[0]["url"] == shown


def test_an_object_is_logged_by_its_kind(said: Said) -> None:
    log.get_logger().info("x", who=Resident(), when=datetime(2026, 1, 1, tzinfo=UTC), data=b"1234")
    assert (said()[0]["who"], said()[0]["when"], said()[0]["data"]) == (
        "<Resident>",
        "2026-01-01 00:00:00+00:00",
        "<4 bytes>",
    )


def test_an_exception_is_its_kind_its_words_and_the_way_to_it(said: Said) -> None:
    def fails(canary_local: str) -> None:
        raise KeyError("nothing here")

    try:
        fails("canary")
    except KeyError:
        log.get_logger().exception("an effect failed", effect="Print")
    (entry,) = said()
    assert entry["error"] == {"type": "KeyError", "says": "'nothing here'"}
    assert entry["where"][-1].startswith("config/test_log.py:")
    assert entry["where"][-1].endswith(" fails")
    assert "canary" not in json.dumps(entry)


def test_an_exception_that_no_thread_caught_is_logged(said: Said) -> None:
    def dies() -> None:
        raise RuntimeError("call 13800001234")

    thread = threading.Thread(target=dies, name="courier")
    thread.start()
    thread.join()
    sys.excepthook(RuntimeError, RuntimeError("main"), None)
    courier, main = said()
    assert (courier["event"], courier["thread"]) == ("nobody caught an exception", "courier")
    assert courier["error"] == {"type": "RuntimeError", "says": "call [hidden]"}
    assert (main["thread"], main["error"]["says"]) == ("main", "main")


def test_libraries_are_heard_when_something_is_wrong(said: Said) -> None:
    logging.getLogger("kivy").info("GL vendor")
    logging.getLogger("kivy").warning("no %s", "clipboard")
    broken = logging.LogRecord("kivy", logging.WARNING, "f.py", 1, "%d", ("broken",), None)
    log._FromLibraries().emit(broken)  # noqa: SLF001 - pytest's own handler would fail over this record first
    logging.getLogger("kivy").critical("lost")
    assert [(entry["level"], entry["logger"], entry["event"]) for entry in said()] == [
        ("warning", "kivy", "no clipboard"),
        ("warning", "kivy", "%d (TypeError)"),
        ("error", "kivy", "lost"),
    ]


def test_the_level_is_kept(said: Said, stream: io.StringIO) -> None:
    log.configure("warning", stream)
    log.get_logger().info("quiet")
    log.get_logger().warning("loud")
    assert [entry["event"] for entry in said()] == ["loud"]
    log.configure("debug", stream)
    logging.getLogger("kivy").debug("all of it")
    assert said()[-1]["event"] == "all of it"


def test_a_long_value_is_cut(said: Said) -> None:
    log.get_logger().info("x", value="猫" * 10_000)
    assert said()[0]["value"] == "猫" * 500 + "…"


def test_a_number_at_the_cut_is_still_hidden(said: Said, stream: io.StringIO) -> None:
    log.get_logger().info("x" * 494 + " 13800001234")
    assert "1380" not in stream.getvalue()
    assert len(said()) == 1


class Unwritable(io.StringIO):
    def write(self, text: str) -> int:
        raise BrokenPipeError(text)


def test_a_reader_that_went_away_stops_nobody(said: Said) -> None:
    log.configure("info", Unwritable())
    log.get_logger().info("nobody hears this")


class Unsayable(Exception):
    def __str__(self) -> str:
        raise RuntimeError("canary")


def test_an_entry_that_cannot_be_written_says_so(said: Said, stream: io.StringIO) -> None:
    log.get_logger().info("x", why=Unsayable())
    assert said() == [{"level": "error", "event": "a log entry could not be written", "why": "RuntimeError"}]
    assert "canary" not in stream.getvalue()


def test_the_journal_is_told_the_priority(monkeypatch: pytest.MonkeyPatch, said: Said, stream: io.StringIO) -> None:
    monkeypatch.setenv("JOURNAL_STREAM", "8:1")
    log.configure("info", stream)
    log.get_logger().error("bad")
    log.get_logger().info("good")
    assert [line[:4] for line in stream.getvalue().splitlines()] == ["<3>{", "<6>{"]


@given(st.text("0123456789 -.abcdef:", max_size=40), st.sampled_from(["13800001234", "138 0000 1234"]))
def test_a_telephone_number_is_hidden_in_any_company(company: str, number: str) -> None:
    text = f"{company} / {number} / {company}"
    assert number not in log.clean(text)


@given(st.text(max_size=200))
def test_any_text_gives_a_line(text: str) -> None:
    line = log._json({"event": text, "value": text, text: 1})  # noqa: SLF001 - the line as it is written
    assert "\n" not in line
    assert isinstance(json.loads(line), dict)
    line.encode()


def test_the_console_that_nobody_has_is_not_imported() -> None:
    program = (
        "import sys, kiosk.log\n"
        "assert 'rich' not in sys.modules\n"
        "import rich.console\n"  # whoever wants it still gets it
        "print(rich.console.Console.__name__)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "Console\n"
