"""POST /api/v1/rules/import: rules of a file, ours or Prometheus's; what has no counterpart is named."""

from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from watchglass.alerts.promql.rule_file import Imported, read_prometheus_rules
from watchglass.alerts.rule import Rule
from watchglass.alerts.rule_yaml import parse_rules
from watchglass.api.access import EditScope, Injected, bound_project
from watchglass.api.rules import RuleEntry, owned_rule, stored_entry
from watchglass.query.asked import Text
from watchglass.store.control import rules as store

router = APIRouter(prefix="/api/v1", tags=["alerts"])

MAX_TEXT = 1_000_000


class RuleFile(BaseModel):
    """A file of rules."""

    model_config = ConfigDict(extra="forbid")

    text: Annotated[Text, Field(min_length=1, max_length=MAX_TEXT)] = Field(description="YAML: a rule file of Prometheus (`groups:`), or of Watchglass (`rules:`)")
    project_id: str | None = Field(None, description="The one project that Prometheus's rules watch; null for each of all, or for the one that the asker is bound to")
    is_trial: bool = Field(False, description="Only say what would be made")


class ImportedRule(BaseModel):
    """A rule that has a counterpart."""

    alert: str = Field(description="Its name in the file")
    rule: Rule = Field(description="The rule here")
    remarks: list[str] = Field(description="What is not exactly the same")


class RefusedRule(BaseModel):
    """A rule that has none."""

    alert: str = Field(description="Its name in the file; of a recording rule, what it records")
    reason: str = Field(description="Why")


class ImportOut(BaseModel):
    """What a file became."""

    imported: list[ImportedRule] = Field(description="Rules that have a counterpart")
    refused: list[RefusedRule] = Field(description="Rules that have none")
    made: list[RuleEntry] = Field(description="The rules that were made; none where it was a trial")


@router.post("/rules/import")
def import_rules(services: Injected, editor: EditScope, file: RuleFile) -> ImportOut:
    """Make rules of a file: all that have a counterpart, or, when one of them cannot be kept, none."""
    imported, refused = read_any(file.text, bound_project(editor, file.project_id))
    owned = [owned_rule(services, editor, it.rule) for it in imported]
    documents = [rule.model_dump(mode="json") for rule in owned]
    made = [] if file.is_trial else store.create_rules(services.control, documents, services.clock.now_ns())
    return ImportOut(
        imported=[ImportedRule(alert=it.alert, rule=rule, remarks=list(it.remarks)) for it, rule in zip(imported, owned, strict=True)],
        refused=refused,
        made=[stored_entry(it) for it in made],
    )


def read_any(text: str, project: str | None) -> tuple[list[Imported], list[RefusedRule]]:
    """Read a file of either kind.

    Raises:
        InvalidInput: It is neither, or ours and wrong; the field is `text`.
    """
    if text.lstrip().startswith("rules:") or "\nrules:" in text:
        return [Imported(rule.name, rule, ()) for rule in parse_rules(text, "text")], []
    imported, refused = read_prometheus_rules(text, project)
    return imported, [RefusedRule(alert=it.alert, reason=it.reason) for it in refused]
