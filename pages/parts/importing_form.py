"""From files to the knowledge base: choose, check without changing anything, look, import."""

from __future__ import annotations

from pathlib import Path
from threading import Thread

import streamlit as st

from kb import importing
from kb.errors import Refused
from kb.importing import Preset, columns, own
from pages.parts import import_result, uploading
from pages.ui import door, refreshing
from pages.ui.door import View
from pages.ui.plain import plain


def wizard(view: View) -> None:
    """Own data go into the own base only; the demo leads there."""
    if not uploading.may_bring(view, "import"):
        return
    paths = _files()
    preset = _preset(view)
    if preset is not None:
        check_and_import(view, paths, preset, "import")


def check_and_import(view: View, paths: list[Path], preset: Preset, place: str) -> None:
    """The dry run with its result, and then the import; `place` tells two of them on one page apart."""
    if st.button("Check without importing", disabled=not paths, key=f"check-{place}"):
        _run(view, paths, preset, dry_run=True)
    import_result.shown(view, lambda: _run(view, paths, preset, dry_run=False), bool(paths))


def _files() -> list[Path]:
    uploaded = uploading.uploads("files")
    named = st.text_input(
        "Or a folder or file on the computer where Symbiosis runs", key="folder", placeholder="/data/exports/2026-10"
    )
    return [*uploaded, *([Path(named.strip()).expanduser()] if named and named.strip() else [])]


def _preset(view: View) -> Preset | None:
    titles = _titles(view)
    start = list(titles).index("symbiosis") if "symbiosis" in titles else 0
    name = st.selectbox(
        "Preset: which system the files come from", list(titles), start, format_func=titles.get,
        key="preset", help="None fits? Map the file by hand: the tab beside this one.",
    )  # fmt: skip
    try:
        preset = own.load(view.base, view.who, name)
    except Refused as refused:
        st.error(plain(refused))
        return None
    with st.expander(f"What the preset {plain(preset.name)} expects and does"):
        money = preset.currency or "the currency of the base"
        st.caption(plain(f"Version {preset.version}. Times are in {preset.time_zone}. Money is in {money}."))
        for note in (*preset.notes, *preset.shifts):
            st.markdown(f"- {plain(note)}")
        for table in preset.tables:
            st.caption(plain(f"{table.table}: {', '.join(table.files)}"))
    return _choices(preset)


def _choices(preset: Preset) -> Preset:
    """The reader's own word where a file can be read in two ways; a preset that says it needs none."""
    if preset.dates is not None and preset.decimal is not None:
        return preset
    with st.expander("If dates or numbers can be read in two ways"):
        days = ("", *columns.CANDIDATE_DATES)
        settled = preset.dates is not None
        day = st.selectbox("Days are written", days, format_func=_day, key="day-format", disabled=settled)
        marks = {"": "as found in each file", ".": "a point: 1,234.56", ",": "a comma: 1.234,56"}
        mark = st.selectbox(
            "The decimal mark is", list(marks), format_func=marks.get, key="mark", disabled=preset.decimal is not None
        )
    return preset.with_choices(decimal=mark or None, day=day or None)


def _day(form: str) -> str:
    return columns.readable(form) if form else "as found in each file"


def _titles(view: View) -> dict[str, str]:
    """Name -> what people read, of the presets that come along and then of those made here."""
    along = {name: _title(importing.presets.load(name)) for name in importing.presets.names()}
    return along | {one.name: _made_here(view, one.name) for one in own.saved(view.base, view.who)}


def _made_here(view: View, name: str) -> str:
    try:
        return f"{_title(own.load(view.base, view.who, name))} (made here)"
    except Refused:  # a later version of the program may know other words: the preset says so when it is chosen
        return name


def _title(preset: Preset) -> str:
    return preset.title or preset.name


def _run(view: View, paths: list[Path], preset: Preset, *, dry_run: bool) -> None:
    import_result.forget()
    with st.status("Checking the files" if dry_run else "Importing", expanded=True) as status:
        line = st.empty()
        try:
            report = importing.run(
                view.base, view.who, paths, preset, dry_run=dry_run, progress=lambda message: line.text(message)
            )
        except Refused as refused:
            status.update(label="Refused", state="complete", expanded=False)
            import_result.keep_refusal(str(refused))
            return
        status.update(label="Checked" if dry_run else "Imported", state="complete", expanded=False)
    if not dry_run:
        Thread(target=importing.settle, args=(view.base,), daemon=True).start()
        if door.ask(view, "grouping").groups:
            refreshing.start(view.base, "--new")  # the new records into the groups there are
    import_result.keep(report)
