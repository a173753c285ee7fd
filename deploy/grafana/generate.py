"""Writes the dashboards beside it with Grafana's foundation SDK: `pip install 'watchglass[grafana]'`, then run it."""

import json
from dataclasses import dataclass
from pathlib import Path

from grafana_foundation_sdk.builders import dashboard, prometheus, table, timeseries
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.cog.variants import Dataquery
from grafana_foundation_sdk.models.dashboard import DashboardLinkType, DataSourceRef

FOLDER = Path(__file__).parent / "dashboards"
PROMETHEUS = DataSourceRef(type_val="prometheus", uid="watchglass-prometheus")
SQL = DataSourceRef(type_val="yesoreyeram-infinity-datasource", uid="watchglass-sql")
SQL_URL = "http://watchglass:4318/api/v1/sql"
WITHIN = "fromUnixTimestamp64Milli({from:Int64}) AND {t} < fromUnixTimestamp64Milli({to:Int64})"
CALLS = 'project=~"$project",service_name=~"$service"'


@dataclass(frozen=True)
class Sql(Dataquery):
    """A statement for POST /api/v1/sql, asked as CSV, whose columns Infinity reads by name."""

    statement: str
    columns: tuple[tuple[str, str], ...]
    format: str

    def build(self) -> "Sql":
        """Return itself: a target that is built."""
        return self

    def to_json(self) -> dict[str, object]:
        """Write it as the Infinity plugin's query; times go as bound parameters."""
        # the dashboard's range is put in by Grafana; quotes keep the text JSON until then
        parameters = {"from": "${__from}", "to": "${__to}"}
        return {
            "refId": "A",
            "datasource": {"type": SQL.type_val, "uid": SQL.uid},
            "type": "csv",
            "parser": "backend",
            "source": "url",
            "format": self.format,
            "url": SQL_URL,
            "url_options": {
                "method": "POST",
                "body_type": "raw",
                "body_content_type": "application/json",
                "data": json.dumps({"query": self.statement, "parameters": parameters}),
                "headers": [{"key": "Accept", "value": "text/csv"}],
            },
            "columns": [{"selector": name, "text": name, "type": kind} for name, kind in self.columns],
        }


def promql(title: str, expr: str, legend: str, unit: str, brief: str) -> timeseries.Panel:
    """A chart of a PromQL expression, with the traces behind its buckets as points."""
    query = prometheus.Dataquery().expr(expr).legend_format(legend).exemplar("_bucket" in expr).range().ref_id("A").datasource(PROMETHEUS)
    return timeseries.Panel().title(title).description(brief).unit(unit).datasource(PROMETHEUS).with_target(query).span(12).height(8)


def quantile(title: str, metric: str, brief: str) -> timeseries.Panel:
    """The 95th percentile of a histogram of seconds, by model."""
    expr = f"histogram_quantile(0.95, sum by (le, gen_ai_response_model) (rate({metric}_bucket{{{CALLS}}}[$__rate_interval])))"
    return promql(title, expr, "{{gen_ai_response_model}}", "s", brief)


def rate(title: str, metric: str, by: str, unit: str, brief: str, factor: str = "") -> timeseries.Panel:
    """The rate of a counter, by a label."""
    return promql(title, f"sum by ({by}) (rate({metric}{{{CALLS}}}[$__rate_interval])){factor}", f"{{{{{by}}}}}", unit, brief)


def measured(title: str, metric: str, unit: str, brief: str, value: str = "value") -> timeseries.Panel:
    """A metric that was sent to Watchglass, by instance, from its SQL."""
    statement = (
        "SELECT toStartOfMinute(metric_points.time) AS minute, if(service_instance_id = '', if(host_name = '', service_name, host_name), service_instance_id) AS instance, "
        f"avg({value}) AS average FROM metric_points WHERE metric_name = '{metric}' AND metric_points.time >= {WITHIN.replace('{t}', 'metric_points.time')} "
        "GROUP BY minute, instance ORDER BY minute LIMIT 50000"
    )
    query = Sql(statement, (("minute", "timestamp"), ("instance", "string"), ("average", "number")), "timeseries")
    return timeseries.Panel().title(title).description(brief).unit(unit).datasource(SQL).with_target(query).span(12).height(8)


def rows(title: str, statement: str, columns: tuple[tuple[str, str], ...], brief: str) -> table.Panel:
    """A table of a statement; a trace id opens Watchglass's page of it, where its reader's browser reaches it."""
    query = Sql(statement, columns, "table")
    panel = table.Panel().title(title).description(brief).datasource(SQL).with_target(query).span(24).height(9)
    if any(name == "trace_id" for name, _ in columns):
        link = dashboard.DashboardLink("Open in Watchglass").type(DashboardLinkType.LINK).url("${watchglass_url}/traces/${__data.fields.trace_id}").target_blank(True)
        panel = panel.data_links([link])
    return panel


def board(uid: str, title: str, panels: list[timeseries.Panel | table.Panel]) -> dashboard.Dashboard:
    """A dashboard of panels with the variables that they use."""
    made = (
        dashboard.Dashboard(f"Watchglass: {title}").uid(f"watchglass-{uid}").tags(["watchglass"]).refresh("30s").time("now-6h", "now").timezone("browser")
        .with_variable(_label("project", "project")).with_variable(_label("service", "service_name"))
        .with_variable(dashboard.TextBoxVariable("watchglass_url").label("Watchglass").default_value("http://localhost:4318"))
    )  # fmt: skip
    for panel in panels:
        made = made.with_panel(panel)
    return made


def _label(name: str, label: str) -> dashboard.QueryVariable:
    query = f"label_values(gen_ai_client_requests_total, {label})"
    return dashboard.QueryVariable(name).datasource(PROMETHEUS).query(query).refresh(2).multi(True).include_all(True).all_value(".*")


def boards() -> dict[str, dashboard.Dashboard]:
    """All dashboards by file name."""
    spans = f"spans.start_time >= {WITHIN.replace('{t}', 'spans.start_time')} AND is_model_call"
    errors = f"sum by (service_name) (rate(gen_ai_client_errors_total{{{CALLS}}}[$__rate_interval])) / sum by (service_name) (rate(gen_ai_client_requests_total{{{CALLS}}}[$__rate_interval]))"
    return {
        "operations": board("operations", "operations", [
            rate("Calls", "gen_ai_client_requests_total", "service_name", "reqps", "Calls to models a second, by service"),
            promql("Failed calls", errors, "{{service_name}}", "percentunit", "Share of calls that failed, by service"),
            quantile("Duration, p95", "gen_ai_client_operation_duration_seconds", "95th percentile of the duration, by model"),
            quantile("Time to first token, p95", "gen_ai_client_time_to_first_token_seconds", "95th percentile, by model"),
            rate("Errors by class", "gen_ai_client_errors_total", "error_type", "reqps", "Failed calls a second, by class of error"),
            promql("Budget burn", 'max by (objective) (watchglass:burn_rate:ratio_1h)', "{{objective}}", "none", "How many times too fast each objective's budget burns, over an hour"),
            rows("Newest failures", f"SELECT spans.start_time AS time, trace_id, service_name, model, error_type, status_message FROM spans WHERE {spans} AND status_code = 'error' ORDER BY spans.start_time DESC LIMIT 50",
                 (("time", "timestamp"), ("trace_id", "string"), ("service_name", "string"), ("model", "string"), ("error_type", "string"), ("status_message", "string")), "Failed calls, newest first"),
        ]),
        "models": board("models", "models and cost", [
            rate("Cost an hour", "gen_ai_client_cost_usd_total", "gen_ai_response_model", "currencyUSD", "USD an hour, by model", " * 3600"),
            rate("Tokens", "gen_ai_client_token_usage_sum", "gen_ai_token_type", "none", "Tokens a second, input and output"),
            rate("Calls by model", "gen_ai_client_requests_total", "gen_ai_response_model", "reqps", "Calls a second, by model"),
            quantile("Time per output token, p95", "gen_ai_client_time_per_output_token_seconds", "95th percentile, by model"),
            rate("Calls without a price", "gen_ai_client_unpriced_requests_total", "gen_ai_response_model", "reqps", "Calls with tokens whose model has no price, a second"),
            rate("Cost an hour by release", "gen_ai_client_cost_usd_total", "service_version", "currencyUSD", "USD an hour, by release", " * 3600"),
            rows("Models", f"SELECT model, count() AS calls, sum(spans.input_tokens) AS input_tokens, sum(spans.output_tokens) AS output_tokens, sum(spans.cost_usd) AS cost_usd FROM spans WHERE {spans} GROUP BY model ORDER BY cost_usd DESC LIMIT 100",
                 (("model", "string"), ("calls", "number"), ("input_tokens", "number"), ("output_tokens", "number"), ("cost_usd", "number")), "What each model took within the range"),
            rows("Dearest calls", f"SELECT spans.start_time AS time, trace_id, service_name, model, spans.cost_usd AS cost_usd FROM spans WHERE {spans} AND isNotNull(spans.cost_usd) ORDER BY spans.cost_usd DESC LIMIT 50",
                 (("time", "timestamp"), ("trace_id", "string"), ("service_name", "string"), ("model", "string"), ("cost_usd", "number")), "Calls by cost"),
        ]),
        "serving": board("serving", "model servers", [
            measured("Running requests", "watchglass.serving.requests.running", "none", "Requests in the batch, by instance"),
            measured("Waiting requests", "watchglass.serving.requests.waiting", "none", "Requests in the queue, by instance"),
            measured("KV cache in use", "watchglass.serving.kv_cache.utilization", "percentunit", "Share of the cache, by instance"),
            measured("Time to first token, mean", "gen_ai.server.time_to_first_token", "s", "Mean since the server's start, by instance", "metric_points.sum / metric_points.count"),
        ]),
        "resources": board("resources", "resources", [
            measured("CPU", "system.cpu.utilization", "percentunit", "Share of the CPUs' time, by host"),
            measured("Memory", "system.memory.utilization", "percentunit", "Share of memory, by host"),
            measured("GPU", "hw.gpu.utilization", "percentunit", "Share of the GPU's time, by host"),
            promql("Rows committed", "sum by (signal) (rate(watchglass_ingest_rows_total[$__rate_interval]))", "{{signal}}", "none", "Rows a second that Watchglass stored, by table"),
            promql("Commit, p95", "histogram_quantile(0.95, sum by (le, signal) (rate(watchglass_ingest_commit_seconds_bucket[$__rate_interval])))", "{{signal}}", "s", "Time to store one group of exports"),
            promql("Waiting exports", "sum by (signal) (watchglass_ingest_queue_bytes)", "{{signal}}", "bytes", "Bytes that wait for their commit"),
            promql("Watchglass's memory", "process_resident_memory_bytes{job=\"watchglass\"}", "{{instance}}", "bytes", "Resident memory"),
        ]),
    }  # fmt: skip


def written() -> dict[Path, str]:
    """The text of each file."""
    return {FOLDER / f"{name}.json": json.dumps(made.build(), cls=JSONEncoder, indent=2, sort_keys=True) + "\n" for name, made in boards().items()}


if __name__ == "__main__":
    for path, text in written().items():
        path.write_text(text, "utf-8")
        print(path)
