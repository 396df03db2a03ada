"""What may be asked of the voice and what it tells back, as plain frozen data."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import time


@dataclass(frozen=True, slots=True)
class Utterance:
    """Some sentences that belong together and are said in one go."""

    id: str
    """Comes back in `Spoken`."""
    lines: tuple[str, ...]
    """One sentence each, as `kiosk.core.reading` words it: rendered, cached and interrupted line by line."""
    language: str
    gap_s: float = 0.4
    """Seconds of silence after each line but the last."""
    repeat: int = 1
    """How many times all the lines are said."""
    interrupt: bool = False
    """Silence what is being said and forget what still waits, then say this."""
    volume: float = 1.0
    """1 is the box's own setting; 2 is twice the amplitude, as far as it stays clean."""
    pace: float = 1.0
    """1 is the box's own setting; 0.8 is slower."""
    chime: bool = False
    """A two-tone chime first, once."""
    private: bool = False
    """The lines may hold personal data: they are never written anywhere, not even into the cache."""


@dataclass(frozen=True, slots=True)
class VoiceSettings:
    """How this box speaks."""

    rates: Mapping[str, int] = field(default_factory=dict)
    """Words per minute as espeak-ng counts them, per language; a language that is missing has its usual rate."""
    volume: float = 1.0
    """Amplitude: 1 is about -20 dBFS RMS while somebody speaks."""
    quiet_from: time | None = None
    quiet_until: time | None = None
    quiet_volume: float = 0.3
    """Amplitude between the two, which may span midnight. Equal or missing times: no quiet hours."""

    def quiet_at(self, now: time) -> bool:
        """Tell whether this time of day is in the quiet hours."""
        start, end = self.quiet_from, self.quiet_until
        if start is None or end is None or start == end:
            return False
        return start <= now < end if start < end else now >= start or now < end

    def volume_at(self, now: time) -> float:
        """Give the amplitude that is meant for this time of day."""
        return min(self.volume, self.quiet_volume) if self.quiet_at(now) else self.volume


@dataclass(frozen=True, slots=True)
class Clip:
    """One line as sound, ready for a player."""

    utterance_id: str
    text: str
    language: str
    wav: bytes
    seconds: float
    private: bool = False


@dataclass(frozen=True, slots=True)
class Spoken:
    """All lines of an utterance were said to their end. One that was interrupted or could not be heard has none."""

    id: str
    engine: str
    """`recorded` when every line was; else what rendered: `pyttsx3`, or `espeak-ng` when pyttsx3 failed for a line."""


@dataclass(frozen=True, slots=True)
class VoiceBroken:
    """Nothing can be heard: told once, until `VoiceMended`. Everything that is spoken also stands on the screen."""

    sentence: str
    """What is wrong and how it is mended, for staff; holds no personal data."""


@dataclass(frozen=True, slots=True)
class VoiceMended:
    """A line was heard again after `VoiceBroken`."""


VoiceEvent = Spoken | VoiceBroken | VoiceMended
