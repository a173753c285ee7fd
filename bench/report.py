"""Write docs/performance.md from bench/results/: every figure beside its limit, as the last run gave it."""

import json
from pathlib import Path
from typing import Any

from figures import RESULTS

PAGE = Path(__file__).parents[1] / "docs" / "performance.md"

HEAD = """<!-- Written by `python bench/report.py` from the last run of `python bench/run.py`. -->

# Performance

`python bench/run.py` measures everything below on the machine it runs on and prints limit, figure and ratio; the load generator
and the server share its cores. `python bench/run.py ingest|points|query|explain|screens|idle|scrape|metrics|rules|probe|anomaly` runs one part; `--spans 1000000` makes the queried store smaller.

"""

TITLES = {
    "ingest": "Ingest", "points": "Metric points", "query": "Queries", "explain": "Why something changed", "screens": "Screens in a browser", "idle": "At rest", "probe": "The probe", "scrape": "Scraping",
    "metrics": "What Prometheus scrapes", "anomaly": "Anomalies", "rules": "Alert rules",
}  # fmt: skip

PROFILE = """
## Where the rest goes

Of the server's CPU a span at full load with 512-span requests: merges about 22 us (half of it the text index), the commit about 26 us
(decoding, conventions and prices 10 to 12, the insert with its three rollup views the rest), HTTP and hashing 4 us. An insert into the embedded
engine costs about 25 ms of CPU whatever its size (the views 9, 85 columns 7, the part 9), so few and large commits are
cheap, and a commit waits a moment (half of the last one's time, at most 50 ms) for the clients that it has just answered. Merges have
one thread: with two, they took both cores of this machine in bursts, and the slowest answers took twice as long. One commit decodes and
then inserts on one thread; to do both at once would halve the groups, which costs more than it saves.

Inserting ready batches leaves merges behind that no server could leave for long, hence the comparison until they have ended.

Half the load is half of the 15,000 spans a second that the limit is about; half of what the machine can take is told beside it, and
how many times slower each question was than alone.

A trace by id looks into the bloom index of every part (6 ms of 10 M spans) and reads a whole granule of each column; planning takes 3 ms more.
A question of usage plans one statement over hours and the minutes at both edges (14 ms), counts the minutes first to choose an interval
(4 ms), and merges counts by bucket of three times (20 ms); with two measures it takes a third of that. Filters outside of the rollups
read the spans: the screens ask for an estimate from slices of time where that takes longer than 60 ms, and say so.
"""


def page() -> str:
    """The page as text; of a part that has no results here, what the page says already stays."""
    written = PAGE.read_text("utf-8") if PAGE.exists() else ""
    sections = {part: _kept(written, title) for part, title in TITLES.items()}
    for part, title in TITLES.items():
        if (RESULTS / f"{part}.json").exists():
            sections[part] = _section(part, title)
    return HEAD + "\n".join(section for section in sections.values() if section) + PROFILE


def _kept(written: str, title: str) -> str:
    """The section of that title in the page as it is; empty where there is none."""
    _, found, rest = written.partition(f"## {title}\n")
    return found + rest.split("\n## ", 1)[0].rstrip("\n") + "\n" if found else ""


def _section(part: str, title: str) -> str:
    document: dict[str, Any] = json.loads((RESULTS / f"{part}.json").read_text("utf-8"))
    machine = document["machine"]
    lines = [f"## {title}", "", f"Run on {document['ended'][:10]}: {machine['cpus']} CPUs, {machine['machine']}, Python {machine['python']}."]
    if "spans" in document["facts"]:
        lines.append(f"The store held {document['facts']['spans']:,} spans of one day.")
    lines += ["", "| what | limit | figure | ratio | how |", "| --- | --- | --- | --- | --- |"]
    lines += [_row(figure) for figure in document["figures"]]
    lines += [line for name in ("by_kind", "by_family") for line in _groups(document["facts"].get(name, {}))]
    return "\n".join(lines) + "\n"


def _groups(figures: dict[str, dict[str, float]]) -> list[str]:
    """One measure of several things by group, as a table; nothing where there is none."""
    if not figures:
        return []
    groups = list(next(iter(figures.values())))
    head = ["", f"| the same by group | {' | '.join(groups)} |", "| --- |" + " --- |" * len(groups)]
    return head + [f"| {name} | {' | '.join(f'{values[group]:.2f}' for group in groups)} |" for name, values in figures.items()]


def _row(figure: dict[str, Any]) -> str:
    sign = "at least" if figure["better"] == "more" else "at most"
    limit = "" if figure["limit"] is None else f"{sign} {figure['limit']:,g} {figure['unit']}"
    ratio = "" if figure["ratio"] is None else f"{figure['ratio']:.2f}" + ("" if figure["is_kept"] else " (missed)")
    return f"| {figure['name'].strip()} | {limit} | {_number(figure['value'])} {figure['unit']} | {ratio} | {figure['note']} |"


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
    print(f"wrote {PAGE}")
