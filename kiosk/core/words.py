"""One language's words: English sentences in, the same sentence in that language out."""

from __future__ import annotations

import functools
import gettext
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

LANGUAGES: Final = {"zh_CN": "中文", "en": "English"}
"""Every language the kiosk speaks, by its own name."""

_LOCALE: Final = Path(__file__).parent.parent / "locale"


def words(language: str) -> Callable[..., str]:
    """Give the function that turns an English sentence with {placeholders} into `language`.

    Raises:
        LookupError: the language is unknown, or was never compiled.
    """
    return functools.partial(_say, _catalogue(language))


def _say(catalogue: gettext.NullTranslations, sentence: str, **values: object) -> str:
    # "" is gettext's own header; and words that come from a dispatcher hold no placeholders, whatever they look like.
    text = catalogue.gettext(sentence) if sentence else ""
    return text.format(**values) if values else text


@functools.cache
def _catalogue(language: str) -> gettext.NullTranslations:
    if language not in LANGUAGES:
        raise LookupError(f"language {language!r}: expected one of {', '.join(LANGUAGES)}")
    if language == "en":
        return gettext.NullTranslations()
    try:
        return gettext.translation("kiosk", _LOCALE, [language])
    except FileNotFoundError:
        raise LookupError(f"the language {language} was never compiled: run `make setup`") from None
