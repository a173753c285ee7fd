"""What is asked to explain an incident, and what is kept of the answer."""

from alerts.conftest import START_NS, MakeHouse, S, rule
from watchglass.alerts.explaining import Explainer, question_of
from watchglass.alerts.notify.message import read_message
from watchglass.errors import TooExpensive
from watchglass.query.explanation import ExplainQuestion, Explanation
from watchglass.query.expr import And, Compare, Value
from watchglass.store.control.database import ControlDatabase
from watchglass.store.control.incidents import firing_alerts, read_timeline
from watchglass.store.control.outbox import next_due

NOTHING = Explanation(
    "everywhere", "error_count", None, "", 1, 2, 0, 1, 9.0, 1.0, None, None, [], 1.0, [], [], [], [],
)  # fmt: skip


def explainer(house: object, explain: object) -> Explainer:
    """An explainer of a house's incidents."""
    return Explainer(
        house.control, house.clock, explain, lambda scope: [{"title": "shop 2.0"}],  # type: ignore[attr-defined,arg-type]
        holder="one", on_change=lambda project: None,
    )  # fmt: skip


def test_the_series_that_fires_is_asked_about(make_house: MakeHouse, control: ControlDatabase) -> None:
    """The rule's filter and the one series that fires, from its first breached window on."""
    house = make_house(rule(query={"source": "usage", "measures": ["error_count"], "group_by": ["model"], "filter": "service:shop"}))
    house.go(2, {"a": 9, "b": 1})
    (incident,) = house.incidents()
    with control.read() as connection:
        alerts = firing_alerts(connection, [incident.id])[incident.id]
    question = question_of(incident, alerts, house.clock.now_ns())
    assert question is not None
    assert (question.measure, question.baseline) == ("error_count", "before")
    assert question.expr == And((Compare("service", "=", (Value("shop"),)), Compare("model", "=", (Value("a"),))))
    assert question.scope.start_ns == incident.started_at_ns - 300 * S
    assert START_NS <= question.scope.end_ns <= house.clock.now_ns()


def test_the_explanation_is_kept_and_told(make_house: MakeHouse) -> None:
    """It is with the incident, a line of its timeline with the deploy markers near, and in the message."""
    house = make_house(rule())
    asked: list[ExplainQuestion] = []

    def explain(question: ExplainQuestion) -> Explanation:
        asked.append(question)
        return NOTHING

    explains = explainer(house, explain)
    house.values = {"a": 9}
    while not house.incidents():
        house.clock.advance_s(10)
        house.evaluator.step()
    assert explains.step() == 1
    house.teller.step()
    (incident,) = house.incidents()
    assert incident.is_explained and incident.explanation is not None
    _, events = read_timeline(house.control, incident.id)
    (explained,) = [it for it in events if it.kind == "explained"]
    assert explained.document == {"markers": [{"title": "shop 2.0"}]}
    assert explained.text == "\n".join(incident.explanation["lines"]) != ""
    message = next_due(house.control, "pager", house.clock.now_ns())
    assert message is not None
    assert list(read_message(message.document).explanations) == incident.explanation["lines"]
    assert explains.step() == 0 and len(asked) == 1


def test_what_cannot_be_explained_is_told_all_the_same(make_house: MakeHouse) -> None:
    """A question that costs too much leaves the incident without an explanation, once."""
    house = make_house(rule())

    def explain(question: ExplainQuestion) -> Explanation:
        raise TooExpensive("too much")

    explains = explainer(house, explain)
    house.go(2, {"a": 9})
    assert explains.step() == 1
    (incident,) = house.incidents()
    assert incident.is_explained and incident.explanation is None
    assert explains.step() == 0
    assert [kind for kind, _ in house.told()] == ["firing"]


def test_rules_that_do_not_watch_usage_are_not_explained(make_house: MakeHouse, control: ControlDatabase) -> None:
    """There is nothing to ask about a metric."""
    house = make_house(rule(query={"source": "metrics", "name": "queue_depth"}))
    house.go(2, {"a": 9})
    (incident,) = house.incidents()
    assert question_of(incident, [], house.clock.now_ns()) is None
