"""Rules from objectives: Prometheus takes them, and they fire when a budget burns and not otherwise."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner

from doubles.prometheus import needs_prometheus, tool
from watchglass.cli.rules import application
from watchglass.errors import InvalidInput
from watchglass.prometheus.objectives import DEFAULT_FILE, load_objectives
from watchglass.prometheus.rules import BURNS, alerting_rules, burn_rate

CALLS = 'project="default",service_name="shop"'


def written(folder: Path, *options: str) -> list[Path]:
    """The rule files that the command writes."""
    result = CliRunner().invoke(application, ["--out", str(folder / "rules"), *options])
    assert result.exit_code == 0, result.output
    return sorted((folder / "rules").iterdir())


def loaded(folder: Path, **objective: Any) -> Any:
    """Objectives of a file with one objective."""
    path = folder / "objectives.yml"
    path.write_text(yaml.safe_dump({"objectives": [{"name": "o", **objective}]}), "utf-8")
    return load_objectives(path)


def firing(folder: Path, series: dict[str, str], at: str) -> str:
    """What promtool says of the budgets' alerts at a time, where none is expected; `series` in promtool's notation, a minute a value."""
    test = {
        "rule_files": [str(path) for path in written(folder)],
        "evaluation_interval": "1m",
        "tests": [
            {
                "interval": "1m",
                "input_series": [{"series": name, "values": values} for name, values in series.items()],
                "alert_rule_test": [{"eval_time": at, "alertname": "WatchglassBudgetBurns", "exp_alerts": []}],
            }
        ],
    }
    path = folder / "test.yml"
    path.write_text(yaml.safe_dump(test), "utf-8")
    try:
        return tool("promtool", "test", "rules", str(path))
    except AssertionError as error:
        return str(error)


@needs_prometheus
def test_promtool_takes_the_rules_of_each_kind(tmp_path: Path) -> None:
    """`promtool check rules` objects to nothing in the rules of the default objectives, which are of every kind."""
    kinds = {objective.kind for objective in load_objectives(DEFAULT_FILE).objectives}
    assert kinds == {"availability", "latency", "first_token", "cost"}
    for path in written(tmp_path):
        assert "SUCCESS" in tool("promtool", "check", "rules", str(path))


@needs_prometheus
@pytest.mark.parametrize(
    ("series", "fires"),
    [
        ({f"gen_ai_client_requests_total{{{CALLS}}}": "0+100x180", f'gen_ai_client_errors_total{{{CALLS},error_type="E"}}': "0+50x180"}, "availability"),
        ({f"gen_ai_client_requests_total{{{CALLS}}}": "0+100x180", f'gen_ai_client_errors_total{{{CALLS},error_type="E"}}': "0+0x180"}, ""),
        ({f"gen_ai_client_requests_total{{{CALLS}}}": "0+100x180"}, ""),
        ({f"gen_ai_client_operation_duration_seconds_count{{{CALLS}}}": "0+100x180", f'gen_ai_client_operation_duration_seconds_bucket{{{CALLS},le="40.96"}}': "0+10x180"}, "latency"),
        ({f"gen_ai_client_operation_duration_seconds_count{{{CALLS}}}": "0+100x180", f'gen_ai_client_operation_duration_seconds_bucket{{{CALLS},le="40.96"}}': "0+99x180"}, ""),
        ({f"gen_ai_client_time_to_first_token_seconds_count{{{CALLS}}}": "0+100x180", f'gen_ai_client_time_to_first_token_seconds_bucket{{{CALLS},le="5.0"}}': "0+10x180"}, "first-token"),
        ({f"gen_ai_client_cost_usd_total{{{CALLS}}}": "0+5x180"}, "cost"),
        ({f"gen_ai_client_cost_usd_total{{{CALLS}}}": "0+0.02x180"}, ""),
    ],
    ids=["failing", "healthy", "never-failed", "slow", "fast", "late-first-token", "dear", "within-budget"],
)  # fmt: skip
def test_alerts_fire_when_a_budget_burns(tmp_path: Path, series: dict[str, str], fires: str) -> None:
    """Three hours of calls: the alert of the objective that is broken is there, and none of the others."""
    said = firing(tmp_path, series, "3h")
    assert ("SUCCESS" in said) == (not fires), said
    for objective in ("availability", "latency", "first-token", "cost"):
        assert (f'objective="{objective}"' in said) == (objective == fires), said


@needs_prometheus
def test_pages_end_when_the_cause_is_gone(tmp_path: Path) -> None:
    """Two hours after an hour of failures nobody is paged, and the budget that is gone is a ticket still."""
    said = firing(
        tmp_path,
        {
            f"gen_ai_client_requests_total{{{CALLS}}}": "0+100x180",
            f'gen_ai_client_errors_total{{{CALLS},error_type="E"}}': "0+50x60 3000+0x120",
        },
        "3h",
    )
    assert 'severity="ticket"' in said and 'severity="page"' not in said, said


def test_burn_rates_of_thirty_days_are_the_workbooks(tmp_path: Path) -> None:
    """14.4, 6, 3 and 1 for 30 days, of which the first two page."""
    rules = alerting_rules(loaded(tmp_path, kind="availability", target=0.999))["groups"][0]["rules"]
    assert [float(rule["expr"].rpartition("> ")[2]) for rule in rules] == [14.4, 6.0, 3.0, 1.0]
    assert [rule["labels"]["severity"] for rule in rules] == [burn.severity for burn in BURNS]


def test_values_are_text_in_the_query(tmp_path: Path) -> None:
    """A label's value cannot leave its quotes."""
    (objective,) = loaded(tmp_path, kind="cost", budget_usd=5, where={"service_name": 'a"} or vector(1) #\\'}).objectives
    assert r'{service_name="a\"} or vector(1) #\\"}[5m]' in burn_rate(objective, "5m", 30)


@pytest.mark.parametrize(
    ("objective", "field", "says"),
    [
        ({"kind": "availability"}, "objectives.0", "needs target"),
        ({"kind": "latency", "target": 0.9, "threshold_s": 3}, "objectives.0", "bound of a bucket: 0.01"),
        ({"kind": "cost", "budget_usd": 5, "target": 0.9}, "objectives.0", "takes no target"),
        ({"kind": "availability", "target": 1.5}, "objectives.0.target", "less than 1"),
        ({"kind": "availability", "target": 0.9, "by": ["pod"]}, "objectives.0.by.0", "Input should be"),
        ({"kind": "speed"}, "objectives.0.kind", "Input should be"),
        ({"kind": "availability", "target": 0.9, "name": "A b"}, "objectives.0.name", "match"),
    ],
)
def test_wrong_objectives_are_refused_by_name(tmp_path: Path, objective: dict[str, Any], field: str, says: str) -> None:
    """What cannot be promised is told with its place in the file."""
    with pytest.raises(InvalidInput, match=says) as refused:
        loaded(tmp_path, **objective)
    assert refused.value.field == field
