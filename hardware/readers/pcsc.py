"""Readers behind PC/SC (ACR122 and the like), by the optional extra `pcsc`: a card held up becomes one event."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any, Final, Unpack

from hardware.faults import PermanentFault, PortUnavailable, TemporaryFault, Trouble
from hardware.readers.cards import CardOptions, CardService
from hardware.readers.counters import Counters
from hardware.readers.iso14443 import is_number, is_random
from hardware.transport import trace_line

if TYPE_CHECKING:
    from hardware.events import Emit
    from hardware.transport import Trace

ANY: Final = "any"
_LOOK_MS: Final = 200
"""How long one wait for a change lasts: a stop and a removal are noticed within it, a card at once."""
_TRIES: Final = 3
_CARDS_SO_FAR: Final = 0xFFFF0000
"""Of a reader's state: how many cards it has seen come and go."""
_GET_NUMBER: Final = [0xFF, 0xCA, 0x00, 0x00, 0x00]
"""Get Data (PC/SC part 3, 3.2.2.1.3): answered by the reader, not by the card."""
_WELL: Final = b"\x90\x00"
_CURE: Final = "Look whether it runs: systemctl status pcscd.socket; it is taken up again by itself."


class PcscReader(CardService):
    """The card reader of the system's PC/SC service.

    It waits for changes on a context of its own, made anew after every fault: pyscard's monitors do not survive a
    restart of pcscd.

    Args:
        name: name of the device in events.
        port: a part of the reader's name as `pcsc_scan` shows it, `any` for the first there is.
        emit: where events go.
        key: secret with which numbers are hashed, at least 16 bytes (see `card_hash`).
        baudrate: for the shape of a driver only.
        trace: gets what is asked of the reader as lines of hex, and the sizes of the answers.
        options: see `CardOptions`.

    Raises:
        ValueError: the key is too short.
    """

    at_serial_port = False

    def __init__(
        self,
        name: str,
        port: str,
        emit: Emit,
        *,
        key: bytes,
        baudrate: int = 0,
        trace: Trace | None = None,
        **options: Unpack[CardOptions],
    ) -> None:
        del baudrate
        self._counted = Counters()
        super().__init__(name, emit, key=key, counted=self._counted, **options)
        self._wanted = port
        self._trace = trace
        self._library: Any = None
        self._context: int | None = None
        self._reader = ""
        self._state = 0
        self._random_numbers = 0

    def counters(self) -> dict[str, int]:
        """Count since it was made: `frames` that were good, `bad_frames`, `noise_bytes`, `random_numbers`."""
        return super().counters() | {"random_numbers": self._random_numbers}

    def setup(self) -> None:
        """Reach the service and find the reader."""
        self._library = _pyscard(self.name)
        result, self._context = self._library.SCardEstablishContext(self._library.SCARD_SCOPE_SYSTEM)
        self._well(result)
        self._reader = self._find()
        self._state = self._library.SCARD_STATE_UNAWARE

    def run(self) -> None:
        """Wait for cards until told to stop."""
        number: str | None = None
        tries = 0
        while not self.stopping:
            if self._changed():
                number, tries = None, _TRIES
            if number is None and tries and self._card_is_there():
                number, tries = self._number(), tries - 1
            if number is not None:
                self.card_read(number)
            self.card_gone()

    def teardown(self) -> None:
        """Leave the service."""
        context, self._context = self._context, None
        if context is not None:
            self._library.SCardReleaseContext(context)

    def _find(self) -> str:
        result, readers = self._library.SCardListReaders(self._context, [])
        if _code(result) == _code(self._library.SCARD_E_NO_READERS_AVAILABLE):
            readers = []
        else:
            self._well(result)
        for reader in readers:
            if self._wanted.lower() == ANY or self._wanted.lower() in reader.lower():
                return str(reader)
        known = f"there are: {', '.join(readers)}" if readers else "there is none"
        raise PortUnavailable(
            Trouble.MISSING,
            f"{self.name}: PC/SC knows no reader {self._wanted!r}; {known}",
            "Plug it in; compare the name with `pcsc_scan`. A pn533 module of the kernel may hold it: blacklist that.",
        )

    def _changed(self) -> bool:
        """Wait a moment at most; True when a card came, went or was exchanged."""
        library, before = self._library, self._state
        result, states = library.SCardGetStatusChange(self._context, _LOOK_MS, [(self._reader, before)])
        if _code(result) == _code(library.SCARD_E_TIMEOUT):
            return False
        self._well(result)
        self._state = states[0][1] & ~library.SCARD_STATE_CHANGED
        if self._state & (library.SCARD_STATE_UNKNOWN | library.SCARD_STATE_UNAVAILABLE):
            raise TemporaryFault(
                f"{self.name}: the reader went away while in use",
                "Plug it in again and check its cable; it is taken up again by itself.",
            )
        return bool((before ^ self._state) & (library.SCARD_STATE_PRESENT | library.SCARD_STATE_MUTE | _CARDS_SO_FAR))

    def _card_is_there(self) -> bool:
        return bool(self._state & self._library.SCARD_STATE_PRESENT)

    def _number(self) -> str | None:
        """Ask for the number of the card that is there; None when it has none, or is gone already."""
        answer = self._ask()
        self._tell(f"< … {len(answer)} bytes")
        number = answer[:-2]
        if answer[-2:] != _WELL or not is_number(number):
            self._counted.bad_frames += 1
            return None
        self._counted.frames += 1
        if is_random(number):
            self._random_numbers += 1
            return None
        return number.hex().upper()

    def _ask(self) -> bytes:
        """Give what the reader answers, nothing when the card is gone or mute."""
        library = self._library
        either = library.SCARD_PROTOCOL_T0 | library.SCARD_PROTOCOL_T1
        result, card, protocol = library.SCardConnect(self._context, self._reader, library.SCARD_SHARE_SHARED, either)
        if _code(result):
            return b""
        try:
            self._tell(trace_line(">", bytes(_GET_NUMBER)))
            form = library.SCARD_PCI_T1 if protocol == library.SCARD_PROTOCOL_T1 else library.SCARD_PCI_T0
            result, answer = library.SCardTransmit(card, form, _GET_NUMBER)
            return b"" if _code(result) else bytes(answer)
        finally:
            library.SCardDisconnect(card, library.SCARD_LEAVE_CARD)

    def _well(self, result: int) -> None:
        """Pass a good result.

        Raises:
            PortUnavailable: this user may not use the service.
            TemporaryFault: the service does not run, or failed.
        """
        code, library = _code(result), self._library
        ended = (library.SCARD_E_NO_SERVICE, library.SCARD_E_SERVICE_STOPPED, library.SCARD_F_COMM_ERROR)
        if code in map(_code, ended):
            raise TemporaryFault(f"{self.name}: the PC/SC service (pcscd) is not running", _CURE)
        if code == _code(library.SCARD_W_SECURITY_VIOLATION):
            raise PortUnavailable(
                Trouble.FORBIDDEN,
                f"{self.name}: this user may not use the PC/SC service",
                "Allow it org.debian.pcsc-lite.access_pcsc and access_card by a rule in /etc/polkit-1/rules.d.",
            )
        if code:
            raise TemporaryFault(f"{self.name}: the PC/SC service failed with {code:08x}", _CURE)

    def _tell(self, line: str) -> None:
        if self._trace is not None:
            self._trace(line)


def _code(result: int) -> int:
    """Give a result as the unsigned number under which PC/SC's manual has it."""
    return result & 0xFFFFFFFF


def _pyscard(name: str) -> Any:  # noqa: ANN401 - pyscard has no types
    try:
        return importlib.import_module("smartcard.scard")
    except ImportError:
        raise PermanentFault(
            f"{name}: readers behind PC/SC need the extra 'pcsc', and it is not installed here",
            "Run `packaging/install-debian.sh --readers`, then `pip install 'one-touch-taxi[pcsc]'`.",
        ) from None
