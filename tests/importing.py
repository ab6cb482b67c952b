"""Short words for tests of the import: write files, import them, look at what the base holds."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import select

from kb import importing
from kb.access import Person
from kb.importing import Preset, Report, presets
from kb.models import Base
from kb.store import KnowledgeBase

WHO = Person("Quinn Abel", "quality", "member", None, ("quality",))
LEDGER = frozenset(
    {
        "imports",
        "import_files",
        "import_changes",
        "refused_rows",
        "audit_entries",
        "revision",
        "field_allocations",
        "monthly_sums",
        "rollup_states",
    }  # fmt: skip
)
MASTERS = {
    "products.csv": "sku,name,unit_price\nA,Drill,5\nB,Saw,10\n",
    "customers.csv": "customer_number,name\nK1,Nord\nK2,Süd\n",
}
ORDERS = (
    "order_number,customer_number,ordered_on,line_number,sku,quantity,amount,promised_on\n"
    "SO1,K1,2024-05-02,1,A,10,50,2024-05-10\n"
    "SO1,K1,2024-05-02,2,B,5,50,2024-05-10\n"
    "SO2,K2,2024-05-03,1,A,20,100,2024-05-12\n"
)


def put(folder: Path, files: dict[str, str | bytes]) -> Path:
    """Write files into a folder, made when absent."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder


def put_rows(path: Path, headers: Sequence[str], rows: Iterable[Sequence[object]]) -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([headers, *rows])
    return path


def preset_of(text: str) -> Preset:
    """A preset from its TOML text; `name` is added."""
    return presets.parse(f'name = "test"\n{text}', "test")


def load(base: KnowledgeBase, *paths: Path, preset: Preset | str = "symbiosis", dry_run: bool = False) -> Report:
    """Import; every file's and every table's numbers must add up."""
    chosen = presets.load(preset) if isinstance(preset, str) else preset
    report = importing.run(base, WHO, paths, chosen, dry_run=dry_run)
    for file in report.files:
        assert file.read == file.kept + file.refused
        named = {cell.line for cell in report.refused_cells if cell.file == file.file_name}
        assert len(named) == file.refused, (
            f"{file.file_name}: {file.refused} refused, reasons for lines {sorted(named)[:20]}"
        )
        for count in file.tables:
            assert count.read == file.read
            assert count.read == count.new + count.changed + count.same + count.skipped + count.refused, count
    return report


def company(base: KnowledgeBase, folder: Path) -> Report:
    """Two products, two customers, two orders with three lines."""
    return load(base, put(folder / "company", {**MASTERS, "order_lines.csv": ORDERS}))


def held(base: KnowledgeBase, table: str, *columns: str) -> list[Any]:
    """The rows of a table by its own key; single values where one column is asked for."""
    source = Base.metadata.tables[table]
    wanted = select(*(source.c[name] for name in columns)).order_by(next(iter(source.primary_key.columns)))
    with base.reading() as connection:
        found = [tuple(row) for row in connection.execute(wanted)]
    return [row[0] for row in found] if len(columns) == 1 else found


def count(base: KnowledgeBase, table: str) -> int:
    return len(held(base, table, *[c.name for c in Base.metadata.tables[table].primary_key.columns]))


def dump(base: KnowledgeBase, *, without: frozenset[str] = LEDGER) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table, but for the ledger, the record of changes and versions, which only ever rise."""
    columns = {
        table.name: [column for column in table.columns if column.name != "version"]
        for table in Base.metadata.sorted_tables
        if table.name not in without
    }
    with base.reading() as connection:
        return {
            name: sorted((tuple(row) for row in connection.execute(select(*wanted))), key=repr)
            for name, wanted in columns.items()
        }


def everything(base: KnowledgeBase) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table, but for the sums: those that a first load put off are made by the next import."""
    return dump(base, without=frozenset({"monthly_sums", "rollup_states"}))


def refusals(report: Report) -> list[tuple[int, str, str, str]]:
    """(line, column, value, reason) of every refused cell."""
    return [(cell.line, cell.column, cell.value, cell.reason) for cell in report.refused_cells]
