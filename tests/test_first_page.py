"""What the first page loads: nothing that only the analysis of texts needs."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

HEAVY = ("sklearn", "scipy")


def test_the_first_page_loads_nothing_that_only_the_analysis_of_texts_needs() -> None:
    """They take a second, a fifth of the time to the first page, and one early import brings them all."""
    code = (
        f"import sys; import pages.parts.warm, pages.parts.sidebar; print([n for n in {HEAVY!r} if n in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=Path(__file__).parents[1])
    assert done.stdout.strip().splitlines()[-1:] == ["[]"], done.stdout + done.stderr
