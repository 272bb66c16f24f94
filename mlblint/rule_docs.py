"""What is made from the cards: the pages of docs/rules for people, rules/compiled.json for speed.

`python -m mlblint.rule_docs --write` brings both and the README's table up to date, `--check` says
whether they are.
"""

from __future__ import annotations

import difflib
import json
import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from mlblint import compiled_cards
from mlblint.cards import Card, Example, Expected, built_in_cards, compiled
from mlblint.config.rendering import yaml_text
from mlblint.package_data import data_folder

FIX = {
    "safe": "safe: `--fix` applies it",
    "unsafe": "unsafe: needs `--fix --unsafe-fixes`",
    "sometimes": "safe, unsafe or none, as each finding says",
    "none": "none",
}
BEGIN, END = "<!-- rules: begin -->", "<!-- rules: end -->"

_GENERATED = "<!-- Made from {} by `python -m mlblint.rule_docs --write`: change that instead. -->"


def page(card: Card) -> str:
    sections = [
        _GENERATED.format(f"rules/{Path(card.source.path).name}"),
        f"# {card.id} {card.name}",
        f"{card.title[:1].upper()}{card.title[1:]}.",
        "| | |\n|---|---|\n" + "\n".join(f"| {label} | {text} |" for label, text in facts(card)),
        f"## Why\n\n{card.why}",
    ]
    if card.fix.why:
        sections.append(f"## Fix\n\n{card.fix.why}")
    if about := options(card):
        sections.append(f"## Options\n\n{about}")
    if card.examples:
        sections.append("## Examples")
        sections += [_example_section(example) for example in card.examples]
    if card.sources:
        sources = "\n".join(f"- {source}" for source in card.sources)
        sections.append(f"## Sources\n\n{sources}")
    return "\n\n".join(sections) + "\n"


def catalogue_json(cards: Iterable[Card]) -> str:
    rules = [
        {
            "id": card.id,
            "name": card.name,
            "title": card.title,
            "severity": card.severity,
            "category": card.category,
            "since": card.since or None,
            "judges": card.judges,
            "fix": {"availability": card.fix.availability, "why": card.fix.why},
            "why": card.why,
            "sources": list(card.sources),
            "options": card.options,
        }
        for card in cards
    ]
    return json.dumps(rules, ensure_ascii=False, indent=2) + "\n"


def facts(card: Card) -> Iterator[tuple[str, str]]:
    yield "severity", card.severity
    yield "judges", card.judges
    yield "category", card.category
    yield "fix", FIX[card.fix.availability]
    if card.since:
        yield "since", card.since


def index(cards: Sequence[Card]) -> str:
    """docs/rules/README.md: the rules by category."""
    sections = [_GENERATED.format("the cards in rules/"), "# Rules"]
    for category in dict.fromkeys(card.category for card in cards):
        rows = _rows([card for card in cards if card.category == category], "")
        sections.append(f"## {category[:1].upper()}{category[1:]}\n\n{rows}")
    return "\n\n".join(sections) + "\n"


def table(cards: Sequence[Card]) -> str:
    """The README's table."""
    return _rows(cards, "docs/rules/")


def _rows(cards: Iterable[Card], folder: str) -> str:
    rows = ["| rule | severity | fix | what it finds |", "|---|---|---|---|"]
    for card in cards:
        title = card.title.replace("|", "\\|")
        fix = card.fix.availability.replace("none", "")
        rows.append(
            f"| [{card.id}]({folder}{card.id}.md) {card.name} | {card.severity} | {fix} | {title} |"
        )
    return "\n".join(rows)


def _example_section(example: Example) -> str:
    parts = [f"### {example.title[:1].upper()}{example.title[1:]}"]
    if example.config:
        parts.append(f"`.mlblint.yaml`:\n\n{_fenced(config_lines(example.config), 'yaml')}")
    for path, text in example.files.items():
        language = "json" if path.endswith(".json") else "yaml"
        parts.append(f"`{path}`:\n\n{_fenced(text.splitlines(), language)}")
    if example.is_good:
        parts.append("No finding.")
    else:
        parts.append(f"Found:\n\n{_fenced(map(finding_line, example.findings), 'text')}")
    if example.fixed:
        parts.append(f"`{fix_command(example)}`:\n\n{_fenced(changes(example), 'diff')}")
    return "\n\n".join(parts)


def finding_line(finding: Expected) -> str:
    at = f"{finding.path}:{finding.start.line}:{finding.start.column}"
    return f"{at}: {finding.severity} {finding.rule} {finding.message}"


def fix_command(example: Example) -> str:
    return "mlblint --fix --unsafe-fixes" if example.unsafe else "mlblint --fix"


def changes(example: Example) -> list[str]:
    """What the fix changes, without the line numbers of a patch."""
    lines: list[str] = []
    for path, fixed in example.fixed.items():
        if len(example.fixed) > 1:
            lines.append(f"{path}:")
        before = example.files.get(path, "").splitlines()
        hunks = list(difflib.unified_diff(before, fixed.splitlines(), n=2, lineterm=""))[2:]
        lines += ["..." if line.startswith("@@") else line.rstrip() for line in hunks[1:]]
    return lines


def config_lines(config: Mapping[str, Any], indent: str = "") -> Iterator[str]:
    for key, value in config.items():
        if isinstance(value, dict) and value:
            yield f"{indent}{yaml_text(key)}:"
            yield from config_lines(value, f"{indent}  ")
        else:
            yield f"{indent}{yaml_text(key)}: {_inline(value)}"


def _inline(value: object) -> str:
    if isinstance(value, list):
        return f"[{', '.join(map(_inline, value))}]"
    return yaml_text(value) if isinstance(value, str) else json.dumps(value)


def _fenced(lines: Iterable[str], language: str) -> str:
    text = "\n".join(lines).rstrip()
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{language}\n{text}\n{fence}" if text else f"{fence}{language}\n{fence}"


def options(card: Card) -> str:
    """The options as a Markdown list."""
    properties: Mapping[str, Any] = (card.options or {}).get("properties", {})
    items = []
    for name, schema in properties.items():
        kinds = schema.get("type", [])
        about = [" or ".join([kinds] if isinstance(kinds, str) else kinds)]
        if "default" in schema:
            about.append(f"default `{json.dumps(schema['default'])}`")
        known = ", ".join(filter(None, about))
        description = schema.get("description")
        items.append(
            f"- `{name}`"
            + (f" ({known})" if known else "")
            + (f": {description}" if description else "")
        )
    if not items:
        return ""
    return f"Under `rules.options.{card.id}`:\n\n" + "\n".join(items)


# --- keeping docs/rules and the README up to date --------------------------------------------


def wanted(root: Path, cards: Sequence[Card]) -> dict[Path, str | None]:
    """What the generated files must hold; None for a page that must go."""
    folder = root / "docs" / "rules"
    if not cards:
        return {}
    files: dict[Path, str | None] = dict.fromkeys(folder.glob("*.md"))
    files.update({folder / f"{card.id}.md": page(card) for card in cards})
    files[folder / "README.md"] = index(cards)
    files[root / "rules" / compiled_cards.NAME] = compiled(root / "rules")
    readme = root / "README.md"
    files[readme] = _with_table(readme.read_text("utf-8"), table(cards))
    return files


def stale(root: Path, cards: Sequence[Card]) -> list[Path]:
    return [path for path, text in wanted(root, cards).items() if _content(path) != text]


def write(root: Path, cards: Sequence[Card]) -> list[Path]:
    """Brings the generated files up to date, and returns those that were not."""
    changed = stale(root, cards)
    texts = wanted(root, cards)
    for path in changed:
        text = texts[path]
        if text is None:
            path.unlink()
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")
    return changed


def _content(path: Path) -> str | None:
    return path.read_text("utf-8") if path.is_file() else None


def _with_table(readme: str, rows: str) -> str:
    before, begin, rest = readme.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not end:
        before, begin, end, after = f"{readme.rstrip()}\n\n## Rules\n\n", BEGIN, END, "\n"
    return f"{before}{begin}\n\n{rows}\n\n{end}{after}"


def main(arguments: Sequence[str]) -> int:
    root = data_folder("rules").parent
    if list(arguments) == ["--write"]:
        for path in write(root, built_in_cards()):
            sys.stdout.write(f"wrote {path.relative_to(root)}\n")
        return 0
    if list(arguments) == ["--check"]:
        old = stale(root, built_in_cards())
        for path in old:
            sys.stdout.write(f"{path.relative_to(root)} is out of date: run with --write\n")
        return 1 if old else 0
    sys.stderr.write("usage: python -m mlblint.rule_docs --write | --check\n")
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
