"""A province's own system: iGate, or specialised software that speaks like it."""
