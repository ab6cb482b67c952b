"""The columns of every template as text: `python -m tests.paper` writes them into data/README.md anew."""

from __future__ import annotations

from pathlib import Path

from kb.importing import templates
from kb.importing.fields import target

PAPER = Path(__file__).parents[1] / "data" / "README.md"
START, END = "<!-- templates -->", "<!-- end of templates -->"
_KINDS = {"number": "number", "integer": "whole number", "date": "date", "time": "time", "boolean": "yes or no"}


def columns() -> str:
    """A heading and a table for each template, in the order in which tables build on each other."""
    return "\n".join(_section(name) for name in templates.names())


def inside(text: str) -> str:
    """What stands between the two marks."""
    return text.partition(START)[2].partition(END)[0].strip()


def _section(name: str) -> str:
    rows = [_row(name, header) for header in templates.headers(name)]
    heads = ["| Column | Needed | Kind | Meaning | Example |", "|---|---|---|---|---|"]
    return "\n".join([f"### {name}", "", *heads, *rows, ""])


def _row(name: str, header: str) -> str:
    meaning, shown = templates.explained(name, header)
    return f"| `{header}` | {_needed(name, header)} | {_kind(name, header)} | {meaning} | {shown} |"


def _needed(name: str, header: str) -> str:
    if header in target(name).key_headers:
        return "key"
    return "yes" if header in templates.needed(name) else ""


def _kind(name: str, header: str) -> str:
    own = target(name).fields.get(header)
    if own:
        return _KINDS.get(own.kind, "text")
    if header in templates.EXTRA.get(name, ()):
        return "key of customers" if header == "customer_number" else "date"
    if name == "order_lines" and header == "order_number":
        return "text"
    parent = next(reference.table for reference in target(name).references if header in reference.headers)
    return "a name" if parent == "users" else f"key of {parent}"


if __name__ == "__main__":
    before, _, rest = PAPER.read_text(encoding="utf-8").partition(START)
    PAPER.write_text(f"{before}{START}\n{columns().strip()}\n{END}{rest.partition(END)[2]}", encoding="utf-8")
