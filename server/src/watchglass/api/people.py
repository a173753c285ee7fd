"""Who changes something: the name that the request gives, else that of its key."""

from typing import Annotated

from pydantic import Field

from watchglass.api.services import Services
from watchglass.model.records import Principal
from watchglass.store.control.fields import checked_text
from watchglass.store.control.keys import key_name

Author = Annotated[
    str, Field(max_length=200, description="Who says so, for the team; the name of the key when empty. Nobody checks it")
]


def author_of(services: Services, principal: Principal, given: str) -> str:
    """Return who changes something: `given`, with the key's name beside it where there is a key.

    Raises:
        InvalidInput: The name cannot be stored; the field is `author`.
        Unavailable: The control database does not answer.
    """
    name = checked_text("author", given, may_be_empty=True)
    key = key_name(services.control, principal.key_id)
    return f"{name} ({key})"[:200] if name and key else name or key
