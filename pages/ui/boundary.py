"""The one error boundary: a refusal is shown as it is, anything else as one plain sentence, logged without data."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import streamlit as st

from kb.errors import Refused
from pages.ui.plain import plain

log = logging.getLogger("symbiosis")
SORRY = "This part cannot be shown because of a fault in the program. Nothing was changed; the log says where it is."


@contextmanager
def guarded() -> Iterator[None]:
    """What happens inside never ends in a traceback. Streamlit's own stop and rerun pass through."""
    try:
        yield
    except Exception as error:
        shown(error)


def shown(error: Exception) -> bool:
    """Tell the person what happened; true, because nothing else needs to show it."""
    if isinstance(error, Refused):
        st.error(plain(error))
        return True
    log.error("%s at %s", type(error).__name__, _place(error))
    st.error(SORRY)
    if st.button("Try again", key=f"again-{_place(error)}"):
        st.rerun()
    return True


def _place(error: BaseException) -> str:
    """Files, lines and functions, innermost last; no message, because messages quote data."""
    frames = traceback.extract_tb(error.__traceback__)[-4:]
    return " > ".join(f"{Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in frames)


class _WithoutData(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        error = record.exc_info[1] if record.exc_info else None
        if error is not None:
            record.msg, record.args = "%s at %s", (type(error).__name__, _place(error))
            record.exc_info = record.exc_text = None
        return True


def keep_data_out_of_logs() -> None:
    """Streamlit logs uncaught errors with their message; keep the type and the place only."""
    logger = logging.getLogger("streamlit.error_util")
    if not any(isinstance(known, _WithoutData) for known in logger.filters):
        logger.addFilter(_WithoutData())
