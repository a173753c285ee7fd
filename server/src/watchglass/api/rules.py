"""/api/v1/rules: alert rules, those of files, which are read only, and those that users made."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from watchglass.alerts.checking import check_rule
from watchglass.alerts.rule import Rule
from watchglass.alerts.rule_list import KnownRule, Source, known_rule
from watchglass.alerts.rule_yaml import write_rules
from watchglass.api.access import EditScope, Injected, Project, Reader, bound_project
from watchglass.api.services import Services
from watchglass.errors import Forbidden, NotFound
from watchglass.model.records import Principal
from watchglass.query.scope import format_time
from watchglass.store.control import rules as store

router = APIRouter(prefix="/api/v1", tags=["alerts"])

RuleId = Annotated[str, Path(pattern="^(rule|file|delivered)_[0-9a-f]{16}$", description="The rule's id")]


class RuleEntry(BaseModel):
    """A rule, and where it comes from."""

    id: str = Field(description="Names the rule")
    rule: Rule = Field(description="The rule")
    source: Source = Field(description="api: made by users; file: of a file of the server, to be changed there; delivered: comes with Watchglass, and gives way to a rule of its name for all projects")
    file: str = Field(description="Name of the file; empty for others")
    version: int = Field(description="Grows with each change; what a change must name")
    updated_at: str | None = Field(description="Last change, RFC 3339; null for one that is delivered")


class RuleEntries(BaseModel):
    """Rules that watch a project."""

    rules: list[RuleEntry] = Field(description="Those that are delivered first, then those of files, then by name")
    file_error: str = Field(description="Why the newest content of a file is not used, with line and field; empty when it is")


class ChangedRule(BaseModel):
    """What a rule is to be."""

    model_config = ConfigDict(extra="forbid")

    rule: Rule = Field(description="The rule; the project that it watches stays")
    version: int = Field(ge=1, description="Its version when it was read; 409 when it was changed since")


@router.get("/rules")
def list_rules(services: Injected, project: Project) -> RuleEntries:
    """List the rules that watch the project."""
    found = [rule_entry(it) for it in services.rules.seen_by(project)]
    return RuleEntries(rules=found, file_error=services.rules.file_error)


@router.get("/rules/export", responses={200: {"content": {"application/yaml": {}}}}, response_class=Response)
def export_rules(
    services: Injected,
    project: Project,
    rule: Annotated[list[str] | None, Query(description="Ids of the rules; all that watch the project when not given", max_length=1000)] = None,
) -> Response:
    """Give rules as a YAML file, as the server's own files of rules are written."""
    found = [it.rule for it in services.rules.seen_by(project) if rule is None or it.id in rule]
    headers = {"content-disposition": 'attachment; filename="rules.yml"'}
    return Response(write_rules(found), media_type="application/yaml", headers=headers)


@router.post("/rules", status_code=201)
def create_rule(services: Injected, editor: EditScope, rule: Rule) -> RuleEntry:
    """Make a rule; it is evaluated from now on, if it is enabled."""
    owned = owned_rule(services, editor, rule)
    [made] = store.create_rules(services.control, [owned.model_dump(mode="json")], services.clock.now_ns())
    return stored_entry(made)


@router.get("/rules/{rule_id}")
def read_rule(services: Injected, reader: Reader, rule_id: RuleId) -> RuleEntry:
    """Read a rule."""
    found = services.rules.find(rule_id, reader.project_id)
    if found is None:
        raise NotFound(f"there is no rule {rule_id}")
    return rule_entry(found)


@router.put("/rules/{rule_id}")
def update_rule(services: Injected, editor: EditScope, rule_id: RuleId, changed: ChangedRule) -> RuleEntry:
    """Change a rule, unless somebody else did since it was read."""
    _refuse_file(rule_id)
    check_rule(changed.rule, services.engine)
    document, now_ns = changed.rule.model_dump(mode="json"), services.clock.now_ns()
    return stored_entry(store.update_rule(services.control, rule_id, editor.project_id, changed.version, document, now_ns))


@router.delete("/rules/{rule_id}", status_code=204)
def delete_rule(services: Injected, editor: EditScope, rule_id: RuleId) -> None:
    """Delete a rule for good; what fires of it ends."""
    _refuse_file(rule_id)
    store.delete_rule(services.control, rule_id, editor.project_id)


def owned_rule(services: Services, editor: Principal, rule: Rule) -> Rule:
    """Return the rule for the project that it may be made for, once it is found to be right.

    Raises:
        Forbidden: The editor is bound to another project.
        InvalidInput: It could never be evaluated; the field is named.
    """
    check_rule(rule, services.engine)
    return rule.model_copy(update={"project": bound_project(editor, rule.project)})


def rule_entry(known: KnownRule) -> RuleEntry:
    """Write a rule as the API gives it."""
    updated_at = format_time(known.updated_at_ns) if known.updated_at_ns else None
    return RuleEntry(id=known.id, rule=known.rule, source=known.source, file=known.file, version=known.version, updated_at=updated_at)


def stored_entry(made: store.StoredRule) -> RuleEntry:
    """Write a rule that was just kept."""
    known = known_rule(made)
    assert known is not None
    return rule_entry(known)


def _refuse_file(rule_id: str) -> None:
    if rule_id.startswith("file_"):
        raise Forbidden(f"{rule_id} is of a file of the server: change it there")
    if rule_id.startswith("delivered_"):
        raise Forbidden(f"{rule_id} comes with Watchglass and stays as it is: make a rule of its name, which takes its place")
