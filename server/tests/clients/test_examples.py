"""The examples that the README shows run as they stand, and one model call arrives from each."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from clients.ingest_server import PROJECT_HEADER, Endpoints, running_ingest
from clients.running import FOREIGN_VARIABLES
from watchglass.demo.stub.faults import Timing
from watchglass.demo.stub.server import running_stub
from watchglass.settings import child_environment
from watchglass.store.engine import Engine

pytestmark = pytest.mark.real

EXAMPLES = sorted((Path(__file__).parents[3] / "examples").glob("*.py"))


@pytest.fixture(scope="module")
def stub() -> Iterator[str]:
    with running_stub(timing=Timing(scale=0)) as address:
        yield address


@pytest.fixture
def endpoints(embedded_engine: Engine) -> Iterator[Endpoints]:
    with running_ingest(embedded_engine) as running:
        yield running


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.stem)
def test_one_model_call_arrives(example: Path, stub: str, endpoints: Endpoints, embedded_engine: Engine) -> None:
    """With its question, its answer and its tokens."""
    environment = child_environment(
        {
            "OPENAI_API_KEY": "demo-key",
            "OPENAI_BASE_URL": f"{stub}/v1",
            "OTEL_EXPORTER_OTLP_ENDPOINT": endpoints.http,
            "OTEL_EXPORTER_OTLP_HEADERS": f"{PROJECT_HEADER}=examples",
            "OTEL_SERVICE_NAME": example.stem,
            "NO_PROXY": "*",
        },
        without=FOREIGN_VARIABLES,
    )
    done = subprocess.run(
        [sys.executable, str(example)], env=environment, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    calls = embedded_engine.query(
        "SELECT service_name, input_messages, output_messages, input_tokens, output_tokens FROM spans WHERE is_model_call"
    ).to_pylist()
    assert len(calls) == 1
    assert calls[0]["service_name"] == example.stem
    assert "How do I wash a down jacket?" in calls[0]["input_messages"]
    assert calls[0]["output_messages"] and calls[0]["input_tokens"] > 0 and calls[0]["output_tokens"] > 0


def test_all_six_stacks_have_an_example() -> None:
    """The README's list is whole."""
    assert len(EXAMPLES) == 5
    assert (EXAMPLES[0].parent / "vercel_ai_sdk.mts").exists()
