"""Draws every scene in every language, theme and size as PNG, with a page that shows them all."""

from __future__ import annotations

import html
from dataclasses import replace
from pathlib import Path
from typing import Final

from kiosk.core.scenes import scene
from kiosk.core.words import LANGUAGES
from kiosk.samples import samples

SIZES: Final = {"portrait": (1080, 1920), "landscape": (1280, 800)}
THEMES: Final = ("day", "night")


def draw(out: Path, layout: str, languages: tuple[str, ...] = tuple(LANGUAGES)) -> list[Path]:
    """Draw one layout's pictures into `out`; one window has one size, so a process draws one layout.

    Returns the files written, in the order of a visit.
    """
    from kiosk.ui.environment import prepare  # noqa: PLC0415 - Kivy reads its environment at the first import

    width, height = SIZES[layout]
    prepare(width, height, headless=True, fullscreen=False, cursor=False)
    from kiosk.ui.glass import Glass  # noqa: PLC0415
    from kiosk.ui.theme import PALETTES, Look, px_per_mm  # noqa: PLC0415

    look = Look(width, height, px_per_mm(width, height))
    glass = Glass(look, on_press=lambda _press: None, on_turn=lambda: None)
    written = []
    for theme in THEMES:
        glass.use(replace(look, palette=PALETTES[theme]))
        for language in languages:
            for name, state in samples(language):
                path = out / layout / theme / language / f"{name}.png"
                path.parent.mkdir(parents=True, exist_ok=True)
                glass.show(scene(state))
                glass.snapshot(path)
                written.append(path)
    return written


def write_index(out: Path) -> Path:
    """Write `index.html`, which shows every picture found below `out`."""
    rows = []
    names = sorted({p.stem for p in out.glob("*/*/*/*.png")})
    for name in names:
        pictures = "".join(
            f'<figure><img loading="lazy" src="{html.escape(p.relative_to(out).as_posix())}" height="360">'
            f"<figcaption>{html.escape(' '.join(p.relative_to(out).parts[:-1]))}</figcaption></figure>"
            for p in sorted(out.glob(f"*/*/*/{name}.png"))
        )
        rows.append(f"<h2>{html.escape(name)}</h2><div>{pictures}</div>")
    page = out / "index.html"
    page.write_text(
        "<!doctype html><meta charset=utf-8><title>Every screen of the taxi kiosk</title>"
        "<style>body{font:16px sans-serif;margin:2rem}div{display:flex;flex-wrap:wrap;gap:1rem}figure{margin:0}"
        "img{border:1px solid #999}</style><h1>Every screen</h1>" + "".join(rows),
        encoding="utf-8",
    )
    return page
