"""Events, comments and pins: what each write does on both databases, who may, and on which drawings events stand."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from threading import Barrier
from typing import Any

import pandas as pd
import pytest
from sqlalchemy import func, insert, select

from analytics import charts, questions
from analytics.charts.house import Drawing, empty, mark_events, month_axis
from analytics.report import pictures
from kb import audit, editing, history, views
from kb.access import Person
from kb.errors import Conflict, Refused
from kb.models import AuditEntry, Comment, Event, Pin, User
from kb.store import KnowledgeBase
from tests.small_company import add

EVENT = {"happened_on": date(2026, 3, 2), "kind": "price change", "title": "List prices up 3 %"}
CHARTS = Path(charts.__file__).parent


@pytest.fixture
def company(base: KnowledgeBase) -> KnowledgeBase:
    """Two sites, a line and a product at each, of two families."""
    with base.writing() as connection:
        add(connection, "sites", "site_number name", ("EMS", "Emsland"), ("LIN", "Linz"))
        add(connection, "products", "sku family site_id", ("A", "Lights", 1), ("B", "Displays", 2))
        add(connection, "work_centers", "line site_id", ("L1", 1), ("L5", 2))
    return base


def user(base: KnowledgeBase, name: str, role: str = "member") -> Person:
    with base.writing() as connection:
        made = insert(User).values(name=name, role=role, is_active=True, version=1)
        return Person(
            name, "quality", role, connection.execute(made.returning(User.user_id)).scalar_one(), ("quality",)
        )


def row(base: KnowledgeBase, model: Any) -> Any:
    with base.reading() as connection:
        return connection.execute(select(model.__table__)).one()


def last_entry(base: KnowledgeBase) -> Any:
    with base.reading() as connection:
        return connection.execute(select(AuditEntry.__table__).order_by(AuditEntry.sequence.desc()).limit(1)).one()


def titles(base: KnowledgeBase, who: Person, **asked: Any) -> list[str]:
    return questions.events(base, who, **asked)["title"].to_list()


def test_an_event_is_entered_with_who_and_when(company: KnowledgeBase) -> None:
    who = user(company, "Nora Quist")
    event_id = editing.enter_event(company, who, **EVENT, dimension="line", member="L5")
    kept = row(company, Event)
    assert (kept.event_id, kept.happened_on, kept.kind, kept.title) == (event_id, *EVENT.values())
    assert (kept.dimension, kept.member, kept.is_withdrawn, kept.user_id) == ("line", "L5", False, who.user_id)
    told = questions.events(company, who).iloc[0]
    assert (told["by"], told["department"], told["version"]) == ("Nora Quist", "quality", 1)
    assert (last_entry(company).verb, last_entry(company).subject_table) == ("enter", "events")


def test_an_event_is_changed_withdrawn_and_taken_back(base: KnowledgeBase, who: Person) -> None:
    number = editing.enter_event(base, who, **EVENT)
    assert editing.change_event(base, who, number, 1, "typo", happened_on=date(2026, 4, 1), title="Up 4 %") == 2
    assert (row(base, Event).happened_on, row(base, Event).title) == (date(2026, 4, 1), "Up 4 %")
    editing.take_back(base, who, last_entry(base).sequence)
    assert (row(base, Event).happened_on, row(base, Event).title) == (EVENT["happened_on"], EVENT["title"])
    editing.withdraw_event(base, who, number, 3)
    assert titles(base, who) == []
    editing.take_back(base, who, last_entry(base).sequence)
    assert titles(base, who) == [EVENT["title"]]
    assert audit.verify(base) == []


def test_a_new_event_that_is_taken_back_is_withdrawn(base: KnowledgeBase, who: Person) -> None:
    editing.enter_event(base, who, **EVENT)
    editing.take_back(base, who, 1)
    assert row(base, Event).is_withdrawn
    editing.take_back(base, who, 2)
    assert not row(base, Event).is_withdrawn


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"kind": "party"}, "no kind 'party': choose price change"),
        ({"title": "  "}, "title is empty"),
        ({"title": "x" * 81}, "longer than 80"),
        ({"happened_on": None}, "the day it happened"),
        ({"happened_on": datetime(2026, 1, 1)}, "the day it happened"),
        ({"happened_on": date(20, 1, 1)}, "the day it happened"),
        ({"dimension": "line", "member": "L9"}, "no line L9"),
        ({"dimension": "product", "member": None}, "limited to one"),
        ({"dimension": "shift", "member": "B"}, "limited to one"),
        ({"dimension": None, "member": "L5"}, "limited to one"),
    ],
)
def test_an_unsound_event_is_refused_and_nothing_is_kept(
    base: KnowledgeBase, who: Person, change: dict[str, Any], message: str
) -> None:
    with pytest.raises(Refused, match=message):
        editing.enter_event(base, who, **(EVENT | change))
    number = editing.enter_event(base, who, **EVENT)
    with pytest.raises(Refused, match=message):
        editing.change_event(base, who, number, 1, **change)
    with pytest.raises(Refused, match="an event has no version"):
        editing.change_event(base, who, number, 1, version=7)
    assert (row(base, Event).title, row(base, Event).version) == (EVENT["title"], 1)


def test_of_two_who_change_an_event_at_once_one_is_told_of_the_other(base: KnowledgeBase, who: Person) -> None:
    number = editing.enter_event(base, who, **EVENT)
    start = Barrier(2)

    def change(title: str) -> int | Conflict:
        start.wait()
        try:
            return editing.change_event(base, who, number, 1, title=title)
        except Conflict as conflict:
            return conflict

    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(change, ("First", "Second")))
    conflict = next(answer for answer in answers if isinstance(answer, Conflict))
    assert 2 in answers
    assert conflict.theirs == {"title": row(base, Event).title}
    assert conflict.mine != conflict.theirs


def test_an_event_stands_where_the_number_is_recorded_by_it(company: KnowledgeBase, who: Person) -> None:
    editing.enter_event(company, who, **(EVENT | {"title": "all"}))
    editing.enter_event(company, who, **(EVENT | {"title": "line"}), dimension="line", member="L5")
    assert titles(company, who, key="scrap_rate") == ["all", "line"]
    assert titles(company, who, key="revenue") == ["all"]
    assert titles(company, who, key="supplier_reject_rate") == ["all"]


def test_a_filter_leaves_out_what_cannot_touch_it(company: KnowledgeBase, who: Person) -> None:
    for dimension, member in (("family", "Lights"), ("product", "B"), ("line", "L5"), ("site", "EMS")):
        editing.enter_event(company, who, **(EVENT | {"title": dimension}), dimension=dimension, member=member)
    editing.enter_event(company, who, **(EVENT | {"title": "all"}))
    assert titles(company, who, filters={"family": ("Lights",)}) == ["family", "line", "site", "all"]
    assert titles(company, who, filters={"family": ("Displays", "Chargers")}) == ["product", "line", "site", "all"]
    assert titles(company, who, filters={"site": ("EMS",)}) == ["family", "site", "all"]
    assert titles(company, who, filters={"line": ("L1",)}) == ["family", "product", "site", "all"]
    assert titles(company, who, filters={"family": ()}) == ["family", "product", "line", "site", "all"]


def test_a_comment_stands_under_its_chart_and_is_counted(base: KnowledgeBase) -> None:
    nora, paul = user(base, "Nora"), user(base, "Paul")
    first = editing.write_comment(base, nora, "trend/orders", " Look.\r\nAt May. ", "overview?metric=Orders")
    editing.write_comment(base, paul, "trend/orders", "Seen.")
    editing.write_comment(base, paul, "trend/revenue", "Price.")
    said = questions.comments(base, paul, "trend/orders")
    assert said["text"].to_list() == ["Seen.", "Look.\nAt May."]
    assert said[["by", "department", "link"]].iloc[1].to_list() == ["Nora", "quality", "overview?metric=Orders"]
    assert questions.comment_counts(base, paul) == {"trend/orders": 2, "trend/revenue": 1}
    editing.withdraw_comment(base, nora, first, 1)
    assert questions.comment_counts(base, paul) == {"trend/orders": 1, "trend/revenue": 1}
    assert len(questions.comments(base, paul)) == 2


def test_only_the_author_and_an_administrator_withdraw_a_comment(base: KnowledgeBase) -> None:
    nora, paul, chief = user(base, "Nora"), user(base, "Paul"), user(base, "Ada", "admin")
    first, second = (editing.write_comment(base, nora, "trend/orders", text) for text in ("a", "b"))
    with pytest.raises(Refused, match="somebody else's"):
        editing.withdraw_comment(base, paul, first, 1)
    editing.withdraw_comment(base, nora, first, 1)
    with pytest.raises(Refused, match="somebody else's"):
        editing.take_back(base, paul, last_entry(base).sequence)
    editing.take_back(base, nora, last_entry(base).sequence)
    editing.withdraw_comment(base, chief, second, 1)
    with pytest.raises(Conflict):
        editing.withdraw_comment(base, nora, second, 1)
    assert questions.comments(base, paul)["text"].to_list() == ["a"]


@pytest.mark.parametrize(
    ("about", "text", "link", "message"),
    [
        ("trend/orders", " \n ", None, "comment is empty"),
        ("trend/orders", "x" * 2001, None, "longer than 2,000"),
        ("trend/orders", "a\x00b", None, "NUL"),
        (" ", "Look.", None, "chart is empty"),
        ("trend/orders", "Look.", "https://elsewhere.invalid/?a=b", "leads elsewhere"),
        ("trend/orders", "Look.", "overview?" + "a" * 1500, "too long"),
    ],
)
def test_an_unsound_comment_is_refused(
    sqlite_base: KnowledgeBase, about: str, text: str, link: str | None, message: str
) -> None:
    with pytest.raises(Refused, match=message):
        editing.write_comment(sqlite_base, user(sqlite_base, "Nora"), about, text, link)
    assert questions.comments(sqlite_base, user(sqlite_base, "Paul")).empty


def test_comments_and_pins_belong_to_a_user(sqlite_base: KnowledgeBase, who: Person) -> None:
    for write in (
        lambda: editing.write_comment(sqlite_base, who, "trend/orders", "Look."),
        lambda: editing.pin(sqlite_base, who, metric="orders", dimension=None, shape="trend"),
    ):
        with pytest.raises(Refused, match="say who you are"):
            write()


def pinned(base: KnowledgeBase, who: Person) -> list[str]:
    return [f"{one.metric.key}/{one.dimension}/{one.shape}" for one in questions.pins(base, who, who.user_id or 0)]


def three_pins(base: KnowledgeBase, who: Person) -> list[int]:
    views_ = (("orders", None, "trend"), ("scrap_rate", "line", "small multiples"), ("revenue", "family", "table"))
    return [editing.pin(base, who, metric=key, dimension=by, shape=shape) for key, by, shape in views_]


def test_pins_keep_their_order_are_moved_and_removed_and_taken_back(base: KnowledgeBase) -> None:
    nora, paul = user(base, "Nora"), user(base, "Paul")
    first, second, third = three_pins(base, nora)
    orders, scrap, revenue = pinned(base, nora)
    assert (orders, scrap, revenue) == ("orders//trend", "scrap_rate/line/small multiples", "revenue/family/table")
    assert editing.move_pin(base, nora, third, 1, places=-1) == 2
    assert pinned(base, nora) == [orders, revenue, scrap]
    assert editing.move_pin(base, nora, first, 1, places=9) == 2
    assert pinned(base, nora) == [revenue, scrap, orders]
    version = next(one.version for one in questions.pins(base, nora, nora.user_id or 0) if one.pin_id == second)
    editing.unpin(base, nora, second, version)
    assert pinned(base, nora) == [revenue, orders]
    editing.take_back(base, nora, last_entry(base).sequence)
    assert pinned(base, nora) == [revenue, scrap, orders]
    assert pinned(base, paul) == []
    assert audit.verify(base) == []


def test_nobody_moves_or_removes_what_another_pinned(base: KnowledgeBase) -> None:
    nora, paul = user(base, "Nora"), user(base, "Paul")
    first, *_ = three_pins(base, nora)
    with pytest.raises(Refused, match="somebody else's"):
        editing.move_pin(base, paul, first, 1, places=1)
    with pytest.raises(Refused, match="somebody else's"):
        editing.unpin(base, paul, first, 1)
    assert len(pinned(base, nora)) == 3


def test_a_page_that_changed_in_another_browser_is_a_conflict(base: KnowledgeBase) -> None:
    nora = user(base, "Nora")
    first, second, _ = three_pins(base, nora)
    editing.move_pin(base, nora, first, 1, places=1)
    with pytest.raises(Conflict):
        editing.move_pin(base, nora, first, 1, places=1)
    with pytest.raises(Conflict):
        editing.unpin(base, nora, second, 1)


def test_a_view_is_pinned_once_and_a_page_holds_twelve(sqlite_base: KnowledgeBase) -> None:
    nora = user(sqlite_base, "Nora")
    editing.pin(sqlite_base, nora, metric="orders", dimension="", shape="trend")
    with pytest.raises(Refused, match="on your page already"):
        editing.pin(sqlite_base, nora, metric="orders", dimension=None, shape="trend")
    with pytest.raises(Refused, match="no shape 'pie'"):
        editing.pin(sqlite_base, nora, metric="orders", dimension=None, shape="pie")
    for number in range(editing.MOST_PINS - 1):
        editing.pin(sqlite_base, nora, metric=f"m{number}", dimension=None, shape="trend")
    with pytest.raises(Refused, match="holds 12 views"):
        editing.pin(sqlite_base, nora, metric="more", dimension=None, shape="trend")


def test_two_browsers_that_pin_at_once_give_each_view_its_own_place(base: KnowledgeBase) -> None:
    nora, start = user(base, "Nora"), Barrier(4)

    def pin(number: int) -> int:
        start.wait()
        return editing.pin(base, nora, metric=f"m{number}", dimension=None, shape="trend")

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(pin, range(4)))
    with base.reading() as connection:
        assert sorted(connection.scalars(select(Pin.position))) == [1, 2, 3, 4]


def test_a_place_alone_is_not_taken_back_because_it_is_no_order(sqlite_base: KnowledgeBase) -> None:
    nora = user(sqlite_base, "Nora")
    first, *_ = three_pins(sqlite_base, nora)
    editing.move_pin(sqlite_base, nora, first, 1, places=1)
    with pytest.raises(Refused, match="cannot be taken back"):
        editing.take_back(sqlite_base, nora, last_entry(sqlite_base).sequence)


def test_what_the_catalogue_lost_is_left_off_the_page(sqlite_base: KnowledgeBase) -> None:
    nora = user(sqlite_base, "Nora")
    editing.pin(sqlite_base, nora, metric="gone", dimension=None, shape="trend")
    editing.pin(sqlite_base, nora, metric="orders", dimension="line", shape="trend")
    assert pinned(sqlite_base, nora) == []


def test_one_reads_the_record_of_events_and_of_what_one_did_oneself(base: KnowledgeBase) -> None:
    nora, paul = user(base, "Nora"), user(base, "Paul")
    editing.enter_event(base, paul, **EVENT)
    three_pins(base, nora)
    assert list(history.changes(base, nora, table="events")["user_name"]) == ["Paul"]
    assert len(history.changes(base, nora, table="pins", user_name="Nora")) == 3
    for asked in ({"table": "pins"}, {"table": "pins", "user_name": "Paul"}):
        with pytest.raises(Refused, match="may not administer"):
            history.changes(base, nora, **asked)


@pytest.mark.parametrize("name", ["events", "comments", "pins"])
def test_each_can_be_exported_by_name_with_who_it_was(base: KnowledgeBase, viewer: Person, name: str) -> None:
    nora = user(base, "Nora")
    editing.enter_event(base, nora, **EVENT)
    editing.write_comment(base, nora, "trend/orders", "=1+1")
    editing.pin(base, nora, metric="orders", dimension=None, shape="trend")
    frame = views.view(base, viewer, name)
    assert len(frame) == 1
    assert "Nora" in set(frame.iloc[0].astype(str))


def test_counting_the_comments_of_all_charts_is_one_statement(base: KnowledgeBase, count: Any) -> None:
    nora = user(base, "Nora")
    for number in range(20):
        editing.write_comment(base, nora, f"trend/{number}", "Look.")
    with count(base) as statements:
        assert len(questions.comment_counts(base, nora)) == 20
    assert len(statements) == 1


@pytest.fixture
def count() -> Any:
    from contextlib import contextmanager

    from sqlalchemy import event

    @contextmanager
    def counting(base: KnowledgeBase) -> Any:
        seen: list[str] = []

        def hear(_c: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
            if statement.lstrip().upper().startswith("SELECT"):
                seen.append(statement)

        event.listen(base.reader, "before_cursor_execute", hear)
        yield seen
        event.remove(base.reader, "before_cursor_execute", hear)

    return counting


def happened(*days: str, title: str = "Moved", **limits: Any) -> pd.DataFrame:
    rows = [
        {
            "happened_on": pd.Timestamp(day),
            "kind": "fix",
            "title": f"{title} {i}",
            "dimension": None,
            "member": None,
            **limits,
        }
        for i, day in enumerate(days)
    ]
    return pd.DataFrame(rows)


def drawn(months: int = 12) -> Any:
    figure = empty(300)
    figure.add_scatter(x=pd.date_range("2026-01-01", periods=months, freq="MS"), y=list(range(months)))
    month_axis(figure)
    return figure


def labels(figure: Any) -> list[str]:
    return [one.text for one in figure.layout.annotations if one.text != "▾"]


def test_an_event_is_a_line_on_its_day_with_a_label_and_all_of_it_on_hover() -> None:
    figure = drawn()
    told = mark_events(figure, happened("2026-04-17", dimension="line", member="L5"))
    (line,) = figure.layout.shapes
    assert line.x0 == line.x1 == pd.Timestamp("2026-04-17")
    assert labels(figure) == ["Moved 0"]
    assert figure.layout.annotations[0].hovertext == "2026-04-17, fix, line L5: Moved 0"
    assert told == " Marked: 2026-04-17 Moved 0."


def test_the_last_month_is_marked_to_its_end_and_what_lies_outside_is_not() -> None:
    figure = drawn(3)
    mark_events(figure, happened("2025-12-31", "2026-01-01", "2026-03-31", "2026-04-01"))
    assert labels(figure) == ["Moved 1", "Moved 2"]


def test_only_the_latest_three_are_labelled_and_twenty_drawn() -> None:
    figure = drawn()
    days = [f"2026-{month:02d}-{day:02d}" for month in range(1, 13) for day in (3, 17)]
    mark_events(figure, happened(*days))
    assert len(figure.layout.shapes) == 20
    assert labels(figure) == ["Moved 21", "Moved 22", "Moved 23"]


@pytest.mark.parametrize(
    "days",
    [("2026-03-01", "2026-03-09"), ("2026-11-01", "2026-12-20"), ("2026-01-02", "2026-06-01", "2026-12-30"),
     ("2026-05-01", "2026-05-02", "2026-05-03")],
)  # fmt: skip
def test_labels_cover_neither_each_other_nor_the_edge_on_a_phone(days: tuple[str, ...]) -> None:
    figure = drawn()
    mark_events(figure, happened(*days, title="Line L5 moved away"))
    boxes = []
    for one in figure.layout.annotations:
        place = (pd.Timestamp(one.x) - pd.Timestamp("2026-01-01")) / pd.Timedelta(days=364)
        width = len(one.text) * 6.2 / 290
        left = place if one.xanchor == "left" else place - width
        assert -0.05 < left < left + width < 1.05
        boxes.append((one.yshift, left, left + width))
    for i, (row, left, right) in enumerate(boxes):
        assert not any(row == r and left < b and a < right for r, a, b in boxes[i + 1 :])


def test_a_panel_shows_its_own_events_only() -> None:
    figure = drawn()
    mark_events(figure, happened("2026-04-17", dimension="line", member="L5"), by="line", member="L1")
    assert labels(figure) == []
    mark_events(figure, happened("2026-04-17", dimension="site", member="EMS"), by="line", member="L1")
    assert labels(figure) == ["Moved 0"]


def test_the_words_of_an_event_are_no_markup() -> None:
    figure = drawn()
    mark_events(figure, happened("2026-04-17", title="<a href='x'>b</a>", member="<i>", dimension="line"))
    (one,) = figure.layout.annotations
    assert "<" not in one.text + one.hovertext


def test_no_events_and_no_months_mark_nothing() -> None:
    for figure, events in ((drawn(), None), (drawn(), happened()), (empty(200), happened("2026-01-01"))):
        assert mark_events(figure, events) == ""
        assert not figure.layout.shapes


def calls_of(function: ast.FunctionDef, known: dict[str, ast.FunctionDef]) -> set[str]:
    """The names of everything a function calls, through the functions of analytics.charts."""
    seen: set[str] = set()
    waiting = [function]
    while waiting:
        for node in ast.walk(waiting.pop()):
            name = getattr(node, "id", None) if isinstance(node, ast.Name) else None
            if name and name not in seen:
                seen.add(name)
                waiting += [known[name]] if name in known else []
    return seen


def months_without_events(texts: list[str]) -> list[str]:
    """Public functions with an axis of months that take no events or mark none; other ways to an axis of months."""
    trees = [ast.parse(text) for text in texts]
    known = {node.name: node for tree in trees for node in tree.body if isinstance(node, ast.FunctionDef)}
    faults = []
    for name, function in known.items():
        has_months = any(
            isinstance(node, ast.keyword) and node.arg == "tickformat" and "%b" in ast.unparse(node.value)
            for node in ast.walk(function)
        )
        if has_months and name != "month_axis":
            faults.append(f"{name} makes an axis of months by itself")
        called = calls_of(function, known)
        parameters = {one.arg for one in (*function.args.args, *function.args.kwonlyargs)}
        if name.startswith("_") or "month_axis" not in called:
            continue
        if "events" not in parameters or "mark_events" not in called:
            faults.append(f"{name} draws months without events")
    return faults


def test_every_drawing_over_months_takes_events() -> None:
    assert months_without_events([file.read_text("utf-8") for file in CHARTS.glob("*.py")]) == []


@pytest.mark.parametrize(
    "text",
    [
        "def sales(frame):\n    month_axis(figure)\n    return Drawing(figure, '', '')",
        "def _axis(figure):\n    month_axis(figure)\ndef sales(frame, *, events=None):\n    _axis(figure)",
        "def sales(frame, *, events=None):\n    figure.update_xaxes(tickformat='%b %Y')",
    ],
)
def test_a_drawing_over_months_without_events_is_noticed(text: str) -> None:
    assert months_without_events([text])


def test_the_door_finds_the_parameter_of_every_drawing_over_months() -> None:
    drawings = [one for _, one in inspect.getmembers(charts, inspect.isfunction) if _returns_a_drawing(one)]
    assert {one.__name__ for one in drawings if "events" in inspect.signature(one).parameters} >= {"trend", "multiples"}


def _returns_a_drawing(one: Callable[..., Any]) -> bool:
    return inspect.signature(one).return_annotation in (Drawing, "Drawing")


def test_the_author_of_an_event_from_the_command_line_is_kept_by_name_only(base: KnowledgeBase, who: Person) -> None:
    editing.enter_event(base, replace(who, user_id=None), **EVENT)
    assert questions.events(base, who)["by"].isna().all()
    assert last_entry(base).user_name == who.name
    with base.reading() as connection:
        assert connection.scalar(select(func.count()).select_from(Comment)) == 0


def test_a_report_keeps_the_labels_of_events_in_their_rows() -> None:
    figure = drawn()
    mark_events(figure, happened("2026-05-01", "2026-05-02", "2026-05-03"))
    labelled = pictures._drawn(Drawing(figure, "Scrap rate", "Scrap rate"))
    labelled.canvas.draw()
    heights = {round(one.get_window_extent().y0) for one in labelled.axes[0].texts}
    assert len(heights) == len({one.yshift for one in figure.layout.annotations}) > 1
