"""What is kept of outlets: which server delivers each, and how far it has come."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass

import sqlalchemy as sa

from watchglass.model.records import Signal
from watchglass.store.control.database import ControlDatabase
from watchglass.store.control.tables import outlet_places, outlets


@dataclass(frozen=True, slots=True)
class Place:
    """How far one signal of one outlet has come.

    Attributes:
        outlet_name: The outlet.
        signal: The signal.
        through_ms: All that arrived up to this moment is delivered or dropped, milliseconds since 1970 UTC.
        waiting_since_ms: Arrival of the oldest row that is known to wait; None when none is.
        delivered_rows: Rows that the target took.
        dropped_rows: Rows that it never will: refused, too old, or without a form there.
        failure_count: Requests that failed and were tried again.
        last_error: What went wrong last, empty when nothing ever did.
        last_error_at_ns: When, nanoseconds since 1970 UTC.
        last_delivered_at_ns: When rows were last taken.
    """

    outlet_name: str
    signal: Signal
    through_ms: int
    waiting_since_ms: int | None = None
    delivered_rows: int = 0
    dropped_rows: int = 0
    failure_count: int = 0
    last_error: str = ""
    last_error_at_ns: int | None = None
    last_delivered_at_ns: int | None = None


def begin_outlet(control: ControlDatabase, name: str, signals: Iterable[Signal], now_ms: int) -> None:
    """Let an outlet begin at `now_ms` with what it does not deliver yet; what it does goes on where it was.

    Raises:
        Unavailable: The control database does not answer.
    """
    with control.write() as connection:
        if connection.execute(sa.select(outlets.c.name).where(outlets.c.name == name)).first() is None:
            connection.execute(outlets.insert().values(name=name, holder="", held_until_ns=0))
        known = set(
            connection.execute(
                sa.select(outlet_places.c.signal).where(outlet_places.c.outlet_name == name)
            ).scalars()
        )
        for signal in signals:
            if signal.value not in known:
                connection.execute(outlet_places.insert().values(asdict(Place(name, signal, now_ms))))


def hold_outlet(control: ControlDatabase, name: str, holder: str, now_ns: int, until_ns: int) -> bool:
    """Take or keep an outlet until `until_ns`; False while another holds it.

    Raises:
        Unavailable: The control database does not answer.
    """
    is_free = (outlets.c.holder == holder) | (outlets.c.held_until_ns < now_ns)
    with control.write() as connection:
        taken = connection.execute(
            outlets.update().where((outlets.c.name == name) & is_free).values(holder=holder, held_until_ns=until_ns)
        )
    return taken.rowcount == 1


def release_outlet(control: ControlDatabase, name: str, holder: str) -> None:
    """Give an outlet to whoever asks next, where `holder` still has it.

    Raises:
        Unavailable: The control database does not answer.
    """
    own = (outlets.c.name == name) & (outlets.c.holder == holder)
    with control.write() as connection:
        connection.execute(outlets.update().where(own).values(holder="", held_until_ns=0))


def read_place(control: ControlDatabase, name: str, signal: Signal) -> Place:
    """Return how far one signal of an outlet has come; `begin_outlet` has been called for it.

    Raises:
        Unavailable: The control database does not answer.
    """
    chosen = (outlet_places.c.outlet_name == name) & (outlet_places.c.signal == signal.value)
    with control.read() as connection:
        row = connection.execute(outlet_places.select().where(chosen)).mappings().one()
    return Place(**{**row, "signal": Signal(row["signal"])})


def save_place(control: ControlDatabase, holder: str, place: Place) -> bool:
    """Keep a place; False when `holder` does not have the outlet any more, and nothing is kept.

    Raises:
        Unavailable: The control database does not answer.
    """
    held = sa.select(outlets.c.name).where((outlets.c.name == place.outlet_name) & (outlets.c.holder == holder))
    chosen = (
        (outlet_places.c.outlet_name == place.outlet_name)
        & (outlet_places.c.signal == place.signal.value)
        & sa.exists(held)
    )
    values = {**asdict(place), "last_error": place.last_error[:500]}
    with control.write() as connection:
        return connection.execute(outlet_places.update().where(chosen).values(values)).rowcount == 1


def list_places(control: ControlDatabase) -> list[Place]:
    """Return the places of all outlets that there ever were, by outlet and signal.

    Raises:
        Unavailable: The control database does not answer.
    """
    asked = outlet_places.select().order_by(outlet_places.c.outlet_name, outlet_places.c.signal)
    with control.read() as connection:
        return [Place(**{**row, "signal": Signal(row["signal"])}) for row in connection.execute(asked).mappings()]
