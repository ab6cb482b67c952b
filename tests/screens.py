"""The pictures of the README, taken anew from the running application: `python -m tests.screens [NAME...]`."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from datetime import date, timedelta
from io import BytesIO
from pathlib import Path
from typing import Literal

from PIL import Image
from playwright.sync_api import Browser, sync_playwright

from analytics import refresh
from kb import demo, importing, store
from kb.access import command_line
from tests.browser.serving import ROOT, App, serving
from tests.browser.test_mapping import begin
from tests.browser.test_stories import introduce
from tests.browser.visiting import FLAGS, PHONE, WIDE, Visit, chromium, visit
from tests.layouts import layout

SCREENS = ROOT / "docs" / "screens"
SHARED = ROOT.parent / "shared" / "data"
COLOURS, AT_REST_MS = 256, 2_000
JANUARY = "period=Own+dates&from=2026-01-01&to=2026-01-31"
HIGH = (1440, 1500)
# An order book in another country's manner, with five faults.
FAULTY = {19: ("sku", "DLR-104"), 62: ("quantity", "12 pcs"), 103: ("customer_number", "K099"),
          142: ("ordered_on", "31.02.2025"), 201: ("line_number", "")}  # fmt: skip
Picture = Callable[[Browser, str, Path], Visit]


def of(
    address: str, size: tuple[int, int] = WIDE, scheme: Literal["light", "dark"] = "light", below: str = ""
) -> Picture:
    """A page as it opens; scrolled to the heading `below` where one is named."""

    def taken(browser: Browser, url: str, _folder: Path) -> Visit:
        opened = visit(browser, f"{url}/{address}", size, scheme)
        if below:
            opened.page.get_by_role("heading", name=below).evaluate("box => box.scrollIntoView()")
        return opened

    return taken


def dry_run(browser: Browser, url: str, folder: Path) -> Visit:
    """A check of three files, of which one has faults."""
    opened = visit(browser, f"{url}/data?base=Own", (1440, 1200))
    introduce(opened, "Mira Kolb")
    opened.page.locator("input[type=file]").set_input_files(_order_book(folder))
    button = opened.page.get_by_role("button", name="Check without importing")
    button.wait_for()
    opened.settle()
    button.click()
    opened.settle()
    opened.page.get_by_text("rows are refused").scroll_into_view_if_needed()
    return opened


def link(browser: Browser, url: str, _folder: Path) -> Visit:
    """The symptom of batteries that lose their charge, with its evidence."""
    opened = visit(browser, f"{url}/causes?side=Symptoms+of+customers", HIGH)
    opened.take(opened.page.get_by_test_id("stMain").get_by_role("combobox").first, "charge, keep")
    return opened


def mapping(browser: Browser, url: str, folder: Path) -> Visit:
    """What is proposed for a German order book."""
    opened = visit(browser, f"{url}/data?base=Own&section=Map+by+hand")
    begin(opened, layout("german_orders").write(folder))
    opened.page.get_by_text("Proposed: 12 of 12").evaluate("box => box.scrollIntoView({block: 'center'})")
    return opened


DEMO: Mapping[str, Picture] = {
    "overview": of(""),
    "overview-dark": of("", scheme="dark"),
    "overview-phone": of("", PHONE),
    "moved": of("?period=Last+3+months&metric=Scrap+rate", below="What moved and why"),
    "records": of(f"records?of=return_rate_cohort&{JANUARY}&where=lot:L25-1255"),
    "quality": of("quality"),
    "causes": of("causes?side=Symptoms+of+customers", (1440, 1100)),
    "link": link,
    "feedback": of("feedback?part=Praise+and+wishes", (1440, 1200), below="What they wish for"),
    "state": of("data?section=State+of+the+data"),
}
FRESH: Mapping[str, Picture] = {"import": dry_run, "mapping": mapping}
ADVENTUREWORKS: Mapping[str, Picture] = {"adventureworks": of("")}


def main(wanted: list[str]) -> None:
    """Take those pictures, all where none is named."""
    path = chromium()
    if path is None:
        raise SystemExit("there is no Chromium on this machine (Debian's package chromium)")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        for pictures, prepare in ((DEMO, _demo), (FRESH, _nothing), (ADVENTUREWORKS, _adventureworks)):
            if names := [name for name in pictures if name in wanted or not wanted]:
                with _application(prepare) as (app, folder):
                    for name in names:
                        _keep(name, pictures[name](browser, app.url, folder))


def _keep(name: str, opened: Visit) -> None:
    """In few colours, because pictures of pages have few, and as many bytes."""
    opened.page.wait_for_timeout(AT_REST_MS)
    taken = Image.open(BytesIO(opened.page.screenshot())).convert("RGB")
    small = taken.quantize(COLOURS, Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
    small.save(SCREENS / f"{name}.png", optimize=True)
    print(f"{name}: {', '.join(opened.complaints()) or 'sound'}")
    opened.page.context.close()


@contextmanager
def _application(prepare: Callable[[Path], None]) -> Iterator[tuple[App, Path]]:
    with tempfile.TemporaryDirectory(prefix="symbiosis-screens-") as name:
        folder = Path(name)
        (folder / "home").mkdir()
        prepare(folder / "home")
        with serving(folder) as app:
            yield app, folder


def _order_book(folder: Path) -> list[str]:
    """Customers, products and order lines as that country writes them."""
    heads = ["order_number", "customer_number", "ordered_on", "promised_on", "line_number", "sku", "quantity", "amount"]
    rows = [heads]
    for number in range(2, 228):
        order, line = divmod(number, 2)
        day = date(2025, 1, 6) + timedelta(days=order)
        row = dict(zip(heads, (f"A-{order}", f"K00{order % 4 + 1}", f"{day:%d.%m.%Y}",
                               f"{day + timedelta(days=14):%d.%m.%Y}", str(line + 1), f"DLR-10{order % 4}",
                               str(number % 9 + 1), f"{number * 7},50"), strict=True))  # fmt: skip
        if number in FAULTY:
            column, wrong = FAULTY[number]
            row[column] = wrong
        rows.append([*row.values()])
    files = {
        "customers": [["customer_number", "name"], *([f"K00{n}", f"Händler {n}"] for n in range(1, 5))],
        "products": [["sku", "name", "unit_price"], *([f"DLR-10{n}", f"Bohrer {n}", f"{n + 9},90"] for n in range(4))],
        "order_lines": rows,
    }
    for name, table in files.items():
        (folder / f"{name}.csv").write_text("\n".join(";".join(row) for row in table) + "\n", encoding="cp1252")
    return [str(folder / f"{name}.csv") for name in files]


def _demo(home: Path) -> None:
    demo.build(url := f"sqlite:///{home / 'demo.sqlite'}")
    with closing(store.open_base(url)) as base:
        refresh.refresh(base, command_line())


def _nothing(_home: Path) -> None:
    """The application's own first start."""


def _adventureworks(home: Path) -> None:
    with closing(store.open_base(f"sqlite:///{home / 'symbiosis.sqlite'}")) as base:
        folders = [SHARED / "adventureworks", SHARED / "adventureworks_sales_returns"]
        importing.run(base, command_line(), folders, importing.presets.load("adventureworks"))


if __name__ == "__main__":
    main(sys.argv[1:])
