"""Studies that are locked.

Belongs here: the table as it stood then; a change of models.py is a new file beside this one.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "study_lock",
        sa.Column("study_id", sa.String(64), primary_key=True),
        sa.Column("snapshot_id", sa.String(16), sa.ForeignKey("snapshot.snapshot_id"), nullable=False),
        sa.Column("study_hash", sa.String(64), nullable=False),
        sa.Column("locked_at", sa.DateTime, nullable=False),
    )
