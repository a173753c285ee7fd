"""What the engine takes without a server: ready Arrow batches inserted straight into it, and the disk that they take.

Run as `python direct.py --path DIR --seconds S --spans N [--disk]`, in a process of its own; it prints one line of JSON.
"""

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import payloads
from figures import quiet_since

SOURCES = Path(__file__).parents[1] / "server" / "src"
REQUEST_SPANS = 512


def run_direct(path: Path, seconds: float, spans: int, *, disk: bool = False) -> dict[str, float]:
    """Insert batches of `spans` spans for `seconds` in a process of its own.

    Returns:
        spans, seconds, settled_s (until the merges that they left had ended, too), cpu_s; with `disk` each batch once, and also
        wire_bytes and disk_bytes after merges.
    """
    command = [sys.executable, str(Path(__file__)), "--path", str(path), "--seconds", str(seconds), "--spans", str(spans)]
    answer = subprocess.run(command + ["--disk"] * disk, check=True, stdout=subprocess.PIPE, text=True)
    result: dict[str, float] = json.loads(answer.stdout)
    return result


def ready_batches(count: int, spans: int) -> tuple[list[Any], int]:
    """Decode `count` groups of `spans` spans as the server would; also the bytes that they had on the wire."""
    from watchglass.ingest.traces import TraceDecoder
    from watchglass.model.records import Export, Signal
    from watchglass.store.ledger import batch_id

    decode = TraceDecoder(_Unpriced(), future_tolerance_s=3600)
    batches, wire_bytes = [], 0
    for number in range(count):
        exports = []
        for part in range(0, spans, REQUEST_SPANS):
            seed = 1 + number * 1001 + part // REQUEST_SPANS
            body = payloads.unlike(payloads.template(min(REQUEST_SPANS, spans - part), seed), seed)
            exports.append(Export(Signal.TRACES, "default", body, batch_id("default", Signal.TRACES, body), 0))
            wire_bytes += len(body)
        batches.append(decode(exports, time.time_ns() + number * 1_000_000).batch)
    return batches, wire_bytes


class _Unpriced:
    def price(self, columns: Mapping[str, Any]) -> dict[str, Any]:
        return {}


def main() -> None:
    """Run as a program."""
    sys.path.insert(0, str(SOURCES))
    from watchglass.store.embedded import EmbeddedEngine
    from watchglass.store.migrate import migrate

    parser = argparse.ArgumentParser()
    parser.add_argument("--path", type=Path, required=True)
    parser.add_argument("--seconds", type=float, required=True)
    parser.add_argument("--spans", type=int, required=True)
    parser.add_argument("--disk", action="store_true")
    arguments = parser.parse_args()
    batches, wire_bytes = ready_batches(24 if arguments.disk else 6, arguments.spans)
    engine = EmbeddedEngine(arguments.path / "store")
    migrate(engine)
    started_s, started_cpu_s, inserted = time.perf_counter(), time.process_time(), 0
    if arguments.disk:
        for batch in batches:
            engine.insert("spans", batch)
            inserted += batch.num_rows
    else:
        while time.perf_counter() - started_s < arguments.seconds:
            batch = batches[inserted // arguments.spans % len(batches)]
            engine.insert("spans", batch)
            inserted += batch.num_rows
    ended_s = time.perf_counter()
    result = {
        "spans": inserted,
        "seconds": ended_s - started_s,
        "settled_s": quiet_since(time.process_time) - started_s,
        "cpu_s": time.process_time() - started_cpu_s,
    }
    if arguments.disk:
        engine.execute("OPTIMIZE TABLE spans FINAL")
        sizes = engine.query("SELECT sum(bytes_on_disk) AS n FROM system.parts WHERE active AND database = currentDatabase()")
        result |= {"wire_bytes": wire_bytes, "disk_bytes": int(sizes.column("n")[0].as_py())}
    engine.close()
    print(json.dumps(result))


if __name__ == "__main__":
    main()
