"""What is scraped is stored, with how each target is, and nothing scraped is lost when the server stops."""

import math
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from doubles.exposition_server import OPENMETRICS, exposing
from doubles.house import House, MakeHouse
from watchglass.app.scraping import build_scraper, stop_scraper
from watchglass.clock import FixedClock, SystemClock
from watchglass.ingest.scrape.scraper import Scraper, moments
from watchglass.ingest.scrape.targets import Target
from watchglass.model.records import Signal
from watchglass.query.filter import parse
from watchglass.query.metric_question import SeriesQuestion
from watchglass.query.metric_series import read_series
from watchglass.query.reader import Reader
from watchglass.query.scope import Scope

TARGET = Target("a", "b:1", "http://b:1/metrics", (), (), 15.0, 10.0, honor_labels=False)


def until(is_so: Callable[[], bool], timeout_s: float = 20.0) -> None:
    """Wait until something is so."""
    deadline_s = time.monotonic() + timeout_s
    while not is_so():
        assert time.monotonic() < deadline_s, "it did not come to be"
        time.sleep(0.05)


@pytest.fixture
def start(make_house: MakeHouse, tmp_path: Path) -> Callable[..., tuple[Scraper, House]]:
    """Scrape addresses each second into a house."""

    def begin(*addresses: str) -> tuple[Scraper, House]:
        file = tmp_path / "prometheus.yml"
        file.write_text(f"global: {{scrape_interval: 1s}}\nscrape_configs: [{{job_name: vllm, static_configs: [{{targets: {list(addresses)}}}]}}]")
        house = make_house(scrape_file=file)
        scraper = build_scraper(house.settings, SystemClock(), house.ingest, house.telemetry)
        assert scraper is not None
        scraper.start()
        return scraper, house

    return begin


def points(house: House, name: str) -> list[dict[str, object]]:
    """What is stored of a metric, oldest first."""
    rows = house.rows(Signal.METRICS)
    return sorted((row for row in rows if row["metric_name"] == name), key=lambda row: row["time"])


def test_a_scrape_is_stored_with_how_it_went(start: Callable[..., tuple[Scraper, House]]) -> None:
    """Series, up, duration and count carry job and instance as service and instance; a target that is away is down."""
    with exposing("# TYPE vllm:waiting gauge\nvllm:waiting{model_name=\"m\"} 3\n") as exposed:
        scraper, house = start(exposed.address, "127.0.0.1:9")
        until(lambda: all(state.health != "unknown" for state in scraper.states()))
        stop_scraper(scraper, 20)
    up, down = scraper.states()
    assert (up.health, up.sample_count, up.error) == ("up", 1, "")
    assert (down.health, down.sample_count) == ("down", 0) and "ConnectError" in down.error
    waiting = points(house, "vllm:waiting")[0]
    assert (waiting["value"], waiting["metric_type"], waiting["scope_name"]) == (3.0, "gauge", "watchglass.scrape")
    assert (waiting["service_name"], waiting["service_instance_id"]) == ("vllm", exposed.address)
    assert dict(waiting["attributes"]) == {"model_name": "m"}  # type: ignore[call-overload]
    assert {(row["service_instance_id"], row["value"]) for row in points(house, "up")} == {(exposed.address, 1.0), ("127.0.0.1:9", 0.0)}
    assert points(house, "scrape_samples_scraped") and points(house, "scrape_duration_seconds")


def test_a_target_that_goes_away_ends_its_series(start: Callable[..., tuple[Scraper, House]]) -> None:
    """The last point says that there is no value, and the point is marked."""
    with exposing("# TYPE a gauge\na 3\n") as exposed:
        scraper, house = start(exposed.address)
        until(lambda: scraper.states()[0].health == "up")
        exposed.status = 500
        until(lambda: scraper.states()[0].health == "down")
        stop_scraper(scraper, 20)
    last = points(house, "a")[-1]
    assert list(last["marks"]) == ["no_recorded_value"] and math.isnan(last["value"])  # type: ignore[arg-type, call-overload]


def test_openmetrics_that_is_none_is_asked_for_as_text(start: Callable[..., tuple[Scraper, House]]) -> None:
    """The same scrape succeeds, and the next ones ask for text at once."""
    with exposing() as exposed:
        exposed.say("a 1\n", OPENMETRICS)
        scraper, _ = start(exposed.address)
        until(lambda: len(exposed.asked) >= 2)
        exposed.say("a 1\n")
        until(lambda: scraper.states()[0].health == "up")
        stop_scraper(scraper, 20)
    assert "openmetrics" in exposed.asked[0][1]["accept"]
    assert all("openmetrics" not in headers["accept"] for _, headers in exposed.asked[1:])


def test_resets_are_counted_right(start: Callable[..., tuple[Scraper, House]]) -> None:
    """A counter and a histogram that begin anew add what they have; the first scrape adds nothing that is not known."""
    body = "# TYPE c_total counter\nc_total {c}\n# TYPE h histogram\nh_bucket{{le=\"1\"}} {h}\nh_bucket{{le=\"+Inf\"}} {h}\nh_sum {h}\nh_count {h}\n"
    started_ns = time.time_ns()
    with exposing(body.format(c=100, h=50)) as exposed:
        scraper, house = start(exposed.address)
        for c, h in ((110, 55), (4, 3), (7, 5)):
            seen = len(exposed.asked)
            until(lambda seen=seen: len(exposed.asked) > seen)  # type: ignore[misc]
            exposed.say(body.format(c=c, h=h))
            seen = len(exposed.asked)
            until(lambda seen=seen: len(exposed.asked) > seen)  # type: ignore[misc]
        stop_scraper(scraper, 20)
    scope = Scope("default", started_ns, time.time_ns() + 10**9)
    reader = Reader(house.engine, 30, 2**30)
    for name in ("c_total", "h"):
        question = SeriesQuestion(scope, name, None, parse(""), (), 3600, "increase", (), 10)
        (line,) = read_series(reader, question, time.time_ns()).series
        added = sum(value for value in line.values if value is not None)
        assert added == {"c_total": 10 + 4 + 3, "h": 5 + 3 + 2}[name]


def test_nothing_is_scraped_without_a_file(house: House) -> None:
    """It is off by default."""
    assert build_scraper(house.settings, SystemClock(), house.ingest, house.telemetry) is None


def test_each_target_has_its_own_moment() -> None:
    """Moments are an interval apart, at the same place of each interval; those that were missed are left out."""
    clock = FixedClock(1_700_000_000 * 10**9)
    places = set()
    for number in range(20):
        target = Target("a", f"b:{number}", f"http://b:{number}/metrics", (), (), 15.0, 10.0, honor_labels=False)
        waits = moments(target, clock)
        first_s = next(waits)
        assert 0 <= first_s <= 15
        places.add(round(first_s))
    assert len(places) > 5
    waits = moments(TARGET, clock)
    first_s = next(waits)
    clock.advance_s(first_s + 1)
    assert next(waits) == pytest.approx(14, abs=1e-3)
    clock.advance_s(14 + 50)
    assert next(waits) == pytest.approx(10, abs=1e-3)
