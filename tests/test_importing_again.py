"""What happens to rows the base knows already: nothing, or exactly what the corrected file says."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from sqlalchemy import insert

from kb.models import Customer, Product
from kb.store import KnowledgeBase
from tests.importing import MASTERS, ORDERS, company, count, everything, held, load, preset_of, put, refusals


def test_the_same_file_again_changes_nothing_at_all(base: KnowledgeBase, tmp_path: Path) -> None:
    company(base, tmp_path)
    before, revision = everything(base), base.revision()
    again = company(base, tmp_path)
    assert (again.import_id, again.changes_nothing) == (None, True)
    assert (again.total("same"), again.total("new"), again.total("changed")) == (9, 0, 0)
    assert everything(base) == before
    assert base.revision() == revision


def test_the_same_rows_in_another_form_change_nothing(base: KnowledgeBase, tmp_path: Path) -> None:
    company(base, tmp_path)
    before = everything(base)
    text = "name;unit_price;sku\r\nSaw;10,00;B\r\nDrill;5,00;A\r\n"
    report = load(base, put(tmp_path / "again", {"products.csv": text.encode("utf-16")}))
    assert report.import_id is None
    assert everything(base) == before


def test_a_corrected_file_updates_by_business_key_and_lists_what_changed(base: KnowledgeBase, tmp_path: Path) -> None:
    company(base, tmp_path)
    ids = held(base, "order_lines", "order_line_id")
    text = ORDERS.replace("SO1,K1,2024-05-02,2,B,5,50", "SO1,K1,2024-05-02,2,B,6,60").replace("SO2,K2", "SO2,K1")
    report = load(base, put(tmp_path / "again", {"order_lines.csv": text}))
    assert (report.total("changed"), report.total("new")) == (2, 0)
    shown = [(c.table, c.column, c.before, c.after) for c in report.changed_cells]
    assert shown == [
        ("sales_orders", "customer_id", "2", "1"),
        ("order_lines", "quantity", "5.0", "6.0"),
        ("order_lines", "amount", "50.0", "60.0"),
    ]
    assert report.changed_cells[0].key == "SO2"
    assert held(base, "order_lines", "order_line_id") == ids
    assert held(base, "order_lines", "quantity", "amount") == [(10.0, 50.0), (6.0, 60.0), (20.0, 100.0)]
    assert list(report.changes.columns) == ["table", "key", "column", "before", "after"]


def test_a_missing_column_leaves_values_and_an_empty_cell_empties_them(base: KnowledgeBase, tmp_path: Path) -> None:
    company(base, tmp_path)
    report = load(base, put(tmp_path / "again", {"products.csv": "sku,name\nA,\nB,Saw\n"}))
    assert held(base, "products", "sku", "name", "unit_price") == [("A", None, 5.0), ("B", "Saw", 10.0)]
    assert [tuple(c) for c in report.changed_cells] == [("products", "A", "name", "Drill", "")]


def test_where_the_preset_keeps_a_column_an_empty_cell_leaves_it(base: KnowledgeBase, tmp_path: Path) -> None:
    company(base, tmp_path)
    preset = preset_of(
        '[[table]]\ntable = "products"\nfiles = ["p.csv"]\nkeep = ["name"]\ncolumns = { sku = "sku", name = "name" }'
    )
    report = load(base, put(tmp_path / "again", {"p.csv": "sku,name\nA,\nB,Better saw\n"}), preset=preset)
    assert held(base, "products", "name") == ["Drill", "Better saw"]
    assert (report.total("changed"), report.total("same")) == (1, 1)


def test_only_new_leaves_rows_that_are_there_already(base: KnowledgeBase, tmp_path: Path) -> None:
    company(base, tmp_path)
    preset = preset_of(
        '[[table]]\ntable = "products"\nfiles = ["p.csv"]\nonly_new = true\ncolumns = { sku = "sku", name = "name" }'
    )
    report = load(base, put(tmp_path / "again", {"p.csv": "sku,name\nA,Other\nC,Plane\n"}), preset=preset)
    assert held(base, "products", "name") == ["Drill", "Saw", "Plane"]
    assert (report.total("new"), report.total("skipped")) == (1, 1)


RETURNS = preset_of(
    '[[table]]\ntable = "returns"\nfiles = ["r*.csv"]\nkey = "content"\n'
    'columns = { returned_on = "day", sku = "sku", quantity = "qty" }'
)


def test_rows_without_a_key_get_one_from_their_content_and_a_running_number(
    base: KnowledgeBase, tmp_path: Path
) -> None:
    company(base, tmp_path)
    text = "day,sku,qty\n2024-06-01,A,1\n2024-06-01,A,1\n2024-06-02,A,1\n2024-06-01,A,1\n"
    file = put(tmp_path / "returns", {"r.csv": text})
    assert load(base, file, preset=RETURNS).total("new") == 4
    numbers = held(base, "returns", "return_number")
    assert len({number.rsplit("-", 1)[0] for number in numbers}) == 2
    assert sorted(number.rsplit("-", 1)[1] for number in numbers) == ["1", "1", "2", "3"]
    assert load(base, file, preset=RETURNS).import_id is None
    put(file, {"r.csv": text + "2024-06-01,A,1\n"})
    assert load(base, file, preset=RETURNS).total("new") == 1
    assert count(base, "returns") == 5


def test_parents_that_exist_only_by_name_are_created_and_counted(base: KnowledgeBase, tmp_path: Path) -> None:
    text = "customer_number,name,account_owner\nK1,Nord,Kim Berger\nK2,Süd,Kim Berger\nK3,Ost,Lee Song\nK4,West,\n"
    report = load(base, put(tmp_path, {"customers.csv": text}))
    assert report.created == {"users": 2}
    assert held(base, "users", "name", "role") == [("Kim Berger", "member"), ("Lee Song", "member")]
    assert held(base, "customers", "account_owner_id") == [1, 1, 2, None]
    assert load(base, put(tmp_path, {"customers.csv": text})).created == {}


def test_two_files_fill_one_table(base: KnowledgeBase, tmp_path: Path) -> None:
    files = {"products_a.csv": "sku,name\nA,Drill\nB,Saw\n", "products_b.csv": "sku,unit_price\nB,10\nC,7\n"}
    report = load(base, put(tmp_path, files))
    assert held(base, "products", "sku", "name", "unit_price") == [
        ("A", "Drill", None),
        ("B", "Saw", 10.0),
        ("C", None, 7.0),
    ]
    assert report.total("new") == 3
    before = everything(base)
    assert load(base, tmp_path / "products_a.csv", tmp_path / "products_b.csv").import_id is None
    assert everything(base) == before


def test_rows_that_people_wrote_are_updated_and_counted_once(base: KnowledgeBase, tmp_path: Path) -> None:
    with base.writing() as connection:
        connection.execute(insert(Product).values(sku="A", name="By hand"))
        connection.execute(insert(Customer).values(customer_number="K1", version=1))
    report = load(base, put(tmp_path, MASTERS))
    assert (report.total("new"), report.total("changed")) == (2, 2)
    assert held(base, "products", "sku", "name", "import_id") == [("A", "Drill", None), ("B", "Saw", 1)]
    assert held(base, "customers", "version") == [2, 1]


def test_a_customer_moves_to_another_owner(base: KnowledgeBase, tmp_path: Path) -> None:
    text = "customer_number,account_owner\nK1,%s\n"
    load(base, put(tmp_path, {"customers.csv": text % "Kim Berger"}))
    report = load(base, put(tmp_path, {"customers.csv": text % "Lee Song"}))
    assert [tuple(c)[:3] for c in report.changed_cells] == [("customers", "K1", "account_owner_id")]
    assert held(base, "customers", "account_owner_id") == [2]


def test_ids_given_by_an_import_do_not_clash_with_rows_people_add_later(base: KnowledgeBase, tmp_path: Path) -> None:
    company(base, tmp_path)
    load(base, put(tmp_path / "owners", {"customers.csv": "customer_number,account_owner\nK3,Kim Berger\n"}))
    with base.writing() as connection:
        connection.execute(insert(Product).values(sku="by hand"))
        connection.execute(insert(Customer).values(customer_number="by hand", version=1))
    assert held(base, "products", "sku", "product_id")[-1] == ("by hand", 3)
    load(base, put(tmp_path / "next", {"products.csv": "sku\nD\n", "customers.csv": "customer_number\nK4\n"}))
    assert held(base, "products", "sku", "product_id")[-1] == ("D", 4)
    assert held(base, "customers", "customer_number")[-1] == "K4"


def test_keys_of_several_parts_find_their_rows_again(base: KnowledgeBase, tmp_path: Path) -> None:
    company(base, tmp_path)
    files = {
        "work_centers.csv": "line\nL1\n",
        "capacities.csv": "line,month_on,hours\nL1,2024-05-01,320\nL1,2024-06-01,300\n",
        "materials.csv": "material_number\nM1\n",
        "bom_lines.csv": "sku,material_number,bom_line_number,quantity\nA,M1,1,2\nA,M1,2,3\n",
    }
    folder = put(tmp_path / "keys", files)
    assert load(base, folder).total("new") == 6
    assert load(base, folder).import_id is None
    put(folder, {"capacities.csv": files["capacities.csv"].replace("300", "310")})
    report = load(base, folder)
    assert [(c.column, c.before, c.after) for c in report.changed_cells] == [("hours", "300.0", "310.0")]
    assert held(base, "capacities", "month_on", "hours")[1] == (date(2024, 6, 1), 310.0)
    assert refusals(report) == []
