"""What the kiosk is, without any screen, network, clock or device: events in, scenes and effects out."""
