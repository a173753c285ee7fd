"""What servers and machines did during a call: the points around it of those that it went to."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from watchglass.errors import NotFound
from watchglass.query.reader import INDEX_FIRST, Reader
from watchglass.query.scope import Scope
from watchglass.query.serving.directory import Key, Reporter, find_reporters
from watchglass.query.serving.links import Fact, Match, facts_of, find_matches
from watchglass.query.serving.measures import Measure, measures_of
from watchglass.query.serving.points import Line, bucket_count, read_lines
from watchglass.query.serving.values import Measured, measure_all
from watchglass.query.sql import instant
from watchglass.query.trace import hex_id

LEAST_MARGIN_NS, MOST_MARGIN_NS = 120 * 10**9, 900 * 10**9
"""How much before and after a call is shown: as long as the call was, within these."""

POINTS = 60
"""About how many buckets are shown."""

MAX_INSTANCES = 20
"""Most servers and machines that are shown beside one call."""

_SAYS = (
    "spans.span_id AS span_id, toUnixTimestamp64Nano(spans.start_time) AS start_ns, spans.duration_ns AS duration_ns, "
    "spans.service_name AS service_name, spans.service_instance_id AS service_instance_id, spans.host_name AS host_name, "
    "spans.attributes AS attributes, spans.attributes_int AS attributes_int, spans.resource_attributes AS resource_attributes"
)
_OF_TRACE = "FROM spans WHERE project_id = {project_id:String} AND trace_id = {trace_id:String}"
_SPAN = f"SELECT {_SAYS} {_OF_TRACE} AND span_id = {{span_id:String}} ORDER BY spans.start_time LIMIT 1"
_BELOW = f"""
SELECT {_SAYS} {_OF_TRACE}
    AND spans.start_time >= {instant('{from_ns:Int64}')}
    AND parent_span_id IN (
        SELECT span_id {_OF_TRACE} AND spans.start_time >= {instant('{from_ns:Int64}')} AND parent_span_id = {{span_id:String}}
        UNION ALL SELECT {{span_id:String}}
    )
ORDER BY spans.start_time LIMIT 100
"""


@dataclass(frozen=True, slots=True)
class During:
    """One measure around a call.

    Attributes:
        measured: Over time, each number held until the next report.
        at_start: When the call began, None when nothing was known then.
        age_s: How long before that it had been reported, in seconds, to the length of a bucket; None likewise.
        least: Least during the call, None when nothing was known.
        mean: Mean over the buckets of the call.
        most: Largest during the call.
        report_count: How often it was reported in the call's buckets; 0 means that the numbers are those of before.
    """

    measured: Measured
    at_start: float | None
    age_s: int | None
    least: float | None
    mean: float | None
    most: float | None
    report_count: int


@dataclass(frozen=True, slots=True)
class Gpu:
    """A GPU of a machine: its id, its name, its index on the machine (empty when not said), and its measures."""

    id: str
    name: str
    index: str
    measures: list[During]


@dataclass(frozen=True, slots=True)
class Beside:
    """A server or machine that the call went to.

    Attributes:
        kind: server, or host.
        name: Its instance, or its host.
        matches: How it was found, a reporter each.
        measures: What it did.
        gpus: Its GPUs, for a host.
    """

    kind: str
    name: str
    matches: list[Match]
    measures: list[During]
    gpus: list[Gpu]


@dataclass(frozen=True, slots=True)
class BesideCall:
    """The answer.

    Attributes:
        start_ns: Start of the call.
        end_ns: Its end.
        scope: The stretch of time that is shown.
        interval_s: Length of a bucket, in seconds.
        facts: What was looked for.
        reporter_count: How many servers and machines reported in that time.
        instances: Those that the call went to, servers first.
        is_truncated: There are more.
    """

    start_ns: int
    end_ns: int
    scope: Scope
    interval_s: int
    facts: list[Fact]
    reporter_count: int
    instances: list[Beside]
    is_truncated: bool


def read_beside_call(reader: Reader, project_id: str, trace_id: str, span_id: str) -> BesideCall:
    """Find the servers and machines that a call went to, and what they did before, during and after it.

    Raises:
        InvalidInput: No such id can be; the field is `trace_id` or `span_id`.
        NotFound: The project has no such span.
        TooExpensive: It went over the limits.
        StoreError: The store failed.
    """
    start_ns, end_ns, facts = _facts(reader, project_id, hex_id("trace_id", trace_id, 32), hex_id("span_id", span_id, 16))
    margin_ns = min(max(end_ns - start_ns, LEAST_MARGIN_NS), MOST_MARGIN_NS)
    interval_s = max(1, -(-(end_ns - start_ns + 2 * margin_ns) // (POINTS * 10**9)))
    scope = Scope(project_id, max(0, start_ns - margin_ns), end_ns + margin_ns)
    reporters = find_reporters(reader, scope, "server", "host", "gpu") if facts else []
    groups = _grouped(find_matches(facts, reporters))
    chosen = groups[:MAX_INSTANCES]
    matched = list(dict.fromkeys(match.reporter for _, _, matches in chosen for match in matches))
    lines: dict[Key, list[Line]] = defaultdict(list)
    for line in read_lines(reader, scope, interval_s, matched):
        lines[line.reporter].append(line)
    around = _Around(scope, interval_s, start_ns, end_ns)
    instances = [around.beside(kind, name, matches, lines) for kind, name, matches in chosen]
    return BesideCall(start_ns, end_ns, scope, interval_s, facts, len(reporters), instances, len(groups) > len(chosen))


def _facts(reader: Reader, project_id: str, trace_id: str, span_id: str) -> tuple[int, int, list[Fact]]:
    """Start and end of a span, and what it and the two generations below it say of where the call went."""
    key = {"project_id": project_id, "trace_id": trace_id, "span_id": span_id}
    rows = reader.query(_SPAN, key, INDEX_FIRST).to_pylist()
    if not rows:
        raise NotFound(f"there is no span {span_id} of trace {trace_id} in this project")
    start_ns = rows[0]["start_ns"]
    # clocks of two machines differ
    below = reader.query(_BELOW, {**key, "from_ns": max(0, start_ns - LEAST_MARGIN_NS)}, INDEX_FIRST).to_pylist()
    facts: dict[tuple[str, str], Fact] = {}
    for row in (*rows, *below):
        said = {
            **dict(row["resource_attributes"]),
            **dict(row["attributes"]),
            **{name: str(value) for name, value in row["attributes_int"]},
            "service.name": row["service_name"],
            "service.instance.id": row["service_instance_id"],
            "host.name": row["host_name"],
        }
        for fact in facts_of(row["span_id"], said):
            facts.setdefault((fact.name, fact.value), fact)
    return start_ns, start_ns + max(1, rows[0]["duration_ns"]), list(facts.values())


def _grouped(matches: Sequence[Match]) -> list[tuple[str, str, list[Match]]]:
    """Matches by what is shown as one: a server each, and the reporters of one machine together."""
    groups: dict[tuple[str, str, str], list[Match]] = {}
    for match in matches:
        reporter = match.reporter
        if "server" in match.owners:
            name = reporter.service_instance_id or reporter.host_name or reporter.service_name
            groups.setdefault(("server", reporter.service_name, name), []).append(match)
        if match.owners & {"host", "gpu"}:
            groups.setdefault(("host", "", machine_of(reporter)), []).append(match)
    return [(kind, name, found) for (kind, _, name), found in groups.items()]


def machine_of(reporter: Reporter) -> str:
    """What a reporter's machine is called: its host, else where it was scraped, else its instance or service."""
    return reporter.host_name or reporter.address or reporter.service_instance_id or reporter.service_name


@dataclass(frozen=True, slots=True)
class _Around:
    """The buckets around a call."""

    scope: Scope
    interval_s: int
    start_ns: int
    end_ns: int

    def beside(self, kind: str, name: str, matches: list[Match], lines: dict[Key, list[Line]]) -> Beside:
        own = [line for key in dict.fromkeys(match.reporter.key for match in matches) for line in lines[key]]
        if kind == "server":
            return Beside(kind, name, matches, self._all(measures_of("server"), own), [])
        gpus = [
            Gpu(gpu, *name_of(of_gpu), self._all(measures_of("gpu"), of_gpu)) for gpu, of_gpu in by_gpu(own).items()
        ]
        return Beside(kind, name, matches, self._all(measures_of("host"), own), [gpu for gpu in gpus if gpu.measures])

    def _all(self, measures: Sequence[Measure], lines: Sequence[Line]) -> list[During]:
        return [self._during(it.held(self.interval_s)) for it in measure_all(measures, lines)]

    def _during(self, measured: Measured) -> During:
        step_ns = self.interval_s * 10**9
        first = self.scope.start_ns // step_ns
        start = self.start_ns // step_ns - first
        end = min((self.end_ns - 1) // step_ns - first + 1, bucket_count(self.scope, self.interval_s))
        values, low, high = (it[start:end] for it in (measured.values, measured.low, measured.high))
        is_known = bool(np.isfinite(values).any())
        before = np.flatnonzero(measured.report_count[: start + 1] > 0)
        at_start = float(measured.values[start]) if np.isfinite(measured.values[start]) else None
        return During(
            measured,
            at_start,
            int(start - before[-1]) * self.interval_s if at_start is not None and len(before) else None,
            float(np.nanmin(low)) if is_known else None,
            float(np.nanmean(values)) if is_known else None,
            float(np.nanmax(high)) if is_known else None,
            int(measured.report_count[start:end].sum()),
        )


def by_gpu(lines: Sequence[Line]) -> dict[str, list[Line]]:
    """The lines of each GPU, by index where that is said, else by id."""
    found: dict[str, list[Line]] = defaultdict(list)
    for line in lines:
        if line.gpu:
            found[line.gpu].append(line)
    return dict(sorted(found.items(), key=lambda it: (_index(it[1]), it[0])))


def _index(lines: Sequence[Line]) -> int:
    index = name_of(lines)[1]
    return int(index) if index.isdigit() else 2**31


def name_of(lines: Sequence[Line]) -> tuple[str, str]:
    """Model and index of a GPU, by the first line that says them."""
    model = next((line.gpu_name[0] for line in lines if line.gpu_name[0]), "")
    return model, next((line.gpu_name[1] for line in lines if line.gpu_name[1]), "")
