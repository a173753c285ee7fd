"""The file of outlets: what it may say, and that no secret stands in it or comes out of it."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from watchglass.errors import InvalidInput
from watchglass.model.records import Signal
from watchglass.outlets.configuration import ConfiguredOutlet, read_outlets

VARIABLES = {"KEY": "very-secret-key", "BASIC": "Basic c2VjcmV0", "USER": "u", "PASSWORD": "very-secret-key", "EMPTY": " ", "TWO": "a\nb"}
OTLP = {"name": "out", "kind": "otlp", "url": "https://otlp.example.com"}
DATADOG = {"name": "dd", "kind": "datadog", "api_key_env": "KEY"}
LAST9 = {"name": "l9", "kind": "last9", "url": "https://otlp.last9.io", "authorization_env": "BASIC"}


def read(tmp_path: Path, *outlets: Any) -> list[ConfiguredOutlet]:
    """Read a file of these outlets."""
    path = tmp_path / "outlets.yml"
    path.write_text(yaml.safe_dump({"outlets": list(outlets)}))
    return read_outlets(path, VARIABLES.get)


def test_a_full_file_is_read(tmp_path: Path) -> None:
    """Each kind with its options; what is not said is all signals of all projects."""
    key_file = tmp_path / "key"
    key_file.write_text("very-secret-key\n")
    first, second, third, fourth = read(
        tmp_path,
        {**OTLP, "signals": ["traces", "logs"], "filter": {"traces": "is_model_call:true"}, "project": "shop",
         "headers_env": {"X-Key": "KEY"}, "headers_file": {"x-other": str(key_file)}, "max_lag_hours": 2},
        DATADOG,
        {**LAST9, "remote_write_url": "https://app-tsdb.last9.io/v1/metrics/x/sender/y/write"},
        {"name": "rw", "kind": "remote_write", "url": "http://prometheus:9090/api/v1/write", "username_env": "USER",
         "password_env": "PASSWORD"},
    )  # fmt: skip
    assert (first.name, first.max_lag_s, list(first.arrivals)) == ("out", 7200, [Signal.TRACES, Signal.LOGS])
    assert first.arrivals[Signal.TRACES].project_id == "shop"
    assert (second.outlet.target, list(second.arrivals), second.max_lag_s) == ("https://api.datadoghq.com", list(Signal), 86400)
    assert third.outlet.target == "https://otlp.last9.io"
    assert list(fourth.arrivals) == [Signal.METRICS]


def test_no_secret_is_shown(tmp_path: Path) -> None:
    """What the program keeps of an outlet says no secret when it is written."""
    for outlet in read(tmp_path, {**OTLP, "headers_env": {"x-key": "KEY"}}, DATADOG, LAST9):
        assert "secret" not in repr(outlet)
        assert "c2VjcmV0" not in repr(outlet)


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({**DATADOG, "api_key": "very-secret-key"}, "outlets[0].api_key"),
        ({**OTLP, "headers": {"authorization": "very-secret-key"}}, "outlets[0].headers"),
        ({**LAST9, "authorization": "very-secret-key"}, "outlets[0].authorization"),
        ({**OTLP, "kind": "remote_write", "password": "very-secret-key"}, "outlets[0].password"),
        ({**OTLP, "url": "https://user:very-secret-key@example.com"}, "outlets[0].url"),
        ({**OTLP, "url": "https://example.com/?key=very-secret-key"}, "outlets[0].url"),
        ({**OTLP, "url": "ftp://example.com"}, "outlets[0].url"),
        ({**OTLP, "name": "No Name"}, "outlets[0].name"),
        ({**OTLP, "kind": "smtp"}, "outlets[0].kind"),
        ({**OTLP, "signals": ["spans"]}, "outlets[0].signals"),
        ({**OTLP, "kind": "remote_write", "signals": ["traces"]}, "outlets[0].signals"),
        ({**OTLP, "filter": {"traces": "no_such_column:1"}}, "outlets[0].filter.traces"),
        ({**OTLP, "filter": {"traces": "((("}}, "outlets[0].filter.traces"),
        ({**OTLP, "signals": ["logs"], "filter": {"traces": "model:a"}}, "outlets[0].filter"),
        ({**OTLP, "headers_env": {"x-key": "ABSENT"}}, "outlets[0].headers_env.x-key"),
        ({**OTLP, "headers_env": {"x-key": "TWO"}}, "outlets[0].headers_env.x-key"),
        ({**OTLP, "headers_env": {"bad header": "KEY"}}, "outlets[0].headers_env"),
        ({**OTLP, "headers_file": {"x-key": "/no/such/file"}}, "outlets[0].headers_file.x-key"),
        ({**OTLP, "max_lag_hours": 0}, "outlets[0].max_lag_hours"),
        ({**OTLP, "max_lag_hours": True}, "outlets[0].max_lag_hours"),
        ({**OTLP, "retries": 5}, "outlets[0].retries"),
        ({"name": "dd", "kind": "datadog"}, "outlets[0].api_key_env"),
        ({"name": "dd", "kind": "datadog", "api_key_env": "EMPTY"}, "outlets[0].api_key_env"),
        ({**DATADOG, "api_key_file": "/x"}, "outlets[0].api_key_file"),
        ({**DATADOG, "site": "evil.example.com"}, "outlets[0].site"),
        ({**LAST9, "authorization_env": "KEY"}, "outlets[0].authorization_env"),
        ({**OTLP, "kind": "remote_write", "username_env": "USER"}, "outlets[0].password_env"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named_and_not_repeated(tmp_path: Path, given: dict[str, Any], field: str) -> None:
    """Each mistake is refused by its field, and no secret is in the words."""
    with pytest.raises(InvalidInput) as caught:
        read(tmp_path, given)
    assert caught.value.field == field
    assert "very-secret-key" not in str(caught.value)


def test_two_outlets_of_one_name_are_refused(tmp_path: Path) -> None:
    """A name is a place in the control database."""
    with pytest.raises(InvalidInput, match=r"outlets\[1\]\.name"):
        read(tmp_path, OTLP, OTLP)


@pytest.mark.parametrize("text", ["outlets: [very-secret-key", "outlets: very-secret-key", "- 1", "", "other: []"])
def test_a_file_that_is_none_is_refused(tmp_path: Path, text: str) -> None:
    """What is not a list of maps under `outlets` is refused without being repeated."""
    path = tmp_path / "outlets.yml"
    path.write_text(text)
    with pytest.raises(InvalidInput) as caught:
        read_outlets(path, VARIABLES.get)
    assert caught.value.field == "outlets_file"
    assert "very-secret-key" not in str(caught.value)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    """The setting is named."""
    with pytest.raises(InvalidInput, match="outlets_file"):
        read_outlets(tmp_path / "absent.yml", VARIABLES.get)
