"""The house keeps its laws, and each law notices when it is broken."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.architecture import laws
from tests.architecture.laws import Source

ROOT = Path(__file__).parents[2]
SOURCES = laws.sources(ROOT)
Law = Callable[[Source], Iterator[str]]
LONG_FUNCTION = "def wander():\n" + "    x = 1\n" * 40

BROKEN: list[tuple[Law, str, str]] = [
    (laws.one_direction, "kb/store.py", "from analytics import metrics"),
    (laws.one_direction, "kb/store.py", "def f():\n    import pages.ui"),
    (laws.one_direction, "analytics/metrics.py", "from pages.ui import cards"),
    (laws.one_direction, "pages/ui/cards.py", "import app"),
    (laws.one_direction, "kb/importing/door.py", "from ...analytics import metrics"),
    (laws.one_direction, "kb/importing/door.py", "import importlib\nimportlib.import_module('analytics.groups')"),
    (laws.one_direction, "kb/store.py", "from tests import conftest"),
    (laws.few_doors_to_the_base, "analytics/groups.py", "from kb.store import open_base"),
    (laws.few_doors_to_the_base, "analytics/groups.py", "from kb import facts"),
    (laws.few_doors_to_the_base, "analytics/metrics_more.py", "import sqlalchemy as sa"),
    (laws.few_doors_to_the_base, "analytics/catalog.py", "from kb.store import open_base"),
    (laws.only_its_own_tools, "kb/facts.py", "from sklearn.cluster import KMeans"),
    (laws.only_its_own_tools, "analytics/charts/house.py", "import streamlit as st"),
    (laws.only_its_own_tools, "pages/quality.py", "from sqlalchemy import text"),
    (laws.only_its_own_tools, "pages/quality.py", "import pandas as pd"),
    (laws.only_its_own_tools, "pages/ui/cards.py", "from kb.models import Lot"),
    (laws.pages_read_like_a_story, "pages/quality.py", "frame.groupby('sku').sum()"),
    (laws.pages_read_like_a_story, "pages/parts/trends.py", "pd.concat(frames)"),
    (laws.pages_read_like_a_story, "pages/ui/data.py", "connection.execute('select 1')"),
    (laws.shared_answers_stay_whole, "pages/quality.py", "@st.cache_data\ndef f(): ..."),
    (laws.shared_answers_stay_whole, "pages/quality.py", "drawn.figure.update_layout(height=1)"),
    (laws.shared_answers_stay_whole, "pages/parts/trends.py", "charts.trend(frame, name='x')"),
    (laws.shared_answers_stay_whole, "pages/parts/trends.py", "questions.cards(base, who)"),
    (laws.shared_answers_stay_whole, "pages/parts/trends.py", "frame.loc[0, 'a'] = 1"),
    (laws.the_demo_stays_apart, "kb/importing/door.py", "from kb import demo"),
    (laws.the_demo_stays_apart, "pages/quality.py", "from kb.demo import build"),
    (laws.no_executable_files, "analytics/groups.py", "import joblib"),
    (laws.no_executable_files, "tests/test_groups.py", "from pickle import loads"),
    (laws.no_executable_files, "analytics/groups.py", "np.load(path, allow_pickle=True)"),
    (laws.no_executable_files, "analytics/groups.py", "pd.read_pickle(path)"),
    (laws.no_unsafe_html, "pages/quality.py", "st.markdown(text, unsafe_allow_html=True)"),
    (laws.no_unsafe_html, "pages/quality.py", "st.html(text)"),
    (laws.short_files, "kb/store.py", "x = 1\n" * 300),
    (laws.short_files, "kb/models/making.py", "x = 1\n" * 500),
    (laws.short_functions, "kb/store.py", LONG_FUNCTION),
    (laws.names_that_say_something, "kb/utils.py", ""),
    (laws.links_go_by_the_menu, "pages/parts/drill.py", "st.page_link('records.py', label='Records')"),
    (laws.names_that_say_something, "pages/helpers/text.py", ""),
]
KEPT: list[tuple[Law, str, str]] = [
    (laws.one_direction, "app.py", "from pages import ui\nfrom kb import store"),
    (laws.one_direction, "kb/importing/door.py", "from . import presets\nfrom ..store import home"),
    (laws.few_doors_to_the_base, "analytics/metrics.py", "from kb.store import KnowledgeBase"),
    (laws.few_doors_to_the_base, "analytics/refresh/batch.py", "from kb import facts"),
    (laws.few_doors_to_the_base, "analytics/catalog.py", "from kb.facts.hearing import WINDOW_DAYS"),
    (laws.only_its_own_tools, "pages/ui/data.py", "import pandas as pd"),
    (laws.shared_answers_stay_whole, "pages/ui/show.py", "st.plotly_chart(drawn.figure)"),
    (laws.shared_answers_stay_whole, "pages/parts/trends.py", "door.ask(view, 'cards')\ncharts.shown(1.0, 'days')"),
    (laws.links_go_by_the_menu, "pages/ui/menu.py", "st.page_link(page)"),
    (laws.the_demo_stays_apart, "kb/demo/story.py", "from kb.demo import words"),
    (laws.the_demo_stays_apart, "tests/test_demo.py", "from kb import demo"),
    (laws.no_executable_files, "analytics/groups.py", "np.load(path, allow_pickle=False)"),
    (laws.no_unsafe_html, "kb/demo/words.py", "x.html"),
    (laws.short_files, "kb/store.py", "x = 1\n" * 299),
    (laws.short_files, "kb/migrations/versions/0001_first.py", "x = 1\n" * 900),
    (laws.short_functions, "kb/store.py", LONG_FUNCTION.replace("    x = 1\n", "", 1)),
]


def _name(value: object) -> str | None:
    return getattr(value, "__name__", None)


@pytest.mark.parametrize("law", laws.LAWS, ids=_name)
def test_the_house_keeps_the_law(law: Law) -> None:
    broken = [f"{source.path}:{fault}" for source in SOURCES for fault in law(source)]
    assert not broken, f"{law.__doc__}\n" + "\n".join(broken)


@pytest.mark.parametrize(("law", "path", "text"), BROKEN, ids=_name)
def test_a_broken_law_is_noticed(law: Law, path: str, text: str) -> None:
    assert list(law(Source(path, text)))


@pytest.mark.parametrize(("law", "path", "text"), KEPT, ids=_name)
def test_what_the_law_allows_is_let_through(law: Law, path: str, text: str) -> None:
    assert list(law(Source(path, text))) == []


def test_every_law_has_an_example_that_breaks_it() -> None:
    assert {law for law, _, _ in BROKEN} == set(laws.LAWS)


def test_the_files_of_the_house_are_found() -> None:
    assert {"kb", "analytics", "pages", "tests"} <= {source.layer for source in SOURCES}
