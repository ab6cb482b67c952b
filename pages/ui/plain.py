"""Text from data, made harmless for markdown."""

from __future__ import annotations

import re
from functools import lru_cache

_SPECIAL = re.compile(r"([\\`*_{}\[\]()<>#+\-.!|~$&:^=])")
_JOINER = "\u2060"  # invisible; keeps addresses, icons and directives from being recognised after the escapes are gone


def plain(text: object) -> str:
    """The text as markdown that shows exactly it: no link, image, colour, formula, icon or HTML comes of it."""
    return _plain(str(text))


# A page says the same names at every rerun.
@lru_cache(10_000)
def _plain(text: str) -> str:
    one_line = " ".join(text.split())
    escaped = _SPECIAL.sub(r"\\\1", one_line)
    escaped = re.sub(r"\\:(?=[\\/A-Za-z_+])", rf"\:{_JOINER}", escaped).replace("@", f"@{_JOINER}")
    return re.sub(r"(?i)(www)(\\\.)", rf"\1{_JOINER}\2", escaped)
