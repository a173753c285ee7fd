"""GET /api/v1/outlets: where rows are delivered to, how far each is, and what went wrong."""

from typing import Any, Literal

from fastapi import APIRouter
from pydantic import BaseModel, Field

from watchglass.api.access import Admin, Injected
from watchglass.errors import Forbidden
from watchglass.outlets.model_metrics import NAME, Progress
from watchglass.query.scope import format_time
from watchglass.store.control.outlets import Place, list_places

router = APIRouter(prefix="/api/v1", tags=["server"])

BEHIND_S = 60.0
"""An outlet whose oldest row waits longer is said to be behind."""


class OutletSignal(BaseModel):
    """One signal of an outlet."""

    signal: Literal["traces", "logs", "metrics", "model_metrics"] = Field(
        description="What is delivered; model_metrics: the metrics of model calls that /metrics has, as the server that answers "
        "sends them since its start"
    )
    state: Literal["ok", "behind", "failing"] = Field(description="failing: the last try failed; behind: rows wait for more than a minute")
    lag_s: float = Field(description="Age of the oldest row that is known to wait, in seconds; 0 when none does")
    delivered_rows: int = Field(description="Rows that the target took since the outlet was first set up")
    dropped_rows: int = Field(description="Rows that it never will take: refused, too old, or without a form there")
    failure_count: int = Field(description="Requests that failed and were tried again")
    last_error: str = Field(description="What went wrong last, empty when nothing ever did")
    last_error_at: str | None = Field(description="When, RFC 3339")
    last_delivered_at: str | None = Field(description="When rows were last taken, RFC 3339")


class OutletOut(BaseModel):
    """An outlet."""

    name: str = Field(description="Its name in the file of outlets")
    kind: str = Field(description="otlp, last9, datadog or remote_write")
    target: str = Field(description="Address or site")
    max_lag_s: float = Field(description="Rows that wait longer are dropped and counted, in seconds")
    signals: list[OutletSignal] = Field(description="What it delivers")


class OutletsOut(BaseModel):
    """All outlets."""

    outlets: list[OutletOut] = Field(description="In the order of the file")


@router.get("/outlets")
def outlets(services: Injected, admin: Admin) -> OutletsOut:
    """Say how the outlets are, whichever server delivers them; no secret is among it."""
    if admin.project_id is not None:
        raise Forbidden(f"this key is for the project {admin.project_id}; outlets take a key for all projects")
    places = {(place.outlet_name, place.signal): place for place in list_places(services.control)}
    now_ns, sent = services.clock.now_ns(), services.model_metrics()
    return OutletsOut(
        outlets=[
            OutletOut(
                name=it.name,
                kind=it.kind,
                target=it.outlet.target,
                max_lag_s=it.max_lag_s,
                signals=[
                    *(_signal(places.get((it.name, signal)) or Place(it.name, signal, 0), now_ns) for signal in it.arrivals),
                    *([_sent(sent[it.name], now_ns)] if it.name in sent else []),
                ],
            )
            for it in services.outlets
        ]
    )


def _signal(place: Place, now_ns: int) -> OutletSignal:
    since_ms = place.waiting_since_ms
    return _entry(place.signal.name.lower(), place, None if since_ms is None else since_ms * 1_000_000, now_ns)


def _sent(progress: Progress, now_ns: int) -> OutletSignal:
    return _entry(NAME, progress, progress.waiting_since_ns, now_ns)


def _entry(signal: Any, place: Place | Progress, waiting_since_ns: int | None, now_ns: int) -> OutletSignal:
    lag_s = 0.0 if waiting_since_ns is None else max(0.0, (now_ns - waiting_since_ns) / 1e9)
    return OutletSignal(
        signal=signal,
        state=_state(place, lag_s, is_waiting=waiting_since_ns is not None),
        lag_s=round(lag_s, 3),
        delivered_rows=place.delivered_rows,
        dropped_rows=place.dropped_rows,
        failure_count=place.failure_count,
        last_error=place.last_error,
        last_error_at=None if place.last_error_at_ns is None else format_time(place.last_error_at_ns),
        last_delivered_at=None if place.last_delivered_at_ns is None else format_time(place.last_delivered_at_ns),
    )


def _state(place: Place | Progress, lag_s: float, *, is_waiting: bool) -> Literal["ok", "behind", "failing"]:
    if is_waiting and (place.last_error_at_ns or 0) > (place.last_delivered_at_ns or 0):
        return "failing"
    return "behind" if lag_s > BEHIND_S else "ok"
