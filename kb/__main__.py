"""The command line of the knowledge base: python -m kb COMMAND, see kb.commands."""

from __future__ import annotations

import sys

from kb.brief import loading

with loading():
    from kb.commands import main

if __name__ == "__main__":
    sys.exit(main())
