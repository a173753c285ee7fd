"""A store of many spans, written straight into the engine: spread over a day, one commit after another as they would come.

Run as `python fill.py --path DIR --spans N`, in a process of its own; it prints one line of JSON with ids to ask for.
The texts of 20,000 decoded spans come again and again; ids, times, sessions, users and status are new in each row, and in a
few rows the answer has a word that no other row has.
"""

import argparse
import json
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

BATCH_SPANS = 50_000
SPANS_PER_TRACE = 4
SAMPLES = 2_000
SOURCES = Path(__file__).parents[1] / "server" / "src"
DAY_NS = 86_400 * 10**9
RARE_SHARE = 50
"""Rows of a batch that get a word of their own."""


@dataclass(frozen=True)
class Filled:
    """What was written.

    Attributes:
        spans: How many.
        seconds: How long it took, with the text index.
        start_ns: Earliest start, nanoseconds since 1970.
        end_ns: Latest start.
        trace_ids: Some that are there, from all over the day.
        rare_words: Words that are in one span each.
        words: Words that are in one span of a hundred.
    common_words: Words that are in every second span.
    """

    spans: int
    seconds: float
    start_ns: int
    end_ns: int
    trace_ids: list[str]
    rare_words: list[str]
    words: list[str]
    common_words: list[str]


def fill(path: Path, spans: int) -> Filled:
    """Write `spans` spans into a new store below `path`, in a process of its own."""
    command = [sys.executable, str(Path(__file__)), "--path", str(path), "--spans", str(spans)]
    answer = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    return Filled(**json.loads(answer.stdout))


def hex_text(raw: npt.NDArray[np.uint8]) -> pa.StringArray:
    """Bytes of shape (rows, size) as lower-case hexadecimal text."""
    digits = np.frombuffer(b"0123456789abcdef", np.uint8)
    text = np.stack([digits[raw >> 4], digits[raw & 15]], axis=-1).reshape(len(raw), -1)
    offsets = np.arange(len(raw) + 1, dtype=np.int32) * text.shape[1]
    return pa.StringArray.from_buffers(len(raw), pa.py_buffer(offsets), pa.py_buffer(np.ascontiguousarray(text)))


class Writer:
    """Makes batch after batch from decoded ones."""

    def __init__(self, decoded: pa.RecordBatch, start_ns: int, end_ns: int, spans: int) -> None:
        self._decoded = decoded
        self._start_ns = start_ns
        self._per_span_ns = (end_ns - start_ns) / spans
        self._random = np.random.default_rng(7)
        self.trace_ids: list[str] = []
        self.rare_words: list[str] = []

    def batch(self, first: int, count: int) -> pa.RecordBatch:
        """The spans `first` to `first + count` of the day."""
        random = self._random
        rows = self._decoded.take(pa.array(random.integers(0, self._decoded.num_rows, count)))
        starts = self._start_ns + ((first + np.arange(count)) * self._per_span_ns).astype(np.int64)
        traces = random.integers(0, 256, (-(-count // SPANS_PER_TRACE), 16), np.uint8)
        trace_ids = hex_text(np.repeat(traces, SPANS_PER_TRACE, axis=0)[:count])
        self.trace_ids += [trace_ids[0].as_py(), trace_ids[count // 2].as_py()]
        duration_ns = rows.column("duration_ns").to_numpy().astype(np.int64)
        received_ms = int(starts[-1] // 1_000_000) + 1000
        new = {
            "received_at": pa.array(np.full(count, received_ms)).cast(pa.timestamp("ms", "UTC")),
            "batch_id": pa.array(np.full(count, first + 1, np.uint64)),
            "trace_id": trace_ids,
            "span_id": hex_text(random.integers(0, 256, (count, 8), np.uint8)),
            "parent_span_id": self._parents(count),
            "start_time": pa.array(starts).cast(pa.timestamp("ns", "UTC")),
            "end_time": pa.array(starts + duration_ns).cast(pa.timestamp("ns", "UTC")),
            "session_id": self._named("session", 200_000, count),
            "user_id": self._named("user", 50_000, count),
            "output_messages": self._with_rare_words(rows.column("output_messages"), first),
        }
        arrays = [new.get(name, rows.column(name)).cast(rows.schema.field(name).type) for name in rows.schema.names]
        return pa.RecordBatch.from_arrays(arrays, schema=rows.schema)

    def _parents(self, count: int) -> pa.StringArray:
        parents = hex_text(self._random.integers(0, 256, (count, 8), np.uint8)).to_numpy(zero_copy_only=False)
        parents[::SPANS_PER_TRACE] = ""
        return pa.array(parents)

    def _named(self, word: str, different: int, count: int) -> pa.StringArray:
        """A name for each trace, on all of its spans."""
        numbers = self._random.integers(0, different, -(-count // SPANS_PER_TRACE))
        return pa.array([f"{word}-{number}" for number in np.repeat(numbers, SPANS_PER_TRACE)[:count]])

    def _with_rare_words(self, texts: pa.StringArray, first: int) -> pa.StringArray:
        changed = texts.to_numpy(zero_copy_only=False).copy()
        for position in self._random.integers(0, len(changed), RARE_SHARE):
            word = f"zq{first + int(position)}x"
            changed[position] = changed[position].replace('"content": "', f'"content": "{word} ', 1)
            self.rare_words.append(word)
        return pa.array(changed)


def wait_for_merges(engine: Any) -> None:
    """Wait until a second passes without a merge: over a day they keep up, and here they come after the writing."""
    quiet_checks = 0
    while quiet_checks < 5:
        time.sleep(0.2)
        merges = engine.query("SELECT count() AS n FROM system.merges").column("n")[0].as_py()
        quiet_checks = 0 if merges else quiet_checks + 1


def main() -> None:
    """Run as a program."""
    sys.path.insert(0, str(SOURCES))
    import payloads
    from direct import ready_batches
    from watchglass.store.embedded import EmbeddedEngine
    from watchglass.store.migrate import migrate

    parser = argparse.ArgumentParser()
    parser.add_argument("--path", type=Path, required=True)
    parser.add_argument("--spans", type=int, required=True)
    arguments = parser.parse_args()
    decoded = pa.Table.from_batches(ready_batches(20, 1024)[0]).combine_chunks().to_batches()[0]
    engine = EmbeddedEngine(arguments.path / "store")
    migrate(engine)
    started_s, end_ns = time.perf_counter(), time.time_ns() - 60 * 10**9
    writer = Writer(decoded, end_ns - DAY_NS, end_ns, arguments.spans)
    for first in range(0, arguments.spans, BATCH_SPANS):
        engine.insert("spans", writer.batch(first, min(BATCH_SPANS, arguments.spans - first)))
    wait_for_merges(engine)
    # real commits are small, so that merges have built the text index of all but the newest; these are not
    engine.execute("ALTER TABLE spans MATERIALIZE INDEX text_search", settings={"mutations_sync": 1})
    engine.close()
    chosen = np.random.default_rng(1)
    filled = Filled(
        spans=arguments.spans,
        seconds=time.perf_counter() - started_s,
        start_ns=end_ns - DAY_NS,
        end_ns=end_ns,
        trace_ids=writer.trace_ids[:SAMPLES],
        rare_words=[str(word) for word in chosen.choice(writer.rare_words, min(SAMPLES, len(writer.rare_words)), replace=False)],
        words=payloads.WORDS[500:2500],
        common_words=payloads.WORDS[5:40],
    )
    print(json.dumps(vars(filled)))


if __name__ == "__main__":
    main()
