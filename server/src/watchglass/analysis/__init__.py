"""Numerics on arrays: no I/O, no clock, no knowledge of where the numbers come from."""
