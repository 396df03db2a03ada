"""Every parser against a hostile line; and the proof itself against parsers that are unsound."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardware.readers.counters import Counters
from hardware.virtual import hostile_modem
from hardware.virtual.hostile import CASES, Case, Unsound, held, prove, script


def pieces(case: Case) -> st.SearchStrategy[bytes]:
    """Noise, whole frames, frames that are cut off or have a bit turned over, and silences."""
    good = case.good
    cut = st.integers(0, len(good)).map(lambda at: good[:at])
    flipped = st.integers(0, len(good) * 8 - 1).map(
        lambda bit: good[: bit // 8] + bytes([good[bit // 8] ^ 1 << bit % 8]) + good[bit // 8 + 1 :]
    )
    return st.one_of(st.binary(max_size=40), st.just(good), cut, flipped, st.just(case.worst * 3), st.just(b""))


@pytest.mark.parametrize("name", CASES)
@given(data=st.data())
def test_a_parser_holds_its_promises_whatever_comes(name: str, data: st.DataObject) -> None:
    case = CASES[name]
    prove(case, script(*data.draw(st.lists(pieces(case), max_size=12))))


@pytest.mark.parametrize("name", CASES)
def test_a_parser_reads_each_of_many_good_frames_however_they_are_cut(name: str) -> None:
    case = CASES[name]
    for size in {1, 2, 3, 7, 255} if case.unit == 1 else {3, 6, 255}:
        parser = case.make()
        found = []
        for _ in range(5):
            for at in range(0, len(case.good), size):
                found += parser.feed(case.shape(case.good[at : at + size]))
            found += (parser.idle() or []) if hasattr(parser, "idle") else []
        assert found == [*case.means] * 5


@given(
    st.lists(
        st.sampled_from(hostile_modem.SEEDS).map(lambda seed: seed[1:])
        | st.binary(max_size=20)
        | st.sampled_from([b"waiting for network answer", b"..error 27, message reference", b"Sending SMS 1/1", b"\n"])
    ),
    st.integers(0, 255),
)
def test_whatever_gammu_writes_no_message_is_thought_unsent_that_may_be_out(said: list[bytes], code: int) -> None:
    hostile_modem.prove(bytes([code]) + b"".join(said))


@pytest.mark.parametrize(
    "text", ["Sending SMS 1/{}", "Sending SMS 1/1....waiting for network answer..error {}, message"]
)
def test_a_number_too_long_to_be_one_is_none(text: str) -> None:
    hostile_modem.prove(b"\x1b" + text.format("9" * 5000).encode() + b" reference=-1")


def test_waiting_before_anything_was_announced_is_no_proof_that_nothing_was_sent() -> None:
    hostile_modem.prove(b"\x6e..waiting for network answer..Sending SMS 1/1")


class Sound:
    """Gives the letters between two gaps as one word: the least that can be proved."""

    def __init__(self) -> None:
        self.counters = Counters()
        self._held = b""

    def feed(self, data: bytes) -> list[str]:
        self._held = (self._held + data)[-9:] if len(self._held + data) < 9 else b"-"
        return []

    def idle(self) -> list[str]:
        word, self._held = self._held, b""
        return [word.decode()] if word.isalpha() else []


class Hoarder(Sound):
    def feed(self, data: bytes) -> list[str]:
        self._held += data
        return []


class Liar(Sound):
    def idle(self) -> list[str]:
        return [word + "!" for word in super().idle()]


class Hasty(Sound):
    def feed(self, data: bytes) -> list[str]:
        return [data.decode()] if data.isalpha() else []


class Deaf(Sound):
    def feed(self, data: bytes) -> list[str]:
        if data == b"spell":
            self.feed = lambda _data: []  # type: ignore[method-assign]
        return super().feed(data)


class Miscounter(Sound):
    def idle(self) -> list[str]:
        self.counters.noise_bytes += 1000
        return super().idle()


CASE = Case(Sound, b"x", 9, b"good", ("good",), lambda word, stream: word.encode() in stream)
SCRIPT = script(b"wo", b"rd", b"", b"spell", b"", b"abcdefgh", b"ijklmno")


def test_a_sound_parser_passes() -> None:
    prove(CASE, SCRIPT)
    assert script(b"ab", b"", b"c" * 256) == b"\x02ab\x00\xff" + b"c" * 255 + b"\x01c"


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (Hoarder, "it holds 15 bytes, expected 9 at most"),
        (Liar, "not in the stream"),
        (Hasty, "cut otherwise, the same bytes give 1 things instead of 2"),
        (Deaf, "a good frame was read as 0 things, expected 1"),
        (Miscounter, "bytes of noise"),
    ],
)
def test_an_unsound_parser_is_found_out(make: type[Sound], sentence: str) -> None:
    with pytest.raises(Unsound, match=sentence):
        prove(replace(CASE, make=make), SCRIPT)


def test_what_the_parts_of_a_parser_hold_counts_too() -> None:
    parser = CASES["wiegand"].make()
    parser.feed(b"W26:2F76")
    assert held(parser) == 8
