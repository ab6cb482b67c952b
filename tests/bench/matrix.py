"""The whole matrix of file forms through the importer: python -m tests.bench.matrix."""

from __future__ import annotations

import tempfile
from collections import Counter
from pathlib import Path

from kb import importing, store
from tests.importing import WHO, held
from tests.test_importing_matrix import forms, judge, told


def main() -> None:
    """Print how many cells were compared and how many were silently wrong."""
    tally: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as folder:
        base = store.open_base(f"sqlite:///{folder}/base.sqlite")
        for seed, form in enumerate(forms()):
            judge(base, Path(folder), form, seed, tally)
            importing.undo(base, WHO, held(base, "imports", "import_id")[-1])
        base.close()
    print(told(tally))


if __name__ == "__main__":
    main()
