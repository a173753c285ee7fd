"""Rules in YAML files, followed as these change; a file that is wrong leaves the rules that there were."""

import hashlib
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

import structlog

from watchglass.alerts.rule import Rule
from watchglass.alerts.rule_yaml import parse_rules
from watchglass.errors import InvalidInput

log = structlog.get_logger(__name__)

MAX_FILE_BYTES = 2 * 2**20
MAX_FILES = 200
SUFFIXES = (".yml", ".yaml")


@dataclass(frozen=True, slots=True)
class FileRule:
    """A rule of a file.

    Attributes:
        id: Names it, always the same for the same name and project.
        rule: The rule.
        file: Name of the file.
        changed_at_ns: When the file was changed last, nanoseconds since 1970 UTC.
    """

    id: str
    rule: Rule
    file: str
    changed_at_ns: int


class RuleFiles:
    """The rules of a file, or of all files of a folder, read again when they have changed."""

    def __init__(self, path: Path) -> None:
        """Read nothing yet."""
        self._path = path.expanduser()
        self._seen: dict[Path, tuple[int, int, int]] = {}
        self._rules: dict[Path, list[Rule]] = {}
        self._changed_at_ns: dict[Path, int] = {}
        self._errors: dict[Path, str] = {}
        self.rules: tuple[FileRule, ...] = ()

    @property
    def error(self) -> str:
        """Why the newest content of a file is not used, empty when all is."""
        return "; ".join(self._errors.values())

    def load(self) -> None:
        """Read all files.

        Raises:
            InvalidInput: One cannot be read or is wrong; the field is the setting's name.
        """
        self.refresh()
        if self._errors:
            raise InvalidInput("rules_file", self.error)

    def refresh(self) -> bool:
        """Read what has changed and say whether anything had; what is wrong now stays as it was, and `error` tells."""
        paths = self._paths()
        is_changed = False
        for path in self._rules.keys() - set(paths):
            # what went from a folder is meant to be gone; a file that is named must be there
            del self._rules[path]
            self._seen.pop(path, None)
            self._errors.pop(path, None)
            is_changed = True
        for path in paths:
            stamp = _stamp(path)
            if stamp != self._seen.get(path):
                self._seen[path] = stamp
                self._read(path)
                is_changed = True
        if is_changed:
            self.rules = self._joined()
        return is_changed

    def _paths(self) -> list[Path]:
        if not self._path.is_dir():
            return [self._path]
        found = sorted(path for path in self._path.iterdir() if path.suffix in SUFFIXES and not path.name.startswith(".") and path.is_file())
        if len(found) > MAX_FILES:
            self._errors[self._path] = f"{self._path} holds {len(found)} files of rules; the limit is {MAX_FILES}"
            return found[:MAX_FILES]
        self._errors.pop(self._path, None)
        return found

    def _read(self, path: Path) -> None:
        try:
            if path.stat().st_size > MAX_FILE_BYTES:
                raise InvalidInput(path.name, f"larger than {MAX_FILE_BYTES} bytes")
            before = {(it.project, it.name): it for it in self._rules.get(path, [])}
            read = parse_rules(path.read_text("utf-8"), path.name)
            # what did not change stays the same object
            self._rules[path] = [old if (old := before.get((it.project, it.name))) == it and old is not None else it for it in read]
        except (OSError, UnicodeDecodeError, InvalidInput) as error:
            said = f"{path.name}: cannot be read: {error}" if not isinstance(error, InvalidInput) else str(error)
            log.warning("rules are not read; those that there were stay", file=str(path), error=said)
            self._errors[path] = said
        else:
            self._errors.pop(path, None)
            self._changed_at_ns[path] = self._seen[path][0]

    def _joined(self) -> tuple[FileRule, ...]:
        """The rules of all files; of two with one name the first stays."""
        found: dict[str, FileRule] = {}
        for path in sorted(self._rules):
            for rule in self._rules[path]:
                rule_id = file_rule_id(rule)
                if rule_id in found:
                    self._errors[path] = f"{path.name}: {rule.name} is the name of a rule in {found[rule_id].file} too"
                else:
                    found[rule_id] = FileRule(rule_id, rule, path.name, self._changed_at_ns[path])
        return tuple(found.values())


def file_rule_id(rule: Rule, source: str = "file") -> str:
    """The id of a rule of a file: always the same for the same name and project."""
    said = f"{rule.project or ''}/{rule.name}".encode()
    return f"{source}_{hashlib.sha256(said).hexdigest()[:16]}"


def _stamp(path: Path) -> tuple[int, int, int]:
    """What changes when a file does: also when another one takes its place, as editors and Kubernetes do."""
    try:
        status = path.stat()
    except OSError:
        return (0, -1, -1)
    return status.st_mtime_ns, status.st_size, status.st_ino


def delivered_rules() -> list[Rule]:
    """The rules that come with Watchglass."""
    name = "default_rules.yml"
    return parse_rules(files(__package__).joinpath(name).read_text("utf-8"), name)
