"""What of a rule can be found wrong without a store: names of measures, groups and filters, in each of its queries."""

from watchglass.alerts.rule import Rule
from watchglass.alerts.watch import AnyQuery
from watchglass.errors import InvalidInput
from watchglass.query.asked import MetricQuery, SqlQuery, UsageQuery, metric_question, usage_question
from watchglass.query.conditions import condition
from watchglass.query.scope import Scope
from watchglass.query.sql_sandbox import placeholders
from watchglass.query.sql_variables import RESERVED
from watchglass.query.variables import Variables
from watchglass.store.engine import Engine


def check_rule(rule: Rule, engine: Engine | None = None) -> None:
    """Refuse a rule that could never be evaluated.

    Args:
        rule: The rule.
        engine: Reads users' SQL; None leaves that for the evaluation.

    Raises:
        InvalidInput: A name is unknown; the field is where it stands in the rule, such as `query.filter`.
    """
    for place, query in zip(("query", "when.over"), rule.when.queries(rule.query), strict=False):
        try:
            _check(query, engine)
        except InvalidInput as error:
            raise InvalidInput(f"{place}.{error.field}" if error.field else place, error.detail) from error


def _check(query: AnyQuery, engine: Engine | None) -> None:
    scope = Scope("default", 0, 1)
    match query:
        case UsageQuery():
            condition(usage_question(scope, query, Variables(), None).expr, "spans", 0)
        case MetricQuery():
            condition(metric_question(scope, query, Variables(), 60).expr, "metric_points", 0)
        case SqlQuery():
            if engine is None:
                return
            missing = set(placeholders(engine, query.query)) - set(query.parameters) - set(RESERVED)
            if missing:
                raise InvalidInput("parameters", f"{', '.join(sorted(missing))} has no value")
