"""The modem of the configuration as it is joined: with its PIN for the box, without it for whoever only looks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from kiosk.app import fittings
from kiosk.app.faults import WiringError
from kiosk.app.wiring import ladder_of
from kiosk.config import begin

if TYPE_CHECKING:
    from pathlib import Path

    from dispatch_client.text_messages import SmsAnswer
    from kiosk.config import Config


class NoSender:
    def send_sms(self, job_id: str, number: str, text: str) -> SmsAnswer:
        raise NotImplementedError("nothing is sent here")

    def trouble(self) -> str:
        return "nothing is sent here"


def configured(folder: Path, **sms: object) -> Config:
    tables: dict[str, dict[str, object]] = {
        "box": {
            "code": "0412",
            "place": {"zh_CN": "甲社区", "en": "Community A"},
            "gate": {"zh_CN": "北门", "en": "the north gate"},
            "lat": 31.2,
            "lon": 121.4,
            "phone": "95128",
        },
        "dispatch": {"url": "https://dispatch.example/taxi", "token": "t"},
        "modem": {"port": "/dev/none", "pin": "1234"},
        "sms": sms,
        "store": {"folder": str(folder)},
    }
    return begin(tables)()


@pytest.mark.parametrize("looks_only", [False, True])
def test_whoever_only_looks_gives_no_pin_and_writes_nothing(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    looks_only: bool,
) -> None:
    made: dict[str, Any] = {}

    def make(name: str, port: str, _emit: object, **options: object) -> object:
        made.update(options, name=name, port=port)
        return object()

    monkeypatch.setattr(fittings, "driver", lambda _group, _name: make)
    [fitting] = fittings.fittings(configured(tmp_path), None, looks_only=looks_only)
    fitting.make(lambda _event: None)
    own = {} if looks_only else {"pin": "1234", "folder": tmp_path / "modem"}
    assert made == {"name": "modem", "port": "/dev/none", "baudrate": 115200, **own}


def test_it_is_written_last_and_only_where_somebody_can_write(tmp_path: Path) -> None:
    config = configured(tmp_path, number="95128", after_s=300)
    rungs = ladder_of(config, NoSender()).rungs
    assert [(rung.provider.name, rung.after_s) for rung in rungs] == [
        ("hail_api", 0),
        ("hail_api", 90),
        ("sms", 300),
    ]
    assert len(ladder_of(config).rungs) == 2
    assert len(ladder_of(configured(tmp_path), NoSender()).rungs) == 2


def test_words_that_cannot_be_filled_in_are_told_with_their_table(tmp_path: Path) -> None:
    config = configured(tmp_path, number="95128", template="{who} {ref}")
    with pytest.raises(WiringError, match=r"\[sms\] template of text messages: unknown field 'who'"):
        ladder_of(config, NoSender())
