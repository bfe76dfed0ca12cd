"""Whether somebody has looked at a correction in quarantine and found it right."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.add_column("corrections", sa.Column("accepted", sa.Boolean, nullable=False, server_default=sa.false()))
