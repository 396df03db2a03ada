"""The one error that a configuration can have, as sentences for whoever wrote the file."""

from __future__ import annotations


class ConfigError(Exception):
    """The configuration cannot be used. Its text is one line: file, key, what was expected, what was found."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        more = len(problems) - 1
        rest = f" (and {more} more: taxi-kiosk config check lists all)" if more else ""
        super().__init__(problems[0] + rest)
        self.problems = problems
        """One line for each thing that is wrong. None of them quotes a secret."""
