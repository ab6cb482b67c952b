"""The one door by which rows enter: files and a preset in, valid rows and refused rows out, in one transaction."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from kb import rollups
from kb.access import Person, require
from kb.errors import Refused
from kb.importing import bulk, files, leaning, own, presets, templates
from kb.importing.fields import importable
from kb.importing.merging import Overtaken, last_import, merge, next_id, touched
from kb.importing.prepare import Preparation, Progress
from kb.importing.presets import Preset
from kb.importing.report import FileReport, Report, TableCount, mendable, refused_csv
from kb.importing.stage import Staging, staging
from kb.importing.undoing import UndoReport, undo
from kb.models import Setting
from kb.store import KnowledgeBase

__all__ = [
    "FileReport",
    "Preset",
    "Report",
    "TableCount",
    "UndoReport",
    "importable",
    "mendable",
    "own",
    "presets",
    "refused_csv",
    "run",
    "settle",
    "templates",
    "undo",
]

DEFAULT_CURRENCY = "EUR"
TRIES = 3
DEADLOCK = "40P01"  # PostgreSQL ended one of two who waited for each other's tables: nothing was kept


def run(
    base: KnowledgeBase,
    who: Person,
    paths: Sequence[Path],
    preset: Preset,
    *,
    dry_run: bool = False,
    progress: Progress = lambda message: None,
) -> Report:
    """Import files or folders, all or nothing; with dry_run only say what would happen.

    Returns the report with counts, refused and changed cells; its import_id is none for a dry run and where the
    files change nothing. Raises Refused where the files cannot be read or do not fit the preset.
    """
    require(who, "import")
    if not dry_run:
        rollups.make_ready(base)  # what is lacking would be made while the import holds the lock
    lost: OperationalError | None = None
    for _ in range(TRIES):
        try:
            return _attempt(base, who, paths, preset, dry_run, progress)
        except Overtaken:
            progress("Another import finished first: preparing again")
        except OperationalError as error:
            if not error.connection_invalidated and getattr(error.orig, "sqlstate", "") != DEADLOCK:
                raise
            lost = error
            progress("The database was restarted or busy with what this import needs: starting again")
    raise Refused("the base keeps changing or restarting during the import: try again later") from lost


def settle(base: KnowledgeBase) -> None:
    """Make the monthly sums that a first load of very many rows put off; call it after `run`, it needs no lock.

    Until it is done answers are worked out from the facts: right, but slower.
    """
    rollups.make_ready(base)


def _attempt(
    base: KnowledgeBase, who: Person, paths: Sequence[Path], preset: Preset, dry_run: bool, progress: Progress
) -> Report:
    report = Report(preset.name, dry_run, notes=[*preset.notes, *preset.shifts])
    with staging(base) as area:
        with _phase(report, "find"):
            candidates = files.discover(paths)
            chosen, unknown = files.choose(candidates, preset)
            report.skipped_files = [path.name for path in unknown]
            report.notes += dict.fromkeys(m.note for file in chosen for m in file.maps if m.note)
            look_ups = files.look_ups(chosen, candidates, preset)
        with area.snapshot() as connection:
            seen, import_id = last_import(connection), next_id(connection)
            currency = _currency(area, preset, chosen)
        preparation = Preparation(area, preset, report, look_ups, currency, import_id, progress)
        with _phase(report, "read and check"):
            for file in chosen:
                preparation.take(file)
        with _phase(report, "compare"):
            preparation.compare()
        if not dry_run and not _nothing(preparation):
            _merge(area, preparation, who, seen)
    return report


def _merge(area: Staging, preparation: Preparation, who: Person, seen: int) -> None:
    parents = leaning.named(area, preparation)
    started = time.perf_counter()
    with area.locked(touched(preparation), checks_rows=not parents) as connection:
        locked = time.perf_counter()
        if not leaning.are_there(connection, parents):
            raise Overtaken
        merge(connection, preparation, who, seen)
    preparation.report.phases["wait for the lock"] = locked - started
    preparation.report.phases["merge (write lock held)"] = area.released - locked
    preparation.report.phases["write back"] = time.perf_counter() - area.released
    with _phase(preparation.report, "indexes and references"):
        bulk.complete(area.connection)


def _nothing(preparation: Preparation) -> bool:
    return not preparation.report.total("new") and not preparation.report.total("changed")


def _currency(area: Staging, preset: Preset, chosen: Sequence[files.File]) -> str:
    kept = area.connection.scalar(select(Setting.value).where(Setting.name == "currency"))
    if kept and preset.currency and kept != preset.currency:
        raise Refused(
            f"this base counts in {kept}, the preset {preset.name} in {preset.currency}: one base holds one currency"
        )
    return kept or preset.currency or files.currency(chosen) or DEFAULT_CURRENCY


@contextmanager
def _phase(report: Report, name: str) -> Iterator[None]:
    started = time.perf_counter()
    yield
    report.phases[name] = time.perf_counter() - started
