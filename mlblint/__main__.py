"""`python -m mlblint`."""

from __future__ import annotations

import os
import sys

# Python has put the current folder in front: the repository that is looked at, as a rule, and
# nothing of that must be imported. (mlblint's own modules are found by the package's own path.)
if sys.path and sys.path[0] in ("", os.getcwd()):  # noqa: PTH109 - pathlib is not needed here
    del sys.path[0]

from mlblint.cli import main

sys.exit(main())
