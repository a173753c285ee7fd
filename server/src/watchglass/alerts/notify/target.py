"""What a target is: somewhere that a message is sent to, in its own form; tries, the log and the order are not its own."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from watchglass.alerts.notify.links import Links
from watchglass.alerts.notify.message import Message
from watchglass.outgoing.options import Options
from watchglass.outgoing.sending import Answer, Sender


@dataclass(frozen=True, slots=True)
class Telling:
    """One message on its way to one target.

    Attributes:
        id: The same whenever this message is sent to this target: what is sent a second time after a crash can be told.
        message: What is told.
        now_ns: The present, nanoseconds since 1970 UTC.
        is_again: Whether the target took it before and is only reminded that it still holds.
    """

    id: str
    message: Message
    now_ns: int
    is_again: bool = False


class Target(Protocol):
    """A way to tell somebody. For one thread at a time."""

    @property
    def place(self) -> str:
        """Where it leads, fit to be shown."""
        ...

    @property
    def stands_s(self) -> float | None:
        """How often it must be told again what fires, in seconds; None where once is enough."""
        ...

    def tell(self, telling: Telling, sender: Sender) -> Answer:
        """Send one message and say what became of it. Never raises on what the network or the target does."""
        ...


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of target, as the file names it.

    Attributes:
        name: Its word in the file.
        build: Reads its options; raises InvalidInput that names the field.
    """

    name: str
    build: Callable[[Options, Links], Target]


@dataclass(frozen=True, slots=True)
class ConfiguredTarget:
    """One target of the file.

    Attributes:
        name: Names it in rules, metrics and the API.
        kind: Its kind.
        project: The one project whose incidents it is told; None for all.
        is_default: Whether it is told what rules say that name no target.
        give_up_after_s: How old a message may grow before it is not tried again, in seconds.
        target: How it is told.
        secrets: What must not be shown.
    """

    name: str
    kind: str
    project: str | None
    is_default: bool
    give_up_after_s: float
    target: Target = field(repr=False)
    secrets: Sequence[str] = field(repr=False)

    def serves(self, project_id: str | None) -> bool:
        """Whether it may be told of incidents of this project."""
        return self.project is None or self.project == project_id
