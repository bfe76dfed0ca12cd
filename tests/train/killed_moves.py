"""A child process that writes files together, and stands still at a moment of the test's choice, to be killed there.

python -m tests.train.killed_moves FOLDER MOMENT [COUNT]
"""

import sys
import threading
from pathlib import Path

from train import files


def main() -> None:
    folder, moment = Path(sys.argv[1]), sys.argv[2]
    left = int(sys.argv[3]) if len(sys.argv) > 3 else 1

    def reached() -> None:
        print(moment, flush=True)
        threading.Event().wait()

    def stop_before(move):
        def stopped(path, target):
            nonlocal left
            left -= 1
            if left == 0 and moment == "before_a_move":
                reached()
            return move(path, target)

        return stopped

    files.Path.replace, files.Path.rename = stop_before(Path.replace), stop_before(Path.rename)
    with files.written_together(folder, "digits") as made:
        for name in ("a.json", "b.keras", "c.npz", "d.png"):
            (made / name).write_text("new")
        (made / "previous").mkdir()
        (made / "previous" / "old.keras").write_text("old")
        if moment == "while_writing":
            reached()


if __name__ == "__main__":
    main()
