"""What the commands do. Nothing here is imported before its command runs."""

from __future__ import annotations


class Failure(Exception):  # noqa: N818 - it is the tool that failed, and this is how it says so
    """The tool or its input could not do its work: what is shown instead, line by line."""

    def __init__(self, *lines: str) -> None:
        super().__init__(*lines)
        self.lines = lines
