"""Finds out within ten seconds what of a box is broken and how it is mended, whether the kiosk runs or not."""
