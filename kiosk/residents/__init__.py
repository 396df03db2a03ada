"""Remembers residents and caretakers, encrypted; gives out only what was agreed to, and forgets without a trace."""
