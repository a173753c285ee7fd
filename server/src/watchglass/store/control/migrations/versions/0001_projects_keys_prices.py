"""Create projects (with the one that always exists), keys, prices and the count of changes."""

import sqlalchemy as sa
from alembic import op

from watchglass.clock import SystemClock

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Create the tables and their first rows."""
    projects = op.create_table(
        "projects",
        sa.Column("id", sa.String(63), primary_key=True),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("created_at_ns", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "keys",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("project_id", sa.String(63), sa.ForeignKey("projects.id"), nullable=True),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("prefix", sa.String(16), nullable=False),
        sa.Column("token_sha256", sa.String(64), nullable=False, unique=True),
        sa.Column("scopes", sa.String(64), nullable=False),
        sa.Column("created_at_ns", sa.BigInteger, nullable=False),
        sa.Column("revoked_at_ns", sa.BigInteger, nullable=True),
        sa.Column("last_used_at_ns", sa.BigInteger, nullable=True),
    )
    op.create_index("keys_by_project", "keys", ["project_id"])
    op.create_table(
        "prices",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("project_id", sa.String(63), sa.ForeignKey("projects.id"), nullable=True),
        sa.Column("provider_name", sa.String(200), nullable=False),
        sa.Column("model", sa.String(200), nullable=False),
        sa.Column("input_usd_per_mtok", sa.Float(53), nullable=False),
        sa.Column("output_usd_per_mtok", sa.Float(53), nullable=False),
        sa.Column("cache_read_usd_per_mtok", sa.Float(53), nullable=True),
        sa.Column("cache_creation_usd_per_mtok", sa.Float(53), nullable=True),
        sa.Column("valid_from_ns", sa.BigInteger, nullable=False),
        sa.Column("created_at_ns", sa.BigInteger, nullable=False),
    )
    op.create_index("prices_by_project", "prices", ["project_id"])
    changes = op.create_table(
        "changes",
        sa.Column("id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("change_count", sa.BigInteger, nullable=False),
    )
    now_ns = SystemClock().now_ns()
    op.bulk_insert(projects, [{"id": "default", "name": "Default", "created_at_ns": now_ns}])
    op.bulk_insert(changes, [{"id": 1, "change_count": 1}])
