"""Files a person brings along: uploaded, or named where the program runs."""

from __future__ import annotations

import shutil
import tempfile
import weakref
from pathlib import Path

import streamlit as st

from pages.ui import people
from pages.ui.door import View


def may_bring(view: View, place: str) -> bool:
    """Whether files can come into this base; else the way there stands in place of the form."""
    if view.which == "demo":
        st.info("This is the invented company. Your own data go into a knowledge base of their own; the demo stays.")
        st.button("Use my own data", on_click=_use_own, key=f"own-{place}")
        return False
    if not people.asked(view.base, view.who, place):
        return False
    if not view.who.may("import"):
        st.info("You may look at everything, but not bring in data: ask an administrator for the role of a member.")
        return False
    return True


def _use_own() -> None:
    st.session_state["base"] = "own"


def uploads(key: str) -> list[Path]:
    """The files a person uploaded, in a folder that goes with the session."""
    chosen = st.file_uploader("Files", ["csv", "tsv", "txt", "xlsx"], accept_multiple_files=True, key=key)
    return [_kept(one.name, one.getvalue()) for one in chosen or []]


class _Folder:
    """A folder of its own that goes when nobody holds it any more, which is when the session ends."""

    def __init__(self) -> None:
        self.path = Path(tempfile.mkdtemp(prefix="symbiosis-"))
        weakref.finalize(self, shutil.rmtree, self.path, ignore_errors=True)


def _kept(name: str, content: bytes) -> Path:
    """The upload as a file in a folder that goes with the session; only the last part of its name counts."""
    if "upload-folder" not in st.session_state:
        st.session_state["upload-folder"] = _Folder()
    path = st.session_state["upload-folder"].path / Path(name.replace("\\", "/")).name
    if not path.exists() or path.stat().st_size != len(content) or path.read_bytes() != content:
        path.write_bytes(content)
    return path
