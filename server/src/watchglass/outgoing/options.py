"""The options of one target in a file: each read once and checked, secrets by reference alone, nothing left over."""

import base64
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from watchglass.errors import InvalidInput

MAX_SECRET_BYTES = 16 * 1024
SECRETS = ("api_key", "authorization", "headers", "password", "username", "token", "secret")
"""What must not stand in the file itself, only the name of a variable or of a file that holds it."""

NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,62}", re.ASCII)
"""What targets and projects are called."""

_HEADER_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}", re.ASCII)
_HEADER_VALUE = re.compile(r"[\x20-\x7e]+", re.ASCII)


class Options:
    """One target's options.

    Attributes:
        where: What errors call it: `outlets[0]`.
        secrets: The values of all secrets read, to keep them out of what is shown.
    """

    def __init__(self, where: str, given: Mapping[str, Any], variable: Callable[[str], str | None]) -> None:
        """Take what the file says; `variable` reads the environment.

        Raises:
            InvalidInput: A secret stands in the file itself; the field is named, its value is not.
        """
        self.where = where
        self.secrets: list[str] = []
        self._given = dict(given)
        self._variable = variable
        for name in SECRETS:
            if name in given:
                detail = f"a secret must not stand in this file; name where it is with {name}_env or {name}_file"
                raise InvalidInput(f"{where}.{name}", detail)

    def invalid(self, name: str, detail: str) -> InvalidInput:
        """Build the error for what is wrong with an option."""
        return InvalidInput(f"{self.where}.{name}", detail)

    def take(self, name: str, default: Any = None) -> Any:
        """An option as it stands in the file."""
        return self._given.pop(name, default)

    def text(self, name: str, default: str | None = None) -> str:
        """A text.

        Raises:
            InvalidInput: It is absent and has no default, or is no text.
        """
        value = self.take(name, default)
        if not isinstance(value, str) or not value.strip():
            raise self.invalid(name, "must be a text that is not empty")
        return value.strip()

    def name(self) -> str:
        """What the target is called.

        Raises:
            InvalidInput: It is no name.
        """
        name = self.text("name")
        if not NAME.fullmatch(name):
            raise self.invalid("name", "must be 1 to 63 of a-z, 0-9 and -, beginning with a letter or digit")
        return name

    def project(self) -> str | None:
        """The one project that the target is for; None for all.

        Raises:
            InvalidInput: It is no id of a project.
        """
        project = self.take("project")
        if project is not None and (not isinstance(project, str) or not NAME.fullmatch(project)):
            raise self.invalid("project", "must be the id of a project")
        return project

    def flag(self, name: str) -> bool:
        """Whether something is wanted; not when it is not said.

        Raises:
            InvalidInput: It is neither true nor false.
        """
        value = self.take(name, False)
        if not isinstance(value, bool):
            raise self.invalid(name, "must be true or false")
        return value

    def chosen(self, name: str, words: Sequence[str], default: str | None = None) -> str:
        """One of `words`.

        Raises:
            InvalidInput: It is none of them.
        """
        value = self.take(name, default)
        if value not in words:
            raise self.invalid(name, f"must be one of {', '.join(words)}")
        return str(value)

    def url(self, name: str, default: str | None = None) -> str:
        """An http or https address without a password, a query or a fragment; without the slash at its end.

        Raises:
            InvalidInput: It is none; the address is not repeated, as it may hold a secret.
        """
        return self._checked_url(name, self.text(name, default)).rstrip("/")

    def urls(self, name: str, most: int) -> list[str]:
        """One to `most` different addresses as `url` has them.

        Raises:
            InvalidInput: One is none; its place is named.
        """
        given = self.take(name)
        if not isinstance(given, list) or not 1 <= len(given) <= most:
            raise self.invalid(name, f"must be a list of 1 to {most} addresses")
        urls = []
        for position, text in enumerate(given):
            if not isinstance(text, str):
                raise self.invalid(f"{name}[{position}]", "must be an address such as https://otlp.example.com")
            urls.append(self._checked_url(f"{name}[{position}]", text.strip()).rstrip("/"))
        return list(dict.fromkeys(urls))

    def secret_url(self, name: str) -> str:
        """An http or https address, in the file as `url` has it, or named as a secret: then it may have a query.

        Raises:
            InvalidInput: It is none; the address is not repeated.
        """
        named = self.secret(name, is_needed=False)
        if named is None:
            return self.url(name)
        if self.take(name) is not None:
            raise self.invalid(name, f"give this or {name}_env, not both")
        return self._checked_url(f"{name}_env", named, may_have_query=True)

    def _checked_url(self, name: str, text: str, *, may_have_query: bool = False) -> str:
        try:
            parts = urlsplit(text)
            is_usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
        except ValueError:
            is_usable = False
        if not is_usable:
            raise self.invalid(name, "must be an address such as https://otlp.example.com")
        if parts.username is not None or parts.password is not None:
            raise self.invalid(name, "must not hold a user or a password; name them with username_env and password_env")
        if parts.fragment or (parts.query and not may_have_query):
            raise self.invalid(name, "must not have a query or a fragment")
        return text

    def number(self, name: str, default: float, least: float, most: float) -> float:
        """A number within bounds.

        Raises:
            InvalidInput: It is none, or out of bounds.
        """
        value = self.take(name, default)
        if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value <= most:
            raise self.invalid(name, f"must be a number from {least:g} to {most:g}")
        return float(value)

    def secret(self, name: str, *, is_needed: bool) -> str | None:
        """A secret, from the variable that `<name>_env` names or the file that `<name>_file` names.

        Raises:
            InvalidInput: It is needed and not named, named twice, or what is named is not there or empty.
        """
        from_variable, from_file = self.take(f"{name}_env"), self.take(f"{name}_file")
        if from_variable is not None and from_file is not None:
            raise self.invalid(f"{name}_file", f"give this or {name}_env, not both")
        if from_variable is not None:
            return self._of_variable(f"{name}_env", from_variable)
        if from_file is not None:
            return self._of_file(f"{name}_file", from_file)
        if is_needed:
            raise self.invalid(f"{name}_env", f"is needed (or {name}_file): the name of the variable that holds it")
        return None

    def basic_authorization(self) -> str:
        """The header of `username_env` and `password_env` (or `_file`), empty when neither is given.

        Raises:
            InvalidInput: One is given without the other, or is not there.
        """
        user = self.secret("username", is_needed=False)
        password = self.secret("password", is_needed=user is not None)
        if user is None and password is not None:
            raise self.invalid("username_env", "is needed beside the password")
        if user is None or password is None:
            return ""
        header = "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()
        self.secrets.append(header)
        return header

    def secret_headers(self) -> dict[str, str]:
        """Headers whose values are secrets: `headers_env` and `headers_file` map a header's name to where its value is.

        Raises:
            InvalidInput: One is no header, or its value is not there.
        """
        headers: dict[str, str] = {}
        for option, read in (("headers_env", self._of_variable), ("headers_file", self._of_file)):
            named = self.take(option, {})
            if not isinstance(named, dict):
                raise self.invalid(option, "must be a map of header to where its value is")
            for header, source in named.items():
                if not isinstance(header, str) or not _HEADER_NAME.fullmatch(header):
                    raise self.invalid(option, "has a name that no header can have")
                headers[header.lower()] = read(f"{option}.{header}", source)
        return headers

    def done(self) -> None:
        """Refuse what nothing has read.

        Raises:
            InvalidInput: An option that the kind does not have; it is named.
        """
        for name in self._given:
            raise self.invalid(str(name)[:100], "there is no such option for this kind")

    def _of_variable(self, field: str, name: Any) -> str:
        value = self._variable(name) if isinstance(name, str) and name else None
        if value is None:
            raise self.invalid(field, "names a variable that is not set")
        return self._checked(field, value)

    def _of_file(self, field: str, name: Any) -> str:
        if not isinstance(name, str) or not name:
            raise self.invalid(field, "must be the path of a file")
        try:
            with Path(name).expanduser().open("rb") as file:
                value = file.read(MAX_SECRET_BYTES + 1).decode()
        except (OSError, ValueError) as error:
            raise self.invalid(field, f"the file cannot be read: {type(error).__name__}") from None
        return self._checked(field, value)

    def _checked(self, field: str, value: str) -> str:
        value = value.strip()
        if not _HEADER_VALUE.fullmatch(value) or len(value) > MAX_SECRET_BYTES:
            raise self.invalid(field, "what it names is empty, too long, or holds what no header may")
        self.secrets.append(value)
        return value
