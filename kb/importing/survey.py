"""What a file shows of its own number and date formats, where the preset leaves them open."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from datetime import datetime

import pyarrow as pa
import pyarrow.compute as pc

from kb.errors import Refused
from kb.importing.cells import picked
from kb.importing.columns import CANDIDATE_DATES, Rules, fits, readable, with_clocks
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
            comma = comma or _shows(cells, open_numbers, _COMMA)
            point = point or _shows(cells, open_numbers, _POINT)
            _collect(cells, seen)
    decimal = "?" if comma == point else ("," if comma else ".")
    dates = {
        place: _format(place, [text for s in sources for text in seen[s]]) for place, sources in open_dates.items()
    }
    notes = [f"{header}: {' or '.join(map(readable, forms))}" for (_, header), forms in dates.items() if forms]
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
    return any(pc.any(pc.match_substring_regex(pc.unique(picked(cells, s)), pattern)).as_py() for s in sorted(sources))


def _collect(cells: pa.Table, seen: dict[str, dict[str, None]]) -> None:
    for source, texts in seen.items():
        if len(texts) < SAMPLE:
            texts.update(dict.fromkeys(text for text in pc.unique(picked(cells, source)).to_pylist()))


def _format(place: Place, texts: list[str]) -> tuple[str, ...]:
    """The way to write a day that reads most of the texts, with the times found behind it, the most frequent first.

    Refused where two ways read them as well but as different days.
    """
    filled = [text for text in texts[:SAMPLE] if text]
    table, header = place
    is_time = target(table).fields[header].kind == "time"
    ways = {day: _read_by(filled, with_clocks(day) if is_time else (day, f"{day} %H:%M:%S")) for day in CANDIDATE_DATES}
    best = max(ways, key=lambda day: len(ways[day]))
    if not ways[best]:
        return ()
    rivals = [day for day in ways if day != best and _rivals(ways[best], ways[day])]
    if rivals:
        shown = " or ".join(readable(day) for day in (best, *rivals))
        raise Refused(f"{header} ({filled[0]}) can be {shown}: name the date format in the preset or on the Data page")
    return tuple(form for form, _ in Counter(form for form, _ in ways[best].values()).most_common())


def _read_by(texts: list[str], forms: tuple[str, ...]) -> dict[str, tuple[str, datetime]]:
    """The texts that one of the formats reads: by which, and as which moment."""
    found = {}
    for text in texts:
        form = next((form for form in forms if fits(text, form)), None)
        if form:
            found[text] = form, datetime.strptime(text, form)
    return found


def _rivals(best: dict[str, tuple[str, datetime]], other: dict[str, tuple[str, datetime]]) -> bool:
    """Whether some text is another day to the other, which reads as many texts or too many of its own for a slip."""
    if not any(text in best and best[text][1] != moment for text, (_, moment) in other.items()):
        return False
    return len(other.keys() - best.keys()) * SLIPS > len(best.keys() - other.keys()) or len(other) == len(best)


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
