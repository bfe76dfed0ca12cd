"""The table of corrections."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "corrections",
        sa.Column("drawing", sa.String(32), primary_key=True),
        sa.Column("position", sa.SmallInteger, primary_key=True, autoincrement=False),
        sa.Column("picture", sa.LargeBinary, nullable=False),
        sa.Column("strokes", sa.Text, nullable=False),
        sa.Column("box_left", sa.SmallInteger, nullable=False),
        sa.Column("box_top", sa.SmallInteger, nullable=False),
        sa.Column("box_right", sa.SmallInteger, nullable=False),
        sa.Column("box_bottom", sa.SmallInteger, nullable=False),
        sa.Column("answer", sa.SmallInteger, nullable=False),
        sa.Column("confidence", sa.Float(53), nullable=False),
        sa.Column("label", sa.SmallInteger, nullable=False),
        sa.Column("model", sa.String(64), nullable=False),
        sa.Column("made_at", sa.DateTime, nullable=False),
        sa.CheckConstraint("length(picture) = 784", "picture_is_28x28"),
        sa.CheckConstraint("answer BETWEEN 0 AND 10", "answer_is_known"),
        sa.CheckConstraint("label BETWEEN 0 AND 10", "label_is_known"),
        sa.CheckConstraint("confidence BETWEEN 0 AND 1", "confidence_is_a_share"),
    )
