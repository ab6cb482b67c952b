"""What a file shows of its own number and date formats, where the preset leaves them open."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime

import pyarrow as pa
import pyarrow.compute as pc

from kb.errors import Refused
from kb.importing.columns import CANDIDATE_DATES, CANDIDATE_TIMES, Rules, fits, readable
from kb.importing.fields import target
from kb.importing.presets import ColumnMap, Preset, TableMap
from kb.reading import Chunk

SAMPLE = 20_000
SLIPS = 10  # one date of another format in ten is no slip of the pen: the file mixes two
_COMMA = r"^[^,]*,(\d{1,2}|\d{4,})-?$|\.\d{3},|^-?0,\d+$"
_POINT = r"^[^.]*\.(\d{1,2}|\d{4,})-?$|,\d{3}\.|^-?0\.\d+$"
Place = tuple[str, str]


def rules(
    read: Callable[[], Iterable[Chunk]], maps: list[TableMap], preset: Preset
) -> tuple[dict[Place, Rules], list[str]]:
    """Rules for each (table, header) of the file, and what was found in words. Raises Refused where it is ambiguous.

    `read` gives the file's chunks; it is called only where the preset leaves a format open.
    """
    open_dates, open_numbers = _open(maps, preset)
    seen: dict[str, dict[str, None]] = {source: {} for sources in open_dates.values() for source in sources}
    comma = point = False
    if open_dates or open_numbers:
        for cells in (chunk.cells for chunk in read()):
            comma |= _shows(cells, open_numbers, _COMMA)
            point |= _shows(cells, open_numbers, _POINT)
            _collect(cells, seen)
    decimal = "?" if comma == point else ("," if comma else ".")
    dates = {
        place: _format(place, [text for s in sources for text in seen[s]]) for place, sources in open_dates.items()
    }
    notes = [f"{header}: {readable(forms[0])}" for (_, header), forms in dates.items() if forms]
    if open_numbers and decimal != "?":
        notes.append(f"decimal mark '{decimal}'")
    return {
        (m.table, c.header): _rule(m, c, preset, dates.get((m.table, c.header)), decimal)
        for m in maps
        for c in m.columns
    }, notes


def _open(maps: list[TableMap], preset: Preset) -> tuple[dict[Place, tuple[str, ...]], set[str]]:
    dates: dict[Place, tuple[str, ...]] = {}
    numbers: set[str] = set()
    for table_map in maps:
        for column in table_map.columns:
            kind = _kind(table_map, column)
            if kind in ("date", "time") and column.dates is None and preset.dates is None and column.sources:
                dates[(table_map.table, column.header)] = column.sources
            if kind in ("number", "integer") and column.decimal is None and preset.decimal is None:
                numbers |= {*column.sources, *column.times}
    return dates, numbers


def _kind(table_map: TableMap, column: ColumnMap) -> str:
    entry = target(table_map.table).fields.get(column.header)
    if entry:
        return entry.kind
    parents = (target(r.table).fields.get(column.header) for r in target(table_map.table).references)
    return next((field.kind for field in parents if field), "text")


def _shows(cells: pa.Table, sources: set[str], pattern: str) -> bool:
    return any(
        pc.any(pc.match_substring_regex(pc.unique(cells[s]), pattern)).as_py() for s in _in_order(cells, sources)
    )


def _in_order(cells: pa.Table, sources: set[str]) -> Iterator[str]:
    return (source for source in sorted(sources) if source in cells.column_names)


def _collect(cells: pa.Table, seen: dict[str, dict[str, None]]) -> None:
    for source, texts in seen.items():
        if len(texts) < SAMPLE:
            texts.update(dict.fromkeys(text.strip() for text in pc.unique(cells[source]).to_pylist()))


def _format(place: Place, texts: list[str]) -> tuple[str, ...]:
    """The format that reads most of the texts; Refused where two read them as well but as different days."""
    filled = [text for text in texts[:SAMPLE] if text]
    if not filled:
        return ()
    table, header = place
    field = target(table).fields[header]
    candidates = (
        CANDIDATE_TIMES if field.kind == "time" else (*CANDIDATE_DATES, *(d + " %H:%M:%S" for d in CANDIDATE_DATES))
    )
    scores = {form: sum(fits(text, form) for text in filled) for form in candidates}
    best = max(scores.values())
    ties = [form for form, score in scores.items() if score == best and best]
    if ties and best < len(filled):
        ties += [form for form, score in scores.items() if 0 < score < best and _mixed(ties[0], form, filled)]
    if len(ties) > 1 and _disagree(ties, filled):
        shown = " or ".join(readable(form) for form in ties)
        raise Refused(f"{header} ({filled[0]}) can be {shown}: name the date format in the preset or on the Data page")
    return tuple(ties[:1])


def _mixed(best: str, other: str, texts: list[str]) -> bool:
    """Whether the file holds days of both formats, so that a text both read could be either; a rare slip is not."""
    by_best, by_other = ({text for text in texts if fits(text, form)} for form in (best, other))
    return bool(by_best & by_other) and len(by_other - by_best) * SLIPS > len(by_best - by_other)


def _disagree(forms: list[str], texts: list[str]) -> bool:
    def reading(text: str, form: str) -> datetime | None:
        return datetime.strptime(text, form) if fits(text, form) else None

    return any(len({reading(text, form) for form in forms}) > 1 for text in texts)


def _rule(table_map: TableMap, column: ColumnMap, preset: Preset, dates: tuple[str, ...] | None, decimal: str) -> Rules:
    return Rules(
        decimal=column.decimal or preset.decimal or decimal,
        dates=column.dates or preset.dates or dates or ("%Y-%m-%d",),
        zone=preset.time_zone,
        shift_days=table_map.shift_days,
        negative=column.negative,
        future=column.future,
        true=column.true,
        false=column.false,
    )
