"""Buttons, keys and sensors: a hand or a passer-by becomes an event, whatever hangs on the wire."""
