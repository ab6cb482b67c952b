"""What a header says: split into words, each read as the concepts it can stand for in eight languages."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import product
from pathlib import Path

LANGUAGES = {
    "en": "English", "de": "German", "fr": "French", "es": "Spanish", "it": "Italian", "nl": "Dutch", "pl": "Polish",
    "pt": "Portuguese",
}  # fmt: skip
MOST_READINGS = 48
LONGEST_PHRASE = 3
LONGEST_HEADER = 120
MOST_KEPT = 20_000  # headers remembered by the process: anybody may bring new ones
_SPLIT = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|[^A-Za-z#]+")
_UNITS = re.compile(r"[(\[][^)\]]{0,4}[)\]]")  # (kg), (Y/N): how cells are written, not what they are
_LETTERS = str.maketrans({"ß": "ss", "ł": "l", "Ł": "L", "ø": "o", "Ø": "O", "æ": "ae", "œ": "oe", "º": "o", "°": "."})
_UNSURE = 0.85  # how far a word counts that is only similar to a known one


@dataclass(frozen=True)
class Piece:
    """A part of a header: the concept it stands for (none where nobody knows), in which languages, how surely."""

    text: str
    concept: str | None
    languages: frozenset[str] = frozenset()
    sure: float = 1.0


Reading = tuple[Piece, ...]


@dataclass(frozen=True)
class _Lexicon:
    words: dict[str, dict[str, frozenset[str]]]  # word -> concept -> languages
    codes: dict[str, tuple[str, ...]]
    silent: frozenset[str]
    skeletons: dict[str, frozenset[str]]  # consonants -> words


def fold(text: str) -> str:
    """The text without accents, in ASCII letters where they have any."""
    return unicodedata.normalize("NFKD", text.translate(_LETTERS)).encode("ascii", "ignore").decode()


def tokens(header: str) -> list[str]:
    """The words of a header in lower case: camelCase, snake_case, abbreviations with points and # are split."""
    # an accent that starts or ends a word would otherwise hide where it does: the header is folded first
    told = _UNITS.sub(" ", fold(header[:LONGEST_HEADER]))
    found = [token.lower() for token in _SPLIT.split(told) if token]
    return [part for token in found for part in re.split(r"(#)", token) if part]


def shared_prefix(headers: Sequence[str]) -> str | None:
    """The first word of most headers, where it tells nothing as it stands everywhere (`comp_name`, `comp_city`)."""
    firsts = Counter(words[0] for header in headers if len(words := tokens(header)) > 1)
    if not firsts:
        return None
    word, count = firsts.most_common(1)[0]
    return word if count >= 4 and count > 0.6 * len(headers) else None


@lru_cache(MOST_KEPT)
def readings(header: str, prefix: str | None = None) -> tuple[Reading, ...]:
    """Every way to read the header, the ones with fewest unknown words; pieces that say nothing are left out."""
    words = tokens(header)
    if prefix and len(words) > 1 and words[0] == prefix:
        words = words[1:]
    spoken = [word for word in words if word not in _lexicon().silent] or words
    options = _options(spoken)
    return tuple(dict.fromkeys(tuple(p for part in way for p in part) for way in _ways(options)))


def _ways(options: list[tuple[Reading, ...]]) -> list[tuple[Reading, ...]]:
    kept = [option if len(options) < 6 else option[:2] for option in options]
    return [way for way, _ in zip(product(*kept), range(MOST_READINGS), strict=False)]


def _options(words: list[str]) -> list[tuple[Reading, ...]]:
    """For each word, or run of words that belong together, its possible readings."""
    found: list[tuple[Reading, ...]] = []
    at = 0
    while at < len(words):
        for size in range(min(LONGEST_PHRASE, len(words) - at), 0, -1):
            joined = "_".join(words[at : at + size])
            options = _known(joined) if size > 1 else _word(joined)
            if options:
                break
        found.append(options)
        at += size
    return found


def _known(word: str) -> tuple[Reading, ...]:
    lexicon = _lexicon()
    if word in lexicon.codes and word not in lexicon.words:
        return (tuple(Piece(word, concept, frozenset({"SAP"})) for concept in lexicon.codes[word]),)
    return tuple((Piece(word, concept, langs),) for concept, langs in lexicon.words.get(word, {}).items())


@lru_cache(MOST_KEPT)
def _word(word: str) -> tuple[Reading, ...]:
    return _known(word) or _compound(word) or _similar(word) or _ending(word) or ((Piece(word, None),),)


def _compound(word: str) -> tuple[Reading, ...]:
    """`kundennummer` as kunden + nummer: the fewest known words that fill it, with a joint between them."""
    best: dict[int, list[str]] = {0: []}
    lexicon = _lexicon()
    for end in range(2, len(word) + 1):
        for start in [start for start in best if start < end]:
            part = word[start:end]
            for stem in (part, part[:-1] if part[-1:] in "sne" and end < len(word) else ""):
                long_enough = len(stem) >= (3 if end < len(word) or start == 0 else 2)
                fits = stem in lexicon.words and long_enough
                if fits and len(best[start]) + 1 < len(best.get(end, ["?"] * 4)):
                    best[end] = [*best[start], stem]
    parts = best.get(len(word))
    if not parts or len(parts) < 2:
        return ()
    return tuple(tuple(piece for part in way for piece in part) for way in _ways([_known(part)[:3] for part in parts]))


def _ending(word: str) -> tuple[Reading, ...]:
    """`standardcost` as something unknown that is a cost: the longest known end says what kind of thing it is."""
    for at in range(3, len(word) - 3):
        end = word[at:]
        if end in _lexicon().words:
            start = (_compound(word[:at]) or ((Piece(word[:at], None),),))[0]
            return tuple((*start, *reading) for reading in _known(end)[:3])
    return ()


def _similar(word: str) -> tuple[Reading, ...]:
    """Inflections (`zamowieniach`), words cut short (`artik`) and words without their vowels (`shft`)."""
    lexicon = _lexicon()
    near: set[str] = set()
    if len(word) >= 3 and not set(word) & set("aeiou"):
        near |= lexicon.skeletons.get(word, frozenset())
    if not near and len(word) >= 4:
        near |= {known for known in lexicon.words if known.startswith(word)}
        near |= {
            known
            for known in lexicon.words
            if len(known) >= 5 and word.startswith(known) and len(word) <= len(known) + 3
        }
    concepts: dict[str, frozenset[str]] = {}
    for known in sorted(near):
        for concept, langs in lexicon.words[known].items():
            concepts[concept] = concepts.get(concept, frozenset()) | langs
    return tuple((Piece(word, concept, langs, _UNSURE),) for concept, langs in list(concepts.items())[:3])


@cache
def _lexicon() -> _Lexicon:
    content = tomllib.loads(Path(__file__).with_name("words.toml").read_text(encoding="utf-8"))
    words: dict[str, dict[str, frozenset[str]]] = {}
    for concept, by_language in content["words"].items():
        for language, listed in by_language.items():
            for word in listed.split():
                held = words.setdefault(fold(word).lower(), {})
                held[concept] = held.get(concept, frozenset()) | {language}
    words.setdefault("#", {})["number"] = frozenset({"en"})
    skeletons: dict[str, frozenset[str]] = {}
    for word, concepts in words.items():
        if len(word) >= 4 and any("en" in langs for langs in concepts.values()):
            bones = word[0] + "".join(letter for letter in word[1:] if letter not in "aeiou")
            skeletons[bones] = skeletons.get(bones, frozenset()) | {word}
    codes = {code: tuple(concepts.split()) for code, concepts in content["codes"].items()}
    return _Lexicon(words, codes, frozenset(content["silent"]["words"].split()), skeletons)


def language_of(headers: Sequence[str], prefix: str | None = None) -> str:
    """The language in which most headers make sense, as its code: en where nothing speaks for another."""
    votes: Counter[str] = Counter()
    for header in headers:
        spoken = {lang for reading in readings(header, prefix) for p in reading for lang in p.languages}
        votes.update({lang: 1 / len(spoken) for lang in spoken if lang in LANGUAGES})
    return max(LANGUAGES, key=lambda lang: votes[lang])
