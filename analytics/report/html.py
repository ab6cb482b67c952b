"""A report as one HTML file: no script, nothing fetched, text from data escaped."""

from __future__ import annotations

from html import escape

from analytics.report.pictures import svg
from analytics.report.pieces import Number, Picture, Report, Rows

_STYLE = """
:root { color-scheme: light }
body { font: 15px/1.45 system-ui, sans-serif; color: #1f2328; max-width: 60rem; margin: 2rem auto; padding: 0 1rem }
h1 { font-size: 1.75rem; margin: 0 } h2 { font-size: 1.1rem; margin: 2rem 0 .5rem }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 0 1rem; color: #565c66; font-size: .9rem }
dd { margin: 0 }
.numbers { display: grid; grid-template-columns: repeat(auto-fill, minmax(11rem, 1fr)); gap: .75rem; margin: 1.5rem 0 }
.number { border: 1px solid #d5d8dd; border-radius: .375rem; padding: .6rem .8rem }
.number b { display: block; font-size: 1.4rem } .number small { color: #565c66 }
figure { margin: 0; break-inside: avoid } svg { width: 100%; height: auto }
.rows { overflow-x: auto } table { border-collapse: collapse; font-size: .85rem; width: 100% }
th, td { text-align: left; padding: .25rem .6rem; border-bottom: 1px solid #d5d8dd; vertical-align: top }
th, td:first-child { white-space: nowrap }
p { color: #565c66; font-size: .9rem }
"""
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"


def html(report: Report) -> bytes:
    """The report as a self-contained HTML document in UTF-8."""
    parts = [
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">',
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>{escape(report.title)}</title><style>{_STYLE}</style></head><body>",
        f"<h1>{escape(report.title)}</h1><dl>",
        *(f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>" for name, value in report.about.items()),
        "</dl>",
        *(_section(section) for section in report.sections()),
        "</body></html>\n",
    ]
    return "\n".join(parts).encode("utf-8", "replace")


def _section(section: tuple[Number, ...] | Picture | Rows) -> str:
    if isinstance(section, Picture):
        drawn = section.drawing
        return f"<figure><h2>{escape(drawn.title)}</h2>{svg(drawn)}</figure>"
    if isinstance(section, Rows):
        return _table(section)
    return f'<div class="numbers">{"".join(map(_number, section))}</div>'


def _number(number: Number) -> str:
    return (
        f'<div class="number">{escape(number.name)}<b>{escape(number.value)}</b>'
        f"<small>{escape(number.below)}</small></div>"
    )


def _table(rows: Rows) -> str:
    head = "".join(f"<th>{escape(name)}</th>" for name in rows.headers)
    body = "".join(f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>" for row in rows.cells)
    note = f"<p>{escape(rows.note)}</p>" if rows.note else ""
    return (
        f'<h2>{escape(rows.title)}</h2><div class="rows"><table><thead><tr>{head}</tr></thead>'
        f"<tbody>{body}</tbody></table></div>{note}"
    )
