from __future__ import annotations

import re
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardware.readers.code_lines import GS, LONGEST, CodeParser
from hardware.readers.lines import Ends

SLIP = "taxi:TEST-1121-007"
ENDS = [b"\r", b"\n", b"\r\n"]

codes = st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), min_size=4, max_size=80)
codes = codes.filter(lambda code: not re.match(r"][A-Za-z][0-9A-Za-z]", code))


def checked(payload: str) -> str:
    """A code with a check in it, as those have that open something."""
    return f"TEST{payload}{zlib.crc32(payload.encode()):08X}"


def is_checked(code: str) -> bool:
    return code == checked(code[4:-8])


@given(st.lists(codes, max_size=5), st.sampled_from(ENDS), st.integers(1, 60))
def test_codes_cut_anywhere_are_whole_again(shown: list[str], end: bytes, size: int) -> None:
    data = b"".join(code.encode() + end for code in shown)
    parser = CodeParser()
    assert [code for at in range(0, len(data), size) for code in parser.feed(data[at : at + size])] == shown
    assert parser.counters.bad_frames == parser.counters.noise_bytes == 0


@pytest.mark.parametrize("end", ENDS)
def test_a_code_split_at_every_byte_with_noise_and_a_gap_around(end: bytes) -> None:
    data = SLIP.encode() + end
    for at in range(len(data) + 1):
        parser = CodeParser()
        assert parser.feed(b"\xff01\x00") + parser.idle() == []
        assert parser.feed(data[:at]) + parser.feed(data[at:]) == [SLIP]
        assert parser.feed(b"\x80\x80") + parser.idle() + parser.feed(data) == [SLIP]
        assert parser.counters.bad_frames == 2
        assert parser.counters.frames == 2


@given(codes, st.data())
def test_one_flipped_bit_is_never_another_code_where_codes_carry_a_check(payload: str, data: st.DataObject) -> None:
    sent = checked(payload).encode() + b"\r\n"
    bit = data.draw(st.integers(0, len(sent) * 8 - 1))
    spoilt = bytearray(sent)
    spoilt[bit // 8] ^= 1 << bit % 8
    parser = CodeParser(is_checked)
    assert set(parser.feed(bytes(spoilt)) + parser.idle()) <= {checked(payload)}
    assert parser.feed(sent) == [checked(payload)]


def test_what_a_gap_leaves_unfinished_is_no_code_unless_the_scanner_sends_no_ends() -> None:
    careful = CodeParser()
    assert careful.feed(SLIP[:9].encode()) + careful.idle() + careful.feed(SLIP[9:].encode()) + careful.idle() == []
    assert careful.unended == 2
    assert careful.feed(b"next\r") == ["next"]
    assert careful.unended == 0
    told = CodeParser(ends=Ends.GAP)
    assert told.feed(SLIP[:9].encode()) + told.feed(SLIP[9:].encode()) == []
    assert told.idle() + told.idle() == [SLIP]
    assert told.feed(SLIP.encode() + b"\r") == [SLIP]


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        (b"\x02taxi:1\x03", "taxi:1"),
        (b"]Q1taxi:1", "taxi:1"),
        (b"]C1" + b"\x1d0106912345678901\x1d10AB", "0106912345678901\x1d10AB"),
        (b"  taxi:1  ", "taxi:1"),
        (b"\xef\xbb\xbftaxi:1", "taxi:1"),
        ("出租车：北门".encode(), "出租车：北门"),
        ("出租车：北门".encode("gb18030"), "出租车：北门"),
        ("联通 㐂 𠮷".encode("gb18030"), "联通 㐂 𠮷"),
        (b"]-abc", "]-abc"),
        (b"]Q-1", "]Q-1"),
    ],
)
def test_what_stands_around_a_code_is_taken_off_and_both_encodings_are_read(sent: bytes, code: str) -> None:
    assert CodeParser().feed(sent + b"\r") == [code]


def test_only_lines_with_the_prefix_are_codes_where_one_is_set() -> None:
    parser = CodeParser(prefix=b"~")
    assert parser.feed(b"~]Q1taxi:1\rtaxi:2\r~taxi:3\r") == ["taxi:1", "taxi:3"]
    assert parser.counters.bad_frames == 1


@pytest.mark.parametrize(
    "line",
    [b"taxi\x00:1", b"taxi\x1b[2J", b"\xff\xfe\xfd", b"\x81", b"]Q1", b"abc", b"    ", GS.encode(), b"\xee\x80\x80"],
)
def test_a_line_that_is_no_text_is_a_bad_frame(line: bytes) -> None:
    parser = CodeParser()
    assert parser.feed(line + b"\r") == []
    assert (parser.counters.frames, parser.counters.bad_frames) == (0, 1)


def test_a_line_that_is_too_long_is_dropped_to_its_end_and_no_further() -> None:
    parser = CodeParser()
    assert parser.feed(b"x" * LONGEST + b"\r") == ["x" * LONGEST]
    assert parser.feed(b"x" * (LONGEST + 1)) + parser.feed(b"taxi:1\rtaxi:2\r") == ["taxi:2"]
    assert parser.feed(b"x" * 900) + parser.idle() + parser.feed(b"taxi:3\r") == ["taxi:3"]
    assert parser.counters.bad_frames == 2
    assert parser.counters.noise_bytes == LONGEST + 1 + 6 + 900


def test_of_other_peoples_codes_only_their_number_is_known() -> None:
    parser = CodeParser(lambda code: code.startswith("taxi:"))
    assert parser.feed(b"https://pay.invalid/42\rtaxi:1\r000000190001010000\r") == ["taxi:1"]
    assert (parser.others, parser.counters.frames) == (2, 3)
    assert "pay" not in repr(vars(parser))


@given(
    st.lists(
        st.one_of(st.binary(max_size=700), st.sampled_from([b"\r", b"\n", b"\x02", b"]Q1", b"\x1d"])), max_size=20
    ),
    st.sampled_from(list(Ends)),
)
def test_garbage_is_no_exception_no_control_character_and_no_growth(pieces: list[bytes], ends: Ends) -> None:
    parser = CodeParser(ends=ends)
    found: list[str] = []
    for piece in pieces:
        found += parser.feed(piece)
        assert len(parser._lines._held) <= LONGEST  # noqa: SLF001 - its promise is about this buffer
    found += parser.idle()
    assert parser.counters.frames == len(found)
    assert all(0 < len(code) <= LONGEST and (code.isprintable() or not code.isascii() or GS in code) for code in found)
    assert not any(letter in code for code in found for letter in "\0\r\n\x02\x1b")
