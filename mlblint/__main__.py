"""`python -m mlblint`."""

from __future__ import annotations

import sys

from mlblint.cli import main

sys.exit(main())
