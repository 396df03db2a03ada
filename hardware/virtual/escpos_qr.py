"""The QR codes that a virtual head makes by itself (GS ( k, symbol 49)."""

from __future__ import annotations

from typing import Final

import qrcode
from PIL import Image
from qrcode.exceptions import DataOverflowError

_SYMBOL_QR: Final = 49
_SIZE: Final = 67
_LEVEL: Final = 69
_STORE: Final = 80
_PRINT: Final = 81
_LEVELS: Final = {
    48: qrcode.constants.ERROR_CORRECT_L,
    49: qrcode.constants.ERROR_CORRECT_M,
    50: qrcode.constants.ERROR_CORRECT_Q,
    51: qrcode.constants.ERROR_CORRECT_H,
}


class CodeMaker:
    """Remembers what it was told of the next code."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """Forget all."""
        self._dot = 3
        self._level = 48
        self._data = b""

    def obey(self, command: bytes) -> Image.Image | None:
        """Take one GS ( k; the order to print gives the picture, mode "1"."""
        symbol, function, rest = command[5], command[6], command[7:]
        if symbol != _SYMBOL_QR:
            return None
        if function == _SIZE:
            self._dot = min(16, max(1, rest[0]))
        elif function == _LEVEL and rest[0] in _LEVELS:
            self._level = rest[0]
        elif function == _STORE:
            self._data = rest[1:]
        elif function == _PRINT and self._data:
            return self._made()
        return None

    def _made(self) -> Image.Image | None:
        code = qrcode.QRCode(error_correction=_LEVELS[self._level], border=0)
        code.add_data(self._data)
        try:
            rows = code.get_matrix()
        except (DataOverflowError, ValueError):
            return None  # a real one prints nothing either
        small = Image.new("1", (len(rows), len(rows)))
        small.putdata([not black for row in rows for black in row])
        return small.resize((small.width * self._dot, small.height * self._dot), Image.Resampling.NEAREST)
