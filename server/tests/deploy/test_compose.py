"""deploy/: files that their programs take, and ports, paths and names that fit one another."""

import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
import yaml

from doubles.prometheus import needs_amtool, needs_prometheus, tool
from watchglass.prometheus.objectives import DEFAULT_FILE, load_objectives
from watchglass.prometheus.rules import JOB, alerting_rules, recording_rules
from watchglass.settings import Settings

DEPLOY = Path(__file__).parents[3] / "deploy"
COMPOSE = {name: yaml.safe_load((DEPLOY / name).read_text("utf-8")) for name in ("compose.yml", "compose.cluster.yml")}
PORTS = {"watchglass": {4317, 4318}, "prometheus": {9090}, "alertmanager": {9093}, "grafana": {3000}, "postgres": {5432}}


def loaded(path: str) -> Any:
    """A YAML file of deploy/."""
    return yaml.safe_load((DEPLOY / path).read_text("utf-8"))


@pytest.mark.parametrize("name", COMPOSE)
def test_services_find_what_they_name(name: str) -> None:
    """Volumes are declared, mounted files are there, and services depend on services that are there."""
    compose = COMPOSE[name]
    for service in compose["services"].values():
        assert ("image" in service) != ("build" in service)
        assert set(service.get("depends_on", ())) <= compose["services"].keys()
        for mount in service.get("volumes", ()):
            source = mount.split(":")[0]
            assert (DEPLOY / source).exists() if source.startswith(".") else source in compose["volumes"], mount
        for port in service.get("ports", ()):
            assert port.startswith("127.0.0.1:"), "nothing is open to others by default"
        if "build" in service:
            assert (DEPLOY / service["build"]["context"] / service["build"]["dockerfile"]).is_file()


def test_published_ports_are_the_programs_own() -> None:
    """What is published is where the program listens."""
    services = COMPOSE["compose.yml"]["services"]
    for name in ("watchglass", "prometheus", "alertmanager", "grafana"):
        assert {int(port.rpartition(":")[2]) for port in services[name]["ports"]} == PORTS[name]
    defaults = Settings()
    assert PORTS["watchglass"] == {defaults.port, defaults.grpc_port}


def test_addresses_between_services_fit() -> None:
    """Each address in a configuration is a service of the compose file at a port of it."""
    texts = [(DEPLOY / path).read_text("utf-8") for path in ("prometheus/prometheus.yml", "grafana/provisioning/datasources/watchglass.yml")]
    found = re.findall(r"(?:http://|\")([a-z]+):(\d+)", " ".join(texts))
    assert len(found) >= 5
    for host, port in found:
        assert int(port) in PORTS[host], f"{host}:{port}"


def test_key_file_is_where_it_is_read() -> None:
    """The key that is made is the file that Prometheus and Grafana read, in a volume that both mount."""
    services = COMPOSE["compose.yml"]["services"]
    assert "/keys/read.key" in services["key"]["entrypoint"][2]
    assert loaded("prometheus/prometheus.yml")["scrape_configs"][0]["authorization"] == {"credentials_file": "/keys/read.key"}
    sources = loaded("grafana/provisioning/datasources/watchglass.yml")["datasources"]
    assert [source["secureJsonData"] for source in sources if "secureJsonData" in source] == [
        {"httpHeaderValue1": "Bearer $__file{/keys/read.key}"},
        {"bearerToken": "$__file{/keys/read.key}"},
    ]
    for name in ("key", "prometheus", "grafana"):
        assert any(mount.startswith("keys:/keys") for mount in services[name]["volumes"])


def test_settings_of_the_cluster_are_settings() -> None:
    """Every variable is one that Watchglass knows, and the cluster's name is ClickHouse's."""
    environment = COMPOSE["compose.cluster.yml"]["services"]["watchglass"]["environment"]
    for variable in environment:
        assert variable.removeprefix("WATCHGLASS_").lower() in Settings.model_fields
    cluster = ElementTree.parse(DEPLOY / "clickhouse/cluster.xml").getroot()
    shards = cluster.findall(f"remote_servers/{environment['WATCHGLASS_CLICKHOUSE_CLUSTER']}/shard")
    replicas = [[str(host.text) for host in shard.findall("replica/host")] for shard in shards]
    services = COMPOSE["compose.cluster.yml"]["services"]
    assert [len(hosts) for hosts in replicas] == [2, 2]
    for number, hosts in enumerate(replicas, start=1):
        assert [services[host]["environment"]["SHARD"] for host in hosts] == [str(number)] * 2
        assert [services[host]["environment"]["REPLICA"] for host in hosts] == ["1", "2"]
    keepers = {str(host.text) for host in cluster.findall("zookeeper/node/host")}
    raft = ElementTree.parse(DEPLOY / "clickhouse/keeper.xml").getroot().findall("keeper_server/raft_configuration/server")
    assert {str(it.findtext("hostname")): str(it.findtext("id")) for it in raft} == {
        name: services[name]["environment"]["KEEPER_ID"] for name in keepers
    }


def test_rules_are_those_of_the_default_objectives() -> None:
    """The rule files are what `watchglass rules` writes, and watch the job that Prometheus scrapes."""
    objectives = load_objectives(DEFAULT_FILE)
    assert loaded("prometheus/rules/watchglass-recording.yml") == recording_rules(objectives)
    assert loaded("prometheus/rules/watchglass-alerting.yml") == alerting_rules(objectives)
    assert loaded("prometheus/prometheus.yml")["scrape_configs"][0]["job_name"] == JOB


@needs_prometheus
def test_prometheus_takes_its_configuration(tmp_path: Path) -> None:
    """`promtool check config` accepts the file and its rules."""
    text = (DEPLOY / "prometheus/prometheus.yml").read_text("utf-8").replace("/keys/read.key", str(tmp_path / "read.key"))
    (tmp_path / "read.key").write_text("k")
    (tmp_path / "prometheus.yml").write_text(text.replace("rules/", f"{DEPLOY}/prometheus/rules/"))
    said = tool("promtool", "check", "config", str(tmp_path / "prometheus.yml"))
    assert "FAILED" not in said and said.count("rules found") == 2, said


@needs_amtool
def test_alertmanager_takes_its_configuration() -> None:
    """`amtool check-config` accepts the file, and pages and tickets go where they say."""
    path = str(DEPLOY / "alertmanager/alertmanager.yml")
    assert "SUCCESS" in tool("amtool", "check-config", path)
    for severity in ("page", "ticket"):
        assert tool("amtool", "config", "routes", "test", f"--config.file={path}", f"severity={severity}").split()[0] == severity
