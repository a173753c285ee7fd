"""Why a measure changed: what is asked and what is answered. `query/explain.py` finds it out."""

from dataclasses import dataclass
from typing import Literal, get_args

from watchglass.query.expr import Expr
from watchglass.query.scope import UNITS_NS, Scope
from watchglass.query.usage_groups import Group

Baseline = Literal["before", "yesterday", "last_week"]
"""What the range is held against: the stretch of the same length that ends where it starts, or the same time earlier."""

BASELINES: tuple[Baseline, ...] = get_args(Baseline)

Verdict = Literal["causes", "everywhere", "unchanged", "too_little"]
"""causes: some are named. everywhere: it changed, and in all groups alike. unchanged: no more than chance would.
too_little: too few spans in the range or in the baseline to tell."""

CauseKind = Literal["behaviour", "amount", "mix"]
"""behaviour: its spans became slower, dearer or failed more. amount: there is more (or less) of it, for what adds up.
mix: its spans are as ever, and are a larger (or smaller) part of all, which moves a ratio or a mean."""


@dataclass(frozen=True, slots=True)
class ExplainQuestion:
    """What is asked.

    Attributes:
        scope: Project and the incident's time.
        expr: Which spans count, over the columns of spans.
        measure: What changed: a name of `measures.MEASURES`.
        per: Measure that it is divided by, both adding up over spans; None for none.
        baseline: What it is held against.
        dimensions: What to tell apart; empty for `explain.DIMENSIONS`.
    """

    scope: Scope
    expr: Expr
    measure: str
    per: str | None = None
    baseline: Baseline = "before"
    dimensions: tuple[Group, ...] = ()


@dataclass(frozen=True, slots=True)
class Cause:
    """Spans that explain the change, or a part of it.

    Attributes:
        dimensions: One name and value, or two, that tell these spans from the rest.
        filter: The same in the filter language.
        kind: What it was that changed.
        also: Other names and values that (almost) the same spans have, such as the one release of a service.
        is_new: Whether the baseline had (nearly) none of these spans.
        value: The measure of these spans in the range; what adds up by the time of the range.
        before: The same in the baseline; None when it had none of them.
        elsewhere: The measure of all other spans in the range; None for what adds up.
        span_count: These spans in the range, estimated where not all were read.
        contribution_ratio: How much of the change they explain beyond what changed everywhere: 0 to 1, a little above
            where the rest changed the other way.
        risk_ratio: How many times as much as it would be had these spans changed as all others did; None when unknown.
        low: Lower end of its 95 % confidence interval.
        high: Upper end.
        confidence: How often this comes out first of all when whole traces are drawn again, 0 to 1.
    """

    dimensions: dict[str, str]
    filter: str
    kind: CauseKind
    also: list[dict[str, str]]
    is_new: bool
    value: float | None
    before: float | None
    elsewhere: float | None
    span_count: int
    contribution_ratio: float
    risk_ratio: float | None
    low: float | None
    high: float | None
    confidence: float


@dataclass(frozen=True, slots=True)
class Symptom:
    """A class of error that became more (or less) frequent: how it shows, not why.

    Attributes:
        error_type: Error class or code.
        share: Its part of the additional errors, 0 to 1.
        count: Spans with it in the range, estimated where not all were read.
        before_count: The same in the baseline, scaled to the range's length.
    """

    error_type: str
    share: float
    count: int
    before_count: int


@dataclass(frozen=True, slots=True)
class Example:
    """A span that shows the change.

    Attributes:
        trace_id: Its trace.
        span_id: The span.
        start_ns: When it began, nanoseconds since 1970 UTC.
        name: Its name.
        value: What it adds to the measure, in the measure's unit; 1 for a count.
    """

    trace_id: str
    span_id: str
    start_ns: int
    name: str
    value: float | None


@dataclass(frozen=True, slots=True)
class ReleaseChange:
    """A release that came up within the range or shortly before.

    Attributes:
        service_name: Its service.
        release: The version.
        first_ns: When its first span began within what was looked at, nanoseconds since 1970 UTC.
        is_new: Whether the week before had none of it.
        share: Its part of the service's spans in the range, 0 to 1.
        before_share: The same before the range.
    """

    service_name: str
    release: str
    first_ns: int
    is_new: bool
    share: float
    before_share: float


@dataclass(frozen=True, slots=True)
class MetricChange:
    """A metric of a model server or a machine that moved at the same time.

    Attributes:
        name: Canonical name.
        unit: Its unit.
        labels: Which server or machine.
        value: Its median in the range.
        before: Its median in the baseline.
        robust_z: The change over the usual scatter in the baseline (median absolute deviation).
    """

    name: str
    unit: str
    labels: dict[str, str]
    value: float
    before: float
    robust_z: float


@dataclass(frozen=True, slots=True)
class Explanation:
    """The answer.

    Attributes:
        verdict: What can be said.
        measure: What changed.
        per: What it is divided by, None for nothing.
        unit: Unit of value and before; empty for a count or a share.
        start_ns: What was looked at, nanoseconds since 1970 UTC.
        end_ns: First nanosecond after it.
        before_start_ns: The baseline.
        before_end_ns: First nanosecond after it.
        value: The measure in the range; None without a span.
        before: The same in the baseline.
        threshold: For a percentile: what the shares in the causes are above of, which is the baseline's percentile.
        sampled_share: How much of the range was read, 0 to 1; None for all of it.
        causes: The one that explains the most first.
        everywhere_ratio: How much of the change no cause explains, 0 to 1.
        symptoms: Classes of error that changed, for what counts errors.
        examples: Spans that show it, of the first cause where there is one.
        releases: What was rolled out.
        metrics: What moved on model servers and machines, the largest first.
    """

    verdict: Verdict
    measure: str
    per: str | None
    unit: str
    start_ns: int
    end_ns: int
    before_start_ns: int
    before_end_ns: int
    value: float | None
    before: float | None
    threshold: float | None
    sampled_share: float | None
    causes: list[Cause]
    everywhere_ratio: float
    symptoms: list[Symptom]
    examples: list[Example]
    releases: list[ReleaseChange]
    metrics: list[MetricChange]


def baseline_scope(scope: Scope, baseline: Baseline) -> Scope:
    """The stretch of time that `scope` is held against.

    Raises:
        InvalidInput: There is no time before it.
    """
    length_ns = scope.end_ns - scope.start_ns
    back_ns = {"before": length_ns, "yesterday": UNITS_NS["d"], "last_week": UNITS_NS["w"]}[baseline]
    # a long range held against yesterday must not overlap itself
    back_ns = back_ns * -(-length_ns // back_ns)
    return Scope(scope.project_id, max(0, scope.start_ns - back_ns), max(0, scope.start_ns - back_ns + length_ns))
