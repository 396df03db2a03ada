"""Dispatchers by name: the built-in ones and those of third parties come through the same door."""

from __future__ import annotations

from importlib.metadata import entry_points
from typing import TYPE_CHECKING, Final, cast

if TYPE_CHECKING:
    from collections.abc import Callable

    from dispatch_client.provider import Provider

GROUP: Final = "taxikiosk.dispatch"
"""The entry-point group that a distribution names its provider classes in."""


class UnknownProviderError(LookupError):
    """No installed distribution has a provider of this name; the text lists the names that there are."""


def names() -> list[str]:
    """Give the names of all installed providers, sorted."""
    return sorted({point.name for point in entry_points(group=GROUP)})


def load(name: str) -> Callable[..., Provider]:
    """Give what makes the provider called `name`; it is called with the settings of that provider as keywords.

    Raises:
        UnknownProviderError: nobody has a provider of this name, or it cannot be imported.
    """
    found = [point for point in entry_points(group=GROUP) if point.name == name]
    if not found:
        known = ", ".join(names()) or "none"
        raise UnknownProviderError(f"dispatch provider {name!r} is not installed; installed are: {known}")
    try:
        return cast("Callable[..., Provider]", found[0].load())
    except (ImportError, AttributeError) as error:
        raise UnknownProviderError(
            f"dispatch provider {name!r} ({found[0].value}) is installed but cannot be imported: {error}"
        ) from error
