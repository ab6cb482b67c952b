"""How many columns of a file nobody described are proposed right: python -m tests.bench proposing."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from kb.importing import presets
from kb.importing.cells import in_file
from kb.importing.maps import Preset, TableMap
from kb.importing.proposing import Proposal, Sample, formats, take, weigh
from tests.bench.figures import Figure, Result
from tests.layouts import Layout, layouts

RIGHT, OF = 10, 12
PROMISED = 5
EXPORTS = Path(__file__).parents[1] / "exports"
SHARED = Path(__file__).parents[3] / "shared" / "data"
# Exports whose layout other people made; what is right stands in the preset of that system.
FOREIGN = {
    "planted": (SHARED / "planted" / "first",),
    "adventureworks": (SHARED / "adventureworks", SHARED / "adventureworks_sales_returns"),
    "online_retail": (SHARED / "online_retail",),
    "nhtsa": (SHARED / "nhtsa",),
    **{name: (EXPORTS / name,) for name in ("dynamics365", "erpnext", "infor_crm", "odoo", "sage_crm")},
}
TUNED = frozenset({"dynamics365", "infor_crm", "odoo"})  # looked at while the method grew; the others were not
FEWEST = 2  # columns of a file that its preset maps plainly


def run() -> Result:
    """Each layout, tuned on or held out, and the real files."""
    with tempfile.TemporaryDirectory() as folder:
        judged = [(layout, *_judge(layout, Path(folder))) for layout in layouts()]
    unseen = [right for layout, _, right in judged if not layout.tuned]
    reached = sum(right >= RIGHT for right in unseen)
    figures = [_figure(layout, found, right) for layout, found, right in judged]
    verdict = "reached" if reached >= PROMISED else f"missed: {PROMISED - reached} too few"
    figures.append(
        Figure(
            f"Layouts held out with at least {RIGHT} of {OF} right",
            f"{reached} of {len(unseen)}",
            f"{PROMISED}",
            verdict,
        )
    )
    foreign = {name: list(_foreign(name, folders)) for name, folders in FOREIGN.items()}
    for tuned in (True, False):
        these = [one for name, found in foreign.items() for one in found if (name in TUNED) == tuned]
        word = "tuned on" if tuned else "held out"
        figures += [Figure(f"{name}, {word}: real headers", told) for name, told, _, _ in these]
        if these:
            right, of = sum(one[2] for one in these), sum(one[3] for one in these)
            figures.append(Figure(f"All real headers {word}", f"{right} of {of} right ({100 * right / of:.0f} %)"))
    return Result("What mapping by hand proposes for layouts nobody described", figures, NOTES)


NOTES = (
    "Layouts held out were written and frozen before the vocabulary, and no word was added because of them; but one "
    "author wrote both, so the real headers, made by others, are the stricter judge. Names and cells only: no base "
    "whose keys could help. A column that belongs nowhere is right when it is left out.",
    "Real headers: every column that the preset of that system maps by itself, without a look-up or a join, to the "
    "table proposed for the file; where the table is proposed wrong, none counts as right. The exports of Dynamics, "
    "ERPNext, Infor, Odoo and Sage are made up, their headers are those systems' own. Those of Dynamics, Infor and "
    "Odoo were looked at while the method grew.",
)


def _judge(layout: Layout, folder: Path) -> tuple[str, int]:
    sample = take(layout.write(folder))
    found = _proposed(sample)
    right = sum(guess.goal == layout.truth[guess.header] for guess in found.guesses)
    day, mark = _formats(sample, found)
    told = [f"table {'right' if found.table == layout.table else f'wrong ({found.table})'}"]
    told.append("formats right" if _same(layout, day, mark) else f"formats wrong: {day} {mark}")
    return f"{right} of {OF}; {'; '.join(told)}", right


def _proposed(sample: Sample) -> Proposal:
    return weigh(sample.path.stem, list(sample.profiles.values()), {})


def _formats(sample: Sample, found: Proposal) -> tuple[set[str], str | None]:
    """The forms of days and the decimal mark found in the columns of the file, whatever they are taken for."""
    del found
    days = {form for p in sample.profiles.values() for form in p.day_forms[:2] if p.date_share > 0.9}
    fractions = [p for p in sample.profiles.values() if p.number_share > 0.9 and p.integer_share < 0.5 and not p.days]
    return days, formats.decimal(fractions).mark


def _same(layout: Layout, days: set[str], mark: str | None) -> bool:
    return days == {layout.dates.partition(" ")[0]} and mark in (layout.decimal, None)


def _figure(layout: Layout, told: str, right: int) -> Figure:
    limit, verdict = (f"{RIGHT} of {OF}", "reached" if right >= RIGHT else "missed") if not layout.tuned else ("", "")
    return Figure(f"{layout.name}, {'tuned on' if layout.tuned else 'held out'}: {layout.title}", told, limit, verdict)


def _foreign(name: str, folders: tuple[Path, ...]) -> Iterator[tuple[str, str, int, int]]:
    """(name, result, right, of) of every file of a real export that its preset maps plainly."""
    preset = presets.load(name)
    inside = (path for folder in folders for path in sorted(folder.rglob("*")))
    paths = [path for path in inside if path.suffix in (".csv", ".tsv", ".txt")]
    for path in paths:
        sample = take(path)
        plain: dict[str, dict[str, str]] = {}
        for entry in preset.tables:
            if entry.takes(path.name):
                plain.setdefault(entry.table, {}).update(_plain(entry, sample.headers))
        if max(map(len, plain.values()), default=0) >= FEWEST:
            yield _compare(path, sample, preset, plain)


def _plain(entry: TableMap, headers: Sequence[str]) -> dict[str, str]:
    """Header -> our column where one column of the file gives it, as it is or with other words for its texts."""
    single = [c for c in entry.columns if len(c.sources) == 1 and not c.times and not c.via]
    found = {in_file(column.sources[0], headers): column.header for column in single}
    return {header: goal for header, goal in found.items() if header in headers}


def _compare(
    path: Path, sample: Sample, preset: Preset, plain: dict[str, dict[str, str]]
) -> tuple[str, str, int, int]:  # fmt: skip
    found = _proposed(sample)
    tables = {name: goals for name, goals in plain.items() if name != "sales_orders"} or plain
    right_table = found.table in tables
    truth = {**tables.get(found.table, max(tables.values(), key=len))}
    truth = {**plain.get("sales_orders", {}), **truth} if "order_lines" in tables else truth
    right = sum(found.goals.get(header, "").rpartition(".")[2] == goal for header, goal in truth.items()) * right_table
    told = f"{right} of {len(truth)}; table {'right' if right_table else f'wrong ({found.table})'}"
    return f"{preset.name}/{path.parent.name}/{path.name}", told, right, len(truth)
