"""Which encoding a text file has, and its content as UTF-8 bytes in pieces of bounded size."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from pathlib import Path

from kb.errors import Refused

PIECE = 4 * 1024 * 1024
_NOT_TEXT = {
    b"\x1f\x8b": "a gzip archive; unpack it first",
    b"%PDF": "a PDF; export the table as CSV or .xlsx",
    b"\xff\xfe\x00\x00": "UTF-32 text; save it as UTF-8",
    b"\x00\x00\xfe\xff": "UTF-32 text; save it as UTF-8",
}
_UNDECODED = re.compile("[\udc80-\udcff]")


def find(path: Path, hint: str | None) -> tuple[str, str, tuple[str, ...]]:
    """Encoding, line end and notes, from reading the whole file once."""
    with path.open("rb") as file:
        start = file.read(4096)
    for magic, what in _NOT_TEXT.items():
        if start.startswith(magic):
            raise Refused(f"{path.name} is {what}, and try again.")
    if hint:
        return _known(path, hint), _line_end(path, _known(path, hint)), ()
    by_mark = _by_mark(start)
    if by_mark:
        return by_mark, _line_end(path, by_mark), ()
    encoding, notes = _utf8_or_not(path)
    return encoding, _line_end(path, encoding), notes


def pieces(path: Path, encoding: str, line_end: str = "\n") -> Iterator[bytes]:
    """The file as UTF-8 bytes without its byte order mark, lines ended by a line feed.

    Bytes that the encoding does not know come out as bytes that are not UTF-8, so that the rows that hold
    them are found and refused later on instead of being read wrong.
    """
    for number, piece in enumerate(_as_utf8(path, encoding)):
        text = piece.removeprefix(codecs.BOM_UTF8) if number == 0 else piece
        yield text.replace(b"\r", b"\n") if line_end == "\r" else text


def _as_utf8(path: Path, encoding: str) -> Iterator[bytes]:
    if encoding in {"utf-8", "utf-8-sig"}:
        yield from _raw(path)
        return
    errors = "surrogatepass" if encoding.startswith(("utf-16", "utf-32")) else "surrogateescape"
    decoder = codecs.getincrementaldecoder(encoding)(errors)
    for piece in _raw(path):
        yield decoder.decode(piece).encode("utf-8", "surrogatepass")
    try:
        rest = decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        yield b"\xff"  # half a character at the end of the file: its row is refused as not readable
    else:
        yield rest.encode("utf-8", "surrogatepass")


def _raw(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while piece := file.read(PIECE):
            yield piece


def _known(path: Path, hint: str) -> str:
    try:
        "".encode(hint)
        name = codecs.lookup(hint).name
    except LookupError as error:
        raise Refused(f"{path.name}: the encoding '{hint}' is not known; name one such as utf-8 or cp1252.") from error
    if name not in {"utf-16", "utf-8"}:
        return name
    with path.open("rb") as file:
        return _by_mark(file.read(4096)) or ("utf-16-le" if name == "utf-16" else name)


def _by_mark(start: bytes) -> str | None:
    if start.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    if start.startswith(codecs.BOM_UTF16_LE):
        return "utf-16-le"
    if start.startswith(codecs.BOM_UTF16_BE):
        return "utf-16-be"
    return _by_nul(start)


def _by_nul(start: bytes) -> str | None:
    """UTF-16 without a mark: text of a western language then has a NUL at every second byte."""
    pairs = len(start) // 2
    even, odd = start[0::2].count(0), start[1::2].count(0)
    if pairs < 2 or max(even, odd) < 0.4 * pairs or min(even, odd) > 0.05 * pairs:
        return None
    return "utf-16-le" if odd > even else "utf-16-be"


def _utf8_or_not(path: Path) -> tuple[str, tuple[str, ...]]:
    """UTF-8 unless bytes that are none of it outnumber the real UTF-8 characters.

    A single broken byte must not turn every other accented letter of the file into something else.
    """
    decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
    good = bad = 0
    for piece in _raw(path):
        if piece.isascii() and decoder.getstate()[0] == b"":
            continue
        text = decoder.decode(piece)
        broken = len(_UNDECODED.findall(text))
        bad += broken
        good += len(text) - len(text.encode("ascii", "ignore")) - broken
    bad += len(decoder.decode(b"", final=True))
    if bad == 0:
        return "utf-8", ()
    if good > bad:
        return "utf-8", (f"{bad:,} bytes are not UTF-8 while {good:,} characters are; rows with them are refused.",)
    return "cp1252", ("The file is not UTF-8; Windows-1252 is a guess. Check accented letters before importing.",)


def _line_end(path: Path, encoding: str) -> str:
    """A lone carriage return if the file has those and no line feed at all."""
    seen = False
    for piece in _as_utf8(path, encoding):
        if b"\n" in piece:
            return "\n"
        seen = seen or b"\r" in piece
    return "\r" if seen else "\n"
