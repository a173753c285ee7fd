"""Leases: what exactly one of the servers that share the control database may do at a time."""

import threading

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection

from watchglass.clock import Clock
from watchglass.store.control.database import ControlDatabase
from watchglass.store.control.tables import leases

LEASE_S = 120.0
"""How long another server waits before it takes over from one that died; longer than one piece of the work."""

RENEW_S = 20.0


class Lease:
    """A lease, kept for as long as it is asked for. Safe for several threads."""

    def __init__(self, control: ControlDatabase, name: str, holder: str, clock: Clock, *, lease_s: float = LEASE_S) -> None:
        """Prepare; `name` says what for, such as "notify/pager", and `holder` names this server."""
        self._control = control
        self._name = name
        self._clock = clock
        self._lease_ns = int(lease_s * 1e9)
        self._renew_s = min(RENEW_S, lease_s / 3)
        self._lock = threading.Lock()
        self._renewed_s: float | None = None
        self.holder = holder

    def is_held(self) -> bool:
        """Whether this server may work now; takes the lease when nobody has it.

        Raises:
            Unavailable: The control database does not answer.
        """
        with self._lock:
            now_s = self._clock.monotonic_s()
            if self._renewed_s is not None and now_s - self._renewed_s < self._renew_s:
                return True
            now_ns = self._clock.now_ns()
            is_held = hold_lease(self._control, self._name, self.holder, now_ns, now_ns + self._lease_ns)
            self._renewed_s = now_s if is_held else None
            return is_held

    def release(self) -> None:
        """Let another server have it at once.

        Raises:
            Unavailable: The control database does not answer.
        """
        with self._lock:
            self._renewed_s = None
            release_lease(self._control, self._name, self.holder)


def hold_lease(control: ControlDatabase, name: str, holder: str, now_ns: int, until_ns: int) -> bool:
    """Take or keep a lease until `until_ns`; False while another holds it.

    Raises:
        Unavailable: The control database does not answer.
    """
    values = {"name": name, "holder": holder, "held_until_ns": until_ns}
    is_free = (leases.c.holder == holder) | (leases.c.held_until_ns < now_ns)
    changed = {"holder": holder, "held_until_ns": until_ns}
    with control.write() as connection:
        insert = postgresql.insert(leases) if connection.dialect.name == "postgresql" else sqlite.insert(leases)
        taking = insert.values(values).on_conflict_do_update(index_elements=["name"], set_=changed, where=is_free)
        return connection.execute(taking.returning(leases.c.name)).first() is not None


def release_lease(control: ControlDatabase, name: str, holder: str) -> None:
    """Give a lease to whoever asks next, where `holder` still has it.

    Raises:
        Unavailable: The control database does not answer.
    """
    with control.write() as connection:
        own = (leases.c.name == name) & (leases.c.holder == holder)
        connection.execute(leases.update().where(own).values(holder="", held_until_ns=0))


def holds(connection: Connection, name: str, holder: str) -> bool:
    """Whether `holder` has the lease, as the transaction of `connection` sees it; the row stays as it is until its end.

    For work that must not be kept once another server has taken over: ask first, in the transaction that keeps it.

    Raises:
        Unavailable: The control database does not answer.
    """
    own = sa.select(leases.c.name).where((leases.c.name == name) & (leases.c.holder == holder))
    return connection.execute(own.with_for_update()).first() is not None
