from __future__ import annotations

import queue
from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

from hardware.readers.em125k import Em125kReader
from hardware.service import Backoff
from hardware.virtual.reader import VirtualReader
from kiosk.app import devices
from kiosk.app.fittings import READER, Fitting
from kiosk.core.events import Event, Part, PartChanged
from kiosk.inbox import Inbox

if TYPE_CHECKING:
    import pytest

    from kiosk.config import Config


class Waiting(Inbox["Event"]):
    """An inbox that can be waited on."""

    def __init__(self) -> None:
        super().__init__()
        self.came: queue.SimpleQueue[Event] = queue.SimpleQueue()

    def put(self, event: Event) -> None:
        self.came.put(event)


def test_a_box_takes_a_reader_up_when_it_is_plugged_in_however_long_it_was_gone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    virtual, inbox = VirtualReader(), Waiting()
    gone_for_long = Backoff(first_s=600, cap_s=600)  # by itself it would look again in ten minutes
    fitting = Fitting(
        READER,
        virtual.path,
        lambda emit: Em125kReader(READER, virtual.path, emit, key=bytes(32), backoff=gone_for_long),
    )
    monkeypatch.setattr(devices, "fittings", lambda _config, _key: (fitting,))
    virtual.unplug()
    box = devices.Devices(cast("Config", SimpleNamespace()), bytes(32), inbox)
    box.start()
    assert inbox.came.get(timeout=20) == PartChanged(Part.READER, works=False)
    virtual.replug()
    assert inbox.came.get(timeout=20) == PartChanged(Part.READER, works=True)
    box.stop()
    virtual.close()
