"""What the detectors of anomaly rules remember between evaluations, whichever server evaluates."""

import sqlalchemy as sa

from watchglass.clock import Clock
from watchglass.store.control.database import ControlDatabase
from watchglass.store.control.tables import detector_states

FORGOTTEN_AFTER_NS = 7 * 86_400 * 10**9
"""A state that was not kept anew for a week belongs to a rule that is gone or was changed."""


class KeptDetectorStates:
    """Keeps states in the control database."""

    def __init__(self, control: ControlDatabase, clock: Clock) -> None:
        """Keep them in `control`."""
        self._control = control
        self._clock = clock

    def load(self, key: str) -> bytes | None:
        """Return what was kept under `key`; None for nothing.

        Raises:
            Unavailable: The control database does not answer.
        """
        with self._control.read() as connection:
            found = connection.execute(sa.select(detector_states.c.state).where(detector_states.c.key == key)).scalar()
        return None if found is None else bytes(found)

    def save(self, key: str, state: bytes) -> None:
        """Keep `state` under `key` instead of what was, and forget what nobody has kept anew for long.

        Raises:
            Unavailable: The control database does not answer.
        """
        now_ns = self._clock.now_ns()
        with self._control.write() as connection:
            is_old = detector_states.c.updated_at_ns < now_ns - FORGOTTEN_AFTER_NS
            connection.execute(detector_states.delete().where((detector_states.c.key == key) | is_old))
            connection.execute(detector_states.insert().values(key=key, state=state, updated_at_ns=now_ns))
