"""Create the leases of all kinds of work, and the notifications: outbox and log in one."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Create both tables."""
    op.create_table(
        "leases",
        sa.Column("name", sa.String(100), primary_key=True),
        sa.Column("holder", sa.String(64), nullable=False),
        sa.Column("held_until_ns", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "notifications",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True, autoincrement=True),
        sa.Column("target_name", sa.String(63), nullable=False),
        sa.Column("project_id", sa.String(63), nullable=True),
        sa.Column("incident_id", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("title", sa.String(300), nullable=False),
        sa.Column("document", sa.JSON, nullable=False),
        sa.Column("dedup_key", sa.String(200), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("created_at_ns", sa.BigInteger, nullable=False),
        sa.Column("next_attempt_at_ns", sa.BigInteger, nullable=False),
        sa.Column("attempt_count", sa.BigInteger, nullable=False),
        sa.Column("last_error", sa.String(500), nullable=False),
        sa.Column("done_at_ns", sa.BigInteger, nullable=True),
        sa.Column("is_standing", sa.Boolean, nullable=False),
        sa.UniqueConstraint("target_name", "dedup_key", name="notifications_once"),
    )
    op.create_index("notifications_waiting", "notifications", ["target_name", "state", "next_attempt_at_ns"])
    op.create_index("notifications_by_incident", "notifications", ["incident_id", "target_name"])
