"""Whatever a file is called, its row in a table reads back as it was, and no spreadsheet takes it for a formula."""

import csv
import io
from contextlib import redirect_stdout
from pathlib import Path

import numpy as np
from hypothesis import given
from hypothesis import strategies as some

from benchmarks.support.drawing import drawn
from recognizer import Recognizer
from recognizer.answers import FORMULA, csv_rows
from tests.helpers import always
from views.photo import to_csv

READING = Recognizer(always(4)).read(drawn(4))
NAMES = some.text(some.characters(exclude_characters="\0/", exclude_categories=["Cs"]), min_size=1)


@given(some.tuples(some.sampled_from(["", *FORMULA, "=1+", '"', ";"]), NAMES).map("".join))
def test_a_row_on_the_command_line(name):
    printed = io.StringIO()
    with redirect_stdout(printed):
        print(csv_rows(name, READING))
    (cells,) = csv.reader(io.StringIO(printed.getvalue(), newline=""))
    assert Path(cells[0]) == Path(name) and not cells[0].startswith(FORMULA)
    assert cells[1:3] == ["1", "4"]


def test_the_table_that_is_saved_holds_numbers_alone():
    _, *rows = csv.reader(io.StringIO(to_csv(READING)))
    assert rows and all(
        np.isfinite([float(cell) for cell in row if cell not in ("True", "False")]).all() for row in rows
    )
