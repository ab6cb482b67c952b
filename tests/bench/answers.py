"""How hard the invented company is, and how many metrics are checked and how long the overview's questions take."""

from __future__ import annotations

import ast
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from types import ModuleType

import pandas as pd
from sklearn.metrics import adjusted_rand_score
from sqlalchemy import text

from analytics import catalog, questions
from analytics import metrics as evaluation
from kb import demo, importing, store
from kb.access import command_line
from kb.demo.speech import phrasings
from kb.store import KnowledgeBase
from pages.parts.figures import PRODUCTION, SALES
from tests import test_demo_company, test_metrics_adventureworks, test_metrics_by_hand, test_metrics_planted
from tests.bench import imports
from tests.bench.figures import ROOT, Figure, Result, all_of
from tests.bench.timing import ROUNDS

ARI, PHRASINGS, SEEDS = 0.5, 200, (1, 2, 3)
SIDES = {"production": ("nonconformances",), "customers": ("returns", "complaints")}
REAL = ROOT.parent / "shared" / "data"


def demo_difficulty() -> Result:
    """Plain KMeans, told the true number of causes, on three seeds of the invented company."""
    figures = []
    said = dict(zip(SIDES, phrasings(), strict=True))
    for side, tables in SIDES.items():
        found = {seed: _agreement(demo.invent(seed), tables) for seed in SEEDS}
        worst = max(found.values())
        each = ", ".join(f"{value:.3f}" for value in found.values())
        verdict = "reached" if worst < ARI else f"missed: {worst - ARI:.3f} over"
        figures.append(Figure(f"ARI of plain KMeans, words of {side}, seeds 1 to 3", each, f"under {ARI}", verdict))
        count = len(said[side])
        verdict = "reached" if count >= PHRASINGS else f"missed: {PHRASINGS - count} short"
        figures.append(Figure(f"Phrasings of {side}", f"{count:,}", f"at least {PHRASINGS}", verdict))
    figures.append(Figure("Phrasings that both sides use", f"{len(said['production'] & said['customers'])}"))
    notes = ["TF-IDF of words and pairs, 50 components, KMeans told the true number of causes; records with a cause."]
    return Result("How hard the invented company is to group", figures, notes)


def _agreement(company: demo.Company, tables: tuple[str, ...]) -> float:
    records = test_demo_company.told(company, *tables).query("cause != ''")
    found = test_demo_company.plain_kmeans(records["text"], records["cause"].nunique())
    return float(adjusted_rand_score(records["cause"], found))


def metrics() -> Result:
    """What is checked, counted from the tests themselves, and the overview's questions timed on two bases."""
    with tempfile.TemporaryDirectory(prefix="symbiosis-bench-") as name:
        folder = Path(name)
        demo.build(f"sqlite:///{folder / 'demo.sqlite'}")
        figures = _checked(folder)
        figures += _timed(f"sqlite:///{folder / 'demo.sqlite'}", "the demo")
        large = imports.base_with_order_lines(folder)
        figures += _timed(large, f"{imports.ROWS:,} order lines")
    notes = [
        "The overview's questions: span, choices, what is unsupported, six cards with their sparklines, what moved by "
        "the most telling split, objectives, and a trend for each card; nothing cached by us, the file cached by the "
        "system. No limit was promised for them; the baseline is one sum over all order lines by month, by hand."
    ]
    return Result("Metrics checked against independent sums, and the time of the overview's questions", figures, notes)


def _checked(folder: Path) -> list[Figure]:
    by_hand = set(test_metrics_by_hand.BY_HAND) & set(catalog.METRICS)
    figures = [all_of("Metrics worked out by hand on a small company", len(by_hand), len(catalog.METRICS))]
    if not REAL.is_dir():
        return [*figures, Figure("Metrics checked on real files", "not measured", "all", "the files are not here")]
    bicycles = (test_metrics_adventureworks.MAKING, test_metrics_adventureworks.SELLING)
    figures += _checked_on(folder, "AdventureWorks", "adventureworks", bicycles, test_metrics_adventureworks)
    planted = (f"planted/{test_metrics_planted.COMPANY}",)
    return figures + _checked_on(folder, "the planted company", "planted", planted, test_metrics_planted)


def _checked_on(folder: Path, name: str, preset: str, places: tuple[str, ...], tests: ModuleType) -> list[Figure]:
    """How many of the metrics that these files can answer are checked by independent sums over them."""
    with closing(store.open_base(f"sqlite:///{folder / preset}.sqlite")) as base:
        importing.run(base, command_line(), [REAL / place for place in places], importing.presets.load(preset))
        missing = evaluation.unsupported(base, command_line())
    answerable, checked = set(catalog.METRICS) - set(missing), _named_in(tests)
    unchecked = sorted(answerable - checked)
    both = len(answerable & checked)
    figures = [all_of(f"Metrics that {name} can answer, checked on it", both, len(answerable))]
    if unchecked:
        figures.append(Figure("Not checked on it", ", ".join(unchecked)))
    return [*figures, Figure(f"Metrics that {name} has no columns for", f"{len(missing)}")]


def _named_in(module: ModuleType) -> set[str]:
    """The metrics that a test of this module named ...agree(s)_with_the_files asks for."""
    tree = ast.parse(Path(str(module.__file__)).read_text("utf-8"))
    tests = [node for node in tree.body if isinstance(node, ast.FunctionDef) and "with_the_files" in node.name]
    constants = [node for test in tests for node in ast.walk(test) if isinstance(node, ast.Constant)]
    return {str(node.value) for node in constants} & set(catalog.METRICS)


def _timed(url: str, name: str) -> list[Figure]:
    with closing(store.open_base(url)) as base:
        baseline, whole, parts = [], [], []
        for _ in range(ROUNDS):
            baseline.append(_seconds(lambda: _one_sum(base)))
            parts.append(_overview(base))
            whole.append(sum(parts[-1].values()))
    middle = sorted(whole)[ROUNDS // 2]
    bare = sorted(baseline)[ROUNDS // 2]
    steps = pd.DataFrame(parts).median().sort_values(ascending=False)
    longest = ", ".join(f"{step} {seconds:.2f} s" for step, seconds in steps.items())
    return [
        Figure(f"Overview's questions on {name}", f"{middle:.2f} s, {middle / bare:,.0f} times one sum by month"),
        Figure("Of that", longest),
    ]


def _seconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def _one_sum(base: KnowledgeBase) -> None:
    with base.reading() as connection:
        lines = "order_lines JOIN sales_orders USING (sales_order_id)"
        connection.execute(text(f"SELECT substr(ordered_on, 1, 7), sum(amount) FROM {lines} GROUP BY 1")).all()


def _overview(base: KnowledgeBase) -> dict[str, float]:
    """Seconds of each question of the overview, in the order of the page."""
    who, spent = command_line(), {}
    started = time.perf_counter()

    def passed(step: str) -> None:
        nonlocal started
        spent[step] = time.perf_counter() - started
        started = time.perf_counter()

    period = questions.span(base, who).last_month
    assert period is not None
    questions.choices(base, who)
    missing = evaluation.unsupported(base, who)
    passed("span, choices, gaps")
    keys = [key for side in (SALES, PRODUCTION) for key in sorted(side, key=lambda key: key in missing)[:3]]
    cards = questions.cards(base, who, keys, period)
    passed("cards")
    told = [card.metric.key for card in cards if card.reason is None]
    questions.moved_by(base, who, told[0], period=period)
    passed("what moved")
    questions.objectives(base, who, period)
    passed("objectives")
    for key in told:
        questions.trend(base, who, key, end=period)
    passed("trends")
    return spent
