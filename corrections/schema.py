"""The table of corrections, as the newest of `migrations/versions/` leaves it.

A change here needs a new revision there; a test compares the two.
"""

import sqlalchemy as sa

metadata = sa.MetaData()
corrections = sa.Table(
    "corrections",
    metadata,
    sa.Column("drawing", sa.String(32), primary_key=True),
    sa.Column("position", sa.SmallInteger, primary_key=True, autoincrement=False),
    sa.Column("picture", sa.LargeBinary, nullable=False),  # 28 x 28 bytes, row by row
    sa.Column("strokes", sa.Text, nullable=False),  # JSON
    sa.Column("box_left", sa.SmallInteger, nullable=False),
    sa.Column("box_top", sa.SmallInteger, nullable=False),
    sa.Column("box_right", sa.SmallInteger, nullable=False),
    sa.Column("box_bottom", sa.SmallInteger, nullable=False),
    sa.Column("answer", sa.SmallInteger, nullable=False),
    sa.Column("confidence", sa.Float(53), nullable=False),
    sa.Column("label", sa.SmallInteger, nullable=False),
    sa.Column("model", sa.String(64), nullable=False),
    sa.Column("made_at", sa.DateTime, nullable=False),  # UTC
    sa.Column("accepted", sa.Boolean, nullable=False, server_default=sa.false()),
)
