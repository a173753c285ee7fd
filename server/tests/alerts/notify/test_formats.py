"""The words of a message in each format, whole; and that words of users and models stay words."""

from dataclasses import replace

import pytest

from alerts.notify.conftest import FIRING, MakeTarget
from watchglass.alerts.notify.formats import FORMATS, FormatName
from watchglass.alerts.notify.links import Links
from watchglass.alerts.notify.message import MessageKind
from watchglass.alerts.notify.template import PLACEHOLDERS, Wording

LINKS = Links("https://watchglass.example.com")

TEXT = """\
Value: p95 of duration is 4.2 s, threshold 2 s (above 2 s for 5 min)
Since: 2023-11-14 22:13:20 UTC, for 2 m 05 s
Rule: slow-answers https://runbooks.example.com/slow
Owner: shop
Labels: gen_ai.provider=openai, model=gpt-4o
Series: 2

What explains it:
- release 1.4.2 explains 82% of it

Example traces:
- 0123456789abcdef0123456789abcdef https://watchglass.example.com/traces/0123456789abcdef0123456789abcdef

Incident: https://watchglass.example.com/incidents/incident_1"""

MARKDOWN = """\
- **Value:** p95 of duration is 4.2 s, threshold 2 s \\(above 2 s for 5 min\\)
- **Since:** 2023-11-14 22:13:20 UTC, for 2 m 05 s
- **Rule:** [slow-answers](https://runbooks.example.com/slow)
- **Owner:** shop
- **Labels:** gen_ai.provider=openai, model=gpt-4o
- **Series:** 2

**What explains it**

- release 1.4.2 explains 82% of it

**Example traces**

- [0123456789abcdef0123456789abcdef](https://watchglass.example.com/traces/0123456789abcdef0123456789abcdef)

- **Incident:** [open](https://watchglass.example.com/incidents/incident_1)"""

HTML = """\
<ul><li><b>Value:</b> p95 of duration is 4.2 s, threshold 2 s (above 2 s for 5 min)</li>\
<li><b>Since:</b> 2023-11-14 22:13:20 UTC, for 2 m 05 s</li>\
<li><b>Rule:</b> <a href="https://runbooks.example.com/slow">slow-answers</a></li>\
<li><b>Owner:</b> shop</li>\
<li><b>Labels:</b> gen_ai.provider=openai, model=gpt-4o</li>\
<li><b>Series:</b> 2</li></ul>
<p><b>What explains it</b></p><ul><li>release 1.4.2 explains 82% of it</li></ul>
<p><b>Example traces</b></p><ul><li><a href="https://watchglass.example.com/traces/0123456789abcdef0123456789abcdef">\
0123456789abcdef0123456789abcdef</a></li></ul>
<ul><li><b>Incident:</b> <a href="https://watchglass.example.com/incidents/incident_1">https://watchglass.example.com/incidents/incident_1</a></li></ul>"""


@pytest.mark.parametrize(("name", "body"), [("text", TEXT), ("markdown", MARKDOWN), ("html", HTML)])
def test_a_whole_message(name: FormatName, body: str) -> None:
    """Everything that matters, the value first, the links last."""
    assert Wording(LINKS).write(FIRING, name) == ("[FIRING] critical: Answers of gpt-4o are slow", body)


def test_what_is_not_known_is_left_out() -> None:
    """No value, no links and no explanation make a short message, which says how long it lasted."""
    message = replace(
        FIRING, kind=MessageKind.RESOLVED, resolved_at_ns=FIRING.started_at_ns + 600 * 10**9, value=None, threshold=None, measure="",
        condition="", owner="", labels={}, series_count=1, explanations=(), example_trace_ids=(), runbook_url="", chart=None,
    )  # fmt: skip
    head, body = Wording(Links("")).write(message, "text")
    assert head == "[RESOLVED] critical: Answers of gpt-4o are slow"
    assert body == "Since: 2023-11-14 22:13:20 UTC, lasted 10 m 00 s\nRule: slow-answers"


NASTY = "<img src=x onerror=alert(1)> [click](http://evil.example) **@everyone** <!channel> javascript:alert(1) `x` HTTPS://evil.example"


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("wording", [Wording(LINKS), None])
def test_words_of_users_stay_words(name: FormatName, wording: Wording | None, make_target: MakeTarget) -> None:
    """In no format, and in no template, do they become markup, a link or the name of somebody to call."""
    if wording is None:
        body = " ".join(f"${placeholder}" for placeholder in PLACEHOLDERS)
        options = {"kind": "apprise", "url_env": "JSON", "title": body.replace("$details", ""), "body": body}
        wording = make_target({"JSON": "json://localhost"}, **options).target._wording  # type: ignore[attr-defined]
    message = replace(
        FIRING, title=NASTY, rule_name=NASTY, owner=NASTY, labels={NASTY: NASTY}, measure=NASTY, condition=NASTY, explanations=(NASTY,),
        example_trace_ids=(NASTY,), runbook_url=f"javascript:{NASTY}", incident_id=NASTY,
    )  # fmt: skip
    head, body = wording.write(message, name)
    for text in (head, body):
        assert "@everyone" not in text
        assert "javascript:" not in text.lower()
        # each address that is left is our own
        assert text.lower().count("://") == text.count("https://watchglass.example.com/")
    if name == "html":
        assert "<img" not in body and "<!" not in body
    if name == "markdown":
        assert "[click](" not in body and "<img" not in body.replace("\\<", "") and "<!channel" not in body.replace("\\<", "")


def test_a_template_says_what_the_operator_wants(make_target: MakeTarget) -> None:
    """Placeholders take their values, in the target's format; $$ is a dollar sign."""
    target = make_target(
        {"JSON": "json://localhost"}, kind="apprise", url_env="JSON", title="$rule: $value", body="<i>$labels</i> $$ ${explanation}\n$incident_url"
    )
    written = target.target._wording.write(replace(FIRING, labels={"a": "<b>"}), "html")  # type: ignore[attr-defined]
    assert written == (
        "slow-answers: 4.2 s",
        "<i>a=&lt;b&gt;</i> $ release 1.4.2 explains 82% of it\nhttps://watchglass.example.com/incidents/incident_1",
    )
