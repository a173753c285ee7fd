"""What is scraped: every address of every job as a target, followed as the files change."""

import socket
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import httpx

from watchglass.errors import InvalidInput
from watchglass.ingest.host_names import LOOPBACK
from watchglass.ingest.scrape.configuration import (
    LEAST_INTERVAL_S,
    Credentials,
    Group,
    Job,
    parse_configuration,
    parse_target_file,
)
from watchglass.ingest.scrape.yaml_reading import read_duration_s

MAX_TARGETS = 5_000
"""Most targets of one server."""

MAX_FILE_BYTES = 8 * 2**20
"""Largest file of the configuration."""


@dataclass(frozen=True, slots=True)
class Target:
    """One address that is scraped.

    Attributes:
        job: Name of its job.
        instance: Its `host:port`, or what the label `instance` says.
        url: What is asked, without the parameters.
        params: Query parameters, which may hold secrets.
        labels: What is added to its series, but for job and instance.
        interval_s: Time between scrapes, in seconds.
        timeout_s: Longest time of a scrape, in seconds.
        honor_labels: Whether a label of a series wins over the target's of the same name.
        credentials: What to prove one's identity with, None for nothing.
    """

    job: str
    instance: str
    url: str
    params: tuple[tuple[str, str], ...]
    labels: tuple[tuple[str, str], ...]
    interval_s: float
    timeout_s: float
    honor_labels: bool
    credentials: Credentials | None = field(default=None, repr=False)

    @property
    def resource(self) -> dict[str, str]:
        """What describes it as an OTLP resource, as OpenTelemetry maps Prometheus's labels."""
        address = httpx.URL(self.url)
        port = address.port or {"http": 80, "https": 443}[address.scheme]
        # what is asked on this machine runs on it
        own = {"host.name": socket.gethostname()} if address.host in LOOPBACK else {}
        return {
            **own,
            "service.name": self.job,
            "service.instance.id": self.instance,
            "server.address": address.host,
            "server.port": str(port),
            "url.scheme": address.scheme,
        }


class TargetList:
    """The targets that a file names, read again when it or a file that it names has changed."""

    def __init__(self, path: Path) -> None:
        """Read nothing yet."""
        self._path = path
        self._jobs: list[Job] = []
        self._seen: dict[Path, tuple[int, int]] = {}
        self._groups: dict[Path, list[Group]] = {}
        self._file_errors: dict[Path, str] = {}
        self._error = ""
        self.targets: tuple[Target, ...] = ()

    @property
    def error(self) -> str:
        """Why the newest content of a file is not used, empty when all is."""
        return "; ".join(it for it in (self._error, *self._file_errors.values()) if it)

    def load(self) -> None:
        """Read all files.

        Raises:
            InvalidInput: The configuration is wrong; the field is the setting's name.
        """
        try:
            self._jobs = parse_configuration(_read(self._path), self._path)
        except (OSError, UnicodeDecodeError) as error:
            raise InvalidInput("scrape_file", f"cannot be read: {error}") from error
        except InvalidInput as error:
            raise InvalidInput("scrape_file", str(error)) from error
        self._seen[self._path] = _stamp(self._path)
        self._read_target_files()
        self.targets = _targets(self._jobs, self._groups)

    def refresh(self) -> bool:
        """Read what has changed and say whether anything had; what is wrong now stays as it was, and `error` tells."""
        changed = False
        stamp = _stamp(self._path)
        if stamp != self._seen.get(self._path):
            self._seen[self._path] = stamp
            changed = True
            try:
                self._jobs = parse_configuration(_read(self._path), self._path)
                self._error = ""
            except (OSError, UnicodeDecodeError, InvalidInput) as error:
                self._error = str(error)
        changed |= self._read_target_files()
        if changed:
            try:
                self.targets = _targets(self._jobs, self._groups)
            except InvalidInput as error:
                self._error = str(error)
        return changed

    def _read_target_files(self) -> bool:
        patterns = [pattern for job in self._jobs for pattern in job.files]
        present = sorted({path for pattern in patterns for path in _matches(pattern)})
        changed = False
        for path in self._groups.keys() - set(present):
            del self._groups[path]
            self._seen.pop(path, None)
            self._file_errors.pop(path, None)
            changed = True
        for path in present:
            stamp = _stamp(path)
            if stamp == self._seen.get(path) and path in self._groups:
                continue
            self._seen[path] = stamp
            changed = True
            self._groups.setdefault(path, [])
            try:
                self._groups[path] = parse_target_file(_read(path), path)
                self._file_errors.pop(path, None)
            except (OSError, UnicodeDecodeError, InvalidInput) as error:
                self._file_errors[path] = str(error)
        return changed


def _targets(jobs: list[Job], groups: Mapping[Path, list[Group]]) -> tuple[Target, ...]:
    """All targets, each once.

    Raises:
        InvalidInput: They are too many, or a label of theirs cannot be followed.
    """
    found: dict[Target, None] = {}
    for job in jobs:
        listed = [group for pattern in job.files for path in _matches(pattern) for group in groups.get(path, [])]
        for group in (*job.groups, *listed):
            for address in group.addresses:
                found[_target(job, address, group.labels)] = None
    if len(found) > MAX_TARGETS:
        raise InvalidInput("scrape_file", f"names {len(found)} targets; the limit is {MAX_TARGETS}")
    return tuple(found)


def _target(job: Job, address: str, labels: Mapping[str, str]) -> Target:
    """The target of one address; labels that begin with `__` change how it is asked, as in Prometheus."""
    scheme = labels.get("__scheme__", job.scheme)
    path = labels.get("__metrics_path__", job.metrics_path)
    asked = {name.removeprefix("__param_"): value for name, value in labels.items() if name.startswith("__param_")}
    kept = {name: value for name, value in labels.items() if not name.startswith("__")}
    interval_s = read_duration_s(labels.get("__scrape_interval__", "")) or job.interval_s
    timeout_s = read_duration_s(labels.get("__scrape_timeout__", "")) or job.timeout_s
    try:
        url = httpx.URL(f"{scheme}://{address}").copy_with(path=path)
        port = urlsplit(f"//{address}").port
    except (httpx.InvalidURL, ValueError, TypeError) as error:
        raise InvalidInput("scrape_file", f"cannot ask {address[:80]!r}: {error}") from error
    if scheme not in ("http", "https"):
        raise InvalidInput("scrape_file", f"__scheme__ of {address[:80]!r} must be http or https")
    whole = address if port else f"{address}:{443 if scheme == 'https' else 80}"
    return Target(
        job=kept.pop("job", job.name),
        instance=kept.pop("instance", whole),
        url=str(url),
        params=(*(pair for pair in job.params if pair[0] not in asked), *asked.items()),
        labels=tuple(sorted(kept.items())),
        interval_s=max(LEAST_INTERVAL_S, interval_s),
        timeout_s=min(timeout_s, interval_s),
        honor_labels=job.honor_labels,
        credentials=job.credentials,
    )


def _matches(pattern: Path) -> list[Path]:
    return sorted(path for path in pattern.parent.glob(pattern.name) if path.is_file())


def _stamp(path: Path) -> tuple[int, int]:
    """What changes when a file does."""
    try:
        status = path.stat()
    except OSError:
        return (0, -1)
    return status.st_mtime_ns, status.st_size


def _read(path: Path) -> str:
    if path.stat().st_size > MAX_FILE_BYTES:
        raise InvalidInput(path.name, f"larger than {MAX_FILE_BYTES} bytes")
    return path.read_text("utf-8")
