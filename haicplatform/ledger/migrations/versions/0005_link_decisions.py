"""Decisions about patients of two hospitals who may be one person, and which of them counted in a snapshot.

Belongs here: the tables as they stood then; a change of models.py is a new file beside this one.
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.create_table(
        "link_decision",
        sa.Column("pair_id", sa.String(12), primary_key=True),
        *(sa.Column(name, sa.String(16), nullable=False) for name in ("site_id", "other_site_id")),
        *(sa.Column(name, sa.String(64), nullable=False) for name in ("patient_id", "other_patient_id")),
        sa.Column("decision", sa.String(16), nullable=False),
        sa.Column("decided_by", sa.String(80), nullable=False),
        sa.Column("decided_at", sa.DateTime, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
    )
    op.add_column("snapshot", sa.Column("links", sa.JSON))
