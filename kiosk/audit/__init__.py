"""Measures every screen against the rules for older eyes, ears and hands, and says where one is broken."""

from __future__ import annotations
