"""Queries over HTTP on a store of a day: each with fresh parameters every time, alone and while exports come in."""

import http.client
import json
import random
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

from figures import Figure, percentile
from fill import Filled, fill
from ingest import DEMANDED_SPANS_PER_S
from load import Load, finish_load, start_load
from payloads import MODELS, SERVICES
from server_run import ServerRun, running_server

SPANS = 10_000_000
RUNS = 60
WARM_UP = 5
MOST_WHILE_INGESTING = 2.0
MINUTE_NS = 60 * 10**9


@dataclass(frozen=True)
class Question:
    """A query whose parameters are new each time.

    Attributes:
        name: What is asked.
        limit_ms: Median to keep under, ms, and twice that while exports come in; None when it is only told.
        path: Makes the next path and query.
        counts: What says that the answer is not empty.
    """

    name: str
    limit_ms: float | None
    path: Callable[[random.Random, Filled], str]
    counts: Callable[[dict[str, object]], int]


def _day(chance: random.Random, filled: Filled) -> dict[str, str]:
    """A day's range that begins at another second each time."""
    shift_ns = chance.randrange(0, 3600) * 10**9
    return {"start": _rfc3339(filled.start_ns + shift_ns), "end": _rfc3339(filled.end_ns + shift_ns)}


def _rfc3339(time_ns: int) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(time_ns // 10**9)) + f".{time_ns % 10**9:09d}Z"


def _usage(chance: random.Random, filled: Filled) -> str:
    return "/api/v1/usage?" + urlencode(_day(chance, filled) | {"group_by": "model"})


def _usage_of_a_service(chance: random.Random, filled: Filled) -> str:
    asked = {"group_by": "model", "filter": f"service_name:{chance.choice(SERVICES)[0]}", "interval": "5m"}
    return "/api/v1/usage?" + urlencode(_day(chance, filled) | asked)


def _trace(chance: random.Random, filled: Filled) -> str:
    return f"/api/v1/traces/{chance.choice(filled.trace_ids)}"


def _latest(chance: random.Random, filled: Filled) -> str:
    least = chance.randrange(0, 2000)
    wanted = f"model:{chance.choice(MODELS)[1]} input_tokens>{least}"
    return "/api/v1/traces?" + urlencode(_day(chance, filled) | {"filter": wanted, "limit": "50"})


def _latest_errors(chance: random.Random, filled: Filled) -> str:
    wanted = f"status_code:error service_name:{chance.choice(SERVICES)[0]}"
    return "/api/v1/traces?" + urlencode(_day(chance, filled) | {"filter": wanted, "limit": "50"})


def _rare_word(chance: random.Random, filled: Filled) -> str:
    return "/api/v1/traces?" + urlencode(_whole(filled) | {"filter": chance.choice(filled.rare_words), "limit": "50"})


def _words(chance: random.Random, filled: Filled) -> str:
    wanted = f"{chance.choice(filled.common_words)} {chance.choice(filled.words)}"
    return "/api/v1/traces?" + urlencode(_whole(filled) | {"filter": wanted, "limit": "50"})


def _whole(filled: Filled) -> dict[str, str]:
    return {"start": _rfc3339(filled.start_ns), "end": _rfc3339(filled.end_ns + MINUTE_NS)}


def _rows(name: str) -> Callable[[dict[str, object]], int]:
    return lambda answer: len(answer[name])  # type: ignore[arg-type]


QUESTIONS = (
    Question("usage over a day by model", 50, _usage, _rows("series")),
    Question("usage of a service over a day by model, 5 minutes", None, _usage_of_a_service, _rows("series")),
    Question("one trace by id", 30, _trace, _rows("spans")),
    Question("latest 50 traces, model and tokens", 100, _latest, _rows("traces")),
    Question("latest 50 traces, errors of a service", 100, _latest_errors, _rows("traces")),
    Question("full-text in a day, a word that one span has", 500, _rare_word, _rows("traces")),
    Question("full-text in a day, two words that many have", 500, _words, _rows("traces")),
)


def measure(seconds: float) -> tuple[list[Figure], dict[str, object]]:
    """Fill a store, ask all questions in turn, alone and at half the ingest load; return figures and facts."""
    with tempfile.TemporaryDirectory(prefix="watchglass-bench-") as name:
        folder = Path(name)
        filled = fill(folder, SPANS)
        print(f"{filled.spans:,} spans written in {filled.seconds:.0f} s", flush=True)
        with running_server(folder) as server:
            server.settle(timeout_s=900)
            alone = ask_all(server, filled, until_s=None)
            # long enough for all the questions, ended by its own clock
            rate = DEMANDED_SPANS_PER_S / 2
            load = start_load(Load(server.port, connections=8, spans=512, seconds=max(30.0, 2 * seconds), rate=rate))
            time.sleep(3)
            busy = ask_all(server, filled, until_s=time.monotonic() + max(25.0, 2 * seconds - 5))
            ingested = finish_load(load)
        disk_bytes = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
    figures = []
    for question in QUESTIONS:
        times_s = alone[question.name]
        p95_ms = percentile(times_s, 0.95) * 1e3
        figures.append(Figure(question.name, percentile(times_s, 0.5) * 1e3, "ms", question.limit_ms, "less", f"median of {len(times_s)}; p95 {p95_ms:.0f} ms"))
    for question in QUESTIONS:
        busy_s = busy[question.name]
        busy_ms, times = percentile(busy_s, 0.5) * 1e3, percentile(busy_s, 0.5) / percentile(alone[question.name], 0.5)
        limit_ms = None if question.limit_ms is None else MOST_WHILE_INGESTING * question.limit_ms
        note = f"{times:.1f} times its time alone; median of {len(busy_s)}; p95 {percentile(busy_s, 0.95) * 1e3:.0f} ms"
        figures.append(Figure(f"  at half ingest: {question.name}", busy_ms, "ms", limit_ms, "less", note))
    facts = {"spans": filled.spans, "disk_bytes": disk_bytes, "half_load_spans_per_s": rate, "ingested": vars(ingested)}
    return figures, facts


def ask_all(server: ServerRun, filled: Filled, until_s: float | None) -> dict[str, list[float]]:
    """Ask every question RUNS times in turn, or as often as fits before `until_s`; return the times by name, in seconds."""
    chance = random.Random(time.time_ns())
    times_s: dict[str, list[float]] = {question.name: [] for question in QUESTIONS}
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
    for number in range(-WARM_UP if until_s is None else 0, RUNS):
        if until_s is not None and time.monotonic() > until_s and number > 2:
            break
        for question in QUESTIONS:
            path = question.path(chance, filled)
            started_s = time.perf_counter()
            connection.request("GET", path)
            answer = connection.getresponse()
            body = answer.read()
            taken_s = time.perf_counter() - started_s
            if answer.status != 200 or question.counts(json.loads(body)) == 0:
                raise RuntimeError(f"{path} gave {answer.status}: {body[:300]!r}")
            if number >= 0:
                times_s[question.name].append(taken_s)
    connection.close()
    return times_s
