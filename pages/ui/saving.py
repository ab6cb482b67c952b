"""A person's change: saved and seen at once, or refused with the reason and, in a conflict, with both values."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import streamlit as st

from kb.errors import Conflict, Refused
from pages.ui.plain import plain


def saved(write: Callable[[], object], success: str) -> bool:
    """Write and show it at once; what was refused stands on the page with its reason."""
    try:
        write()
    except Conflict as conflict:
        pairs = [("Theirs", conflict.theirs), ("Yours", conflict.mine)]
        told = " ".join(f"{whose}: {_pairs(values)}." for whose, values in pairs if values)
        st.error(plain(f"{conflict}. {told}"))
        return False
    except Refused as refused:
        st.error(plain(refused))
        return False
    st.toast(success)
    st.rerun()


def seen(place: str, version: int, buttons: Iterable[str]) -> int:
    """The version that was on the screen. When a form arrives, the base may hold a later one: it must not count."""
    key = f"seen-{place}"
    if not any(st.session_state.get(button) for button in buttons):
        st.session_state[key] = version
    return int(st.session_state.get(key, version))


def _pairs(values: dict[str, object]) -> str:
    return ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in values.items())
