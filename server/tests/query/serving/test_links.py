"""What a span says of where its call went, and what that meets: pure, by the table alone."""

from dataclasses import replace

import pytest

from watchglass.query.serving.directory import Reporter
from watchglass.query.serving.links import LINKS, SERVER_TO_MACHINE, facts_of, find_matches, names_of_reporter
from watchglass.query.serving.measures import MEASURES, metrics_of

SERVER = Reporter("vllm", "gpu-1:8000", "gpu-1", address="gpu-1", port="8000", pods=("vllm-0",), owners=frozenset({"server"}))
MACHINE = Reporter("node", "gpu-1:9100", "gpu-1.example", address="gpu-1", port="9100", owners=frozenset({"host"}))
OTHER = Reporter("node", "gpu-2:9100", "gpu-2.example", address="gpu-2", port="9100", owners=frozenset({"host"}))


@pytest.mark.parametrize(
    ("said", "address"),
    [
        ({"server.address": "GPU-1", "server.port": "8000"}, "gpu-1:8000"),
        ({"gen_ai.openai.api_base": "http://gpu-1:8000/v1/"}, "gpu-1:8000"),
        ({"url.full": "https://gpu-1/v1/chat"}, "gpu-1:443"),
        ({"server.address": "127.0.0.1", "server.port": "8000"}, "localhost:8000"),
        ({"http.url": "http://[::1]:8000/v1"}, "localhost:8000"),
        ({"url.full": "http://gpu-1:notaport/"}, None),
        ({"server.address": "gpu-1"}, None),
    ],
)
def test_an_address_is_read_from_what_clients_say(said: dict[str, str], address: str | None) -> None:
    """Two attributes, or a URL; without a port it is none."""
    facts = {it.name: it.value for it in facts_of("a", said)}
    assert facts.get("server.address:server.port") == address


def test_each_row_of_the_table_says_and_meets_what_is_known() -> None:
    """A name that no reporter has would find nothing, in silence."""
    assert {link.meets for link in LINKS} <= set(names_of_reporter(SERVER))
    said = {"k8s.pod.name": "a", "k8s.node.name": "a", "service.instance.id": "a", "server.address": "a", "server.port": "1",
            "service.name": "a", "host.name": "a"}  # fmt: skip
    assert {it.name for it in facts_of("s", said)} == {link.says for link in LINKS}


def test_a_server_leads_to_its_machine_alone() -> None:
    """By the host at which both are scraped, though the machine calls itself otherwise."""
    facts = facts_of("a", {"k8s.pod.name": "vllm-0"})
    found = find_matches(facts, [OTHER, MACHINE, SERVER])
    assert [(it.reporter, it.way) for it in found] == [(SERVER, "pod"), (MACHINE, SERVER_TO_MACHINE)]


def test_the_machine_of_the_caller_comes_last() -> None:
    """What the server's machine did explains more of a call."""
    facts = facts_of("a", {"server.address": "gpu-1", "server.port": "8000", "host.name": "gpu-2.example"})
    found = find_matches(facts, [OTHER, MACHINE, SERVER])
    assert [it.reporter for it in found] == [SERVER, MACHINE, OTHER]


def test_a_program_that_reports_of_its_machine_too_is_found_as_both() -> None:
    """A server whose process runs the probe."""
    both = replace(SERVER, owners=frozenset({"server", "host"}))
    found = find_matches(facts_of("a", {"server.address": "gpu-1", "server.port": "8000"}), [both])
    assert [(it.reporter, sorted(it.owners)) for it in found] == [(both, ["server"]), (both, ["host"])]


def test_measures_have_names_of_their_own() -> None:
    """They are keys of the API's answers; each is read from something."""
    assert len({it.name for it in MEASURES}) == len(MEASURES)
    assert all(metrics_of(it.owner) for it in MEASURES)
