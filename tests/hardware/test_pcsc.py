"""The PC/SC driver beside the real service: a pcscd of the test's own, on a socket of its own, with a virtual slot."""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import pytest
from device_fakes import QUICK, Listener

from hardware.events import CardRemoved, CardSeen, DeviceDown, DeviceUp
from hardware.health import Health, worst
from hardware.readers.cards import card_hash
from hardware.readers.pcsc import PcscReader
from hardware.virtual.pcsc import VirtualPcscCard

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_mock import MockerFixture

KEY = b"a key of this box alone"
FIRST, SECOND = "04A1B2C3D4E5F6", "A1B2C3D4"
PCSCD = shutil.which("pcscd", path="/usr/sbin:/usr/bin")
VPCD = Path("/usr/lib/pcsc/drivers/serial/libifdvpcd.so")
HOW = "packaging/install-debian.sh --readers"


class Service:
    """A pcscd that is handed its socket as systemd does it: so it needs neither root nor the system's own service."""

    def __init__(self, folder: Path, at: Path) -> None:
        self.socket = at
        self.port = free_pair_of_ports()
        self._log = folder / "pcscd.log"
        self._readers = folder / "readers"
        self._readers.mkdir()
        (self._readers / "vpcd").write_text(
            f'FRIENDLYNAME "Virtual PCD"\nDEVICENAME /dev/null:{self.port}\nLIBPATH {VPCD}\nCHANNELID {self.port}\n'
        )
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self.socket.unlink(missing_ok=True)
        with socket.socket(socket.AF_UNIX) as listening, self._log.open("ab") as log:
            listening.bind(str(self.socket))
            listening.listen(8)
            systemd = 'exec 3<&0 </dev/null; LISTEN_FDS=1 LISTEN_PID=$$ exec "$1" --foreground --config "$2"'
            self._process = subprocess.Popen(
                ["sh", "-c", systemd, "sh", str(PCSCD), str(self._readers)], stdin=listening, stdout=log, stderr=log
            )

    def stop(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.terminate()
            process.wait(10)
        self.socket.unlink(missing_ok=True)


def free_pair_of_ports() -> int:
    """Two in a row: vpcd has two slots."""
    while True:
        with socket.socket() as first, socket.socket() as second:
            first.bind(("127.0.0.1", 0))
            port = int(first.getsockname()[1])
            try:
                second.bind(("127.0.0.1", port + 1))
            except (OSError, OverflowError):
                continue
            return port


@pytest.fixture(scope="session")
def at(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Where the service listens: libpcsclite reads this variable once in the life of a process."""
    with pytest.MonkeyPatch.context() as patch:
        path = tmp_path_factory.mktemp("pcscd") / "comm"
        patch.setenv("PCSCLITE_CSOCK_NAME", str(path))
        yield path


@pytest.fixture
def service(tmp_path: Path, at: Path) -> Iterator[Service]:
    pytest.importorskip(
        "smartcard.scard", exc_type=ImportError, reason=f"pyscard is not installed: make test does it, after {HOW}"
    )
    if PCSCD is None or not VPCD.exists():
        pytest.skip(f"pcscd or vsmartcard-vpcd is not installed: {HOW}")
    running = Service(tmp_path, at)
    running.start()
    yield running
    running.stop()


@pytest.fixture
def card(service: Service) -> Iterator[VirtualPcscCard]:
    held = VirtualPcscCard(service.port)
    yield held
    held.remove()


class Make(Protocol):
    def __call__(self, port: str = "any", **options: Any) -> PcscReader: ...  # noqa: ANN401 - options of many types


@pytest.fixture
def make(listener: Listener) -> Iterator[Make]:
    made: list[PcscReader] = []

    def build(port: str = "any", **options: Any) -> PcscReader:  # noqa: ANN401 - options of many types
        given: dict[str, Any] = {"key": KEY, "backoff": QUICK, "removal_s": 0.1, "holdoff_s": 0.0}
        reader = PcscReader("card", port, listener, **(given | options))
        made.append(reader)
        reader.start()
        return reader

    yield build
    for reader in made:
        reader.stop()


def test_cards_are_seen_and_removed_also_after_the_service_was_restarted(
    service: Service, card: VirtualPcscCard, make: Make, listener: Listener
) -> None:
    lines: list[str] = []
    reader = make("virtual pcd", trace=lines.append)
    listener.wait(DeviceUp)
    card.tap(FIRST)
    assert listener.wait(CardSeen) == CardSeen("card", card_hash(KEY, FIRST))
    assert worst(reader.health()) is Health.OK
    card.remove()
    assert listener.wait(CardRemoved) == CardRemoved("card", card_hash(KEY, FIRST))

    service.stop()
    down = listener.wait(DeviceDown)
    assert down.sentence == "card: the PC/SC service (pcscd) is not running"
    assert "systemctl status" in down.cure
    assert not down.permanent
    service.start()
    listener.wait(DeviceUp, 2)
    card.tap(SECOND)
    assert listener.wait(CardSeen, 2) == CardSeen("card", card_hash(KEY, SECOND))

    assert len(listener.all(CardSeen)) == 2
    assert "> ff ca 00 00 00" in lines
    said = "".join(lines) + repr(listener.events) + repr(reader.health())
    for number in (FIRST, SECOND):
        assert number not in said
        assert bytes.fromhex(number).hex(" ")[:8] not in said


def test_what_has_no_number_or_a_new_one_each_time_is_no_card(
    service: Service, card: VirtualPcscCard, make: Make, listener: Listener
) -> None:
    reader = make()
    listener.wait(DeviceUp)
    card.tap("08A1B2C3")
    until_counted(reader, "random_numbers", 1)
    card.numberless = True
    card.tap(FIRST)
    until_counted(reader, "bad_frames", 1)
    card.numberless, card.cut_short = False, True
    card.tap(FIRST)
    until_counted(reader, "bad_frames", reader.counters()["bad_frames"] + 2)
    card.cut_short = False
    card.tap(SECOND)
    listener.wait(CardSeen)
    assert [event.card_hash for event in listener.all(CardSeen)] == [card_hash(KEY, SECOND)]


def until_counted(reader: PcscReader, what: str, least: int) -> None:
    """The driver says nothing of what is no card: its counters alone tell."""
    import threading

    waited = threading.Event()
    for _ in range(2000):
        if reader.counters()[what] >= least:
            return
        waited.wait(0.01)
    raise AssertionError(f"{what} stayed at {reader.counters()[what]}")


def test_a_reader_that_is_not_there_is_named_with_those_that_are(
    service: Service, make: Make, listener: Listener
) -> None:
    make("ACR122U")
    assert listener.wait(DeviceDown).sentence == (
        "card: PC/SC knows no reader 'ACR122U'; there are: Virtual PCD 00 00, Virtual PCD 00 01"
    )


def test_a_user_who_may_not_is_told_which_rule_to_write(
    service: Service, make: Make, listener: Listener, mocker: MockerFixture
) -> None:
    import smartcard.scard

    refused = (smartcard.scard.SCARD_W_SECURITY_VIOLATION, 0)
    mocker.patch.object(smartcard.scard, "SCardEstablishContext", return_value=refused)
    make()
    down = listener.wait(DeviceDown)
    assert down.sentence == "card: this user may not use the PC/SC service"
    assert "access_pcsc" in down.cure


def test_without_the_extra_one_sentence_says_so_and_it_is_not_tried_again(
    make: Make, listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "smartcard.scard", None)
    make()
    down = listener.wait(DeviceDown)
    assert down.sentence == "card: readers behind PC/SC need the extra 'pcsc', and it is not installed here"
    assert "pip install 'one-touch-taxi[pcsc]'" in down.cure
    assert down.permanent


def test_a_card_that_cannot_be_is_refused() -> None:
    with pytest.raises(ValueError, match="3 bytes: expected 4, 7 or 10"):
        VirtualPcscCard().tap("A1B2C3")
