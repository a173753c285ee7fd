"""A file in Prometheus's own format as scrape jobs; what is not supported is refused by line and name."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from watchglass.ingest.scrape.yaml_reading import Problems, Reading, compose

DEFAULT_INTERVAL_S, DEFAULT_TIMEOUT_S = 60.0, 10.0
"""Prometheus's own."""

LEAST_INTERVAL_S = 1.0
LABEL_NAME = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]*")
NOT_SUPPORTED = "is not supported by Watchglass: take it out of its copy of the file"
ONLY_AS_DEFAULT = {"honor_timestamps": "true", "follow_redirects": "true", "enable_http2": "true", "enable_compression": "true"}
"""Settings of Prometheus that may be said, as what they say by default is what is done."""


@dataclass(frozen=True, slots=True)
class Group:
    """Addresses that share labels.

    Attributes:
        addresses: `host:port` each.
        labels: Labels of all of them.
    """

    addresses: tuple[str, ...]
    labels: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a request's `Authorization` is made of; the secret is read anew from its file for each scrape.

    Attributes:
        kind: `Basic`, or what stands before the secret, such as `Bearer`.
        username: User name of `Basic`.
        secret: The secret where the file holds it itself.
        secret_file: The file that holds it otherwise.
    """

    kind: str
    username: str = ""
    secret: str = field(default="", repr=False)
    secret_file: Path | None = None


@dataclass(frozen=True, slots=True)
class Job:
    """One entry of scrape_configs.

    Attributes:
        name: Name of the job, the label `job`.
        interval_s: Time between scrapes, in seconds.
        timeout_s: Longest time of a scrape, in seconds.
        metrics_path: Path that is asked.
        scheme: http or https.
        params: Query parameters.
        honor_labels: Whether a label of a series wins over the target's of the same name.
        credentials: What to prove one's identity with, None for nothing.
        groups: The targets that the file lists.
        files: Patterns of files that list more.
    """

    name: str
    interval_s: float
    timeout_s: float
    metrics_path: str = "/metrics"
    scheme: str = "http"
    params: tuple[tuple[str, str], ...] = ()
    honor_labels: bool = False
    credentials: Credentials | None = None
    groups: tuple[Group, ...] = ()
    files: tuple[Path, ...] = ()


def parse_configuration(text: str, path: Path) -> list[Job]:
    """Read a configuration; relative paths in it are relative to its folder.

    Raises:
        InvalidInput: Something in it is wrong or not supported; all of it is told, each with its line.
    """
    node = compose(text, path.name)
    if node is None:
        return []
    problems = Problems()
    jobs = _JobsReading(problems, path.parent).read(node)
    problems.refuse(path.name)
    return jobs


def parse_target_file(text: str, path: Path) -> list[Group]:
    """Read a file of targets, JSON or YAML: a list of maps with `targets` and `labels`.

    Raises:
        InvalidInput: Something in it is wrong; all of it is told, each with its line.
    """
    node = compose(text, path.name)
    if node is None:
        return []
    problems = Problems()
    groups = _GroupReading(problems).groups(node, "")
    problems.refuse(path.name)
    return list(groups)


class _GroupReading(Reading):
    """Reads groups of targets."""

    def groups(self, node: yaml.Node, path: str) -> tuple[Group, ...]:
        return tuple(self.items(node, path, self._group))

    def _group(self, node: yaml.Node, path: str) -> Group:
        readers = {"targets": lambda it, at: tuple(self.items(it, at, self._address)), "labels": self._labels}
        found: dict[str, Any] = self.map_of(node, path, readers, "is not known; a group has targets and labels")
        return Group(found.get("targets", ()), found.get("labels", {}))

    def _address(self, node: yaml.Node, path: str) -> str:
        address = self.text(node, path)
        if not address or "/" in address or "@" in address or any(letter.isspace() for letter in address):
            self.problems.add(node, path, f"must be host:port, not {address[:80]!r}")
        return address

    def _labels(self, node: yaml.Node, path: str) -> dict[str, str]:
        labels: dict[str, str] = {}
        for name, value, inner in self.fields(node, path):
            if not LABEL_NAME.fullmatch(name):
                self.problems.add(value, inner, "is no name of a label: letters, digits and _")
            labels[name] = self.text(value, inner)
        return labels


class _JobsReading(_GroupReading):
    """Reads jobs."""

    def __init__(self, problems: Problems, folder: Path) -> None:
        super().__init__(problems)
        self._folder = folder
        self._interval_s, self._timeout_s = DEFAULT_INTERVAL_S, DEFAULT_TIMEOUT_S

    def read(self, node: yaml.Node) -> list[Job]:
        jobs: list[Job] = []
        entries = list(self.fields(node, ""))
        for key, value, path in entries:
            if key == "global":
                self._global(value, path)
            elif key != "scrape_configs":
                self.problems.add(value, path, NOT_SUPPORTED)
        for key, value, path in entries:  # after `global`, wherever that stands
            if key == "scrape_configs":
                jobs = self.items(value, path, self._job)
                self._refuse_twins(value, jobs)
        return jobs

    def _refuse_twins(self, node: yaml.Node, jobs: list[Job]) -> None:
        names = [job.name for job in jobs]
        for name in sorted({name for name in names if names.count(name) > 1}):
            self.problems.add(node, "scrape_configs", f"has the job_name {name!r} twice")

    def _global(self, node: yaml.Node, path: str) -> None:
        readers = {"scrape_interval": self.duration_s, "scrape_timeout": self.duration_s}
        found: dict[str, Any] = self.map_of(node, path, readers, NOT_SUPPORTED)
        self._interval_s = found.get("scrape_interval", self._interval_s)
        self._timeout_s = found.get("scrape_timeout", min(self._timeout_s, self._interval_s))

    def _job(self, node: yaml.Node, path: str) -> Job:
        readers = {
            "job_name": self.text,
            "scrape_interval": self.duration_s,
            "scrape_timeout": self.duration_s,
            "metrics_path": self.text,
            "scheme": self._scheme,
            "params": self._params,
            "honor_labels": self.truth,
            "basic_auth": self._basic,
            "authorization": self._authorization,
            "static_configs": self.groups,
            "file_sd_configs": lambda it, at: tuple(pattern for one in self.items(it, at, self._files) for pattern in one),
            **{name: self._default_of(value) for name, value in ONLY_AS_DEFAULT.items()},
        }
        found: dict[str, Any] = self.map_of(node, path, readers, NOT_SUPPORTED)
        interval_s = found.get("scrape_interval", self._interval_s)
        timeout_s = found.get("scrape_timeout", min(self._timeout_s, interval_s))
        if not found.get("job_name"):
            self.problems.add(node, f"{path}.job_name", "is missing")
        if interval_s < LEAST_INTERVAL_S:
            self.problems.add(node, f"{path}.scrape_interval", f"must be {LEAST_INTERVAL_S:g}s or more")
        if timeout_s > interval_s:
            self.problems.add(node, f"{path}.scrape_timeout", "must not be longer than scrape_interval")
        if "basic_auth" in found and "authorization" in found:
            self.problems.add(node, f"{path}.basic_auth", "and authorization are both there: one is allowed")
        return Job(
            name=found.get("job_name", ""),
            interval_s=interval_s,
            timeout_s=timeout_s,
            metrics_path=found.get("metrics_path", "/metrics"),
            scheme=found.get("scheme", "http"),
            params=found.get("params", ()),
            honor_labels=found.get("honor_labels", False),
            credentials=found.get("basic_auth") or found.get("authorization"),
            groups=found.get("static_configs", ()),
            files=found.get("file_sd_configs", ()),
        )

    def _default_of(self, default: str) -> Any:
        def read(node: yaml.Node, path: str) -> None:
            if self.text(node, path) != default:
                self.problems.add(node, path, f"can only be {default}")

        return read

    def _scheme(self, node: yaml.Node, path: str) -> str:
        scheme = self.text(node, path)
        if scheme not in ("http", "https"):
            self.problems.add(node, path, "must be http or https")
        return scheme

    def _params(self, node: yaml.Node, path: str) -> tuple[tuple[str, str], ...]:
        return tuple((name, value) for name, values, at in self.fields(node, path) for value in self.items(values, at, self.text))

    def _files(self, node: yaml.Node, path: str) -> tuple[Path, ...]:
        readers = {"files": lambda it, at: tuple(self.items(it, at, self._pattern)), "refresh_interval": self.duration_s}
        found: dict[str, Any] = self.map_of(node, path, readers, NOT_SUPPORTED)
        return tuple(found.get("files", ()))

    def _pattern(self, node: yaml.Node, path: str) -> Path:
        text = self.text(node, path)
        if not text.endswith((".json", ".yml", ".yaml")) or "*" in str(Path(text).parent):
            self.problems.add(node, path, "must end in .json, .yml or .yaml, with * in its last part alone")
        return self._folder / text

    def _basic(self, node: yaml.Node, path: str) -> Credentials:
        readers = {"username": self.text, "password": self.text, "password_file": self._file}
        found: dict[str, Any] = self.map_of(node, path, readers, NOT_SUPPORTED)
        self._one_secret(node, path, found, "password")
        return Credentials("Basic", found.get("username", ""), found.get("password", ""), found.get("password_file"))

    def _authorization(self, node: yaml.Node, path: str) -> Credentials:
        readers = {"type": self.text, "credentials": self.text, "credentials_file": self._file}
        found: dict[str, Any] = self.map_of(node, path, readers, NOT_SUPPORTED)
        self._one_secret(node, path, found, "credentials")
        return Credentials(found.get("type", "Bearer"), "", found.get("credentials", ""), found.get("credentials_file"))

    def _one_secret(self, node: yaml.Node, path: str, found: dict[str, Any], name: str) -> None:
        if (name in found) == (f"{name}_file" in found):
            self.problems.add(node, path, f"must have {name}_file (or {name}), one of the two")

    def _file(self, node: yaml.Node, path: str) -> Path:
        return self._folder / self.text(node, path)
