"""What tells people, wired."""

from secrets import token_hex

from watchglass.alerts.notify.configuration import read_targets
from watchglass.alerts.notify.links import Links
from watchglass.alerts.notify.runner import Notifications
from watchglass.app.delivering import EMBEDDED
from watchglass.clock import Clock
from watchglass.settings import Settings, variable
from watchglass.store.control.database import ControlDatabase
from watchglass.store.control.follower import Follower
from watchglass.telemetry import Telemetry


def build_notifications(
    settings: Settings, clock: Clock, control: ControlDatabase, follower: Follower, telemetry: Telemetry
) -> Notifications:
    """Read the file of targets, if there is one, and prepare them; nothing runs yet.

    Raises:
        InvalidInput: Something in the file is wrong; the field says what.
    """
    links = Links(settings.public_url)
    configured = read_targets(settings.notify_file, links, variable) if settings.notify_file else []
    holder = EMBEDDED if settings.store == "embedded" else token_hex(16)
    log_s = settings.notify_log_days * 86_400.0
    notifications = Notifications(configured, control, clock, telemetry, holder=holder, log_s=log_s)
    follower.each_round(notifications.tidy)
    for name, waiting, oldest_age_s in notifications.gauges():
        telemetry.watch("watchglass_notifications_waiting", "Messages that wait for a target", waiting, target=name)
        telemetry.watch(
            "watchglass_notifications_oldest_age_seconds", "Age of the oldest message that waits for a target", oldest_age_s, target=name
        )
    return notifications
