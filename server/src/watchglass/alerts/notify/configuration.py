"""The file of targets read: whom there is to tell, and every mistake named by its field."""

from collections.abc import Callable, Sequence
from pathlib import Path

from watchglass.alerts.notify.kinds import KINDS
from watchglass.alerts.notify.links import Links
from watchglass.alerts.notify.target import ConfiguredTarget
from watchglass.outgoing.named_targets import read_named_targets, refuse_twins
from watchglass.outgoing.options import Options

MAX_TARGETS = 50
DEFAULT_GIVE_UP_AFTER_HOURS = 24


def read_targets(path: Path, links: Links, variable: Callable[[str], str | None]) -> list[ConfiguredTarget]:
    """Read the file of targets; `variable` reads the environment.

    Raises:
        InvalidInput: Something in it is wrong; the field says what, such as `targets[0].url`.
    """
    listed = read_named_targets(path, "notify_file", "targets", MAX_TARGETS, variable)
    targets = [_target(options, links) for options in listed]
    refuse_twins("targets", [target.name for target in targets])
    return targets


def targets_for(targets: Sequence[ConfiguredTarget], named: Sequence[str], project_id: str | None) -> list[str]:
    """Return the names of the targets that a rule's message goes to: those that it names, else the default ones.

    Args:
        targets: All that there are.
        named: Those that the rule names; a name that is not there is kept, so that the log says that it is missing.
        project_id: The incident's project; default targets of other projects are left out.
    """
    if named:
        return list(dict.fromkeys(named))
    return [target.name for target in targets if target.is_default and target.serves(project_id)]


def _target(options: Options, links: Links) -> ConfiguredTarget:
    name = options.name()
    by_name = {kind.name: kind for kind in KINDS}
    kind = by_name[options.chosen("kind", list(by_name))]
    project = options.project()
    is_default = options.flag("default")
    give_up_after_s = 3600 * options.number("give_up_after_hours", DEFAULT_GIVE_UP_AFTER_HOURS, 0.01, 24 * 30)
    target = kind.build(options, links)
    options.done()
    return ConfiguredTarget(name, kind.name, project, is_default, give_up_after_s, target, tuple(options.secrets))
