"""The metrics page, my page, events and comments as people use them, and what the questions behind them answer."""

from __future__ import annotations

import math
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from analytics import catalog, charts, questions
from analytics.periods import Period
from kb import access, editing, store, views
from kb.access import Person
from kb.store import KnowledgeBase
from pages.ui import comments
from tests.small_company import add
from tests.test_pages import Open, introduce, sound, told

OCTOBER = Period.months(date(2026, 10, 1))


@pytest.fixture
def demo(full: Path) -> Any:
    base = store.open_base(store.address("demo"))
    yield base
    base.close()


def plain_words(test: AppTest) -> str:
    return told(test).replace("\\", "")


def press(test: AppTest, label: str) -> AppTest:
    return next(button for button in test.button if button.label == label).click().run()


def unfold(test: AppTest, key: str) -> AppTest:
    """Open an expander or popover that is drawn when opened."""
    test.session_state[key] = True
    return test.run()


def labels_of(test: AppTest) -> str:
    """The words on popovers, which AppTest knows only as blocks."""
    return " ".join(str(block.proto) for block in test.get("popover")) or str(test)


def drawings(test: AppTest) -> list[str]:
    """The JSON of every figure on the page."""
    return [str(element.proto.spec) for element in test.get("plotly_chart")]


@pytest.mark.parametrize("key", catalog.METRICS)
def test_every_metric_of_the_catalogue_opens_by_each_shape(full: Path, open_page: Open, key: str) -> None:
    metric = catalog.get(key)
    test = sound(open_page("metrics.py", figure=metric.name))
    assert metric.name in plain_words(test) or "no data" in plain_words(test)


@pytest.mark.parametrize("shape", ["Table", "Trend", "Small multiples"])
@pytest.mark.parametrize("split", ["line", "product", "family", "station"])
def test_each_shape_by_a_dimension_is_in_the_link(full: Path, open_page: Open, shape: str, split: str) -> None:
    test = sound(open_page("metrics.py", figure="First pass yield", split=split, shape=shape))
    assert test.selectbox(key="split").value == split
    assert len(drawings(test)) >= 1
    assert "First pass yield" in plain_words(test)


def test_a_family_in_the_link_narrows_the_figure(full: Path, open_page: Open) -> None:
    test = sound(open_page("metrics.py", figure="Scrap rate", split="line", shape="Table", family="Batteries"))
    assert set(test.dataframe[0].value["member"]) == {"L2", "L3"}
    assert "Family Batteries" in plain_words(test)


def test_a_filter_that_the_figure_does_not_know_says_so(full: Path, open_page: Open) -> None:
    test = sound(open_page("metrics.py", figure="Supplier reject rate", family="Batteries"))
    assert "not recorded by family" in plain_words(test)


def test_the_table_leads_to_the_records_of_a_member(full: Path, open_page: Open) -> None:
    test = open_page("metrics.py", figure="Scrap rate", split="line", shape="Table")
    test.selectbox(key="of-member").set_value("L5").run()
    links = [str(element.proto) for element in test.get("page_link")]
    assert any("See its records" in link and "line%3AL5" in link for link in links)


def test_rival_definitions_stand_side_by_side_with_their_spread(full: Path, open_page: Open, demo: Any) -> None:
    test = sound(open_page("metrics.py", figure="Return rate (ship cohort)"))
    assert "Other definitions" in [one.value for one in test.subheader]
    found = questions.variants(demo, Person("V", "sales", "viewer"), "return_rate_cohort", period=OCTOBER)
    assert found is not None
    frame = next(one.value for one in test.dataframe if "definition" in one.value)
    assert list(frame["definition"]) == [one.metric.name for one in found.cards]
    assert f"The definition makes {charts.difference(found.spread, 'percent')[1:]} of difference" in plain_words(test)


def test_two_witnesses_are_explained_in_words(full: Path, open_page: Open) -> None:
    test = sound(open_page("metrics.py", figure="Defective PPM (internal)"))
    words = plain_words(test)
    assert "The factory says" in words
    assert "Customers say" in words
    assert next(pair.why for pair in catalog.WITNESSES if pair.production == "internal_ppm")[:40] in words


def test_an_event_is_entered_and_stands_on_the_charts_of_overview_and_metrics(full: Path, open_page: Open) -> None:
    test = open_page("metrics.py", part="Events")
    introduce(test)
    unfold(test, "enter-event")
    test.text_input(key="event-title-new").set_value("New oven <b>")
    test.date_input(key="event-day-new").set_value(date(2026, 7, 6))
    press(test, "Enter event")
    sound(test)
    assert "New oven <b>" in list(test.dataframe[0].value["title"])
    for page, asked in (("metrics.py", {"figure": "Scrap rate"}), ("overview.py", {"metric": "Scrap rate"})):
        figures = drawings(open_page(page, **asked))
        assert any("New oven &lt;b&gt;" in figure.replace("\\u0026", "&") for figure in figures), page
        assert not any("oven <b>" in figure.replace("\\u003c", "<") for figure in figures), page


def test_an_event_of_a_line_is_not_drawn_on_what_no_line_makes(full: Path, open_page: Open) -> None:
    assert any("L5 moved to hall 2" in figure for figure in drawings(open_page("metrics.py", figure="Scrap rate")))
    assert not any("L5 moved to hall 2" in figure for figure in drawings(open_page("metrics.py", figure="Revenue")))


def test_an_event_is_changed_withdrawn_and_taken_back(full: Path, open_page: Open, demo: Any, viewer: Person) -> None:
    test = open_page("metrics.py", part="Events")
    introduce(test)
    number = int(questions.events(demo, viewer, latest_first=True)["event_id"].iloc[0])
    unfold(test, "change-event")
    test.text_input(key=f"event-title-{number}-1").set_value("Boards blocked")
    press(test, "Save event")
    sound(test)
    assert "Boards blocked" in list(test.dataframe[0].value["title"])
    press(test, "Withdraw event")
    assert "Boards blocked" not in list(test.dataframe[0].value["title"])
    unfold(test, "recent-events")
    press(test, "Take back")
    assert "Boards blocked" in list(test.dataframe[0].value["title"])


def test_who_changes_an_event_that_changed_meanwhile_sees_both(full: Path, open_page: Open, demo: Any) -> None:
    test = open_page("metrics.py", part="Events")
    introduce(test)
    unfold(test, "change-event")
    other = editing.introduce(demo, "Somebody Else", "sales")
    number = int(questions.events(demo, other, latest_first=True)["event_id"].iloc[0])
    editing.change_event(demo, other, number, 1, title="Theirs")
    test.text_input(key=f"event-title-{number}-1").set_value("Mine")
    press(test, "Save event")
    refusal = test.error[0].value.replace("\\", "")
    assert "Theirs: " in refusal
    assert "title Theirs" in refusal
    assert "title Mine" in refusal


def test_a_comment_is_seen_by_another_person_at_once(full: Path, open_page: Open) -> None:
    one = open_page("overview.py", metric="Scrap rate")
    introduce(one)
    unfold(one, "comments-trend")
    one.text_area(key="comment-text-trend").set_value("See [this](https://elsewhere.invalid) <img src=x>\nline two")
    press(one, "Comment")
    sound(one)
    other = unfold(open_page("metrics.py", figure="Scrap rate"), "comments-metric-picture")
    words = told(other)
    assert "](" not in words.split("line two")[0].rpartition("See")[2]
    assert "See [this](https://elsewhere.invalid) <img src=x>" in words.replace("\\", "").replace("\u2060", "")
    links = [str(element.proto) for element in other.get("page_link") if "What they saw" in str(element.proto)]
    assert any("metric=Scrap" in link for link in links)
    latest = open_page("metrics.py", part="Comments")
    assert "line two" in plain_words(latest)


def test_nothing_of_a_comment_is_asked_before_it_is_opened(
    full: Path, open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    def asked(*_args: Any, **_options: Any) -> pd.DataFrame:
        pytest.fail("the comments were asked for")

    monkeypatch.setattr("analytics.questions.comments", asked)
    assert "Comments (1)" in labels_of(sound(open_page("overview.py", metric="Scrap rate")))


def test_a_comment_keeps_the_answers_that_everybody_shares(full: Path, open_page: Open, demo: Any) -> None:
    before = demo.revision()
    who = editing.introduce(demo, "Nora Quist", "quality")
    after = demo.revision()
    editing.write_comment(demo, who, "trend/scrap_rate", "Look.")
    assert demo.revision() == after > before


def test_a_reader_may_read_comments_but_not_write(full: Path, open_page: Open, demo: Any) -> None:
    test = open_page("overview.py", metric="Scrap rate")
    introduce(test)
    everybody = access.people(demo, Person("V", "sales", "viewer"))
    me, chief = everybody[0], next(one for one in everybody if one.role == "admin")
    assert me.user_id != chief.user_id
    versions = views.table(demo, chief, "users").set_index("user_id")["version"]
    editing.change_user(demo, chief, me.user_id or 0, int(versions[me.user_id]), role="viewer")
    unfold(test, "comments-trend")
    assert "Your role may read comments" in plain_words(test)
    assert not [one for one in test.text_area if one.key == "comment-text-trend"]


def test_what_is_pinned_stands_on_my_page_in_its_order_and_can_be_moved_and_removed(
    full: Path, open_page: Open
) -> None:
    test = open_page("start.py")
    assert "must know who you are" in plain_words(test)
    introduce(test)
    assert "You pinned nothing yet" in plain_words(test)
    for asked in ({"figure": "Revenue"}, {"figure": "Scrap rate", "split": "line", "shape": "Small multiples"}):
        page = open_page("metrics.py", **asked)
        introduce(page)
        press(page, "Pin to my page")
        assert [one.disabled for one in page.button if one.label == "Pinned to my page"] == [True]
    mine = open_page("start.py")
    introduce(mine)
    assert [one.value.replace("\\", "") for one in mine.subheader] == ["Revenue", "Scrap rate by line"]
    mine.button(key=next(one.key for one in mine.button if one.label == "Move down")).click().run()
    assert [one.value.replace("\\", "") for one in mine.subheader] == ["Scrap rate by line", "Revenue"]
    press(mine, "Remove")
    assert [one.value for one in mine.subheader] == ["Revenue"]
    unfold(mine, "recent-pins")
    press(mine, "Take back")
    assert [one.value.replace("\\", "") for one in sound(mine).subheader] == ["Scrap rate by line", "Revenue"]


def test_pins_of_one_are_not_on_the_page_of_another(full: Path, open_page: Open, demo: Any) -> None:
    other = editing.introduce(demo, "Somebody Else", "sales")
    editing.pin(demo, other, metric="orders", dimension=None, shape="trend")
    test = open_page("start.py")
    introduce(test)
    assert "You pinned nothing yet" in plain_words(test)


def test_the_pins_of_a_link_lead_back_to_the_same_view(full: Path, open_page: Open) -> None:
    from pages.parts.metric_choice import Chosen

    chosen = Chosen(catalog.get("scrap_rate"), "supplier_lot", "small multiples")
    assert chosen.link() == {"figure": "Scrap rate", "split": "supplier lot", "shape": "Small multiples"}
    test = sound(open_page("metrics.py", **Chosen(catalog.get("scrap_rate"), "line", "small multiples").link()))
    assert test.segmented_control(key="shape").value == "small multiples"


@pytest.mark.parametrize(
    "link", [None, "", "https://elsewhere.invalid/x", "../app?x=1", "_main?x=1", "nowhere?x=1", "ui/page", "__init__"]
)
def test_a_link_that_leads_to_no_page_is_not_shown(link: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("streamlit.page_link", lambda *_a, **_k: pytest.fail("a link was shown"))
    comments.back(link)


def test_a_split_gives_each_member_now_and_before_with_its_parts(sqlite_base: KnowledgeBase, who: Person) -> None:
    with sqlite_base.writing() as connection:
        add(connection, "work_centers", "line", ("L1",), ("L2",))
        add(connection, "products", "sku", ("A",))
        add(
            connection, "lots",
            "lot_number product_id work_center_id started_on ended_on quantity_good quantity_scrapped",
            ("a", 1, 1, "01-05", "01-06", 95.0, 5.0), ("b", 1, 1, "02-05", "02-06", 180.0, 20.0),
            ("c", 1, 2, "02-07", "02-08", 9.0, 1.0),
        )  # fmt: skip
    february = Period.months(date(2025, 2, 1))
    found = questions.split(sqlite_base, who, "scrap_rate", by="line", period=february)
    first, second = found.members.to_dict("records")
    assert (first["member"], first["value"], first["before"], first["numerator"], first["denominator"]) == (
        "L1", 10.0, 5.0, 20.0, 200.0
    )  # fmt: skip
    assert (second["member"], second["value"], second["is_small"]) == ("L2", 10.0, True)
    assert math.isnan(second["before"])
    assert found.whole == pytest.approx(21 / 210 * 100)


def test_the_spread_is_the_largest_less_the_smallest_of_the_same_unit(demo: Any, viewer: Person) -> None:
    for key in ("on_time_to_promise", "return_rate_cohort", "internal_ppm"):
        found = questions.variants(demo, viewer, key, period=OCTOBER)
        assert found is not None
        alike = [one.value for one in found.cards if one.reason is None and one.metric.unit == found.metric.unit]
        values = [value for value in alike if not math.isnan(value)]
        assert len(values) > 1
        assert found.spread == pytest.approx(max(values) - min(values))
        assert set(found.months["key"]) <= {one.metric.key for one in found.cards}
    assert questions.variants(demo, viewer, "revenue", period=OCTOBER) is None


def months(members: dict[str, list[float]], n: float = 100.0) -> pd.DataFrame:
    days = pd.date_range("2026-01-01", periods=len(next(iter(members.values()))), freq="MS")
    rows = [
        {"month": day, "line": name, "value": value, "numerator": value, "denominator": n, "is_mature": True}
        for name, values in members.items()
        for day, value in zip(days, values, strict=True)
    ]
    return pd.DataFrame(rows)


STYLE = {"by": "line", "name": "Scrap rate", "unit": "percent", "direction": "down"}


def test_small_multiples_share_one_scale_and_are_at_most_twelve_with_the_rest_named() -> None:
    drawn = charts.multiples(months({f"L{n}": [n, n + 1.0] for n in range(15)}), **STYLE)
    panels = {trace.yaxis for trace in drawn.figure.data}
    assert len(panels) == 12
    scales = {drawn.figure.layout[f"yaxis{n or ''}"].matches for n in [0, *range(2, 13)]}
    assert len(scales - {None}) == 1
    assert "3 more not drawn: L7, L8, L9" in drawn.alt
    assert drawn.title == "Scrap rate: L14 is highest of 15 by line, 15 % in Feb 2026"


def test_the_highlighted_member_is_the_one_chosen_else_the_worst() -> None:
    frame = months({"L1": [1.0, 2.0], "L2": [3.0, 9.0], "L3": [2.0, 3.0]})
    worst, chosen = charts.highlighted(frame, **STYLE), charts.highlighted(frame, **STYLE, member="L1")
    assert worst.title == "Scrap rate: L2 is highest of 3 by line, 9 % in Feb 2026"
    assert chosen.title == "Scrap rate: L1 is lowest of 3 by line, 2 % in Feb 2026"
    assert [trace.line.color for trace in chosen.figure.data if trace.name == "L1"] == [charts.ACCENT]
    assert {trace.line.color for trace in chosen.figure.data if trace.name != "L1"} == {charts.GREY}


def test_small_samples_are_grey_rings_and_have_no_say() -> None:
    frame = months({"L1": [1.0, 2.0], "L2": [1.0, 3.0]})
    frame = pd.concat([frame, months({"L3": [50.0, 60.0]}, n=5.0)])
    drawn = charts.multiples(frame, **STYLE)
    rings = [trace for trace in drawn.figure.data if trace.mode == "markers"]
    assert [list(trace.y) for trace in rings] == [[50.0, 60.0]]
    assert "n = 5" in rings[0].customdata[0]
    assert drawn.title == "Scrap rate: L2 is highest of 2 by line, 3 % in Feb 2026"


def members(rows: dict[str, tuple[float, float]]) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {"member": name, "value": value, "before": 1.0, "change": 0.0, "numerator": 1.0, "denominator": n,
             "low": 1.0 if n < 30 else None, "high": 20.0 if n < 30 else None, "is_small": n < 30}
            for name, (value, n) in rows.items()
        ]
    )  # fmt: skip


def test_a_comparison_greys_small_samples_and_names_the_worst_of_the_others() -> None:
    frame = members({"L1": (2.0, 100.0), "L2": (4.0, 100.0), "L3": (15.0, 7.0)})
    drawn = charts.comparison(frame, whole=3.0, **STYLE)
    assert drawn.title == "Scrap rate: L2 is worst of 2 by line, 4 % against 3 % of all"
    (dots,) = drawn.figure.data
    assert list(dots.y) == ["L3 (n = 7)", "L2", "L1"]
    assert list(dots.marker.color) == [charts.GREY, charts.ACCENT, charts.ACCENT]
    assert charts.comparison(frame.head(1), whole=3.0, **STYLE).title.endswith("not enough to compare")


def test_sums_are_compared_as_bars_from_zero() -> None:
    frame = members({"L1": (2.0, float("nan")), "L2": (4.0, float("nan"))}).assign(is_small=False)
    drawn = charts.comparison(frame, whole=6.0, by="line", name="Revenue", unit="money", direction="up", currency="EUR")
    assert drawn.figure.data[0].type == "bar"
    assert drawn.title == "Revenue: L2 has most, 4 EUR of 6 EUR"


def test_drawings_of_nothing_are_drawn() -> None:
    nothing = months({"L1": [1.0]}).head(0)
    for drawn in (charts.multiples(nothing, **STYLE), charts.highlighted(nothing, **STYLE)):
        assert "not enough months" in drawn.title
    assert "not enough" in charts.comparison(members({"L1": (1.0, 100.0)}).head(0), whole=float("nan"), **STYLE).title


def test_names_from_data_are_no_markup_in_panels() -> None:
    frame = months({"<a href=x>": [1.0, 2.0], "L2": [1.0, 3.0]})
    for drawn in (charts.multiples(frame, **STYLE), charts.highlighted(frame, **STYLE)):
        assert "<a" not in str(drawn.figure.to_plotly_json()["layout"]) + "".join(t.name for t in drawn.figure.data)
