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
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
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
    Column("holder", String(64), nullable=False),
    Column("held_until_ns", BigInteger, nullable=False),
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

changes = Table(
    "changes",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("change_count", BigInteger, nullable=False),
)
"""One row, whose count grows with each change of projects, keys and prices, so that every server sees that it must reread."""
