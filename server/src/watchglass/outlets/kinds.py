"""The kinds of outlets; adding one is a file and a word here."""

from watchglass.outlets import datadog, last9, otlp, remote_write
from watchglass.outlets.outlet import Kind

KINDS: tuple[Kind, ...] = (otlp.KIND, last9.KIND, datadog.KIND, remote_write.KIND)
"""Every kind."""
