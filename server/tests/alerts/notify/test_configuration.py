"""The file of targets: what it may say, and that no secret stands in it or comes out of it."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from alerts.notify.conftest import VARIABLES, MakeTarget
from watchglass.alerts.notify.configuration import read_targets, targets_for
from watchglass.alerts.notify.links import Links
from watchglass.errors import InvalidInput

WEBHOOK = {"kind": "webhook", "url": "https://hooks.example.com/a"}


@pytest.mark.parametrize(
    ("options", "place"),
    [
        (WEBHOOK, "https://hooks.example.com"),
        ({"kind": "webhook", "url_env": "TOKEN_URL", "secret_env": "SECRET"}, "https://hooks.example.com"),
        ({"kind": "alertmanager", "urls": ["http://a:9093", "http://b:9093/"], "again_every_s": 30}, "http://a:9093, http://b:9093"),
        ({"kind": "log"}, "the server's log"),
        ({"kind": "apprise", "url_env": "JSON", "title": "$rule", "body": "${value} $$"}, "JSON"),
    ],
)
def test_each_kind_is_read_and_shows_no_secret(make_target: MakeTarget, options: dict[str, Any], place: str) -> None:
    """What is shown of a target is where it leads, without paths, queries and keys."""
    target = make_target({"JSON": "json://user:very-secret-key@localhost/very-secret-key"}, **options)
    assert target.target.place == place
    assert "secret" not in repr(target)


@pytest.mark.parametrize(
    ("options", "field"),
    [
        ({"kind": "smtp"}, "kind"),
        ({"kind": ["webhook"]}, "kind"),
        ({**WEBHOOK, "secret": "very-secret-key"}, "secret"),
        ({**WEBHOOK, "url": "https://hooks.example.com/?token=very-secret-key"}, "url"),
        ({**WEBHOOK, "url_env": "TOKEN_URL"}, "url"),
        ({"kind": "webhook", "url_env": "SECRET"}, "url_env"),
        ({**WEBHOOK, "retries": 3}, "retries"),
        ({**WEBHOOK, "default": "yes"}, "default"),
        ({**WEBHOOK, "project": "No Project"}, "project"),
        ({**WEBHOOK, "give_up_after_hours": 0}, "give_up_after_hours"),
        ({"kind": "alertmanager"}, "urls"),
        ({"kind": "alertmanager", "urls": ["http://a", "ftp://b"]}, "urls[1]"),
        ({"kind": "alertmanager", "urls": ["http://a"], "password_env": "SECRET"}, "username_env"),
        ({"kind": "apprise", "url": "slack://very-secret-key"}, "url"),
        ({"kind": "apprise"}, "url_env"),
        ({"kind": "apprise", "url_env": "BAD"}, "url_env"),
        ({"kind": "apprise", "url_env": "JSON", "format": "pdf"}, "format"),
        ({"kind": "apprise", "url_env": "JSON", "title": "$no_such_thing"}, "title"),
        ({"kind": "apprise", "url_env": "JSON", "title": "$details"}, "title"),
        ({"kind": "apprise", "url_env": "JSON", "body": "costs 5$ or {very-secret-key}"}, "body"),
    ],
)
def test_what_is_wrong_is_named_and_not_repeated(make_target: MakeTarget, options: dict[str, Any], field: str) -> None:
    """Each mistake is refused by its field, and no secret is in the words."""
    with pytest.raises(InvalidInput) as caught:
        make_target({"JSON": "json://localhost", "BAD": "nosuchservice://very-secret-key"}, **options)
    assert caught.value.field == f"targets[0].{field}"
    assert "very-secret-key" not in str(caught.value)


def test_two_targets_of_one_name_are_refused(tmp_path: Path) -> None:
    """Rules name targets, so a name is one target."""
    path = tmp_path / "targets.yml"
    path.write_text(yaml.safe_dump({"targets": [{"name": "a", "kind": "log"}] * 2}), "utf-8")
    with pytest.raises(InvalidInput, match=r"targets\[1\]\.name"):
        read_targets(path, Links(""), VARIABLES.get)


def test_rules_that_name_no_target_tell_the_default_ones(tmp_path: Path) -> None:
    """Those of the incident's project and those for all; names that a rule gives are kept as they are."""
    path = tmp_path / "targets.yml"
    listed = [
        {"name": "all", "kind": "log", "default": True},
        {"name": "shop", "kind": "log", "default": True, "project": "shop"},
        {"name": "other", "kind": "log"},
    ]
    path.write_text(yaml.safe_dump({"targets": listed}), "utf-8")
    targets = read_targets(path, Links(""), VARIABLES.get)
    assert targets_for(targets, [], "shop") == ["all", "shop"]
    assert targets_for(targets, [], "bank") == targets_for(targets, [], None) == ["all"]
    assert targets_for(targets, ["other", "gone", "other"], "shop") == ["other", "gone"]
