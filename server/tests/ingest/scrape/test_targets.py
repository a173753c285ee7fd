"""Targets follow their files: what changes is read again, what is wrong stays as it was and is told."""

import json
import os
from pathlib import Path

import pytest

from watchglass.errors import InvalidInput
from watchglass.ingest.scrape.targets import Target, TargetList

MAIN = """
scrape_configs:
  - job_name: vllm
    params: {a: [x], b: [y]}
    static_configs: [{targets: ['a:8000', b], labels: {region: eu}}]
  - job_name: listed
    scrape_interval: 30s
    file_sd_configs: [{files: ['more/*.json']}]
"""


def write(path: Path, text: str) -> None:
    """Write a file so that its change is seen, however fast the test is."""
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, "utf-8")
    write.turns += 1  # type: ignore[attr-defined]
    os.utime(path, ns=(write.turns, write.turns))  # type: ignore[attr-defined]


write.turns = 0  # type: ignore[attr-defined]


def listed(*addresses: str, **labels: str) -> str:
    """A file of targets."""
    return json.dumps([{"targets": addresses, "labels": labels}])


@pytest.fixture
def targets(tmp_path: Path) -> TargetList:
    """The targets of MAIN and of one file."""
    write(tmp_path / "prometheus.yml", MAIN)
    write(tmp_path / "more" / "one.json", listed("c:1", env="dev"))
    found = TargetList(tmp_path / "prometheus.yml")
    found.load()
    return found


def addresses(targets: TargetList) -> list[str]:
    """The instances of all targets."""
    return [target.instance for target in targets.targets]


def test_every_address_is_a_target(targets: TargetList) -> None:
    """With its job's settings, and the port of its scheme where it names none."""
    first, second, third = targets.targets
    assert first == Target(
        job="vllm",
        instance="a:8000",
        url="http://a:8000/metrics",
        params=(("a", "x"), ("b", "y")),
        labels=(("region", "eu"),),
        interval_s=60.0,
        timeout_s=10.0,
        honor_labels=False,
    )
    assert second.instance == "b:80"
    assert (third.instance, third.interval_s, third.labels) == ("c:1", 30.0, (("env", "dev"),))
    assert first.resource == {
        "service.name": "vllm",
        "service.instance.id": "a:8000",
        "server.address": "a",
        "server.port": "8000",
        "url.scheme": "http",
    }


def test_a_target_may_be_asked_in_its_own_way(tmp_path: Path, targets: TargetList) -> None:
    """Labels that begin with __ do what they do in Prometheus, and none of them is kept."""
    labels = {
        "__scheme__": "https",
        "__metrics_path__": "/m",
        "__param_a": "z",
        "__scrape_interval__": "5s",
        "__meta_x": "y",
        "instance": "mine",
        "job": "other",
    }
    write(tmp_path / "prometheus.yml", MAIN.replace("labels: {region: eu}", f"labels: {json.dumps(labels)}"))
    assert targets.refresh()
    first = targets.targets[0]
    assert (first.url, first.params, first.labels) == ("https://a:8000/m", (("b", "y"), ("a", "z")), ())
    assert (first.job, first.instance, first.interval_s, first.timeout_s) == ("other", "mine", 5.0, 5.0)


def test_files_that_come_change_and_go_are_followed(tmp_path: Path, targets: TargetList) -> None:
    """Nothing is read while nothing changes."""
    assert not targets.refresh()
    write(tmp_path / "more" / "two.json", listed("d:1"))
    assert targets.refresh() and addresses(targets) == ["a:8000", "b:80", "c:1", "d:1"]
    write(tmp_path / "more" / "one.json", listed("e:1"))
    assert targets.refresh() and addresses(targets) == ["a:8000", "b:80", "e:1", "d:1"]
    (tmp_path / "more" / "one.json").unlink()
    assert targets.refresh() and addresses(targets) == ["a:8000", "b:80", "d:1"]
    write(tmp_path / "prometheus.yml", "scrape_configs: []")
    assert targets.refresh() and addresses(targets) == []


def test_what_is_wrong_stays_as_it_was(tmp_path: Path, targets: TargetList) -> None:
    """The error tells the line, until the file is mended."""
    write(tmp_path / "prometheus.yml", MAIN + "    relabel_configs: []\n")
    write(tmp_path / "more" / "one.json", "[{]")
    assert targets.refresh()
    assert addresses(targets) == ["a:8000", "b:80", "c:1"]
    assert "line 9: scrape_configs[1].relabel_configs is not supported" in targets.error
    assert "one.json: line 1: not YAML" in targets.error
    write(tmp_path / "prometheus.yml", MAIN)
    write(tmp_path / "more" / "one.json", listed("e:1"))
    assert targets.refresh()
    assert addresses(targets)[-1] == "e:1" and targets.error == ""


def test_a_file_that_cannot_be_used_is_refused_at_the_start(tmp_path: Path) -> None:
    """The field is the setting's name."""
    for content, told in ((None, "cannot be read"), ("rule_files: []", "line 1: rule_files is not supported")):
        if content is not None:
            write(tmp_path / "prometheus.yml", content)
        with pytest.raises(InvalidInput) as raised:
            TargetList(tmp_path / "prometheus.yml").load()
        assert raised.value.field == "scrape_file" and told in raised.value.detail


def test_the_same_target_twice_is_one(tmp_path: Path) -> None:
    """As in Prometheus."""
    write(tmp_path / "prometheus.yml", "scrape_configs: [{job_name: a, static_configs: [{targets: [b, b]}, {targets: ['b:80']}]}]")
    found = TargetList(tmp_path / "prometheus.yml")
    found.load()
    assert len({target.instance for target in found.targets}) == 1
