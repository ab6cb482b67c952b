"""An invented company with a story, for first sight and tests."""

from kb.demo.build import build
from kb.demo.company import Company, invent, write

__all__ = ["Company", "build", "invent", "write"]
