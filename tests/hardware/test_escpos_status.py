from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardware.health import Health
from hardware.printers.escpos_status import (
    Answer,
    AnswerSplitter,
    Kind,
    PrinterStatus,
    from_automatic,
    from_realtime,
    status_findings,
)

FINE = b"\x12\x12\x12\x12"


@pytest.mark.parametrize(
    ("raw", "what", "sentence"),
    [
        (b"\x1a\x16\x12\x12", "cover_open", "The printer's cover is open."),
        (b"\x1a\x32\x12\x72", "paper_out", "The printer has no paper."),
        (b"\x12\x12\x12\x72", "paper_out", "The printer has no paper."),
        (b"\x1a\x52\x1a\x12", "cutter_error", "The printer's cutter is stuck."),
        (b"\x1a\x52\x32\x12", "broken", "The printer reports an error it does not get over."),
        (b"\x1a\x52\x52\x12", "too_hot", "The printer's head is too hot."),
        (b"\x1a\x12\x12\x12", "offline", "The printer is offline."),
    ],
)
def test_each_trouble_is_named(raw: bytes, what: str, sentence: str) -> None:
    status = from_realtime(raw)
    assert getattr(status, what)
    trouble = status.trouble()
    assert trouble is not None
    assert trouble[0] == sentence
    assert trouble[1]


def test_little_paper_is_no_trouble() -> None:
    status = from_realtime(b"\x12\x12\x12\x1e")
    assert status.paper_low
    assert status.trouble() is None
    assert from_realtime(FINE) == PrinterStatus(raw=FINE)


def test_the_automatic_status_says_the_same() -> None:
    assert from_automatic(b"\x10\x00\x00\x0f").trouble() is None
    assert from_automatic(b"\x38\x00\x00\x0f").cover_open
    assert from_automatic(b"\x18\x00\x0f\x0f").paper_out
    assert from_automatic(b"\x10\x00\x03\x0f").paper_low
    assert from_automatic(b"\x18\x08\x00\x0f").cutter_error


def test_answers_are_found_between_automatic_statuses_and_noise() -> None:
    splitter = AnswerSplitter()
    data = b"\x11\x13\xff\x10\x00\x03\x0f\x12\x80\x00\x1a"
    assert splitter.feed(data) == [
        Answer(Kind.AUTOMATIC, b"\x10\x00\x03\x0f"),
        Answer(Kind.REALTIME, b"\x12"),
        Answer(Kind.IN_ORDER, b"\x00"),
        Answer(Kind.REALTIME, b"\x1a"),
    ]


def test_an_answer_that_all_is_forgotten_is_no_answer_about_paper() -> None:
    splitter = AnswerSplitter()
    assert splitter.feed(b"\x37\x25") == []
    assert splitter.feed(b"\x00\x12") == [Answer(Kind.FORGOTTEN, b"\x37\x25\x00"), Answer(Kind.REALTIME, b"\x12")]
    assert splitter.feed(b"\x37\x12\x25") == [Answer(Kind.REALTIME, b"\x12"), Answer(Kind.IN_ORDER, b"\x25")]


@given(st.lists(st.sampled_from([b"\x12", b"\x1a", b"\x10\x00\x03\x0f", b"\x00", b"\x11", b"\x0c"]), max_size=20))
def test_pieces_of_any_size_give_the_same_answers(parts: list[bytes]) -> None:
    data = b"".join(parts)
    whole, split = AnswerSplitter(), AnswerSplitter()
    assert whole.feed(data) == [answer for byte in data for answer in split.feed(bytes([byte]))]
    assert [answer.raw for answer in AnswerSplitter().feed(data)] == [part for part in parts if part != b"\x11"]


@given(st.binary(max_size=2000))
def test_garbage_is_no_exception(data: bytes) -> None:
    for answer in AnswerSplitter().feed(data):
        assert len(answer.raw) == {Kind.AUTOMATIC: 4, Kind.FORGOTTEN: 3}.get(answer.kind, 1)


def test_findings_say_what_a_technician_does() -> None:
    def told(status: PrinterStatus | None) -> dict[str, Health]:
        return {finding.id: finding.health for finding in status_findings("printer", status)}

    assert told(None) == {"printer.answers": Health.UNKNOWN}
    assert told(from_realtime(FINE)) == {"printer.answers": Health.OK, "printer.paper": Health.OK}
    assert told(from_realtime(b"\x12\x12\x12\x1e"))["printer.paper"] is Health.WARN
    out = told(from_realtime(b"\x1a\x32\x12\x7e"))
    assert out == {"printer.answers": Health.OK, "printer.paper": Health.FAIL}
    open_ = told(from_realtime(b"\x1a\x16\x12\x12"))
    assert open_ == {"printer.answers": Health.OK, "printer.paper": Health.OK, "printer.state": Health.FAIL}
