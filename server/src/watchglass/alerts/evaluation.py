"""One rule at one moment: which window is read, and what each series came to."""

import hashlib

from watchglass.alerts.detector_states import DetectorStates, ForgottenStates
from watchglass.alerts.reading import Reading
from watchglass.alerts.rule import Rule
from watchglass.alerts.sql_windows import is_by_time
from watchglass.alerts.watch import Watch
from watchglass.alerts.windows import Asked, S
from watchglass.errors import InvalidInput
from watchglass.query.asked import Asking, SqlQuery, UsageQuery
from watchglass.query.reader import Reader
from watchglass.settings import Settings
from watchglass.store.engine import Engine


def evaluate(rule: Rule, asking: Asking, at_ns: int, states: DetectorStates | None = None) -> list[Reading]:
    """Evaluate a rule as of a moment; the same moment again gives what is known of it by then.

    Args:
        rule: The rule, of one project.
        asking: The store, within the limits of one statement of a rule.
        at_ns: When it is evaluated, nanoseconds since 1970 UTC: the window ended `delay_s` before it.
        states: What detectors remember; None to learn anew.

    Returns:
        A reading a series; a series that has nothing in the window has none.

    Raises:
        InvalidInput: The query cannot be answered as it is; its field is named.
        TooExpensive: It went over the limits.
        StoreError: The store failed.
    """
    end_ns = window_end_ns(rule, at_ns)
    return rule.when.read(watch(rule, asking, states or ForgottenStates()), [end_ns])[0]


def rule_asking(engine: Engine, settings: Settings, now_ns: int) -> Asking:
    """What rules are asked with: the store within the limits of one statement of a rule, and the present."""
    limit_s = min(settings.rule_max_time_s, settings.query_max_time_s)
    return Asking(engine, Reader(engine, limit_s, settings.query_max_memory_bytes), settings, now_ns)


def watch(rule: Rule, asking: Asking, states: DetectorStates) -> Watch:
    """What the rule's kind is asked with.

    Raises:
        InvalidInput: The rule is of no one project.
    """
    if rule.project is None:
        raise InvalidInput("project", "a rule for all projects is evaluated for each of them")
    asked = Asked(asking, rule.project, rule.max_series)
    what = rule.model_dump_json(include={"project", "name", "query", "when", "window_s"})
    return Watch(
        asked=asked,
        query=rule.query,
        window_s=rule.window_s,
        every_s=rule.every_s,
        minimum_traffic=rule.minimum_traffic,
        states=states,
        state_key=hashlib.sha256(what.encode()).hexdigest()[:32],
    )


def window_end_ns(rule: Rule, at_ns: int) -> int:
    """The end of the newest window that may be read at `at_ns`, nanoseconds since 1970 UTC; windows end at multiples of a step."""
    step_ns = grid_s(rule) * S
    return max(step_ns, (at_ns - rule.delay_s * S) // step_ns * step_ns)


def grid_s(rule: Rule) -> int:
    """On whose multiples windows end, in seconds: evaluations, but whole minutes of usage, and whole windows where needed."""
    if rule.when.is_of_whole_windows or (isinstance(rule.query, SqlQuery) and is_by_time(rule.query)):
        return rule.window_s
    if isinstance(rule.query, UsageQuery):
        return max(60, rule.every_s // 60 * 60)
    return rule.every_s
