"""Where telemetry goes and how, from the arguments of `init` and OpenTelemetry's variables; the only door to the environment."""

import logging
import os
from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass
from urllib.parse import unquote, urlencode, urlsplit

from watchglass_probe.delivery.export import Kind
from watchglass_probe.delivery.post import Target
from watchglass_probe.errors import InvalidInput

log = logging.getLogger("watchglass_probe")

DEFAULT_ENDPOINT = "http://localhost:4318"
PATHS = {Kind.TRACES: "v1/traces", Kind.METRICS: "v1/metrics", Kind.LOGS: "v1/logs", Kind.SCORES: "api/v1/scores"}
PROJECT_HEADER = "x-watchglass-project"
"""How OTLP names a project; the API has a parameter for it."""
OTLP = (Kind.TRACES, Kind.METRICS, Kind.LOGS)


@dataclass(frozen=True)
class Configuration:
    """What the environment and the arguments say together; an argument wins over a variable.

    Attributes:
        is_on: False with OTEL_SDK_DISABLED.
        targets: Where each kind goes.
        signals: The kinds that are sent: those whose OTEL_<SIGNAL>_EXPORTER is not `none`.
        is_gzipped: Whether bodies are compressed.
        silenced: Instrumentations that OTEL_PYTHON_DISABLED_INSTRUMENTATIONS names.
        has_span_delay: Whether OTEL_BSP_SCHEDULE_DELAY is set.
        has_log_delay: Whether OTEL_BLRP_SCHEDULE_DELAY is set.
    """

    is_on: bool
    targets: Mapping[Kind, Target]
    signals: frozenset[Kind]
    is_gzipped: bool
    silenced: frozenset[str]
    has_span_delay: bool
    has_log_delay: bool


def read_configuration(
    endpoint: str | None, key: str | None, environment: Mapping[str, str] = os.environ
) -> Configuration:
    """Put arguments and variables together.

    Args:
        endpoint: Address of the server without a path; None for OTEL_EXPORTER_OTLP_ENDPOINT, or this machine.
        key: API key; None for none but what OTEL_EXPORTER_OTLP_HEADERS holds.
        environment: The variables.

    Raises:
        InvalidInput: The endpoint is no http or https address, or the key cannot stand in a header.
    """
    _check_endpoint(endpoint)
    if key is not None and not (key.isascii() and key.isprintable() and key.strip() == key and key):
        raise InvalidInput("key", "must be printable ASCII without spaces around it")
    protocol = environment.get("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf")
    if protocol != "http/protobuf":
        log.warning("OTEL_EXPORTER_OTLP_PROTOCOL=%s: the probe sends http/protobuf", protocol)
    signals = frozenset(
        kind for kind in OTLP if environment.get(f"OTEL_{kind.name}_EXPORTER", "otlp").strip().lower() != "none"
    )
    silenced = environment.get("OTEL_PYTHON_DISABLED_INSTRUMENTATIONS", "")
    return Configuration(
        is_on=environment.get("OTEL_SDK_DISABLED", "").strip().lower() != "true",
        targets={kind: _target(kind, endpoint, key, environment) for kind in PATHS},
        signals=signals,
        is_gzipped=environment.get("OTEL_EXPORTER_OTLP_COMPRESSION", "").strip().lower() == "gzip",
        silenced=frozenset(name.strip() for name in silenced.split(",") if name.strip()),
        has_span_delay="OTEL_BSP_SCHEDULE_DELAY" in environment,
        has_log_delay="OTEL_BLRP_SCHEDULE_DELAY" in environment,
    )


def ask_for_content(environment: MutableMapping[str, str] = os.environ) -> None:
    """Tell OpenTelemetry's GenAI instrumentations to record prompts and answers, unless the variables say otherwise."""
    environment.setdefault("OTEL_SEMCONV_STABILITY_OPT_IN", "gen_ai_latest_experimental")
    environment.setdefault("OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT", "SPAN_ONLY")


def is_content_recorded(environment: Mapping[str, str] = os.environ) -> bool:
    """Whether what models say may be recorded: OpenTelemetry's variable does not say that it may not."""
    said = environment.get("OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT", "").strip().lower()
    return said not in ("false", "no_content", "0")


def _target(kind: Kind, endpoint: str | None, key: str | None, environment: Mapping[str, str]) -> Target:
    def said(name: str) -> str:
        """A variable of the signal, or that of all signals; scores have none of their own."""
        own = environment.get(f"OTEL_EXPORTER_OTLP_{kind.name}_{name}", "") if kind in OTLP else ""
        return own or environment.get(f"OTEL_EXPORTER_OTLP_{name}", "")

    headers = _headers(environment.get("OTEL_EXPORTER_OTLP_HEADERS", ""))
    if kind in OTLP:
        headers.update(_headers(environment.get(f"OTEL_EXPORTER_OTLP_{kind.name}_HEADERS", "")))
    if key is not None:
        headers["authorization"] = f"Bearer {key}"
    return Target(
        url=_url(kind, endpoint, environment),
        headers=headers,
        timeout_s=_timeout_s(said("TIMEOUT")),
        ca_file=said("CERTIFICATE"),
        client_certificate_file=said("CLIENT_CERTIFICATE"),
        client_key_file=said("CLIENT_KEY"),
    )


def _url(kind: Kind, endpoint: str | None, environment: Mapping[str, str]) -> str:
    """The signal's own variable is a whole address; all others get the signal's path."""
    own = environment.get(f"OTEL_EXPORTER_OTLP_{kind.name}_ENDPOINT", "") if kind in OTLP else ""
    if endpoint is None and own:
        return _checked(f"OTEL_EXPORTER_OTLP_{kind.name}_ENDPOINT", own)
    if endpoint is None:
        endpoint = _checked(
            "OTEL_EXPORTER_OTLP_ENDPOINT", environment.get("OTEL_EXPORTER_OTLP_ENDPOINT", "") or DEFAULT_ENDPOINT
        )
    address = f"{endpoint.rstrip('/')}/{PATHS[kind]}"
    project = _headers(environment.get("OTEL_EXPORTER_OTLP_HEADERS", "")).get(PROJECT_HEADER)
    return f"{address}?{urlencode({'project': project})}" if project and kind is Kind.SCORES else address


def _check_endpoint(endpoint: str | None) -> None:
    if endpoint is not None:
        _checked("endpoint", endpoint)


def _checked(field: str, address: str) -> str:
    try:
        parts = urlsplit(address)
        is_good = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_good = False
    if not is_good:
        raise InvalidInput(field, f"must be an http or https address such as {DEFAULT_ENDPOINT}")
    return address


def _headers(text: str) -> dict[str, str]:
    """Read `name=value,name=value`, values percent-encoded, as OpenTelemetry writes headers."""
    headers = {}
    for pair in text.split(","):
        name, equals, value = pair.partition("=")
        if equals and name.strip():
            headers[name.strip().lower()] = unquote(value.strip())
        elif pair.strip():
            log.warning("OTEL_EXPORTER_OTLP_HEADERS: an entry without = is left out")
    return headers


def _timeout_s(text: str) -> float:
    """Python's OpenTelemetry reads its timeout in seconds; so does the probe."""
    try:
        return max(0.1, float(text)) if text else 10.0
    except ValueError:
        log.warning("OTEL_EXPORTER_OTLP_TIMEOUT=%s is no number of seconds; 10 are used", text)
        return 10.0
