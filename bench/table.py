"""Figures with their ratios: to other programs on the same files, to fewer files, to earlier."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bench.tasks import PEERS, Figure

GENERATED = "generated"
_HEADS = ("corpus", "files", "what", "seconds", "CPU", "peak MB")
_WORDS = (0, 2)
"""The columns that do not hold numbers."""


def table(figures: Sequence[Figure], before: Mapping[tuple[str, int, str], Figure]) -> str:
    known = {figure.key: figure for figure in figures}
    peers = [peer for peer in PEERS if any(figure.name == peer for figure in figures)]
    rows = [[*_HEADS, *(f"x {PEERS[peer]}" for peer in peers), "growth", "before"]]
    for figure in figures:
        corpus, size, name = figure.key
        rows.append(
            [
                corpus,
                str(size or ""),
                name,
                f"{figure.seconds:.3f}",
                f"{figure.cpu:.2f}",
                f"{figure.peak_mb:.0f}",
                *(_times(figure, known.get((corpus, size, peer))) for peer in peers),
                _growth(figure, figures),
                _times(figure, before.get(figure.key)),
            ]
        )
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(_line(row, widths) for row in rows)


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    padded = (
        cell.ljust(width) if at in _WORDS else cell.rjust(width)
        for at, (cell, width) in enumerate(zip(cells, widths, strict=True))
    )
    return "  ".join(padded).rstrip()


def _times(figure: Figure, other: Figure | None) -> str:
    if other is None or not other.seconds:
        return ""
    ratio = figure.seconds / other.seconds
    return f"{ratio:.1f}" if ratio >= 10 else f"{ratio:.2f}"


def _growth(figure: Figure, figures: Sequence[Figure]) -> str:
    """CPU seconds for a file, compared with those in the next smaller repository of the kind."""
    smaller = [
        one
        for one in figures
        if (one.corpus, one.name) == (GENERATED, figure.name) and one.size < figure.size
    ]
    if figure.corpus != GENERATED or not smaller:
        return ""
    last = max(smaller, key=lambda one: one.size)
    per_file = last.cpu / last.size
    return f"{figure.cpu / figure.size / per_file:.2f}" if per_file else ""
