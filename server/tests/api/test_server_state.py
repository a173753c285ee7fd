"""GET /api/v1/server and /api/v1/retention: what the server says of itself, and to whom."""

import pytest
import structlog
from starlette.testclient import TestClient

from api.conftest import NOW_NS, MakeClient
from doubles.rows import insert_rows, log
from watchglass.logs import MAX_CHARACTERS, MAX_COMPLAINTS, configure_logging
from watchglass.model.records import KeyScope, Principal, Signal
from watchglass.store.engine import Engine
from watchglass.telemetry import Telemetry

EVERYBODY = Principal(None, frozenset({KeyScope.READ}))
SHOP_ADMIN = Principal("shop", frozenset({KeyScope.ADMIN}))


def telemetry_of(client: TestClient) -> Telemetry:
    """The metrics of the application behind `client`."""
    found: Telemetry = client.app.state.services.telemetry  # type: ignore[attr-defined]
    return found


def test_what_came_in_is_told_by_signal(client: TestClient, engine: Engine) -> None:
    """Rows, bytes, times of commits, resends and refusals by cause are those that were reported, each of its signal."""
    telemetry = telemetry_of(client)
    for seconds in (0.03, 0.03, 0.04):
        telemetry.committed(Signal.LOGS, 10, 1000, seconds)
    telemetry.rejected(Signal.LOGS, "queue_full", requests=2)
    telemetry.rejected(Signal.LOGS, "invalid_rows", requests=0, rows=3)
    telemetry.resent(Signal.LOGS)
    telemetry.watch("watchglass_ingest_queue_exports", "waiting", lambda: 4.0, signal="logs")
    telemetry.watch("watchglass_ingest_queue_bytes", "waiting", lambda: 400.0, signal="logs")
    insert_rows(engine, "logs", [log(project_id="shop"), log(project_id="default")])
    answer = client.get("/api/v1/server").json()
    spans, logs, _ = answer["signals"]
    assert (logs["row_count"], logs["size_bytes"], logs["commit_count"]) == (30, 3000, 3)
    assert 0.02 < logs["commit_p50_s"] <= logs["commit_p95_s"] <= 0.05
    assert (logs["queue_export_count"], logs["queue_bytes"], logs["resend_count"]) == (4, 400, 1)
    assert logs["refusals"] == [
        {"cause": "invalid_rows", "request_count": 0, "row_count": 3}, {"cause": "queue_full", "request_count": 2, "row_count": 0},
    ]  # fmt: skip
    assert (spans["signal"], spans["row_count"], spans["commit_p50_s"], spans["refusals"]) == ("spans", 0, None, [])
    assert [(it["table"], it["row_count"]) for it in answer["tables"] if it["table"] == "logs"] == [("logs", 2)]
    assert answer["store"] == "embedded" and answer["engine_version"].count(".") >= 2
    assert all(0 < it["free_bytes"] <= it["total_bytes"] for it in answer["disks"]) and answer["disks"]
    assert answer["memory_bytes"] > 10**6


@pytest.mark.usefixtures("capsys")
def test_last_complaints_of_the_log_are_shown_without_tracebacks(client: TestClient) -> None:
    """Warnings and errors are kept, the newest first, cut and bounded; what is less is not."""
    configure_logging("json", "info")
    log_ = structlog.get_logger("test")
    for number in range(MAX_COMPLAINTS + 5):
        log_.warning(f"trouble {number}")
    log_.info("all is well")
    try:
        raise ValueError("a secret in a frame")
    except ValueError:
        log_.exception("the worst", cause="x" * 2 * MAX_CHARACTERS)
    complaints = client.get("/api/v1/server").json()["complaints"]
    assert len(complaints) == MAX_COMPLAINTS
    assert [(it["level"], it["text"]) for it in complaints[:2]] == [("error", "the worst"), ("warning", f"trouble {MAX_COMPLAINTS + 4}")]
    assert complaints[0]["details"].startswith("cause=xxx") and len(complaints[0]["details"]) == MAX_CHARACTERS
    assert "secret" not in str(complaints) and complaints[0]["time"].endswith("Z")


def test_retention_says_what_is_kept_and_what_it_takes(make_client: MakeClient, engine: Engine) -> None:
    """Days are the settings', with the setting that changes them; sizes are the store's."""
    insert_rows(engine, "logs", [{**log(project_id="default"), "received_at": NOW_NS // 10**6}])
    tables = make_client(retention_logs_days=7, retention_usage_hour_days=0).get("/api/v1/retention").json()["tables"]
    by_name = {it["table"]: it for it in tables}
    assert {"spans", "logs", "metric_points", "usage_minute", "usage_hour"} <= set(by_name)
    logs = by_name["logs"]
    assert (logs["kept_days"], logs["counted_from"], logs["setting"]) == (7, "arrival", "WATCHGLASS_RETENTION_LOGS_DAYS")
    assert (logs["row_count"], logs["oldest_day"]) == (1, "2023-11-14")
    assert logs["size_bytes"] > 0
    assert (by_name["usage_hour"]["kept_days"], by_name["usage_hour"]["counted_from"]) == (0, "start")
    assert (by_name["spans"]["row_count"], by_name["spans"]["oldest_day"]) == (0, None)


def test_the_server_is_for_who_administers_all_of_it(make_client: MakeClient) -> None:
    """A reader and the admin of one project are refused; a bound key sees the days and not the others' volume."""
    for principal in (EVERYBODY, SHOP_ADMIN):
        assert make_client(principal).get("/api/v1/server").status_code == 403
    [first, *_] = make_client(SHOP_ADMIN).get("/api/v1/retention").json()["tables"]
    assert (first["kept_days"], first["row_count"], first["size_bytes"], first["oldest_day"]) == (90, None, None, None)
