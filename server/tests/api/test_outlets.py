"""GET /api/v1/outlets: state without secrets, for who may administer all projects."""

from pathlib import Path

from api.conftest import NOW_NS, MakeClient
from watchglass.model.records import KeyScope, Principal, Signal
from watchglass.outlets.configuration import ConfiguredOutlet, read_outlets
from watchglass.outlets.model_metrics import Progress
from watchglass.store.control.database import ControlDatabase
from watchglass.store.control.leases import hold_lease
from watchglass.store.control.outlets import Place, begin_outlet, lease_name, save_place

FILE = """
outlets:
  - {name: dd, kind: datadog, api_key_env: KEY, signals: [logs]}
"""


def configured(tmp_path: Path) -> list[ConfiguredOutlet]:
    """One outlet."""
    path = tmp_path / "outlets.yml"
    path.write_text(FILE)
    return read_outlets(path, {"KEY": "very-secret-key"}.get)


def test_the_state_of_each_signal(make_client: MakeClient, control: ControlDatabase, tmp_path: Path) -> None:
    """Lag, counts and the last error are those that the delivering server keeps; the key is nowhere."""
    begin_outlet(control, "dd", [Signal.LOGS], 0)
    assert hold_lease(control, lease_name("dd"), "other-server", 1, 2)
    waiting_ms = NOW_NS // 10**6 - 90_000
    place = Place("dd", Signal.LOGS, 1, waiting_ms, 10, 2, 3, "503 gone", NOW_NS, NOW_NS - 10**11)
    assert save_place(control, "other-server", place)
    answer = make_client(outlets=configured(tmp_path)).get("/api/v1/outlets")
    assert "very-secret-key" not in answer.text
    assert answer.json() == {"outlets": [{
        "name": "dd", "kind": "datadog", "target": "https://api.datadoghq.com", "max_lag_s": 86400.0, "signals": [{
            "signal": "logs", "state": "failing", "lag_s": 90.0, "delivered_rows": 10, "dropped_rows": 2, "failure_count": 3,
            "last_error": "503 gone", "last_error_at": "2023-11-14T22:13:20.000000000Z",
            "last_delivered_at": "2023-11-14T22:11:40.000000000Z",
        }],
    }]}  # fmt: skip


def test_model_metrics_are_a_signal_of_their_own(make_client: MakeClient, tmp_path: Path) -> None:
    """How far they are comes from the server that answers; one that failed since it was last taken says so."""
    progress = Progress(NOW_NS - 5 * 10**9, 10, 0, 2, "503 gone", NOW_NS, NOW_NS - 10**11)
    answer = make_client(outlets=configured(tmp_path), model_metrics={"dd": progress}).get("/api/v1/outlets").json()
    logs, model_metrics = answer["outlets"][0]["signals"]
    assert (logs["signal"], model_metrics["signal"]) == ("logs", "model_metrics")
    assert (model_metrics["state"], model_metrics["lag_s"], model_metrics["delivered_rows"]) == ("failing", 5.0, 10)


def test_without_outlets_there_are_none(make_client: MakeClient) -> None:
    """A server without a file of outlets says so."""
    assert make_client().get("/api/v1/outlets").json() == {"outlets": []}


def test_a_key_for_one_project_or_without_admin_may_not_look(make_client: MakeClient) -> None:
    """Outlets may carry all projects."""
    for principal in (Principal("p", frozenset({KeyScope.ADMIN})), Principal(None, frozenset({KeyScope.READ}))):
        assert make_client(principal).get("/api/v1/outlets").status_code == 403
