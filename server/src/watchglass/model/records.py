"""Frozen records that pass between rooms."""

from dataclasses import dataclass
from enum import StrEnum


class Signal(StrEnum):
    """The three OTLP signals; the value is the table that keeps the signal's rows."""

    TRACES = "spans"
    LOGS = "logs"
    METRICS = "metric_points"


@dataclass(frozen=True, slots=True)
class Export:
    """One OTLP export request, ready to be committed.

    Attributes:
        signal: What it carries.
        project_id: Project that the rows belong to.
        body: A serialised Export{Trace,Logs,Metrics}ServiceRequest, uncompressed protobuf.
        batch_id: Hash of project, signal and body, 64 bits: the same for an identical resend.
        received_at_ns: When it was taken in, nanoseconds since 1970 UTC.
    """

    signal: Signal
    project_id: str
    body: bytes
    batch_id: int
    received_at_ns: int


@dataclass(frozen=True, slots=True)
class Committed:
    """What became of one export.

    Attributes:
        accepted_rows: Rows that are stored (or were already, for a resend).
        rejected_rows: Rows refused because they can never be stored.
        message: Why rows were refused, empty when none were.
        is_resend: The export had been stored before; nothing was written.
    """

    accepted_rows: int
    rejected_rows: int = 0
    message: str = ""
    is_resend: bool = False


class KeyScope(StrEnum):
    """What an API key allows; `admin` includes the others.

    Members:
        INGEST: Send telemetry.
        READ: Ask.
        EDIT: Make and change what people keep beside the telemetry: saved views, dashboards and annotations.
        ADMIN: Projects, keys and prices.
    """

    INGEST = "ingest"
    READ = "read"
    EDIT = "edit"
    ADMIN = "admin"


@dataclass(frozen=True, slots=True)
class Principal:
    """Who asks: an API key, or nobody in particular on loopback.

    Attributes:
        project_id: The one project that may be touched; None for all.
        scopes: What may be done.
        key_id: The key's id, empty when no key was needed.
    """

    project_id: str | None
    scopes: frozenset[KeyScope]
    key_id: str = ""

    def may(self, scope: KeyScope) -> bool:
        """Whether `scope` is allowed."""
        return scope in self.scopes or KeyScope.ADMIN in self.scopes
