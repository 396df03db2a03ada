"""nfcpy and we understand each other: it reads our virtual PN532, and our driver reads frames that it wrote."""

from __future__ import annotations

import errno
import logging
from typing import TYPE_CHECKING

import nfc
import pytest
from device_fakes import QUICK, Listener
from nfc.clf import RemoteTarget, pn532, transport

from hardware.events import CardSeen, DeviceDown
from hardware.readers.cards import card_hash
from hardware.readers.pn532 import Pn532Reader, card_number
from hardware.readers.pn532_frames import TO_HOST, Kind, Pn532Parser
from hardware.virtual.pn532 import VirtualPn532
from hardware.virtual.pn532_chip import Card, Pn532Chip
from hardware.virtual.pty_port import PtyPort

if TYPE_CHECKING:
    from collections.abc import Iterator

KEY = b"a key of this box alone"
CARDS = ("04A1B2C3D4E5F6", "A1B2C3D4", "10112233445566778899")
TYPE_A = RemoteTarget("106A")


class Line(transport.TTY):
    """A port as nfcpy opens it, by path: only its search for one knows no pseudo terminals."""

    def __init__(self, path: str) -> None:
        self.written: list[bytes] = []
        self.read_back: list[bytes] = []
        super().__init__(path)

    def write(self, frame: bytes) -> None:
        self.written.append(bytes(frame))
        super().write(frame)

    def read(self, timeout: float) -> bytearray:
        got = super().read(timeout)
        self.read_back.append(bytes(got))
        return got


@pytest.fixture
def virtual() -> Iterator[VirtualPn532]:
    reader = VirtualPn532()
    yield reader
    reader.close()


@pytest.fixture
def line(virtual: VirtualPn532) -> Line:
    return Line(virtual.path)


@pytest.fixture
def frontend(line: Line) -> Iterator[nfc.ContactlessFrontend]:
    front = nfc.ContactlessFrontend()
    front.device = pn532.init(line)
    yield front
    front.close()


def test_nfcpy_finds_our_virtual_reader_and_its_cards(frontend: nfc.ContactlessFrontend, virtual: VirtualPn532) -> None:
    assert frontend.device.chipset_name == "PN532v1.6"
    assert frontend.sense(TYPE_A) is None
    for number in CARDS:
        virtual.tap(number)
        assert frontend.sense(TYPE_A).sdd_res.hex().upper() == number
        assert frontend.sense(TYPE_A).sdd_res.hex().upper() == number
    virtual.remove()
    assert frontend.sense(TYPE_A) is None


def test_nfcpy_finds_the_longest_frames_of_our_virtual_reader_whole(frontend: nfc.ContactlessFrontend) -> None:
    assert frontend.device.chipset.diagnose("line")


def test_nfcpy_finds_our_virtual_reader_byte_by_byte_too(
    frontend: nfc.ContactlessFrontend, virtual: VirtualPn532
) -> None:
    virtual.split()
    virtual.tap(CARDS[0])
    assert frontend.sense(TYPE_A).sdd_res.hex().upper() == CARDS[0]


def test_nfcpy_sees_what_our_virtual_reader_does_wrong(
    frontend: nfc.ContactlessFrontend, virtual: VirtualPn532
) -> None:
    chipset = frontend.device.chipset
    with pytest.raises(pn532.Chipset.Error, match="Invalid command syntax"):
        chipset.command(0x40, b"\x01", timeout=1)
    virtual.wrong_checksum()
    with pytest.raises(OSError, match=r".") as broken:
        chipset.get_firmware_version()
    assert broken.value.errno == errno.EIO
    virtual.wrong_checksum(on=False)
    virtual.mute()
    with pytest.raises(OSError, match=r"."):
        chipset.get_firmware_version()
    virtual.mute(on=False)
    assert chipset.get_firmware_version()[0] == 0x32


def test_our_parser_reads_all_that_nfcpy_writes_and_finds_the_numbers_that_it_finds(
    frontend: nfc.ContactlessFrontend, virtual: VirtualPn532, line: Line
) -> None:
    virtual.tap(CARDS[0])
    found = frontend.sense(TYPE_A).sdd_res
    frontend.device.chipset.diagnose("line")
    theirs, ours = Pn532Parser(), Pn532Parser()
    asked = [got.body[1:] for byte in b"".join(line.written) for got in theirs.feed(bytes([byte])) if got.body]
    assert asked == virtual.commands
    assert max(map(len, asked)) > 255
    assert (theirs.counters.bad_frames, theirs.counters.noise_bytes) == (0, 0)
    answers = [got.body for got in ours.feed(b"".join(line.read_back)) if got.kind is Kind.DATA]
    assert [card_number(answer[2:]) for answer in answers if answer[1] == 0x4B] == [found]


class Writer:
    """nfcpy's frames: what it would write, kept."""

    TYPE = "TTY"

    def __init__(self) -> None:
        self.frame = bytearray()
        self._chipset = pn532.Chipset(self, logging.getLogger(__name__))

    def write(self, frame: bytearray) -> None:
        self.frame = bytearray(frame)

    def read(self, timeout: float) -> bytearray:
        return bytearray(pn532.Chipset.ACK)

    def answer(self, code: int, data: bytes) -> bytes:
        """Have nfcpy write this, and turn it round: it only ever writes commands, so its direction byte is D4."""
        self._chipset.CMD = {code: "answer"}
        self._chipset.command(code, data, timeout=0)
        self.frame[5] = TO_HOST
        self.frame[-2] = (self.frame[-2] - 1) & 0xFF
        return bytes(self.frame)


def test_our_driver_reads_cards_out_of_frames_that_nfcpy_wrote(listener: Listener) -> None:
    writer, ours, written = Writer(), [], []

    def say(whole: bytes, code: int | None) -> None:
        body = whole[5:-2]
        ours.append(whole)
        written.append(writer.answer(body[1], body[2:]) if code is not None else bytes(pn532.Chipset.ACK))
        port.send(written[-1])

    chip = Pn532Chip(say)
    port = PtyPort(chip.hear)
    reader = Pn532Reader("card", port.path, listener, key=KEY, backoff=QUICK, poll_s=0.005)
    reader.start()
    try:
        for count, number in enumerate(CARDS, start=1):
            chip.hold(Card(bytes.fromhex(number)))
            assert listener.wait(CardSeen, count).card_hash == card_hash(KEY, number)
    finally:
        reader.stop()
        port.close()
    assert listener.all(DeviceDown) == []
    assert reader.counters()["bad_frames"] == reader.counters()["noise_bytes"] == 0
    assert written == ours
    assert len(written) > 10
