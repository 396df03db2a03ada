"""Lays a slip out on paper: the same facts as the screen, in the printer's blocks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardware.paper import QR, Badge, Boxed, Document, Fonts, Mixed, Rule, Size, Space, Text
from kiosk.assets import asset

if TYPE_CHECKING:
    from hardware.paper import Block
    from kiosk.core.slip import Slip


def fonts() -> Fonts:
    """Give the letters that slips are drawn with.

    Raises:
        AssetError: a font is missing from this installation.
    """
    return Fonts(
        asset("fonts/NotoSansSC-Regular.ttf"),
        asset("fonts/NotoSansSC-Bold.ttf"),
        asset("fonts/NotoSansRare-Regular.ttf"),
        asset("fonts/NotoSansRare-Bold.ttf"),
    )


def document(slip: Slip) -> Document:
    """Compose the paper from top to bottom; empty lines take no room."""
    blocks: list[Block] = [
        Badge(
            str(slip.number),
            (Text(slip.title, Size.LARGE, bold=True), Text(slip.when, Size.BODY), Text(slip.place, Size.BODY)),
        )
    ]
    if slip.notice:
        blocks.append(Text(slip.notice, Size.MEDIUM, bold=True, inverted=True))
    if slip.old_plate:
        blocks.append(Text(slip.old_plate, Size.MEDIUM, struck=True))
    if slip.plate:
        blocks.append(Boxed(slip.plate))
    if slip.car:
        blocks.append(Text(slip.car, Size.MEDIUM, bold=True))
    if slip.expected:
        blocks.append(Text(slip.expected, Size.MEDIUM))
    blocks += [
        Rule(),
        QR(slip.code, (Text(slip.code_title, Size.MEDIUM, bold=True), Text(slip.code_text, Size.BODY))),
        Rule(),
        Text(slip.fare, Size.MEDIUM, bold=True),
        Mixed((Text(f"{slip.lost} ", Size.BODY), Text(slip.phone, Size.LARGE, bold=True))),
        Text(slip.reference, Size.BODY),
        Space(3),
    ]
    return Document(tuple(blocks))
