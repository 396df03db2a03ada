"""What the flow wants said, handed to the voice."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from kiosk.assets import asset
from kiosk.core.events import Event, Part, PartChanged
from kiosk.log import get_logger
from kiosk.phrases import clauses, names, phrases
from kiosk.voice.bank import Bank
from kiosk.voice.cache import ClipCache
from kiosk.voice.players import AplayPlayer
from kiosk.voice.utterances import Utterance, VoiceBroken, VoiceMended, VoiceSettings
from kiosk.voice.voice import Voice

if TYPE_CHECKING:
    from kiosk.config import Config
    from kiosk.core.effects import Say
    from kiosk.inbox import Inbox
    from kiosk.voice.ambience import Ambience
    from kiosk.voice.players import Player, Wait

log = get_logger()

_USUAL_MINUTES = 20
"""Estimates below this many minutes are rendered ahead."""


class Mouth:
    """Turns what the flow wants said into utterances of the voice."""

    def __init__(
        self,
        config: Config,
        inbox: Inbox[Event],
        player: Player | None = None,
        wait: Wait | None = None,
        ambience: Ambience | None = None,
    ) -> None:

        def heard(event: object) -> None:
            if isinstance(event, VoiceBroken):
                log.warning("voice not working", why=event.sentence)
                inbox.put(PartChanged(Part.VOICE, works=False))
            elif isinstance(event, VoiceMended):
                inbox.put(PartChanged(Part.VOICE, works=True))

        voice = config.voice
        settings = VoiceSettings(
            rates=dict(voice.rate),
            volume=voice.volume,
            quiet_from=voice.quiet_from,
            quiet_until=voice.quiet_until,
            quiet_volume=voice.quiet_volume,
        )
        folder = config.store.folder / "voice"
        banks = [bank for bank in (voice.bank, asset("voice")) if bank]
        self.voice: Voice = Voice(
            folder,
            player or AplayPlayer(),
            settings,
            heard,
            wait=wait,
            bank=Bank(banks, names, clauses, ClipCache(folder)),
            ambience=ambience,
        )
        self._count = 0

    def prepare(self, config: Config) -> None:
        """Have every fixed sentence rendered while there is nothing to say: it is heard at once when it is due."""
        for language in config.language.offered:
            self.voice.prepare_found(partial(_lines, language))

    def say(self, effect: Say) -> None:
        """Speak the lines of an effect."""
        self._count += 1
        self.voice.say(
            Utterance(
                id=str(self._count),
                lines=tuple(line.read for line in effect.lines),
                language=effect.language,
                repeat=effect.times,
                interrupt=not effect.after,
                chime=effect.chime,
                volume=effect.volume,
                pace=effect.pace,
            )
        )

    def hush(self) -> None:
        """Be silent at once."""
        self.voice.hush()


def _lines(language: str) -> list[tuple[str, str]]:
    """Give what is said as it stands. A plate comes too late for that; the usual estimates are few."""
    wanted = [phrase for phrase in phrases(language) if phrase.kind in {"sentence", "choice"}]
    usual = [phrase for phrase in phrases(language) if phrase.kind == "minutes"][:_USUAL_MINUTES]
    return [(language, phrase.text) for phrase in (*wanted, *usual)]


class Mute:
    """The voice of a box that is configured not to speak."""

    def say(self, effect: Say) -> None:
        """Say nothing."""

    def hush(self) -> None:
        """Be as silent as before."""
