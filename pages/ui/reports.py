"""The report of a page: what it showed, in order, as one HTML file or a PDF.

The pieces pages show by (`cards.card`, `show.drawing`, `show.table`) note what they showed, so that every page has a
report without its author doing anything.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from functools import partial
from importlib import import_module
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from analytics.report import Number, Picture, Piece, Report, Rows
from kb import exporting
from pages.ui.door import View

FORMATS = {"html": ("As HTML", "text/html"), "pdf": ("As PDF", "application/pdf")}


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
        noted.place = st.popover("Report", type="tertiary", width="content", key=f"report-{title}", on_change="rerun")


def note(kind: Callable[..., Number | Picture | Rows], *told: Any) -> None:
    """Remember something that the page shows: `kind` makes it of `told` where somebody wants the report."""
    if (noted := _noted.get(None)) is not None and noted.place is not None and noted.place.open:
        noted.pieces.append(kind(*told))


def offer(view: View) -> None:
    """The buttons for the report, where somebody opened the place that the header kept for them."""
    noted = _noted.get(None)
    if noted is None or noted.place is None or not noted.place.open:
        return
    with noted.place:
        if not noted.pieces:
            st.caption("This view shows no figures and no table that a report could hold.")
            return
        st.caption("This page with its figures and filters as one file that needs nothing else.")
        report = Report(noted.title, noted.about, tuple(noted.pieces))
        for form, (label, kind) in FORMATS.items():
            st.download_button(
                label, partial(_content, view, report, form), f"{file_name(report.title)}.{form}", kind,
                key=f"report-{form}", on_click="ignore", type="tertiary", disabled=not view.who.may("export"),
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
