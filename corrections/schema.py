"""The table of corrections, made where it is missing."""

import sqlalchemy as sa

from corrections.database import reading, writing
from corrections.errors import CorrectionError
from recognizer.prediction import NO_DIGIT

POSTGRES_LOCK = 0x64696769  # any number that no other program takes
OTHER_SHAPE = (
    'This database has a table "corrections" of another shape. Its rows were left as they are: rename that table, or '
    "name another database."
)

table = sa.Table(
    "corrections",
    sa.MetaData(),
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
    sa.CheckConstraint("length(picture) = 784", "picture_is_28x28"),
    sa.CheckConstraint(f"answer BETWEEN 0 AND {NO_DIGIT}", "answer_is_known"),
    sa.CheckConstraint(f"label BETWEEN 0 AND {NO_DIGIT}", "label_is_known"),
    sa.CheckConstraint("confidence BETWEEN 0 AND 1", "confidence_is_a_share"),
)


def has_table(connection: sa.Connection) -> bool:
    """Return whether the table is there; `CorrectionError` where one of that name has other columns."""
    if not connection.dialect.has_table(connection, table.name):
        return False
    if {column["name"] for column in sa.inspect(connection).get_columns(table.name)} != set(table.columns.keys()):
        raise CorrectionError(OTHER_SHAPE)
    return True


def make_table(engine: sa.Engine) -> None:
    """Make the table where it is missing, whoever else does so at the same moment. Raises `CorrectionError`."""
    with reading(engine) as connection:
        if has_table(connection):
            return
    with writing(engine) as connection:
        if engine.dialect.name == "postgresql":  # SQLite lets only one transaction write as it is
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(POSTGRES_LOCK)))
        table.create(connection, checkfirst=True)
