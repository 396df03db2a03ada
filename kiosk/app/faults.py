"""What keeps a box from being joined, as one sentence for whoever set it up."""

from __future__ import annotations


class WiringError(Exception):
    """Something that the configuration names cannot be had. One sentence with its cure."""
