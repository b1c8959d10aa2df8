"""Deliveries, derivations, states, snapshots, runs.

Belongs here: the ledger's first shape, as it stood then; a change of models.py is a new file beside this one.
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    site = lambda: sa.Column("site_id", sa.String(16), primary_key=True)  # noqa: E731
    delivery = lambda: sa.Column("delivery_id", sa.String(16), primary_key=True)  # noqa: E731
    mapping = lambda: sa.Column("mapping", sa.String(16), primary_key=True)  # noqa: E731
    op.create_table(
        "delivery",
        site(),
        delivery(),
        sa.Column("extracted_at", sa.DateTime, nullable=False, index=True),
        sa.Column("landed_at", sa.DateTime, nullable=False),
        sa.Column("files", sa.JSON, nullable=False),
    )
    op.create_table(
        "derivation",
        site(),
        delivery(),
        mapping(),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("reasons", sa.JSON, nullable=False),
        sa.Column("counts", sa.JSON, nullable=False),
        sa.Column("decided_at", sa.DateTime, nullable=False),
        sa.ForeignKeyConstraint(["site_id", "delivery_id"], ["delivery.site_id", "delivery.delivery_id"]),
    )
    op.create_table(
        "site_state",
        site(),
        sa.Column("state_hash", sa.String(16), primary_key=True),
        sa.Column("is_current", sa.Boolean, nullable=False),
        sa.Column("members", sa.JSON, nullable=False),
        sa.Column("decided_at", sa.DateTime, nullable=False),
    )
    op.create_index(
        "one_current_state",
        "site_state",
        ["site_id"],
        unique=True,
        sqlite_where=sa.text("is_current"),
        postgresql_where=sa.text("is_current"),
    )
    op.create_table(
        "snapshot",
        sa.Column("snapshot_id", sa.String(16), primary_key=True),
        sa.Column("created_at", sa.DateTime, nullable=False),
    )
    op.create_table(
        "snapshot_member",
        sa.Column("snapshot_id", sa.String(16), sa.ForeignKey("snapshot.snapshot_id"), primary_key=True),
        site(),
        delivery(),
        mapping(),
    )
    op.create_table(
        "run",
        sa.Column("run_id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("step", sa.String(16), nullable=False),
        sa.Column("subject", sa.String(64), nullable=False),
        sa.Column("started_at", sa.DateTime, nullable=False),
        sa.Column("ended_at", sa.DateTime),
        sa.Column("outcome", sa.String(200)),
    )
