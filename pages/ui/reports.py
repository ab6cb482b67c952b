"""The report of a page: what it showed, in order, as one HTML file or a PDF.

The pieces pages show by (`cards.card`, `show.drawing`, `show.table`) note what they showed, so that every page has a
report without its author doing anything.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from functools import partial
from importlib import import_module

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from analytics.report import Number, Picture, Piece, Report, Rows
from kb import exporting
from pages.ui.door import View

FORMATS = {"html": ("Report as HTML", "text/html"), "pdf": ("as PDF", "application/pdf")}


@dataclass
class _Noted:
    title: str = ""
    about: dict[str, str] = field(default_factory=dict)
    place: DeltaGenerator | None = None
    pieces: list[Piece] = field(default_factory=list)


_noted: ContextVar[_Noted] = ContextVar("noted")


def begin() -> None:
    """Start with an empty report; called once a run, before the page."""
    _noted.set(_Noted())


def head(title: str, about: Mapping[str, str]) -> None:
    """The page's title and what it covers; keeps the place for the buttons where this is called."""
    if (noted := _noted.get(None)) is not None:
        noted.title, noted.about = title, dict(about)
        noted.place = st.container(horizontal=True, gap="small", width="content")


def note(piece: Number | Picture | Rows) -> None:
    """Remember something that the page shows."""
    if (noted := _noted.get(None)) is not None:
        noted.pieces.append(piece)


def offer(view: View) -> None:
    """The buttons for the report, at the place the header kept; nothing on a page that showed nothing to report."""
    noted = _noted.get(None)
    if noted is None or noted.place is None or not noted.pieces:
        return
    report = Report(noted.title, noted.about, tuple(noted.pieces))
    with noted.place:
        for form, (label, kind) in FORMATS.items():
            st.download_button(
                label, partial(_content, view, report, form), f"{file_name(report.title)}.{form}", kind,
                key=f"report-{form}", on_click="ignore", type="tertiary", disabled=not view.who.may("export"),
                help="This page with its figures and filters as one file that needs nothing else",
            )  # fmt: skip


def _content(view: View, report: Report, form: str) -> bytes:
    whole = replace(report, about=dict(report.about) | {"Exported by": view.who.name})
    return exporting.export_document(
        partial(_made, whole, form),
        title=f"Report: {report.title}",
        filters=report.about,
        data_time=report.about.get("Data", ""),
        format=form,
        who=view.who,
        base=view.base,
    )


def _made(report: Report, form: str) -> bytes:
    # the libraries that draw are loaded when somebody wants a report
    return getattr(import_module(f"analytics.report.{form}"), form)(report)


def file_name(title: str) -> str:
    """The title as the name of a file, without its ending."""
    kept = "".join(letter if letter.isalnum() and letter.isascii() else "-" for letter in title.lower())
    return "-".join(filter(None, kept.split("-"))) or "download"
