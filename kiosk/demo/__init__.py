"""A whole box on one machine: an embedded dispatcher, virtual devices on ptys, and visits that live themselves."""
