"""The settings of a command: what was given to it, then variables and file."""

from pydantic import ValidationError

from watchglass.errors import InvalidInput
from watchglass.settings import Settings


def load_settings(**given: object) -> Settings:
    """Read the settings; what is given and not None wins over variables and file.

    Raises:
        InvalidInput: A setting is wrong; the field is its name.
    """
    try:
        return Settings(**{name: value for name, value in given.items() if value is not None})  # type: ignore[arg-type]
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"])
        raise InvalidInput(field, str(first["msg"])) from error
