"""Figures with their ratios: to other programs on the same files, to fewer files, to earlier."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bench.tasks import PEERS, Figure

GENERATED = "generated"
_WIDTHS = {"corpus": 14, "files": 8, "what": 20, "seconds": 9, "CPU": 8, "peak MB": 9}


def table(figures: Sequence[Figure], before: Mapping[tuple[str, int, str], Figure]) -> str:
    known = {figure.key: figure for figure in figures}
    peers = [peer for peer in PEERS if any(figure.name == peer for figure in figures)]
    ratios = [f"x {PEERS[peer]}" for peer in peers]
    widths = {**_WIDTHS, **{one: len(one) + 2 for one in ratios}, "growth": 8, "before": 8}
    lines = [list(widths)]
    for figure in figures:
        corpus, size, _ = figure.key
        lines.append(
            [
                corpus,
                str(size or ""),
                figure.name,
                f"{figure.seconds:.3f}",
                f"{figure.cpu:.2f}",
                f"{figure.peak_mb:.0f}",
                *(_times(figure, known.get((corpus, size, peer))) for peer in peers),
                _growth(figure, figures),
                _times(figure, before.get(figure.key), 2),
            ]
        )
    return "\n".join(_line(cells, list(widths.values())) for cells in lines)


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    texts = (0, 2)
    padded = (
        f"{cell:<{width}}" if at in texts else f"{cell:>{width}}"
        for at, (cell, width) in enumerate(zip(cells, widths, strict=True))
    )
    return "  ".join(padded).rstrip()


def _times(figure: Figure, other: Figure | None, digits: int = 1) -> str:
    return f"{figure.seconds / other.seconds:.{digits}f}" if other and other.seconds else ""


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
