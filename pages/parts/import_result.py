"""What a check or an import found: files, counts per table, refused rows, changed cells, and the next step."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import PurePath

import pandas as pd
import streamlit as st

from kb import importing
from kb.importing import Report
from pages.ui import menu, show
from pages.ui.door import View
from pages.ui.plain import plain

MOST_ROWS = 2000
_KEYS = ("import-report", "import-refusal")


def keep(report: Report) -> None:
    st.session_state["import-report"] = report


def keep_refusal(reason: str) -> None:
    st.session_state["import-refusal"] = reason


def forget() -> None:
    for key in _KEYS:
        st.session_state.pop(key, None)


def shown(view: View, import_now: Callable[[], None], has_files: bool) -> None:
    """The last result of this session, if any."""
    if refusal := st.session_state.get("import-refusal"):
        st.error(plain(refusal))
    report: Report | None = st.session_state.get("import-report")
    if report is None:
        return
    _summary(report)
    _files(report)
    _tables(report)
    _refused(view, report)
    _changes(view, report)
    if report.dry_run:
        _next(report, import_now, has_files)
    else:
        _after(report)


def _summary(report: Report) -> None:
    read, refused = report.total("read"), report.total("refused")
    word = "Would take" if report.dry_run else "Took"
    st.subheader("Result of the check" if report.dry_run else "Result of the import", anchor=False)
    st.markdown(f"Read {read:,} rows = {word.lower()} {read - refused:,} + refused {refused:,}.")
    if report.changes_nothing:
        st.info("These files change nothing: the knowledge base already holds all of it.")
    for note in report.notes:
        st.caption(plain(note))
    if report.skipped_files:
        st.caption(plain(f"Not known to this preset and left out: {', '.join(report.skipped_files[:20])}"))


def _files(report: Report) -> None:
    rows = [
        {"file": file.file_name, "found": file.found, "read": file.read, "kept": file.kept, "refused": file.refused}
        for file in report.files
    ]
    show.table(pd.DataFrame(rows), "Files with what was found in each")


def _tables(report: Report) -> None:
    word = "would be " if report.dry_run else ""
    rows = [
        {
            "table": count.table, "from": file.file_name, "read": count.read, f"{word}new": count.new,
            f"{word}changed": count.changed, "same": count.same, "left out": count.skipped, "refused": count.refused,
        }
        for file in report.files for count in file.tables
    ]  # fmt: skip
    with st.expander("Counts per table", expanded=True):
        show.table(pd.DataFrame(rows), "Counts per table")


def _refused(view: View, report: Report) -> None:
    refused = report.refused
    if refused.empty:
        return
    count = report.total("refused")
    st.warning(
        f"{count:,} {'row is' if count == 1 else 'rows are'} refused. Download the rows to mend, correct them and "
        "import that file with the same preset. "
        "The other rows can be imported now."
    )
    show.table(refused.drop(columns="raw").head(MOST_ROWS), "Refused rows with line, column, value and reason")
    show.downloads(view, refused, "Refused rows", {"preset": report.preset}, "refused")
    _to_mend(view, report)


def _to_mend(view: View, report: Report) -> None:
    """The refused rows of each file as they were, under the file's own name so that the preset knows it again."""
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        st.caption("Rows to mend", width="content")
        for file in report.files:
            if file.refused:
                st.download_button(
                    plain(f"{file.file_name}: {file.refused:,}"), partial(importing.mendable, report, file.file_name),
                    f"{PurePath(file.file_name).stem}.csv", "text/csv", key=f"mend-{file.file_name}",
                    on_click="ignore", type="tertiary", disabled=not view.who.may("import"),
                )  # fmt: skip


def _changes(view: View, report: Report) -> None:
    changes = report.changes
    if changes.empty:
        return
    with st.expander(f"{len(changes):,} values {'would change' if report.dry_run else 'changed'}"):
        show.table(changes.head(MOST_ROWS), "Changed values before and after")
        show.downloads(view, changes, "Changed values", {"preset": report.preset}, "changes")


def _next(report: Report, import_now: Callable[[], None], has_files: bool) -> None:
    if report.changes_nothing:
        return
    if st.button(f"Import {report.total('read') - report.total('refused'):,} rows", disabled=not has_files):
        import_now()
        st.rerun()


def _after(report: Report) -> None:
    if report.import_id is not None:
        st.success(f"Import {report.import_id} is done. It can be undone under Imports.")
        menu.link("overview", "See the overview")
        st.caption("A good moment for a backup: python -m kb backup FILE")
