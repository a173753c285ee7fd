"""Attribute conventions: one data file each, and the pure code that reads spans by them."""
