"""Text from data is never trusted: nothing in it runs, links or asks for anything, on any page."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from urllib.parse import quote, urlsplit

import pytest
from sqlalchemy import Connection, Text, insert

from kb import allocation, editing, store
from kb.models import Base
from kb.store import KnowledgeBase
from tests.browser.serving import App, serving
from tests.browser.visiting import Visit

pytestmark = pytest.mark.browser
AWAY = "https://elsewhere.invalid"
PAYLOADS = (
    "<script>window.ran = 1</script>",
    "<img src=x onerror='window.ran = 1'>",
    f"<img src='{AWAY}/a.png'>",
    "<svg onload='window.ran = 1'>",
    f"<iframe src='{AWAY}'></iframe>",
    f"![pixel]({AWAY}/b.png)",
    f"[press here]({AWAY}/c)",
    f"<a href='{AWAY}/d'>here</a>",
    "[x](javascript:window.ran=1)",
    f"{AWAY}/e",
    "www.elsewhere.invalid",
    f"<{AWAY}/f>",
    "someone@elsewhere.invalid",
    ":material/warning:",
    ":red[red]",
    ":red-background[x]",
    "$\\href{https://elsewhere.invalid}{x}$",
    "# heading",
    "> quote",
    "| a | b |\n|---|---|\n| c | d |",
    "```\ncode\n```",
    f"[r]: {AWAY}/g",
    f"![p][r]\n\n[r]: {AWAY}/h.png",
    "<b>bold</b><br>",
    "%{x} ${y} {{7*7}}",
    "&lt;img src=x onerror=window.ran=1&gt;",
    '"><img src=x onerror=window.ran=1>',
    "';window.ran=1;//",
    f"<link rel=stylesheet href={AWAY}/i.css>",
    f"<style>@import '{AWAY}/j.css'</style>",
    "a\u202egnp.exe",
    ":smile: :streamlit:",
    "<details open ontoggle=window.ran=1><summary>x</summary></details>",
)
_LINKS = "() => [...document.querySelectorAll('a, use, image')].map(one => one.href?.baseVal ?? one.href)"
DAY = date(2026, 10, 31)
PAGES = (
    "/quality",
    "/quality?defects_by=product&look=Yield+by+step&process_line=all+together",
    "/quality?defects_by=line&grid_rows=line&look=Returns+by+months+in+service",
    "/?metric=Revenue&by=product",
    "/?metric=Revenue&by=family",
    "/?metric=Revenue&by=customer",
    "/?metric=Scrap+rate&by=line",
    "/records?of=revenue",
    "/records?of=complaints",
    "/records?of=return_rate_calendar",
    "/records?of=first_pass_yield",
    "/records?of=cost_of_poor_quality",
    "/causes",
    "/causes?side=Symptoms+of+customers&part=Left+over",
    "/causes?part=Last+refit",
    "/causes?part=Words+and+corrections",
    "/causes?group=1",
    "/causes?group=2&field_by=segment",
    "/feedback",
    f"/feedback?part=Symptoms&evidence=true&candidates=true&symptom={quote(PAYLOADS[0])}",
    "/feedback?part=Texts&ever=true",
    "/quality?look=Code+doctor&coded_ever=true",
    "/quality?look=No+trouble+found",
    "/similar?like=x",
    "/similar?record=defect%3A1",
    "/feedback?part=Praise+and+wishes",
    "/feedback?part=Who+is+touched",
    "/feedback?part=What+it+costs&heard=Complaints+by+channel",
    "/data?section=Imports",
    "/data?section=State+of+the+data",
    "/glossary",
    "/admin",
)


def fill(base: KnowledgeBase) -> None:
    """One row of everything for each payload, which stands in every text the tables have."""
    with base.writing() as connection:
        _row(
            connection,
            "imports",
            "",
            imported_at=datetime.now(UTC),
            rows_read=1,
            rows_new=1,
            rows_changed=0,
            rows_same=0,
            rows_refused=1,
            status="done",
            user_name=PAYLOADS[1],
            preset=PAYLOADS[5],
            preset_version="1",
        )
        for number, text in enumerate(PAYLOADS, start=1):
            _rows(connection, number, text)
        _groups(connection)
        allocation.renew(connection)
    for text in PAYLOADS[:6]:
        who = editing.introduce(base, text, "production")
        editing.set_objective(
            base, who, metric="scrap_rate", target=1.0, due_on=DAY, first_department="production",
            second_department="purchasing", scope=text, note=text,
        )  # fmt: skip


def _groups(connection: Connection) -> None:
    """A cause and a symptom for each payload, with the records whose text it is, and people's word of each."""
    now = datetime.now(UTC)
    _row(connection, "runs", "", started_at=now, finished_at=now, data_revision=1, kind="refresh", data_hash="x")
    for n, text in enumerate(PAYLOADS, start=1):
        for group, side, kind in ((2 * n - 1, "factory", "defect"), (2 * n, "field", "complaint")):
            alive = {"status": "alive", "typical": None, "map_x": float(n), "map_y": float(n % 7)}
            _row(connection, "groups", text, side=side, **alive)
            _row(connection, "group_changes", "", run_id=1, group_id=group, kind="born", records=2)
            for record in (2 * n - 1, 2 * n):
                member = {"side": side, "record_type": kind, "record_id": record, "confidence": 0.5, "is_pinned": False}
                _row(connection, "memberships", "", group_id=group, model_group_id=group, **member)
            said = {"said_at": now, "kind": "rename", "subject": str(group), "taken_back_at": None}
            _row(connection, "corrections", text, **said)
        _row(connection, "corrections", text, said_at=now, kind="alias", taken_back_at=None)
        _linked(connection, 2 * n, 2 * n - 1, text)


def _rows(connection: Connection, n: int, text: str) -> None:
    keys = {"product_id": n, "customer_id": n}
    _row(connection, "refused_rows", text, import_id=1, line=n)
    _row(connection, "sites", text)
    _row(connection, "products", text, site_id=n, unit_cost=1.0, unit_price=2.0)
    _row(connection, "customers", text, version=1)
    _row(connection, "suppliers", text)
    _row(connection, "work_centers", text, site_id=n)
    _row(connection, "actions", text, opened_on=DAY, implemented_on=None, closed_on=None, version=1, cost=None)
    for back in (0, 31):
        day = DAY - timedelta(days=back)
        key = 2 * n if back else 2 * n - 1
        tail = "" if not back else " 2"
        _row(connection, "sales_orders", text + tail, customer_id=n, ordered_on=day)
        _row(
            connection,
            "order_lines",
            text,
            sales_order_id=key,
            line_number=1,
            product_id=n,
            quantity=2.0 + n,
            amount=9.0 * n - back,
        )
        _row(
            connection,
            "lots",
            text + tail,
            product_id=n,
            work_center_id=n,
            quantity_good=9.0,
            quantity_scrapped=n,
            started_on=day,
        )
        _row(
            connection,
            "inspections",
            text + tail,
            lot_id=key,
            inspected_on=day,
            quantity_inspected=9.0,
            quantity_rejected=1.0,
        )
        _row(
            connection,
            "nonconformances",
            text + tail,
            lot_id=key,
            product_id=n,
            quantity=1.0,
            cost=5.0,
            detected_at=datetime(day.year, day.month, day.day, tzinfo=UTC),
            disposition="scrap",
        )
        _row(
            connection,
            "shipments",
            text + tail,
            order_line_id=key,
            lot_id=key,
            quantity=2.0,
            amount=9.0,
            shipped_on=day,
            **keys,
        )
        _row(connection, "returns", text + tail, returned_on=day, quantity=1.0, credit=3.0, lot_id=key, **keys)
        _row(connection, "complaints", text + tail, received_on=day, lot_id=key, **keys)
        _row(connection, "feedback", text + tail, received_on=day, score=9.0, **keys)
        _row(connection, "requests", text + tail, received_on=day, quantity=1.0, amount=2.0, **keys)


def _linked(connection: Connection, symptom: int, cause: int, text: str) -> None:
    """A link that people confirmed, with the text in all of its evidence."""
    lots = [{"lot": text, "product": text, "started_on": "2026-10-31T00:00:00.000", "supplier_lots": text}]
    origins, words = [{"kind": text, "name": text, "q_value": 0.01}], [{"word": text, "factory_word": text}]
    evidence = json.dumps({"lots": lots, "origins": origins, "words": words})
    _row(connection, "links", text, symptom_id=symptom, cause_id=cause, rank=1, score=1.0, rate_ratio=2.0, ci_low=1.5,
         ci_high=3.0, q_value=0.001, shared_lots=1, evidence=evidence, verdict=None)  # fmt: skip
    _row(connection, "corrections", text, said_at=datetime.now(UTC), kind="confirm", subject=f"{symptom}:{cause}",
         detail=None, taken_back_at=None)  # fmt: skip


def _row(connection: Connection, table: str, text: str, **values: object) -> None:
    """The values given, and the text in every other text column."""
    found = Base.metadata.tables[table]
    texts = {c.name: text for c in found.columns if isinstance(c.type, Text) and c.name not in values}
    connection.execute(insert(found).values(**texts, **values))


@pytest.fixture(scope="module")
def poisoned(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    folder = tmp_path_factory.mktemp("poisoned")
    base = store.open_base(f"sqlite:///{folder / 'home' / 'symbiosis.sqlite'}")
    fill(base)
    base.close()
    with serving(folder) as running:
        yield running


def test_there_are_at_least_thirty_payloads() -> None:
    assert len(set(PAYLOADS)) >= 30


def test_the_payloads_are_there_as_text(poisoned: App, open_page: Callable[..., Visit]) -> None:
    opened = open_page(f"{poisoned.url}/?metric=Revenue&by=product&base=Own")
    shown = opened.page.get_by_test_id("stMain").text_content() or ""
    assert "<script>window.ran = 1</script>" in shown
    assert '"><img src=x onerror=' in (opened.page.get_by_test_id("stPlotlyChart").nth(1).text_content() or "")


@pytest.mark.parametrize("address", PAGES)
def test_no_payload_runs_or_asks_for_anything(poisoned: App, open_page: Callable[..., Visit], address: str) -> None:
    joint = "&" if "?" in address else "?"
    opened = open_page(f"{poisoned.url}{address}{joint}base=Own")
    for summary in opened.page.get_by_test_id("stMain").locator("summary").all():
        summary.click()
    opened.settle()
    assert opened.page.evaluate("() => window.ran") is None
    links = opened.page.evaluate(_LINKS)
    assert [link for link in links if link and "elsewhere" in (urlsplit(link).hostname or "")] == []
    assert opened.page.locator("img[src*='elsewhere'], iframe").count() == 0
    assert "records" in address or opened.page.locator("h1").count() == 1
