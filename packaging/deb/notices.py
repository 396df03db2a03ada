"""The copyright file: our licence, the fonts', and that of every library that comes along."""

from __future__ import annotations

from email.parser import HeaderParser
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from email.message import Message
    from pathlib import Path


def notices(root: Path, stage: Path) -> str:
    """Write it for what stands in `stage`; the whole texts lie beside each library in /opt/taxi-kiosk."""
    fonts = (root / "assets/fonts/OFL.txt").read_text(encoding="utf-8")
    rows = sorted(f"{facts['Name']} {facts['Version']}: {_licence(facts)}" for facts in metadata(stage))
    parts = [
        "The taxi kiosk is under the Apache License 2.0: /usr/share/common-licenses/Apache-2.0.",
        "The fonts in it (Noto Sans SC) are under the SIL Open Font License 1.1, which stands last.",
        "What it runs on comes along, each part under its own licence; the texts lie in the folders *.dist-info under "
        "/opt/taxi-kiosk/lib:\n\n" + "\n".join(f"- {row}" for row in rows),
        fonts,
    ]
    return "\n\n".join(parts)


def metadata(stage: Path) -> Iterator[Message]:
    """Give the metadata of each library that stands in `stage`."""
    for file in sorted(stage.glob("opt/taxi-kiosk/lib/*/site-packages/*.dist-info/METADATA")):
        yield HeaderParser().parsestr(file.read_text(encoding="utf-8"))


def _licence(facts: Message) -> str:
    """Its SPDX expression where it gives one, else its classifiers, else its own words' first line."""
    classified = [line.rpartition(" :: ")[2] for line in facts.get_all("Classifier", []) if line.startswith("License")]
    words = (facts["License"] or "see its folder").strip().splitlines()[0]
    return facts["License-Expression"] or ", ".join(classified) or words
