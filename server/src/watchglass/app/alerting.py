"""What watches and tells, wired."""

from watchglass.alerts.rule_files import RuleFiles, delivered_rules
from watchglass.alerts.rule_list import RuleList
from watchglass.settings import Settings
from watchglass.store.control.database import ControlDatabase


def build_rules(settings: Settings, control: ControlDatabase) -> RuleList:
    """Join the rules of the control database, of the files that the settings name, and those that are delivered.

    Raises:
        InvalidInput: A file cannot be used; the field is `rules_file`.
    """
    delivered = delivered_rules() if settings.default_rules else []
    if settings.rules_file is None:
        return RuleList(control, None, delivered)
    files = RuleFiles(settings.rules_file)
    files.load()
    return RuleList(control, files, delivered)
