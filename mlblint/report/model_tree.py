"""The repository model as a tree on a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from mlblint.report.summary import plural
from mlblint.report.terminal import printable, width, wrap
from mlblint.report.text import Style

View = Mapping[str, Any]

_ENGINES = {"argo": "Argo CD", "flux": "Flux", "k3s": "k3s", "fleet": "Fleet"}
_MODES = {"l2": "L2", "bgp": "BGP", "both": "L2 and BGP", None: "announced by nobody"}
_LEAST = 20
"""Columns that are left for text, however deep it stands."""


class Line(NamedTuple):
    """`where` is a file with a line, and stands behind the text or below it."""

    depth: int
    text: str
    where: str = ""
    is_head: bool = False


def tree(view: View, style: Style) -> str:
    return "".join(f"{line}\n" for one in _lines(view) for line in _shown(one, style))


def _shown(line: Line, style: Style) -> Iterator[str]:
    if not line.text and not line.where:
        yield ""
        return
    indent = "  " * line.depth
    room = max(_LEAST, style.width - len(indent) - 2)
    texts = wrap(printable(line.text), room)
    where = printable(line.where)
    last = 2 * (line.depth + (len(texts) > 1)) + width(texts[-1])
    fits = where and last + 2 + width(where) <= style.width
    for number, text in enumerate(texts):
        painted = style.colours.bold(text) if line.is_head else style.colours.code([text])[0]
        end = f"  {style.colours.dim(where)}" if fits and number == len(texts) - 1 else ""
        yield f"{indent}{'  ' if number else ''}{painted}{end}"
    if where and not fits:
        yield f"{indent}  {style.colours.dim(where)}"


def _lines(view: View) -> Iterator[Line]:
    for cluster in view["clusters"]:
        yield Line(0, _cluster_name(cluster, view), is_head=True)
        yield from _cluster(cluster)
        yield Line(0, "")
    if not view["clusters"]:
        yield Line(0, "Nothing in this repository is applied to a cluster.")
        yield Line(0, "")
    if view["alone"]:
        yield Line(0, "Judged alone, against nothing else", is_head=True)
        for cluster in view["alone"]:
            yield from _alone(cluster)
        yield Line(0, "")
    if view["undelivered"]:
        yield Line(0, "Applied by nothing", is_head=True)
        yield from _undelivered(view["undelivered"])
        yield Line(0, "")
    yield from _files(view["files"])


def _cluster_name(cluster: View, view: View) -> str:
    name = f"Cluster {cluster['name']}" if cluster["name"] else "Cluster without a name"
    only = len(view["clusters"]) == 1 and not cluster["name"]
    engines = ", ".join(_ENGINES[engine] for engine in cluster["engines"])
    return ("The only cluster" if only else name) + (f" ({engines})" if engines else "")


def _cluster(cluster: View) -> Iterator[Line]:
    yield Line(1, f"taken for one cluster because {cluster['because']}")
    sections = (
        ("Deliveries", [*_deliveries(cluster["deliveries"], 2), *_by_hand(cluster)]),
        ("MetalLB", list(_metallb(cluster["metallb"]))),
        ("Pools", [line for pool in cluster["pools"] for line in _pool(pool)]),
        ("Addresses in use", list(_services(cluster["services"]))),
        ("Not followed", [Line(2, g["reason"], _where(g)) for g in cluster["gaps"]]),
    )
    for title, lines in sections:
        if lines:
            yield Line(1, title, is_head=True)
            yield from lines


# -- deliveries ---------------------------------------------------------------------------


def _deliveries(deliveries: Iterable[View], depth: int) -> Iterator[Line]:
    for one in deliveries:
        yield Line(depth, f"{one['kind']} {_full_name(one)}", _where(one))
        yield Line(depth + 1, ", ".join(_facts(one)))
        for chart in one["charts"]:
            yield Line(depth + 1, _chart(chart), _where(chart))
        for remote in one["remotes"]:
            yield Line(depth + 1, f"takes {remote['url']}", _where(remote))
        yield from _deliveries(one["deliveries"], depth + 1)


def _facts(one: View) -> Iterator[str]:
    yield _ENGINES[one["engine"]]
    if one["destination"]:
        yield f"to cluster {one['destination']}"
    if one["targetNamespace"]:
        yield f"namespace {one['targetNamespace']}"
    if one["wave"]:
        yield _wave(one["wave"])
    if one["dependsOn"]:
        yield f"after {' and '.join(one['dependsOn'])}"
    if one["objects"] or not (one["charts"] or one["remotes"] or one["deliveries"]):
        yield plural(one["objects"], "object")


def _wave(wave: View) -> str:
    number = "not known" if wave["number"] is None else wave["number"]
    giver = f" from {wave['givenBy']['kind']} {wave['givenBy']['name']}"
    return f"wave {number}{giver if wave['inherited'] else ''}"


def _chart(chart: View) -> str:
    version = f" {chart['version']}" if chart["version"] else ""
    namespace = f" in {chart['namespace']}" if chart["namespace"] else ""
    unknown = "" if chart["allValuesKnown"] else ", some values are not known"
    return f"chart {chart['chart']}{version} as {chart['release']}{namespace}{unknown}"


def _by_hand(cluster: View) -> Iterator[Line]:
    for one in cluster["byHand"]:
        count = plural(one["objects"], "object")
        yield Line(2, f"{count} that nothing here applies", one["path"] or ".")


# -- MetalLB ------------------------------------------------------------------------------


def _metallb(metallb: View) -> Iterator[Line]:
    if not metallb["installations"]:
        yield Line(2, "nothing here installs it")
    version = metallb["version"] or "of unknown version"
    namespace = metallb["namespace"]
    facts = [
        f"{version} in namespace {namespace}" if namespace else version,
        f"BGP type {metallb['bgpType'] or 'unknown'}",
        f"class {metallb['loadBalancerClass'] or 'none'}",
    ]
    if metallb["installations"] or metallb["version"]:
        yield Line(2, ", ".join(facts))
    for one in metallb["installations"]:
        what = f"chart {one['chart']}" if one["chart"] else one["from"]
        other = "" if one["upstream"] else ", not MetalLB's own"
        version = f" {one['version']}" if one["version"] else ""
        by = f" by {one['by']['kind']} {one['by']['name']}" if one["by"] else ""
        yield Line(2, f"{what}{version}{other}{by}", _where(one))


def _pool(pool: View) -> Iterator[Line]:
    manual = "" if pool["autoAssign"] else ", only on request"
    wave = f", {_wave(pool['wave'])}" if pool["wave"] else ""
    yield Line(2, f"{_full_name(pool)}: {_MODES[pool['mode']]}{manual}{wave}", _where(pool))
    for entry in pool["addresses"]:
        if entry["size"]:
            count = int(entry["size"])
            size = f"2^{count.bit_length() - 1}" if _is_huge(count) else f"{count}"
            noun = "address" if count == 1 else "addresses"
            yield Line(3, f"{entry['interval']} ({size} {noun})", _where(entry))
        else:
            reason = entry["fault"] or "filled in later"
            yield Line(3, f"{entry['text'] or '-'} ({reason})", _where(entry))
    for one in pool["announcedBy"]:
        interfaces = f" on {', '.join(one['interfaces'])}" if one["interfaces"] else ""
        wave = f", {_wave(one['wave'])}" if one["wave"] else ""
        text = f"announced by {one['kind']} {one['name']}{interfaces}{wave}"
        yield Line(3, text, _where(one))


def _is_huge(count: int) -> bool:
    return count >= 2**32 and count & (count - 1) == 0


def _services(services: Sequence[View]) -> Iterator[Line]:
    for one in sorted(services, key=lambda s: (s["addresses"], _full_name(s), _where(s))):
        pool = f"any address of pool {one['pool']}" if one["pool"] else "any address"
        wanted = ", ".join(one["addresses"]) or pool
        shared = f", shared by the key {one['sharingKey']}" if one["sharingKey"] else ""
        other = f", class {one['loadBalancerClass']}" if one["loadBalancerClass"] else ""
        yield Line(2, f"{wanted}: {one['carrier']} {_full_name(one)}{shared}{other}", _where(one))


# -- what belongs to no cluster -----------------------------------------------------------


def _alone(cluster: View) -> Iterator[Line]:
    path = ", ".join(root or "." for root in cluster["roots"])
    yield Line(1, f"{path}: {cluster['because']}")
    yield from _deliveries(cluster["deliveries"], 2)
    yield from (line for pool in cluster["pools"] for line in _pool(pool))
    yield from _services(cluster["services"])
    yield from (Line(2, gap["reason"], _where(gap)) for gap in cluster["gaps"])


def _undelivered(found: Iterable[View]) -> Iterator[Line]:
    by_reason: dict[str, list[View]] = {}
    for one in found:
        by_reason.setdefault(one["reason"], []).append(one)
    for reason, objects in by_reason.items():
        yield Line(1, f"{reason}:")
        yield from (Line(2, f"{one['kind']} {_full_name(one)}", _where(one)) for one in objects)


def _files(files: View) -> Iterator[Line]:
    meanings = {
        "templates": "templates, not looked into",
        "encrypted": "encrypted, and never changed",
        "broken": "not readable as YAML",
    }
    for kind, meaning in meanings.items():
        if files[kind]:
            yield Line(0, f"{plural(len(files[kind]), 'file')} {meaning}")
            yield from (Line(1, path) for path in files[kind])


def _full_name(one: View) -> str:
    return f"{one['namespace']}/{one['name']}" if one["namespace"] else str(one["name"])


def _where(one: View) -> str:
    return f"{one['path']}:{one['line']}"
