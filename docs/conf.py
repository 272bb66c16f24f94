"""How Sphinx makes a site of these pages: `make site`."""

from __future__ import annotations

from mlblint import __version__

project = "mlblint"
copyright = "the authors of mlblint"  # noqa: A001 - Sphinx wants this name
version = release = __version__

extensions = ["myst_parser"]
myst_heading_anchors = 3
myst_enable_extensions = ["strikethrough"]

html_theme = "furo"
html_title = f"mlblint {__version__}"

# What a terminal shows is not always what the lexers expect.
suppress_warnings = ["misc.highlighting_failure"]
