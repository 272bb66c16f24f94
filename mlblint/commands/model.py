"""`mlblint model`."""

from __future__ import annotations

import sys
from typing import Literal

from mlblint.commands.output import say, say_bytes, style
from mlblint.commands.repository import current_folder, refuse_bad_configuration, repository
from mlblint.report.colours import Choice
from mlblint.report.harmless import escape_json


def show(form: Literal["text", "json"], color: Choice, config: str | None) -> int:
    from mlblint.pipeline import load_model
    from mlblint.report import model_view

    folder = current_folder()
    found = repository(folder, folder / config if config else None)
    with refuse_bad_configuration(found.root):
        model = load_model(found.root, found.config)
    if form == "json":
        say_bytes(escape_json(model_view.as_json(model)).encode())
    else:
        from mlblint.report.model_tree import tree

        say(tree(model_view.view(model), style(color, sys.stdout)))
    return 0
