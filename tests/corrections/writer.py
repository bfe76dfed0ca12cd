"""Keep corrections until killed, and print each drawing once it is kept: `python -m tests.corrections.writer URL`."""

import sys
from itertools import count

from corrections.database import open_engine
from corrections.store import CorrectionStore
from tests.helpers import correction

store = CorrectionStore(open_engine(sys.argv[1]))
for number in count():
    store.keep(correction(number))
    print(correction(number).drawing, flush=True)
