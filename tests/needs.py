"""What a test needs beside Python: skip clearly where it is absent."""

from __future__ import annotations

import os
from typing import NoReturn

import pytest


def missing(what: str) -> NoReturn:
    """Skip this test for want of something; with SYMBIOSIS_REQUIRE_ALL=1 conftest turns that into a failure."""
    pytest.skip(f"{what} is missing")


def everything_is_required() -> bool:
    """Whether no test may be skipped, as in CI."""
    return os.environ.get("SYMBIOSIS_REQUIRE_ALL") == "1"
