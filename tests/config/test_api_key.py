"""A dispatcher that calls its token an API key is configured in its own words."""

from __future__ import annotations

from pathlib import Path

import pytest

from kiosk.config import ConfigError, checked, shown
from kiosk.config.documents import default_toml


def _tables(**dispatch: str) -> dict[str, dict[str, object]]:
    words = {"zh_CN": "测试", "en": "Test"}
    box = {"code": "1", "place": words, "gate": words, "lat": 48.85, "lon": 2.35, "phone": "112"}
    return {"box": box, "dispatch": {"url": "https://register.example", "provider": "letaxi", **dispatch}}


def test_an_api_key_is_the_token(tmp_path: Path) -> None:
    config = checked(_tables(api_key="k3y-canary"), name="kiosk.toml", folder=tmp_path)
    assert config.dispatch.token.reveal() == "k3y-canary"
    assert "canary" not in shown(config)


def test_both_are_one_too_many(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="found it in several"):
        checked(_tables(api_key="one", token="two"), name="kiosk.toml", folder=tmp_path)


def test_the_example_tells_of_it() -> None:
    assert "api_key" in default_toml("en")
