"""How long tests wait for what they wait for."""

PATIENCE = 900.0
"""Seconds in which anything comes about that comes about at all, also on a slow machine that does much else."""
