"""Documentation that is missing fails: commands, pages, templates, the language of presets, links and pictures."""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from analytics import __main__ as analytics_line
from analytics import catalog
from kb import commands as kb_line
from kb.importing import importable, presets, templates
from kb.importing.columns import CANDIDATE_DATES, FALSE, TRUE, readable
from pages.ui import menu
from pages.ui.plain import plain
from tests import paper

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
FORMATS = paper.PAPER.read_text(encoding="utf-8")
PAPERS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), paper.PAPER])
PARSERS = {"kb": kb_line._parser(), "analytics": analytics_line._parser()}
WORDS = {
    "Words of the preset": presets._PRESET_WORDS,
    "Words of a file": presets._FILE_WORDS,
    "Words of a table": presets._TABLE_WORDS,
    "Words of a column": presets._COLUMN_WORDS,
}
MOST_BYTES = 150_000
# What a public project does not speak of: where it was written, and where its packages came from.
PRIVATE = re.compile(r"/(root|work|home)/|127\.0\.0\.1:\d{4}|index-url", re.IGNORECASE)


def commands() -> Iterator[tuple[str, str, argparse.ArgumentParser]]:
    for program, parser in PARSERS.items():
        found = next(action for action in parser._actions if isinstance(action, argparse._SubParsersAction))
        yield from ((program, name, command) for name, command in found.choices.items())


def section(text: str, heading: str) -> str:
    """What stands below a heading, up to the next one."""
    return re.split(r"^#", text.partition(f" {heading}\n")[2], maxsplit=1, flags=re.MULTILINE)[0]


def first_cells(text: str) -> list[str]:
    """The first cell of every row of the tables in the text."""
    return re.findall(r"^\| (.*?) \|", text, flags=re.MULTILINE)


def links(text: str) -> list[str]:
    """Targets of links and pictures, outside of code."""
    return re.findall(r"\]\(([^)\s]+)\)", re.sub(r"```.*?```", "", text, flags=re.DOTALL))


@pytest.mark.parametrize(("program", "name", "command"), list(commands()), ids=lambda value: str(value)[:20])
def test_every_command_stands_in_the_readme_with_its_options(
    program: str, name: str, command: argparse.ArgumentParser
) -> None:
    rows = [row for row in section(README, "Commands").splitlines() if f"`python -m {program} {name}" in row]
    assert rows, f"python -m {program} {name}"
    if "later version" in rows[0]:
        return
    options = {option for action in command._actions for option in action.option_strings if option.startswith("--")}
    assert [option for option in options - {"--help"} if option not in rows[0]] == []


def test_every_command_in_the_readme_exists() -> None:
    known = {(program, name) for program, name, _ in commands()}
    named = set(re.findall(r"python -m (kb|analytics) (\w+)", README))
    assert named - known == set()


def test_every_page_stands_in_the_readme_and_no_other() -> None:
    assert first_cells(section(README, "Pages"))[1:] == menu.titles()


def test_the_columns_of_every_template_are_those_of_the_code() -> None:
    assert paper.inside(FORMATS) == paper.columns().strip(), "python -m tests.paper writes them anew"
    assert {*re.findall(r"^### (\w+)$", paper.inside(FORMATS), flags=re.MULTILINE)} == {*templates.names()}
    assert {*importable()} - {*templates.names()} == {"sales_orders"}


@pytest.mark.parametrize("heading", WORDS)
def test_every_word_of_the_preset_language_is_explained(heading: str) -> None:
    explained = {word for cell in first_cells(section(FORMATS, heading)) for word in re.findall(r"`(\w+)`", cell)}
    assert explained == WORDS[heading]


@pytest.mark.parametrize("toml", re.findall(r"```toml\n(.*?)```", FORMATS, flags=re.DOTALL))
def test_the_examples_of_presets_can_be_used(toml: str) -> None:
    assert presets.parse(toml, "example.toml").title


def test_the_forms_of_days_and_of_yes_and_no_are_those_of_the_code() -> None:
    rules = section(FORMATS, "Rules for cells")
    assert [readable(form) for form in CANDIDATE_DATES if f"`{readable(form)}`" not in rules] == []
    assert [word for word in TRUE | FALSE if f"`{word}`" not in rules] == []


def test_every_preset_that_comes_along_is_named() -> None:
    assert [name for name in presets.names() if f"`{name}`" not in FORMATS] == []


@pytest.mark.parametrize("file", PAPERS, ids=lambda file: file.relative_to(ROOT).as_posix())
def test_every_link_and_picture_leads_somewhere(file: Path) -> None:
    inner = [target for target in links(file.read_text("utf-8")) if not target.startswith(("http", "mailto:"))]
    places = [target.split("#") for target in inner]
    assert [place[0] for place in places if place[0] and not (file.parent / place[0]).exists()] == []
    anchors = {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings(file)}
    assert [place[1] for place in places if not place[0] and place[1] not in anchors] == []


def headings(file: Path) -> list[str]:
    return re.findall(r"^#+ (.+)$", file.read_text("utf-8"), flags=re.MULTILINE)


def test_every_picture_is_shown_somewhere_and_small() -> None:
    shown = {target for file in PAPERS for target in links(file.read_text("utf-8")) if target.endswith(".png")}
    pictures = list((ROOT / "docs" / "screens").glob("*.png"))
    assert [picture.name for picture in pictures if f"docs/screens/{picture.name}" not in shown] == []
    assert [picture.name for picture in pictures if picture.stat().st_size > MOST_BYTES] == []


@pytest.mark.parametrize("file", PAPERS, ids=lambda file: file.relative_to(ROOT).as_posix())
def test_no_paper_speaks_of_the_machine_it_was_written_on(file: Path) -> None:
    assert PRIVATE.findall(file.read_text("utf-8")) == []


def test_the_glossary_shows_every_metric_of_the_catalogue() -> None:
    test = AppTest.from_file(str(ROOT / "pages" / "_main.py"), default_timeout=60)
    test.query_params["base"] = "Own"
    test.switch_page(str(ROOT / "pages" / "glossary.py")).run()
    said = " ".join(str(element.value) for kind in ("subheader", "markdown") for element in test.get(kind))
    assert not test.exception
    assert [one.key for one in catalog.METRICS.values() if plain(one.name) not in said] == []
    assert [one.key for one in catalog.METRICS.values() if plain(one.formula) not in said] == []
