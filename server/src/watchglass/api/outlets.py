"""GET /api/v1/outlets: where rows are delivered to, how far each is, and what went wrong."""

from typing import Literal

from fastapi import APIRouter
from pydantic import BaseModel, Field

from watchglass.api.access import Admin, Injected
from watchglass.errors import Forbidden
from watchglass.query.scope import format_time
from watchglass.store.control.outlets import Place, list_places

router = APIRouter(prefix="/api/v1", tags=["server"])

BEHIND_S = 60.0
"""An outlet whose oldest row waits longer is said to be behind."""


class OutletSignal(BaseModel):
    """One signal of an outlet."""

    signal: Literal["traces", "logs", "metrics"] = Field(description="What is delivered")
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
    now_ns = services.clock.now_ns()
    return OutletsOut(
        outlets=[
            OutletOut(
                name=it.name,
                kind=it.kind,
                target=it.outlet.target,
                max_lag_s=it.max_lag_s,
                signals=[
                    _signal(places.get((it.name, signal)) or Place(it.name, signal, 0), now_ns) for signal in it.arrivals
                ],
            )
            for it in services.outlets
        ]
    )


def _signal(place: Place, now_ns: int) -> OutletSignal:
    lag_s = 0.0 if place.waiting_since_ms is None else max(0.0, now_ns / 1e9 - place.waiting_since_ms / 1e3)
    return OutletSignal(
        signal=place.signal.name.lower(),
        state=_state(place, lag_s),
        lag_s=round(lag_s, 3),
        delivered_rows=place.delivered_rows,
        dropped_rows=place.dropped_rows,
        failure_count=place.failure_count,
        last_error=place.last_error,
        last_error_at=None if place.last_error_at_ns is None else format_time(place.last_error_at_ns),
        last_delivered_at=None if place.last_delivered_at_ns is None else format_time(place.last_delivered_at_ns),
    )


def _state(place: Place, lag_s: float) -> Literal["ok", "behind", "failing"]:
    is_waiting = place.waiting_since_ms is not None
    if is_waiting and (place.last_error_at_ns or 0) > (place.last_delivered_at_ns or 0):
        return "failing"
    return "behind" if lag_s > BEHIND_S else "ok"
