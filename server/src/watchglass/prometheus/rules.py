"""Prometheus rules from objectives: burn rates over many windows, and alerts on two of them at once.

After the chapter "Alerting on SLOs" of Google's SRE workbook: a budget that burns fast pages within minutes, one that burns
slowly makes a ticket within days, and the short window ends an alert soon after the cause is gone.
"""

from dataclasses import dataclass
from typing import Any

import orjson

from watchglass.prometheus.objectives import Objective, Objectives

RECORD = "watchglass:burn_rate:ratio_"
"""What the recorded burn rates begin with: 1 spends the budget exactly in the objectives' window."""

JOB = "watchglass"
"""The scrape job of Watchglass's own /metrics."""


@dataclass(frozen=True, slots=True)
class Burn:
    """When an alert is due.

    Attributes:
        long: The long window.
        short: The short one, which has to burn too.
        hours: Length of the long window.
        share: Share of the budget that is gone after it.
        severity: `page` or `ticket`.
    """

    long: str
    short: str
    hours: int
    share: float
    severity: str

    def factor(self, window_days: int) -> float:
        """How many times as fast as it may the budget of `window_days` days has to burn."""
        return round(self.share * window_days * 24 / self.hours, 3)


BURNS = (
    Burn("1h", "5m", 1, 0.02, "page"),
    Burn("6h", "30m", 6, 0.05, "page"),
    Burn("1d", "2h", 24, 0.10, "ticket"),
    Burn("3d", "6h", 72, 0.10, "ticket"),
)
WINDOWS = ("5m", "30m", "1h", "2h", "6h", "1d", "3d")


def recording_rules(objectives: Objectives) -> dict[str, Any]:
    """Return the rules that record how fast each objective's budget burns, in the form of a rule file."""
    groups = [
        {
            "name": f"watchglass-burn-rate-{objective.name}",
            "rules": [
                {
                    "record": f"{RECORD}{window}",
                    "expr": burn_rate(objective, window, objectives.window_days),
                    "labels": {"objective": objective.name},
                }
                for window in WINDOWS
            ],
        }
        for objective in objectives.objectives
    ]
    return {"groups": groups}


def alerting_rules(objectives: Objectives) -> dict[str, Any]:
    """Return the alerts over what `recording_rules` records, and the one that tells of a server that is not scraped."""
    budgets = [
        {"name": f"watchglass-budget-{objective.name}", "rules": [_alert(objective, burn, objectives.window_days) for burn in BURNS]}
        for objective in objectives.objectives
    ]
    down = {
        "alert": "WatchglassDown",
        "expr": f'up{{job="{JOB}"}} == 0',
        "for": "5m",
        "labels": {"severity": "page"},
        "annotations": {"summary": "Watchglass at {{ $labels.instance }} does not answer"},
    }
    return {"groups": [*budgets, {"name": "watchglass-server", "rules": [down]}]}


def burn_rate(objective: Objective, window: str, window_days: int) -> str:
    """Return the PromQL of how many times too fast the budget of `objective` burns over `window`."""
    if objective.kind == "cost":
        spent = _rate(objective, "gen_ai_client_cost_usd_total", window)
        return f"{spent} * {window_days * 86_400} / {objective.budget_usd!r}"
    assert objective.target is not None
    if objective.kind == "availability":
        all_calls = _rate(objective, "gen_ai_client_requests_total", window)
        # who never failed has no series of errors
        bad = f"({_rate(objective, 'gen_ai_client_errors_total', window)} or 0 * {all_calls})"
        share = f"{bad} / ({all_calls} > 0)"
    else:
        name = {
            "latency": "gen_ai_client_operation_duration_seconds",
            "first_token": "gen_ai_client_time_to_first_token_seconds",
        }[objective.kind]
        good = _rate(objective, f"{name}_bucket", window, f'le="{objective.threshold_s!r}"')
        share = f"(1 - {good} / ({_rate(objective, f'{name}_count', window)} > 0))"
    return f"{share} / {round(1 - objective.target, 9)!r}"


def _rate(objective: Objective, metric: str, window: str, *more: str) -> str:
    # JSON's strings are PromQL's
    matchers = [f"{label}={orjson.dumps(value).decode()}" for label, value in objective.where.items()]
    selector = ",".join([*matchers, *more])
    selected = f"{metric}{{{selector}}}" if selector else metric
    by = f" by ({', '.join(objective.by)})" if objective.by else ""
    return f"sum{by} (rate({selected}[{window}]))"


def _alert(objective: Objective, burn: Burn, window_days: int) -> dict[str, Any]:
    factor = burn.factor(window_days)
    chosen = f'{{objective="{objective.name}"}}'
    labels = " ".join(f"{label}={{{{ $labels.{label} }}}}" for label in objective.by)
    return {
        "alert": "WatchglassBudgetBurns",
        "expr": f"{RECORD}{burn.long}{chosen} > {factor!r} and {RECORD}{burn.short}{chosen} > {factor!r}",
        "labels": {"severity": burn.severity, "objective": objective.name, "window": burn.long},
        "annotations": {
            "summary": " ".join(filter(None, (f"The budget of {objective.name} burns too fast", labels))),
            "description": f"Over {burn.long} it burns {{{{ $value | humanize }}}} times as fast as it may; "
            f"at {factor:g} times, {burn.share:.0%} of the budget of {window_days} days is gone within {burn.long}",
        },
    }
