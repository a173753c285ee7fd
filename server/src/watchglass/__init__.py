"""Watchglass: monitoring for large language models at work."""

__version__ = "0.1.0"
