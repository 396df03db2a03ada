"""A box with a modem: the order goes out by text message where nothing else can, and a broken modem disturbs nobody."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from journey import Visit, dispatcher_has, do, happens, hears, press, reads, says, sees

from dispatch_client.sandbox import Behaviour
from hardware.virtual.modem import VirtualModem
from kiosk.core.events import Press
from kiosk.core.scene import SceneName as Scene

NUMBER = "+12025550123"


@pytest.fixture
def modem() -> Iterator[VirtualModem]:
    virtual = VirtualModem()
    yield virtual
    virtual.close()


@pytest.fixture
def visit(tmp_path: Path, modem: VirtualModem) -> Iterator[Visit]:
    sms = {"number": NUMBER, "language": "en"}
    made = Visit(tmp_path, Behaviour.NORMAL, {"modem": {"port": modem.path}, "sms": sms})
    try:
        yield made
    finally:
        made.end()


def arrived(modem: VirtualModem, count: int) -> Callable[[Visit], bool]:
    def step(_visit: Visit) -> bool:
        return len(modem.messages) == count

    return step


def test_without_a_network_the_order_is_written_and_what_cannot_be_known_is_said(
    visit: Visit, modem: VirtualModem
) -> None:
    visit.live(
        sees(Scene.HOME),
        do(lambda v: v.stage.sandbox.cut()),
        happens("network_down"),
        press(Press.TAXI),
        sees(Scene.OFFLINE),
        reads("Writing to the taxi company"),
        says("We do not know whether it arrived."),
        arrived(modem, 1),
        happens("delivered"),
        do(lambda v: v.stage.sandbox.restore()),
        happens("network_up"),
        dispatcher_has(),
    )
    [order] = modem.messages
    assert order.number == NUMBER
    assert order.text.startswith("Taxi to ")
    assert "no. 1," in order.text


def test_a_modem_that_babbles_and_breaks_leaves_the_visit_whole(visit: Visit, modem: VirtualModem) -> None:
    modem.noise(b"\xff\x00\r\nRING\r\n" * 40)
    modem.unplug(after=9)
    visit.live(
        sees(Scene.HOME),
        press(Press.TAXI),
        sees(Scene.FOUND),
        happens("slip_printed"),
        hears("We found a taxi"),
        dispatcher_has("driver_assigned"),
    )
    assert modem.messages == []
    assert visit.staff == []
