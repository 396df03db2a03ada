"""What is beside the glass, from the configuration to the inbox: real drivers, real bytes and wires."""

from __future__ import annotations

import queue
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any

import pytest

from hardware.virtual.keys import VirtualKeys, VirtualWires
from hardware.virtual.scanner import VirtualScanner
from kiosk.app.codes import is_ours
from kiosk.app.devices import Devices
from kiosk.app.faults import WiringError
from kiosk.app.fittings import fittings
from kiosk.config import Config
from kiosk.core.events import CameNear, CodeShown, Event, Key, KeyPressed, Part, PartChanged, Press, Pressed
from kiosk.core.slip import CODE_MARK
from kiosk.inbox import Inbox
from kiosk.residents import codes

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.filterwarnings("ignore:set(Daemon|Name):DeprecationWarning")  # pyserial's own
WAIT_S = 20.0
CARD = codes.write(codes.CARD_MARK, bytes(17))
SLIP = f"{CODE_MARK}0412-1121-007"


class Waiting(Inbox["Event"]):
    """An inbox that can be waited on."""

    def __init__(self) -> None:
        super().__init__()
        self.came: queue.SimpleQueue[Event] = queue.SimpleQueue()

    def put(self, event: Event) -> None:
        self.came.put(event)

    def next(self) -> Event:
        return self.came.get(timeout=WAIT_S)


def box(**sections: dict[str, Any]) -> Config:
    names = {"zh_CN": "社区", "en": "community"}
    point = {"place": names, "gate": names, "lat": 31.2366, "lon": 121.4297}
    return Config.model_validate(
        {
            "box": {"code": "0412", "phone": "021-6258 0017", **point},
            "dispatch": {"url": "https://dispatch.invalid/", "token": "no secret"},
            **sections,
        }
    )


@contextmanager
def running(config: Config) -> Iterator[Waiting]:
    inbox = Waiting()
    devices = Devices(config, None, inbox)
    devices.start()
    try:
        yield inbox
    finally:
        devices.stop()


def test_a_box_without_any_of_them_has_none() -> None:
    assert fittings(box(), bytes(32)) == ()


def test_the_button_presses_the_big_button_and_a_dead_one_is_known() -> None:
    virtual = VirtualKeys()
    with running(box(button={"driver": "bytes", "port": virtual.path, "signal": "50"})) as inbox:
        assert inbox.next() == PartChanged(Part.BUTTON, works=True)
        virtual.press(b"P", times=3)
        pressed = inbox.next()
        assert isinstance(pressed, Pressed)
        assert (pressed.press, pressed.beside) == (Press.TAXI, True)
        assert len(pressed.fresh_ref) == 36
        virtual.noise(b"\xfeP")
        virtual.unplug()
        assert inbox.next() == PartChanged(Part.BUTTON, works=False)
    virtual.close()


def test_three_keys_a_sensor_and_a_button_on_wires_reach_the_inbox() -> None:
    with ExitStack() as ends:
        keypad, sensor = VirtualWires(), VirtualWires()
        ends.callback(keypad.close)
        ends.callback(sensor.close)
        config = box(keypad={"port": keypad.path}, presence={"port": sensor.path, "signal": "dsr"})
        inbox = ends.enter_context(running(config))
        assert inbox.next() == PartChanged(Part.KEYPAD, works=True)
        for wire, key in (("cts", Key.NEXT), ("dsr", Key.BACK), ("cd", Key.OK)):
            keypad.hold(wire)
            event = inbox.next()
            keypad.let_go(wire)
            assert isinstance(event, KeyPressed)
            assert event.key is key
        seen = None
        while seen is None:  # the sensor tells nobody when it is up
            sensor.press("dsr", seconds=0.5)
            seen = inbox.came.get_nowait() if not inbox.came.empty() else None
        assert seen == CameNear()


def test_of_all_codes_only_ours_reach_the_inbox() -> None:
    virtual = VirtualScanner()
    with running(box(scanner={"port": virtual.path, "prefix": "~"})) as inbox:
        assert inbox.next() == PartChanged(Part.SCANNER, works=True)
        virtual.begins_with(b"~")
        for code in ("https://pay.invalid/1", CARD[:-1], SLIP[:-1], CARD, SLIP):
            virtual.show(code)
        for code in (CARD, SLIP):
            event = inbox.next()
            assert isinstance(event, CodeShown)
            assert event.code == code
        assert inbox.came.empty()
    virtual.close()


@pytest.mark.parametrize(
    ("code", "ours"),
    [
        (CARD, True),
        (CARD.lower(), True),
        (SLIP, True),
        ("taxi:曹家渡-0412-1121-007", True),
        (CARD[:-1], False),
        (CARD[:5] + ("0" if CARD[5] != "0" else "1") + CARD[6:], False),
        ("taxi:0412-1121", False),
        ("taxi:0412-1121-0077", False),
        ("TAXI:0412-1121-007", False),
        ("taxi:0412-1121-007\nx", False),
        ("", False),
    ],
)
def test_codes_are_ours_only_when_they_are_whole(code: str, *, ours: bool) -> None:
    assert is_ours(code) is ours


@pytest.mark.parametrize(
    ("section", "keys", "sentence"),
    [
        ("button", {"signal": "dtr"}, r"\[button\] 'dtr' is no wire: expected cts, dsr, cd or ri"),
        ("button", {"driver": "bytes"}, r"\[button\] 'cts' is no byte: expected what it sends in hex"),
        ("button", {"driver": "mind"}, "driver 'mind' is not installed; installed for taxikiosk.keys: bytes, wires"),
        ("keypad", {"ok": "cts"}, r"\[keypad\] cts, dsr, cts: expected another wire for each key"),
        ("presence", {"signal": "50"}, r"\[presence\] '50' is no wire"),
        ("scanner", {"driver": "eye"}, "driver 'eye' is not installed; installed for taxikiosk.scanner: lines"),
    ],
)
def test_a_wrong_setting_is_one_sentence(section: str, keys: dict[str, str], sentence: str) -> None:
    (one,) = fittings(box(**{section: {"port": "/nowhere", **keys}}), None)
    with pytest.raises(WiringError, match=sentence):
        one.make(lambda _event: None)
