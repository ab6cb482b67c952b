"""The colours of both themes can be read and told from their background."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

CONFIG = tomllib.loads((Path(__file__).parents[2] / ".streamlit" / "config.toml").read_text(encoding="utf-8"))
COLOURS = ("red", "orange", "yellow", "blue", "green", "violet", "gray")


@pytest.fixture(params=["light", "dark"])
def theme(request: pytest.FixtureRequest) -> dict[str, Any]:
    return CONFIG["theme"][request.param]


def contrast(one: str, other: str) -> float:
    """The ratio of WCAG 2, from 1 to 21."""
    bright, dim = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (bright + 0.05) / (dim + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_black_on_white_has_the_greatest_contrast() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)


@pytest.mark.parametrize("colour", COLOURS)
def test_coloured_text_is_readable_on_the_page_and_on_its_own_ground(theme: dict[str, Any], colour: str) -> None:
    text = theme[f"{colour}TextColor"]
    for ground in (theme["backgroundColor"], theme["secondaryBackgroundColor"], theme[f"{colour}BackgroundColor"]):
        assert contrast(text, ground) >= 4.5, (text, ground)


@pytest.mark.parametrize("name", ["textColor", "linkColor"])
def test_text_and_links_are_readable(theme: dict[str, Any], name: str) -> None:
    for ground in (theme["backgroundColor"], theme["secondaryBackgroundColor"]):
        assert contrast(theme[name], ground) >= 4.5


def test_marks_stand_out_from_the_page(theme: dict[str, Any]) -> None:
    marks = [*theme["chartCategoricalColors"], *(theme[f"{colour}Color"] for colour in COLOURS)]
    assert {mark: round(contrast(mark, theme["backgroundColor"]), 2) for mark in marks if _is_faint(mark, theme)} == {}


def _is_faint(mark: str, theme: dict[str, Any]) -> bool:
    return contrast(mark, theme["backgroundColor"]) < 3


def test_the_accent_is_readable_as_text_of_tabs_and_choices(theme: dict[str, Any]) -> None:
    for ground in (theme["backgroundColor"], theme["secondaryBackgroundColor"]):
        assert contrast(theme["primaryColor"], ground) >= 4.5


def test_no_button_has_white_text_on_the_accent() -> None:
    """Streamlit writes main buttons in white: no colour is dark enough for that and light enough as text at night."""
    pages = Path(__file__).parents[2] / "pages"
    assert [path.name for path in pages.rglob("*.py") if 'type="primary"' in path.read_text("utf-8")] == []


def test_the_settings_keep_the_program_closed_and_quiet() -> None:
    assert CONFIG["server"]["address"] == "localhost"
    assert CONFIG["server"]["allowedHosts"] == ["localhost", "127.0.0.1"]
    assert CONFIG["client"]["showErrorDetails"] == "none"
    assert CONFIG["browser"]["gatherUsageStats"] is False
    assert "cookieSecret" not in CONFIG["server"]
