"""A file in Prometheus's format is followed in what is supported, and refused by line and name in what is not."""

from pathlib import Path

import pytest

from watchglass.errors import InvalidInput
from watchglass.ingest.scrape.configuration import Credentials, Group, Job, parse_configuration, parse_target_file

HERE = Path("/etc/prometheus/prometheus.yml")

WHOLE = """
global:
  scrape_interval: 15s
  scrape_timeout: 5s
scrape_configs:
  - job_name: vllm
    honor_labels: true
    metrics_path: /v1/metrics
    scheme: https
    params:
      collect: [cpu, meminfo]
    basic_auth: {username: u, password_file: secret}
    static_configs:
      - targets: ['a:8000', "b:8000"]
        labels: {region: eu, tier: 1}
  - job_name: node
    scrape_interval: 1m30s
    authorization: {credentials_file: /run/token}
    honor_timestamps: true
    file_sd_configs:
      - files: [targets/*.json, 'more.yml']
        refresh_interval: 1m
"""


def test_everything_that_is_supported_is_read() -> None:
    """Defaults come from `global`, paths are relative to the file's folder."""
    first, second = parse_configuration(WHOLE, HERE)
    assert first == Job(
        name="vllm",
        interval_s=15.0,
        timeout_s=5.0,
        metrics_path="/v1/metrics",
        scheme="https",
        params=(("collect", "cpu"), ("collect", "meminfo")),
        honor_labels=True,
        credentials=Credentials("Basic", "u", "", Path("/etc/prometheus/secret")),
        groups=(Group(("a:8000", "b:8000"), {"region": "eu", "tier": "1"}),),
    )
    assert second == Job(
        name="node",
        interval_s=90.0,
        timeout_s=5.0,
        credentials=Credentials("Bearer", "", "", Path("/run/token")),
        files=(Path("/etc/prometheus/targets/*.json"), Path("/etc/prometheus/more.yml")),
    )


def test_defaults_are_prometheus_s() -> None:
    """A minute, ten seconds; a timeout that was not said is no longer than the interval."""
    (job,) = parse_configuration("scrape_configs: [{job_name: a}]", HERE)
    assert (job.interval_s, job.timeout_s, job.metrics_path, job.scheme) == (60.0, 10.0, "/metrics", "http")
    (job,) = parse_configuration("scrape_configs: [{job_name: a, scrape_interval: 5s}]", HERE)
    assert (job.interval_s, job.timeout_s) == (5.0, 5.0)
    assert parse_configuration("", HERE) == []


JOB = "scrape_configs:\n  - job_name: a\n"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (JOB + "    relabel_configs: []\n", "line 3: scrape_configs[0].relabel_configs is not supported by Watchglass"),
        (JOB + "    kubernetes_sd_configs:\n      - role: pod\n", "scrape_configs[0].kubernetes_sd_configs is not supported"),
        (JOB + "    tls_config: {ca_file: x}\n", "scrape_configs[0].tls_config is not supported"),
        ("rule_files: [a]\n" + JOB, "line 1: rule_files is not supported"),
        ("global:\n  external_labels: {a: b}\n", "global.external_labels is not supported"),
        (JOB + "    honor_timestamps: false\n", "line 3: scrape_configs[0].honor_timestamps can only be true"),
        (JOB + "    scrape_interval: 15\n", "line 3: scrape_configs[0].scrape_interval must be a duration"),
        (JOB + "    scrape_interval: 10ms\n", "must be 1s or more"),
        (JOB + "    scrape_interval: 5s\n    scrape_timeout: 6s\n", "scrape_configs[0].scrape_timeout must not be longer"),
        (JOB + "    scheme: ftp\n", "line 3: scrape_configs[0].scheme must be http or https"),
        (JOB + "    honor_labels: maybe\n", "scrape_configs[0].honor_labels must be true or false"),
        (JOB + "    static_configs: [{targets: ['http://a/b']}]\n", "scrape_configs[0].static_configs[0].targets[0] must be host:port"),
        (JOB + "    static_configs: [{targets: [a], labels: {1b: c}}]\n", "labels.1b is no name of a label"),
        (JOB + "    static_configs: [{hosts: [a]}]\n", "static_configs[0].hosts is not known"),
        (JOB + "    file_sd_configs: [{files: [a.txt]}]\n", "files[0] must end in .json, .yml or .yaml"),
        (JOB + "    basic_auth: {username: u}\n", "scrape_configs[0].basic_auth must have password_file (or password)"),
        (JOB + "    authorization: {credentials: a, credentials_file: b}\n", "must have credentials_file (or credentials), one"),
        (JOB + "  - job_name: a\n", "scrape_configs has the job_name 'a' twice"),
        ("scrape_configs:\n  - scrape_interval: 5s\n", "line 2: scrape_configs[0].job_name is missing"),
        ("scrape_configs: {}\n", "line 1: scrape_configs must be a list"),
        ("[]", "line 1: the file must be a map"),
        ("a: [\n", "line 2: not YAML"),
        (JOB + "    job_name: b\n", "line 3: scrape_configs[0].job_name is there twice"),
    ],
)
def test_what_is_not_supported_or_wrong_is_told_with_its_line(text: str, told: str) -> None:
    """Nothing is ignored in silence."""
    with pytest.raises(InvalidInput) as raised:
        parse_configuration(text, HERE)
    assert raised.value.field == "prometheus.yml"
    assert told in raised.value.detail


def test_everything_that_is_wrong_is_told_at_once() -> None:
    """A team mends its copy in one go."""
    with pytest.raises(InvalidInput) as raised:
        parse_configuration("alerting: {}\nrule_files: []\n" + JOB + "    relabel_configs: []\n    sample_limit: 5\n", HERE)
    assert raised.value.detail.count("is not supported") == 4


def test_secrets_are_not_shown() -> None:
    """Neither a job's text nor an error holds one."""
    (job,) = parse_configuration(JOB + "    authorization: {credentials: hush}\n", HERE)
    assert job.credentials is not None and job.credentials.secret == "hush"
    assert "hush" not in repr(job)


def test_files_of_targets_are_json_or_yaml() -> None:
    """The same groups as in static_configs."""
    text = '[{"targets": ["a:1", "b:2"], "labels": {"env": "dev"}}]'
    assert parse_target_file(text, Path("t.json")) == [Group(("a:1", "b:2"), {"env": "dev"})]
    assert parse_target_file("- targets: [a:1]\n", Path("t.yml")) == [Group(("a:1",), {})]
    with pytest.raises(InvalidInput, match=r"t\.json: line 1: \[0\]\.labels\.a must be text"):
        parse_target_file('[{"targets": [], "labels": {"a": []}}]', Path("t.json"))
