"""The benchmarks: `python bench/run.py [ingest|points|query|explain|idle|metrics|scrape|rules|probe|anomaly|all]` measures and prints each figure beside its limit."""

import argparse
from types import ModuleType

import anomaly
import explain
import idle
import ingest
import metric_points
import metrics_page
import probe
import query
import rules
import scrape
import screens
from figures import keep, show

PARTS: dict[str, tuple[ModuleType, str]] = {
    "ingest": (ingest, "Ingest"),
    "points": (metric_points, "Metric points"),
    "query": (query, "Queries over HTTP"),
    "screens": (screens, "Screens in a browser"),
    "explain": (explain, "Why something changed"),
    "idle": (idle, "At rest"),
    "scrape": (scrape, "Scraping"),
    "metrics": (metrics_page, "The page /metrics"),
    "rules": (rules, "Alert rules"),
    "probe": (probe, "The probe"),
    "anomaly": (anomaly, "Anomalies"),
}


def main() -> None:
    """Run as a program."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("part", nargs="?", default="all", choices=[*PARTS, "all"])
    parser.add_argument("--seconds", type=float, default=20.0, help="length of each load, in seconds")
    parser.add_argument("--spans", type=int, default=10_000_000, help="spans in the store that is queried (10 M take 5 GB)")
    arguments = parser.parse_args()
    query.SPANS = screens.SPANS = explain.SPANS = arguments.spans
    is_kept = True
    for part, (module, title) in PARTS.items():
        if arguments.part in (part, "all"):
            figures, facts = module.measure(arguments.seconds)
            show(title, figures)
            print(f"kept in {keep(part, figures, facts)}")
            is_kept &= all(figure.is_kept is not False for figure in figures)
    raise SystemExit(0 if is_kept else 1)


if __name__ == "__main__":
    main()
