"""What came in of each signal since the server started, from its own metrics."""

import numpy as np
from pydantic import BaseModel, Field

from watchglass.model.records import Signal
from watchglass.query.histograms import Distribution, quantile
from watchglass.telemetry import Telemetry


class Refusals(BaseModel):
    """What was refused for one cause."""

    cause: str = Field(description="One word: queue_full, invalid_rows, disk_full, ...")
    request_count: int = Field(description="Exports")
    row_count: int = Field(description="Rows of exports that were taken otherwise")


class SignalState(BaseModel):
    """What came in of one signal since the server started."""

    signal: str = Field(description="The table that keeps it: spans, logs or metric_points")
    row_count: int = Field(description="Rows committed")
    size_bytes: int = Field(description="Bytes of the exports that were committed, decompressed")
    commit_count: int = Field(description="Groups committed")
    commit_p50_s: float | None = Field(description="Median time of a commit, in seconds, to its bucket; null without commits")
    commit_p95_s: float | None = Field(description="The same that 95 % of the commits stay under")
    queue_export_count: int = Field(description="Exports that wait for their commit now")
    queue_bytes: int = Field(description="Their bytes")
    resend_count: int = Field(description="Exports that had been stored before and were not stored again")
    refusals: list[Refusals] = Field(description="What was refused, by cause")


def read_signals(telemetry: Telemetry) -> list[SignalState]:
    """Read what the committers and the OTLP routes have reported."""
    return [_state(telemetry, signal.value) for signal in Signal]


def _state(telemetry: Telemetry, signal: str) -> SignalState:
    def one(name: str) -> int:
        return int(sum(value for labels, value in telemetry.read(name) if labels["signal"] == signal))

    commits = _commits(telemetry, signal)
    return SignalState(
        signal=signal,
        row_count=one("watchglass_ingest_rows_total"),
        size_bytes=one("watchglass_ingest_bytes_total"),
        commit_count=one("watchglass_ingest_commit_seconds_count"),
        commit_p50_s=quantile(commits, 0.5),
        commit_p95_s=quantile(commits, 0.95),
        queue_export_count=one("watchglass_ingest_queue_exports"),
        queue_bytes=one("watchglass_ingest_queue_bytes"),
        resend_count=one("watchglass_ingest_resends_total"),
        refusals=_refusals(telemetry, signal),
    )


def _commits(telemetry: Telemetry, signal: str) -> Distribution:
    """The times of commits, in seconds."""
    found = [
        (float(labels["le"]), value)
        for labels, value in telemetry.read("watchglass_ingest_commit_seconds_bucket")
        if labels["signal"] == signal
    ]
    bounds, cumulative = np.array(sorted(found)).reshape(-1, 2).T
    lower = np.concatenate([[0.0], bounds[:-1]]) if len(bounds) else bounds
    return Distribution(lower, bounds, np.diff(cumulative, prepend=0.0), is_geometric=False)


def _refusals(telemetry: Telemetry, signal: str) -> list[Refusals]:
    counts: dict[str, list[int]] = {}
    for place, name in enumerate(("watchglass_ingest_rejected_requests_total", "watchglass_ingest_rejected_rows_total")):
        for labels, value in telemetry.read(name):
            if labels["signal"] == signal:
                counts.setdefault(labels["cause"], [0, 0])[place] += int(value)
    return [Refusals(cause=cause, request_count=requests, row_count=rows) for cause, (requests, rows) in sorted(counts.items())]
