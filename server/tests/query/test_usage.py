"""Usage over real rows: rollups and spans give the same, groups fold, gaps are filled."""

import random
from typing import Any

import numpy as np
import pytest

from doubles.rows import NOW_NS, SECOND_NS, insert_rows, span
from watchglass.errors import InvalidInput
from watchglass.query.filter import parse
from watchglass.query.measures import QUICK_MEASURES, read_measures
from watchglass.query.models import list_models
from watchglass.query.reader import Reader
from watchglass.query.scope import Scope
from watchglass.query.services import list_services
from watchglass.query.unpriced import UnpricedModel, list_unpriced
from watchglass.query.usage import Usage, measure_usage
from watchglass.query.usage_cost import affordable_interval
from watchglass.query.usage_groups import read_groups
from watchglass.query.usage_source import HOUR_NS, Kept
from watchglass.query.usage_statements import UsageQuestion
from watchglass.store.engine import Engine

KEPT = Kept(0, 0, 0)
HOURS_END_NS = NOW_NS // HOUR_NS * HOUR_NS
"""The last whole hour before the present of the rows."""


def calls(count: int, seed: int = 1) -> list[dict[str, Any]]:
    """Model calls and other spans over the six hours before HOURS_END_NS, some with errors, unknown tokens or no price."""
    pick = random.Random(seed)
    rows = []
    for number in range(count):
        is_call = pick.random() < 0.8
        output_tokens = pick.choice([None, pick.randrange(1, 500)]) if is_call else None
        at_s = (HOURS_END_NS - NOW_NS) / SECOND_NS - pick.random() * 6 * 3600
        rows.append(
            span(
                number, number, at_s=at_s, model=pick.choice(["a", "b", "c"]) if is_call else "", is_model_call=is_call,
                service_name=pick.choice(["web", "bot"]), status_code=pick.choice(["ok", "ok", "error"]),
                input_tokens=pick.randrange(1000) if is_call else None, output_tokens=output_tokens,
                cost_usd=pick.choice([None, pick.random()]) if is_call else None,
                duration_ns=int(pick.lognormvariate(20, 1)),
                time_to_first_token_ns=int(pick.lognormvariate(18, 1)) if is_call else None,
                time_per_output_token_ns=pick.randrange(10**6, 10**8) if output_tokens and output_tokens > 1 else None,
                session_id=f"s{number % 7}", attributes={"tier": pick.choice(["gold", "silver"])},
            )
        )  # fmt: skip
    return rows


def ask(engine: Engine, text: str = "", *, group_by: str | None = None, interval_s: int | None = 3600,
        start_ns: int = HOURS_END_NS - 6 * HOUR_NS, end_ns: int = HOURS_END_NS, limit: int = 20,
        order_by: str = "span_count", measures: str | None = None, project_id: str = "p") -> Usage:  # fmt: skip
    """Measure usage of project `p` in the six hours of `calls`."""
    question = UsageQuestion(
        Scope(project_id, start_ns, end_ns), parse(text), read_groups(group_by), read_measures(measures), interval_s, limit, order_by
    )
    return measure_usage(Reader(engine, 30.0, 2 * 10**9), question, KEPT, NOW_NS)


def expected(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """The measures of `rows` by brute force, but for percentiles."""
    called = [row for row in rows if row["is_model_call"]]
    timed = [row for row in called if row["output_tokens"]]
    return {
        "span_count": len(rows),
        "model_call_count": len(called),
        "error_count": sum(row["status_code"] == "error" for row in rows),
        "input_tokens": sum(row["input_tokens"] for row in called),
        "output_tokens": sum(row["output_tokens"] or 0 for row in called),
        "cost_usd": sum(row["cost_usd"] or 0 for row in called),
        "unpriced_count": sum(row["cost_usd"] is None for row in called),
        "duration_mean_ns": np.mean([row["duration_ns"] for row in rows]),
        "output_tokens_per_s": sum(row["output_tokens"] for row in timed) * 1e9 / sum(row["duration_ns"] for row in timed),
    }


def assert_percentile(found: float, times_ns: list[int], percent: int) -> None:
    """A percentile is at most 2.2 % below or above the two times whose ranks are nearest to it."""
    low, high = (np.percentile(times_ns, percent, method=method) for method in ("lower", "higher"))
    assert low / 1.0222 - 1 <= found <= high * 1.0222 + 1


def assert_measures(found: dict[str, Any], rows: list[dict[str, Any]]) -> None:
    """Sums are exact; percentiles are those of the rows' times, to the width of a bucket."""
    for name, value in expected(rows).items():
        assert found[name] == pytest.approx(value, rel=1e-6), name
    for name in ("duration", "time_to_first_token", "time_per_output_token"):
        known = [row[f"{name}_ns"] for row in rows if row.get(f"{name}_ns") is not None]
        for percent in (50, 95, 99):
            assert_percentile(found[f"{name}_p{percent}_ns"], known, percent)


def assert_alike(one: list[Any], other: list[Any], name: str) -> None:
    """The same values are unknown, the others equal but for rounding."""
    assert [it is None for it in one] == [it is None for it in other], name
    assert [it or 0 for it in one] == pytest.approx([it or 0 for it in other], rel=1e-9), name


@pytest.mark.parametrize("text", ["", "started:true"])
def test_totals_are_those_of_brute_force(engine: Engine, text: str) -> None:
    """Rollups (no filter) and spans (a filter that the rollups cannot answer) both give what the rows say."""
    rows = calls(2000)
    for part in range(4):  # several commits, so that rollup rows must be merged
        insert_rows(engine, "spans", rows[part::4])
    usage = ask(engine, text.replace("started:true", "-name:nothing"))
    assert usage.source.name == ("usage_hour" if not text else "spans")
    [series] = usage.series
    assert_measures(series.total, rows)
    assert [sum(series.values[name]) for name in ("span_count", "output_tokens")] == [
        series.total["span_count"], series.total["output_tokens"],
    ]  # fmt: skip


@pytest.mark.parametrize("interval_s", [60, 900, 3600, 7200])
def test_rollups_and_spans_agree_in_every_bucket(engine: Engine, interval_s: int) -> None:
    """The same question answered from rollups and from spans has the same answer in whole minutes."""
    insert_rows(engine, "spans", calls(1500))
    start_ns, end_ns = HOURS_END_NS - 5 * HOUR_NS + 7 * 60 * SECOND_NS, HOURS_END_NS - 11 * 60 * SECOND_NS
    rolled, raw = (
        ask(engine, text, group_by="model", interval_s=interval_s, start_ns=start_ns, end_ns=end_ns)
        for text in ("", "-name:nothing")
    )
    assert (rolled.times_ns, [it.group for it in rolled.series]) == (raw.times_ns, [it.group for it in raw.series])
    for one, other in zip(rolled.series, raw.series, strict=True):
        for measure in QUICK_MEASURES:
            assert_alike(one.values[measure.name], other.values[measure.name], measure.name)


@pytest.mark.parametrize("duration_ns", [0, 1, 2, 3, 1000, 2**40 - 1, 2**40, 10**15, 2**64 - 1])
@pytest.mark.parametrize("text", ["", "-name:nothing"])
def test_percentile_of_one_time_is_that_time(engine: Engine, text: str, duration_ns: int) -> None:
    """From nothing to the longest time that can be stored, to 2.2 % and a nanosecond."""
    insert_rows(engine, "spans", [span(1, 1, at_s=-3600.0, end_time=NOW_NS, duration_ns=duration_ns)])
    [series] = ask(engine, text, start_ns=NOW_NS - 2 * HOUR_NS, end_ns=NOW_NS).series
    for percent in (50, 95, 99):
        assert series.total[f"duration_p{percent}_ns"] == pytest.approx(duration_ns, rel=0.0222, abs=0.5)
    assert series.total["time_to_first_token_p50_ns"] is None


def test_buckets_hold_the_rows_of_their_time(engine: Engine) -> None:
    """Each bucket counts the rows that start in it; times are multiples of the interval in UTC."""
    rows = calls(300)
    insert_rows(engine, "spans", rows)
    usage = ask(engine, interval_s=1800)
    assert all(time_ns % (1800 * SECOND_NS) == 0 for time_ns in usage.times_ns)
    assert len(usage.times_ns) == 12
    counts = np.histogram([row["start_time"] for row in rows], [*usage.times_ns, HOURS_END_NS])[0]
    assert usage.series[0].values["span_count"] == counts.tolist()


def test_gaps_are_zero_or_unknown(engine: Engine) -> None:
    """A bucket without rows has 0 where things add up and nothing where they do not."""
    insert_rows(engine, "spans", [span(1, 1, at_s=-3600.0)])
    [series] = ask(engine, interval_s=600, start_ns=NOW_NS - 2 * HOUR_NS, end_ns=NOW_NS).series
    empty = [index for index, count in enumerate(series.values["span_count"]) if not count]
    assert len(empty) == len(series.values["span_count"]) - 1
    assert {series.values["cost_usd"][index] for index in empty} == {0.0}
    assert {series.values["duration_p95_ns"][index] for index in empty} == {None}
    assert {series.values["output_tokens_per_s"][index] for index in empty} == {None}


def test_nothing_stored_is_one_series_of_nothing(engine: Engine) -> None:
    """Without groups there is always one series; with groups there is none."""
    [series] = ask(engine).series
    assert series.total["span_count"] == 0
    assert series.total["duration_p50_ns"] is None
    assert series.values["span_count"] == [0] * 6
    assert ask(engine, group_by="model").series == []


def test_small_groups_are_taken_together(engine: Engine) -> None:
    """Beyond the limit groups are one series, the last, whose percentiles are of all its rows."""
    rows = [row | {"model": f"m{index % 5 if index % 2 else 9}"} for index, row in enumerate(calls(400))]
    insert_rows(engine, "spans", rows)
    usage = ask(engine, group_by="model", limit=1, measures="span_count,duration_p50_ns")
    largest, other = usage.series
    assert (largest.group, largest.is_other, largest.total["span_count"]) == ({"model": "m9"}, False, 200)
    assert (other.group, other.is_other, other.total["span_count"]) == ({}, True, 200)
    durations_ns = [row["duration_ns"] for row in rows if row["model"] != "m9"]
    assert_percentile(other.total["duration_p50_ns"], durations_ns, 50)  # type: ignore[arg-type]


def test_groups_are_ordered_by_what_was_asked(engine: Engine) -> None:
    """The largest by cost is not the largest by count."""
    rows = [span(1, n, model="often", is_model_call=True, cost_usd=0.01) for n in range(3)]
    insert_rows(engine, "spans", [*rows, span(1, 9, model="dear", is_model_call=True, cost_usd=5.0)])
    order = {
        by: [it.group["model"] for it in ask(engine, group_by="model", order_by=by, start_ns=NOW_NS - HOUR_NS, end_ns=NOW_NS).series]
        for by in ("span_count", "cost_usd")
    }
    assert order == {"span_count": ["often", "dear"], "cost_usd": ["dear", "often"]}


@pytest.mark.parametrize(
    ("group_by", "groups"),
    [
        ("service", [{"service": "web"}, {"service": ""}]),
        ("is_model_call", [{"is_model_call": True}, {"is_model_call": False}]),
        ("error", [{"error": True}, {"error": False}]),
        ("session_id", [{"session_id": "it's"}, {"session_id": ""}]),
        ("input_tokens", [{"input_tokens": 7}, {"input_tokens": None}]),
        ("attributes.n", [{"attributes.n": "5"}, {"attributes.n": ""}]),
        ("attributes.{tier:x}", [{"attributes.{tier:x}": "gold"}, {"attributes.{tier:x}": ""}]),
        ("resource.zone", [{"resource.zone": "z"}, {"resource.zone": ""}]),
        ("service,attributes.n", [{"service": "web", "attributes.n": "5"}, {"service": "", "attributes.n": ""}]),
    ],
)
def test_anything_can_be_grouped_by(engine: Engine, group_by: str, groups: list[dict[str, object]]) -> None:
    """Columns, short names, attributes of every type and of the resource; what is absent is empty, or null for numbers."""
    full = {"service_name": "web", "is_model_call": True, "session_id": "it's", "input_tokens": 7, "attributes_int": {"n": 5},
            "status_code": "error",
            "attributes": {"{tier:x}": "gold"}, "resource_attributes": {"zone": "z"}}  # fmt: skip
    insert_rows(engine, "spans", [span(1, 1, **full), span(1, 2, **full), span(1, 3)])
    usage = ask(engine, group_by=group_by, start_ns=NOW_NS - HOUR_NS, end_ns=NOW_NS)
    assert [series.group for series in usage.series] == groups
    folded = ask(engine, group_by=group_by, start_ns=NOW_NS - HOUR_NS, end_ns=NOW_NS, limit=1)
    assert [(it.group, it.total["span_count"]) for it in folded.series] == [(groups[0], 2), ({}, 1)]


@pytest.mark.parametrize("group_by", ["nothing", "start_time", "tags", "attributes", "attributes.", "a,b,c,d"])
def test_what_cannot_be_grouped_by_is_refused(group_by: str) -> None:
    """Unknown names, times, lists and too many names name the field."""
    with pytest.raises(InvalidInput) as refusal:
        read_groups(group_by)
    assert refusal.value.field == "group_by"


def test_unknown_measure_is_refused() -> None:
    """A name that is no measure names the field and says which there are."""
    with pytest.raises(InvalidInput, match="span_count") as refusal:
        read_measures("span_count,cost")
    assert refusal.value.field == "measures"


def test_other_projects_are_not_counted(engine: Engine) -> None:
    """Neither rollups nor spans see another project's rows."""
    insert_rows(engine, "spans", calls(50))
    for text in ("", "-name:nothing"):
        assert ask(engine, text, project_id="q").series[0].total["span_count"] == 0


def test_filters_of_dimensions_reach_the_rollups(engine: Engine) -> None:
    """A filter by model is answered from the rollups, with the rows that fit."""
    rows = calls(200)
    insert_rows(engine, "spans", rows)
    usage = ask(engine, "model:(a,b) -service:web", interval_s=600)
    assert usage.source.name == "usage_minute"
    assert usage.series[0].total["span_count"] == sum(row["model"] in "ab" and row["service_name"] == "bot" and row["model"] != "" for row in rows)


def test_models_are_those_that_were_called(engine: Engine) -> None:
    """Only calls count, by provider and model, with their totals."""
    rows = calls(300)
    insert_rows(engine, "spans", rows)
    usage = list_models(Reader(engine, 30.0, 10**9), Scope("p", HOURS_END_NS - 6 * HOUR_NS, HOURS_END_NS), parse(""), 10, KEPT, NOW_NS)
    assert {it.group["model"] for it in usage.series} == {"a", "b", "c"}
    for series in usage.series:
        assert_measures(series.total, [row for row in rows if row["model"] == series.group["model"]])


def test_services_hold_all_their_spans(engine: Engine) -> None:
    """Spans that are no calls count for their service; a filter that the rollups cannot answer works too."""
    rows = calls(300)
    insert_rows(engine, "spans", rows)
    scope = Scope("p", HOURS_END_NS - 6 * HOUR_NS, HOURS_END_NS)
    for text, fitting in (("", rows), ("status:error", [row for row in rows if row["status_code"] == "error"])):
        usage = list_services(Reader(engine, 30.0, 10**9), scope, parse(text), 10, KEPT, NOW_NS)
        found = {it.group["service_name"]: it.total["span_count"] for it in usage.series}
        assert found == {name: sum(row["service_name"] == name for row in fitting) for name in ("web", "bot")}


def test_unpriced_models_are_listed_with_when_they_were_seen(engine: Engine) -> None:
    """Calls with tokens and no price count; priced calls, and calls without tokens, do not."""
    row = {"is_model_call": True, "provider_name": "x", "input_tokens": 5, "output_tokens": 2}
    insert_rows(engine, "spans", [
        span(1, 1, model="new", **row), span(1, 2, model="new", **row), span(1, 3, model="old", cost_usd=0.1, **row),
        span(1, 4, model="silent", is_model_call=True), span(1, 5, model="elsewhere", project_id="q", **row),
    ])  # fmt: skip
    found = list_unpriced(Reader(engine, 30.0, 10**9), Scope("p", NOW_NS - HOUR_NS, NOW_NS), KEPT)
    assert found == [UnpricedModel("x", "new", 2, 10, 4, NOW_NS // 10**6 * 10**6)]


def test_cost_of_unpriced_calls_alone_is_unknown(engine: Engine) -> None:
    """Never 0 where nothing had a price; with some priced calls it is theirs, and nothing at all costs nothing."""
    row = {"is_model_call": True, "input_tokens": 5}
    insert_rows(engine, "spans", [span(1, 1, model="a", **row), span(1, 2, model="b", **row), span(1, 3, model="b", cost_usd=0.5, **row)])
    for text in ("", "-name:nothing"):
        usage = ask(engine, text, group_by="model", start_ns=NOW_NS - 2 * HOUR_NS, end_ns=NOW_NS + HOUR_NS)
        costs = {it.group["model"]: (it.total["cost_usd"], set(it.values["cost_usd"])) for it in usage.series}
        assert costs == {"a": (None, {None, 0.0}), "b": (0.5, {0.5, 0.0})}


def test_interval_is_kept_fine_where_there_is_little_to_merge(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """Percentiles by the minute turn into hours only where very many rows would be merged; counts never do."""
    insert_rows(engine, "spans", calls(100))
    reader, scope = Reader(engine, 30.0, 10**9), Scope("p", HOURS_END_NS - 6 * HOUR_NS, HOURS_END_NS)
    latency, counts = read_measures("duration_p95_ns"), read_measures("span_count")
    assert affordable_interval(reader, scope, 180, latency) == 180
    monkeypatch.setattr("watchglass.query.usage_cost.AFFORDABLE_ROWS", 50)
    assert affordable_interval(reader, scope, 180, latency) == 3600
    assert affordable_interval(reader, scope, 180, counts) == 180


@pytest.mark.parametrize("time", ["duration", "time_to_first_token", "time_per_output_token"])
def test_how_many_took_longer_is_the_same_in_rollups_and_spans(engine: Engine, time: str) -> None:
    """A sum of buckets, at most one bucket from the truth; over nothing are all that have the time."""
    rows = calls(400)
    insert_rows(engine, "spans", rows)
    times = [row[f"{time}_ns"] for row in rows if row[f"{time}_ns"] is not None]
    for word, limit_ns in (("0s", -1), ("50ms", 5 * 10**7), ("1s", 10**9)):
        name = f"{time}_over_{word}_count"
        [rollup] = ask(engine, measures=name).series
        [raw] = ask(engine, measures=name, interval_s=7).series
        assert rollup.total[name] == raw.total[name] == sum(rollup.values[name]) == sum(raw.values[name])
        assert sum(it > limit_ns * 1.045 for it in times) <= rollup.total[name] <= sum(it > limit_ns for it in times)
