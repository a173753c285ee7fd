"""The data files: what they may say, and that they say it right."""

from typing import Any

import pytest

from watchglass.conventions.registry import ORDER, load_conventions, load_resource_rules, parse_convention
from watchglass.errors import InvalidInput
from watchglass.model.fields import fields_of

GOOD: dict[str, Any] = {"name": "x", "brief": "X", "source": "x 1", "fields": {"model": ["x.model"]}}


def test_every_data_file_loads_in_order() -> None:
    """The base comes first."""
    assert tuple(convention.name for convention in load_conventions()) == ORDER
    assert ORDER[0] == "otel_genai"


@pytest.mark.parametrize("convention", load_conventions(), ids=lambda convention: convention.name)
def test_every_data_file_can_be_recognised_and_fills_columns(convention: Any) -> None:
    """By scope or by key; and its columns are filled by conventions, not by the protocol."""
    assert convention.scopes or convention.prefixes
    columns = fields_of("spans")
    assert {columns[name].source for name in convention.fields} <= {"convention", "derived"}


@pytest.mark.parametrize("convention", load_conventions(), ids=lambda convention: convention.name)
def test_a_builder_is_called_by_something(convention: Any) -> None:
    """And what calls for one has one."""
    assert (convention.build is not None) == bool(convention.builder_keys or convention.builder_events)


def test_usage_can_only_mark_what_is_a_call() -> None:
    """usage_marks_call narrows model_call_operations."""
    for convention in load_conventions():
        assert convention.usage_marks_call <= convention.model_call_operations


def test_the_resource_file_loads() -> None:
    """It fills what a resource says."""
    assert set(load_resource_rules()) == {"service_name", "service_instance_id", "release", "environment", "host_name"}


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"odd": 1}, "x.yml: odd"),
        ({"name": "y"}, "x.yml: name"),
        ({"brief": ""}, "x.yml: brief"),
        ({"source": 3}, "x.yml: source"),
        ({"scopes": "x"}, "x.yml: scopes"),
        ({"prefixes": [1]}, "x.yml: prefixes"),
        ({"fields": []}, "x.yml: fields"),
        ({"fields": {"no_such_column": ["a"]}}, "x.yml: fields.no_such_column"),
        ({"fields": {"model": "a"}}, "x.yml: fields.model"),
        ({"fields": {"model": []}}, "x.yml: fields.model.from"),
        ({"fields": {"model": {"from": ["a"], "other": 1}}}, "x.yml: fields.model"),
        ({"fields": {"model": {"from": ["a"], "convert": "no_such"}}}, "x.yml: fields.model.convert"),
        ({"fields": {"model": {"from": ["a"], "map": {"a": 1}}}}, "x.yml: fields.model.map"),
        ({"fields": {"model": {"from": ["a"], "map": ["a"]}}}, "x.yml: fields.model.map"),
        ({"builder": "no_such_module"}, "x.yml: builder"),
        ({"builder": "parts"}, "x.yml: builder"),
    ],
)
def test_a_mistake_is_named_by_file_and_key(change: dict[str, Any], field: str) -> None:
    """So that who wrote it finds it."""
    with pytest.raises(InvalidInput) as raised:
        parse_convention("x", GOOD | change)
    assert raised.value.field == field
