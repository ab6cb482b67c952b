"""Dates, times and numbers: the file's own form is found and shown, what has two readings is refused, never guessed."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from sqlalchemy import make_url, text

from kb import store
from kb.errors import Refused
from kb.store import KnowledgeBase
from tests.importing import company, count, held, load, preset_of, put, refusals

CUSTOMERS = '[[table]]\ntable = "customers"\nfiles = ["c.csv"]\ncolumns = { customer_number = "no", since_on = %s }\n'
AUTO = preset_of(CUSTOMERS % '"since"')
NONCONFORMANCES = (
    '%s\n[[table]]\ntable = "nonconformances"\nfiles = ["n.csv"]\n'
    'columns = { nonconformance_number = "no", detected_at = "at" }\n'
)


def days(*written: str) -> str:
    return "no,since\n" + "".join(f"K{i},{day}\n" for i, day in enumerate(written))


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        (("2021-12-31", "2021-02-01"), "YYYY-MM-DD"),
        (("31.12.2021", "1.2.2021"), "DD.MM.YYYY"),
        (("31.12.21", "01.02.21"), "DD.MM.YY"),
        (("31/12/2021", "01/02/2021"), "DD/MM/YYYY"),
        (("12/31/2021", "02/01/2021"), "MM/DD/YYYY"),
        (("31-12-2021", "01-02-2021"), "DD-MM-YYYY"),
        (("12-31-2021", "02-01-2021"), "MM-DD-YYYY"),
        (("2021/12/31", "2021/02/01"), "YYYY/MM/DD"),
        (("20211231", "20210201"), "YYYYMMDD"),
        (("12/31/21", "02/01/21"), "MM/DD/YY"),
        (("31/12/21", "01/02/21"), "DD/MM/YY"),
    ],
)
def test_the_form_of_the_dates_is_found_and_shown(
    sqlite_base: KnowledgeBase, tmp_path: Path, written: tuple[str, ...], shown: str
) -> None:
    report = load(sqlite_base, put(tmp_path, {"c.csv": days(*written, "")}), preset=AUTO)
    assert f"since_on: {shown}" in report.files[0].found.split("; ")
    assert held(sqlite_base, "customers", "since_on") == [date(2021, 12, 31), date(2021, 2, 1), None]


@pytest.mark.parametrize(
    ("day", "readings"),
    [
        ("01/02/2021", ("DD/MM/YYYY", "MM/DD/YYYY")),
        ("03-04-2021", ("DD-MM-YYYY", "MM-DD-YYYY")),
        ("3/4/21", ("DD/MM/YY", "MM/DD/YY")),
    ],
)
def test_an_order_of_day_and_month_that_nothing_shows_is_refused_with_both_readings(
    sqlite_base: KnowledgeBase, tmp_path: Path, day: str, readings: tuple[str, str]
) -> None:
    with pytest.raises(Refused) as refused:
        load(sqlite_base, put(tmp_path, {"c.csv": days(day, day)}), preset=AUTO)
    assert all(word in str(refused.value) for word in (*readings, "since_on", day, "name the date format"))
    assert count(sqlite_base, "customers") == 0


def test_the_reader_can_name_the_order_of_day_and_month(sqlite_base: KnowledgeBase, tmp_path: Path) -> None:
    chosen = AUTO.with_choices(day="%m/%d/%Y")
    load(sqlite_base, put(tmp_path, {"c.csv": days("01/02/2021")}), preset=chosen)
    assert held(sqlite_base, "customers", "since_on") == [date(2021, 1, 2)]


def test_a_file_that_mixes_day_first_and_month_first_is_refused(sqlite_base: KnowledgeBase, tmp_path: Path) -> None:
    mixed = days("13/01/2021", "14/01/2021", "01/15/2021", "02/03/2021")
    with pytest.raises(Refused, match="since_on"):
        load(sqlite_base, put(tmp_path, {"c.csv": mixed}), preset=AUTO)


def test_a_date_of_another_form_than_the_file_is_refused(base: KnowledgeBase, tmp_path: Path) -> None:
    written = ("31.12.2021", "2021-12-30", "12/29/2021", "30.02.2021", "soon", "28.12.2021")
    report = load(base, put(tmp_path, {"c.csv": days(*written)}), preset=AUTO)
    assert refusals(report) == [
        (line, "since", written[line - 2], "is no date of the form DD.MM.YYYY") for line in (3, 4, 5, 6)
    ]


def test_several_forms_that_do_not_overlap_are_read_together(base: KnowledgeBase, tmp_path: Path) -> None:
    preset = preset_of(CUSTOMERS % '{ from = "since", dates = ["%m-%d-%y", "%m/%d/%Y"] }')
    load(base, put(tmp_path, {"c.csv": days("01-12-21", "01/13/2021")}), preset=preset)
    assert held(base, "customers", "since_on") == [date(2021, 1, 12), date(2021, 1, 13)]


@pytest.mark.parametrize("pair", [("%d/%m/%Y", "%m/%d/%Y"), ("%d-%m-%y", "%m-%d-%y"), ("%y%m%d", "%d%m%y")])
def test_a_preset_whose_forms_overlap_is_refused(pair: tuple[str, str]) -> None:
    with pytest.raises(Refused, match="as different days"):
        preset_of(CUSTOMERS % f'{{ from = "since", dates = ["{pair[0]}", "{pair[1]}"] }}')


def test_a_shift_of_dates_is_applied_and_shown(base: KnowledgeBase, tmp_path: Path) -> None:
    preset = preset_of(CUSTOMERS.replace("columns", "shift_days = 365\ncolumns") % '"since"')
    report = load(base, put(tmp_path, {"c.csv": days("2020-03-01")}), preset=preset)
    assert held(base, "customers", "since_on") == [date(2021, 3, 1)]
    assert "All dates of customers from c.csv are moved by +365 days." in report.notes


def test_times_are_read_in_the_zone_of_the_preset(base: KnowledgeBase, tmp_path: Path) -> None:
    preset = preset_of(NONCONFORMANCES % 'time_zone = "Europe/Berlin"')
    load(base, put(tmp_path, {"n.csv": "no,at\n1,2024-01-15 12:00\n2,2024-07-15 12:00\n"}), preset=preset)
    winter, summer = datetime(2024, 1, 15, 11, tzinfo=UTC), datetime(2024, 7, 15, 10, tzinfo=UTC)
    assert held(base, "nonconformances", "detected_at") == [winter, summer]


def test_a_time_with_its_own_offset_keeps_its_moment(base: KnowledgeBase, tmp_path: Path) -> None:
    preset = preset_of(NONCONFORMANCES % 'time_zone = "Europe/Berlin"')
    load(base, put(tmp_path, {"n.csv": "no,at\n1,2024-01-15T12:00:00-05:00\n2,2024-01-15T12:00:00Z\n"}), preset=preset)
    five, noon = datetime(2024, 1, 15, 17, tzinfo=UTC), datetime(2024, 1, 15, 12, tzinfo=UTC)
    assert held(base, "nonconformances", "detected_at") == [five, noon]


def test_a_time_that_the_clock_jumped_over_is_refused(base: KnowledgeBase, tmp_path: Path) -> None:
    preset = preset_of(NONCONFORMANCES % 'time_zone = "Europe/Berlin"')
    report = load(base, put(tmp_path, {"n.csv": "no,at\n1,2024-03-31 02:30\n2,2024-03-31 03:30\n"}), preset=preset)
    reason = "does not exist in Europe/Berlin: the clock was set forward over it"
    assert refusals(report) == [(2, "at", "2024-03-31 02:30", reason)]


@pytest.mark.postgres
def test_times_do_not_depend_on_the_zone_of_the_server(postgres_base: KnowledgeBase, tmp_path: Path) -> None:
    name = make_url(postgres_base.url).database
    with postgres_base.writing() as connection:
        connection.execute(text(f"ALTER DATABASE {name} SET timezone = 'Asia/Tokyo'"))
    postgres_base.close()
    again = store.open_base(postgres_base.url)
    file = put(tmp_path, {"n.csv": "no,at\n1,2024-01-15 12:00\n"})
    preset = preset_of(NONCONFORMANCES % "")
    load(again, file, preset=preset)
    assert held(again, "nonconformances", "detected_at") == [datetime(2024, 1, 15, 12, tzinfo=UTC)]
    assert load(again, file, preset=preset).import_id is None


AMOUNTS = preset_of(
    '[[table]]\ntable = "products"\nfiles = ["p.csv"]\n'
    'columns = { sku = "sku", unit_price = "price", unit_cost = "cost" }'
)


def prices(*rows: tuple[str, str]) -> str:
    return "sku;price;cost\n" + "".join(f"P{i};{price};{cost}\n" for i, (price, cost) in enumerate(rows))


@pytest.mark.parametrize(
    ("rows", "mark", "values"),
    [
        ((("1.234,5", "1.234"), ("7", "0,5")), ",", [(1234.5, 1234.0), (7.0, 0.5)]),
        ((("1,234.5", "1,234"), ("7", "0.5")), ".", [(1234.5, 1234.0), (7.0, 0.5)]),
        ((("1 234,5", "1\u00a0234"), ("1'234,5", "1e3")), ",", [(1234.5, 1234.0), (1234.5, 1000.0)]),
        ((("12", "1200"), ("7", "")), "", [(12.0, 1200.0), (7.0, None)]),
    ],
)
def test_the_decimal_mark_of_a_file_is_found_and_shown(
    sqlite_base: KnowledgeBase, tmp_path: Path, rows: tuple[tuple[str, str], ...], mark: str, values: list[object]
) -> None:
    report = load(sqlite_base, put(tmp_path, {"p.csv": prices(*rows)}), preset=AMOUNTS)
    assert (f"decimal mark '{mark}'" in report.files[0].found) == bool(mark)
    assert held(sqlite_base, "products", "unit_price", "unit_cost") == values


@pytest.mark.parametrize("rows", [(("1.234", "1"),), (("1,234", "1"),), (("1,5", "1.5"),), (("1.234", "2.345"),)])
def test_thousands_or_decimals_that_nothing_tells_apart_are_refused(
    sqlite_base: KnowledgeBase, tmp_path: Path, rows: tuple[tuple[str, str], ...]
) -> None:
    report = load(sqlite_base, put(tmp_path, {"p.csv": prices(*rows)}), preset=AMOUNTS)
    assert report.files[0].refused == 1
    assert "could be thousands or decimals" in refusals(report)[0][3]


def test_the_reader_can_name_the_decimal_mark(sqlite_base: KnowledgeBase, tmp_path: Path) -> None:
    load(sqlite_base, put(tmp_path, {"p.csv": prices(("1.234", "1,5"))}), preset=AMOUNTS.with_choices(decimal=","))
    assert held(sqlite_base, "products", "unit_price", "unit_cost") == [(1234.0, 1.5)]


def test_a_decimal_point_where_the_preset_says_comma_is_refused(sqlite_base: KnowledgeBase, tmp_path: Path) -> None:
    report = load(
        sqlite_base, put(tmp_path, {"p.csv": prices(("1.5", "1,5"))}), preset=AMOUNTS.with_choices(decimal=",")
    )
    assert refusals(report) == [(2, "price", "1.5", "is not a number with decimal mark ','")]


def test_texts_that_look_like_numbers_keep_every_digit(base: KnowledgeBase, tmp_path: Path) -> None:
    company(base, tmp_path)
    text_ = "sku,name,model\n00123,NA,1e5\n1.50,null,-\nTRUE,None,2024-01-02\n"
    load(base, put(tmp_path / "more", {"products.csv": text_}))
    kept = [("00123", "NA", "1e5"), ("1.50", "null", "-"), ("TRUE", "None", "2024-01-02")]
    assert held(base, "products", "sku", "name", "model")[2:] == kept


def test_times_written_with_and_without_a_clock_are_read_together(base: KnowledgeBase, tmp_path: Path) -> None:
    text_ = "no,at\n1,05.03.2024 14:20\n2,06.03.2024\n3,07.03.2024 14:20:10\n4,2024-03-08\n"
    report = load(base, put(tmp_path, {"n.csv": text_}), preset=preset_of(NONCONFORMANCES % ""))
    assert [moment.minute for moment in held(base, "nonconformances", "detected_at")] == [20, 0, 20]
    assert [(line, value) for line, _, value, _ in refusals(report)] == [(5, "2024-03-08")]
    assert "DD.MM.YYYY hh:mm" in report.files[0].found
