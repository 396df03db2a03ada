"""Devices that are not there: the real protocols on pseudo terminals, with misbehaviour on command."""
