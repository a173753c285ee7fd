"""The programs under test, each run in a process of its own."""

import subprocess
import sys
from dataclasses import dataclass
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

from watchglass.settings import child_environment

PROGRAMS = Path(__file__).parent / "programs"
TIMEOUT_S = 120
FOREIGN_VARIABLES = ("OTEL_", "OPENAI_", "ANTHROPIC_", "LANGCHAIN_", "LANGSMITH_", "TRACELOOP_")


@dataclass(frozen=True)
class Program:
    """One client under one instrumentation.

    Attributes:
        client: Module `<client>_calls` of the programs.
        instrumentation: Key of INSTRUMENTATIONS.
        protocol: http or grpc.
        content: Where OpenTelemetry's own packages put what was said.
    """

    client: str
    instrumentation: str
    protocol: str = "http"
    content: str = "SPAN_ONLY"

    @property
    def golden(self) -> str:
        """Name of the golden file; the protocol makes no difference."""
        return f"{self.client}__{self.instrumentation}"

    @property
    def project(self) -> str:
        """The project that it sends to."""
        return f"{self.golden}__{self.protocol}__{self.content}".lower()


def run(program: Program, stub: str, endpoint: str) -> None:
    """Run a program to its end; what it says on its error output is the failure."""
    arguments = {
        "client": program.client,
        "instrumentation": program.instrumentation,
        "stub": stub,
        "endpoint": endpoint,
        "project": program.project,
        "protocol": program.protocol,
    }
    environment = child_environment(
        {
            "OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT": program.content,
            "OTEL_SEMCONV_STABILITY_OPT_IN": "gen_ai_latest_experimental",
            "NO_PROXY": "*",
        },
        without=FOREIGN_VARIABLES,
    )
    command = [sys.executable, str(PROGRAMS / "run.py")]
    command += [word for name, value in arguments.items() for word in (f"--{name}", value)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=TIMEOUT_S, check=False)
    assert done.returncode == 0, done.stderr


def model_calls_of(client: str) -> dict[str, int]:
    """Calls to a model in each scenario of a client, where it is not one."""
    spec = spec_from_file_location(f"{client}_calls", PROGRAMS / f"{client}_calls.py")
    assert spec and spec.loader
    module: Any = module_from_spec(spec)
    spec.loader.exec_module(module)
    return dict(module.MODEL_CALLS)
