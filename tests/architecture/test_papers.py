"""What a newcomer needs is there: the papers, and the two commands of the README in both forms."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def commands(text: str, mark: str) -> list[str]:
    """The fenced blocks that follow the comment `<!-- mark -->`, up to the next mark or heading."""
    section = re.split(r"^(?:#|<!-- )", text.partition(f"<!-- {mark} -->")[2], maxsplit=1, flags=re.MULTILINE)[0]
    return [block.strip() for block in re.findall(r"```\w*\n(.*?)```", section, flags=re.DOTALL)]


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md", "CHANGELOG.md", "LICENSE"])
def test_the_paper_exists_and_says_something(name: str) -> None:
    assert (ROOT / name).is_file(), f"{name} is missing"
    assert len((ROOT / name).read_text(encoding="utf-8")) > 100


@pytest.mark.parametrize("mark", ["run", "test"])
def test_the_readme_gives_one_plain_chain_that_needs_only_python_and_its_windows_form(mark: str) -> None:
    ours, windows = commands((ROOT / "README.md").read_text(encoding="utf-8"), mark)
    assert "\n" not in ours
    assert ours.startswith("python3 -m venv .venv && .venv/bin/pip install")
    assert windows == ours.replace("python3 ", "py ", 1).replace(".venv/bin/", ".venv\\Scripts\\")


def test_a_command_is_found_after_its_mark_only() -> None:
    blocks = {name: f"```sh\n{name}\n```\n" for name in ("wrong", "right", "windows", "next")}
    text = "{wrong}<!-- run -->\n{right}On Windows:\n{windows}## Next\n{next}".format_map(blocks)
    assert commands(text, "run") == ["right", "windows"]
    assert commands(text, "test") == []
