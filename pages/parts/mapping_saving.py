"""Keeping a mapping as a preset of one's own, and importing with it through the normal door."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import streamlit as st

from kb import editing
from kb.errors import Conflict, Refused
from kb.importing import mapping, own, presets
from kb.importing.mapping import Draft
from kb.importing.own import Saved
from pages.parts import importing_form
from pages.ui.door import View
from pages.ui.plain import plain

Make = Callable[[str, str], Draft]


def form(view: View, origin: Saved | None, make: Make, open_questions: list[str], paths: list[Path]) -> None:
    """Name, title, save; then the check and the import of the same files with what was saved."""
    st.subheader("Save as a preset", anchor=False)
    start = presets.parse(origin.toml, origin.name) if origin else None
    with st.container(horizontal=True, vertical_alignment="bottom"):
        name = st.text_input(
            "Name", origin.name if origin else "", key=f"mapping-name-{_key(origin)}", placeholder="our_erp"
        )
        title = st.text_input(
            "What people read when they choose it", start.title if start else "", key=f"mapping-title-{_key(origin)}",
            placeholder="Order book of our ERP",
        )  # fmt: skip
        wants = st.button("Save preset", disabled=not name or bool(open_questions))
    if wants:
        _save(view, origin, str(name), lambda kept: mapping.toml(_whole(make(kept, title or kept))))
    _conflict(view)
    saved = st.session_state.get("mapping-saved")
    if saved:
        st.success(plain(f"Saved as {saved}: it stands among the presets, here and for python -m kb import."))
        _import(view, saved, paths)


def _whole(draft: Draft) -> Draft:
    """The draft, if a preset can be made of it. Raises Refused where something needed is missing."""
    mapping.preset(draft)
    return draft


def as_text(view: View, origin: Saved) -> None:
    """The preset as its text, which can say more than the form."""
    text = st.text_area("Text of the preset", origin.toml, height=400, key=f"mapping-text-{_key(origin)}")
    if st.button("Save text"):
        _save(view, origin, origin.name, lambda name: _sound(text or "", name))
    _conflict(view)
    if st.session_state.get("mapping-saved") == origin.name:
        st.success(plain(f"Saved as {origin.name}."))


def _sound(text: str, name: str) -> str:
    presets.parse(text, name)
    return text


def _key(origin: Saved | None) -> str:
    return f"{origin.name}-{origin.version}" if origin else "new"


def _save(view: View, origin: Saved | None, name: str, text: Callable[[str], str]) -> None:
    for state in ("mapping-saved", "mapping-conflict"):
        st.session_state.pop(state, None)
    try:
        kept = own.free_name(name)
        seen = origin.version if origin and origin.name == kept else _seen(view, kept)
        toml = text(kept)
        version = editing.save_preset(view.base, view.who, kept, toml, seen)
    except Conflict:
        st.session_state["mapping-conflict"] = own.free_name(name)
    except Refused as refused:
        st.error(plain(refused))
    else:
        st.session_state.setdefault("mapping-seen", {})[(view.base.url, kept)] = Saved(kept, toml, version)
        st.session_state["mapping-saved"] = kept
        st.rerun()


def _conflict(view: View) -> None:
    """Somebody else was first: what that means, and the way to their version."""
    name = st.session_state.get("mapping-conflict")
    if name is None:
        return
    st.error(
        plain(
            f"A preset {name} was saved by somebody else in the meantime: nothing of yours was saved. "
            "Choose another name for yours, or open theirs and change that."
        )
    )
    st.button("Open theirs instead of mine", on_click=_open_theirs, args=(view.base.url, name))


def _open_theirs(url: str, name: str) -> None:
    """Forget what this person chose, so that the form shows what the other one saved."""
    st.session_state.get("mapping-seen", {}).pop((url, name), None)
    for key in [key for key in st.session_state if str(key).startswith("map-")]:
        del st.session_state[key]
    st.session_state.pop("mapping-conflict", None)
    st.session_state.pop("mapping-done", None)
    st.session_state["mapping-origin"] = name


def _seen(view: View, name: str) -> int | None:
    """The version of a preset that this person saved before in this session; none where it must be new."""
    held: Saved | None = st.session_state.get("mapping-seen", {}).get((view.base.url, name))
    return held.version if held else None


def _import(view: View, name: str, paths: list[Path]) -> None:
    try:
        preset = own.load(view.base, view.who, name)
    except Refused as refused:
        st.error(plain(refused))
        return
    importing_form.check_and_import(view, paths, preset, "mapping")
