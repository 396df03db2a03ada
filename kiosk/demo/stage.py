"""Everything around the box that a demonstration needs, real at every station but for the people and the streets."""

from __future__ import annotations

import secrets
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dispatch_client.sandbox import Behaviour, Sandbox
from hardware.virtual.printer import VirtualPrinter
from hardware.virtual.reader import VirtualReader
from kiosk.paper import fonts
from kiosk.samples import SAMPLE_BOX
from kiosk.ui.theme import px_per_mm

if TYPE_CHECKING:
    from types import TracebackType
    from typing import Self


class Stage:
    """An embedded dispatcher, a printer and a reader on ptys, and the configuration that joins a box to them.

    Args:
        size: width and height of the window in pixels.
        language: the box's default language.
        speed: how many seconds of the demonstration pass in a real one.
        seed: of everything left to chance at the dispatcher.
        behaviour: the story that the dispatcher tells.
        folder: of the box's store; a temporary one when None.
    """

    def __init__(
        self,
        *,
        size: tuple[int, int],
        language: str,
        speed: float,
        seed: int,
        behaviour: Behaviour = Behaviour.NORMAL,
        theme: str = "day",
        folder: Path | None = None,
        fullscreen: bool = False,
    ) -> None:
        self._ends = ExitStack()
        self.folder = folder or Path(self._ends.enter_context(tempfile.TemporaryDirectory(prefix="taxi-kiosk-")))
        token = secrets.token_urlsafe(24)
        place = SAMPLE_BOX.pickup
        self.sandbox = Sandbox(
            token=token,
            seed=seed,
            speed=speed,
            behaviour=behaviour,
            locale="zh" if language == "zh_CN" else "en",
            centre=(place.lat, place.lon),
        )
        self.printer = VirtualPrinter(fonts=fonts())
        self.reader = VirtualReader()
        self.sandbox.start()
        self._ends.callback(self.printer.close)
        self._ends.callback(self.reader.close)
        self._ends.callback(self.sandbox.stop)
        width, height = size
        self.config: dict[str, dict[str, Any]] = {
            "box": {
                "code": SAMPLE_BOX.code,
                "place": dict(SAMPLE_BOX.place),
                "gate": dict(SAMPLE_BOX.gate),
                "lat": place.lat,
                "lon": place.lon,
                "phone": SAMPLE_BOX.phone,
            },
            "language": {"default": language},
            "screen": {
                "width": width,
                "height": height,
                "px_per_mm": round(px_per_mm(width, height), 3),
                "theme": theme,
                "fullscreen": fullscreen,
                "cursor": True,
            },
            "dispatch": {"provider": "hail_api", "url": self.sandbox.url, "token": token},
            "printer": {"driver": "escpos", "port": self.printer.path},
            "reader": {"driver": "em125k", "port": self.reader.path},
            "voice": {"quiet_from": "00:00", "quiet_until": "00:00"},
            "store": {"folder": str(self.folder)},
        }

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ends.close()
