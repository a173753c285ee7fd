"""A session replayed turn by turn."""

from doubles.rows import NOW_NS, SECOND_NS, insert_rows, messages, span
from watchglass.query.cursor import begin
from watchglass.query.reader import Reader
from watchglass.query.scope import MAX_TIME_NS, Scope
from watchglass.query.turns import ToolStep, Turn, list_turns
from watchglass.store.engine import Engine

ALWAYS = Scope("p", 0, MAX_TIME_NS)
CHAT = {"is_model_call": True, "operation_name": "chat", "session_id": "s", "model": "m"}


def replayed(engine: Engine, session_id: str, limit: int) -> list[Turn]:
    """The turns of all pages."""
    found: list[Turn] = []
    cursor = None
    while True:
        turns, cursor = list_turns(Reader(engine, 30.0, 2**30), begin(ALWAYS, cursor, NOW_NS, "s"), session_id, limit)
        found += turns
        if cursor is None:
            return found
        assert len(turns) == limit


def test_turns_come_in_order_with_what_was_said_and_what_it_took(engine: Engine) -> None:
    """The second turn tells only its own question; the tool between two calls is told with its result and time."""
    insert_rows(
        engine,
        "spans",
        [
            span(9, 1, at_s=-60, name="turn", session_id="s"),
            span(9, 2, parent=1, at_s=-59, input_messages=messages(("user", "Where is my order?")),
                 output_messages=messages(("assistant", "Which one?")), cost_usd=0.25, input_tokens=5, **CHAT),
            span(2, 3, at_s=-30, name="turn", session_id="s"),
            span(2, 4, parent=3, at_s=-29, input_messages=messages(("user", "A-1")), **CHAT),
            span(2, 5, parent=3, at_s=-27, operation_name="execute_tool", tool_name="track", status_code="error",
                 status_message="no answer", duration_ns=SECOND_NS // 2, tool_call_arguments='{"order": "A-1"}'),
            span(2, 6, parent=3, at_s=-26, output_messages=messages(("assistant", "It is lost.")),
                 input_messages=messages(("user", "Where is my order?"), ("assistant", "Which one?"), ("user", "A-1")), **CHAT),
            span(3, 7, at_s=-20, session_id="other"),
        ],
    )  # fmt: skip
    first, second = replayed(engine, "s", 10)
    assert [part["parts"][0]["content"] for part in first.messages] == ["Where is my order?", "Which one?"]
    assert (first.summary.cost_usd, first.summary.input_tokens, first.error, first.tools) == (0.25, 5, "", [])
    assert [part["parts"][0]["content"] for part in second.messages] == ["A-1", "It is lost."]
    assert second.error == "no answer"
    assert second.tools == [ToolStep(f"{5:016x}", "track", SECOND_NS // 2, True, '{"order": "A-1"}', "no answer")]


def test_pages_give_each_turn_once_in_order(engine: Engine) -> None:
    """All pages together are the session, also where traces began at the same time; one that came later waits."""
    insert_rows(engine, "spans", [span(trace, trace, at_s=-100 + trace // 3, session_id="s") for trace in range(1, 12)])
    insert_rows(engine, "spans", [span(50, 50, at_s=-97.5, session_id="s", received_at=NOW_NS // 10**6 + 1)])
    for limit in (1, 3, 11, 50):
        assert [int(turn.summary.trace_id, 16) for turn in replayed(engine, "s", limit)] == list(range(1, 12))


def test_a_session_that_nobody_said_has_no_turns(engine: Engine) -> None:
    """Spans without a session are not the turns of the session without a name."""
    insert_rows(engine, "spans", [span(1, 1)])
    assert replayed(engine, "", 10) == []
    assert replayed(engine, "nobody", 10) == []
