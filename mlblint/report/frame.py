"""A few lines of a file with a span of them underlined."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from mlblint.records import dataclass
from mlblint.report.colours import Colours
from mlblint.report.terminal import cells, width
from mlblint.text.source import Position, Source

CONTEXT = 1
MAX_MARKED = 6
"""Lines of a span that are shown; of a longer one, the first ones and the last."""

_ELLIPSIS = "..."


@dataclass(frozen=True)
class Canvas:
    """`gutter` is the width of the column with the line numbers; `mark` paints the carets."""

    width: int
    gutter: int
    colours: Colours
    mark: Callable[[str], str]

    @property
    def room(self) -> int:
        return max(12, self.width - self.gutter - 3)

    def line(self, number: str, text: str) -> str:
        return f"{self.colours.dim(f'{number:>{self.gutter}} |')} {text}".rstrip()


@dataclass(frozen=True)
class Row:
    """A line as it is shown, and the columns of it that are underlined."""

    number: int
    shown: list[str]
    marked: tuple[int, int] | None


def frame(source: Source, start: Position, end: Position, canvas: Canvas) -> list[str]:
    rows = list(_rows(source, start, end))
    if not rows:
        return []
    offset = _offset(rows, canvas.room)
    lines = [canvas.line("", "")]
    previous = rows[0].number - 1
    for row in rows:
        if row.number != previous + 1:
            lines.append(canvas.colours.dim(_ELLIPSIS))
        previous = row.number
        lines.append(canvas.line(str(row.number), _crop(row.shown, offset, canvas.room)))
        if row.marked:
            lines.append(canvas.line("", _underline(row.marked, offset, canvas)))
    return lines


def last_line(source: Source, start: Position, end: Position) -> int:
    """The number of the last line that the frame shows."""
    return max((row.number for row in _rows(source, start, end)), default=start.line)


def _rows(source: Source, start: Position, end: Position) -> Iterator[Row]:
    count = len(source.line_starts)
    if start.line > count:
        return
    last = min(end.line, count)
    if end.column == 1 and last > start.line:
        # The span ends with the line break before this line.
        last -= 1
    marked = list(range(start.line, last + 1))
    if len(marked) > MAX_MARKED:
        marked = [*marked[: MAX_MARKED - 2], *marked[-2:]]
    before = range(max(1, start.line - CONTEXT), start.line)
    after = range(last + 1, min(count, last + CONTEXT) + 1)
    for number in (*before, *marked, *after):
        line = source.line(number)
        if number > last and number == count and not line:
            continue
        shown = cells(line)
        columns = _columns(line, number, start, end) if start.line <= number <= last else None
        marks = None
        if columns:
            left, right = (width("".join(shown[:column])) for column in columns)
            marks = (left, max(right, left + 1))
        yield Row(number, shown, marks)


def _columns(line: str, number: int, start: Position, end: Position) -> tuple[int, int] | None:
    """The characters of a line that belong to the span, without the indentation of lines
    after its first; None for a blank line."""
    first = start.column - 1 if number == start.line else len(line) - len(line.lstrip())
    last = end.column - 1 if number == end.line else len(line.rstrip())
    if number != start.line and first >= last:
        return None
    return first, max(first, last)


def _offset(rows: list[Row], room: int) -> int:
    """The column that comes first in the frame: 0, unless the span is out of sight then."""
    marks = [row.marked for row in rows if row.marked]
    left = min((mark[0] for mark in marks), default=0)
    right = marks[0][1] if marks else 0
    if right <= room - len(_ELLIPSIS) or left < room // 3:
        return 0
    return left - room // 3


def _crop(shown: list[str], offset: int, room: int) -> str:
    columns = _screen_columns(shown)
    window = columns[offset : offset + room]
    dots = len(_ELLIPSIS)
    if offset and window:
        window[:dots] = _ELLIPSIS
        if len(window) > dots and not window[dots]:
            # The cut goes through a wide character.
            window[dots] = " "
    if len(columns) > offset + room:
        if not window[-dots]:
            window[-dots - 1] = " "
        window[-dots:] = _ELLIPSIS
    return "".join(window)


def _screen_columns(shown: list[str]) -> list[str]:
    """What stands in each column; nothing in the second column of a wide character."""
    columns: list[str] = []
    for cell in shown:
        wide = width(cell)
        if wide == 0 and columns:
            columns[-1] += cell
        elif cell.isspace():
            columns.extend(cell)
        else:
            columns.extend([cell, ""][: max(1, wide)])
    return columns


def _underline(marked: tuple[int, int], offset: int, canvas: Canvas) -> str:
    left, right = marked[0] - offset, min(marked[1] - offset, canvas.room)
    left = max(0, min(left, canvas.room - 1))
    return " " * left + canvas.mark("^" * max(1, right - left))
