"""What OpenTelemetry's variables and the arguments say together."""

import logging

import pytest

from watchglass_probe.configuration import ask_for_content, read_configuration
from watchglass_probe.delivery.export import Kind
from watchglass_probe.errors import InvalidInput


def test_without_anything_this_machine_is_sent_to() -> None:
    """All signals, uncompressed, without headers."""
    configuration = read_configuration(None, None, {})
    assert {kind: target.url for kind, target in configuration.targets.items()} == {
        Kind.TRACES: "http://localhost:4318/v1/traces", Kind.METRICS: "http://localhost:4318/v1/metrics",
        Kind.LOGS: "http://localhost:4318/v1/logs", Kind.SCORES: "http://localhost:4318/api/v1/scores",
    }  # fmt: skip
    assert configuration.is_on and not configuration.is_gzipped
    assert configuration.signals == {Kind.TRACES, Kind.METRICS, Kind.LOGS}
    assert all(target.headers == {} and target.timeout_s == 10 for target in configuration.targets.values())


def test_a_signals_own_variable_wins_over_that_of_all() -> None:
    """Its endpoint is a whole address; the base gets the signal's path."""
    environment = {
        "OTEL_EXPORTER_OTLP_ENDPOINT": "https://base/prefix/", "OTEL_EXPORTER_OTLP_LOGS_ENDPOINT": "http://logs:1/in",
        "OTEL_EXPORTER_OTLP_HEADERS": "a=1,b=x%3Dy", "OTEL_EXPORTER_OTLP_LOGS_HEADERS": "A=2",
        "OTEL_EXPORTER_OTLP_TIMEOUT": "3", "OTEL_EXPORTER_OTLP_LOGS_TIMEOUT": "4.5", "OTEL_EXPORTER_OTLP_CERTIFICATE": "ca.pem",
    }  # fmt: skip
    targets = read_configuration(None, None, environment).targets
    assert targets[Kind.TRACES].url == "https://base/prefix/v1/traces" and targets[Kind.LOGS].url == "http://logs:1/in"
    assert targets[Kind.TRACES].headers == {"a": "1", "b": "x=y"} and targets[Kind.LOGS].headers == {"a": "2", "b": "x=y"}
    assert (targets[Kind.TRACES].timeout_s, targets[Kind.LOGS].timeout_s) == (3, 4.5)
    assert targets[Kind.SCORES].ca_file == "ca.pem"


def test_an_argument_wins_over_a_variable() -> None:
    """Also over that of one signal."""
    environment = {"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://other/v1/traces", "OTEL_EXPORTER_OTLP_HEADERS": "authorization=old"}
    targets = read_configuration("http://here:4318", "wg_key", environment).targets
    assert targets[Kind.TRACES].url == "http://here:4318/v1/traces"
    assert {target.headers["authorization"] for target in targets.values()} == {"Bearer wg_key"}


def test_a_project_of_the_headers_is_that_of_scores_too() -> None:
    """The API takes it as a parameter."""
    targets = read_configuration(None, None, {"OTEL_EXPORTER_OTLP_HEADERS": "x-watchglass-project=tea%20room"}).targets
    assert targets[Kind.SCORES].url == "http://localhost:4318/api/v1/scores?project=tea+room"
    assert targets[Kind.TRACES].url == "http://localhost:4318/v1/traces"


def test_what_cannot_be_read_is_said_and_the_rest_holds(caplog: pytest.LogCaptureFixture) -> None:
    """A timeout that is no number, a header without a value, a protocol that is not spoken."""
    environment = {"OTEL_EXPORTER_OTLP_TIMEOUT": "soon", "OTEL_EXPORTER_OTLP_HEADERS": "a=1,nonsense", "OTEL_EXPORTER_OTLP_PROTOCOL": "grpc"}
    with caplog.at_level(logging.WARNING):
        target = read_configuration(None, None, environment).targets[Kind.TRACES]
    assert target.timeout_s == 10 and target.headers == {"a": "1"}
    assert all(word in caplog.text for word in ("soon", "an entry without =", "grpc"))
    assert "nonsense" not in caplog.text  # it may be a secret


def test_a_variable_that_is_no_address_is_named() -> None:
    """As an argument is."""
    with pytest.raises(InvalidInput) as raised:
        read_configuration(None, None, {"OTEL_EXPORTER_OTLP_ENDPOINT": "localhost:4317"})
    assert raised.value.field == "OTEL_EXPORTER_OTLP_ENDPOINT"


def test_content_is_asked_for_where_the_variables_say_nothing() -> None:
    """What the operator of the application has set holds."""
    environment = {"OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT": "NO_CONTENT"}
    ask_for_content(environment)
    assert environment == {
        "OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT": "NO_CONTENT",
        "OTEL_SEMCONV_STABILITY_OPT_IN": "gen_ai_latest_experimental",
    }


def test_a_key_is_not_shown() -> None:
    """Where a target is printed."""
    assert "wg_secret" not in repr(read_configuration(None, "wg_secret", {}))
