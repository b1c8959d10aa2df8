"""Which home a ledger belongs to: another home that names the same database is refused.

Belongs here: the table as it stood then; a change of models.py is a new file beside this one.
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.create_table(
        "home_identity",
        sa.Column("only", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("home_id", sa.String(64), nullable=False),
        sa.Column("root", sa.Text, nullable=False),
    )
