"""The invented company: deterministic, hard to group, whole in its keys, believable, and with its story in the data."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.cluster import KMeans
from sklearn.decomposition import TruncatedSVD
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.metrics import adjusted_rand_score
from sklearn.preprocessing import normalize
from sqlalchemy import func, select

from analytics import catalog, metrics, questions
from analytics.periods import Period
from kb import importing, store
from kb.access import Person, command_line
from kb.demo import Company, build, invent, write
from kb.demo.build import OBJECTIVES
from kb.demo.house import FAMILIES
from kb.demo.speech import phrasings
from kb.errors import Refused
from kb.models import Base, Setting
from kb.store import KnowledgeBase

# Keys that a template carries in place of a foreign key.
BUSINESS_KEYS = {
    "sites": ["site_number"], "products": ["sku"], "materials": ["material_number"], "suppliers": ["supplier_number"],
    "work_centers": ["line"], "customers": ["customer_number"], "lots": ["lot_number"], "returns": ["return_number"],
    "work_orders": ["work_order_number"], "order_lines": ["order_number", "line_number"], "users": ["account_owner"],
    "sales_orders": ["order_number", "customer_number", "ordered_on"],
}  # fmt: skip
RECORD_KEYS = {
    "nonconformances": "nonconformance_number", "returns": "return_number", "complaints": "complaint_number",
    "feedback": "feedback_number",
}  # fmt: skip
TRUTH_COLUMNS = {"cause", "is_effective", "ratio", "bias", "found", "escaped", "bad"}


@pytest.fixture(scope="module")
def company() -> Company:
    return invent(1)


def told(company: Company, *tables: str) -> pd.DataFrame:
    """Records of the tables with their true cause."""
    frames = [company.tables[t].rename(columns={RECORD_KEYS[t]: "record_number"}).assign(table=t) for t in tables]
    return pd.concat(frames).merge(company.truth["record_cause"], on=["table", "record_number"])


@pytest.fixture(scope="module")
def demo_base(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KnowledgeBase]:
    url = f"sqlite:///{tmp_path_factory.mktemp('demo') / 'demo.sqlite'}"
    build(url)
    base = store.open_base(url)
    yield base
    base.close()


def story(company: Company, element: str) -> pd.Series:
    return company.truth["story"].set_index("element").loc[element]


def plain_kmeans(texts: pd.Series, groups: int) -> np.ndarray:
    features = TfidfVectorizer(ngram_range=(1, 2), min_df=2).fit_transform(texts)
    reduced = normalize(TruncatedSVD(50, random_state=0).fit_transform(features))
    return np.asarray(KMeans(groups, n_init=1, random_state=0).fit_predict(reduced))


def share_rejected(inspections: pd.DataFrame) -> float:
    return float(inspections["quantity_rejected"].sum() / inspections["quantity_inspected"].sum())


def test_the_same_seed_invents_the_same_company(company: Company) -> None:
    again = invent(1)
    for name, table in company.tables.items():
        pd.testing.assert_frame_equal(table, again.tables[name])
    for name, table in company.truth.items():
        pd.testing.assert_frame_equal(table, again.truth[name])


def test_another_seed_invents_another_company(company: Company) -> None:
    other = invent(2)
    assert not company.tables["returns"]["text"].head(50).equals(other.tables["returns"]["text"].head(50))
    assert len(other.tables["lots"]) != len(company.tables["lots"])


def test_a_time_too_short_for_the_story_is_refused() -> None:
    with pytest.raises(Refused, match="at least 120"):
        invent(1, weeks=30)


def test_every_table_has_exactly_the_columns_of_its_template(company: Company) -> None:
    for name, table in company.tables.items():
        expected = []
        for column in Base.metadata.tables[name].columns:
            if column.foreign_keys and column.name != "import_id":
                parent = next(iter(column.foreign_keys)).column.table.name
                expected += BUSINESS_KEYS[parent]
            elif column.doc:
                expected.append(column.name)
        assert set(table.columns) == set(expected), name


def test_every_key_points_to_a_row_that_exists(company: Company) -> None:
    tables = company.tables
    homes = {
        "site_number": "sites", "sku": "products", "material_number": "materials", "supplier_number": "suppliers",
        "line": "work_centers", "customer_number": "customers", "lot_number": "lots", "return_number": "returns",
        "work_order_number": "work_orders", "order_number": "order_lines",
    }  # fmt: skip
    for name, table in tables.items():
        for key in homes.keys() & set(table.columns):
            strangers = set(table[key]) - set(tables[homes[key]][key]) - {""}
            assert not strangers, f"{name}.{key}: {sorted(strangers)[:3]}"
    lines = pd.MultiIndex.from_frame(tables["order_lines"][["order_number", "line_number"]])
    shipped = pd.MultiIndex.from_frame(tables["shipments"][["order_number", "line_number"]])
    assert not lines.has_duplicates
    assert shipped.isin(lines).all()


def test_every_row_has_a_key_of_its_own(company: Company) -> None:
    keys = {
        **RECORD_KEYS, "products": "sku", "lots": "lot_number", "shipments": "shipment_number", "requests":
        "request_number", "inspections": "inspection_number", "purchase_receipts": "receipt_number", "stock_levels":
        "stock_number", "actions": "action_number", "work_orders": "work_order_number",
    }  # fmt: skip
    for table, key in keys.items():
        assert company.tables[table][key].is_unique, table
    pairs = {
        "forecasts": ["sku", "month_on", "forecast_version"],
        "lot_materials": ["lot_number", "material_number", "supplier_lot_number"],
        "capacities": ["line", "month_on"],
    }
    for table, columns in pairs.items():
        assert not company.tables[table].duplicated(columns).any(), table


def test_a_customer_has_one_order_under_one_number(company: Company) -> None:
    orders = company.tables["order_lines"].groupby("order_number")[["customer_number", "ordered_on"]]
    assert orders.nunique().max().max() == 1


def test_nothing_shipped_was_not_made_and_nothing_left_before_it_was_made(company: Company) -> None:
    shipped = company.tables["shipments"].merge(company.tables["lots"], on="lot_number", suffixes=("", "_lot"))
    per_lot = shipped.groupby("lot_number").agg(out=("quantity", "sum"), good=("quantity_good", "first"))
    assert (per_lot["out"] <= per_lot["good"]).all()
    assert (shipped["shipped_on"] > shipped["ended_on"]).all()
    assert (shipped["sku"] == shipped["sku_lot"]).all()


def test_rejects_and_scrap_agree_with_the_records_of_the_shop_floor(company: Company) -> None:
    records, lots = company.tables["nonconformances"], company.tables["lots"].set_index("lot_number")
    rejected = company.tables["inspections"].groupby("lot_number")["quantity_rejected"].sum()
    written = records.groupby("lot_number")["quantity"].sum().reindex(rejected.index, fill_value=0)
    assert (rejected == written).mean() > 0.999
    scrap = records[records["disposition"] == "scrap"].groupby("lot_number")["quantity"].sum()
    assert (scrap.reindex(lots.index, fill_value=0) == lots["quantity_scrapped"]).all()
    assert (lots["quantity_good"] + lots["quantity_scrapped"] == lots["quantity_planned"]).all()


def test_the_figures_of_the_whole_company_are_believable(company: Company) -> None:
    tables = company.tables
    assert 0.93 < 1 - share_rejected(tables["inspections"]) < 0.975
    assert 0.01 < tables["lots"]["quantity_scrapped"].sum() / tables["lots"]["quantity_planned"].sum() < 0.03
    assert 0.01 < tables["returns"]["quantity"].sum() / tables["shipments"]["quantity"].sum() < 0.025
    revenue = tables["shipments"].groupby(tables["shipments"]["shipped_on"].str[:4])["amount"].sum()
    assert 15e6 < revenue["2024"] < revenue["2025"] < 60e6
    assert 3_000 < len(tables["lots"]) < 4_200
    assert 8_000 < len(tables["nonconformances"]) < 11_500
    assert 3_500 < len(tables["returns"]) < 4_800
    assert 2_000 < len(tables["complaints"]) < 3_200


def test_about_nine_lines_in_ten_leave_by_their_promised_day(company: Company) -> None:
    lines, shipments = company.tables["order_lines"], company.tables["shipments"]
    left = shipments.groupby(["order_number", "line_number"]).agg(last=("shipped_on", "max"), out=("quantity", "sum"))
    due = lines[(lines["is_cancelled"] == "no") & (lines["promised_on"] != "") & (lines["promised_on"] <= "2026-10-31")]
    due = due.join(left, on=["order_number", "line_number"])
    on_time = (due["out"] == due["quantity"]) & (due["last"] <= due["promised_on"])
    assert 0.88 < on_time.mean() < 0.93


def test_the_data_end_with_a_whole_month(company: Company) -> None:
    tables = company.tables
    for table, column in [
        ("shipments", "shipped_on"), ("returns", "returned_on"), ("lots", "started_on"), ("complaints", "received_on"),
    ]:  # fmt: skip
        assert "2026-10-27" <= tables[table][column].max() <= "2026-10-31"
    assert tables["stock_levels"]["counted_on"].max() == "2026-10-31"
    assert tables["forecasts"]["month_on"].max() > "2026-11-01"


def test_each_side_has_at_least_two_hundred_phrasings_and_texts_in_thousands(company: Company) -> None:
    factory, field = phrasings()
    assert len(factory) >= 200
    assert len(field) >= 200
    for tables in (["nonconformances"], ["returns", "complaints"]):
        texts = pd.concat([company.tables[name]["text"] for name in tables])
        assert texts.str.lower().str.replace(r"\W+", " ", regex=True).nunique() > 4_000


def test_the_two_sides_share_almost_no_phrasing() -> None:
    factory, field = phrasings()
    assert not factory & field


@pytest.mark.parametrize("tables", [["nonconformances"], ["returns", "complaints"]])
def test_plain_kmeans_told_the_true_number_stays_under_half(company: Company, tables: list[str]) -> None:
    records = told(company, *tables).query("cause != ''")
    found = plain_kmeans(records["text"], records["cause"].nunique())
    assert adjusted_rand_score(records["cause"], found) < 0.5


def test_one_defect_code_in_five_is_wrong(company: Company) -> None:
    records = told(company, "nonconformances").query("cause != '' and defect_code != ''")
    right = records["cause"].map(company.truth["causes"].set_index("cause")["code"])
    assert 0.17 < (records["defect_code"] != right).mean() < 0.23


def test_four_returns_in_ten_and_seven_complaints_in_ten_name_no_lot(company: Company) -> None:
    assert 0.37 < (company.tables["returns"]["lot_number"] == "").mean() < 0.43
    assert 0.67 < (company.tables["complaints"]["lot_number"] == "").mean() < 0.73


def test_both_sides_hold_records_without_a_cause(company: Company) -> None:
    empty = company.truth["record_cause"].assign(none=lambda rows: rows["cause"] == "").groupby("table")["none"].mean()
    assert 0.02 < empty["nonconformances"] < 0.08
    assert 0.06 < empty["returns"] < 0.16
    assert 0.06 < empty["complaints"] < 0.16


def test_most_causes_are_seen_by_both_sides_and_some_by_one_only(company: Company) -> None:
    causes = company.truth["causes"]
    assert causes["kind"].value_counts().to_dict() == {"linked": 21, "factory": 3, "customer": 3}
    seen = company.truth["record_cause"].query("cause != ''").groupby("table")["cause"].agg(set)
    field = seen["returns"] | seen["complaints"]
    by_kind = causes.groupby("kind")["cause"].agg(set)
    assert by_kind["linked"] <= seen["nonconformances"] & field
    assert not by_kind["factory"] & field
    assert not by_kind["customer"] & seen["nonconformances"]


def test_a_bad_supplier_lot_comes_back_in_a_wave_months_later(company: Company) -> None:
    wave = story(company, "bad supplier lot")
    bad_lots = set(wave["note"].split())
    used = company.tables["lot_materials"].query("supplier_lot_number == @wave.subject and material_number == 'M-BAL'")
    assert set(used["lot_number"]) == bad_lots
    assert len(bad_lots) >= 10
    returned = told(company, "returns").query("cause == 'BAL'")
    month = returned["returned_on"].str[:7]
    before, during = month.between("2025-07", "2025-12").sum(), month.between("2026-02", "2026-06").sum()
    assert during > 4 * before
    named = returned[month.between("2026-02", "2026-06") & (returned["lot_number"] != "")]
    assert named["lot_number"].isin(bad_lots).mean() > 0.8
    made = company.tables["lots"].set_index("lot_number").loc[sorted(bad_lots), "started_on"]
    assert pd.Timestamp(returned[returned["lot_number"].isin(bad_lots)]["returned_on"].sort_values().iloc[
        len(named) // 2]) - pd.Timestamp(made.max()) > pd.Timedelta(days=45)  # fmt: skip


def test_one_line_drifts_in_the_last_half_year_and_no_other(company: Company) -> None:
    drift = story(company, "line drifts")
    counts = company.tables["inspections"].merge(company.tables["lots"][["lot_number", "line"]], on="lot_number")
    last = counts[counts["inspected_on"] >= "2026-09-01"]
    before = counts[counts["inspected_on"].between("2025-09-01", drift["from_on"])]
    rise = last.groupby("line").apply(share_rejected) / before.groupby("line").apply(share_rejected)
    assert rise[drift["subject"]] > 1.8
    assert rise.drop(drift["subject"]).max() < 1.45


def test_one_fix_worked_and_one_did_nothing(company: Company) -> None:
    def ratio(element: str) -> float:
        fix = story(company, element)
        lots = company.tables["lots"].set_index("lot_number")
        bad = company.truth["affected_lots"].query("cause == @fix.note").set_index("lot_number")["found"]
        days, done = pd.to_datetime(lots["started_on"]), pd.Timestamp(fix["from_on"])
        touched = lots["sku"].isin(lots.loc[bad.index, "sku"])
        after = touched & days.between(done, done + pd.Timedelta(days=364))
        before = touched & days.between(done - pd.Timedelta(days=182), done, inclusive="left")
        rates = [bad.reindex(lots.index[span]).sum() / lots["quantity_planned"][span].sum() for span in (after, before)]
        return float(rates[0] / rates[1])

    assert ratio("fix worked") < 0.45
    assert 0.75 < ratio("fix did nothing") < 1.35


def test_one_forecast_is_a_third_too_high_and_its_stock_grows(company: Company) -> None:
    sku = story(company, "forecast too high")["subject"]
    forecasts = company.tables["forecasts"].query("'2025-11-01' <= month_on <= '2026-10-01'")
    latest = forecasts.sort_values("forecast_version").groupby(["sku", "month_on"])["quantity"].last()
    plan = latest.groupby("sku").sum()
    lines = company.tables["order_lines"].query("'2025-11-01' <= ordered_on <= '2026-10-31'")
    bias = plan / lines.groupby("sku")["quantity"].sum() - 1
    assert 0.2 < bias[sku] < 0.42
    assert bias.drop([sku, "LUX-120"]).abs().max() < 0.12
    stock = company.tables["stock_levels"].query("sku != ''").pivot_table("quantity", "counted_on", "sku", "sum")
    growth = stock.loc["2026-10-31"] / stock.loc["2025-10-31"]
    assert growth[sku] > 2.5
    assert growth.drop(sku).median() < 1.5


def test_a_wish_is_voiced_by_several_customers_at_the_end(company: Company) -> None:
    wish = story(company, "wish")
    asked = company.tables["requests"]
    vans = asked[asked["text"].str.contains("van|camper|motorhome|cigarette|12 V|12-V|inverter|bus", regex=True)]
    assert (vans["received_on"] >= wish["from_on"]).all()
    assert vans["customer_number"].nunique() >= 8


def test_no_truth_is_in_any_table_and_none_is_written(company: Company, tmp_path: Path) -> None:
    for name, table in company.tables.items():
        assert not TRUTH_COLUMNS & set(table.columns), name
    files = write(company, tmp_path / "templates")
    written = {path.name for path in (tmp_path / "templates").iterdir()}
    assert written == {path.name for path in files} == {f"{name}.csv" for name in company.tables}
    headers = (tmp_path / "templates" / "returns.csv").read_text(encoding="utf-8").splitlines()[0].split(",")
    assert headers == list(company.tables["returns"].columns)


def test_the_demo_is_built_by_the_ordinary_door_and_nothing_is_refused(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'demo.sqlite'}"
    said: list[str] = []
    phases = build(url, progress=said.append)
    assert {"invent", "import"} <= set(phases)
    assert said
    base = store.open_base(url)
    with base.reading() as connection:
        counted = {name: connection.scalar(select(func.count()).select_from(Base.metadata.tables[name])) for name in
                   ("lots", "returns", "nonconformances", "order_lines", "objectives", "refused_rows")}  # fmt: skip
        is_demo = connection.scalar(select(Setting.value).where(Setting.name == "is_demo"))
    tables = invent(1).tables
    assert counted["refused_rows"] == 0
    assert all(counted[name] == len(tables[name]) for name in ("lots", "returns", "nonconformances", "order_lines"))
    assert counted["objectives"] >= 3
    assert is_demo == "yes"
    base.close()


def test_building_again_replaces_the_demo_whole(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'demo.sqlite'}"
    build(url, seed=1)
    build(url, seed=2)
    base = store.open_base(url)
    with base.reading() as connection:
        lots = connection.scalar(select(func.count()).select_from(Base.metadata.tables["lots"]))
    assert lots == len(invent(2).tables["lots"])
    base.close()


def test_the_demo_never_goes_into_a_base_with_data_of_its_own(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'own.sqlite'}"
    (tmp_path / "sites.csv").write_text("site_number,name\nMUC,Munich\n", encoding="utf-8")
    own = store.open_base(url)
    importing.run(own, command_line(), [tmp_path / "sites.csv"], importing.presets.load("symbiosis"))
    with pytest.raises(Refused, match="data of its own"):
        build(url)
    own.close()


def test_every_objective_of_the_demo_is_about_a_metric_of_the_catalogue_and_its_owners() -> None:
    for metric, _, _, first, second, family in OBJECTIVES:
        assert {first, second} <= set(catalog.get(metric).owners)
        assert family is None or family in FAMILIES


def test_the_events_of_the_demo_are_those_of_its_story(company: Company, demo_base: KnowledgeBase, who: Person) -> None:
    """A fix is marked on the day of its action, the moved line when its drift begins; the comment says what is so."""
    events = questions.events(demo_base, who)
    happened = zip(events["title"], events["happened_on"], strict=True)
    days = {title.partition(" ")[0]: f"{day:%Y-%m-%d}" for title, day in happened}
    actions = company.tables["actions"].set_index("action_number")["implemented_on"]
    fixes = {number: day for number, day in days.items() if number.startswith("CAPA")}
    assert len(fixes) == 3
    assert fixes == {number: actions[number] for number in fixes}
    assert days["L5"] == story(company, "line drifts")["from_on"]
    said = questions.comments(demo_base, who, "trend/scrap_rate")
    assert "more than 7 %" in said["text"].iloc[0]
    october = Period.months(date(2026, 10, 1))
    worst = metrics.evaluate(demo_base, who, ["scrap_rate"], period=october, by=["line"]).set_index("line")["value"]
    assert worst.idxmax() == "L5"
    assert 7 < worst["L5"] < 8
