"""The tables of the control database, as SQLAlchemy sees them; migrations/ is what creates them."""

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

metadata = MetaData()

projects = Table(
    "projects",
    metadata,
    Column("id", String(63), primary_key=True),
    Column("name", String(200), nullable=False),
    Column("created_at_ns", BigInteger, nullable=False),
)

keys = Table(
    "keys",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("project_id", String(63), ForeignKey("projects.id"), nullable=True),
    Column("name", String(200), nullable=False),
    Column("prefix", String(16), nullable=False),
    Column("token_sha256", String(64), nullable=False, unique=True),
    Column("scopes", String(64), nullable=False),
    Column("created_at_ns", BigInteger, nullable=False),
    Column("revoked_at_ns", BigInteger, nullable=True),
    Column("last_used_at_ns", BigInteger, nullable=True),
    Index("keys_by_project", "project_id"),
)

prices = Table(
    "prices",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("project_id", String(63), ForeignKey("projects.id"), nullable=True),
    Column("provider_name", String(200), nullable=False),
    Column("model", String(200), nullable=False),
    Column("input_usd_per_mtok", Float(53), nullable=False),
    Column("output_usd_per_mtok", Float(53), nullable=False),
    Column("cache_read_usd_per_mtok", Float(53), nullable=True),
    Column("cache_creation_usd_per_mtok", Float(53), nullable=True),
    Column("valid_from_ns", BigInteger, nullable=False),
    Column("created_at_ns", BigInteger, nullable=False),
    Index("prices_by_project", "project_id"),
)

views = Table(
    "views",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("project_id", String(63), ForeignKey("projects.id"), nullable=False),
    Column("page", String(40), nullable=False),
    Column("name", String(200), nullable=False),
    Column("search", Text, nullable=False),
    Column("created_at_ns", BigInteger, nullable=False),
    Column("created_by", String(200), nullable=True),
    UniqueConstraint("project_id", "page", "name", name="views_by_name"),
)

dashboards = Table(
    "dashboards",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("project_id", String(63), ForeignKey("projects.id"), nullable=True),
    Column("name", String(200), nullable=False),
    Column("description", Text, nullable=False),
    Column("document", JSON, nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("created_at_ns", BigInteger, nullable=False),
    Column("updated_at_ns", BigInteger, nullable=False),
    Index("dashboards_by_project", "project_id"),
)

outlets = Table(
    "outlets",
    metadata,
    Column("name", String(63), primary_key=True),
)

outlet_places = Table(
    "outlet_places",
    metadata,
    Column("outlet_name", String(63), ForeignKey("outlets.name"), primary_key=True),
    Column("signal", String(20), primary_key=True),
    Column("through_ms", BigInteger, nullable=False),
    Column("waiting_since_ms", BigInteger, nullable=True),
    Column("delivered_rows", BigInteger, nullable=False),
    Column("dropped_rows", BigInteger, nullable=False),
    Column("failure_count", BigInteger, nullable=False),
    Column("last_error", String(500), nullable=False),
    Column("last_error_at_ns", BigInteger, nullable=True),
    Column("last_delivered_at_ns", BigInteger, nullable=True),
)

leases = Table(
    "leases",
    metadata,
    Column("name", String(100), primary_key=True),
    Column("holder", String(64), nullable=False),
    Column("held_until_ns", BigInteger, nullable=False),
)

notifications = Table(
    "notifications",
    metadata,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    Column("target_name", String(63), nullable=False),
    Column("project_id", String(63), nullable=True),
    Column("incident_id", String(64), nullable=False),
    Column("kind", String(20), nullable=False),
    Column("title", String(300), nullable=False),
    Column("document", JSON, nullable=False),
    Column("dedup_key", String(200), nullable=False),
    Column("state", String(20), nullable=False),
    Column("created_at_ns", BigInteger, nullable=False),
    Column("next_attempt_at_ns", BigInteger, nullable=False),
    Column("attempt_count", BigInteger, nullable=False),
    Column("last_error", String(500), nullable=False),
    Column("done_at_ns", BigInteger, nullable=True),
    Column("is_standing", Boolean, nullable=False),
    UniqueConstraint("target_name", "dedup_key", name="notifications_once"),
    Index("notifications_waiting", "target_name", "state", "next_attempt_at_ns"),
    Index("notifications_by_incident", "incident_id", "target_name"),
)
"""What is to be told and what was: outbox and log in one."""

rule_runs = Table(
    "rule_runs",
    metadata,
    Column("project_id", String(63), primary_key=True),
    Column("rule_id", String(64), primary_key=True),
    Column("evaluated_at_ns", BigInteger, nullable=False),
    Column("ran_at_ns", BigInteger, nullable=False),
    Column("duration_ns", BigInteger, nullable=False),
    Column("series_count", BigInteger, nullable=False),
    Column("skipped_count", BigInteger, nullable=False),
    Column("failing_since_ns", BigInteger, nullable=True),
    Column("error", String(500), nullable=False),
)
"""The last evaluation of each rule in each project that it watches."""

alerts = Table(
    "alerts",
    metadata,
    Column("project_id", String(63), primary_key=True),
    Column("fingerprint", String(32), primary_key=True),
    Column("rule_id", String(64), nullable=False),
    Column("labels", JSON, nullable=False),
    Column("state", String(20), nullable=False),
    Column("since_ns", BigInteger, nullable=False),
    Column("counted_from_ns", BigInteger, nullable=True),
    Column("started_at_ns", BigInteger, nullable=False),
    Column("fired_at_ns", BigInteger, nullable=True),
    Column("resolved_at_ns", BigInteger, nullable=True),
    Column("seen_at_ns", BigInteger, nullable=False),
    Column("known_at_ns", BigInteger, nullable=False),
    Column("last_reading", JSON, nullable=False),
    Column("firings_ns", JSON, nullable=False),
    Column("is_corrected", Boolean, nullable=False),
    Index("alerts_by_rule", "project_id", "rule_id"),
)

incidents = Table(
    "incidents",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("project_id", String(63), nullable=False),
    Column("kind", String(20), nullable=False),
    Column("rule_id", String(64), nullable=False),
    Column("rule_name", String(63), nullable=False),
    Column("rule", JSON, nullable=False),
    Column("group_key", String(32), nullable=False),
    Column("group_labels", JSON, nullable=False),
    Column("title", String(300), nullable=False),
    Column("severity", String(20), nullable=False),
    Column("owner", String(200), nullable=False),
    Column("started_at_ns", BigInteger, nullable=False),
    Column("opened_at_ns", BigInteger, nullable=False),
    Column("resolved_at_ns", BigInteger, nullable=True),
    Column("resolved_by", String(200), nullable=True),
    Column("acknowledged_at_ns", BigInteger, nullable=True),
    Column("acknowledged_by", String(200), nullable=True),
    Column("muted_by", String(200), nullable=False),
    Column("told", JSON, nullable=False),
    Column("told_at_ns", BigInteger, nullable=True),
    Column("told_count", BigInteger, nullable=False),
    Column("told_targets", JSON, nullable=False),
    Column("is_end_told", Boolean, nullable=False),
    Column("is_settled", Boolean, nullable=False),
    Column("is_explained", Boolean, nullable=False),
    Column("explanation", JSON, nullable=True),
    Column("post_mortem", Text, nullable=False),
    Column("updated_at_ns", BigInteger, nullable=False),
    Index("incidents_by_project", "project_id", "opened_at_ns"),
    Index("incidents_settled", "is_settled"),
    Index(
        "incidents_open", "project_id", "rule_id", "group_key", unique=True,
        sqlite_where=text("resolved_at_ns IS NULL"), postgresql_where=text("resolved_at_ns IS NULL"),
    ),
)  # fmt: skip

incident_alerts = Table(
    "incident_alerts",
    metadata,
    Column("incident_id", String(32), ForeignKey("incidents.id"), primary_key=True),
    Column("fingerprint", String(32), primary_key=True),
    Column("labels", JSON, nullable=False),
    Column("started_at_ns", BigInteger, nullable=False),
    Column("fired_at_ns", BigInteger, nullable=False),
    Column("resolved_at_ns", BigInteger, nullable=True),
    Column("reading", JSON, nullable=False),
    Column("is_corrected", Boolean, nullable=False),
)
"""The alerts of each incident, kept as long as it is."""

incident_events = Table(
    "incident_events",
    metadata,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    Column("incident_id", String(32), ForeignKey("incidents.id"), nullable=False),
    Column("at_ns", BigInteger, nullable=False),
    Column("kind", String(20), nullable=False),
    Column("author", String(200), nullable=False),
    Column("text", Text, nullable=False),
    Column("document", JSON, nullable=False),
    Index("incident_events_by_incident", "incident_id", "id"),
)

silences = Table(
    "silences",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("project_id", String(63), ForeignKey("projects.id"), nullable=True),
    Column("matchers", JSON, nullable=False),
    Column("starts_at_ns", BigInteger, nullable=False),
    Column("ends_at_ns", BigInteger, nullable=True),
    Column("schedule", JSON, nullable=True),
    Column("reason", Text, nullable=False),
    Column("created_at_ns", BigInteger, nullable=False),
    Column("created_by", String(200), nullable=False),
    Column("ended_at_ns", BigInteger, nullable=True),
    Column("ended_by", String(200), nullable=True),
    Index("silences_by_project", "project_id"),
)

inhibitions = Table(
    "inhibitions",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("project_id", String(63), ForeignKey("projects.id"), nullable=True),
    Column("source", JSON, nullable=False),
    Column("target", JSON, nullable=False),
    Column("equal", JSON, nullable=False),
    Column("reason", Text, nullable=False),
    Column("created_at_ns", BigInteger, nullable=False),
    Column("created_by", String(200), nullable=False),
    Index("inhibitions_by_project", "project_id"),
)

rules = Table(
    "rules",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("project_id", String(63), ForeignKey("projects.id"), nullable=True),
    Column("name", String(63), nullable=False),
    Column("document", JSON, nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("created_at_ns", BigInteger, nullable=False),
    Column("updated_at_ns", BigInteger, nullable=False),
    Index("rules_by_name", "project_id", "name", unique=True),
    # a rule for all projects has none, and what is null is never the same
    Index(
        "rules_for_all_by_name", "name", unique=True,
        sqlite_where=text("project_id IS NULL"), postgresql_where=text("project_id IS NULL"),
    ),
)  # fmt: skip

detector_states = Table(
    "detector_states",
    metadata,
    Column("key", String(32), primary_key=True),
    Column("state", LargeBinary, nullable=False),
    Column("updated_at_ns", BigInteger, nullable=False),
)

markers = Table(
    "markers",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("project_id", String(63), ForeignKey("projects.id"), nullable=False),
    Column("time_ns", BigInteger, nullable=False),
    Column("title", String(200), nullable=False),
    Column("service_name", String(200), nullable=False),
    Column("release", String(200), nullable=False),
    Column("environment", String(200), nullable=False),
    Column("url", Text, nullable=False),
    Column("source", String(200), nullable=False),
    Column("created_at_ns", BigInteger, nullable=False),
    Column("created_by", String(200), nullable=True),
    Index("markers_by_time", "project_id", "time_ns"),
)

changes = Table(
    "changes",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("change_count", BigInteger, nullable=False),
)
"""One row, whose count grows with each change of projects, keys and prices, so that every server sees that it must reread."""
