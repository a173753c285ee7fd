"""POST /api/v1/sql over HTTP: the three forms, limits and errors."""

import io

import pyarrow as pa
import pytest
from starlette.testclient import TestClient

from api.conftest import NOW_NS, MakeClient
from doubles.rows import insert_rows, span
from watchglass.model.records import KeyScope, Principal
from watchglass.store.control.database import ControlDatabase
from watchglass.store.control.projects import create_project
from watchglass.store.engine import Engine


@pytest.fixture(autouse=True)
def project(control: ControlDatabase) -> None:
    """The project that these tests ask about."""
    create_project(control, "p", "", NOW_NS)


def ask(client: TestClient, query: str, parameters: dict[str, object] | None = None, **headers: str):  # type: ignore[no-untyped-def]
    """Post a query."""
    body = {"query": query, "parameters": parameters or {}}
    return client.post("/api/v1/sql", params={"project": "p"}, json=body, headers=headers)


def test_json_names_columns_with_their_types(client: TestClient, engine: Engine) -> None:
    """The plain answer is JSON with ClickHouse's types and rows as lists; 64-bit integers are numbers."""
    insert_rows(engine, "spans", [span(1, 1, model="a", input_tokens=2**64 - 1), span(1, 2, project_id="q")])
    answer = ask(client, "SELECT model, input_tokens, nan AS x FROM spans WHERE model = {m:String}", {"m": "a"})
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")
    assert answer.json() == {
        "columns": [
            {"name": "model", "type": "LowCardinality(String)"},
            {"name": "input_tokens", "type": "Nullable(UInt64)"},
            {"name": "x", "type": "Float64"},
        ],
        "rows": [["a", 2**64 - 1, None]],
        "is_truncated": False,
    }


def test_csv_has_names_and_quotes(client: TestClient) -> None:
    """CSV quotes what needs it; null is empty, lists are JSON."""
    query = "SELECT 'a,\"b\"' AS text, CAST(NULL, 'Nullable(Int8)') AS nothing, [1, 2] AS list, true AS yes"
    answer = ask(client, query, accept="text/csv")
    assert answer.headers["content-type"].startswith("text/csv")
    assert answer.text == 'text,nothing,list,yes\r\n"a,""b""",,"[1,2]",true\r\n'


def test_arrow_is_a_stream_with_real_times(client: TestClient) -> None:
    """Arrow keeps the types, and a DateTime is a timestamp."""
    query = "SELECT number, toDateTime(number, 'UTC') AS time FROM numbers(3)"
    answer = ask(client, query, accept="application/vnd.apache.arrow.stream")
    table = pa.ipc.open_stream(io.BytesIO(answer.content)).read_all()
    assert table.column("number").to_pylist() == [0, 1, 2]
    assert table.schema.field("time").type == pa.timestamp("s", "UTC")


@pytest.mark.parametrize("accept", ["application/json", "text/csv", "application/vnd.apache.arrow.stream"])
def test_truncation_is_said_in_every_form(make_client: MakeClient, accept: str) -> None:
    """A cut answer says so in its header whatever its form."""
    client = make_client(query_max_rows=2)
    whole, cut = (ask(client, f"SELECT number FROM numbers({n})", accept=accept) for n in (2, 3))
    assert [answer.headers["x-watchglass-truncated"] for answer in (whole, cut)] == ["false", "true"]


def test_first_possible_form_is_taken(client: TestClient) -> None:
    """Accept may list several; one that cannot be had alone is refused by name."""
    assert ask(client, "SELECT 1", accept="text/html, text/csv;q=0.9").headers["content-type"].startswith("text/csv")
    refused = ask(client, "SELECT 1", accept="image/png")
    assert (refused.status_code, refused.json()["field"]) == (400, "accept")


@pytest.mark.parametrize(
    ("query", "parameters", "field"),
    [
        ("SELEC 1", {}, "query"),
        ("SELECT * FROM system.tables", {}, "query"),
        ("SELECT nothing FROM spans", {}, "query"),
        ("DROP TABLE spans", {}, "query"),
        ("", {}, "query"),
        ("SELECT {x:UInt8}", {}, "parameters"),
        ("SELECT {x:UInt8}", {"x": "many"}, "query"),
        ("SELECT 1", {"x": 1}, "parameters"),
    ],
)
def test_refusal_names_the_field(client: TestClient, query: str, parameters: dict[str, object], field: str) -> None:
    """What cannot run answers 400 as a problem that names the field."""
    answer = ask(client, query, parameters)
    assert (answer.status_code, answer.json()["field"]) == (400, field)
    assert answer.headers["content-type"] == "application/problem+json"


def test_too_expensive_query_is_said_to_be(make_client: MakeClient) -> None:
    """A query over its time answers 422 and names the query."""
    answer = ask(make_client(query_max_time_s=0.5), "SELECT sum(sipHash64(number)) FROM numbers(1000000000000)")
    assert (answer.status_code, answer.json()["field"]) == (422, "query")


def test_key_sees_its_own_project_alone(make_client: MakeClient, engine: Engine) -> None:
    """A key bound to a project counts that project's rows and may not ask for another."""
    insert_rows(engine, "spans", [span(1, 1), span(1, 2, project_id="q"), span(1, 3, project_id="q")])
    client = make_client(Principal("q", frozenset({KeyScope.READ})))
    own = client.post("/api/v1/sql", json={"query": "SELECT count() FROM spans"})
    assert own.json()["rows"] == [[2]]
    assert ask(client, "SELECT count() FROM spans").status_code == 403


def test_ingest_key_may_not_ask(make_client: MakeClient) -> None:
    """A key without the scope read is refused."""
    client = make_client(Principal("p", frozenset({KeyScope.INGEST})))
    assert ask(client, "SELECT 1").status_code == 403


def test_value_of_no_known_type_is_named(client: TestClient) -> None:
    """A placeholder's value that is no number, text or list of them is refused under its own name."""
    answer = client.post("/api/v1/sql", json={"query": "SELECT {x:UInt8}", "parameters": {"x": {"a": 1}}})
    assert (answer.status_code, answer.json()["field"]) == (400, "parameters.x")
