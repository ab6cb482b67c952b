"""The commands of the knowledge base: python -m kb COMMAND."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from sqlalchemy import func, select

from kb import access, backup, doctor, importing, views
from kb.errors import Refused
from kb.importing.report import Report
from kb.models import LearnedModel
from kb.starting import home
from kb.store import KnowledgeBase, address, engines, open_base

SHOWN_REFUSALS = 20


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command. Returns 0 done, 1 refused or failed (one line on standard error); wrong usage exits with 2."""
    options = _parser().parse_args(arguments)
    command: Callable[[argparse.Namespace], int] = options.run
    try:
        return command(options)
    except Refused as refused:
        print(f"refused: {refused}", file=sys.stderr)
    except KeyboardInterrupt:
        print("stopped: nothing was changed", file=sys.stderr)
    except BrokenPipeError:
        sys.stderr.close()
    return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m kb", description="The shared memory of sales and production.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def add(name: str, run: Callable[[argparse.Namespace], int], help_text: str) -> argparse.ArgumentParser:
        command = commands.add_parser(name, help=help_text)
        command.set_defaults(run=run)
        return command

    demo = add("demo", _demo, "build the invented company")
    demo.add_argument("--seed", type=int, default=1, help="another company with the same story")
    load = add("import", _import, "import files or folders")
    load.add_argument("paths", nargs="+", type=Path, metavar="PATH")
    load.add_argument("--preset", required=True, metavar="NAME|FILE.toml")
    load.add_argument("--dry-run", action="store_true", help="say what would happen, change nothing")
    load.add_argument("--refused", type=Path, metavar="FILE", help="write every refused cell to this CSV file")
    add("undo", _undo, "take an import back").add_argument("import_id", type=int, metavar="IMPORT")
    add("backup", _backup, "copy the base to a file").add_argument("file", type=Path)
    add("restore", _restore, "put a backup in the place of the base").add_argument("file", type=Path)
    add("presets", _presets, "what each preset expects")
    export = add("export", _export, "write a view or table")
    export.add_argument("view", metavar="VIEW", help=f"{', '.join(views.names())}")
    export.add_argument("--format", choices=("csv", "xlsx", "json"), default="csv")
    export.add_argument("--out", type=Path, metavar="FILE")
    add("doctor", _doctor, "is it safe and sound to run?")
    return parser


def _base() -> KnowledgeBase:
    return open_base()


def _say(message: str) -> None:
    """Progress on standard error, over itself on a terminal, so that output can be piped."""
    if sys.stderr.isatty():
        print(f"\r\033[K{message}", end="", file=sys.stderr, flush=True)


def _done_saying() -> None:
    if sys.stderr.isatty():
        print("\r\033[K", end="", file=sys.stderr, flush=True)


def _demo(options: argparse.Namespace) -> int:
    from kb import demo  # it is large and only this command needs it

    started = time.perf_counter()
    phases = demo.build(address("demo"), seed=options.seed, progress=_say)
    _done_saying()
    for name, seconds in phases.items():
        print(f"{name}: {seconds:.1f} s")
    print(f"the invented company is in {home() / 'demo.sqlite'} ({time.perf_counter() - started:.1f} s)")
    return 0


def _import(options: argparse.Namespace) -> int:
    base = _base()
    preset = importing.own.load(base, access.command_line(), options.preset)
    report = importing.run(base, access.command_line(), options.paths, preset, dry_run=options.dry_run, progress=_say)
    if report.import_id is not None:
        _say("Making monthly sums")
        started = time.perf_counter()
        importing.settle(base)
        report.phases["monthly sums, after the commit"] = time.perf_counter() - started
    _done_saying()
    _print_report(report)
    if report.import_id is not None:
        _score_new(base)
    if options.refused:
        options.refused.write_bytes(importing.refused_csv(report))
        print(f"every refused cell is in {options.refused}")
    return 0


def _score_new(base: KnowledgeBase) -> None:
    """Put the new records into the groups there are, in a process of its own: this package knows no statistics."""
    with base.reading() as connection:
        if not connection.scalar(select(func.count()).select_from(LearnedModel)):
            return
    command = [sys.executable, "-m", "analytics", "refresh", "--new"]
    # the same folder as ours, because an address may be relative to it
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    for line in (done.stdout if done.returncode == 0 else done.stderr).splitlines():
        print(f"new records: {line}")


def _print_report(report: Report) -> None:
    for file in report.files:
        print(
            f"{file.file_name}: {file.read:,} rows read = {file.kept:,} kept + {file.refused:,} refused  [{file.found}]"
        )
        for count in file.tables:
            print(
                f"    {count.table}: {count.new:,} new, {count.changed:,} changed, {count.same:,} same, "
                f"{count.skipped:,} not for this table, {count.refused:,} refused"
            )
    for table, number in report.created.items():
        print(f"created because other rows name them: {number:,} {table}")
    for note in dict.fromkeys(report.notes):
        print(f"note: {note}")
    if report.skipped_files:
        print(f"files the preset does not know: {', '.join(report.skipped_files)}")
    for cell in report.refused_cells[:SHOWN_REFUSALS]:
        print(f"refused: {cell.file} line {cell.line}, {cell.column} {cell.value!r} {cell.reason}")
    if len(report.refused_cells) > SHOWN_REFUSALS:
        print(f"... and {len(report.refused_cells) - SHOWN_REFUSALS:,} more: --refused FILE writes them all")
    for change in report.changed_cells[:SHOWN_REFUSALS]:
        place = f"{change.table} {change.key}, {change.column}"
        print(f"changed: {place}: {change.before or 'empty'} -> {change.after or 'empty'}")
    for phase, seconds in report.phases.items():
        print(f"{phase}: {seconds:.2f} s")
    print(_outcome(report))


def _outcome(report: Report) -> str:
    numbers = f"{report.total('new'):,} new, {report.total('changed'):,} changed, {report.total('refused'):,} refused"
    if report.dry_run:
        return f"dry run, nothing was written: {numbers}"
    if report.import_id is None:
        return f"nothing new: the base holds all of it already; {report.total('refused'):,} rows refused"
    return f"import {report.import_id} done: {numbers}"


def _undo(options: argparse.Namespace) -> int:
    report = importing.undo(_base(), access.command_line(), options.import_id)
    for table, number in report.removed.items():
        print(f"{table}: {number:,} rows removed")
    print(f"import {report.import_id} undone, {report.cells_given_back:,} cells have their earlier value")
    return 0


def _backup(options: argparse.Namespace) -> int:
    backup.backup(_base(), access.command_line(), options.file)
    print(f"backup written to {options.file}")
    return 0


def _restore(options: argparse.Namespace) -> int:
    kept = backup.restore(engines(address()), access.command_line(), options.file)  # the base may be too broken to open
    print(f"restored from {options.file}; what was there before is in {kept}")
    return 0


def _presets(_options: argparse.Namespace) -> int:
    for preset in [*map(importing.presets.load, importing.presets.names()), *_own_presets()]:
        print(f"{preset.name} (version {preset.version}): {preset.title}")
        for line in (*preset.notes, *preset.shifts):
            print(f"  note: {line}")
        for table_map in preset.tables:
            print(f"  {table_map.table} from {', '.join(table_map.files)}: {', '.join(sorted(table_map.sources))}")
    return 0


def _own_presets() -> list[importing.Preset]:
    """Those that people made; a base that does not exist yet is not made by asking."""
    path = engines(address()).path
    if path is not None and not path.is_file():
        return []
    base, who = _base(), access.command_line()
    return [importing.own.load(base, who, one.name) for one in importing.own.saved(base, who)]


def _export(options: argparse.Namespace) -> int:
    if options.view == "metrics":
        raise Refused(
            "export metrics reads what a refresh stored, which comes with a later version: "
            "'python -m analytics metrics --format csv' computes the same columns now"
        )
    from kb import exporting  # it needs pandas, a third of a second

    base, who = _base(), access.command_line()
    frame = views.view(base, who, options.view)
    content = exporting.export_frame(
        frame, title=options.view, filters={}, data_time=exporting.data_time(base), format=options.format, who=who,
        base=base, about=options.format == "xlsx",
    )  # fmt: skip
    if options.out:
        options.out.write_bytes(content)
        print(f"{len(frame):,} rows written to {options.out}")
    else:
        sys.stdout.buffer.write(content)
    return 0


def _doctor(_options: argparse.Namespace) -> int:
    checks = doctor.examine_address(address(), home())
    for check in checks:
        print(f"{'ok  ' if check.ok else 'FAIL'} {check.name}: {check.detail}")
    faults = [check for check in checks if not check.ok]
    if faults:
        print(
            f"refused: {len(faults)} of {len(checks)} checks failed, first: {faults[0].name}: {faults[0].detail}",
            file=sys.stderr,
        )
    return 1 if faults else 0
