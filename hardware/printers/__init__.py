"""Slips of paper: laid out, drawn to dots, sent to a thermal printer, and its answer told."""
