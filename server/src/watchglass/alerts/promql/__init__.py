"""Prometheus's alerting rules read as rules of our own, as far as they mean the same here."""
