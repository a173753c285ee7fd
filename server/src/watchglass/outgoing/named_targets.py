"""A YAML file that lists named targets: read, bounded, and every mistake said without repeating what may be a secret."""

from collections.abc import Callable, Sequence
from pathlib import Path

import yaml

from watchglass.errors import InvalidInput
from watchglass.outgoing.options import Options

MAX_FILE_BYTES = 2**20


def read_named_targets(
    path: Path, setting: str, key: str, most: int, variable: Callable[[str], str | None]
) -> list[Options]:
    """Read the options of each target.

    Args:
        path: The file: a map whose one key is `key`, with a list of maps.
        setting: The setting that names the file, for errors.
        key: Such as `outlets`; errors are about `outlets[0].url`.
        most: Most targets that there may be.
        variable: Reads the environment.

    Raises:
        InvalidInput: The file cannot be read, or is none of these.
    """
    try:
        with path.expanduser().open("rb") as file:
            document = yaml.safe_load(file.read(MAX_FILE_BYTES))
    except OSError as error:
        raise InvalidInput(setting, f"cannot be read: {error.strerror}") from None
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError):
        # without the parser's words, which quote the line, that may hold a secret
        raise InvalidInput(setting, "is not YAML") from None
    given = document.get(key) if isinstance(document, dict) and set(document) == {key} else None
    if not isinstance(given, list) or not all(isinstance(item, dict) for item in given):
        raise InvalidInput(setting, f"must be a map with one key, {key}: a list of maps")
    if len(given) > most:
        raise InvalidInput(key, f"there may be at most {most}")
    return [Options(f"{key}[{position}]", item, variable) for position, item in enumerate(given)]


def refuse_twins(key: str, names: Sequence[str]) -> None:
    """See that each name is there once.

    Raises:
        InvalidInput: Two have one name.
    """
    for position, name in enumerate(names):
        if name in names[:position]:
            raise InvalidInput(f"{key}[{position}].name", f"{name} is the name of two")
