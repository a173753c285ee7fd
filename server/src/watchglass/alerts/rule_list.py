"""All rules that there are: those that come with Watchglass, those of files and those of the control database, as one list."""

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import structlog
from pydantic import ValidationError

from watchglass.alerts.rule import Rule
from watchglass.alerts.rule_files import RuleFiles, file_rule_id
from watchglass.store.control.database import ControlDatabase
from watchglass.store.control.rules import StoredRule, all_rules, rule_versions

log = structlog.get_logger(__name__)

Source = Literal["delivered", "file", "api"]


@dataclass(frozen=True, slots=True)
class KnownRule:
    """A rule and where it comes from.

    Attributes:
        id: Names it: `rule_` or `file_`, and 16 hexadecimal digits.
        rule: The rule.
        source: `delivered` with Watchglass, or `file`, neither of which the API changes, or `api`.
        file: Name of the file; empty for others.
        version: Grows with each change; 1 for those of files.
        updated_at_ns: Last change, nanoseconds since 1970 UTC; 0 for those that are delivered.
    """

    id: str
    rule: Rule
    source: Source
    file: str
    version: int
    updated_at_ns: int


class RuleList:
    """The rules, those of files first; what changes is seen the next time that they are asked for.

    A rule that did not change is the same object, so that nothing has to be compared.
    """

    def __init__(self, control: ControlDatabase, files: RuleFiles | None, delivered: Sequence[Rule] = ()) -> None:
        """Join the rules of `control` with those of `files` and those that are delivered.

        Args:
            control: Where users' rules are kept.
            files: Files of rules, loaded already; None for none.
            delivered: Rules that are there as long as no other rule for all projects has the name.
        """
        self._control = control
        self._delivered = [KnownRule(file_rule_id(it, "delivered"), it, "delivered", "", 1, 0) for it in delivered]
        self._files = files
        self._lock = threading.Lock()
        self._versions: dict[str, int] = {}
        self._stored: list[KnownRule] = []

    @property
    def file_error(self) -> str:
        """Why the newest content of a file is not used, empty when it is."""
        return "" if self._files is None else self._files.error

    def rules(self) -> list[KnownRule]:
        """Return all rules as they are now; cheap where nothing has changed.

        Raises:
            Unavailable: The control database does not answer.
        """
        with self._lock:
            if self._files is not None:
                self._files.refresh()
            versions = rule_versions(self._control)
            if versions != self._versions:
                before = {(it.id, it.version): it for it in self._stored}
                listed = [before.get((it.id, it.version)) or known_rule(it) for it in all_rules(self._control)]
                self._stored = [it for it in listed if it is not None]
                self._versions = versions
            of_files = () if self._files is None else self._files.rules
            own = [*(KnownRule(it.id, it.rule, "file", it.file, 1, it.changed_at_ns) for it in of_files), *self._stored]
        taken = {it.rule.name for it in own if it.rule.project is None}
        return [*(it for it in self._delivered if it.rule.name not in taken), *own]

    def seen_by(self, project_id: str) -> list[KnownRule]:
        """Return the rules that watch a project.

        Raises:
            Unavailable: The control database does not answer.
        """
        return [it for it in self.rules() if it.rule.project in (None, project_id)]

    def find(self, rule_id: str, project_id: str | None) -> KnownRule | None:
        """Return a rule that a reader of the project sees (None: of any project); None when there is none.

        Raises:
            Unavailable: The control database does not answer.
        """
        seen = self.rules() if project_id is None else self.seen_by(project_id)
        return next((it for it in seen if it.id == rule_id), None)


def known_rule(stored: StoredRule) -> KnownRule | None:
    """A rule of the control database; None for one that this version cannot read, which is said in the log."""
    try:
        rule = Rule.model_validate(stored.document)
    except ValidationError as error:
        log.error("a stored rule cannot be read; it is not evaluated", rule=stored.name, id=stored.id, error=str(error.errors()[0]["msg"]))
        return None
    return KnownRule(stored.id, rule, "api", "", stored.version, stored.updated_at_ns)
