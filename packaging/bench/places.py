"""Where the buttons of the kiosk stand, as JSON: asked of the kiosk's own layout, on no screen at all.

Called as `places.py WIDTH HEIGHT LANGUAGE`; gives for each screen of the gallery and each of its buttons a point of its
face that no letter covers, and as `green` one of the green field that tells how soon the taxi is there.
"""

from __future__ import annotations

import json
import sys

from kiosk.ui.environment import prepare

_BARE = 0.06
"""Of a width from its edge: inside the edge, beside the words."""


def main(width: int, height: int, language: str) -> None:
    """Write the places."""
    prepare(width, height, headless=True, fullscreen=False, cursor=False)
    from kiosk.core.scenes import scene  # noqa: PLC0415 - Kivy reads its environment at the first import
    from kiosk.samples import samples  # noqa: PLC0415
    from kiosk.ui.glass import Glass  # noqa: PLC0415
    from kiosk.ui.shapes import Box  # noqa: PLC0415
    from kiosk.ui.theme import PALETTES, Look, px_per_mm  # noqa: PLC0415

    look = Look(width, height, px_per_mm(width, height), palette=PALETTES["day"])
    glass = Glass(look, on_press=lambda _press: None, on_turn=lambda: None)
    places: dict[str, dict[str, tuple[int, int]]] = {}
    for name, state in samples(language):
        glass.show(scene(state))
        sheet = glass.sheet
        if sheet is None:
            continue
        spots = {t.press.value: (round(t.x + t.w * _BARE), round(t.y + t.h / 2)) for t in sheet.targets}
        green = (shape for shape in sheet.shapes if isinstance(shape, Box) and shape.fill == look.palette.good)
        if field := next((box for box in green if box.w > width / 2), None):
            spots["green"] = round(field.x + field.w * (1 - _BARE / 2)), round(field.y + field.h / 2)
        places[name.partition("-")[2]] = spots
    json.dump(places, sys.stdout)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3])
