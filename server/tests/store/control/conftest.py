"""Control databases of both kinds."""

from doubles.control_databases import control, control_url, open_control, outage, postgres

__all__ = ["control", "control_url", "open_control", "outage", "postgres"]
