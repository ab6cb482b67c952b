"""How well a column of a file suits a column of ours: by what its header says and by what its cells are."""

from __future__ import annotations

from dataclasses import dataclass

from kb.importing.proposing.headers import LANGUAGES, Piece, Reading, readings
from kb.importing.proposing.phrases import Phrase
from kb.importing.proposing.profile import Profile

ROLES = frozenset(
    "number name date quantity amount price cost text designation status kind reason unit country region currency "  # noqa: SIM905
    "person month time severity cancelled disposition finding channel segment family category model station shift "
    "score credit location version department".split()
)
_SILENT_FOR_LABELS = frozenset({"number", "kind", "name", "designation"})  # `SegmentId` is the segment
_VAGUE, _UNKNOWN, _ROLE = 0.78, 0.4, 0.7
_OTHER_ROLE, _MORE_ROLE = 0.35, 0.6
_SUITS = {"number": "numbers", "integer": "whole numbers", "date": "days", "time": "days", "boolean": "yes or no"}


@dataclass(frozen=True)
class Spoken:
    """How far a header means a column, and the reading by which it does."""

    merit: float
    reading: Reading
    phrase: Phrase | None


def spoken(header: str, phrases: tuple[Phrase, ...], prefix: str | None, *, is_label: bool = False) -> Spoken:
    """The best of all readings against all phrases: merit 1 where the header says just that, 0 for nothing of it."""
    best = Spoken(0.0, (), None)
    for reading in readings(header, prefix):
        for phrase in phrases:
            merit = _match(reading, phrase, is_label)
            if merit > best.merit:
                best = Spoken(merit, reading, phrase)
    return best


def _match(reading: Reading, phrase: Phrase, is_label: bool) -> float:
    said = [piece for piece in reading if piece.concept != "silent"]
    hit = {p.concept for p in said} & phrase.concepts
    if not hit or (is_label and phrase.head not in hit):
        return 0.0
    if is_label:
        said = [p for p in said if p.concept in phrase.concepts or p.concept not in _SILENT_FOR_LABELS]
    ours = sum(map(_weight, phrase.concepts))
    theirs = sum(_weight(piece.concept) for piece in said)
    common = sum(_weight(concept) for concept in hit)
    told = sum(_weight(p.concept) * p.sure for p in said if p.concept in hit) / common
    merit = 2 * common / (ours + max(theirs, common)) * min(1.0, told)
    wanted, found = phrase.concepts & ROLES, {p.concept for p in said if p.concept} & ROLES
    strong = found - {"number"}
    if (strong and not strong & wanted) or (found and not found & wanted):
        merit *= _OTHER_ROLE if wanted else _MORE_ROLE
    return merit * (_VAGUE if phrase.is_vague else 1.0)


def _weight(concept: str | None) -> float:
    return _UNKNOWN if concept is None else _ROLE if concept in ROLES else 1.0


def suits(profile: Profile, kind: str, role: str) -> float:
    """How far the cells can be of the kind (as in kb.importing.fields) and role (key, parent, name, text, word)."""
    if profile.is_empty:
        return 0.5
    if kind in ("date", "time"):
        return profile.date_share
    if kind in ("number", "integer"):
        return _numeric(profile, kind)
    if kind == "boolean":
        return max(profile.flag_share, 0.6 if profile.distinct == 2 else 0.0) * (profile.distinct <= 4)
    return _TEXTS[role](profile)


def _numeric(profile: Profile, kind: str) -> float:
    share = profile.integer_share if kind == "integer" else profile.number_share
    looks_like_code = profile.padded_share > 0.5 and kind == "number"
    return share * (0.4 if looks_like_code else 0.6 if profile.date_share > 0.9 else 1.0)


def _code(profile: Profile) -> float:
    is_short = 1.0 if profile.length <= 24 else 0.3
    is_day = profile.date_share > 0.8 and not (profile.days and next(iter(profile.days)) == "%Y%m%d")
    is_fraction = profile.number_share > 0.9 and profile.integer_share < 0.5
    wordy = profile.spaced_share * profile.lettered_share
    return is_short * (0.1 if is_day or is_fraction else 1 - 0.8 * wordy)


def _key(profile: Profile) -> float:
    return _code(profile) * (1.0 if profile.uniqueness > 0.999 else 0.35 + 0.4 * profile.uniqueness)


def _name(profile: Profile) -> float:
    return 0.2 if profile.number_share > 0.8 or profile.date_share > 0.8 else 0.5 + 0.5 * profile.lettered_share


def _sentence(profile: Profile) -> float:
    if profile.number_share > 0.8 or profile.date_share > 0.8:
        return 0.1
    return min(1.0, 0.25 + profile.length / 40 + 0.4 * profile.spaced_share)


def _label(profile: Profile) -> float:
    few = 1.0 if profile.distinct <= max(60, 0.2 * profile.filled) else 0.5
    return few * (0.1 if profile.date_share > 0.8 and profile.length > 5 else 1.0)


_TEXTS = {"key": _key, "parent": _code, "name": _name, "text": _sentence, "word": _label}


def confidence(name: float, cells: float, known: float, kind: str) -> float:
    """One number from 0 to 1 of the header's merit, the cells' fit and the share of keys the base already knows."""
    if cells < 0.3:
        return 0.3 * name * cells
    by_name = name * (0.5 + 0.5 * cells)
    by_keys = (0.45 + 0.4 * known) * (known > 0.4)
    return max(by_name + (1 - by_name) * 0.3 * known * (by_name > 0), by_keys)


def because(said: Spoken, profile: Profile, kind: str, known: float, language: str, parent: str) -> str:
    """The reason in words: what the header means in which language, and what the cells are."""
    told = []
    if said.merit > 0:
        meaning = " ".join(dict.fromkeys(_shown(piece) for piece in said.reading if piece.concept != "silent"))
        told.append(f"header means '{meaning}'{_tongue(said.reading, language)}")
    if kind in _SUITS and not profile.is_empty:
        told.append(f"{100 * suits(profile, kind, 'word'):.0f} % are {_SUITS[kind]}")
    if known > 0.4:
        told.append(f"{100 * known:.0f} % are known {parent.replace('_', ' ')}")
    if profile.is_empty:
        told.append("it is empty in the rows looked at")
    return "; ".join(told)


def _shown(piece: Piece) -> str:
    return piece.text if piece.concept is None else _WORDS.get(piece.concept, piece.concept)


_WORDS = {
    "workorder": "work order",
    "workcenter": "work center",
    "position": "line",
    "kind": "type",
    "ntf": "no trouble found",
}


def _tongue(reading: Reading, language: str) -> str:
    if any("SAP" in piece.languages for piece in reading):
        return " (SAP field)"
    spoken = [piece.languages for piece in reading if piece.languages]
    if not spoken:
        return ""
    common = frozenset.intersection(*spoken) or frozenset().union(*spoken)
    if "en" in common:
        return ""
    chosen = language if language in common else sorted(common)[0]
    return f" in {LANGUAGES[chosen]}"
