"""An invented company with a story, for first sight and tests."""

from kb.demo.company import Company, invent, write

__all__ = ["Company", "invent", "write"]
