"""Mapping by hand: a file nobody described, what the app thinks of it, what the person says, a preset of their own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import streamlit as st

from kb.errors import Refused
from kb.importing import mapping, own
from kb.importing.mapping import Draft, FileMapping
from kb.importing.own import Saved
from kb.importing.proposing import Sample, default_sheet, take
from pages.parts import mapping_columns, mapping_formats, mapping_preview, mapping_saving, uploading
from pages.ui.door import View
from pages.ui.plain import plain

NEW = "A new preset"
MOST_SAMPLES = 20  # held by one session; all are dropped when there are more


def by_hand(view: View) -> None:
    """From files to a preset of one's own, and on to the import."""
    if not uploading.may_bring(view, "mapping"):
        return
    st.markdown(
        "For files of a system that has no preset. Symbiosis proposes what each column is from its name and its "
        "cells; you correct it, see the first rows, and save it as a preset of your own."
    )
    origin = _origin(view)
    paths = uploading.uploads("mapping-files")
    if not paths:
        _without_files(view, origin)
        return
    samples = [sample for path in paths if (sample := _sample(path, _sheet_of(path))) is not None]
    if samples:
        _map(view, origin, samples)


def _origin(view: View) -> Saved | None:
    """The preset to start from, as it was when the person opened it, so that nobody's change is overwritten."""
    held = {one.name: one for one in own.saved(view.base, view.who)}
    if not held:
        return None
    name = st.selectbox("Start from", [NEW, *held], key="mapping-origin", persist_state="session")
    if name == NEW or name not in held:
        return None
    seen: dict[tuple[str, str], Saved] = st.session_state.setdefault("mapping-seen", {})
    return seen.setdefault((view.base.url, name), held[name])


def _without_files(view: View, origin: Saved | None) -> None:
    if origin is None:
        st.caption("Choose a file to begin: nothing is imported before you say so.")
        return
    st.caption("Choose a file of this kind to change its columns, or change the text of the preset.")
    mapping_saving.as_text(view, origin)


def _sheet_of(path: Path) -> str | None:
    """The sheet the person chose in this workbook; none where the first filled one serves."""
    chosen: str | None = st.session_state.get(f"map-sheet-{path.name}")
    return chosen


def _sample(path: Path, sheet: str | None) -> Sample | None:
    """The first rows, read once for each state of the file."""
    state = path.stat()
    place = (str(path), state.st_size, state.st_mtime_ns, sheet)
    kept: dict[object, Sample] = st.session_state.setdefault("mapping-samples", {})
    if place not in kept:
        if len(kept) >= MOST_SAMPLES:
            kept.clear()
        try:
            kept[place] = take(path, sheet)
        except Refused as refused:
            st.error(plain(refused))
            return None
    return kept[place]


def _map(view: View, origin: Saved | None, samples: list[Sample]) -> None:
    start = mapping.again(origin.toml, origin.name) if origin else None
    if origin and start is None:
        st.info("This preset says more than the form can show; change its text instead.")
        mapping_saving.as_text(view, origin)
        return
    shown = _shown(samples)
    file, open_questions = _file(view, shown, start)
    files = tuple(file if sample is shown else _unseen(view, sample, start) for sample in samples)
    zone, currency = mapping_formats.whole(files, start)
    make = _maker(start, files, zone, currency, _sheet(samples, files))
    mapping_preview.rows(view, shown, open_questions, lambda: mapping.preset(make("preview", "")))
    mapping_saving.form(view, origin, make, open_questions, [sample.path for sample in samples])


def _shown(samples: list[Sample]) -> Sample:
    if len(samples) == 1:
        return samples[0]
    names = [sample.path.name for sample in samples]
    st.caption("Each file is mapped on its own; all of them make one preset.")
    name = st.selectbox("File", names, key="mapping-file", persist_state="session")
    return samples[names.index(name)] if name in names else samples[0]


def _file(view: View, sample: Sample, start: Draft | None) -> tuple[FileMapping, list[str]]:
    """The sections of one file, what they say together, and the questions that are still open."""
    st.subheader(plain(sample.path.name), anchor=False)
    st.caption(plain(f"{sample.found.describe()}. {len(sample.headers)} columns."))
    if len(sample.found.sheets) > 1:
        st.selectbox(
            "Sheet", sample.found.sheets, sample.found.sheets.index(sample.found.sheet),
            key=f"map-sheet-{sample.path.name}", persist_state="session",
            help="One preset reads one sheet of a workbook: save another preset for the next sheet.",
        )  # fmt: skip
    for note in sample.found.notes:
        st.caption(plain(note))
    before = _before(sample, start)
    table, goals = mapping_columns.section(view, sample, before)
    file, open_questions = mapping_formats.section(sample, table, goals, before)
    kept: dict[str, FileMapping] = st.session_state.setdefault("mapping-done", {})
    kept[sample.place] = file
    return file, open_questions


def _unseen(view: View, sample: Sample, start: Draft | None) -> FileMapping:
    """A file that is not on the screen: as the person left it, else as it is proposed."""
    kept: dict[str, FileMapping] = st.session_state.setdefault("mapping-done", {})
    found = kept.get(sample.place) or _before(sample, start)
    return found or mapping_columns.proposed(view, sample)


def _before(sample: Sample, start: Draft | None) -> FileMapping | None:
    """What the preset to start from says of this file."""
    if start is None:
        return None
    entries = [entry for preset in [mapping.preset(start)] for entry in preset.tables]
    patterns = [entry.files[0] for entry in entries if entry.takes(sample.path.name)]
    return next((file for file in start.files if file.pattern in patterns), None)


def _sheet(samples: list[Sample], files: tuple[FileMapping, ...]) -> str | None:
    """The sheet that the preset must name, where the headers it reads would lead to another one."""
    for sample, file in zip(samples, files, strict=True):
        if len(sample.found.sheets) > 1 and default_sheet(sample, file.goals) != sample.found.sheet:
            return sample.found.sheet
    return None


def _maker(
    start: Draft | None, files: tuple[FileMapping, ...], zone: str, currency: str, sheet: str | None
) -> Callable[[str, str], Draft]:  # fmt: skip
    others = tuple(file for file in start.files if file.pattern not in {f.pattern for f in files}) if start else ()
    version = str(int(start.version) + 1) if start and start.version.isdecimal() else "1"
    return lambda name, title: Draft(name, title, (*files, *others), zone, currency, sheet, version)
