"""Whatever a file is called, its row in a table reads back as it was, and no spreadsheet takes it for a formula."""

import csv
import io
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as some

from benchmarks.support.drawing import drawn
from recognizer import Recognizer
from recognizer.output.formatting import FORMULA, to_csv
from tests.helpers import always

READING = Recognizer(always(4)).read(drawn(4))
NAMES = some.text(some.characters(exclude_characters="\0/", exclude_categories=["Cs"]), min_size=1)


@given(some.tuples(some.sampled_from(["", *FORMULA, "=1+", '"', ";"]), NAMES).map("".join))
def test_a_row_on_the_command_line(name):
    (cells,) = csv.reader(io.StringIO(to_csv(name, READING), newline=""))
    assert Path(cells[0]) == Path(name) and not cells[0].startswith(FORMULA)
    assert cells[1:3] == ["1", "4"]
