"""The kiosk on the wall: one press, one taxi."""
