"""Evaluation of alert rules over a store of a million spans: how many a minute, and how long each kind takes."""

import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from figures import Figure, percentile
from fill import SOURCES, fill

SPANS = 1_000_000
RULES = 200
ROUNDS = 3
MINUTE_NS = 60 * 10**9
MOST_SHARE = 0.25
"""Most of a minute that 200 rules, each evaluated once a minute by one thread, may take: the store serves people meanwhile."""

KINDS: dict[str, Callable[[int], dict[str, Any]]] = {
    "threshold on a ratio, by model": lambda number: {
        "query": {"source": "usage", "measures": ["error_count"], "per": "span_count", "group_by": ["model"]},
        "when": {"kind": "threshold", "above": 0.5 + number / 1000}, "minimum_traffic": 20,
    },
    "threshold on a percentile": lambda number: {
        "query": {"source": "usage", "measures": ["duration_p95_ns"]}, "when": {"kind": "threshold", "above": 1e12 + number}, "window_s": 900,
    },
    "change since yesterday, by service": lambda number: {
        "query": {"source": "usage", "measures": ["span_count"], "group_by": ["service"]},
        "when": {"kind": "change", "against": "yesterday", "above": 5 + number},
    },
    "absence, by service": lambda number: {
        "query": {"source": "usage", "measures": ["span_count"], "group_by": ["service"]},
        "when": {"kind": "absence", "seen_within_s": 7200 + 60 * number},
    },
    "ratio of two queries": lambda number: {
        "query": {"source": "usage", "measures": ["output_tokens"]},
        "when": {"kind": "ratio", "over": {"source": "usage", "measures": ["input_tokens"]}, "above": 100 + number},
    },
    "burn rates, all windows": lambda number: {
        "query": {"source": "usage", "measures": ["error_count"], "per": "span_count"}, "when": {"kind": "objective", "target": 0.9 - number / 1000},
    },
    "budget of a day, by model": lambda number: {
        "query": {"source": "usage", "measures": ["cost_usd"], "group_by": ["model"]},
        "when": {"kind": "budget", "limit": 1e6 + number, "period": "day"},
    },
    "anomaly of a count, by model": lambda number: {
        "query": {"source": "usage", "measures": ["span_count"], "group_by": ["model"]},
        "when": {"kind": "anomaly", "false_alarms_a_week": 1 + number / 100}, "window_s": 900,
    },
    "threshold over spans, by user": lambda number: {
        "query": {"source": "usage", "measures": ["cost_usd"], "group_by": ["user_id"]}, "when": {"kind": "threshold", "above": 1e6 + number},
    },
    "SQL": lambda number: {
        "query": {"source": "sql", "query": "SELECT count() AS n FROM spans WHERE start_time >= {start:DateTime64(9)} AND start_time < {end:DateTime64(9)}"},
        "when": {"kind": "threshold", "above": 1e9 + number},
    },
}  # fmt: skip


def measure(seconds: float) -> tuple[list[Figure], dict[str, object]]:
    """Fill a store and evaluate RULES rules at ROUNDS moments, one after another; then try one over a day."""
    del seconds
    sys.path.insert(0, str(SOURCES))
    from watchglass.alerts.evaluation import evaluate, rule_asking
    from watchglass.alerts.rule import Rule
    from watchglass.alerts.try_out import try_out
    from watchglass.settings import Settings
    from watchglass.store.embedded import EmbeddedEngine

    with tempfile.TemporaryDirectory() as folder:
        filled = fill(Path(folder), SPANS)
        engine = EmbeddedEngine(Path(folder) / "store")
        makers = list(KINDS.items())
        rules = [
            (makers[number % len(makers)][0], Rule.model_validate({"name": f"r{number}", "project": "default", **makers[number % len(makers)][1](number)}))
            for number in range(RULES)
        ]
        states = _States()
        times_s: dict[str, list[float]] = {name: [] for name in KINDS}
        rounds_s: list[float] = []
        for count in range(ROUNDS + 1):
            at_ns = filled.end_ns - (ROUNDS - count) * MINUTE_NS
            asking = rule_asking(engine, Settings(), at_ns)
            round_s = time.perf_counter()
            for name, rule in rules:
                start_s = time.perf_counter()
                evaluate(rule, asking, at_ns, states)
                # the first round learns, and fills the engine's caches
                if count:
                    times_s[name].append(time.perf_counter() - start_s)
            if count:
                rounds_s.append(time.perf_counter() - round_s)
        start_s = time.perf_counter()
        try_out(rules[0][1], rule_asking(engine, Settings(), filled.end_ns), filled.start_ns, filled.end_ns)
        tried_s = time.perf_counter() - start_s
        engine.close()
    round_s = sorted(rounds_s)[len(rounds_s) // 2]
    figures = [
        Figure(f"{RULES} rules, evaluated once", round_s, "s", MOST_SHARE * 60, note="one after another; every kind, an equal share of each"),
        Figure("rules a minute on one thread", RULES * 60 / round_s, "1/min", better="more"),
        Figure("a rule tried over a day", tried_s, "s", note=next(iter(KINDS))),
        *(Figure(f"{name}, median", percentile(it, 0.5) * 1000, "ms") for name, it in times_s.items()),
    ]
    return figures, {"spans": filled.spans}


class _States:
    """Keeps what detectors learnt in memory."""

    def __init__(self) -> None:
        self._kept: dict[str, bytes] = {}

    def load(self, key: str) -> bytes | None:
        return self._kept.get(key)

    def save(self, key: str, state: bytes) -> None:
        self._kept[key] = state
