"""Forgets the trips of who is erased: through the courier while the box runs, in the closed store while it does not."""

from __future__ import annotations

import errno
import threading
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from dispatch_client.courier import Courier
    from kiosk.residents.forgetting import Leaving

_ANSWER_S: Final = 10.0


class TripsOfRunningBox:
    """Asks the courier, who alone may write into the store of trips. Used on any thread but the courier's."""

    def __init__(self, courier: Courier) -> None:
        self._courier = courier

    def forget(self, people: Sequence[Leaving]) -> None:
        """Wait for the courier's answer. Raises OSError when a taxi is under way, or none comes within ten seconds."""
        answered, answer = threading.Event(), ["the courier did not answer in time"]

        def told(why: str) -> None:
            answer[0] = why
            answered.set()

        self._courier.forget(_cards(people), told)
        answered.wait(_ANSWER_S)
        if answer[0]:
            raise OSError(errno.EBUSY, answer[0])


class TripsOfStoppedBox:
    """Opens the store of trips itself, which nobody else may have open.

    Args:
        folder: of the store.
        key_file: its key.
    """

    def __init__(self, folder: Path, key_file: Path) -> None:
        self._folder = folder
        self._key_file = key_file

    def forget(self, people: Sequence[Leaving]) -> None:
        """Raises OSError when the box is running, or a taxi was under way when it stopped."""
        from dispatch_client.outbox import OutboxError, load_key, open_outbox

        if not (self._folder / "trips.db").exists():
            return
        try:
            outbox, _ = open_outbox(self._folder, load_key(self._key_file))
            try:
                alive = outbox.forget(_cards(people))
            finally:
                outbox.close()
        except OutboxError as error:
            raise OSError(errno.EBUSY, str(error)) from error
        if alive:
            raise OSError(errno.EBUSY, "a taxi of theirs is under way")


def _cards(people: Sequence[Leaving]) -> frozenset[str]:
    return frozenset(card for one in people for card in one.cards)
