"""From files to the knowledge base: choose, check without changing anything, look, import."""

from __future__ import annotations

import tempfile
from pathlib import Path

import streamlit as st

from kb import importing
from kb.errors import Refused
from kb.importing import Preset, columns
from pages.parts import import_result
from pages.ui import people
from pages.ui.door import View
from pages.ui.plain import plain


def wizard(view: View) -> None:
    """Own data go into the own base only; the demo leads there."""
    if view.which == "demo":
        st.info("This is the invented company. Your own data go into a knowledge base of their own; the demo stays.")
        st.button("Use my own data", on_click=_use_own)
        return
    if not people.asked(view.base, view.who, "import"):
        return
    paths = _files()
    preset = _preset()
    if preset is None:
        return
    if st.button("Check without importing", disabled=not paths):
        _run(view, paths, preset, dry_run=True)
    import_result.shown(view, lambda: _run(view, paths, preset, dry_run=False), bool(paths))


def _use_own() -> None:
    st.session_state["base"] = "own"


def _files() -> list[Path]:
    uploaded = st.file_uploader("Files", ["csv", "tsv", "txt", "xlsx"], accept_multiple_files=True, key="files")
    named = st.text_input(
        "Or a folder or file on the computer where Symbiosis runs", key="folder", placeholder="/data/exports/2026-10"
    )
    paths = [_kept(one.name, one.getvalue()) for one in uploaded or []]
    return [*paths, *([Path(named.strip()).expanduser()] if named and named.strip() else [])]


def _kept(name: str, content: bytes) -> Path:
    """The upload as a file in a folder that goes with the session; only the last part of its name counts."""
    folder = st.session_state.setdefault("upload-folder", tempfile.TemporaryDirectory(prefix="symbiosis-"))
    path = Path(folder.name) / Path(name.replace("\\", "/")).name
    if not path.exists() or path.stat().st_size != len(content) or path.read_bytes() != content:
        path.write_bytes(content)
    return path


def _preset() -> Preset | None:
    names = importing.presets.names()
    start = names.index("symbiosis") if "symbiosis" in names else 0
    name = st.selectbox("Preset: which system the files come from", names, start, format_func=_title, key="preset")
    try:
        preset = importing.presets.load(name)
    except Refused as refused:
        st.error(plain(refused))
        return None
    with st.expander(f"What the preset {preset.name} expects and does"):
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


def _title(name: str) -> str:
    try:
        return importing.presets.load(name).title
    except Refused:
        return name


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
    import_result.keep(report)
