"""What is heard of products, by hand on the small company and on both databases; and the page that shows it."""

from __future__ import annotations

from datetime import date
from typing import Any

import pandas as pd
import pytest

from analytics import charts, questions
from analytics.periods import Period
from analytics.questions import feedback_products
from kb import store
from kb.access import Person
from kb.errors import Refused
from kb.store import KnowledgeBase
from tests import small_company
from tests.small_company import add

JANUARY, FEBRUARY, MARCH = (Period.months(date(2025, month, 1)) for month in (1, 2, 3))
YEAR = Period.months(date(2025, 12, 1), 12)
STRANGER = Person("Nobody", "sales", "none")


@pytest.fixture
def company(base: KnowledgeBase) -> KnowledgeBase:
    """The small company, and what its customers answer and ask for."""
    small_company.build(base)
    with base.writing() as connection:
        add(
            connection, "feedback", "feedback_number received_on kind product_id customer_id score text",
            ("F1", "02-05", "NPS", 1, 1, 10.0, "very quiet drill"), ("F2", "02-06", "NPS", 1, 2, 6.0, "too loud"),
            ("F3", "02-07", "CSAT", 2, 1, 4.0, None), ("F4", "02-08", "review", 1, None, 3.0, "stopped"),
            ("F5", "01-08", "nps", 1, 1, 8.0, "fine"),
        )  # fmt: skip
        add(
            connection, "requests", "request_number received_on kind product_id customer_id quantity amount text",
            ("W1", "02-10", "wish", 1, 1, 10.0, 100.0, "a charger for vans"),
            ("W2", "02-12", "lost order", 1, 2, 20.0, None, "wanted: charger for camper vans"),
            ("W3", "02-13", "wish", 2, 1, 1.0, 7.0, "wanted: matt black case"),
            ("W4", "02-14", "wish", 2, 2, 1.0, 7.0, "smaller case"),
            ("W5", "01-14", "wish", 2, 2, 1.0, 7.0, ""),
        )  # fmt: skip
    return base


def members(found: questions.Heard) -> dict[str, tuple[int, int]]:
    rows = found.rows[["member", "now", "before"]].itertuples(index=False)
    return {member: (now, before) for member, now, before in rows}


def test_what_is_heard_is_counted_by_member_now_and_before(company: KnowledgeBase, who: Person) -> None:
    found = questions.heard(company, who, "Feedback by kind", period=FEBRUARY)
    assert members(found) == {"NPS": (2, 0), "CSAT": (1, 0), "review": (1, 0), "nps": (0, 1)}
    assert (found.now, found.before) == (4, 1)
    assert found.finding == "NPS leads with 2 of 4 answers, 2 more than in Jan 2025"


def test_a_filter_of_a_product_narrows_what_is_heard(company: KnowledgeBase, who: Person) -> None:
    found = questions.heard(company, who, "Requests by kind", period=FEBRUARY, filters={"product": ("B",)})
    assert members(found) == {"wish": (2, 1)}


def test_a_column_that_was_never_imported_is_named(company: KnowledgeBase, who: Person) -> None:
    found = questions.heard(company, who, "Returns by reason", period=FEBRUARY)
    assert found.reason == "returns name no reason: 0 of 4; import returns.reason"
    assert found.finding == "Returns by reason: none in Feb 2025"


def test_hearing_by_something_else_is_refused(company: KnowledgeBase, who: Person) -> None:
    with pytest.raises(Refused, match="nothing is heard as Rumours by kind: choose one of Returns by reason"):
        questions.heard(company, who, "Rumours by kind", period=FEBRUARY)


def test_each_customer_is_touched_once_however_often(company: KnowledgeBase, who: Person) -> None:
    card = questions.touched_card(company, who, FEBRUARY)
    assert (card.value, card.previous, card.delta, card.status) == (2.0, 0.0, 2.0, "bad")
    assert (len(card.sparkline), card.sparkline[-2:]) == (12, (0.0, 2.0))
    whole_year = questions.touched_card(company, who, YEAR)
    assert whole_year.value == 2.0


def test_without_returns_and_complaints_nobody_can_be_called_touched(base: KnowledgeBase, who: Person) -> None:
    assert questions.touched_card(base, who, FEBRUARY).reason == (
        "there are no returns or complaints: import returns or complaints"
    )


def test_customers_that_no_record_names_are_not_called_none(base: KnowledgeBase, who: Person) -> None:
    with base.writing() as connection:
        add(connection, "products", "sku", ("A",))
        add(connection, "returns", "return_number returned_on product_id quantity", ("R1", "02-01", 1, 1))
    card = questions.touched_card(base, who, FEBRUARY)
    assert card.reason == "returns name no customer: 0 of 1; import returns.customer_number"
    assert questions.heard_by_product(base, who, period=FEBRUARY)["customers"].isna().all()


def test_what_cannot_be_heard_is_said_before_it_is_asked(company: KnowledgeBase, who: Person) -> None:
    assert set(questions.unheard(company, who)) == {"Returns by reason", "Complaints by severity"}


def test_products_stand_side_by_side_with_rates_costs_and_customers(company: KnowledgeBase, who: Person) -> None:
    frame = questions.heard_by_product(company, who, period=FEBRUARY).set_index("product")
    first = frame.loc["A"]
    assert tuple(first[["returns", "complaints", "requests", "customers", "before"]]) == (2, 2, 2, 2, 0)
    assert (first["product_name"], first["family"], first["cost"]) == ("Drill", "Drills", 11.0)
    # of 10 and 3: one of 10, one of 6
    assert (first["score"], first["answers"]) == pytest.approx((100 * (1 - 1) / 3, 3))
    assert first["months"][-1] == 4.0
    assert tuple(frame.loc["B"][["returns", "complaints", "requests", "customers"]]) == (0, 0, 2, 0)
    assert list(frame.index) == ["A", "B"]


def test_products_of_a_filter_are_shown_alone(company: KnowledgeBase, who: Person) -> None:
    frame = questions.heard_by_product(company, who, period=FEBRUARY, filters={"family": ("Drills",)})
    assert list(frame["product"]) == ["A"]
    assert questions.heard_by_product(company, who, period=FEBRUARY, filters={"family": ("None",)}).empty


@pytest.mark.parametrize(
    ("now", "before", "words"),
    [(10, 10, "no clear change"), (19, 10, "no clear change"), (21, 9, "more"), (9, 21, "fewer"),
     (0, 0, "no clear change"), (4, 0, "more"), (3, 0, "no clear change")],
)  # fmt: skip
def test_a_trend_is_told_only_where_chance_does_not_explain_it(now: int, before: int, words: str) -> None:
    assert feedback_products._direction(now, before) == words


def test_touched_customers_have_their_returns_complaints_and_costs(company: KnowledgeBase, who: Person) -> None:
    frame, total = questions.touched_customers(company, who, period=FEBRUARY)
    rows = frame.set_index("customer")
    assert total == 3
    assert tuple(rows.loc["K1"][["returns", "complaints", "open_complaints", "cost"]]) == (1, 1, 1, 6.0)
    assert tuple(rows.loc["K2"][["returns", "complaints", "cost"]]) == (0, 1, 0.0)
    assert tuple(rows.loc["not recorded"][["returns", "complaints", "cost"]]) == (1, 0, 5.0)
    assert rows.loc["K1", "last_on"] == pd.Timestamp("2025-02-03")
    assert questions.touched_customers(company, who, period=FEBRUARY, limit=1)[1] == 3


def test_what_returns_cost_is_split_into_credits_and_list_price(company: KnowledgeBase, who: Person) -> None:
    february = questions.return_costs(company, who, period=FEBRUARY).now
    assert february == {"returns": 2, "units_returned": 2, "credited": 11, "not_credited": 0, "cost": 11}
    march = questions.return_costs(company, who, period=MARCH)
    assert march.now == {"returns": 1, "units_returned": 2, "credited": 0, "not_credited": 20, "cost": 20}
    assert march.before == february
    assert list(march.by_month["cost"].tail(3)) == [0.0, 11.0, 20.0]
    assert march.bars.to_dict("records") == [{"member": "not recorded", "now": 20.0, "before": 11.0}]


@pytest.mark.parametrize("filters", [{}, {"product": ("A",)}, {"family": ("Saws",)}])
def test_costs_are_those_of_the_catalogue(company: KnowledgeBase, who: Person, filters: dict[str, Any]) -> None:
    """The split and the card must never tell two different sums."""
    card = questions.cards(company, who, ["return_cost"], MARCH, filters)[0]
    cost = questions.return_costs(company, who, period=MARCH, filters=filters).now["cost"]
    assert cost == (0 if card.value != card.value else card.value)


def test_the_newest_texts_of_all_kinds_come_first(company: KnowledgeBase, who: Person) -> None:
    frame, total = questions.newest_texts(company, who, period=FEBRUARY)
    assert list(frame["number"]) == ["C2", "W4", "W3", "W2", "W1", "F4", "F2", "F1", "C1"]
    assert total == 9
    assert tuple(frame.iloc[0][["kind", "text", "product", "customer", "said"]]) == (
        "Complaints", "too loud", "A", "K2", "mail"
    )  # fmt: skip
    assert frame.set_index("number").loc["F2", "said"].startswith("NPS 6")


def test_more_texts_than_the_cap_are_counted_and_cut(company: KnowledgeBase, who: Person) -> None:
    frame, total = questions.newest_texts(company, who, period=FEBRUARY, limit=2)
    assert (list(frame["number"]), total) == (["C2", "W4"], 9)
    one = questions.newest_texts(company, who, period=FEBRUARY, kinds=("Complaints",), limit=1)
    assert (list(one[0]["number"]), one[1]) == (["C2"], 2)


def test_texts_are_searched_over_all_kinds_or_some(company: KnowledgeBase, who: Person) -> None:
    assert set(questions.newest_texts(company, who, period=None, search="LOUD")[0]["number"]) == {"C2", "F2"}
    only = questions.newest_texts(company, who, period=None, search="loud", kinds=("Feedback",))
    assert (list(only[0]["number"]), only[1]) == (["F2"], 1)
    assert questions.newest_texts(company, who, period=None, search="loud quiet")[1] == 0
    assert questions.newest_texts(company, who, period=FEBRUARY, filters={"product": ("B",)})[1] == 2


def test_undated_texts_come_last_and_count_only_at_any_time(company: KnowledgeBase, who: Person) -> None:
    with company.writing() as connection:
        add(connection, "complaints", "complaint_number received_on text", ("C9", None, "undated"))
    assert questions.newest_texts(company, who, period=None)[0]["number"].iloc[-1] == "C9"
    newest = questions.newest_texts(company, who, period=None, kinds=("Complaints",), limit=1)
    assert list(newest[0]["number"]) == ["C3"]
    assert "C9" not in set(questions.newest_texts(company, who, period=YEAR)[0]["number"])


def test_praise_is_a_high_score_on_the_scale_of_its_kind(company: KnowledgeBase, who: Person) -> None:
    found = questions.praise(company, who, period=FEBRUARY)
    assert (found.answers, found.high, found.praised) == (4, 2, 1)
    assert list(found.quotes["text"]) == ["very quiet drill"]
    # against it stand two answers and two complaints; returns have no text
    assert found.others == 4
    assert found.finding.startswith("50 % of 4 scores in Feb 2025 are praise")


def test_nobody_who_answers_is_said(company: KnowledgeBase, who: Person) -> None:
    assert questions.praise(company, who, period=MARCH).finding == "Nobody gave a score in Mar 2025"


def test_wishes_tell_who_voices_them_and_what_is_at_stake(company: KnowledgeBase, who: Person) -> None:
    found = questions.wishes(company, who, period=FEBRUARY)
    kinds = found.kinds.set_index("kind")
    assert tuple(kinds.loc["wish"][["requests", "customers", "units", "value", "before"]]) == (3, 2, 12.0, 114.0, 1)
    about = found.about.set_index("family")
    assert tuple(about.loc["Drills"][["requests", "customers", "units", "value", "before"]]) == (2, 2, 30.0, 100.0, 0)
    assert found.finding == "Drills: 2 requests from 2 customers in Feb 2025, 2 more than in Jan 2025"


def test_a_wish_that_two_customers_voice_is_found_in_their_words(company: KnowledgeBase, who: Person) -> None:
    with company.writing() as connection:
        others = ("quiet motor", "white paint", "bigger digits", "papers in Polish", "less foam", "longer cord")
        rows = [(f"X{n}", "02-20", "wish", 2, None, text) for n, text in enumerate(others)]
        add(connection, "requests", "request_number received_on kind product_id customer_id text", *rows)
    words = questions.wishes(company, who, period=FEBRUARY).words
    drills = words[words["about"] == "Drills"].set_index("term")
    assert "charger" in " ".join(drills.index)
    assert drills["customers"].eq(2).all()
    assert drills.iloc[0]["first_on"] == pd.Timestamp("2025-02-10")
    assert drills.iloc[0]["example"] == "a charger for vans"


def test_one_customer_who_asks_ten_times_is_one_voice(company: KnowledgeBase, who: Person) -> None:
    with company.writing() as connection:
        rows = [(f"X{n}", "02-20", "wish", 1, 1, "golden handle") for n in range(10)]
        add(connection, "requests", "request_number received_on kind product_id customer_id text", *rows)
    assert not questions.wishes(company, who, period=FEBRUARY).words["term"].str.contains("golden").any()


ASKED = [
    ("unheard", (), {}), ("heard", ("Requests by kind",), {"period": FEBRUARY}), ("touched_card", (FEBRUARY,), {}),
    ("heard_by_product", (), {"period": FEBRUARY}), ("heard_products", (), {}),
    ("touched_customers", (), {"period": FEBRUARY}), ("return_costs", (), {"period": FEBRUARY}),
    ("newest_texts", (), {"period": FEBRUARY}), ("praise", (), {"period": FEBRUARY}),
    ("wishes", (), {"period": FEBRUARY}),
]  # fmt: skip


@pytest.mark.parametrize(("question", "arguments", "named"), ASKED, ids=[name for name, _, _ in ASKED])
def test_customers_words_and_numbers_are_for_those_who_may_read(
    sqlite_base: KnowledgeBase, who: Person, question: str, arguments: Any, named: Any
) -> None:
    getattr(questions, question)(sqlite_base, who, *arguments, **named)
    with pytest.raises(Refused, match="may not read"):
        getattr(questions, question)(sqlite_base, STRANGER, *arguments, **named)


def test_the_demo_wish_for_a_charger_in_the_van_is_heard(full: object, who: Person) -> None:
    base = store.open_base(store.address("demo"))
    found = questions.wishes(base, who, period=Period.months(date(2026, 10, 1), 12))
    words = found.words[found.words["about"] == "Chargers"]
    assert found.finding.startswith("Chargers: ")
    assert {"12 v", "motorhome"} <= set(words["term"])
    assert words["customers"].max() >= 5
    base.close()


def bars(*rows: tuple[str, int, int]) -> charts.Drawing:
    frame = pd.DataFrame(rows, columns=["member", "now", "before"])
    return charts.against_before(frame, now="Oct 2026", before="Sep 2026")


def test_bars_beyond_the_eight_largest_are_summed_as_other() -> None:
    drawn = bars(*[(f"m{n}", 20 - n, n) for n in range(12)])
    members, now = drawn.figure.data[0].y, drawn.figure.data[0].x
    assert (len(members), members[-1], now[-1]) == (8, "Other (5)", sum(20 - n for n in range(7, 12)))
    assert sum(now) == sum(20 - n for n in range(12))


def test_bars_start_at_zero_name_who_leads_and_make_text_harmless() -> None:
    drawn = bars(("<b>x</b>", 3, 5), ("y", 1, 0))
    assert drawn.title == "<b>x</b> leads with 3 of 4 in Oct 2026"
    assert drawn.figure.layout.xaxis.range[0] == 0
    assert drawn.figure.data[0].y[0] == "&lt;b&gt;x&lt;/b&gt;"
    assert list(drawn.figure.data[2].text) == [" 3 (−2)", " 1 (+1)"]


def test_bars_of_nothing_say_so() -> None:
    assert bars().title == "Nothing in Oct 2026"
