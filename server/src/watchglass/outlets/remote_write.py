"""Prometheus remote write 1.0, to any receiver: a snappy block of WriteRequest, samples in order, labels sorted."""

from collections.abc import Sequence

import cramjam

from watchglass.model.records import Signal
from watchglass.outgoing.options import Options
from watchglass.outlets.outlet import Kind, Prepared, Request, Row
from watchglass.outlets.prometheus_series import UNSUPPORTED, samples_of
from watchglass.outlets.write_request import Sample, write_request

MAX_POINTS = 500
"""Most points of one request; a histogram is a dozen samples or more, and receivers want some thousands at most."""

HEADERS = {
    "content-type": "application/x-protobuf",
    "content-encoding": "snappy",
    "x-prometheus-remote-write-version": "0.1.0",
}


class RemoteWrite:
    """A remote write receiver; see outlet.Outlet."""

    def __init__(self, url: str, headers: dict[str, str]) -> None:
        """Send to `url`, which is the receiver's whole address, with `headers`."""
        self.target = url
        self._headers = {**headers, **HEADERS}

    def prepare(self, signal: Signal, rows: Sequence[Row]) -> Prepared:
        """Write metric points as samples of series."""
        del signal
        written: list[tuple[Row, list[Sample]]] = []
        skipped = 0
        for row in sorted(rows, key=lambda row: int(row["time"])):
            samples = samples_of(row)
            if samples is None:
                skipped += 1
            else:
                written.append((row, samples))
        requests = []
        for first in range(0, len(written), MAX_POINTS):
            part = written[first : first + MAX_POINTS]
            body = bytes(cramjam.snappy.compress_raw(write_request([sample for _, held in part for sample in held])))
            requests.append(Request(self.target, self._headers, body, [row for row, _ in part]))
        return Prepared(requests, skipped, UNSUPPORTED if skipped else "")

    def rejected(self, signal: Signal, answer: bytes) -> tuple[int, str]:
        """Remote write 1.0 says nothing about parts of a request."""
        del signal, answer
        return 0, ""


def _build(options: Options) -> RemoteWrite:
    url, headers, basic = options.url("url"), options.secret_headers(), options.basic_authorization()
    return RemoteWrite(url, {**headers, **({"authorization": basic} if basic else {})})


KIND = Kind("remote_write", (Signal.METRICS,), _build)
