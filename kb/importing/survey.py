"""What a file shows of its own number and date formats, where the preset leaves them open."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import datetime

import pyarrow.compute as pc

from kb.errors import Refused
from kb.importing.columns import CANDIDATE_DATES, Rules, read_day, readable, with_clocks
from kb.importing.extract import AMBIGUOUS, texts_of
from kb.importing.fields import target
from kb.importing.filling import LookUps
from kb.importing.presets import ColumnMap, Preset, TableMap
from kb.reading import Chunk

SAMPLE = 20_000
SLIPS = 10  # one date of another format in ten is no slip of the pen: the file mixes two
_COMMA = r"^[^,]*,(\d{1,2}|\d{4,})-?$|\.\d{3},|^-?0,\d+$"
_POINT = r"^[^.]*\.(\d{1,2}|\d{4,})-?$|,\d{3}\.|^-?0\.\d+$"
Place = tuple[str, str]


def rules(
    read: Callable[[], Iterable[Chunk]], maps: list[TableMap], preset: Preset, look_ups: LookUps | None = None
) -> tuple[dict[Place, Rules], list[str]]:
    """Rules for each (table, header) of the file, and what was found in words. Raises Refused where it is ambiguous.

    `read` gives the file's chunks; it is called only where the preset leaves a format open. A column whose texts are
    looked up is judged by what the other file holds.
    """
    open_dates, open_numbers = _open(maps, preset)
    held = _looked_up(maps, look_ups or {})
    seen: dict[str, dict[str, None]] = {
        source: {} for place, sources in open_dates.items() if place not in held for source in sources
    }
    found = [text for place in held if place not in open_dates for text in held[place]]
    comma, point = (any(re.search(pattern, text) for text in found) for pattern in (_COMMA, _POINT))
    if open_dates or open_numbers:
        for chunk in read():
            comma = comma or _shows(chunk, open_numbers, _COMMA)
            point = point or _shows(chunk, open_numbers, _POINT)
            _collect(chunk, seen)
    decimal = "?" if comma == point else ("," if comma else ".")
    texts = {p: held[p] if p in held else [t for s in sources for t in seen[s]] for p, sources in open_dates.items()}
    dates = _formats(texts)
    notes = [f"{header}: {' or '.join(map(readable, forms))}" for (_, header), forms in dates.items() if forms]
    if open_numbers and decimal != "?":
        notes.append(f"decimal mark '{decimal}'")
    return {
        (m.table, c.header): _rule(m, c, preset, dates.get((m.table, c.header)), decimal)
        for m in maps
        for c in m.columns
    }, notes


def _looked_up(maps: list[TableMap], look_ups: LookUps) -> dict[Place, list[str]]:
    """What the columns that are looked up in other files hold there."""
    held = {}
    for table_map in maps:
        for column in (c for c in table_map.columns if c.via):
            last = column.via[-1]
            found = look_ups.get((last.file, last.key, last.value), {})
            if _kind(table_map, column) != "text":
                held[table_map.table, column.header] = [text for text in found.values() if text not in ("", AMBIGUOUS)]
    return held


def _open(maps: list[TableMap], preset: Preset) -> tuple[dict[Place, tuple[str, ...]], set[str]]:
    dates: dict[Place, tuple[str, ...]] = {}
    numbers: set[str] = set()
    for table_map in maps:
        for column in table_map.columns:
            kind = _kind(table_map, column)
            if kind in ("date", "time") and column.dates is None and preset.dates is None and column.sources:
                dates[(table_map.table, column.header)] = column.sources
            if kind in ("number", "integer") and not column.via and column.decimal is None and preset.decimal is None:
                numbers |= {*column.sources, *column.times}
    return dates, numbers


def _kind(table_map: TableMap, column: ColumnMap) -> str:
    entry = target(table_map.table).fields.get(column.header)
    if entry:
        return entry.kind
    parents = (target(r.table).fields.get(column.header) for r in target(table_map.table).references)
    return next((field.kind for field in parents if field), "text")


def _shows(chunk: Chunk, sources: set[str], pattern: str) -> bool:
    return any(pc.any(pc.match_substring_regex(texts_of(chunk, s).array, pattern)).as_py() for s in sorted(sources))


def _collect(chunk: Chunk, seen: dict[str, dict[str, None]]) -> None:
    for source, texts in seen.items():
        if len(texts) < SAMPLE:
            texts.update(dict.fromkeys(texts_of(chunk, source).uniques))


def _formats(texts: dict[Place, list[str]]) -> dict[Place, tuple[str, ...]]:
    """How each column writes its days; where one reads two ways as well, as the other columns of the file do.

    Refused where they do not tell either.
    """
    ways = {place: _ways([text for text in found[:SAMPLE] if text]) for place, found in texts.items()}
    decided = {next(iter(found)) for found in ways.values() if len(found) == 1}
    formats: dict[Place, tuple[str, ...]] = {}
    for place, found in ways.items():
        fitting = [day for day in found if len(found) == 1 or day in decided]
        if found and len(fitting) != 1:
            shown = " or ".join(map(readable, found))
            first = next(text for text in texts[place] if text)
            raise Refused(
                f"{place[1]} ({first}) can be {shown}: name the date format in the preset or on the Data page"
            )
        formats[place] = found[fitting[0]] if found else ()
    return formats


def _ways(filled: list[str]) -> dict[str, tuple[str, ...]]:
    """The way to write a day that reads most of the texts, and those that do as well but mean other days.

    Each with the times found behind it, the most frequent first.
    """
    ways = {day: _read_by(filled, with_clocks(day)) for day in CANDIDATE_DATES}
    best = max(ways, key=lambda day: len(ways[day]))
    if not ways[best]:
        return {}
    rivals = [day for day in ways if day != best and _rivals(ways[best], ways[day])]
    counted = {day: Counter(form for form, _ in ways[day].values()) for day in (best, *rivals)}
    return {day: tuple(form for form, _ in found.most_common()) for day, found in counted.items()}


def _read_by(texts: list[str], forms: tuple[str, ...]) -> dict[str, tuple[str, datetime]]:
    """The texts that one of the formats reads: by which, and as which moment."""
    bare = [form for form in forms if ":" not in form]
    found = {}
    for text in texts:
        for form in forms if ":" in text else bare:
            moment = read_day(text, form)
            if moment:
                found[text] = form, moment
                break
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
