"""Queries and the audit.

Belongs here: the tables as they stood then; a change of models.py is a new file beside this one.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_KEEP = "the audit only grows"


def upgrade() -> None:
    op.create_table(
        "query",
        sa.Column("fingerprint", sa.String(64), primary_key=True),
        sa.Column("number", sa.Integer, nullable=False, unique=True),
        sa.Column("site_id", sa.String(16), nullable=False, index=True),
        sa.Column("scope", sa.String(16), nullable=False),
        sa.Column("state", sa.String(16), nullable=False, index=True),
        sa.Column("severity", sa.String(16), nullable=False),
        sa.Column("rule_id", sa.String(80), nullable=False),
        sa.Column("table_name", sa.String(40)),
        sa.Column("column_name", sa.String(40)),
        sa.Column("patient_id", sa.String(64)),
        sa.Column("delivery_id", sa.String(16)),
        sa.Column("row_id", sa.String(200)),
        *(sa.Column(name, sa.Text) for name in ("source_file", "source_sheet")),
        sa.Column("source_row", sa.Integer),
        *(sa.Column(name, sa.Text) for name in ("source_column", "value")),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("message_en", "message_ko")),
        *(sa.Column(name, sa.DateTime, nullable=False) for name in ("opened_at", "changed_at")),
        *(sa.Column(name, sa.Text) for name in ("answer", "corrected_value", "settled_value")),
        sa.Column("settled_delivery", sa.String(16)),
    )
    op.create_table(
        "audit_entry",
        sa.Column("seq", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("at", sa.String(32), nullable=False),
        sa.Column("actor", sa.String(80), nullable=False),
        sa.Column("action", sa.String(40), nullable=False),
        sa.Column("subject", sa.String(120), nullable=False, index=True),
        sa.Column("site_id", sa.String(16), index=True),
        *(sa.Column(name, sa.Text) for name in ("old", "new", "note")),
        *(sa.Column(name, sa.String(64), nullable=False) for name in ("previous", "hash")),
    )
    if op.get_bind().dialect.name == "sqlite":
        for event in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER audit_no_{event.lower()} BEFORE {event} ON audit_entry "
                f"BEGIN SELECT RAISE(ABORT, '{_KEEP}'); END"
            )
    else:
        for event in ("UPDATE", "DELETE"):
            op.execute(f"CREATE RULE audit_no_{event.lower()} AS ON {event} TO audit_entry DO INSTEAD NOTHING")
