"""Last9: OTLP with the authentication that its console gives, and metrics by Prometheus remote write where wished."""

from collections.abc import Sequence

from watchglass.model.records import Signal
from watchglass.outgoing.options import Options
from watchglass.outlets.otlp import Otlp
from watchglass.outlets.outlet import Kind, Prepared, Row
from watchglass.outlets.remote_write import RemoteWrite


class Last9:
    """Last9; see outlet.Outlet."""

    def __init__(self, otlp: Otlp, remote_write: RemoteWrite | None) -> None:
        """Send metrics through `remote_write` where there is one, everything else through `otlp`."""
        self.target = otlp.target
        self._otlp = otlp
        self._remote_write = remote_write

    def _of(self, signal: Signal) -> Otlp | RemoteWrite:
        is_written = signal is Signal.METRICS and self._remote_write is not None
        return self._remote_write if is_written and self._remote_write else self._otlp

    def prepare(self, signal: Signal, rows: Sequence[Row]) -> Prepared:
        """Write rows as the signal's way wants them."""
        return self._of(signal).prepare(signal, rows)

    def rejected(self, signal: Signal, answer: bytes) -> tuple[int, str]:
        """Rows that the target refused, and why."""
        return self._of(signal).rejected(signal, answer)


def _build(options: Options) -> Last9:
    url = options.url("url")
    authorization = options.secret("authorization", is_needed=True) or ""
    if not authorization.startswith("Basic "):
        raise options.invalid("authorization_env", "what it names must begin with `Basic `, as Last9's console gives it")
    otlp = Otlp(url, {"authorization": authorization})
    written = options.take("remote_write_url")
    if written is None:
        return Last9(otlp, None)
    address = Options(options.where, {"remote_write_url": written}, lambda _: None).url("remote_write_url")
    return Last9(otlp, RemoteWrite(address, {"authorization": options.basic_authorization() or authorization}))


KIND = Kind("last9", tuple(Signal), _build)
