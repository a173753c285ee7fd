"""One server delivers an outlet: the lease on it, renewed while it is used."""

import threading

from watchglass.clock import Clock
from watchglass.store.control.database import ControlDatabase
from watchglass.store.control.outlets import hold_outlet, release_outlet

LEASE_S = 120.0
"""How long another server waits before it takes over from one that died; longer than one request and one read."""

RENEW_S = 20.0


class Lease:
    """The lease of one outlet, shared by the threads of its signals."""

    def __init__(self, control: ControlDatabase, name: str, holder: str, clock: Clock) -> None:
        """Prepare; `holder` names this server."""
        self._control = control
        self._name = name
        self._clock = clock
        self._lock = threading.Lock()
        self._renewed_s: float | None = None
        self.holder = holder

    def is_held(self) -> bool:
        """Whether this server may deliver now; takes the outlet when nobody has it.

        Raises:
            Unavailable: The control database does not answer.
        """
        with self._lock:
            now_s = self._clock.monotonic_s()
            if self._renewed_s is not None and now_s - self._renewed_s < RENEW_S:
                return True
            now_ns = self._clock.now_ns()
            is_held = hold_outlet(self._control, self._name, self.holder, now_ns, now_ns + int(LEASE_S * 1e9))
            self._renewed_s = now_s if is_held else None
            return is_held

    def release(self) -> None:
        """Let another server have it at once.

        Raises:
            Unavailable: The control database does not answer.
        """
        with self._lock:
            self._renewed_s = None
            release_outlet(self._control, self._name, self.holder)
