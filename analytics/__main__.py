"""The analyses' command line: python -m analytics metrics | refresh | replay."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from datetime import date

import pandas as pd

from analytics import catalog, metrics
from analytics.periods import Period
from kb import access, store
from kb.corrections import SIDES
from kb.errors import Refused

COLUMNS = ["metric", "period", "dimension", "value", "numerator", "denominator"]
LATER = "comes with a later version: nothing was done"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; 0 done, 1 refused with a line on standard error, 2 wrong usage."""
    options = _parser().parse_args(arguments)
    try:
        return int(options.run(options))
    except Refused as refusal:
        print(f"refused: {refusal}", file=sys.stderr)
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m analytics", description="Questions over the knowledge base.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    _metrics_options(commands.add_parser("metrics", help="values of the catalogue's metrics"))
    refresh = commands.add_parser("refresh", help="group, link, warn, verify; store the results")
    refresh.add_argument("--as-of", type=_day, metavar="DATE", help="look at nothing later than this day")
    refresh.add_argument("--new", action="store_true", help="only score what came since, into the groups there are")
    refresh.add_argument(
        "--groups", type=_wanted, default={}, metavar="factory=N,field=M", help="how many groups, by default found"
    )
    refresh.add_argument(
        "--stability", action="store_true", help="only measure how stable the groups there are come out again"
    )
    refresh.set_defaults(run=_refresh)
    replay = commands.add_parser("replay", help="the same week by week, never looking ahead")
    for name in ("--from", "--to"):
        replay.add_argument(name, type=_day, required=True, metavar="DATE")
    replay.add_argument("--every", type=int, required=True, metavar="DAYS")
    replay.set_defaults(run=_later, command="replay")
    return parser


def _metrics_options(command: argparse.ArgumentParser) -> None:
    command.add_argument("--by", metavar="DIMENSION", help="month, or a dimension such as family or line")
    command.add_argument("--from", dest="start", type=_day, metavar="DATE", help="first day, by default of all data")
    command.add_argument("--to", dest="end", type=_day, metavar="DATE", help="last day, by default of all data")
    command.add_argument("--format", choices=("table", "csv", "json"), default="table")
    command.set_defaults(run=_metrics)


def _metrics(options: argparse.Namespace) -> int:
    base, who = store.open_base(), access.command_line()
    keys = [key for key, metric in catalog.METRICS.items() if _has(metric, options.by)]
    if not keys:
        raise Refused(f"no metric is recorded by {options.by}: choose month or one of {', '.join(_dimensions())}")
    period = _period(options.start, options.end)
    values = metrics.evaluate(base, who, keys, period=period, by=(options.by,) if options.by else ())
    _print(_told(values, period, options.by), options.format)
    for key, reason in metrics.unsupported(base, who).items():
        print(f"{key}: {reason}", file=sys.stderr)
    return 0


def _told(values: pd.DataFrame, period: Period | None, by: str | None) -> pd.DataFrame:
    """The fixed columns of the export view `metrics`: undated records say so, without a period it is everything."""
    told = values.assign(period=period.label if period else "everything", dimension="")
    if by == "month":
        told["period"] = pd.to_datetime(told["month"]).dt.strftime("%Y-%m").fillna("undated")
    elif by:
        told["dimension"] = told[by]
    return told[COLUMNS]


def _print(told: pd.DataFrame, form: str) -> None:
    if form == "csv":
        print(told.to_csv(index=False), end="")
    elif form == "json":
        print(told.to_json(orient="records", indent=1))
    else:
        shown = {name: (lambda value: f"{value:,.6g}") for name in ("value", "numerator", "denominator")}
        print(told.to_string(index=False, formatters=shown, na_rep="no data") if len(told) else "no data")


def _period(start: date | None, end: date | None) -> Period | None:
    if start is None and end is None:
        return None
    period = Period(start or date(1900, 1, 1), end or date(2199, 12, 31))
    if period.start > period.end:
        raise Refused(f"--from {period.start} lies after --to {period.end}: exchange them")
    return period


def _has(metric: metrics.Metric, by: str | None) -> bool:
    return by in (None, "month") or by in metric.dimensions


def _dimensions() -> list[str]:
    return sorted({name for metric in catalog.METRICS.values() for name in metric.dimensions})


def _refresh(options: argparse.Namespace) -> int:
    from analytics import refresh  # scikit-learn is large and only this command needs it

    base, who = store.open_base(), access.command_line()
    if (options.new or options.stability) and (options.as_of or options.groups or options.new == options.stability):
        raise Refused("--new and --stability take the groups there are: give one of them alone")
    if options.stability:
        return _stability(refresh.measure_stability(base, who, progress=_say))
    if options.new:
        done = refresh.refresh_new(base, who, progress=_say)
    else:
        done = refresh.refresh(base, who, as_of=options.as_of, groups=options.groups, progress=_say)
    _say("")
    for side, number in done.records.items():
        groups = f" in {done.groups[side]:,} groups" if side in done.groups else ""
        print(f"{side}: {number:,} records{groups}")
    for name, seconds in done.phases.items():
        print(f"{name}: {seconds:.2f} s")
    print("scored into the groups there are" if options.new else f"{done.links:,} links stored")
    return 0


def _stability(found: dict[str, dict[int, float]]) -> int:
    from analytics.bootstrap import UNSTABLE_BELOW

    _say("")
    for side, groups in found.items():
        unstable = sum(value < UNSTABLE_BELOW for value in groups.values())
        print(f"{side}: {unstable} of {len(groups)} groups are unstable (Jaccard below {UNSTABLE_BELOW})")
    return 0


def _say(message: str) -> None:
    """Progress on standard error, over itself on a terminal, so that output can be piped."""
    if sys.stderr.isatty():
        print(f"\r\033[K{message}", end="", file=sys.stderr, flush=True)


def _wanted(text: str) -> dict[str, int]:
    """factory=N,field=M as numbers; a side may be left out."""
    wanted = {}
    for part in text.split(","):
        side, _, number = part.partition("=")
        if side not in SIDES or not number.isdigit() or int(number) < 1:
            raise argparse.ArgumentTypeError(f"{part!r}: write factory=N, field=N or both with a comma")
        wanted[side] = int(number)
    return wanted


def _day(text: str) -> date:
    return date.fromisoformat(text)


def _later(options: argparse.Namespace) -> int:
    print(f"refused: {options.command} {LATER}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
