"""Mapping by hand: what is proposed for a file nobody described, saved as a preset and imported."""

from __future__ import annotations

import itertools
import random
from collections.abc import Sequence
from pathlib import Path

import pytest

from kb import commands as command_line
from kb import editing, importing
from kb.access import Person
from kb.errors import Conflict, Refused
from kb.importing import mapping, own, presets
from kb.importing.mapping import Draft, FileMapping
from kb.importing.preview import preview
from kb.importing.proposing import Guess, Proposal, formats, headers, profile, propose, take, weigh
from kb.importing.proposing.assigning import best
from kb.store import KnowledgeBase
from tests.importing import company, held, load, put, put_rows
from tests.layouts import Layout, layouts

PAYLOAD = '<img src=x onerror="window.ran=1">'
TUNED = [layout for layout in layouts() if layout.tuned]


def proposed(path: Path, called_as: str = "", known: dict[tuple[str, str], float] | None = None) -> Proposal:
    """What names and cells alone say, without a base."""
    return weigh(called_as or path.stem, list(take(path).profiles.values()), known or {})


def guess(proposal: Proposal, header: str) -> Guess:
    return next(one for one in proposal.guesses if one.header == header)


def csv(folder: Path, name: str, headers: Sequence[str], *rows: Sequence[object]) -> Path:
    return put_rows(folder / name, headers, rows)


def drafted(base: KnowledgeBase, who: Person, path: Path, **changes: object) -> Draft:
    """The proposal, taken as it is."""
    sample = take(path)
    found = propose(sample, base, who)
    dated = [(g, sample.profiles[h].day_forms) for h, g in found.goals.items()]
    days = {goal: forms[0] for goal, forms in dated if len(forms) == 1}
    numbers = [sample.profiles[h] for h, g in found.goals.items() if mapping.kind_of(found.table, g) == "number"]
    file = FileMapping(
        mapping.pattern_for(path.name),
        found.table,
        found.goals,
        days=days,
        decimal=formats.decimal(numbers).mark,
        yes={"is_cancelled": ("ja",)},
        no={"is_cancelled": ("nein",)},
        **changes,  # type: ignore[arg-type]
    )
    return Draft("ours", "Ours", (file,), "Europe/Berlin", "EUR")


@pytest.mark.parametrize("layout", TUNED, ids=lambda layout: layout.name)
def test_the_layouts_it_was_tuned_on_are_proposed_right(layout: Layout, tmp_path: Path) -> None:
    found = proposed(layout.write(tmp_path))
    assert found.table == layout.table
    assert {g.header: g.goal for g in found.guesses} == layout.truth


def test_most_columns_of_most_layouts_held_out_are_proposed_right(tmp_path: Path) -> None:
    unseen = [layout for layout in layouts() if not layout.tuned]
    right = [sum(g.goal == one.truth[g.header] for g in proposed(one.write(tmp_path)).guesses) for one in unseen]
    assert sum(count >= 10 for count in right) >= 7
    assert len(unseen) == 9


@pytest.mark.parametrize(
    ("header", "words"),
    [("Kd-Nr.", ["kd", "nr"]), ("orderDate", ["order", "date"]), ("SHIP_QTY", ["ship", "qty"]), ("RMA#", ["rma", "#"]),
     ("Q.tà", ["q", "ta"]), ("N° lot", ["n", "lot"]), ("ProductSKU", ["product", "sku"]), ("Ilość", ["ilosc"]),
     ("Straße 2", ["strasse"]), ("", [])],
)  # fmt: skip
def test_headers_are_split_into_words(header: str, words: list[str]) -> None:
    assert headers.tokens(header) == words


@pytest.mark.parametrize(
    ("header", "concepts"),
    [("Kundennummer", {"customer", "number"}), ("Lieferdatum", {"delivery", "date"}), ("orderdatum", {"order", "date"}),
     ("FECHA_PEDIDO", {"date", "order"}), ("N° de commande", {"number", "order"}), ("SHFT", {"shift"}),
     ("zamówieniach", {"order"}), ("ordre de fabrication", {"workorder"}), ("MATNR", {"product", "number"}),
     ("bon de livraison", {"shipment"})],
)  # fmt: skip
def test_headers_are_understood_in_several_languages_compounds_and_codes(header: str, concepts: set[str]) -> None:
    assert concepts in [{piece.concept for piece in reading} for reading in headers.readings(header)]


def test_a_prefix_that_every_column_has_says_nothing() -> None:
    columns = ["comp_name", "comp_country", "comp_region", "comp_segment", "comp_number"]
    assert headers.shared_prefix(columns) == "comp"
    assert headers.shared_prefix(["order_no", "order_date", "qty", "price", "sku"]) is None


def test_each_column_is_given_once_and_the_sum_of_merits_is_the_highest() -> None:
    chance = random.Random(4)
    for size in range(1, 6):
        merits = [[round(chance.random(), 3) for _ in range(5)] for _ in range(size)]
        given = best(merits)
        most = max(
            sum(m[c] for m, c in zip(merits, way, strict=True)) for way in itertools.permutations(range(5), size)
        )
        assert len({place for place in given if place is not None}) == size
        assert sum(merits[row][place or 0] for row, place in enumerate(given)) == pytest.approx(most)


def test_what_has_no_merit_is_given_nothing() -> None:
    assert best([[0.0, 0.9], [0.0, 0.8]]) == [1, None]
    assert best([]) == []
    assert best([[], []]) == [None, None]


def test_the_reason_names_the_meaning_the_language_and_the_cells(tmp_path: Path) -> None:
    rows = [(f"A{n}", f"{n % 27 + 1:02d}.03.2024", f"B{n % 3}", n % 2 + 1, n) for n in range(60)]
    found = proposed(
        csv(tmp_path, "Bestand.csv", ["Auftragsnr", "Liefertermin", "Artikel", "Position", "Menge"], *rows)
    )
    assert guess(found, "Liefertermin").goal == "promised_on"
    assert "'delivery date' in German; 100 % are days" in guess(found, "Liefertermin").reason


def test_a_column_of_days_is_no_quantity_whatever_it_is_called(tmp_path: Path) -> None:
    rows = [(f"A{n}", 1, "B", f"2024-03-{n % 28 + 1:02d}") for n in range(30)]
    found = proposed(csv(tmp_path, "orders.csv", ["order number", "line", "sku", "quantity"], *rows))
    assert guess(found, "quantity").goal != "quantity"


def test_a_name_nobody_knows_is_found_by_the_keys_the_base_holds(
    sqlite_base: KnowledgeBase, who: Person, tmp_path: Path
) -> None:
    company(sqlite_base, tmp_path)
    rows = [(f"RMA{n}", "AB"[n % 2], f"K{n % 2 + 1}", 1) for n in range(20)]
    path = csv(tmp_path, "rma.csv", ["RMA no", "Xq", "Zw", "qty"], *rows)
    assert not {"Xq", "Zw"} & set(proposed(path).goals)
    found = propose(take(path), sqlite_base, who)
    assert found.goals == {"RMA no": "return_number", "Zw": "customer_number", "qty": "quantity"}
    assert "100 % are known customers" in guess(found, "Zw").reason


def test_a_column_nothing_speaks_for_is_left_out_and_a_doubtful_one_is_asked(tmp_path: Path) -> None:
    rows = [(f"R{n}", n, "x", f"C{n}", f"{n % 5}") for n in range(30)]
    found = proposed(csv(tmp_path, "rma.csv", ["RMA no", "Foo", "Bar", "Customer zone manager", "qty"], *rows))
    assert guess(found, "Foo").goal == ""
    assert guess(found, "Foo").reason == "nothing in the header or the cells speaks for a column of ours"
    assert not guess(found, "Foo").asks
    assert guess(found, "Customer zone manager").goal == ""


def test_days_that_come_in_the_wrong_order_are_asked(sqlite_base: KnowledgeBase, who: Person, tmp_path: Path) -> None:
    rows = [(f"WO{n}", "A", f"2024-05-{n + 2:02d}", f"2024-05-{n + 1:02d}") for n in range(20)]
    path = csv(tmp_path, "work orders.csv", ["work order", "sku", "start date", "end date"], *rows)
    found = propose(take(path), sqlite_base, who)
    asked = [one for one in found.guesses if one.asks]
    assert [one.header for one in asked] in (["start date"], ["end date"])
    assert "have ended_on before started_on" in asked[0].reason


def test_a_time_of_day_in_a_column_of_its_own_is_put_behind_its_day(
    sqlite_base: KnowledgeBase, who: Person, tmp_path: Path
) -> None:
    rows = [(f"NC{n}", f"{n + 1:02d}.05.2024", f"{n:02d}:30", n) for n in range(20)]
    path = csv(tmp_path, "NC.csv", ["NC-Nr", "Festgestellt am", "Uhrzeit", "Menge"], *rows)
    draft = drafted(sqlite_base, who, path)
    assert draft.files[0].sources("detected_at") == ("Festgestellt am", "Uhrzeit")
    report = load(sqlite_base, path, preset=mapping.preset(draft))
    assert report.total("refused") == 0
    assert str(held(sqlite_base, "nonconformances", "detected_at")[0]) == "2024-04-30 22:30:00+00:00"


def test_days_that_can_be_read_in_two_ways_are_two_forms_and_never_one() -> None:
    both = profile("day", ["03/04/2024", "05/06/2024"])
    assert set(both.day_forms) == {"%d/%m/%Y", "%m/%d/%Y"}
    assert profile("day", ["03/04/2024", "25/06/2024"]).day_forms == ("%d/%m/%Y",)
    assert profile("day", ["x", "y"]).day_forms == ()


def test_a_decimal_mark_that_cannot_be_told_is_asked() -> None:
    assert formats.decimal([profile("a", ["1.234", "2.500"])]) == formats.Marked(None, True)
    assert formats.decimal([profile("a", ["1.234", "2.500"]), profile("b", ["0,5"])]) == formats.Marked(",", False)
    assert formats.decimal([profile("a", ["1", "20"])]) == formats.Marked(None, False)
    assert formats.decimal([profile("a", ["0.5"]), profile("b", ["0,5"])]).asks


def test_words_for_yes_and_no_are_sorted_and_unknown_ones_told() -> None:
    assert formats.flags(profile("f", ["Tak", "nie", "tak"])) == formats.Flags(("tak",), ("nie",), ())
    assert formats.flags(profile("f", ["gesperrt", "ja"])).unknown == ("gesperrt",)


def test_a_draft_is_a_preset_of_the_one_language_and_comes_back_the_same(
    sqlite_base: KnowledgeBase, who: Person, tmp_path: Path
) -> None:
    for layout in layouts():
        draft = drafted(sqlite_base, who, layout.write(tmp_path), content_key=mapping.may_use_content(layout.table))
        if mapping.missing(draft.files[0]):
            continue
        text = mapping.toml(draft)
        again = mapping.again(text, "ours")
        assert again is not None, layout.name
        assert presets.parse(mapping.toml(again), "ours") == mapping.preset(draft)


def test_headers_with_quotes_brackets_and_controls_are_written_as_they_are(tmp_path: Path) -> None:
    odd = ['a "b" \\ c', "[x] = {1}", "tab\there", "üñ€", PAYLOAD, "del\x7f", "line\nbreak"]
    goals = dict(zip(odd, ["return_number", "sku", "reason", "finding", "text", "region", "lot_number"], strict=True))
    draft = Draft('n"', "t\n", (FileMapping("x*.csv", "returns", goals),))
    columns = mapping.preset(draft).tables[0].columns
    assert {c.sources[0]: c.header for c in columns} == goals


def test_a_preset_that_says_more_than_the_form_is_not_cut_down_to_it() -> None:
    columns = 'columns = { return_number = "R", sku = { from = "S", values = { a = "b" } } }'
    text = f'name = "x"\n[[table]]\ntable = "returns"\nfiles = "r.csv"\n{columns}'
    assert mapping.again(text, "x") is None


def test_a_column_of_currencies_is_compared_with_the_base(
    sqlite_base: KnowledgeBase, who: Person, tmp_path: Path
) -> None:
    rows = [("R1", 5, "EUR"), ("R2", 6, "USD")]
    path = csv(tmp_path, "rma.csv", ["RMA", "Gutschrift", "Währung"], *rows)
    draft = drafted(sqlite_base, who, path)
    assert draft.files[0].goals["Währung"] == "currency"
    assert mapping.again(mapping.toml(draft), "ours") is not None
    report = load(sqlite_base, path, preset=mapping.preset(draft))
    assert [cell.value for cell in report.refused_cells] == ["USD"]


def test_negative_numbers_come_in_only_where_the_person_lets_them(
    sqlite_base: KnowledgeBase, who: Person, tmp_path: Path
) -> None:
    path = csv(tmp_path, "rma.csv", ["RMA", "Menge"], ("R1", -2), ("R2", 1))
    goals = {"RMA": "return_number", "Menge": "quantity"}
    refusing = Draft("x", "", (FileMapping("rma.csv", "returns", goals),))
    letting = Draft("x", "", (FileMapping("rma.csv", "returns", goals, negative=("quantity",)),))
    assert load(sqlite_base, path, preset=mapping.preset(refusing), dry_run=True).total("refused") == 1
    assert load(sqlite_base, path, preset=mapping.preset(letting)).total("refused") == 0
    assert mapping.again(mapping.toml(letting), "x") == letting


def test_the_pattern_fits_next_months_file() -> None:
    assert mapping.pattern_for("VBAP_2024-10.csv") == "VBAP_*.csv"
    assert mapping.pattern_for("Auftragsbestand.xlsx") == "Auftragsbestand.xlsx"
    assert mapping.pattern_for("20241031.csv") == "*.csv"


def test_what_is_needed_and_missing_is_said_and_a_number_can_come_from_the_content() -> None:
    file = FileMapping("x.csv", "order_lines", {"A": "order_number"})
    assert mapping.missing(file) == ("order_number", "line_number", "sku")[1:]
    with pytest.raises(Refused, match="order_lines needs line_number, sku"):
        mapping.preset(Draft("x", "", (file,)))
    returns = FileMapping("x.csv", "returns", {"A": "sku"})
    assert mapping.missing(returns) == ("return_number",)
    with_key = FileMapping("x.csv", "returns", {"A": "sku"}, content_key=True)
    assert mapping.missing(with_key) == ()
    assert mapping.preset(Draft("x", "", (with_key,))).tables[0].content_key


def test_two_columns_for_one_number_are_refused() -> None:
    file = FileMapping("x.csv", "returns", {"A": "quantity", "B": "quantity", "C": "return_number"})
    with pytest.raises(Refused, match="quantity can hold one column only, not A and B"):
        mapping.preset(Draft("x", "", (file,)))


@pytest.fixture
def order_book(tmp_path: Path) -> Path:
    return next(layout for layout in layouts() if layout.name == "german_orders").write(tmp_path)


def test_one_file_of_order_lines_fills_orders_customers_and_products(
    sqlite_base: KnowledgeBase, who: Person, order_book: Path
) -> None:
    report = load(sqlite_base, order_book, preset=mapping.preset(drafted(sqlite_base, who, order_book)))
    assert report.total("refused") == 0
    news = {count.table: count.new for file in report.files for count in file.tables}
    assert news == {"customers": 5, "products": 5, "sales_orders": 40, "order_lines": 120}


def test_the_preview_shows_typed_values_and_why_rows_are_refused(
    sqlite_base: KnowledgeBase, who: Person, tmp_path: Path
) -> None:
    rows = [("R1", "02.05.2024", "1,5"), ("R2", "31.02.2024", "2"), ("R3", "03.05.2024", "-1")]
    path = csv(tmp_path, "rma.csv", ["RMA", "Datum", "Menge"], *rows)
    file = FileMapping(
        "rma.csv", "returns", {"RMA": "return_number", "Datum": "returned_on", "Menge": "quantity"},
        days={"returned_on": "%d.%m.%Y"}, decimal=",",
    )  # fmt: skip
    found = preview(sqlite_base, who, take(path), mapping.preset(Draft("x", "", (file,))))
    frame = found.tables[0].frame
    assert list(frame.columns) == ["line in the file", "refused because", "return_number", "returned_on", "quantity"]
    assert list(frame["line in the file"]) == [2, 3, 4]
    assert frame["quantity"][0] == 1.5
    assert frame["returned_on"][0] == "2024-05-02"
    assert frame["refused because"][0] == ""
    assert "Datum '31.02.2024' is no date of the form DD.MM.YYYY" in frame["refused because"][1]
    assert "is negative" in frame["refused because"][2]
    assert held(sqlite_base, "returns", "return_number") == []


def test_a_column_of_ours_called_line_is_not_taken_for_the_line_of_the_file(
    sqlite_base: KnowledgeBase, who: Person, tmp_path: Path
) -> None:
    path = csv(tmp_path, "wc.csv", ["Linie", "Bezeichnung"], ("L1", "Endmontage"))
    draft = Draft("x", "", (FileMapping("wc.csv", "work_centers", {"Linie": "line", "Bezeichnung": "name"}),))
    frame = preview(sqlite_base, who, take(path), mapping.preset(draft)).tables[0].frame
    assert frame.to_dict("records") == [{"line in the file": 2, "line": "L1", "name": "Endmontage"}]


def test_a_saved_preset_imports_the_file_with_the_counts_of_the_preview(
    base: KnowledgeBase, who: Person, order_book: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    draft = drafted(base, who, order_book)
    counted = preview(base, who, take(order_book), mapping.preset(draft)).report
    editing.save_preset(base, who, "ours", mapping.toml(draft))
    assert [one.name for one in own.saved(base, who)] == ["ours"]
    assert command_line.main(["import", str(order_book), "--preset", "ours"]) == 0
    assert "120 rows read = 120 kept + 0 refused" in capsys.readouterr().out
    assert counted.total("read") - counted.total("refused") == 120
    assert len(held(base, "order_lines", "order_line_id")) == counted.files[0].tables[-1].new
    assert command_line.main(["presets"]) == 0
    assert "ours (version 1): Ours" in capsys.readouterr().out


def test_two_people_who_change_one_preset_do_not_overwrite_each_other(
    base: KnowledgeBase, who: Person, admin: Person, order_book: Path
) -> None:
    text = mapping.toml(drafted(base, who, order_book))
    seen = editing.save_preset(base, who, "ours", text)
    editing.save_preset(base, admin, "ours", text.replace("Ours", "Theirs"), seen)
    with pytest.raises(Conflict):
        editing.save_preset(base, who, "ours", text.replace("Ours", "Mine"), seen)
    assert own.load(base, who, "ours").title == "Theirs"


def test_a_viewer_may_look_at_presets_but_neither_preview_nor_save(
    sqlite_base: KnowledgeBase, who: Person, viewer: Person, order_book: Path
) -> None:
    draft = drafted(sqlite_base, who, order_book)
    assert own.saved(sqlite_base, viewer) == []
    with pytest.raises(Refused, match="may not import"):
        preview(sqlite_base, viewer, take(order_book), mapping.preset(draft))
    with pytest.raises(Refused, match="may not import"):
        editing.save_preset(sqlite_base, viewer, "ours", mapping.toml(draft))


def test_the_name_of_a_preset_that_comes_along_is_not_free() -> None:
    with pytest.raises(Refused, match="comes with the program"):
        own.free_name("symbiosis")
    assert own.free_name("  our   erp ") == "our erp"


def test_an_unknown_preset_is_refused_with_the_names_there_are(sqlite_base: KnowledgeBase, who: Person) -> None:
    with pytest.raises(Refused, match="no preset 'nothing': choose one of"):
        own.load(sqlite_base, who, "nothing")


def test_the_files_of_layouts_without_a_number_get_one_from_their_content(
    sqlite_base: KnowledgeBase, who: Person, tmp_path: Path
) -> None:
    rows = [("02.05.2024", "Lärm", 2), ("03.05.2024", "Riss", 1)]
    path = csv(tmp_path, "Reklamationen.csv", ["Eingangsdatum", "Fehlertext", "Priorität"], *rows)
    draft = drafted(sqlite_base, who, path, content_key=True)
    assert draft.files[0].table == "complaints"
    report = importing.run(sqlite_base, who, [path], mapping.preset(draft))
    assert report.total("new") == 2
    again = importing.run(sqlite_base, who, [path], mapping.preset(draft))
    assert again.changes_nothing


def test_a_sheet_of_a_workbook_is_sampled_and_its_sisters_are_named(tmp_path: Path) -> None:
    import xlsxwriter

    path = tmp_path / "both.xlsx"
    with xlsxwriter.Workbook(path) as book:
        for name, header in (("Kunden", "Kundennummer"), ("Retouren", "RMA-Nr")):
            sheet = book.add_worksheet(name)
            sheet.write_column(0, 0, [header, "A1", "A2"])
            sheet.write_column(0, 1, ["Name", "Nord", "Süd"])
    assert take(path).found.sheets == ("Kunden", "Retouren")
    second = take(path, "Retouren")
    assert second.headers == ("RMA-Nr", "Name")
    assert second.cells.num_rows == 2


def test_a_file_that_is_no_table_is_refused_before_anything_is_proposed(tmp_path: Path) -> None:
    put(tmp_path, {"bomb.xlsx": b"PK\x03\x04 nothing of a workbook", "empty.csv": b""})
    for name in ("bomb.xlsx", "empty.csv"):
        with pytest.raises(Refused, match=name):
            take(tmp_path / name)


def test_a_header_alone_and_sixty_columns_are_fine(tmp_path: Path) -> None:
    path = csv(tmp_path, "rma.csv", ["RMA no", "qty"])
    assert proposed(path).goals == {"RMA no": "return_number", "qty": "quantity"}
    wide = csv(tmp_path, "wide.csv", ["RMA no", *(f"attribute {n}" for n in range(59))], ["R1", *range(59)])
    assert len(proposed(wide, "rma").guesses) == 60
