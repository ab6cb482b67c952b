"""The laws of the house as functions: the tree of one file in, what it breaks out."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path
from typing import TypeGuard

LAYERS = ("app", "pages", "analytics", "kb")
# Who may open the knowledge base in analytics; the command line chooses which one.
OPENERS = ("analytics.metrics", "analytics.questions", "analytics.refresh", "analytics.__main__")
# The catalogue names facts and measures, which kb.facts declares; it opens nothing.
CATALOGUE = ("analytics.catalog", "analytics.metric", "analytics.support")
DECLARATIONS = ("kb.facts", "kb.errors")
# Who may build the invented company: the command line, and the pages on a first start.
DEMO_STARTERS = ("kb.commands", "kb.demo", "pages.ui.bases")
FOREIGN = {
    "kb": ("sklearn", "scipy", "plotly", "streamlit"),
    "analytics": ("streamlit", "sqlite3", "psycopg"),
    "pages": ("sqlalchemy", "sqlite3", "psycopg", "sklearn", "scipy", "numpy", "kb.models", "kb.facts", "kb.rollups"),
}
# These run code that a file brings along.
EXECUTABLE_FILES = ("pickle", "cPickle", "_pickle", "joblib", "dill", "cloudpickle", "shelve", "marshal")
WRANGLING = ("groupby", "merge", "concat", "pivot", "pivot_table", "melt", "resample", "set_index", "sort_values")
STATEMENTS = ("execute", "exec_driver_sql")
RAW_HTML = ("st.html", "st.iframe", "components.html", "components.v1.html", "st.components.v1.html")
EMPTY_NAMES = ("utils", "util", "helpers", "helper", "managers", "manager", "services", "common", "misc")
TABLES_AND_WORDS = ("kb/models.py", "kb/models/*.py", "kb/demo/words*.py", "analytics/catalog.py")
GENERATED = ("kb/migrations/versions/*.py",)


@dataclass(frozen=True)
class Source:
    """One Python file: its place in the project, like kb/store.py, and its text."""

    path: str
    text: str

    @property
    def tree(self) -> ast.Module:
        return ast.parse(self.text)

    @property
    def module(self) -> str:
        return self.path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")

    @property
    def layer(self) -> str:
        return self.module.split(".")[0]

    def is_like(self, patterns: tuple[str, ...]) -> bool:
        return any(fnmatch(self.path, pattern) for pattern in patterns)


def sources(root: Path) -> list[Source]:
    """The product's own files and the tests, in order."""
    folders = [root / name for name in (*LAYERS[1:], "tests")]
    files = [*root.glob("app.py"), *(file for folder in folders for file in folder.rglob("*.py"))]
    return [Source(file.relative_to(root).as_posix(), file.read_text("utf-8")) for file in sorted(files)]


def imports(source: Source) -> Iterator[tuple[int, str]]:
    """Line and full name of everything imported, `from kb import store` as kb.store, also where named by text."""
    package = source.module if source.path.endswith("__init__.py") else source.module.rpartition(".")[0]
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, name.name) for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            origin = _origin(node, package)
            yield from ((node.lineno, f"{origin}.{name.name}") for name in node.names)
        elif isinstance(node, ast.Call) and _called(node) in ("import_module", "__import__"):
            yield from ((node.lineno, str(name.value)) for name in node.args[:1] if isinstance(name, ast.Constant))


def _origin(node: ast.ImportFrom, package: str) -> str:
    above = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
    return ".".join([*above, *([node.module] if node.module else [])])


def _called(node: ast.Call) -> str:
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


def _within(name: str, packages: tuple[str, ...]) -> bool:
    return any(name == package or name.startswith(f"{package}.") for package in packages)


def one_direction(source: Source) -> Iterator[str]:
    """app -> pages -> analytics -> kb: nothing imports to its left, and nothing the tests."""
    if source.layer not in LAYERS:
        return
    left = (*LAYERS[: LAYERS.index(source.layer)], "tests")
    yield from (f"{line}: imports {name}" for line, name in imports(source) if _within(name, left))


def few_doors_to_the_base(source: Source) -> Iterator[str]:
    """In analytics only metrics, questions and refresh open the base; a method module takes frames and knows no kb."""
    if source.layer != "analytics" or _within(source.module, OPENERS):
        return
    known = DECLARATIONS if _within(source.module, CATALOGUE) else ()
    for line, name in imports(source):
        if _within(name, ("kb", "sqlalchemy")) and not _within(name, known):
            yield f"{line}: imports {name}"


def only_its_own_tools(source: Source) -> Iterator[str]:
    """kb has no statistics, analytics no web, pages no SQL, models or wrangling libraries."""
    foreign = FOREIGN.get(source.layer, ())
    yield from (f"{line}: imports {name}" for line, name in imports(source) if _within(name, foreign))
    if source.layer == "pages" and not source.path.startswith(("pages/ui/", "pages/parts/")):
        yield from (f"{line}: imports {name}" for line, name in imports(source) if _within(name, ("pandas",)))


def pages_read_like_a_story(source: Source) -> Iterator[str]:
    """A page asks and shows: it neither reshapes frames nor runs statements."""
    if source.layer != "pages":
        return
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Attribute) and node.attr in (*WRANGLING, *STATEMENTS):
            yield f"{node.lineno}: uses .{node.attr}"


def shared_answers_stay_whole(source: Source) -> Iterator[str]:
    """Answers and drawings are shared by everybody: pages get them by the cached door and never change them."""
    if source.layer != "pages":
        return
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Attribute) and ast.unparse(node) == "st.cache_data":
            yield f"{node.lineno}: st.cache_data unpickles at every run, share by the door instead"
        if isinstance(node, ast.Attribute) and node.attr == "figure" and source.path != "pages/ui/show.py":
            yield f"{node.lineno}: reaches into a shared figure"
        if isinstance(node, ast.Call) and _asks_around_the_door(node) and source.path != "pages/ui/door.py":
            yield f"{node.lineno}: asks {ast.unparse(node.func)} around the cached door"
        targets = node.targets if isinstance(node, ast.Assign) else [node.target] if _changes(node) else []
        for target in targets:
            if isinstance(target, ast.Subscript) and ast.unparse(target.value).endswith(("iloc", "loc", ".columns")):
                yield f"{node.lineno}: changes a frame"


def _changes(node: ast.AST) -> TypeGuard[ast.AugAssign]:
    return isinstance(node, ast.AugAssign)


def _asks_around_the_door(call: ast.Call) -> bool:
    owner, _, name = ast.unparse(call.func).rpartition(".")
    is_question = owner in ("questions", "metrics") and not name.startswith("check_")  # these judge, they read nothing
    return is_question or (owner == "charts" and name not in ("shown", "difference", "safe"))


def links_go_by_the_menu(source: Source) -> Iterator[str]:
    """A link made of a file's name looks for that file at every rerun, a third of what a link costs."""
    if source.layer != "pages" or source.path == "pages/ui/menu.py":
        return
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Attribute) and ast.unparse(node) in ("st.page_link", "st.Page"):
            yield f"{node.lineno}: {ast.unparse(node)} stands in pages/ui/menu.py alone, use menu.link"


def the_demo_stays_apart(source: Source) -> Iterator[str]:
    """The product works the same without the invented company."""
    if source.layer in LAYERS and not _within(source.module, DEMO_STARTERS):
        yield from (f"{line}: imports {name}" for line, name in imports(source) if _within(name, ("kb.demo",)))


def no_executable_files(source: Source) -> Iterator[str]:
    """Nothing stored is ever unpickled, however it is called."""
    yield from (f"{line}: imports {name}" for line, name in imports(source) if _within(name, EXECUTABLE_FILES))
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Attribute) and node.attr in ("read_pickle", "to_pickle"):
            yield f"{node.lineno}: uses {node.attr}"
        if isinstance(node, ast.keyword) and node.arg == "allow_pickle" and not _is_false(node.value):
            yield f"{node.lineno}: passes allow_pickle"


def no_unsafe_html(source: Source) -> Iterator[str]:
    """Text from data is never shown as HTML."""
    for node in ast.walk(source.tree):
        if isinstance(node, ast.keyword) and node.arg in ("unsafe_allow_html", "unsafe_allow_javascript"):
            yield f"{node.value.lineno}: passes {node.arg}"
        if isinstance(node, ast.Attribute) and ast.unparse(node) in RAW_HTML:
            yield f"{node.lineno}: uses {ast.unparse(node)}"


def _is_false(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is False


def short_files(source: Source) -> Iterator[str]:
    """Under 300 lines; tables, word lists under 500 and tests under 600; what alembic generated is left out."""
    lines = source.text.count("\n")
    limit = 600 if source.layer == "tests" else 500 if source.is_like(TABLES_AND_WORDS) else 300
    if lines >= limit and not source.is_like(GENERATED):
        yield f"{lines} lines, under {limit} is the law"


def short_functions(source: Source) -> Iterator[str]:
    """A function fits on a screen: at most 40 lines."""
    if source.layer == "tests" or source.is_like(GENERATED):
        return
    for node in ast.walk(source.tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            if lines > 40:
                yield f"{node.lineno}: {node.name} has {lines} lines"


def names_that_say_something(source: Source) -> Iterator[str]:
    """No module for everything that found no room of its own."""
    if name := next((part for part in source.module.split(".") if part in EMPTY_NAMES), None):
        yield f"is called {name}"


LAWS: tuple[Callable[[Source], Iterator[str]], ...] = (
    one_direction,
    few_doors_to_the_base,
    only_its_own_tools,
    pages_read_like_a_story,
    shared_answers_stay_whole,
    links_go_by_the_menu,
    the_demo_stays_apart,
    no_executable_files,
    no_unsafe_html,
    short_files,
    short_functions,
    names_that_say_something,
)
