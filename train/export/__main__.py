"""`python -m train.export`: see `train.export.runtimes`."""

import sys

from train.export.runtimes import main

sys.exit(main())
