"""The web application. `streamlit run app.py`, `python app.py` and `uvicorn app:app` all start it."""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path
from threading import Thread

ROOT = Path(__file__).parent
sys.path.insert(0, str(ROOT))  # a start from another folder must still find kb, analytics and pages

import streamlit as st  # noqa: E402
from starlette.middleware import Middleware  # noqa: E402
from streamlit import config  # noqa: E402

from kb import starting  # noqa: E402
from kb.brief import loading  # noqa: E402
from kb.errors import Refused  # noqa: E402
from pages.ui import boundary, gate, wire  # noqa: E402

if __name__ == "__main__":
    from streamlit.web import cli

    # Streamlit's own start reads its flags and environment variables; a bare App.run() does not.
    cli.main(["run", str(Path(__file__).resolve()), *sys.argv[1:]], prog_name="app.py")


def _prepare() -> None:
    """Refuse an unsafe start and keep sessions valid over restarts, before the server reads its settings."""
    starting.limit_threads()
    try:
        starting.may_start(config.get_option("server.address"), accounts=gate.is_behind_proxy())
        config.set_option("server.cookieSecret", starting.cookie_secret(starting.home()))
    except Refused as refused:
        print(f"Not started: {refused}", file=sys.stderr)
        raise SystemExit(1) from None


_prepare()


def _warm() -> None:
    """Prepare the first page while the browser still fetches its own files."""
    with loading():
        warm = import_module("pages.parts.warm")
    warm.first_page()


wire.send_at_once()
Thread(target=_warm, daemon=True).start()
config.set_option("logger.enableRich", False)  # it prints errors with the data they quote
boundary.keep_data_out_of_logs()
app = st.App(
    ROOT / "pages" / "_main.py",
    middleware=[Middleware(gate.Gate)],
    on_script_error=boundary.shown,
)
