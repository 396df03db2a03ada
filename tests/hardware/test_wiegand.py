from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from device_fakes import QUICK, Listener
from hypothesis import given
from hypothesis import strategies as st

from hardware.events import CardRemoved, CardSeen, DeviceDown, DeviceUp
from hardware.health import Health, worst
from hardware.ports import CardReader
from hardware.readers.cards import card_hash
from hardware.readers.lines import Ends
from hardware.readers.wiegand import FORM, WiegandReader
from hardware.readers.wiegand_lines import WiegandForm, WiegandParser, data_of, with_parity
from hardware.virtual.wiegand import VirtualWiegand, line

if TYPE_CHECKING:
    from collections.abc import Iterator

KEY = b"a key of this box alone"
FORMS = {
    6: ["{bits26}", "{hex26}", "{hex24}", "{dec24}", "{facility},{card}", "W26:{hex26}*{xor}", "\x02{hex24}{xor}\x03"],
    8: ["{bits34}", "{hex34}", "{hex32}", "{dec32}", "W34 {bits34}", "{hex32}{xor}"],
}
CHECKED = ["{bits26}", "{bits34}", "{hex24}{xor}", "{dec32};{xor}", "{hex34}{xor}", "{facility}-{card}-{xor}"]


def numbers(digits: int) -> st.SearchStrategy[str]:
    return st.integers(1, (1 << digits * 4) - 2).map(lambda value: f"{value:0{digits}X}")


cards = st.sampled_from([(size, form) for size, forms in FORMS.items() for form in forms if "\x02" not in form])


def test_the_parity_of_a_known_card() -> None:
    # Facility 123 and card 45678: 011110111011 001001101110; nine ones in the first half, six in the second.
    word = 0b1_011110111011_001001101110_1
    assert with_parity(0x7BB26E, 26) == word
    assert data_of(word, 26) == 0x7BB26E
    assert WiegandParser(WiegandForm("{bits26}")).feed(b"10111101110110010011011101\r") == ["7BB26E"]
    assert WiegandParser(WiegandForm("{facility},{card}")).feed(b"123,45678\r\n") == ["7BB26E"]


@given(st.integers(0, (1 << 32) - 1), st.integers(0, 33))
def test_one_wrong_bit_of_a_word_is_noticed(data: int, bit: int) -> None:
    assert data_of(with_parity(data, 34), 34) == data
    assert data_of(with_parity(data, 34) ^ 1 << bit, 34) is None
    if bit < 26:
        assert data_of(with_parity(data >> 8, 26) ^ 1 << bit, 26) is None


@given(st.data(), cards, st.integers(1, 50), st.sampled_from([b"\r", b"\n", b"\r\n"]))
def test_lines_cut_anywhere_are_whole_again(data: st.DataObject, card: tuple[int, str], size: int, end: bytes) -> None:
    digits, form = card
    wanted = data.draw(st.lists(numbers(digits), max_size=4))
    sent = b"".join(line(number, form) + end for number in wanted)
    parser = WiegandParser(WiegandForm(form))
    assert [number for at in range(0, len(sent), size) for number in parser.feed(sent[at : at + size])] == wanted
    assert parser.counters.bad_frames == parser.counters.noise_bytes == 0


@pytest.mark.parametrize("form", CHECKED)
@given(data=st.data())
def test_one_flipped_bit_is_never_another_card_where_the_line_can_be_checked(form: str, data: st.DataObject) -> None:
    number = data.draw(numbers(8 if "3" in form else 6))
    sent = line(number, form) + b"\r\n"
    bit = data.draw(st.integers(0, len(sent) * 8 - 1))
    spoilt = bytearray(sent)
    spoilt[bit // 8] ^= 1 << bit % 8
    parser = WiegandParser(WiegandForm(form))
    assert set(parser.feed(bytes(spoilt)) + parser.idle()) <= {number}
    assert parser.feed(sent) == [number]


@pytest.mark.parametrize("ends", list(Ends))
def test_noise_spoils_only_the_line_it_is_in(ends: Ends) -> None:
    sent = line("7BB26E", "{bits26}")
    for at in range(len(sent) + 1):
        parser = WiegandParser(WiegandForm("{bits26}"), ends=ends)
        assert parser.feed(b"\x00\xff01") + parser.idle() == []
        assert parser.feed(sent[:at]) + parser.feed(sent[at:] + b"\n") + parser.feed(b"1\xfe") == ["7BB26E"]
        assert parser.idle() == []
        assert parser.counters.bad_frames == 2


def test_a_gap_ends_a_line_only_when_it_is_told_to() -> None:
    assert WiegandParser(WiegandForm(FORM)).feed(b"7BB26E") == []
    careful = WiegandParser(WiegandForm(FORM))
    assert careful.feed(b"7BB26E") + careful.idle() + careful.feed(b"\r") == []
    told = WiegandParser(WiegandForm(FORM), ends=Ends.GAP)
    assert told.feed(b"7BB2") + told.feed(b"6E") + told.idle() == ["7BB26E"]


@pytest.mark.parametrize(
    "text",
    ["000000", "FFFFFF", "7BB26", "7BB26EE", "7BB26G", " 7BB26E", "7BB26E ", "+7BB26", "7BB_6E", "٧BB26E"],
)
def test_what_is_no_card_is_none(text: str) -> None:
    parser = WiegandParser(WiegandForm(FORM))
    assert parser.feed(text.encode() + b"\r") == []
    assert parser.counters.bad_frames == 1


@pytest.mark.parametrize("text", ["256,00001", "255,65536", "1,2,3", "0,0", "255,65535", "12 345"])
def test_two_numbers_that_do_not_fit_into_their_bits_are_no_card(text: str) -> None:
    assert WiegandParser(WiegandForm("{facility},{card}")).feed(text.encode() + b"\r") == []


@pytest.mark.parametrize(
    ("form", "sentence"),
    [
        ("{hex}", r"\{hex\} is no field: expected one of bits26"),
        ("card", "0 fields with a number"),
        ("{hex24}{bits26}", "2 fields with a number"),
        ("{facility}", "1 fields with a number"),
        ("{xor}{hex24}", "once, at the end"),
    ],
)
def test_a_form_that_is_none_is_one_sentence(form: str, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        WiegandForm(form)


@given(st.lists(st.binary(max_size=90) | st.sampled_from([b"7BB26E", b"\r", b"\n", b"\x02", b"1" * 70]), max_size=20))
def test_garbage_is_no_exception_and_every_line_is_counted(pieces: list[bytes]) -> None:
    parser = WiegandParser(WiegandForm(FORM))
    found = [number for piece in pieces for number in parser.feed(piece)] + parser.idle()
    lines = [part for part in b"".join(pieces).replace(b"\n", b"\r").split(b"\r") if part]
    assert parser.counters.frames == len(found) <= len(lines)
    assert parser.counters.bad_frames <= len(lines)


@pytest.fixture
def virtual() -> Iterator[VirtualWiegand]:
    bridge = VirtualWiegand("W26:{hex26}*{xor}")
    yield bridge
    bridge.close()


@pytest.fixture
def reader(virtual: VirtualWiegand, listener: Listener) -> Iterator[WiegandReader]:
    form = "W26:{hex26}*{xor}"
    made = WiegandReader(
        "card", virtual.path, listener, key=KEY, form=form, holdoff_s=0.0, removal_s=0.1, backoff=QUICK
    )
    made.start()
    listener.wait(DeviceUp)
    yield made
    made.stop()


def test_a_tap_behind_a_bridge_is_seen_and_removed_and_comes_back_after_an_unplug(
    reader: WiegandReader, virtual: VirtualWiegand, listener: Listener
) -> None:
    virtual.noise(b"\xfe\x00W26:12")
    listener.wait(DeviceUp)
    virtual.tap("7BB26E", flip_bit=50)
    virtual.tap("7BB26E", split=True)
    seen = listener.wait(CardSeen)
    assert seen == CardSeen("card", card_hash(KEY, "7BB26E"))
    assert listener.wait(CardRemoved).card_hash == seen.card_hash
    virtual.noise(line("7BB26E", "W26:{hex26}*{xor}")[:8])
    virtual.unplug()
    listener.wait(DeviceDown, such=lambda event: "went away" in event.sentence)
    virtual.replug()
    listener.wait(DeviceUp, 2)
    virtual.tap("123456")
    assert listener.wait(CardSeen, 2).card_hash == card_hash(KEY, "123456")
    assert len(listener.all(CardSeen)) == 2
    assert isinstance(reader, CardReader)
    assert worst(reader.health()) is Health.OK


def test_an_unknown_end_or_form_is_refused_before_anything_is_opened(listener: Listener) -> None:
    with pytest.raises(ValueError, match="'tab' is not a valid Ends"):
        WiegandReader("card", "/nowhere", listener, key=KEY, ends="tab")
    with pytest.raises(ValueError, match="no field"):
        WiegandReader("card", "/nowhere", listener, key=KEY, form="{number}")
    with pytest.raises(ValueError, match="expected 6 or 8 hex digits"):
        VirtualWiegand().tap("12345")
