"""The configuration written down for people: an example file, what is in force, a table. All from the one model."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from kiosk.config.keys import OPTIONS, Key, keys, sections, toml
from kiosk.config.secret import Secret

if TYPE_CHECKING:
    from kiosk.config.model import Config

_INTRO: Final = {
    "en": (
        "The configuration of one box. What is commented out is the default.",
        "Check it with: taxi-kiosk config check",
    ),
    "zh_CN": ("一台机器的配置。以 # 注释掉的是默认值。", "检查：taxi-kiosk config check"),
}
_SECRET_NAME: Final = re.compile("key|token|secret|pass", re.IGNORECASE)
_EXPECTED: Final = {"en": "expected", "zh_CN": "格式"}


def default_toml(language: str) -> str:
    """Write an example file that holds every key with its meaning, and only asks for what has no default.

    Args:
        language: of the comments and of the box it describes: `zh_CN` or `en`.
    """
    lines = [f"# {line}" for line in _INTRO[language]]
    for section, meaning in sections():
        lines += ["", f"[{section}]  # {meaning[language]}"]
        for key in keys():
            if key.section == section:
                lines += _example(key, language)
    return "\n".join(lines) + "\n"


def shown(config: Config) -> str:
    """Write the configuration that is in force as TOML, every key, with dots in place of secrets."""
    lines: list[str] = []
    for section, _ in sections():
        lines += ["", f"[{section}]"] if lines else [f"[{section}]"]
        table = getattr(config, section)
        for key in keys():
            value = getattr(table, key.name) if key.section == section else None
            if key.path in OPTIONS and value:
                value = {name: Secret("x") if _SECRET_NAME.search(name) else option for name, option in value.items()}
            if value is not None:
                lines.append(f"{key.name} = {toml(value)}")
    return "\n".join(lines) + "\n"


def markdown_table() -> str:
    """Write every key as a row of a Markdown table."""
    rows = ["| key | expected | default | meaning |", "|---|---|---|---|"]
    for key in keys():
        default = "**required**" if key.required else "–" if key.default is None else f"`{toml(key.default)}`"
        rows.append(f"| `{key.path}` | {key.expected} | {default} | {key.meaning['en']} |")
    return "\n".join(row.replace("\n", " ") for row in rows) + "\n"


def _example(key: Key, language: str) -> list[str]:
    comment = f"# {key.meaning[language]}"
    if key.required:
        return [comment, f"{key.name} = {toml(key.example)}"]
    if key.path == "language.default":
        return [comment, f"{key.name} = {toml(language)}"]
    if key.path == "dispatch.token_file":
        return [comment, f'{key.name} = "dispatch.token"']
    if key.secret:
        return [comment, f'# {key.name} = ""']
    return [f"{comment} ({_EXPECTED[language]}: {key.expected})", f"# {key.name} = {toml(key.default)}"]
