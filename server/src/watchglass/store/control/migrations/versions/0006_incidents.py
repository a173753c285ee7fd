"""Create alerts, incidents with what happened to them, silences, inhibitions, and the evaluations of rules."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Create the tables."""
    _create_evaluations()
    _create_incidents()
    _create_silences()


def _create_evaluations() -> None:
    op.create_table(
        "rule_runs",
        sa.Column("project_id", sa.String(63), primary_key=True),
        sa.Column("rule_id", sa.String(64), primary_key=True),
        sa.Column("evaluated_at_ns", sa.BigInteger, nullable=False),
        sa.Column("ran_at_ns", sa.BigInteger, nullable=False),
        sa.Column("duration_ns", sa.BigInteger, nullable=False),
        sa.Column("series_count", sa.BigInteger, nullable=False),
        sa.Column("skipped_count", sa.BigInteger, nullable=False),
        sa.Column("failing_since_ns", sa.BigInteger, nullable=True),
        sa.Column("error", sa.String(500), nullable=False),
    )
    op.create_table(
        "alerts",
        sa.Column("project_id", sa.String(63), primary_key=True),
        sa.Column("fingerprint", sa.String(32), primary_key=True),
        sa.Column("rule_id", sa.String(64), nullable=False),
        sa.Column("labels", sa.JSON, nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("since_ns", sa.BigInteger, nullable=False),
        sa.Column("counted_from_ns", sa.BigInteger, nullable=True),
        sa.Column("started_at_ns", sa.BigInteger, nullable=False),
        sa.Column("fired_at_ns", sa.BigInteger, nullable=True),
        sa.Column("resolved_at_ns", sa.BigInteger, nullable=True),
        sa.Column("seen_at_ns", sa.BigInteger, nullable=False),
        sa.Column("known_at_ns", sa.BigInteger, nullable=False),
        sa.Column("last_reading", sa.JSON, nullable=False),
        sa.Column("firings_ns", sa.JSON, nullable=False),
        sa.Column("is_corrected", sa.Boolean, nullable=False),
    )
    op.create_index("alerts_by_rule", "alerts", ["project_id", "rule_id"])


def _create_incidents() -> None:
    op.create_table(
        "incidents",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("project_id", sa.String(63), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("rule_id", sa.String(64), nullable=False),
        sa.Column("rule_name", sa.String(63), nullable=False),
        sa.Column("rule", sa.JSON, nullable=False),
        sa.Column("group_key", sa.String(32), nullable=False),
        sa.Column("group_labels", sa.JSON, nullable=False),
        sa.Column("title", sa.String(300), nullable=False),
        sa.Column("severity", sa.String(20), nullable=False),
        sa.Column("owner", sa.String(200), nullable=False),
        sa.Column("started_at_ns", sa.BigInteger, nullable=False),
        sa.Column("opened_at_ns", sa.BigInteger, nullable=False),
        sa.Column("resolved_at_ns", sa.BigInteger, nullable=True),
        sa.Column("resolved_by", sa.String(200), nullable=True),
        sa.Column("acknowledged_at_ns", sa.BigInteger, nullable=True),
        sa.Column("acknowledged_by", sa.String(200), nullable=True),
        sa.Column("muted_by", sa.String(200), nullable=False),
        sa.Column("told", sa.JSON, nullable=False),
        sa.Column("told_at_ns", sa.BigInteger, nullable=True),
        sa.Column("told_count", sa.BigInteger, nullable=False),
        sa.Column("told_targets", sa.JSON, nullable=False),
        sa.Column("is_end_told", sa.Boolean, nullable=False),
        sa.Column("is_settled", sa.Boolean, nullable=False),
        sa.Column("is_explained", sa.Boolean, nullable=False),
        sa.Column("explanation", sa.JSON, nullable=True),
        sa.Column("post_mortem", sa.Text, nullable=False),
        sa.Column("updated_at_ns", sa.BigInteger, nullable=False),
    )
    op.create_index("incidents_by_project", "incidents", ["project_id", "opened_at_ns"])
    op.create_index("incidents_settled", "incidents", ["is_settled"])
    is_open = sa.text("resolved_at_ns IS NULL")
    op.create_index(
        "incidents_open", "incidents", ["project_id", "rule_id", "group_key"], unique=True,
        sqlite_where=is_open, postgresql_where=is_open,
    )  # fmt: skip
    op.create_table(
        "incident_alerts",
        sa.Column("incident_id", sa.String(32), sa.ForeignKey("incidents.id"), primary_key=True),
        sa.Column("fingerprint", sa.String(32), primary_key=True),
        sa.Column("labels", sa.JSON, nullable=False),
        sa.Column("started_at_ns", sa.BigInteger, nullable=False),
        sa.Column("fired_at_ns", sa.BigInteger, nullable=False),
        sa.Column("resolved_at_ns", sa.BigInteger, nullable=True),
        sa.Column("reading", sa.JSON, nullable=False),
        sa.Column("is_corrected", sa.Boolean, nullable=False),
    )
    op.create_table(
        "incident_events",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True, autoincrement=True),
        sa.Column("incident_id", sa.String(32), sa.ForeignKey("incidents.id"), nullable=False),
        sa.Column("at_ns", sa.BigInteger, nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("author", sa.String(200), nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("document", sa.JSON, nullable=False),
    )
    op.create_index("incident_events_by_incident", "incident_events", ["incident_id", "id"])


def _create_silences() -> None:
    op.create_table(
        "silences",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("project_id", sa.String(63), sa.ForeignKey("projects.id"), nullable=True),
        sa.Column("matchers", sa.JSON, nullable=False),
        sa.Column("starts_at_ns", sa.BigInteger, nullable=False),
        sa.Column("ends_at_ns", sa.BigInteger, nullable=True),
        sa.Column("schedule", sa.JSON, nullable=True),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("created_at_ns", sa.BigInteger, nullable=False),
        sa.Column("created_by", sa.String(200), nullable=False),
        sa.Column("ended_at_ns", sa.BigInteger, nullable=True),
        sa.Column("ended_by", sa.String(200), nullable=True),
    )
    op.create_index("silences_by_project", "silences", ["project_id"])
    op.create_table(
        "inhibitions",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("project_id", sa.String(63), sa.ForeignKey("projects.id"), nullable=True),
        sa.Column("source", sa.JSON, nullable=False),
        sa.Column("target", sa.JSON, nullable=False),
        sa.Column("equal", sa.JSON, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("created_at_ns", sa.BigInteger, nullable=False),
        sa.Column("created_by", sa.String(200), nullable=False),
    )
    op.create_index("inhibitions_by_project", "inhibitions", ["project_id"])
