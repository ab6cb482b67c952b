"""The dashboard in Superset that shows what our overview shows, made through its own interface for programs."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from playwright.sync_api import APIRequestContext, BrowserContext

from analytics.periods import Period
from tests.bench.superset_facts import NUMBERS, Number
from tests.bench.superset_server import NAME, PASSWORD

TITLE = "Company"
FILTER = "NATIVE_FILTER-family"
CHOSEN, SPLIT = "first_pass_yield", "station"
TRENDS = (CHOSEN, "scrap_rate", "on_time_to_promise")
Made = tuple[int, str, int, int]
"""A chart: its number, its name, its width in twelfths and its height in units of 8 pixels."""


class Interface:
    """Superset's interface for programs, as the person who is logged in in this browser context."""

    def __init__(self, context: BrowserContext, url: str) -> None:
        self.asking: APIRequestContext = context.request
        self.url = url
        page = context.new_page()
        page.goto(f"{url}/login/")
        page.locator("#username").fill(NAME)
        page.locator("#password").fill(PASSWORD)
        with page.expect_navigation():
            page.locator("#password").press("Enter")
        page.close()
        token = self.asking.get(f"{url}/api/v1/security/csrf_token/").json()["result"]
        self.headers = {"X-CSRFToken": token, "Referer": url}

    def post(self, path: str, data: Mapping[str, Any]) -> dict[str, Any]:
        """Its answer. Raises RuntimeError with its words where it refuses."""
        return self._answer(self.asking.post(f"{self.url}/api/v1/{path}", data=dict(data), headers=self.headers))

    def put(self, path: str, data: Mapping[str, Any]) -> dict[str, Any]:
        """Its answer. Raises RuntimeError with its words where it refuses."""
        return self._answer(self.asking.put(f"{self.url}/api/v1/{path}", data=dict(data), headers=self.headers))

    @staticmethod
    def _answer(response: Any) -> dict[str, Any]:
        if not response.ok:
            raise RuntimeError(f"Superset refused {response.url}: {response.status} {response.text()[:400]}")
        answer: dict[str, Any] = response.json()
        return answer


@dataclass(frozen=True)
class Board:
    """The dashboard's address below the server's, and the number of the dataset behind each of the six numbers."""

    path: str
    datasets: Mapping[str, int]


def build(interface: Interface, base: Path, periods: Mapping[str, Period]) -> Board:
    """The dashboard over this SQLite base, opened read-only; `periods` says what each number covers."""
    source = {"database_name": TITLE, "sqlalchemy_uri": f"sqlite:///file:{base}?mode=ro&uri=true"}
    database = interface.post("database/", {**source, "expose_in_sqllab": False})["id"]
    datasets = {number.key: _dataset(interface, database, number) for number in NUMBERS}
    rows = _charts(interface, datasets, periods)
    board = interface.post("dashboard/", {"dashboard_title": "Overview", "published": True})["id"]
    described = {"positions": _positions(rows), "native_filter_configuration": [_filter(datasets[CHOSEN], rows)]}
    interface.put(f"dashboard/{board}", {"json_metadata": json.dumps({**described, "color_scheme": ""})})
    return Board(f"/superset/dashboard/{board}/", datasets)


def values(interface: Interface, board: Board, periods: Mapping[str, Period]) -> dict[str, float]:
    """What Superset itself answers for each number."""
    found = {}
    for number in NUMBERS:
        query = {"metrics": [_metric(number)], "filters": [_within("day", periods[number.key])], "columns": []}
        asked = {"datasource": {"id": board.datasets[number.key], "type": "table"}, "queries": [query]}
        rows = interface.post("chart/data", {**asked, "result_format": "json", "result_type": "full"})
        found[number.key] = float(rows["result"][0]["data"][0][number.name])
    return found


def _dataset(interface: Interface, database: int, number: Number) -> int:
    asked = {"database": database, "table_name": number.key, "sql": number.query}
    made = int(interface.post("dataset/", asked)["id"])
    found = interface.asking.get(f"{interface.url}/api/v1/dataset/{made}").json()["result"]["columns"]
    columns = [{"id": one["id"], "column_name": one["column_name"]} for one in found]
    # SQLite keeps days as text; without the format Superset compares them with moments and loses the first day
    day = {"type": "DATE", "is_dttm": True, "python_date_format": "%Y-%m-%d"}
    columns = [{**one, **(day if one["column_name"] == "day" else {})} for one in columns]
    interface.put(f"dataset/{made}", {"columns": columns, "main_dttm_col": "day"})
    return made


def _metric(number: Number, expression: str = "", name: str = "") -> dict[str, Any]:
    told = {"expressionType": "SQL", "sqlExpression": expression or number.expression, "label": name or number.name}
    return {**told, "optionName": f"metric_{(name or number.name).replace(' ', '_')}", "hasCustomLabel": True}


def _within(column: str, period: Period) -> dict[str, Any]:
    return {"col": column, "op": "TEMPORAL_RANGE", "val": _range(period)}


def _range(period: Period) -> str:
    return f"{period.start} : {period.end + timedelta(days=1)}"


def _during(period: Period) -> dict[str, Any]:
    within = {"clause": "WHERE", "subject": "day", "operator": "TEMPORAL_RANGE", "comparator": _range(period)}
    return {"adhoc_filters": [{**within, "expressionType": "SIMPLE"}]}


def _charts(interface: Interface, datasets: Mapping[str, int], periods: Mapping[str, Period]) -> list[list[Made]]:
    """Rows of charts: six numbers; the trend and its split; two more trends; the table."""
    known = {number.key: number for number in NUMBERS}

    def chart(key: str, kind: str, name: str, size: tuple[int, int], period: Period, **options: Any) -> Made:
        params = {"viz_type": kind, "datasource": f"{datasets[key]}__table", **_during(period), **options}
        told = {"slice_name": name, "viz_type": kind, "datasource_id": datasets[key], "datasource_type": "table"}
        return (int(interface.post("chart/", {**told, "params": json.dumps(params)})["id"]), name, *size)

    def big(number: Number) -> Made:
        options = {"metric": _metric(number), "header_font_size": 0.4, "y_axis_format": number.form}
        return chart(number.key, "big_number_total", number.name, (2, 22), periods[number.key], **options)

    def trend(key: str) -> Made:
        year, name = Period.months(periods[CHOSEN].end, 12), f"{known[key].name}, twelve months"
        line = {"x_axis": "day", "time_grain_sqla": "P1M", "metrics": [_metric(known[key])], "groupby": []}
        options = {"row_limit": 10000, "truncate_metric": True, "rich_tooltip": True, "truncateYAxis": True}
        return chart(key, "echarts_timeseries_line", name, (6, 40), year, **line, **options)

    number, period = known[CHOSEN], periods[CHOSEN]
    bars = {"x_axis": SPLIT, "metrics": [_metric(number)], "groupby": [], "row_limit": 1000, "show_legend": False}
    split = chart(CHOSEN, "echarts_timeseries_bar", f"{number.name} by {SPLIT}", (6, 40), period, **bars)
    counts = [_metric(number, f"sum({name})", name) for name in ("units_inspected", "units_passed")]
    cells = {"query_mode": "aggregate", "groupby": [SPLIT], "metrics": [_metric(number), *counts], "row_limit": 1000}
    table = chart(CHOSEN, "table", f"{number.name} by {SPLIT}, table", (12, 30), period, **cells)
    trends = [trend(key) for key in TRENDS]
    return [[big(one) for one in NUMBERS], [trends[0], split], trends[1:], [table]]


def _positions(rows: Sequence[Sequence[Made]]) -> dict[str, Any]:
    ids = [f"ROW-{number}" for number in range(len(rows))]
    placed: dict[str, Any] = {
        "DASHBOARD_VERSION_KEY": "v2",
        "ROOT_ID": {"type": "ROOT", "id": "ROOT_ID", "children": ["GRID_ID"]},
        "GRID_ID": {"type": "GRID", "id": "GRID_ID", "children": ids, "parents": ["ROOT_ID"]},
        "HEADER_ID": {"type": "HEADER", "id": "HEADER_ID", "meta": {"text": "Overview"}},
    }
    for row, charts in zip(ids, rows, strict=True):
        inside = [f"CHART-{chart}" for chart, *_ in charts]
        parents = ["ROOT_ID", "GRID_ID"]
        look = {"background": "BACKGROUND_TRANSPARENT"}
        placed[row] = {"type": "ROW", "id": row, "children": inside, "parents": parents, "meta": look}
        for chart, name, width, height in charts:
            meta = {"chartId": chart, "sliceName": name, "width": width, "height": height}
            one = {"type": "CHART", "id": f"CHART-{chart}", "children": [], "parents": [*parents, row], "meta": meta}
            placed[one["id"]] = one
    return placed


def _filter(dataset: int, rows: Sequence[Sequence[Made]]) -> dict[str, Any]:
    """One family at a time, over every chart."""
    return {
        "id": FILTER, "name": "Family", "type": "NATIVE_FILTER", "filterType": "filter_select", "description": "",
        "targets": [{"datasetId": dataset, "column": {"name": "family"}}], "cascadeParentIds": [],
        "controlValues": {
            "multiSelect": False, "enableEmptyFilter": False, "defaultToFirstItem": False, "inverseSelection": False,
            "searchAllOptions": False,
        },
        "defaultDataMask": {"extraFormData": {}, "filterState": {}, "ownState": {}},
        "scope": {"rootPath": ["ROOT_ID"], "excluded": []},
        "chartsInScope": [chart for row in rows for chart, *_ in row], "tabsInScope": [],
    }  # fmt: skip
