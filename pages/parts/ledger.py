"""Every import, what it refused, and taking one back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from kb import history, importing
from kb.errors import Refused
from pages.ui import people, show
from pages.ui.door import View
from pages.ui.page import stamp
from pages.ui.plain import plain


def imports(view: View) -> None:
    """The ledger, and for the one chosen its refused rows and its undo."""
    found = history.imports(view.base, view.who)
    if found.empty:
        st.info("Nothing was imported yet. Bring in data first.")
        return
    st.caption("Latest first. Times are UTC.")
    show.table(found, "Imports")
    show.downloads(view, found, "Imports", {}, "imports")
    rows = {int(row["import_id"]): row for row in found.to_dict("records")}
    one = st.selectbox("Look at import", list(rows), format_func=lambda key: _words(rows[key]), key="import")
    _refused(view, one)
    _undo(view, one, rows[one]["status"])


def _words(row: Mapping[str, Any]) -> str:
    return f"{row['import_id']}: {row['preset']} by {row['user_name']}, {stamp(row['imported_at'])}, {row['status']}"


def _refused(view: View, import_id: int) -> None:
    rows = history.refused(view.base, view.who, import_id)
    if rows.empty:
        st.caption("It refused no row.")
        return
    st.caption(f"Refused rows, at most {history.MOST_ROWS:,} shown.")
    show.table(rows.drop(columns="raw"), "Refused rows of this import")
    show.downloads(view, rows, f"Refused rows of import {import_id}", {"import": str(import_id)}, "ledger-refused")


def _undo(view: View, import_id: int, status: str) -> None:
    if status == "undone":
        st.caption("It was undone already.")
        return
    with st.popover("Undo this import"):
        if not people.asked(view.base, view.who, "undo"):
            return
        st.markdown("Its rows go, changed values become what they were. It is refused where later work stands on it.")
        if st.button(f"Undo import {import_id}"):
            _take_back(view, import_id)


def _take_back(view: View, import_id: int) -> None:
    try:
        report = importing.undo(view.base, view.who, import_id)
    except Refused as refused:
        st.error(plain(refused))
        return
    st.toast(f"Import {import_id} is undone: {sum(report.removed.values()):,} rows removed.", duration="long")
    st.rerun()
