"""Build hook that promises: whoever installs the project has its languages compiled from the .po files."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from hatchling.builders.hooks.plugin.interface import BuildHookInterface


def compile_languages(root: Path) -> list[Path]:
    """Write a .mo beside every .po below `root`/kiosk/locale and return the files written."""
    written = []
    for po in sorted((root / "kiosk" / "locale").glob("*/LC_MESSAGES/*.po")):
        mo = po.with_suffix(".mo")
        with po.open("rb") as source:
            catalog = read_po(source, locale=po.parent.parent.name)
        # Babel would write down the minute of this build.
        catalog.creation_date = datetime.fromtimestamp(int(os.environ.get("SOURCE_DATE_EPOCH", "0")), UTC)
        with mo.open("wb") as target:
            write_mo(target, catalog)
        written.append(mo)
    return written


class CompileLanguages(BuildHookInterface):  # type: ignore[type-arg]
    """Run by hatchling before a wheel or an editable install is made."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compile; `version` and `build_data` are hatchling's and stay as they are."""
        del version, build_data
        compile_languages(Path(self.root))
