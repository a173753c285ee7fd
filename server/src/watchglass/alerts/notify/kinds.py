"""The kinds of targets; adding one is a file and a word here."""

from watchglass.alerts.notify.target import Kind
from watchglass.alerts.notify.targets import alertmanager, apprise, log, webhook

KINDS: tuple[Kind, ...] = (apprise.KIND, webhook.KIND, alertmanager.KIND, log.KIND)
"""Every kind."""
