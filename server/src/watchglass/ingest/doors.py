"""Who may come in: API keys looked up in memory, for exports and for the API."""

from collections.abc import Mapping

from watchglass.clock import Clock
from watchglass.errors import Forbidden, InvalidInput, Unauthorized
from watchglass.model.records import KeyScope, Principal
from watchglass.store.control.database import ControlDatabase
from watchglass.store.control.follower import Follower
from watchglass.store.control.keys import ApiKey, token_hash, write_last_used
from watchglass.store.control.projects import DEFAULT_PROJECT

PROJECT_HEADER = "x-watchglass-project"
LAST_USED_EVERY_NS = 60 * 10**9
"""How coarse the time of a key's last use is, nanoseconds."""

MAX_TOKEN_LENGTH = 512


class Doors:
    """Tells who asks, from the headers of a request. Safe for many threads, and never waits for the database."""

    def __init__(self, control: ControlDatabase, follower: Follower, clock: Clock, *, needs_keys: bool) -> None:
        """Guard with the keys that `follower` knows; without `needs_keys`, who brings no key may do everything."""
        self._control = control
        self._follower = follower
        self._clock = clock
        self._needs_keys = needs_keys
        self._used_at_ns: dict[str, int] = {}
        self._unwritten: dict[str, int] = {}
        follower.each_round(self.write_last_used)

    def admit(self, headers: Mapping[str, str], client: str) -> str:
        """Return the project that an export with these headers (lower-case names) belongs to; see otlp_http.Admit.

        Raises:
            Unauthorized: A key is needed and absent, or it is not good.
            Forbidden: The key has no scope ingest, or is for another project.
            InvalidInput: There is no such project; the field is x-watchglass-project.
        """
        del client  # an address is no proof of anything: it may be a proxy's
        principal = self.identify(headers)
        if not principal.may(KeyScope.INGEST):
            raise Forbidden("this key does not have the scope ingest")
        return principal.project_id or DEFAULT_PROJECT

    def identify(self, headers: Mapping[str, str]) -> Principal:
        """Return who sent these headers (lower-case names).

        Who may touch all projects is bound to the one that the header x-watchglass-project names, when it is sent.

        Raises:
            Unauthorized: A key is needed and absent, or it is not good, which is refused even where none is needed.
            Forbidden: The key is for another project than the header names.
            InvalidInput: There is no such project; the field is x-watchglass-project.
        """
        asked = self._asked_project(headers)
        token = sent_token(headers)
        if not token:
            if self._needs_keys:
                raise Unauthorized("an API key is needed: send it as `Authorization: Bearer KEY` or `x-api-key: KEY`")
            return Principal(asked, frozenset(KeyScope))
        key = self._good_key(token)
        if asked is not None and key.project_id not in (None, asked):
            raise Forbidden(f"this key is for the project {key.project_id}")
        self._note_use(key)
        return Principal(key.project_id or asked, key.scopes, key.id)

    def write_last_used(self) -> None:
        """Store when keys were last used, as far as it is not stored yet.

        Raises:
            Unavailable: The control database does not answer; the times are kept for the next round.
        """
        batch = dict(self._unwritten)
        if not batch:
            return
        write_last_used(self._control, batch)
        for key_id, time_ns in batch.items():
            if self._unwritten.get(key_id) == time_ns:
                del self._unwritten[key_id]

    def _good_key(self, token: str) -> ApiKey:
        # how long the look-up takes depends on the hash alone, which nobody can steer towards a stored one
        key = self._follower.snapshot.keys.get(token_hash(token)) if len(token) <= MAX_TOKEN_LENGTH else None
        if key is None:
            raise Unauthorized("this API key is not known, or it was revoked")
        return key

    def _asked_project(self, headers: Mapping[str, str]) -> str | None:
        asked = headers.get(PROJECT_HEADER, "").strip()
        if not asked:
            return None
        if asked not in self._follower.snapshot.project_ids:
            raise InvalidInput(PROJECT_HEADER, f"there is no project {asked[:63]!r}")
        return asked

    def _note_use(self, key: ApiKey) -> None:
        now_ns = self._clock.now_ns()
        if now_ns - self._used_at_ns.get(key.id, 0) >= LAST_USED_EVERY_NS:
            self._used_at_ns[key.id] = self._unwritten[key.id] = now_ns


def sent_token(headers: Mapping[str, str]) -> str:
    """Return the API key that was sent, empty when none was.

    Raises:
        Unauthorized: `Authorization` is of another kind than Bearer, or two different keys were sent.
    """
    authorization = headers.get("authorization", "").strip()
    kind, _, bearer = authorization.partition(" ")
    if authorization and kind.lower() != "bearer":
        raise Unauthorized("Authorization must be of the form `Bearer KEY`")
    tokens = {token for token in (bearer.strip(), headers.get("x-api-key", "").strip()) if token}
    if len(tokens) > 1:
        raise Unauthorized("Authorization and x-api-key hold different keys: send one")
    return tokens.pop() if tokens else ""
