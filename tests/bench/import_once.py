"""One import in a process of its own: `python -m tests.bench.import_once URL FILE...`; prints what it did as JSON."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

from kb.brief import loading

with loading():
    from kb import importing, store
    from kb.access import command_line


def main(url: str, *files: str) -> None:
    base = store.open_base(url)
    started = time.perf_counter()
    preset = importing.presets.load("symbiosis")
    report = importing.run(base, command_line(), [Path(file) for file in files], preset)
    seconds = time.perf_counter() - started
    told = {name: report.total(name) for name in ("read", "new", "refused")}
    print(json.dumps({"seconds": seconds, "import_id": report.import_id, "phases": report.phases, **told}))
    base.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
