"""One cell's text -> one value, or the reason why not. Applied to the distinct texts of a column only."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

Parser = Callable[[str], Any]
EARLIEST, LATEST = date(1900, 1, 1), date(2200, 1, 1)
TRUE = frozenset({"yes", "y", "true", "t", "1", "x", "ja", "oui", "si"})
FALSE = frozenset({"no", "n", "false", "f", "0", "nein", "non"})
ISO_DATE = "%Y-%m-%d"
KEPT_DAYS = 20_000  # several columns hold the same days, and each chunk again; strptime takes 20 microseconds a text
CANDIDATE_DATES = (
    "%Y-%m-%d", "%d.%m.%Y", "%d.%m.%y", "%d/%m/%Y", "%m/%d/%Y", "%d-%m-%Y", "%m-%d-%Y", "%Y/%m/%d", "%Y%m%d",
    "%d/%m/%y", "%m/%d/%y",
)  # fmt: skip
_TIMES = (
    " %H:%M", " %H:%M:%S", " %H:%M:%S.%f", "T%H:%M:%S", "T%H:%M:%S.%f", "T%H:%M:%S%z", "T%H:%M:%S.%f%z",
    " %I:%M %p", " %I:%M:%S %p", "",
)  # fmt: skip


def with_clocks(day: str) -> tuple[str, ...]:
    """The formats of one way to write a day, alone and with each way to write a time behind it."""
    return tuple(day + clock for clock in _TIMES)


_PATTERNS = {
    "%Y": r"\d{4}", "%m": r"\d{1,2}", "%d": r"\d{1,2}", "%y": r"\d{2}", "%H": r"\d{1,2}", "%M": r"\d{2}",
    "%I": r"\d{1,2}", "%p": r"(?i:[ap]m)", "%S": r"\d{2}", "%f": r"\d{1,6}", "%z": r"(?:Z|[+-]\d{2}:?\d{2})",
}  # fmt: skip


@dataclass(frozen=True)
class Rules:
    """How one column is read: what the preset says, and what the file showed where it says nothing."""

    decimal: str = "."
    dates: tuple[str, ...] = (ISO_DATE,)
    zone: str = "UTC"
    shift_days: int = 0
    negative: bool = False
    future: bool = False
    true: frozenset[str] = TRUE
    false: frozenset[str] = FALSE
    today: date = field(default_factory=date.today)


def parser(kind: str, rules: Rules) -> Parser:
    """A function from text (stripped, not empty) to a value of the kind; it raises ValueError with the reason.

    date gives date, time gives aware UTC datetime, boolean bool, integer int, number float, text str.
    """
    makers: dict[str, Callable[[Rules], Parser]] = {
        "text": lambda _: _text,
        "integer": _integer,
        "number": _number,
        "boolean": _boolean,
        "date": _date,
        "time": _time,
    }
    return makers[kind](rules)


def overlapping(formats: tuple[str, ...]) -> tuple[str, str, str] | None:
    """Two formats that read one text as different days, with that text; none when every text has one meaning."""
    for day in (date(2003, 4, 5), date(2011, 12, 10), date(2010, 11, 12)):
        for written in formats:
            text = day.strftime(written)
            meant = read_day(text, written)
            for read in formats:
                other = read_day(text, read)
                if meant and other and other != meant:
                    return written, read, text
    return None


def fits(text: str, form: str) -> bool:
    """Whether the text is a day (and time) of this format, with all its digits."""
    return read_day(text, form) is not None


def read_day(text: str, form: str) -> datetime | None:
    """The moment that the text writes in this format; none where it does not fit, with all its digits."""
    # strptime takes fewer digits than a format shows (3 for %Y%m%d): the shape is checked first
    return _parsed(text, form) if _shape(form).fullmatch(text) else None


@lru_cache(maxsize=KEPT_DAYS)
def _parsed(text: str, form: str) -> datetime | None:
    try:
        moment = datetime.strptime(text, form)
    except ValueError:
        return None
    return moment if EARLIEST <= moment.date() <= LATEST else None


_SHAPES: dict[str, re.Pattern[str]] = {}


def _shape(form: str) -> re.Pattern[str]:
    if form not in _SHAPES:
        tight = "%Y%m%d" in form
        parts = re.split(r"(%[A-Za-z])", form)
        pattern = "".join(_PATTERNS.get(part, re.escape(part)) if part else "" for part in parts)
        _SHAPES[form] = re.compile(pattern.replace(r"\d{1,2}", r"\d{2}") if tight else pattern)
    return _SHAPES[form]


def _text(text: str) -> str:
    return text


_PLAIN = {
    ".": re.compile(r"-?(\d+|\d{1,3}(,\d{3})+)(\.\d*)?|-?\.\d+"),
    ",": re.compile(r"-?(\d+|\d{1,3}([. ']\d{3})+)(,\d*)?|-?,\d+"),
}


def number_from(text: str, decimal: str) -> float:
    """The number that the text writes with this decimal mark ('.', ',' or '?' for unknown); ValueError otherwise."""
    shown = text.replace("\u00a0", " ").replace("\u202f", " ")
    trailing = len(shown) > 1 and shown.endswith("-")
    plain = "-" + shown[:-1] if trailing else shown
    if re.fullmatch(r"-?\d+(\.\d+)?[eE][+-]?\d+", plain):
        return float(plain)
    if decimal == "?":
        if re.fullmatch(r"-?\d+", plain):
            return float(plain)
        if not any(form.fullmatch(plain) for form in _PLAIN.values()):
            raise ValueError("is not a number")
        raise ValueError("could be thousands or decimals: name the decimal mark in the preset or on the Data page")
    if not _PLAIN[decimal].fullmatch(plain):
        raise ValueError(f"is not a number with decimal mark '{decimal}'")
    thousands = "," if decimal == "." else ". '"
    for mark in thousands:
        plain = plain.replace(mark, "")
    return float(plain.replace(decimal, "."))


def _number(rules: Rules) -> Parser:
    def parse(text: str) -> float:
        value = number_from(text, rules.decimal)
        if abs(value) > 1e15:
            raise ValueError("is larger than any quantity or value can be")
        if value < 0 and not rules.negative:
            raise ValueError("is negative, which this column does not allow")
        return value

    return parse


def _integer(rules: Rules) -> Parser:
    number = _number(rules)

    def parse(text: str) -> int:
        value = number(text)
        if value != int(value):
            raise ValueError("is not a whole number")
        return int(value)

    return parse


def _boolean(rules: Rules) -> Parser:
    def parse(text: str) -> bool:
        word = text.lower()
        if word in rules.true:
            return True
        if word in rules.false:
            return False
        raise ValueError("is neither yes nor no")

    return parse


def _moment(text: str, rules: Rules) -> datetime:
    for form in rules.dates:
        moment = read_day(text, form)
        if moment:
            return moment + timedelta(days=rules.shift_days)
    raise ValueError(f"is no date of the form {' or '.join(readable(form) for form in rules.dates)}")


def _date(rules: Rules) -> Parser:
    zone = ZoneInfo(rules.zone)

    def parse(text: str) -> date:
        moment = _moment(text, rules)
        day = (moment.astimezone(zone) if moment.tzinfo else moment).date()
        if day > rules.today and not rules.future:
            raise ValueError("lies in the future, which this column does not allow")
        return day

    return parse


def _time(rules: Rules) -> Parser:
    zone = ZoneInfo(rules.zone)

    def parse(text: str) -> datetime:
        moment = _moment(text, rules)
        local = moment if moment.tzinfo else moment.replace(tzinfo=zone)
        utc = local.astimezone(UTC)
        if utc.astimezone(local.tzinfo).replace(tzinfo=None) != local.replace(tzinfo=None):
            raise ValueError(f"does not exist in {rules.zone}: the clock was set forward over it")
        if utc.date() > rules.today + timedelta(days=1) and not rules.future:
            raise ValueError("lies in the future, which this column does not allow")
        return utc

    return parse


def readable(form: str) -> str:
    """A date format as people write it: DD.MM.YYYY."""
    words = {
        "%Y": "YYYY",
        "%y": "YY",
        "%m": "MM",
        "%d": "DD",
        "%H": "hh",
        "%M": "mm",
        "%S": "ss",
        "%f": "ffffff",
        "%I": "hh",
        "%p": "AM/PM",
        "%z": "+hhmm",
    }
    for code, word in words.items():
        form = form.replace(code, word)
    return form
