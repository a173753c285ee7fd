"""The one name of a provider, whatever a dialect calls it."""

from functools import cache
from importlib.resources import files

import yaml


@cache
def _names() -> dict[str, str]:
    """Canonical name by every known one, lower-case."""
    data = yaml.safe_load(files(__package__).joinpath("providers.yml").read_text("utf-8"))
    known = {alias: name for name, aliases in data.items() for alias in aliases}
    return known | {name: name for name in data}


def canonical_provider(name: str) -> str:
    """Return the gen_ai.provider.name of a provider.

    A dialect may add the API behind a dot (`openai.chat`, `google.vertex.chat`): it is cut off where what remains is
    known. A provider that is not known keeps its name, lower-case.
    """
    words = name.strip().lower()
    shorter = words
    while shorter:
        if shorter in _names():
            return _names()[shorter]
        shorter = shorter.rpartition(".")[0]
    return words
