"""A button or a few keys behind a small controller that sends a byte for each: noise and flipped bits are no press."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Final, Unpack

from hardware.inputs.key_bytes import KeyBytesParser
from hardware.inputs.keys import STUCK_S, KeyService
from hardware.inputs.signals import meanings

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hardware.events import Emit, Key
    from hardware.service import ServiceOptions
    from hardware.transport import Port, Trace

_GAP_S: Final = 0.03
"""30 bytes long at 9600 baud; controllers that repeat do so every 33 ms at most."""
_AGAIN_S: Final = 0.6
"""Where nothing is sent when a key goes up: a controller that repeats waits half a second before it begins."""


class ByteKeys(KeyService):
    """Keys that send a byte when they go down, and perhaps another when they go up.

    Where nothing is sent when a key goes up, it counts as let go after 0.6 s of silence.

    Args:
        name: name of the device in events.
        port: see `hardware.transport.open_port`.
        emit: where events go.
        signals: what each key sends (see `hardware.inputs.signals.meanings`).
        stuck_s: see `KeyService`.
        baudrate: bits per second.
        trace: gets the traffic as lines of hex.
        options: see `ServiceOptions`.

    Raises:
        ValueError: a signal is no byte, or two are too alike.
    """

    def __init__(
        self,
        name: str,
        port: str,
        emit: Emit,
        *,
        signals: Mapping[Key, str],
        stuck_s: float = STUCK_S,
        baudrate: int = 9600,
        trace: Trace | None = None,
        **options: Unpack[ServiceOptions],
    ) -> None:
        known = meanings(signals)
        super().__init__(name, emit, signals, stuck_s=stuck_s, **options)
        self._parser = KeyBytesParser(known)
        told = {meaning.key for meaning in known.values() if not meaning.down}
        self._untold = {key: 0.0 for key in signals if key not in told}
        """Keys that do not say when they go up, and when they were last heard."""
        for key in self._untold:
            self._keys[key].again_s = 0.0  # its silence was long enough
        self.listens_at(port, baudrate, _GAP_S, trace)

    def counters(self) -> dict[str, int]:
        """Count since it was made: `presses`, `frames` that were good, `bad_frames`, `noise_bytes`."""
        return super().counters() | asdict(self._parser.counters)

    def heard(self, port: Port, data: bytes) -> None:
        """Find bytes that mean something."""
        del port
        now = self._clock()
        for meaning in self._parser.feed(data) if data else self._parser.idle():
            if not meaning.down:
                self.goes_up(meaning.key)
                continue
            if meaning.key in self._untold:
                self._untold[meaning.key] = now
            self.goes_down(meaning.key)
        for key, last in self._untold.items():
            if now - last >= _AGAIN_S:
                self.goes_up(key)

    def forget(self) -> None:
        """The port is closed: half a burst is none, and nothing is down."""
        self._parser.forget()
        super().forget()
