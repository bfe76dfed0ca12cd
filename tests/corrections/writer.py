"""A process that keeps corrections and says which are kept: `python -m tests.corrections.writer URL FIRST [COUNT]`.

COUNT of them are kept at once, each over a connection of its own; without, one after the other until it is killed.
"""

import sys
from concurrent.futures import ThreadPoolExecutor
from itertools import count

from corrections.database import open_engine
from corrections.store import CorrectionStore
from tests.helpers import correction


def keep(number: int, store: CorrectionStore) -> None:
    made = correction(number)
    store.keep(made)
    sys.stdout.write(f"{made.drawing}\n")
    sys.stdout.flush()


url, first, *most = sys.argv[1:]
if most:
    with ThreadPoolExecutor(int(most[0])) as threads:
        stores = [CorrectionStore(open_engine(url)) for _ in range(int(most[0]))]
        list(threads.map(keep, range(int(first), int(first) + len(stores)), stores))
else:
    only = CorrectionStore(open_engine(url))
    for number in count(int(first)):
        keep(number, only)
