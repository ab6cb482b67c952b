"""Words in texts, found whatever their case and accents, by the database itself.

Each letter of a word becomes the class of all letters that people write for it (e, é, Ê), which GLOB in SQLite and
regular expressions in PostgreSQL both know: no index to keep up, no extension to install, no function of ours.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import Boolean, ColumnElement, and_, literal, or_
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import GenericFunction

MOST_WORDS, LONGEST_WORD = 8, 40
# Letters that Unicode does not take apart, and how people without them write.
_WHOLE = {"ø": "o", "ł": "l", "đ": "d", "ħ": "h", "ı": "i", "ŧ": "t"}
_SPELLED = {"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "æ": "ae", "œ": "oe", "å": "aa"}
# Western and Central European, Romanian, Greek and Cyrillic, Vietnamese letters; every further one costs time.
_PLACES = (range(0x00C0, 0x0180), range(0x0218, 0x021C), range(0x0370, 0x0530), range(0x1EA0, 0x1EFA))


class plainly_holds(GenericFunction[bool]):  # noqa: N801 - a function of SQL
    """plainly_holds(text, word): the word stands in the text, whose capitals within ASCII do not count."""

    type = Boolean()
    inherit_cache = True


class is_beyond_ascii(GenericFunction[bool]):  # noqa: N801 - a function of SQL
    """Whether a text has any letter or sign that takes more than one byte."""

    type = Boolean()
    inherit_cache = True


class loosely_holds(GenericFunction[bool]):  # noqa: N801 - a function of SQL
    """loosely_holds(text, GLOB, regular expression): the text fits the pattern, given once for each database."""

    type = Boolean()
    inherit_cache = True


@compiles(plainly_holds)
def _plainly(element: Any, compiler: Any, **options: Any) -> str:
    text, word = (compiler.process(clause, **options) for clause in element.clauses)
    find = "instr" if compiler.dialect.name == "sqlite" else "strpos"
    return f"({find}(lower({text}), {word}) > 0)"


@compiles(is_beyond_ascii)
def _is_beyond_ascii(element: Any, compiler: Any, **options: Any) -> str:
    text = compiler.process(element.clauses, **options)
    size = f"length(CAST({text} AS BLOB))" if compiler.dialect.name == "sqlite" else f"octet_length({text})"
    return f"({size} > length({text}))"


@compiles(loosely_holds, "sqlite")
def _loosely_sqlite(element: Any, compiler: Any, **options: Any) -> str:
    text, glob, _ = element.clauses
    return f"({compiler.process(text, **options)} GLOB {compiler.process(glob, **options)})"


@compiles(loosely_holds, "postgresql")
def _loosely_postgresql(element: Any, compiler: Any, **options: Any) -> str:
    text, _, regex = element.clauses
    return f"({compiler.process(text, **options)} ~ {compiler.process(regex, **options)})"


def says(text: ColumnElement[Any], search: str) -> ColumnElement[bool]:
    """True where the text holds all words of the search, anywhere and in any order; true for a search of nothing.

    Case and accents do not count, and a spelled-out letter finds the letter: "uber" and "über" find Über, "ueber"
    finds both. At most MOST_WORDS words count.
    """
    return and_(True, *(_one(text, word) for word in words(search)))


def words(search: str) -> list[str]:
    """The words a search asks for, each once, as they count."""
    return list(dict.fromkeys(word[:LONGEST_WORD] for word in search.casefold().split()))[:MOST_WORDS]


def _one(text: ColumnElement[Any], word: str) -> ColumnElement[bool]:
    # most texts have no letter beyond ASCII: the plain word is enough for them and twenty times as fast as a pattern
    forms = _forms(word)
    plainly = [plainly_holds(text, literal("".join(form))) for form in forms]
    loosely = [loosely_holds(text, literal(_glob(form)), literal(_regex(form))) for form in forms]
    return or_(*plainly, and_(is_beyond_ascii(text), or_(*loosely)))


def _forms(word: str) -> list[list[str]]:
    """The ways to write a word, each as one base letter or sign a place."""
    word = unicodedata.normalize("NFC", word)
    plain = [_base(letter) for letter in word if not unicodedata.combining(letter)]
    spelled = [part for letter in word for part in _SPELLED.get(letter, _base(letter))]
    joined = [_base(letter) for letter in _rejoined(word)]
    return [list(form) for form in dict.fromkeys(map(tuple, (plain, spelled, joined)))]


def _rejoined(word: str) -> str:
    for letters, letter in (("ae", "ä"), ("oe", "ö"), ("ue", "ü"), ("ss", "ß")):
        word = word.replace(letters, letter)
    return word


def _base(letter: str) -> str:
    folded = _WHOLE.get(letter, letter)
    return unicodedata.normalize("NFKD", folded)[0]


@lru_cache(maxsize=1)
def _letters() -> dict[str, str]:
    """For each base letter all letters that are it with an accent, small and capital."""
    found: dict[str, list[str]] = {}
    for place in _PLACES:
        for letter in map(chr, place):
            base = _base(letter.lower())[0].lower()
            if letter.isalpha() and base.isalpha():
                found.setdefault(base, []).append(letter)
    return {base: "".join(letters) for base, letters in found.items()}


def _class(letter: str) -> str:
    """All that counts as this letter."""
    others = _letters().get(letter.lower(), "")
    return "".join(dict.fromkeys(letter.lower()[:1] + letter.upper()[:1] + others))


def _glob(form: Sequence[str]) -> str:
    return f"*{''.join(_glob_sign(sign) for sign in form)}*"


def _glob_sign(sign: str) -> str:
    if sign.isalpha():
        return f"[{_class(sign)}]"
    return f"[{sign}]" if sign in "*?[" else sign


def _regex(form: Sequence[str]) -> str:
    return "".join(f"[{_class(sign)}]" if sign.isalpha() else _escaped(sign) for sign in form)


def _escaped(sign: str) -> str:
    return sign if sign.isalnum() or ord(sign) > 127 else f"\\{sign}"
