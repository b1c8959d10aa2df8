"""An index for the lists of queries: what there is to choose from in their filters.

Belongs here: the index as it stood then; a change of models.py is a new file beside this one.
"""

from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.create_index("query_place", "query", ["site_id", "table_name", "rule_id"])
