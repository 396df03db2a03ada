"""Cards in, slips out, over serial: supervised devices for any kiosk, each fault told in one sentence."""
