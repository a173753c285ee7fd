"""Scraping: targets that Prometheus's own configuration names are asked for their metrics on a schedule."""
