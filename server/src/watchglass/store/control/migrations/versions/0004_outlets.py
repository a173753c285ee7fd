"""Create the outlets' leases and the place that each has reached."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Create both tables."""
    op.create_table(
        "outlets",
        sa.Column("name", sa.String(63), primary_key=True),
        sa.Column("holder", sa.String(64), nullable=False),
        sa.Column("held_until_ns", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "outlet_places",
        sa.Column("outlet_name", sa.String(63), sa.ForeignKey("outlets.name"), primary_key=True),
        sa.Column("signal", sa.String(20), primary_key=True),
        sa.Column("through_ms", sa.BigInteger, nullable=False),
        sa.Column("waiting_since_ms", sa.BigInteger, nullable=True),
        sa.Column("delivered_rows", sa.BigInteger, nullable=False),
        sa.Column("dropped_rows", sa.BigInteger, nullable=False),
        sa.Column("failure_count", sa.BigInteger, nullable=False),
        sa.Column("last_error", sa.String(500), nullable=False),
        sa.Column("last_error_at_ns", sa.BigInteger, nullable=True),
        sa.Column("last_delivered_at_ns", sa.BigInteger, nullable=True),
    )
