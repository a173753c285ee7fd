"""Programs of tests, each in a process of its own: OpenTelemetry's providers are global and set once."""

import os
import subprocess
import sys


def run(program: str, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run a program to its end, with variables added."""
    return subprocess.run(
        [sys.executable, "-c", program, *arguments],
        env={**os.environ, **variables}, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip


def ran_well(program: str, *arguments: str, **variables: str) -> str:
    """Run a program that must end well; returns what it wrote to both outputs."""
    done = run(program, *arguments, **variables)
    assert done.returncode == 0, done.stderr
    return done.stdout + done.stderr
