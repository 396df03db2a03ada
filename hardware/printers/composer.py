"""Two ways to make a printer's bytes out of the same document: as a picture, or in the printer's own letters."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Protocol

from hardware.paper import QR, Badge, Boxed, Document, Rule, Size, Text
from hardware.printers.escpos_bytes import filler, slip_bytes
from hardware.printers.native import NativeSetter
from hardware.printers.native_bytes import MOST_ROWS, native_bytes
from hardware.printers.profiles import Mode
from hardware.printers.raster import RasterRenderer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardware.paper import Fonts
    from hardware.printers.profiles import Profile

_EVERYTHING: Final = Document(
    (
        Badge("7", tuple(Text("7:，您", size, bold=bold) for size in Size for bold in (False, True))),
        Boxed("A7·您"),
        Rule(),
        QR("7"),
    )
)


class Composer(Protocol):
    """One way. Not for use by two threads at once."""

    filler: bytes
    """What ends the largest command that this way sends; see `escpos_bytes.filler`."""

    def pieces(self, document: Document) -> Iterator[bytes]:
        """Lay a slip out at once and give it as pieces that each end between two commands.

        Raises:
            ValueError: it cannot be laid out for this paper; before the first piece.
        """


class RasterComposer:
    """Slips as pictures."""

    def __init__(self, fonts: Fonts, profile: Profile) -> None:
        self._profile = profile
        self._renderer = RasterRenderer(fonts, profile.width)
        self.filler = filler(profile)

    def pieces(self, document: Document) -> Iterator[bytes]:
        """Draw it block by block, while the blocks before are on their way."""
        return slip_bytes(self._renderer.bands(document), self._profile, cut=document.cut)


class NativeComposer:
    """Slips as text."""

    def __init__(self, fonts: Fonts, profile: Profile) -> None:
        self._profile = profile
        self._setter = NativeSetter(fonts, profile)
        self.filler = filler(profile, MOST_ROWS)

    def pieces(self, document: Document) -> Iterator[bytes]:
        """Set it line by line."""
        return native_bytes(self._setter.rows(document), self._profile, cut=document.cut)


def composer(mode: Mode, fonts: Fonts, profile: Profile) -> Composer:
    """Give the composer for a mode, which is not AUTO, with everything loaded that its first slip needs.

    Raises:
        OSError: a font file is missing or is none.
    """
    made: Composer = NativeComposer(fonts, profile) if mode is Mode.NATIVE else RasterComposer(fonts, profile)
    for _piece in made.pieces(_EVERYTHING):
        pass
    return made
