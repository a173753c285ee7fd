"""Create rules, and what their detectors remember."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "rules",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("project_id", sa.String(63), sa.ForeignKey("projects.id"), nullable=True),
        sa.Column("name", sa.String(63), nullable=False),
        sa.Column("document", sa.JSON, nullable=False),
        sa.Column("version", sa.BigInteger, nullable=False),
        sa.Column("created_at_ns", sa.BigInteger, nullable=False),
        sa.Column("updated_at_ns", sa.BigInteger, nullable=False),
    )
    op.create_index("rules_by_name", "rules", ["project_id", "name"], unique=True)
    is_for_all = sa.text("project_id IS NULL")
    op.create_index("rules_for_all_by_name", "rules", ["name"], unique=True, sqlite_where=is_for_all, postgresql_where=is_for_all)
    op.create_table(
        "detector_states",
        sa.Column("key", sa.String(32), primary_key=True),
        sa.Column("state", sa.LargeBinary, nullable=False),
        sa.Column("updated_at_ns", sa.BigInteger, nullable=False),
    )
