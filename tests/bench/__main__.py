"""`python -m tests.bench NAME... [--publish]`: measure by name, print against what was promised; `all` runs each."""

from __future__ import annotations

import argparse
import importlib
import sys
from collections.abc import Sequence

from tests.bench.figures import Result, publish, shown

# Imported when they run: each brings its own libraries along, which would weigh on the others' figures.
BENCHES = {
    "import_sqlite": ("tests.bench.imports", "sqlite"),
    "import_postgresql": ("tests.bench.imports", "postgresql"),
    "kills": ("tests.bench.safety", "killed"),
    "matrix": ("tests.bench.safety", "matrix"),
    "bombs": ("tests.bench.safety", "bombs"),
    "tamper": ("tests.bench.safety", "tamper"),
    "first_page": ("tests.bench.first_page", "run"),
    "load": ("tests.bench.load", "run"),
    "superset": ("tests.bench.superset", "run"),
    "demo_difficulty": ("tests.bench.answers", "demo_difficulty"),
    "metrics": ("tests.bench.answers", "metrics"),
    "rollups_sqlite": ("tests.bench.rollups", "sqlite"),
    "rollups_postgresql": ("tests.bench.rollups", "postgresql"),
    "proposing": ("tests.bench.proposing", "run"),
    "similar": ("tests.bench.similar", "run"),
    "groups": ("tests.bench.groups", "quality"),
    "group_speed": ("tests.bench.group_speed", "speed"),
    "identity": ("tests.bench.group_speed", "keeping"),
    "bertopic": ("tests.bench.groups", "against_bertopic"),
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run what is named, one after the other; 0 unless a bench breaks, whatever the figures say."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    names = [*BENCHES, "all"]
    parser.add_argument("names", nargs="+", choices=names, metavar="NAME", help=", ".join(names))
    parser.add_argument("--publish", action="store_true", help="write each result into docs/bench.md as well")
    options = parser.parse_args(arguments)
    for name in BENCHES if "all" in options.names else options.names:
        module, function = BENCHES[name]
        result: Result = getattr(importlib.import_module(module), function)()
        print(shown(name, result), flush=True)
        if options.publish:
            publish(name, result)
    return 0


if __name__ == "__main__":
    sys.exit(main())
